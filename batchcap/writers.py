"""The ExifTools that write: those of this machine, or one on each worker of a cluster.

Takes an open workspace; gives a pool to which chunks of photos are handed. Puts nothing in place:
that is left to who recorded the way back.
"""

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from batchcap.fan_out import Crew, grouped, in_order
from batchcap.metadata.exiftool import ExifTool, find_exiftool
from batchcap.metadata.pool import CHUNK, ExifToolPool
from batchcap.metadata.replace import clean, own_prefix
from batchcap.workspace import Workspace
from batchcap.writing import Wanted

R = TypeVar("R")

# Chunks under way for each worker.
AHEAD = 2


class ClusterPool:
    """One ExifTool for each chunk, on the workers; otherwise as ``ExifToolPool``."""

    def __init__(self, crew: Crew, exiftool: str) -> None:
        self.size = crew.workers
        self._crew = replace(crew, ahead=AHEAD)
        self._exiftool = exiftool

    def start(self, most: int) -> None:
        """Start nothing: each chunk starts its own."""

    @property
    def version(self) -> str:
        """Return the version of one worker's ExifTool; raises ToolMissing where it has none."""
        return self._crew.executor.submit(_with_tool, self._exiftool, _version, ()).result()

    def map_chunks(
        self,
        work: Callable[[ExifTool, Sequence[Wanted]], R],
        items: Iterable[Wanted],
        chunk: int = CHUNK,
    ) -> Iterator[R]:
        """Yield ``work(exiftool, chunk of items)`` in the items' order."""
        on_worker = functools.partial(_with_tool, self._exiftool, work)
        for _, made in in_order(self._crew, on_worker, grouped(items, chunk)):
            yield made


Pool = ExifToolPool | ClusterPool


def swept(
    pool: Pool,
    work: Callable[[ExifTool, Sequence[Wanted]], R],
    items: Iterable[Wanted],
    chunk: int = CHUNK,
) -> Iterator[R]:
    """Yield ``work(exiftool, chunk of items)`` in the items' order.

    At the end, when all is in place, the drafts are removed that lost ExifTools have left: each run
    marks the names of its own, so one that outlived a killed run wrote beside them.
    """
    folders: set[Path] = set()

    def noted() -> Iterator[Wanted]:
        for each in items:
            folders.add(each.file.parent)
            yield each

    yield from pool.map_chunks(work, noted(), chunk)
    for folder in folders:
        cleaned(folder)


def cleaned(folder: Path) -> None:
    """Remove the drafts in a folder; in one that may not be looked into none can be made either."""
    with contextlib.suppress(PermissionError):
        if folder.is_dir():
            clean(folder)


@contextlib.contextmanager
def writers(workspace: Workspace) -> Iterator[Pool]:
    """Open the ExifTools that write; raises ToolMissing, and what joining a cluster raises."""
    exiftool = workspace.settings.tools.exiftool
    if not workspace.settings.work.executor:
        found, processes = find_exiftool(exiftool), workspace.processes
        with ExifToolPool(found, processes, prefix=own_prefix()) as pool:
            yield pool
        return
    with workspace.crew(0) as crew:
        yield ClusterPool(crew, exiftool)


def _with_tool(
    exiftool: str, work: Callable[[ExifTool, Sequence[Wanted]], R], chunk: Sequence[Wanted]
) -> R:
    """Work on a chunk, on a worker: its own ExifTool, found there as it would be found here.

    A worker that is lost may go on with the same chunk: nobody else has this one's drafts.
    """
    with ExifTool(find_exiftool(exiftool), prefix=own_prefix()) as tool:
        return work(tool, chunk)


def _version(tool: ExifTool, _chunk: Sequence[Wanted]) -> str:
    return tool.version
