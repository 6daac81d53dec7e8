"""The skeleton of a JPEG: its segments, its size, and where its first picture ends.

Takes a seekable stream; gives header segments and the bytes of the scans. Never decodes a pixel.
The marker syntax is that of ITU-T T.81, annex B. Like libjpeg and ExifTool it passes over fill
bytes and over junk between the segments of a header.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from os import SEEK_CUR, SEEK_SET
from typing import Any, BinaryIO

from batchcap.photos.refusals import Refused

SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP1, APP2, APP14, APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
MPF = b"MPF\x00"  # in APP2: more pictures lie behind the first

_STANDALONE = frozenset((0x00, 0x01, *range(0xD0, 0xD8)))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
# Within a scan, FF 00 is a data byte, FF D0 to FF D7 restart it and FF FF is fill.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)

# Far above any camera's; below what would keep a worker busy for minutes.
_MAX_SEGMENTS = 20_000
_MAX_HEADER = 64 * 2**20
_MAX_JUNK = 2**16
_MAX_SCAN_SEGMENTS = 2_000
_LENGTH = 2  # bytes, and they count themselves
_FRAME = 6  # bytes: precision, height, width, number of components
_FIRST_CHUNK = 2**14
_CHUNK = 2**17


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker segment; ``data`` is what follows its length."""

    marker: int
    data: bytes

    @property
    def metadata(self) -> bool:
        """Whether this is an APPn or COM segment, which no pixel depends on."""
        return APP0 <= self.marker <= APP15 or self.marker == COM

    @property
    def raw(self) -> bytes:
        """The segment as it stands in a file."""
        return (
            bytes((0xFF, self.marker))
            + (len(self.data) + _LENGTH).to_bytes(_LENGTH, "big")
            + self.data
        )


@dataclass(frozen=True, slots=True)
class Header:
    """All segments up to and including the first SOS; sides are pixels as stored.

    ``whole`` tells that a decoder must hold the whole picture at once: progressive, or one scan
    for each colour. ``scan`` is the offset of the first scan's data.
    """

    segments: tuple[Segment, ...]
    width: int
    height: int
    whole: bool
    scan: int

    @property
    def indexed(self) -> bool:
        """Whether an MPF index tells of more pictures behind the first."""
        return any(each.marker == APP2 and each.data.startswith(MPF) for each in self.segments)


def read_header(stream: BinaryIO) -> Header:
    """Read a JPEG's header and leave the stream at the data of its first scan.

    Raises OSError, and Refused: not_an_image, truncated, broken.
    """
    if stream.read(2) != b"\xff\xd8":
        raise Refused("not_an_image", "is not a JPEG")
    segments: list[Segment] = []
    room = _MAX_HEADER
    while True:
        segment = _next_segment(stream)
        segments.append(segment)
        if segment.marker == SOS:
            return _header(tuple(segments), stream.tell())
        room -= len(segment.data)
        if room < 0 or len(segments) > _MAX_SEGMENTS:
            raise Refused("broken", "has a header without end")


def copy_scans(stream: BinaryIO, feed: Callable[[bytes], object]) -> None:
    """Feed everything from the first scan's data to EOI, APPn and COM segments left out.

    The stream stands where ``read_header`` left it, and then behind EOI. Raises OSError, and
    Refused: truncated, broken.
    """
    for _ in range(_MAX_SCAN_SEGMENTS):
        marker = _copy_scan(stream, feed)
        if marker == EOI:
            feed(b"\xff\xd9")
            return
        segment = Segment(marker, _payload(stream))
        if not segment.metadata:
            feed(segment.raw)
    raise Refused("broken", "has more scans than any camera writes")


def bare(stream: BinaryIO, header: Header) -> BinaryIO:
    """Return the JPEG with nothing but what its colours need: no EXIF, XMP, IPTC or comment.

    JFIF and Adobe segments stay (they tell YCbCr from RGB), and so does the ICC profile. The
    result reads from ``stream`` as it is read itself.
    """
    kept = [each.raw for each in header.segments if not each.metadata or _colour(each)]
    head = b"".join((b"\xff\xd8", *kept))
    return io.BufferedReader(_Spliced(head, stream, header.scan), _FIRST_CHUNK)


class _Spliced(io.RawIOBase):
    """Another head on the rest of a stream, without a copy of the megabytes behind it."""

    def __init__(self, head: bytes, stream: BinaryIO, rest: int) -> None:
        super().__init__()
        self._head = head
        self._stream = stream
        self._shift = rest - len(head)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        base = {SEEK_SET: 0, SEEK_CUR: self._at}
        if whence not in base:  # nobody needs the end, and it would have to be looked for
            raise io.UnsupportedOperation("seek from the end")
        self._at = max(0, base[whence] + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        if self._at < len(self._head):
            part = self._head[self._at : self._at + len(view)]
        else:
            self._stream.seek(self._at + self._shift)
            part = self._stream.read(len(view))
        view[: len(part)] = part
        self._at += len(part)
        return len(part)


def _colour(segment: Segment) -> bool:
    starts = {APP0: b"JFIF\x00", APP2: b"ICC_PROFILE\x00", APP14: b"Adobe"}
    start = starts.get(segment.marker)
    return start is not None and segment.data.startswith(start)


def _header(segments: tuple[Segment, ...], scan: int) -> Header:
    frame = next((each for each in segments if each.marker in _FRAMES), None)
    if frame is None or len(frame.data) < _FRAME or not segments[-1].data:
        raise Refused("broken", "is a JPEG without a picture")
    height = int.from_bytes(frame.data[1:3], "big")
    width = int.from_bytes(frame.data[3:5], "big")
    if not width or not height:
        raise Refused("broken", "is a JPEG that does not tell its size")
    whole = frame.marker in _PROGRESSIVE or segments[-1].data[0] < frame.data[5]
    return Header(segments, width, height, whole, scan)


def _next_segment(stream: BinaryIO) -> Segment:
    for _ in range(_MAX_JUNK):
        marker = _next_marker(stream)
        if marker in {SOI, EOI}:
            raise Refused("broken", "is a JPEG without a picture")
        if marker not in _STANDALONE:
            return Segment(marker, _payload(stream))
    raise Refused("broken", "has a header of junk")


def _next_marker(stream: BinaryIO) -> int:
    seen = b""
    for _ in range(_MAX_JUNK):
        byte = stream.read(1)
        if not byte:
            raise _truncated()
        if seen == b"\xff" and byte != b"\xff":
            return byte[0]
        seen = byte
    raise Refused("broken", "has a header of junk")


def _payload(stream: BinaryIO) -> bytes:
    length = int.from_bytes(_exactly(stream, _LENGTH), "big")
    if length < _LENGTH:
        raise Refused("broken", "has a segment shorter than its own length")
    return _exactly(stream, length - _LENGTH)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise _truncated()
    return data


def _copy_scan(stream: BinaryIO, feed: Callable[[bytes], object]) -> int:
    """Feed up to the next marker, pass over it and return it."""
    size = _FIRST_CHUNK
    while True:
        chunk = stream.read(size)
        found = _MARKER.search(chunk)
        if found:
            feed(chunk[: found.start()])
            stream.seek(found.end() - len(chunk), SEEK_CUR)
            return chunk[found.end() - 1]
        kept = int(chunk.endswith(b"\xff"))  # a marker may lie across two chunks
        if len(chunk) == kept:
            raise _truncated()
        feed(chunk[: len(chunk) - kept])
        stream.seek(-kept, SEEK_CUR)
        size = min(size * 2, _CHUNK)


def _truncated() -> Refused:
    return Refused("truncated", "ends before the picture does: copy it again")
