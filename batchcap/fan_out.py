"""Work that fans out over an executor: results in order, memory bounded.

Takes anything with the interface of ``concurrent.futures.Executor``: a process pool here, a
cluster's elsewhere.
"""

import collections
import concurrent.futures
import contextlib
import itertools
import signal
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

# How many results may wait for their turn, per worker: enough to keep all of them busy.
AHEAD = 4


def in_order(
    executor: concurrent.futures.Executor,
    work: Callable[[Given], Made],
    given: Iterable[Given],
    workers: int,
) -> Iterator[tuple[Given, Made]]:
    """Yield (given, result) in the order given; at most ``workers`` times four are under way.

    What is under way is cancelled when the caller stops.
    """
    waiting: collections.deque[tuple[Given, concurrent.futures.Future[Made]]] = collections.deque()
    try:
        for each in given:
            waiting.append((each, executor.submit(work, each)))
            if len(waiting) >= workers * AHEAD:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        for _, future in waiting:
            future.cancel()


def grouped(given: Iterable[Given], size: int) -> Iterator[list[Given]]:
    """Yield lists of ``size`` in the order given, the last one shorter."""
    each = iter(given)
    while group := list(itertools.islice(each, size)):
        yield group


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back while processes start: until they are deaf to it, it would end them.

    They inherit what is blocked here. Windows has no such mask; a console's Ctrl-C is rarer there.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def deaf_to_interrupts() -> None:
    """Leave Ctrl-C to the parent, in a worker: it stops the work and keeps what is done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
