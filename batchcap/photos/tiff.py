"""The picture data of a TIFF or a DNG, wherever in the file they lie.

Takes a seekable stream; gives what a decoder needs: sizes, how the data are coded, strips and
tiles, those of the previews too. Never decodes a pixel. TIFF 6.0, DNG 1.7.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from batchcap.photos.refusals import Refused

_BLOCK = 2**20
_MAX_DIRECTORIES = 4_000
_SUB_DIRECTORIES = 330
_OVERLAP = 2  # strips may share bytes, but not so that a small file takes hours

# What the pixels mean: dimensions, bits, compression, colours, tiles, tables. Not the orientation,
# nor where the strips lie: an editor of words moves them.
_CODED = (
    *(254, 256, 257, 258, 259, 262, 266, 277, 284, 292, 293, 317, 320, 322, 323, 338, 339),
    *(347, 512, 515, 519, 520, 521, 529, 530, 532, 33421, 33422),
)
# Offsets and byte counts: strips, tiles, a JPEG stream (a thumbnail, or old-style compression).
_DATA = ((273, 279), (324, 325), (513, 514))
# Bytes of one value of each TIFF type (TIFF 6.0, section 2).
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I"}


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    data: bytes


class _Tiff:
    """A stream with its byte order."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        stream.seek(0)
        self.order = "<" if stream.read(2) == b"II" else ">"
        self.length = stream.seek(0, 2)

    def at(self, offset: int, size: int) -> bytes:
        """Return bytes from a place; raises Refused: truncated."""
        if offset + size > self.length:
            raise Refused("truncated", "ends before the picture does: copy it again")
        self.stream.seek(offset)
        return self.stream.read(size)

    def directory(self, offset: int) -> tuple[dict[int, _Entry], int]:
        """Return one directory's entries and where the next one lies (0: there is none)."""
        (count,) = struct.unpack(f"{self.order}H", self.at(offset, 2))
        table = self.at(offset + 2, 12 * count + 4)
        found = {}
        for index in range(count):
            tag, kind, number = struct.unpack_from(f"{self.order}HHI", table, 12 * index)
            size = _SIZES.get(kind, 0) * number
            place = 12 * index + 8
            if size <= 4:  # noqa: PLR2004
                data = table[place : place + size]
            elif tag in _WANTED:
                (offset,) = struct.unpack_from(f"{self.order}I", table, place)
                data = self.at(offset, size)
            else:
                continue
            found[tag] = _Entry(kind, data)
        return found, int(struct.unpack_from(f"{self.order}I", table, 12 * count)[0])

    def numbers(self, entry: _Entry | None) -> tuple[int, ...]:
        """Return an entry's integers, none where there is no such entry."""
        if entry is None:
            return ()
        letter = _INTEGERS.get(entry.kind)
        if letter is None:
            raise Refused("broken", "has a directory of nonsense")
        count = len(entry.data) // _SIZES[entry.kind]
        return struct.unpack(f"{self.order}{count}{letter}", entry.data)


_WANTED = frozenset({*_CODED, _SUB_DIRECTORIES, *(tag for pair in _DATA for tag in pair)})


def tiff_pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Yield all that makes up the pictures of a TIFF; raises Refused: truncated, broken."""
    tiff = _Tiff(stream)
    (first,) = struct.unpack(f"{tiff.order}I", tiff.at(4, 4))
    waiting, seen, picture = [first], set[int](), False
    while waiting:
        offset = waiting.pop(0)
        if not offset or offset in seen:
            continue
        seen.add(offset)
        if len(seen) > _MAX_DIRECTORIES:
            raise Refused("broken", "has more directories than any camera writes")
        entries, following = tiff.directory(offset)
        for piece in _picture(tiff, entries):
            picture = True
            yield piece
        waiting += [*tiff.numbers(entries.get(_SUB_DIRECTORIES)), following]
    if not picture:
        raise Refused("broken", "is a TIFF without a picture")


def _picture(tiff: _Tiff, entries: Mapping[int, _Entry]) -> Iterator[bytes]:
    places = []
    for where, size in _DATA:
        offsets, sizes = tiff.numbers(entries.get(where)), tiff.numbers(entries.get(size))
        if len(offsets) != len(sizes):
            raise Refused("broken", "has strips without their sizes")
        places += [(where, *each) for each in zip(offsets, sizes, strict=True)]
    if not places:
        return
    for tag in _CODED:
        if tag in entries:
            entry = entries[tag]
            yield struct.pack(">HHI", tag, entry.kind, len(entry.data)) + entry.data
    if sum(size for *_, size in places) > _OVERLAP * tiff.length:
        raise Refused("broken", "has strips that do not fit into it")
    for where, offset, size in places:
        yield struct.pack(">HI", where, size)
        yield from _blocks(tiff, offset, size)


def _blocks(tiff: _Tiff, offset: int, size: int) -> Iterator[bytes]:
    done = 0
    while done < size:
        block = min(_BLOCK, size - done)
        yield tiff.at(offset + done, block)
        done += block
