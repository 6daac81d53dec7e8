"""Where parts of an old file lie in a new one: long runs of bytes that only moved.

Takes two open files and a range of each; gives moves that tell the old range in order. Never
searches long: what is not found soon counts as bytes of the old file alone.
"""

import mmap
from typing import BinaryIO, NamedTuple

WINDOW = 256  # bytes that must be alike before a run is looked at
_SMALL = 4096  # bytes: a shorter middle is not worth a search
_NEAR = 1 << 20  # bytes behind the last run, where the next one mostly lies
_FAR_SEARCHES = 32  # over the whole new file
_FIRST_STEP, _LAST_STEP = WINDOW, 1 << 16
_BLOCK = 1 << 16


class Move(NamedTuple):
    """``literal`` bytes of the old file alone, then ``length`` bytes from ``offset`` in the new."""

    literal: int
    offset: int
    length: int


def moves(
    old: BinaryIO, new: BinaryIO, old_range: tuple[int, int], new_range: tuple[int, int]
) -> tuple[Move, ...]:
    """Return the moves that tell the old range, the last one perhaps without a run."""
    size = old_range[1] - old_range[0]
    if size == 0:
        return ()
    if size < _SMALL or new_range[1] - new_range[0] < _SMALL:
        return (Move(size, 0, 0),)
    with (
        mmap.mmap(old.fileno(), 0, access=mmap.ACCESS_READ) as one,
        mmap.mmap(new.fileno(), 0, access=mmap.ACCESS_READ) as two,
    ):
        return tuple(_found(one, two, old_range, new_range))


def _found(
    old: mmap.mmap, new: mmap.mmap, old_range: tuple[int, int], new_range: tuple[int, int]
) -> list[Move]:
    begin, end = old_range
    told, at, step = begin, begin, _FIRST_STEP
    last, far = new_range[0], _FAR_SEARCHES
    found = []
    while at + WINDOW <= end:
        window = old[at : at + WINDOW]
        place = new.find(window, last, min(last + _NEAR, new_range[1]))
        if place < 0 and far:
            far -= 1
            place = new.find(window, *new_range)
        if place < 0:
            at, step = at + step, min(step * 2, _LAST_STEP)
            continue
        back = _backward(old, new, (told, at), (new_range[0], place))
        length = back + WINDOW + _forward(old, new, (at + WINDOW, end), (place + WINDOW, new_range))
        found.append(Move(at - back - told, place - back, length))
        told = at = at - back + length
        last, step = place - back + length, _FIRST_STEP
    if told < end:
        found.append(Move(end - told, 0, 0))
    return found


def _forward(
    old: mmap.mmap, new: mmap.mmap, here: tuple[int, int], there: tuple[int, tuple[int, int]]
) -> int:
    """Return how many bytes from here and from there on are alike."""
    start, limit = there[0], min(here[1] - here[0], there[1][1] - there[0])
    count = 0
    while count < limit:
        block = min(_BLOCK, limit - count)
        one = old[here[0] + count : here[0] + count + block]
        two = new[start + count : start + count + block]
        if one != two:
            return count + alike(one, two)
        count += block
    return count


def _backward(old: mmap.mmap, new: mmap.mmap, here: tuple[int, int], there: tuple[int, int]) -> int:
    """Return how many bytes before here and before there are alike."""
    limit = min(here[1] - here[0], there[1] - there[0])
    count = 0
    while count < limit:
        block = min(_BLOCK, limit - count)
        one = old[here[1] - count - block : here[1] - count]
        two = new[there[1] - count - block : there[1] - count]
        if one != two:
            return count + alike(one[::-1], two[::-1])
        count += block
    return count


def alike(one: bytes, two: bytes) -> int:
    """Return how many bytes two blocks begin with alike, by halving."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
