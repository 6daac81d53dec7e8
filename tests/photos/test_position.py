"""A position that stands only in the sidecar beside a photo."""

import subprocess
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.photos.embedded import with_position
from batchcap.photos.placefields import gps_from_xmp
from batchcap.records import Camera

PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:exif="http://ns.adobe.com/exif/1.0/" {}/></rdf:RDF></x:xmpmeta>"""


def packet(**said: str) -> bytes:
    return PACKET.format(" ".join(f'exif:{name}="{text}"' for name, text in said.items())).encode()


@pytest.mark.parametrize("name", ["a.xmp", "a.nef.xmp"])
@pytest.mark.parametrize(
    ("latitude", "longitude"), [(38.7139, -9.1394), (-33.8568, 151.2153), (0.5, -179.99)]
)
def test_what_exiftool_writes_is_read(tmp_path, name, latitude, longitude):
    sidecar = tmp_path / name
    given = (f"-XMP-exif:GPSLatitude={latitude}", f"-XMP-exif:GPSLongitude={longitude}")
    subprocess.run(["exiftool", "-config", "", "-q", *given, str(sidecar)], check=True)
    camera = Camera(taken=datetime(2024, 5, 6), camera="Cam")  # noqa: DTZ001 a camera's clock
    found = with_position(camera, tmp_path / "a.nef")
    assert (found.latitude, found.longitude) == pytest.approx((latitude, longitude), abs=1e-6)
    assert (found.taken, found.camera) == (camera.taken, "Cam")


def test_the_photo_speaks_first(tmp_path):
    said = packet(GPSLatitude="1,2.5N", GPSLongitude="3,4.5E")
    (tmp_path / "a.xmp").write_bytes(said)
    own = Camera(latitude=50.0, longitude=8.0)
    assert with_position(own, tmp_path / "a.nef") == own
    assert with_position(Camera(), tmp_path / "b.nef") == Camera()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"GPSLatitude": "38,42,50N", "GPSLongitude": "9,8,22W"}, (38 + 42.8333 / 60, -9.13944)),
        ({"GPSLatitude": "38,42.5N"}, None),
        ({"GPSLatitude": "38,42.5E", "GPSLongitude": "9,8W"}, None),
        ({"GPSLatitude": "91,0N", "GPSLongitude": "9,8W"}, None),
        ({"GPSLatitude": "38,75N", "GPSLongitude": "9,8W"}, None),
        ({"GPSLatitude": "0,0N", "GPSLongitude": "0,0E"}, None),
        ({"GPSLatitude": "1,0N", "GPSLongitude": "1,0E", "GPSStatus": "V"}, None),
        ({"GPSLatitude": "38.7", "GPSLongitude": "-9.1"}, None),
    ],
)
def test_positions(said, expected):
    found = gps_from_xmp(packet(**said))
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-4))


@given(
    st.text(st.characters(codec="utf-8", exclude_characters='"<&'), max_size=20),
    st.binary(max_size=40),
)
def test_nonsense_is_no_position(text, junk):
    for data in (packet(GPSLatitude=text, GPSLongitude=text), junk):
        assert gps_from_xmp(data) is None
