"""The picture inside a RAW: which one is taken, which way up it is, what the RAW says of itself.

Takes the pictures and tags that ExifTool found, as plain values; gives a Preview that stands in
for the photo. Never opens the RAW.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from batchcap.photos import exif_values as values
from batchcap.photos.decoding import open_other, quietly
from batchcap.photos.exif import header_camera, image_camera
from batchcap.photos.image import Reduced, reduced
from batchcap.photos.jpeg import read_header
from batchcap.photos.kinds import HEAD, sniff
from batchcap.photos.refusals import GARBAGE
from batchcap.records import Camera, Recipe, Trouble

SMALLEST = 500
"""Pixels of the longer side; a model guesses at what a smaller preview shows."""

_VOID = "V"  # what a receiver without a fix says
_SIDEWAYS = frozenset({5, 6, 7, 8})


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture that stands in for a RAW: its file, what the RAW's EXIF says, the RAW's size.

    Width and height are pixels as stored, 0 where they are not known. ``data`` holds the picture
    itself where the file is not seen by everyone.
    """

    picture: Path
    camera: Camera
    width: int = 0
    height: int = 0
    data: bytes = b""

    def opened(self) -> BinaryIO:
        """Open the picture."""
        return io.BytesIO(self.data) if self.data else self.picture.open("rb")


def largest(pictures: Iterable[bytes]) -> bytes | Trouble:
    """Return the embedded picture with the most pixels, of those that can be opened.

    Trouble: no_preview, small_preview.
    """
    best, most, side = b"", 0, 0
    for each in pictures:
        width, height = _size(each)
        if width * height > most:
            best, most, side = each, width * height, max(width, height)
    if not most:
        said = "holds no picture that can be shown: export a JPEG beside it"
        return Trouble("no_preview", said)
    if side < SMALLEST:
        said = f"holds no picture larger than {side} pixels: export a JPEG beside it"
        return Trouble("small_preview", said)
    return best


def raw_camera(tags: Mapping[str, Any]) -> Camera:
    """Return what a RAW's own tags say; names as ExifTool's, values as it prints with ``-n``."""
    dates = (
        ("DateTimeOriginal", "OffsetTimeOriginal"),
        ("CreateDate", "OffsetTimeDigitized"),
    )
    moments = (values.moment(tags.get(date), tags.get(offset)) for date, offset in dates)
    latitude, longitude = _degrees(tags, "GPSLatitude", 90), _degrees(tags, "GPSLongitude", 180)
    known = None not in {latitude, longitude} and (latitude, longitude) != (0, 0)
    known = known and str(tags.get("GPSStatus")) != _VOID
    return Camera(
        taken=next((each for each in moments if each is not None), None),
        latitude=latitude if known else None,
        longitude=longitude if known else None,
        camera=values.camera_name(_bytes(tags.get("Make")), _bytes(tags.get("Model"))),
        orientation=values.orientation(int(values.number(tags.get("Orientation")) or 1)),
    )


def raw_size(tags: Mapping[str, Any]) -> tuple[int, int]:
    """Return a RAW's width and height in pixels as stored, zeros where they are not told."""
    sides = [int(each) for each in str(tags.get("ImageSize", "")).split() if each.isdecimal()]
    return (sides[0], sides[1]) if len(sides) == 2 else (0, 0)  # noqa: PLR2004


def reduced_preview(preview: Preview, recipe: Recipe) -> Reduced:
    """Make the copy of the RAW's picture; the original's size is that of the RAW, upright.

    Raises what ``refusals.GARBAGE`` lists.
    """
    with preview.opened() as stream:
        kind = sniff(stream.read(HEAD))
        turn = _turn(stream, kind, preview)
        copy = reduced(stream, kind, recipe, turn)
    if not preview.width * preview.height:
        return copy
    short, long = sorted((preview.width, preview.height))
    width, height = (long, short) if copy.width >= copy.height else (short, long)
    return replace(copy, original_width=width, original_height=height)


def _turn(stream: BinaryIO, kind: str, preview: Preview) -> int:
    """Return how the preview is to be turned: 0 as it says itself, else as the RAW says.

    Cameras store a preview as the sensor saw it and leave the turning to the RAW's tag; some
    programs put an upright one in, which then stands where the RAW lies.
    """
    if kind == "JPEG":
        stream.seek(0)
        header = read_header(stream)
        own = header_camera(header).orientation
        width, height = header.width, header.height
    else:
        with quietly():
            image = open_other(stream, kind)
            own, (width, height) = image_camera(image).orientation, image.size
    if own != 1:
        return 0
    told = preview.camera.orientation
    lies = preview.width > preview.height
    turned = preview.width != preview.height and width != height and lies != (width > height)
    return 1 if told in _SIDEWAYS and turned else told


def _size(picture: bytes) -> tuple[int, int]:
    """Return a picture's width and height in pixels as stored, zeros where it cannot be opened."""
    stream = io.BytesIO(picture)
    kind = sniff(picture[:HEAD])
    try:
        if kind == "JPEG":
            header = read_header(stream)
            return header.width, header.height
        if kind == "TIFF":
            with quietly():
                return open_other(stream, kind).size
    except GARBAGE:
        return 0, 0
    return 0, 0


def _bytes(value: object) -> bytes:
    return str(value or "").encode("utf-8", "replace")


def _degrees(tags: Mapping[str, Any], name: str, limit: int) -> float | None:
    number = values.number(tags.get(name))
    return number if number is not None and abs(number) <= limit else None
