"""Where a file keeps its XMP and IPTC, found without ExifTool.

Takes a seekable stream and what ``kinds`` found in it; gives the raw bytes. Reads headers and
never a picture, and nothing larger than 4 MB. What raises is in ``refusals.GARBAGE``.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from os import SEEK_CUR, SEEK_END
from typing import BinaryIO

from batchcap.photos.jpeg import APP1, read_header

LARGEST = 4 * 2**20
"""Bytes of a packet that is still read; XMP of a photo has some thousand."""

_APP13 = 0xED
_XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\x00"
_IRB_HEAD = b"Photoshop 3.0\x00"
_IPTC_RESOURCE = 0x0404
_MOST_CHUNKS = 100_000
_TIFF_XMP, _TIFF_IPTC, _TIFF_IRB = 700, 33723, 34377
_TIFF_SIZES = {1: 1, 3: 2, 4: 4, 7: 1}
_SCANNED = 16 * 2**20
_OPENS, _CLOSES = b"<x:xmpmeta", b"</x:xmpmeta>"
_MOST_OPENED = 8


@dataclass(frozen=True, slots=True)
class Packets:
    """Raw metadata: an XMP packet, and the IIM records of IPTC; b"" where there are none."""

    xmp: bytes = b""
    iim: bytes = b""


def packets(stream: BinaryIO, kind: str) -> Packets:
    """Return the packets of a file."""
    stream.seek(0)
    if kind == "JPEG":
        return _jpeg(stream)
    if kind == "PNG":
        return Packets(_png(stream))
    if kind == "WebP":
        return Packets(_webp(stream))
    head = stream.read(4)
    if head[:2] in {b"II", b"MM"}:
        found = _tiff(stream, "<" if head[:2] == b"II" else ">")
        if found != Packets():
            return found
    return Packets(_scanned(stream))


def iim_of(resources: bytes) -> bytes:
    """Return the IIM records among Photoshop's image resources, or b""."""
    at = 0
    while resources[at : at + 4] == b"8BIM":
        number, length = struct.unpack_from(">HB", resources, at + 4)
        at += 6 + length + 1 + (length + 1) % 2
        (size,) = struct.unpack_from(">L", resources, at)
        at += 4
        if number == _IPTC_RESOURCE:
            return resources[at : at + size]
        at += size + size % 2
    return b""


def _jpeg(stream: BinaryIO) -> Packets:
    xmp, resources = b"", b""
    for segment in read_header(stream).segments:
        if segment.marker == APP1 and segment.data.startswith(_XMP_HEAD):
            xmp = xmp or segment.data[len(_XMP_HEAD) :]
        elif segment.marker == _APP13 and segment.data.startswith(_IRB_HEAD):
            resources += segment.data[len(_IRB_HEAD) :]  # longer than 64 kB: over several segments
    return Packets(xmp, iim_of(resources) if resources else b"")


def _png(stream: BinaryIO) -> bytes:
    stream.seek(8)
    for _ in range(_MOST_CHUNKS):
        head = stream.read(8)
        if len(head) < len("lengtype") or head[4:] == b"IEND":
            break
        size = int.from_bytes(head[:4], "big")
        if head[4:] == b"iTXt" and size <= LARGEST:
            found = _text_chunk(stream.read(size))
            if found:
                return found
            stream.seek(4, SEEK_CUR)
        else:
            stream.seek(size + 4, SEEK_CUR)
    return b""


def _text_chunk(data: bytes) -> bytes:
    """Return the XMP of an iTXt chunk (PNG, 11.3.3.4), or b"" where it is some other text."""
    keyword, _, rest = data.partition(b"\x00")
    if keyword != b"XML:com.adobe.xmp" or len(rest) < 2:  # noqa: PLR2004  two flags
        return b""
    text = rest[2:].split(b"\x00", 2)[-1]
    return zlib.decompressobj().decompress(text, LARGEST) if rest[0] else text


def _webp(stream: BinaryIO) -> bytes:
    stream.seek(12)
    for _ in range(_MOST_CHUNKS):
        head = stream.read(8)
        if len(head) < len("namesize"):
            break
        size = int.from_bytes(head[4:], "little")
        if head[:4] == b"XMP " and size <= LARGEST:
            return stream.read(size)
        stream.seek(size + size % 2, SEEK_CUR)
    return b""


def _tiff(stream: BinaryIO, order: str) -> Packets:
    """Read the first directory, where also DNG and most RAW files keep XMP and IPTC."""
    stream.seek(4)
    stream.seek(struct.unpack(f"{order}L", stream.read(4))[0])
    (entries,) = struct.unpack(f"{order}H", stream.read(2))
    table = stream.read(12 * entries)
    found = dict(_values(stream, order, table))
    iim = found.get(_TIFF_IPTC, b"") or iim_of(found.get(_TIFF_IRB, b""))
    return Packets(found.get(_TIFF_XMP, b""), iim)


def _values(stream: BinaryIO, order: str, table: bytes) -> Iterator[tuple[int, bytes]]:
    for tag, kind, count, value in struct.iter_unpack(f"{order}HHLL", table):
        size = _TIFF_SIZES.get(kind, 0) * count
        if tag in {_TIFF_XMP, _TIFF_IPTC, _TIFF_IRB} and 4 < size <= LARGEST:  # noqa: PLR2004
            stream.seek(value)
            data = stream.read(size)
            # IPTC is often declared as long words, and its bytes are not swapped for it.
            yield tag, data.rstrip(b"\x00") if tag == _TIFF_IPTC else data


def _scanned(stream: BinaryIO) -> bytes:
    """Return the first XMP packet in plain sight: HEIC and RAW files store it so.

    The packet is made to be found by scanning (XMP specification, part 1, 7.3).
    """
    size = stream.seek(0, SEEK_END)
    stream.seek(0)
    found = _packet(stream.read(min(size, _SCANNED)))
    if not found and size > _SCANNED:
        stream.seek(max(_SCANNED, size - LARGEST))
        found = _packet(stream.read(LARGEST))
    return found


def _packet(data: bytes) -> bytes:
    at = data.find(_OPENS)
    for _ in range(_MOST_OPENED):
        if at < 0:
            break
        end = data.find(_CLOSES, at, at + LARGEST)
        if end >= 0:
            return data[at : end + len(_CLOSES)]
        at = data.find(_OPENS, at + 1)
    return b""
