"""From a table of samples to JPEG files with EXIF.

Takes a folder and the samples; gives their files. Never opens a file that is there already.
"""

import contextlib
import io
from pathlib import Path

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from batchcap.demo.canvas import Canvas
from batchcap.demo.places import SAMPLES, Sample
from batchcap.demo.scenes import PAINTERS
from batchcap.records import Progress

LONG_SIDE, SHORT_SIDE = 1600, 1067  # pixels
QUALITY = 90

# How an upright picture lies in the file, by the orientation that sets it right again.
STORED = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}


def paint_all(root: Path, progress: Progress | None) -> tuple[Path, ...]:
    """Paint each sample that has no file below ``root`` yet; return the paths of all of them."""
    paths = tuple(root.joinpath(*sample.path.parts) for sample in SAMPLES)
    missing = [pair for pair in zip(SAMPLES, paths, strict=True) if not pair[1].exists()]
    shown = progress.bar("painting", len(missing)) if progress and missing else None
    with shown or contextlib.nullcontext():
        for sample, path in missing:
            if shown:
                shown.note(path.name)
            _keep(path, develop(sample))
            if shown:
                shown.advance()
    return paths


def develop(sample: Sample) -> bytes:
    """Return the sample as a JPEG with EXIF, its pixels as the sensor would have stored them."""
    upright = sample.orientation in STORED
    sides = (SHORT_SIDE, LONG_SIDE) if upright else (LONG_SIDE, SHORT_SIDE)
    canvas = Canvas(*sides, seed=sample.scene)
    PAINTERS[sample.scene](canvas)
    picture = canvas.finish()
    if upright:
        picture = picture.transpose(STORED[sample.orientation])
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=QUALITY, exif=_exif(sample))
    return stream.getvalue()


def _keep(path: Path, jpeg: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")  # an interrupted run leaves no half photo
    try:
        part.write_bytes(jpeg)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _exif(sample: Sample) -> Image.Exif:
    # not with piexif: its inner IFDs lack their end mark, which ExifTool -validate warns of
    stamp = sample.taken.strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[Base.Make] = "Samplecam"
    exif[Base.Model] = "Samplecam S1"
    exif[Base.Orientation] = sample.orientation
    exif[Base.XResolution] = IFDRational(300)
    exif[Base.YResolution] = IFDRational(300)
    exif[Base.ResolutionUnit] = 2
    exif[Base.DateTime] = stamp
    exif[Base.YCbCrPositioning] = 1
    exif[IFD.Exif] = {
        Base.ExifVersion: b"0231",  # the first version with time offsets
        Base.DateTimeOriginal: stamp,
        Base.DateTimeDigitized: stamp,
        Base.OffsetTimeOriginal: sample.taken.isoformat()[-6:],
        Base.FlashPixVersion: b"0100",
        Base.ColorSpace: 1,
        Base.ExifImageWidth: LONG_SIDE,
        Base.ExifImageHeight: SHORT_SIDE,
    }
    place = sample.place
    exif[IFD.GPSInfo] = {
        GPS.GPSVersionID: b"\2\3\0\0",
        GPS.GPSLatitudeRef: "S" if place.latitude < 0 else "N",
        GPS.GPSLatitude: _degrees(place.latitude),
        GPS.GPSLongitudeRef: "W" if place.longitude < 0 else "E",
        GPS.GPSLongitude: _degrees(place.longitude),
        GPS.GPSMapDatum: "WGS-84",
    }
    return exif


def _degrees(angle: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Return degrees, minutes and hundredths of a second as EXIF rationals, without the sign."""
    hundredths = round(abs(angle) * 360_000)
    minutes, rest = divmod(hundredths, 6_000)
    return IFDRational(minutes // 60), IFDRational(minutes % 60), IFDRational(rest, 100)
