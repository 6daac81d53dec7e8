"""What EXIF says of a photo: when, where, with what, which way up.

Takes a file, a JPEG header or an opened image; gives a Camera. piexif reads first; where it fails,
or its date is nonsense, Pillow reads again. Never raises for bad EXIF, and never takes ModifyDate
for the time a photo was taken.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import piexif
from PIL import Image

from batchcap.photos import exif_values as values
from batchcap.photos.decoding import quietly
from batchcap.photos.jpeg import APP1, Header
from batchcap.photos.refusals import GARBAGE
from batchcap.records import Camera, Trouble

_Source = TypeVar("_Source")

_EXIF_IFD, _GPS_IFD, _INTEROP_IFD = 0x8769, 0x8825, 0xA005
_MAKE, _MODEL, _ORIENTATION = 0x010F, 0x0110, 0x0112
# The time the shutter opened, then the time it was digitised, each with its offset from UTC and its
# parts of a second.
_DATES = ((0x9003, 0x9011, 0x9291), (0x9004, 0x9012, 0x9292))
_GPS_STATUS, _VOID = 9, "V"
# Bytes of one value of each TIFF type (TIFF 6.0, section 2).
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}


@dataclass(frozen=True, slots=True)
class _Tags:
    """The three directories that matter, their values as the reader gave them."""

    zeroth: Mapping[int, Any]
    exif: Mapping[int, Any] = field(default_factory=dict)
    gps: Mapping[int, Any] = field(default_factory=dict)


def header_camera(header: Header) -> Camera:
    """Return what the EXIF segments of a JPEG header say."""
    parts = [
        each.data[6:]
        for each in header.segments
        if each.marker == APP1 and each.data.startswith(b"Exif\x00")
    ]
    if not parts:
        return Camera()
    tiff = b"".join(parts)  # longer than 64 kB: split over several segments
    tags = _attempt(_by_piexif, tiff)
    camera = None if tags is None else _camera(tags)
    if tags is not None and camera is not None and (camera.taken or not _dated(tags)):
        return camera
    again = _attempt(_by_pillow, tiff)
    if camera is None:
        return _unread() if again is None else _camera(again)
    # piexif cuts a date that ends without its null byte; Pillow does not.
    return camera if again is None else replace(camera, taken=_camera(again).taken)


def image_camera(image: Image.Image) -> Camera:
    """Return what the EXIF of an opened image says; the caller keeps Pillow quiet."""
    tags = _attempt(_sections, image)
    return _unread() if tags is None else _camera(tags)


def _attempt(read: Callable[[_Source], _Tags], source: _Source) -> _Tags | None:
    try:
        return read(source)
    except GARBAGE:
        return None


def _unread() -> Camera:
    return Camera(trouble=Trouble("exif", "has EXIF that cannot be read: no date, place or camera"))


def _camera(tags: _Tags) -> Camera:
    taken = (values.moment(*(tags.exif.get(tag) for tag in dates)) for dates in _DATES)
    void = values.text(tags.gps.get(_GPS_STATUS)) == _VOID
    place = None if void else values.position(tags.gps)
    latitude, longitude = place or (None, None)
    return Camera(
        taken=next((each for each in taken if each is not None), None),
        latitude=latitude,
        longitude=longitude,
        camera=values.camera_name(tags.zeroth.get(_MAKE), tags.zeroth.get(_MODEL)),
        orientation=values.orientation(tags.zeroth.get(_ORIENTATION)),
    )


def _dated(tags: _Tags) -> bool:
    return any(values.text(tags.exif.get(date)) for date, *_ in _DATES)


def _by_piexif(tiff: bytes) -> _Tags:
    if not _plausible(tiff):
        raise ValueError("counts that fit no segment")
    read = piexif.load(b"Exif\x00\x00" + tiff)
    return _Tags(read["0th"], read["Exif"], read["GPS"])


def _by_pillow(tiff: bytes) -> _Tags:
    exif = Image.Exif()
    with quietly():
        exif.load(b"Exif\x00\x00" + tiff)
        return _directories(exif)


def _sections(image: Image.Image) -> _Tags:
    return _directories(image.getexif())


def _directories(exif: Image.Exif) -> _Tags:
    """Read what can be read: a broken GPS directory does not take the date with it."""
    found: list[dict[int, Any]] = []
    for ifd in (_EXIF_IFD, _GPS_IFD):
        try:
            found.append(dict(exif.get_ifd(ifd)))
        except GARBAGE:
            found.append({})
    return _Tags(dict(exif), *found)


def _plausible(tiff: bytes) -> bool:
    """Whether all values together fit the segment.

    piexif builds a format string as long as a tag's count says: 4 GB from twelve bad bytes.
    """
    order = "<" if tiff[:2] == b"II" else ">"
    waiting, seen, total = [struct.unpack_from(f"{order}L", tiff, 4)[0]], set[int](), 0
    while waiting:
        offset = waiting.pop()
        if offset in seen:
            continue
        seen.add(offset)
        (entries,) = struct.unpack_from(f"{order}H", tiff, offset)
        for index in range(entries):
            at = offset + 2 + 12 * index
            tag, kind, count, value = struct.unpack_from(f"{order}HHLL", tiff, at)
            total += _SIZES.get(kind, 1) * count
            if tag in {_EXIF_IFD, _GPS_IFD, _INTEROP_IFD}:
                waiting.append(value)
    return total <= 2 * len(tiff)
