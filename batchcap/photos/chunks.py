"""PNG and WebP, chunk by chunk: what is the picture, what are words, what is neither.

Takes a seekable stream; gives the parts of each chunk's data. Never decodes a pixel.
PNG: ISO/IEC 15948; WebP: RFC 9649.
"""

import zlib
from collections.abc import Iterator
from enum import StrEnum
from os import SEEK_CUR
from typing import BinaryIO, NamedTuple

from batchcap.photos.refusals import Refused

_BLOCK = 2**20
_MAX_CHUNKS = 2_000_000

_PNG_PICTURE = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT"})
_PNG_WORDS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"zxIf", b"tIME", b"pHYs"})
_WEBP_PICTURE = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})
# VP8X says which chunks there are, and is made where the first words come in.
_WEBP_WORDS = frozenset({b"EXIF", b"XMP ", b"VP8X"})


class Role(StrEnum):
    """What a chunk is there for."""

    PICTURE = "picture"
    WORDS = "words"
    OTHER = "other"


class Piece(NamedTuple):
    """A part of a chunk's data."""

    name: bytes
    role: Role
    data: bytes


def png_pieces(stream: BinaryIO) -> Iterator[Piece]:
    """Yield the data of a PNG's chunks up to IEND; raises Refused: truncated, broken."""
    stream.seek(8)
    for _ in range(_MAX_CHUNKS):
        head = _exactly(stream, 8)
        size, name = int.from_bytes(head[:4], "big"), head[4:]
        crc = zlib.crc32(name)
        for data in _data(stream, size):
            crc = zlib.crc32(data, crc)
            yield Piece(name, _role(name, _PNG_PICTURE, _PNG_WORDS), data)
        if int.from_bytes(_exactly(stream, 4), "big") != crc:
            said = name.decode("ascii", "replace")
            raise Refused("broken", f"is damaged: the check sum of its {said} chunk is wrong")
        if name == b"IEND":
            return
    raise Refused("broken", "has more chunks than any camera writes")


def webp_pieces(stream: BinaryIO) -> Iterator[Piece]:
    """Yield the data of a WebP's chunks; raises Refused: truncated, broken."""
    stream.seek(4)
    end = 8 + int.from_bytes(_exactly(stream, 4), "little")
    stream.seek(12)
    picture = False
    while stream.tell() + 8 <= end:
        head = _exactly(stream, 8)
        name, size = head[:4], int.from_bytes(head[4:], "little")
        role = _role(name, _WEBP_PICTURE, _WEBP_WORDS)
        picture = picture or role is Role.PICTURE
        for data in _data(stream, size):
            yield Piece(name, role, data)
        stream.seek(size % 2, SEEK_CUR)
    if not picture:
        raise Refused("broken", "is a WebP without a picture")


def _role(name: bytes, picture: frozenset[bytes], words: frozenset[bytes]) -> Role:
    if name in picture:
        return Role.PICTURE
    return Role.WORDS if name in words else Role.OTHER


def _data(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield a chunk's data in blocks; an empty chunk yields one empty block."""
    if not size:
        yield b""
    while size:
        data = _exactly(stream, min(size, _BLOCK))
        size -= len(data)
        yield data


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise Refused("truncated", "ends before the picture does: copy it again")
    return data
