"""Several ExifTools over threads: chunks of photos in, results out, in order.

Takes work on one chunk, gives its results. The threads come from an Executor, so that another
one can be put there. Starts a process only for work that is there, ends them all when closed.
"""

import itertools
import os
import queue
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from batchcap.metadata.exiftool import PER_FILE, TIMEOUT, ExifTool
from batchcap.metadata.replace import PREFIX

T = TypeVar("T")
R = TypeVar("R")

CHUNK = 50  # photos in one call: enough to hide its cost, few enough to repeat one by one


class ExifToolPool:
    """``size`` ExifTools (0: one a core, four at the most), each used by one thread at a time.

    The names of all their drafts begin with ``prefix``.
    """

    def __init__(
        self,
        executable: str,
        size: int = 0,
        *,
        timeout: float = TIMEOUT,
        per_file: float = PER_FILE,
        executor: Executor | None = None,
        prefix: str = PREFIX,
    ) -> None:
        self.size = size or min(4, os.cpu_count() or 1)
        self._tools = [
            ExifTool(executable, timeout=timeout, per_file=per_file, prefix=prefix)
            for _ in range(self.size)
        ]
        self._idle: queue.LifoQueue[ExifTool] = queue.LifoQueue()
        for tool in self._tools:
            self._idle.put(tool)
        self._executor = executor or ThreadPoolExecutor(self.size, thread_name_prefix="exiftool")
        self._own = executor is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, most: int) -> None:
        """Begin to start the processes, ``most`` of them; work waits for the first that is ready.

        What is wrong with one is told by ``version``, or by the first work.
        """
        for _ in range(min(most, self.size)):
            self._executor.submit(self._with_tool, _version, ())

    @property
    def version(self) -> str:
        """Return ExifTool's version; raises ToolMissing where it does not start or is too old."""
        return self._with_tool(_version, ())

    def map_chunks(
        self, work: Callable[[ExifTool, Sequence[T]], R], items: Iterable[T], chunk: int = CHUNK
    ) -> Iterator[R]:
        """Yield ``work(exiftool, chunk of items)`` in the items' order.

        Only a few chunks are under way at once, so the items may be a long stream. An error of
        the work is raised here; what has not begun by then is not begun.
        """
        waiting: deque[Future[R]] = deque()
        try:
            for part in _chunks(items, chunk):
                waiting.append(self._executor.submit(self._with_tool, work, part))
                if len(waiting) > self.size:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """Wait for what is under way, then end every process."""
        if self._own:
            self._executor.shutdown(wait=True, cancel_futures=True)
        for tool in self._tools:
            tool.close()

    def _with_tool(self, work: Callable[[ExifTool, Sequence[T]], R], items: Sequence[T]) -> R:
        tool = self._idle.get()
        try:
            return work(tool, items)
        finally:
            self._idle.put(tool)


def _version(tool: ExifTool, _items: Sequence[object]) -> str:
    return tool.version


def _chunks(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    remaining = iter(items)
    while part := tuple(itertools.islice(remaining, size)):
        yield part
