"""Pillow, held on a short lead: which decoder, how many pixels, how quietly.

Takes a stream and the format ``kinds`` found in it; gives an opened image below a limit that is
ours. Never sets a limit for the whole process, and never lets Pillow choose a decoder.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from batchcap.photos.jpeg import Header, bare
from batchcap.photos.refusals import Refused

SCALED_PIXELS = 500_000_000
"""Limit where a JPEG is decoded row by row at a reduced scale: memory stays small."""

WHOLE_PIXELS = 178_956_970
"""Limit where every pixel is held at once: what Pillow itself takes for a decompression bomb."""

SMALLEST_SIDE = 17
"""Pixels; anything smaller is an icon, and no model can say what it shows."""

_OTHERS: dict[str, type[ImageFile]] = {
    "PNG": PngImageFile,
    "TIFF": TiffImageFile,
    "WebP": WebPImageFile,
    "GIF": GifImageFile,
}


def check_size(width: int, height: int, limit: int) -> None:
    """Pass a size of ``limit`` pixels at most; raises Refused: too_small, too_large."""
    if min(width, height) < SMALLEST_SIDE:
        raise Refused("too_small", f"is only {width} x {height} pixels")
    if width * height > limit:
        size = f"{width} x {height} pixels"
        raise Refused("too_large", f"claims {size}, more than the {limit:,} that are opened")


def jpeg_limit(header: Header) -> int:
    """Return how many pixels a JPEG may have."""
    return WHOLE_PIXELS if header.whole else SCALED_PIXELS


def open_jpeg(stream: BinaryIO, header: Header) -> JpegImageFile:
    """Open the first picture of a JPEG, its metadata left out.

    Pillow thus parses no EXIF and no multi-picture index, and has nothing to warn of.
    """
    check_size(header.width, header.height, jpeg_limit(header))
    return JpegImageFile(bare(stream, header))


def open_other(stream: BinaryIO, kind: str) -> ImageFile:
    """Open an image that is no JPEG; ``kind`` is one of ``kinds.DECODED``.

    Raises Refused: heif_missing, avif_missing, too_small, too_large.
    """
    stream.seek(0)
    late = {"HEIC": _heif, "AVIF": _avif}.get(kind)
    decoder = late() if late else _OTHERS[kind]
    image = decoder(stream)
    check_size(*image.size, WHOLE_PIXELS)
    return image


def _heif() -> type[ImageFile]:
    """Return the decoder of HEIC, which comes in a package of its own: it is no free codec."""
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        said = 'needs pillow-heif: pip install "batchcap[heif]"'
        raise Refused("heif_missing", said) from None
    decoder: type[ImageFile] = HeifImageFile
    return decoder


def _avif() -> type[ImageFile]:
    try:
        from PIL.AvifImagePlugin import SUPPORTED, AvifImageFile
    except ImportError:
        SUPPORTED = False  # noqa: N806 Pillow's name
    if not SUPPORTED:
        said = "needs a newer Pillow: pip install --upgrade pillow"
        raise Refused("avif_missing", said)
    return AvifImageFile


@contextmanager
def quietly() -> Iterator[None]:
    """Keep Pillow's warnings about odd files from the terminal.

    The filters belong to the process: two threads that meet in here may leave warnings off, which
    loses nothing, for what matters is raised. JPEGs with sound EXIF never come here.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
