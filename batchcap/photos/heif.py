"""The picture data of a HEIC, HEIF or AVIF: its coded items, and how they make up the picture.

Takes a seekable stream; gives the items' bytes with their properties and references. Never decodes
a pixel, never looks at the items that hold EXIF and XMP. ISO/IEC 14496-12 and 23008-12.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from os import SEEK_END
from typing import BinaryIO

from batchcap.photos.refusals import Refused

_BLOCK = 2**20
_MAX_BOXES = 100_000
_MAX_META = 64 * 2**20
_WORDS = frozenset({b"Exif", b"mime", b"uri "})
_DESCRIBES = b"cdsc"  # the reference from words to the picture they describe
_IN_FILE, _IN_IDAT = 0, 1
_OVERLAP = 2  # items may share bytes, but not so that a small file takes hours


class _Reader:
    """Numbers from a box, one after the other; raises Refused beyond its end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        part = self.data[self.place : self.place + size]
        if len(part) < size:
            raise Refused("broken", "has a box shorter than what is in it")
        self.place += size
        return part

    def number(self, size: int) -> int:
        """Return the next big-endian number of ``size`` bytes."""
        return int.from_bytes(self.take(size), "big")


@dataclass(frozen=True, slots=True)
class _Item:
    """Where an item's data lie: (offset, length) each, in the file or in the idat box."""

    method: int
    extents: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Meta:
    """What the meta box says."""

    kinds: dict[int, bytes] = field(default_factory=dict)
    items: dict[int, _Item] = field(default_factory=dict)
    fixed: list[bytes] = field(default_factory=list)
    idat: bytes = b""


def heif_pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Yield all that makes up the picture; raises Refused: animated, truncated, broken."""
    length = stream.seek(0, SEEK_END)
    meta = _Meta()
    for name, start, size in _boxes(stream, length):
        if name == b"moov":
            raise Refused("animated", "is a film or a series of pictures: export a single one")
        if name == b"meta":
            if size > _MAX_META:
                raise Refused("broken", "has a header without end")
            stream.seek(start)
            meta = _read(_Reader(stream.read(size)))
    pictures = [number for number, kind in meta.kinds.items() if kind not in _WORDS]
    if not pictures:
        raise Refused("broken", "holds no picture")
    told = sum(size for item in meta.items.values() for _, size in item.extents)
    if told > _OVERLAP * length:
        raise Refused("broken", "has items that do not fit into it")
    yield from meta.fixed
    for number in sorted(pictures):
        item = meta.items.get(number, _Item(_IN_FILE, ()))
        size = sum(each for _, each in item.extents)
        yield number.to_bytes(4, "big") + meta.kinds[number] + size.to_bytes(8, "big")
        yield from _data(stream, length, meta, item)


def _boxes(stream: BinaryIO, length: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and size of the content of each box of the file."""
    at = 0
    for _ in range(_MAX_BOXES):
        if at + 8 > length:
            return
        stream.seek(at)
        size, name, head = int.from_bytes(stream.read(4), "big"), stream.read(4), 8
        if size == 1:
            size, head = int.from_bytes(stream.read(8), "big"), 16
        size = size or length - at
        if size < head or at + size > length:
            raise Refused("truncated", "ends before the picture does: copy it again")
        yield name, at + head, size - head
        at += size


def _inner(box: _Reader) -> Iterator[tuple[bytes, _Reader]]:
    while box.place + 8 <= len(box.data):
        size, name, head = box.number(4), box.take(4), 8
        if size == 1:
            size, head = box.number(8), 16
        yield name, _Reader(box.take(size - head if size else len(box.data) - box.place))


def _read(box: _Reader) -> _Meta:
    meta = _Meta()
    box.take(4)
    for name, inner in _inner(box):
        if name == b"iinf":
            meta.kinds = dict(_kinds(inner))
        elif name == b"iloc":
            meta.items = dict(_places(inner))
        elif name in {b"iprp", b"pitm"}:
            meta.fixed.append(name + inner.data)
        elif name == b"iref":
            inner.take(4)
            meta.fixed += [each + ref.data for each, ref in _inner(inner) if each != _DESCRIBES]
        elif name == b"idat":
            meta.idat = inner.data
    return meta


def _kinds(box: _Reader) -> Iterator[tuple[int, bytes]]:
    version = box.number(4) >> 24
    box.take(4 if version else 2)
    for name, entry in _inner(box):
        version = entry.number(4) >> 24
        if name == b"infe" and version >= 2:  # noqa: PLR2004
            number = entry.number(2 if version == 2 else 4)  # noqa: PLR2004
            entry.take(2)
            yield number, entry.take(4)


def _places(box: _Reader) -> Iterator[tuple[int, _Item]]:
    version = box.number(4) >> 24
    sizes = box.number(2)
    offset, length, base, index = ((sizes >> shift) & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2  # noqa: PLR2004
    for _ in range(box.number(wide)):
        number = box.number(wide)
        method = box.number(2) & 15 if version else _IN_FILE
        box.take(2)
        start = box.number(base)
        extents = []
        for _ in range(box.number(2)):
            if version:
                box.take(index)
            extents.append((start + box.number(offset), box.number(length)))
        yield number, _Item(method, tuple(extents))


def _data(stream: BinaryIO, length: int, meta: _Meta, item: _Item) -> Iterator[bytes]:
    for offset, size in item.extents:
        if item.method == _IN_IDAT:
            yield meta.idat[offset : offset + size]
        elif item.method != _IN_FILE:
            raise Refused("broken", "keeps its picture in a way that no camera does")
        elif offset + size > length:
            raise Refused("truncated", "ends before the picture does: copy it again")
        else:
            stream.seek(offset)
            left = size
            while left:
                block = stream.read(min(_BLOCK, left))
                if not block:
                    raise Refused("truncated", "ends before the picture does: copy it again")
                left -= len(block)
                yield block
