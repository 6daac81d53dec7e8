"""The place that a person put into a photo's own metadata, or into the sidecar beside it.

Takes a path; gives a Place, or a position that stands in a sidecar alone. Fast, since every photo
of an archive is read: no ExifTool, no pixels. Never raises for a bad file, and never writes.
"""

from dataclasses import replace
from pathlib import Path

from batchcap.photos.decoding import quietly
from batchcap.photos.kinds import HEAD, sniff
from batchcap.photos.packets import LARGEST, Packets, packets
from batchcap.photos.placefields import from_iim, from_xmp, gps_from_xmp, joined
from batchcap.photos.refusals import GARBAGE
from batchcap.records import Camera, Place


def embedded_place(path: Path) -> Place:
    """Return the place fields of a photo: its XMP, then its IPTC, then its sidecar."""
    found = _packets(path)
    place = joined(from_xmp(found.xmp), from_iim(found.iim))
    if place.city and place.country:
        return place
    for sidecar in _sidecars(path):
        place = joined(place, from_xmp(_sidecar(sidecar)))
    return place


def with_position(camera: Camera, path: Path) -> Camera:
    """Return what EXIF says with the position that a sidecar tells, where EXIF tells none."""
    if camera.latitude is not None and camera.longitude is not None:
        return camera
    found = (gps_from_xmp(_sidecar(sidecar)) for sidecar in _sidecars(path))
    latitude, longitude = next((each for each in found if each), (None, None))
    return replace(camera, latitude=latitude, longitude=longitude)


def _sidecars(path: Path) -> tuple[Path, Path]:
    return path.with_suffix(".xmp"), path.with_name(path.name + ".xmp")


def _packets(path: Path) -> Packets:
    try:
        with path.open("rb") as stream, quietly():
            return packets(stream, sniff(stream.read(HEAD)))
    except GARBAGE:
        return Packets()


def _sidecar(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            packet = stream.read(LARGEST + 1)
    except OSError:
        return b""
    return packet if len(packet) <= LARGEST else b""
