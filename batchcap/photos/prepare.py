"""One photo, read once: digest, EXIF and the reduced copy.

Takes plain values and gives plain values, all picklable: ``prepare`` runs in process pools. Never
raises for a bad photo, and never writes.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from batchcap.photos.decoding import open_other, quietly
from batchcap.photos.digest import stream_digest
from batchcap.photos.exif import header_camera, image_camera
from batchcap.photos.image import reduced, upright_size
from batchcap.photos.jpeg import read_header
from batchcap.photos.kinds import BY_PREVIEW, HEAD, checked
from batchcap.photos.preview import Preview, reduced_preview
from batchcap.photos.refusals import GARBAGE, Refused, as_trouble
from batchcap.records import Camera, Prepared, Recipe, Sighting, Trouble

_IN_MEMORY = 200 * 2**20


def prepare(
    root: str, sighting: Sighting, recipe: Recipe, preview: Preview | Trouble | None = None
) -> Prepared | Trouble:
    """Read one photo below ``root``; sides are pixels of the upright picture.

    ``preview`` is what was taken out of a RAW or a DNG, which are seen through it alone.
    Trouble: that of the sighting or of the preview, or animated, avif_missing, broken, empty,
    heif_missing, no_preview, not_an_image, renamed, too_large, too_small, truncated, unreadable,
    unsupported. EXIF that cannot be read is not among them: it
    stands in ``camera.trouble``, and the photo goes on.
    """
    if sighting.trouble is not None:
        return sighting.trouble
    try:
        with _opened(root, sighting) as stream:
            kind = _kind(sighting, stream)
            if kind in BY_PREVIEW:
                preview = _taken_out(kind, preview)
                camera, copy = preview.camera, reduced_preview(preview, recipe)
            else:
                camera, copy = _camera(stream, kind), reduced(stream, kind, recipe)
            digest = stream_digest(stream, kind)
    except GARBAGE as error:
        return as_trouble(error)
    return Prepared(
        path=sighting.path,
        digest=digest,
        camera=camera,
        jpeg=copy.jpeg,
        width=copy.width,
        height=copy.height,
        original_width=copy.original_width,
        original_height=copy.original_height,
        likeness=copy.likeness,
    )


def look(root: str, sighting: Sighting) -> tuple[int, int] | Trouble:
    """Return width and height in pixels, upright, from the header alone; trouble as prepare's.

    A RAW and a DNG are no_preview: their size is known once their picture was taken out.
    """
    if sighting.trouble is not None:
        return sighting.trouble
    try:
        with Path(root, sighting.path).open("rb") as stream:
            kind = _kind(sighting, stream)
            if kind in BY_PREVIEW:
                _taken_out(kind, None)
            return upright_size(stream, kind)
    except GARBAGE as error:
        return as_trouble(error)


@contextmanager
def _opened(root: str, sighting: Sighting) -> Iterator[BinaryIO]:
    """Read the file once where it fits into memory, so that a slow disk is asked once."""
    with Path(root, sighting.path).open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        yield io.BytesIO(file.read()) if size <= _IN_MEMORY else file


def _taken_out(kind: str, preview: Preview | Trouble | None) -> Preview:
    if isinstance(preview, Preview):
        return preview
    if preview is not None:
        raise Refused(preview.code, preview.message)
    raise Refused("no_preview", f"is a {kind}: ExifTool has to take its picture out first")


def _kind(sighting: Sighting, stream: BinaryIO) -> str:
    head = stream.read(HEAD)
    if not head:
        raise Refused("empty", "is empty: zero bytes")
    return checked(sighting.path, head)


def _camera(stream: BinaryIO, kind: str) -> Camera:
    stream.seek(0)
    if kind == "JPEG":
        return header_camera(read_header(stream))
    with quietly():
        return image_camera(open_other(stream, kind))
