"""The ExifTools that write: those of this machine, or one on each worker of a cluster.

Takes an open workspace; gives a pool to which chunks of photos are handed. Puts nothing in place:
that is left to who recorded the way back.
"""

import contextlib
import functools
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from batchcap.fan_out import Crew, grouped, in_order
from batchcap.metadata.exiftool import ExifTool, find_exiftool
from batchcap.metadata.pool import CHUNK, ExifToolPool
from batchcap.metadata.replace import clean
from batchcap.workspace import Workspace
from batchcap.writing import Wanted

if TYPE_CHECKING:
    from pathlib import Path

R = TypeVar("R")

# Chunks under way for each worker.
AHEAD = 2
# Bytes that tell the drafts of one try from those of another: a name may be long already.
MARK = 3


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
        """Yield ``work(exiftool, chunk of items)`` in the items' order.

        At the end the drafts are removed that lost workers have left.
        """
        on_worker = functools.partial(_with_tool, self._exiftool, work)
        folders: set[Path] = set()
        for given, made in in_order(self._crew, on_worker, grouped(items, chunk)):
            yield made
            folders.update(each.file.parent for each in given)
        for folder in folders:
            if folder.is_dir():
                clean(folder)


@contextlib.contextmanager
def writers(workspace: Workspace) -> Iterator[ExifToolPool | ClusterPool]:
    """Open the ExifTools that write; raises ToolMissing, and what joining a cluster raises."""
    exiftool = workspace.settings.tools.exiftool
    if not workspace.settings.work.executor:
        with ExifToolPool(find_exiftool(exiftool), workspace.processes) as pool:
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
    with ExifTool(find_exiftool(exiftool), mark=f"{secrets.token_hex(MARK)}~") as tool:
        return work(tool, chunk)


def _version(tool: ExifTool, _chunk: Sequence[Wanted]) -> str:
    return tool.version
