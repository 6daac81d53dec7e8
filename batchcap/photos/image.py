"""The copy of a photo that is sent: upright, small, sRGB, and nothing but the picture.

Takes a file and a recipe; gives JPEG bytes without any metadata, or the trouble. Never enlarges,
and never guesses the missing part of a broken file.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from batchcap.photos.colour import flat, to_srgb, upright_cmyk
from batchcap.photos.decoding import check_size, jpeg_limit, open_jpeg, open_other, quietly
from batchcap.photos.exif import header_camera, image_camera
from batchcap.photos.jpeg import APP14, Header, read_header
from batchcap.photos.kinds import HEAD, checked
from batchcap.photos.refusals import GARBAGE, Refused, as_trouble
from batchcap.photos.series import likeness
from batchcap.records import Recipe, Trouble

_ORIENTATION = 0x0112
# A third of the time of Lanczos. Both lie 42 to 52 dB from a reduction in one step of the full
# picture: libjpeg's own reduction has the larger part in that.
_FILTER = Image.Resampling.HAMMING
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Reduced:
    """A reduced copy; all sides are pixels of the upright picture."""

    jpeg: bytes
    width: int
    height: int
    original_width: int
    original_height: int
    likeness: bytes = b""


def reduce(path: Path, recipe: Recipe) -> Reduced | Trouble:
    """Make the copy of one photo.

    Trouble: animated, avif_missing, broken, heif_missing, not_an_image, renamed, too_large,
    too_small, truncated, unreadable, unsupported.
    """
    try:
        with path.open("rb") as stream:
            kind = checked(path.name, stream.read(HEAD))
            return reduced(stream, kind, recipe)
    except GARBAGE as error:
        return as_trouble(error)


def reduced(stream: BinaryIO, kind: str, recipe: Recipe, orientation: int = 0) -> Reduced:
    """Make the copy of the photo in a seekable stream; raises what ``refusals.GARBAGE`` lists.

    ``orientation`` is EXIF's, 1 to 8, where another file tells it; 0: the photo's own.
    """
    if kind == "JPEG":
        return _from_jpeg(stream, recipe, orientation)
    with quietly():
        return _from_other(stream, kind, recipe, orientation)


def upright_size(stream: BinaryIO, kind: str) -> tuple[int, int]:
    """Return width and height as displayed, read from the header alone; raises as reduced does."""
    if kind == "JPEG":
        stream.seek(0)
        header = read_header(stream)
        check_size(header.width, header.height, jpeg_limit(header))
        size = (header.width, header.height)
        return _turned(size, header_camera(header).orientation)
    with quietly():
        image = open_other(stream, kind)
        _still(image, kind)
        stored = _stored_size(image)
        return _turned(stored, image_camera(image).orientation)


def _from_jpeg(stream: BinaryIO, recipe: Recipe, orientation: int) -> Reduced:
    stream.seek(0)
    header = read_header(stream)
    orientation = orientation or header_camera(header).orientation
    image = open_jpeg(stream, header)
    stored = image.size
    wanted = _wanted(stored, orientation, recipe)
    step = _step(max(stored), max(wanted))
    image.draft(None, (max(1, stored[0] // step), max(1, stored[1] // step)))
    image.load()
    profile = image.info.get("icc_profile")
    small = _resized(image, wanted)
    small = to_srgb(upright_cmyk(small, adobe=_is_adobe(header)), profile)
    return _encoded(_upright(small, orientation), _turned(stored, orientation), recipe)


def _from_other(stream: BinaryIO, kind: str, recipe: Recipe, orientation: int) -> Reduced:
    image = open_other(stream, kind)
    _still(image, kind)
    image.load()
    # Pillow has turned a TIFF by now, and taken the tag away.
    orientation = orientation or image.getexif().get(_ORIENTATION, 1)
    profile = image.info.get("icc_profile")
    small = _resized(flat(image), _wanted(image.size, orientation, recipe))
    small = to_srgb(small, profile)
    return _encoded(_upright(small, orientation), _turned(image.size, orientation), recipe)


def _still(image: Image.Image, kind: str) -> None:
    frames = getattr(image, "n_frames", 1)
    # The pages of a TIFF are no film, nor are the further pictures of a HEIC.
    if kind not in {"TIFF", "HEIC"} and frames > 1:
        raise Refused("animated", f"is an animation of {frames} frames")


def _stored_size(image: Image.Image) -> tuple[int, int]:
    """Return the size before any turning: Pillow may show a TIFF's the other way round."""
    tags = getattr(image, "tag_v2", {})
    return int(tags.get(256, image.width)), int(tags.get(257, image.height))


def _step(longest: int, wanted: int) -> int:
    """Return the largest scale that libjpeg decodes at (1/8, 1/4, 1/2) and still has enough."""
    return next((step for step in (8, 4, 2) if longest // step >= wanted), 1)


def _wanted(stored: tuple[int, int], orientation: int, recipe: Recipe) -> tuple[int, int]:
    """Return the copy's size as the picture lies in the file, which may be on its side."""
    if recipe.size is None:
        return _fitted(stored, recipe.max_side)
    return _turned(recipe.size(*_turned(stored, orientation)), orientation)


def _fitted(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    scale = min(1.0, max_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.size == size:
        return image
    return image.resize(size, _FILTER, reducing_gap=3.0)


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _turned(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return (size[1], size[0]) if orientation in {5, 6, 7, 8} else size


def _is_adobe(header: Header) -> bool:
    return any(each.marker == APP14 and each.data.startswith(b"Adobe") for each in header.segments)


def _encoded(image: Image.Image, original: tuple[int, int], recipe: Recipe) -> Reduced:
    out = io.BytesIO()
    image.info.clear()  # Pillow would write a comment it finds there
    image.save(out, "JPEG", quality=recipe.quality)
    return Reduced(out.getvalue(), *image.size, *original, likeness(image))
