"""Work that fans out over a cluster of dask.distributed, instead of over this machine's cores.

Takes the address of a scheduler; gives a Crew. The photos lie where every worker sees them under
the same path. The ledger stays here: workers are handed plain values and give plain values.
"""

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from concurrent.futures import CancelledError as Cancelled
from pathlib import Path
from typing import TYPE_CHECKING

from batchcap import __version__
from batchcap.errors import BatchcapError, ClusterUnreachable, ToolMissing
from batchcap.fan_out import Crew

if TYPE_CHECKING:
    from distributed import Client

SCHEME = "dask://"
# Seconds to wait for the scheduler.
PATIENCE = 5
_KEPT = "Nothing was changed."


@contextlib.contextmanager
def joined(address: str, root: Path) -> Iterator[Crew]:
    """Give the workers of the cluster at ``address``, which see the folder ``root``.

    What a worker that died was doing is done again by another one. Raises ToolMissing where dask
    is not installed here, ClusterUnreachable where the scheduler or all workers are gone,
    BatchcapError where a worker has another batchcap or does not see ``root``, or where several
    died over the same work.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        raise ToolMissing(
            f"{address} is a cluster of dask, and dask.distributed is not installed.",
            kept=_KEPT,
            hint='pip install "batchcap[dask]"',
        ) from error
    with _quietly():
        try:
            scheduler = address.removeprefix(SCHEME)
            client = Client(f"tcp://{scheduler}", timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _unreachable(address) from error
        try:
            crew = _crew(client, address, root)
            with crew.executor:
                yield crew
        except KilledWorker as error:
            raise BatchcapError(
                f"Several workers of {address} died over the same photos, as for want of memory.",
                kept="What was recorded before is kept.",
                hint="type the same command again with: --set work.executor=",
            ) from error
        except Cancelled as error:
            raise ClusterUnreachable(
                f"The cluster at {address} went away.",
                kept="What was recorded before is kept.",
                hint="start its scheduler and workers, then type the same command again",
            ) from error
        finally:
            client.close(timeout=PATIENCE)


def _unreachable(address: str) -> ClusterUnreachable:
    port = address.rpartition(":")[2]
    return ClusterUnreachable(
        f"No scheduler of dask answers at {address}.",
        kept=_KEPT,
        hint=f"dask scheduler --port {port}",
    )


def _crew(client: "Client", address: str, root: Path) -> Crew:
    """Return the workers once each of them is known to be of use."""
    cores = client.ncores()
    if not cores:
        raise ClusterUnreachable(
            f"The cluster at {address} has no workers.",
            kept=_KEPT,
            hint=f"dask worker {address.removeprefix(SCHEME)}",
        )
    try:
        seen = client.run(_present, str(root), on_error="return")
    except Cancelled as error:
        raise _unreachable(address) from error
    for worker, found in seen.items():
        if isinstance(found, BaseException) or found[0] != __version__:
            has = "none" if isinstance(found, BaseException) else found[0]
            raise BatchcapError(
                f"The worker {worker} needs batchcap {__version__} and has {has}.",
                kept=_KEPT,
                hint=f'there: pip install "batchcap[dask]=={__version__}"',
            )
        if not found[1]:
            raise BatchcapError(
                f"The worker {worker} does not see {root}.",
                kept=_KEPT,
                hint="mount the photos under the same path on every machine of the cluster",
            )
    return Crew(client.get_executor(pure=False), sum(cores.values()), elsewhere=True)


def _present(root: str) -> tuple[str, bool]:
    """Tell, on a worker, which batchcap it has and whether it sees the photos."""
    return __version__, os.path.isdir(root)  # noqa: PTH112 a path of another machine's


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep dask's own log from the terminal, and its advice on values of some megabytes."""
    before = logging.root.manager.disable
    logging.disable()  # dask gives each of its modules a handler of its own
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module="distributed")
            yield
    finally:
        logging.disable(before)
