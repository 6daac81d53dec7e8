"""The image digest: what identifies the picture in a file, whatever its metadata say.

Takes a file or a stream; gives one line of text. Survives every metadata edit, and changes with
any change of the picture. Never keeps more of a JPEG in memory than a chunk.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from batchcap.photos.chunks import Piece, Role, png_pieces, webp_pieces
from batchcap.photos.decoding import open_other, quietly
from batchcap.photos.heif import heif_pieces
from batchcap.photos.jpeg import Header, copy_scans, read_header
from batchcap.photos.kinds import HEAD, kind_of
from batchcap.photos.refusals import GARBAGE, Refused, as_trouble
from batchcap.photos.tiff import tiff_pieces

_STRIP = 2**22
_BLOCK = 2**17


def image_digest(path: Path) -> str:
    """Return ``sha256:`` (``pixels:`` for a GIF) and 64 hexadecimal digits.

    JPEG: from SOI to the EOI of its first picture, without APPn and COM segments, fill bytes and
    junk in its header; what follows EOI (previews, further pictures, a phone's film) is left out,
    since ExifTool moves and rewrites it. TIFF and DNG: strips, tiles and what says how they are
    coded, of all directories. PNG, WebP: the chunks a decoder draws from. HEIC, AVIF: the coded
    items with their properties. Proprietary RAW: the whole file, which is never written. A GIF is
    decoded: mode, size and the pixels of its first frame. Raises OSError where the file cannot be
    read, and ValueError where it is no whole image.
    """
    with path.open("rb") as stream:
        kind = kind_of(path.name, stream.read(HEAD))
        return stream_digest(stream, kind)


def shows(path: Path, digest: str) -> bool:
    """Whether the picture in a file has this image digest; raises as image_digest does."""
    with path.open("rb") as stream:
        kind = kind_of(path.name, stream.read(HEAD))
        return stream_shows(stream, kind, digest)


def ends_with(path: Path, digest: str) -> bool:
    """Whether a JPEG holds the picture with this image digest and nothing behind it.

    Raises as image_digest does.
    """
    with path.open("rb") as stream:
        return _to_the_end(stream) == digest


def stream_shows(stream: BinaryIO, kind: str, digest: str) -> bool:
    """Whether the picture in a seekable stream that holds a ``kind`` has this image digest.

    Most JPEGs end with their picture. Such a one need not be searched for markers: where the bytes
    are the same, the markers stand in the same places. Raises as image_digest does.
    """
    if kind == "JPEG" and _to_the_end(stream) == digest:
        return True
    return stream_digest(stream, kind) == digest


def stream_digest(stream: BinaryIO, kind: str) -> str:
    """Return the digest of a seekable stream that holds a ``kind``; raises as image_digest does."""
    if kind in {"", "video"}:
        raise Refused("not_an_image", "is not an image")
    try:
        if kind == "JPEG":
            return _jpeg(stream)
        if kind == "RAW":
            return _whole(stream)
        if kind in {"TIFF", "DNG"}:
            return _of(kind, tiff_pieces(stream))
        if kind in {"HEIC", "AVIF"}:
            return _of(kind, heif_pieces(stream))
        if kind in {"PNG", "WebP"}:
            return _of(kind, _drawn(_pieces(stream, kind)))
        with quietly():
            return _pixels(stream, kind)
    except GARBAGE as error:
        if isinstance(error, Refused) or (isinstance(error, OSError) and error.errno is not None):
            raise
        trouble = as_trouble(error)
        raise Refused(trouble.code, trouble.message) from error


def rest_digest(path: Path) -> str:
    """Return a digest of what is neither picture nor words: colour profiles, unknown chunks.

    "" for kinds whose every part ExifTool shows as a tag. Raises as image_digest does.
    """
    with path.open("rb") as stream:
        kind = kind_of(path.name, stream.read(HEAD))
        if kind not in {"PNG", "WebP"}:
            return ""
        rest = (each for each in _pieces(stream, kind) if each.role is Role.OTHER)
        return _of(kind, (each.name + each.data for each in rest))


def _jpeg(stream: BinaryIO) -> str:
    stream.seek(0)
    digest = _begun(read_header(stream))
    copy_scans(stream, digest.update)
    return f"sha256:{digest.hexdigest()}"


def _to_the_end(stream: BinaryIO) -> str | None:
    """Return a JPEG's digest if nothing follows its picture, None where that is known not to be."""
    stream.seek(0)
    header = read_header(stream)
    if header.indexed:
        return None
    return _rest(stream, _begun(header))


def _begun(header: Header) -> Any:
    """Return SHA-256 of what a JPEG's header says of its picture."""
    digest = hashlib.sha256(b"\xff\xd8")
    for segment in header.segments:
        if not segment.metadata:
            digest.update(segment.raw)
    return digest


def _whole(stream: BinaryIO) -> str:
    stream.seek(0)
    return _rest(stream, hashlib.sha256())


def _rest(stream: BinaryIO, digest: Any) -> str:
    while block := stream.read(_BLOCK):
        digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def _of(kind: str, pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256(f"{kind}\n".encode())
    for piece in pieces:
        digest.update(piece)
    return f"sha256:{digest.hexdigest()}"


def _pieces(stream: BinaryIO, kind: str) -> Iterator[Piece]:
    return png_pieces(stream) if kind == "PNG" else webp_pieces(stream)


def _drawn(pieces: Iterator[Piece]) -> Iterator[bytes]:
    """Yield the picture's chunks; where one of them is cut in two says nothing of the picture."""
    last = b""
    for name, role, data in pieces:
        if role is Role.PICTURE:
            if name != last:
                yield name
            last = name
            yield data


def _pixels(stream: BinaryIO, kind: str) -> str:
    image = open_other(stream, kind)
    image.load()
    digest = hashlib.sha256(f"{image.mode} {image.width} {image.height}\n".encode())
    if image.palette is not None:
        digest.update(bytes(image.palette.palette))
    for strip in _strips(image):
        digest.update(strip.tobytes())
    return f"pixels:{digest.hexdigest()}"


def _strips(image: Image.Image) -> Iterator[Image.Image]:
    """Cut the image into bands, so that its bytes never stand in memory twice."""
    rows = max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(top + rows, image.height)))
