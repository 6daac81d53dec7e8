"""Painted pictures and hand-made files: everything a test needs, made on the spot."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "photos" / "photo"


def _paint(width=96, height=64, mode="RGB"):
    """Four quarters: red, green / blue, white; with a gradient so that there is something to code."""
    image = Image.new("RGB", (width, height))
    middle, across = width // 2, height // 2
    image.paste((220, 30, 30), (0, 0, middle, across))
    image.paste((30, 200, 30), (middle, 0, width, across))
    image.paste((30, 30, 220), (0, across, middle, height))
    image.paste((250, 250, 250), (middle, across, width, height))
    return image.convert(mode)


def _encode(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _icc():
    """A profile like sRGB, but red and blue swapped: whoever honours it turns red into blue."""

    def xyz(*values):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    name = b"Swapped\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78)
    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    tags = {
        b"desc": described,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(*blue),
        b"gXYZ": xyz(*green),
        b"bXYZ": xyz(*red),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for tag, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += tag + struct.pack(">II", at + len(body), len(data))
        body += padded
    head = bytearray(128)
    struct.pack_into(">I", head, 0, at + len(body))
    head[8:12] = b"\x02\x20\0\0"
    head[12:24] = b"mntrRGB XYZ "
    head[36:40] = b"acsp"
    head[68:80] = b"".join(struct.pack(">i", round(v * 65536)) for v in (0.9642, 1.0, 0.8249))
    return bytes(head) + struct.pack(">I", len(tags)) + table + body


def _segment(marker, data):
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def _with_segment(jpeg, marker, data):
    return jpeg[:2] + _segment(marker, data) + jpeg[2:]


@pytest.fixture(scope="session")
def paint() -> Callable[..., Image.Image]:
    return _paint


@pytest.fixture(scope="session")
def encode() -> Callable[..., bytes]:
    return _encode


def _encode_as(name, image, **options):
    if not name.endswith(".heic"):
        kinds = {"jpg": "JPEG", "tif": "TIFF", "webp": "WebP"}
        ending = name.rpartition(".")[2]
        return _encode(image, kinds.get(ending, ending.upper()), **options)
    out = io.BytesIO()
    exif = options.pop("exif", None)
    said = {"exif": exif.tobytes()} if exif else {}
    pillow_heif.from_pillow(image).save(out, quality=90, **said, **options)
    return out.getvalue()


@pytest.fixture(scope="session")
def encode_as() -> Callable[..., bytes]:
    """Encode a picture as a file so named would hold it."""
    return _encode_as


@pytest.fixture(scope="session")
def with_segment() -> Callable[[bytes, int, bytes], bytes]:
    return _with_segment


@pytest.fixture(scope="session")
def swapped_icc() -> bytes:
    return _icc()


@pytest.fixture(scope="session")
def real_photos() -> list[Path]:
    """The photos beside the project, or none: a clone elsewhere has to do without."""
    return sorted(REAL.rglob("*.jp*g"))
