"""The image digest: what identifies the picture in a file, whatever its metadata say.

Takes a file or a stream; gives one line of text. Survives every metadata edit, and changes with
any change of the picture. Never keeps more of a JPEG in memory than a chunk.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from batchcap.photos.decoding import open_other, quietly
from batchcap.photos.jpeg import copy_scans, read_header
from batchcap.photos.kinds import HEAD, sniff
from batchcap.photos.refusals import GARBAGE, Refused, as_trouble

_STRIP = 2**22


def image_digest(path: Path) -> str:
    """Return ``sha256:`` (JPEG) or ``pixels:`` (any other format) and 64 hexadecimal digits.

    A JPEG's digest is the SHA-256 from SOI to the EOI of its first picture, without APPn and COM
    segments, fill bytes and junk in its header. What follows EOI (previews, further pictures, a
    phone's film) is left out, since ExifTool moves and rewrites it. Any other image is decoded:
    its mode, size and the pixels of its first frame. Raises OSError where the file cannot be read,
    and ValueError where it is no whole image.
    """
    with path.open("rb") as stream:
        kind = sniff(stream.read(HEAD))
        return stream_digest(stream, kind)


def stream_digest(stream: BinaryIO, kind: str) -> str:
    """Return the digest of a seekable stream that holds a ``kind``; raises as image_digest does."""
    if kind == "JPEG":
        return _jpeg(stream)
    if kind in {"", "video"}:
        raise Refused("not_an_image", "is not an image")
    try:
        with quietly():
            return _pixels(stream, kind)
    except GARBAGE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        trouble = as_trouble(error)
        raise Refused(trouble.code, trouble.message) from error


def _jpeg(stream: BinaryIO) -> str:
    stream.seek(0)
    header = read_header(stream)
    digest = hashlib.sha256(b"\xff\xd8")
    for segment in header.segments:
        if not segment.metadata:
            digest.update(segment.raw)
    copy_scans(stream, digest.update)
    return f"sha256:{digest.hexdigest()}"


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
