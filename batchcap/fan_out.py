"""Work that fans out over an executor: results in order, memory bounded.

Takes anything with the interface of ``concurrent.futures.Executor``: a process pool here, a
cluster's elsewhere.
"""

import collections
import concurrent.futures
import contextlib
import gc
import itertools
import multiprocessing
import multiprocessing.process
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from batchcap.interrupt import undisturbed

# After how many new objects circles of them are searched for.
CIRCLES = 50_000
# Starting processes takes longer than reading so many photos on threads.
FEW = 16

Given = TypeVar("Given")
Made = TypeVar("Made")

# How many results may wait for their turn, per worker: enough to keep all of them busy.
AHEAD = 8


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does the work, and how many pieces may be under way for each.

    ``elsewhere``: they may see none of this machine's own files.
    """

    executor: concurrent.futures.Executor
    workers: int
    ahead: int = AHEAD
    elsewhere: bool = False


@contextlib.contextmanager
def local_crew(processes: int, number: int) -> Iterator[Crew]:
    """Give processes for ``number`` pieces of work, or threads where that is few."""
    workers = max(1, min(processes, number))
    if number < FEW:
        with concurrent.futures.ThreadPoolExecutor(workers) as threads:
            yield Crew(threads, workers)
        return
    with concurrent.futures.ProcessPoolExecutor(
        workers,
        # The same on all platforms, and safe beside the sandbox's threads.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=begin_worker,
    ) as pool:
        with undisturbed():
            for _ in range(workers):
                pool.submit(int)
        yield Crew(pool, workers)


def in_order(
    crew: Crew, work: Callable[[Given], Made], given: Iterable[Given]
) -> Iterator[tuple[Given, Made]]:
    """Yield (given, result) in the order given.

    What is under way is cancelled when the caller stops.
    """
    waiting: collections.deque[tuple[Given, concurrent.futures.Future[Made]]] = collections.deque()
    try:
        for each in given:
            waiting.append((each, crew.executor.submit(work, each)))
            if len(waiting) >= crew.workers * crew.ahead:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        for _, future in waiting:
            future.cancel()


@contextlib.contextmanager
def few_searches() -> Iterator[None]:
    """Search seldom for circles of objects: pieces of work are many small values, and no circles.

    What a piece leaves behind is freed without a search.
    """
    before = gc.get_threshold()
    gc.set_threshold(CIRCLES)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def grouped(given: Iterable[Given], size: int) -> Iterator[list[Given]]:
    """Yield lists of ``size`` in the order given, the last one shorter."""
    each = iter(given)
    while group := list(itertools.islice(each, size)):
        yield group


def begin_worker() -> None:
    """Make a worker process one that lives no longer than its parent, and is deaf to Ctrl-C.

    The parent stops the work at Ctrl-C and keeps what is done. Were the parent killed, a worker
    would wait for more work for ever: each holds the queue open for the others.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(CIRCLES)  # as in few_searches, for as long as it lives
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
