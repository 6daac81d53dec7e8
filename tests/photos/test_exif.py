import io
import struct
from datetime import datetime, timedelta, timezone

import piexif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from batchcap.photos.exif import header_camera
from batchcap.photos.jpeg import read_header
from batchcap.photos.prepare import prepare
from batchcap.records import Camera, Recipe, Sighting

ORIGINAL, DIGITISED = piexif.ExifIFD.DateTimeOriginal, piexif.ExifIFD.DateTimeDigitized
OFFSET, MODIFIED = piexif.ExifIFD.OffsetTimeOriginal, piexif.ImageIFD.DateTime
MAKE, MODEL, SOFTWARE = piexif.ImageIFD.Make, piexif.ImageIFD.Model, piexif.ImageIFD.Software
PARIS = {1: b"N", 2: ((48, 1), (51, 1), (3000, 100)), 3: b"E", 4: ((2, 1), (17, 1), (40, 1))}


def local(*numbers):
    return datetime(*numbers)  # noqa: DTZ001  EXIF times have no zone


@pytest.fixture(scope="module")
def camera(paint, encode, with_segment):
    """Read the camera from a painted JPEG that carries this EXIF."""
    plain = encode(paint())

    def read(exif=None, gps=None, zeroth=None, raw=None) -> Camera:
        data = raw or piexif.dump({"0th": zeroth or {}, "Exif": exif or {}, "GPS": gps or {}})
        return header_camera(read_header(io.BytesIO(with_segment(plain, 0xE1, data))))

    return read


@pytest.mark.parametrize(
    ("exif", "expected"),
    [
        ({ORIGINAL: b"2020:01:02 03:04:05"}, local(2020, 1, 2, 3, 4, 5)),
        ({DIGITISED: b"2021:01:02 03:04:05"}, local(2021, 1, 2, 3, 4, 5)),
        (
            {ORIGINAL: b"2020:01:02 03:04:05", DIGITISED: b"2021:01:02 03:04:05"},
            local(2020, 1, 2, 3, 4, 5),
        ),
        (
            {ORIGINAL: b"0000:00:00 00:00:00", DIGITISED: b"2021:01:02 03:04:05"},
            local(2021, 1, 2, 3, 4, 5),
        ),
        ({ORIGINAL: b"2020-01-02T03:04:05.67"}, local(2020, 1, 2, 3, 4, 5)),
        ({ORIGINAL: b"1932:01:02 03:04:05"}, local(1932, 1, 2, 3, 4, 5)),
        ({ORIGINAL: b"0000:00:00 00:00:00"}, None),
        ({ORIGINAL: b"    :  :     :  :  "}, None),
        ({ORIGINAL: b"0001:01:01 00:00:00"}, None),
        ({ORIGINAL: b"2101:01:01 00:00:00"}, None),
        ({ORIGINAL: b"2020:02:30 00:00:00"}, None),
        ({ORIGINAL: b"2020:01:02 24:00:00"}, None),
        ({ORIGINAL: b"2020:01:02"}, None),
        ({ORIGINAL: b"\xff\xfe\xfd"}, None),
        ({ORIGINAL: b""}, None),
        ({}, None),
    ],
)
def test_the_date_is_that_of_the_shutter_or_none(camera, exif, expected):
    found = camera(exif)
    assert found.taken == expected
    assert found.trouble is None


def test_the_date_of_an_edit_is_not_the_photo_s(camera):
    assert camera(zeroth={MODIFIED: b"2020:01:02 03:04:05"}).taken is None


@pytest.mark.parametrize(
    ("offset", "hours"),
    [(b"+03:00", 3), (b"-05:30", -5.5), (b"Z", 0), (b"+99:00", None), (b"   :  ", None)],
)
def test_an_offset_makes_the_time_aware(camera, offset, hours):
    taken = camera({ORIGINAL: b"2020:01:02 03:04:05", OFFSET: offset}).taken
    assert taken is not None
    assert taken.tzinfo == (None if hours is None else timezone(timedelta(hours=hours)))


def test_a_place(camera):
    found = camera(gps=PARIS)
    assert found.latitude == pytest.approx(48.8583333)
    assert found.longitude == pytest.approx(2.2944444)


def test_south_and_west_are_negative(camera):
    found = camera(gps={**PARIS, 1: b"S", 3: b"w"})
    assert found.latitude == pytest.approx(-48.8583333)
    assert found.longitude == pytest.approx(-2.2944444)


@pytest.mark.parametrize(
    "change",
    [
        {1: None},
        {3: None},
        {2: None},
        {4: None},
        {1: b"X"},
        {3: b"N"},
        {2: ((48, 0), (51, 1), (30, 1))},
        {4: ((2, 1), (0, 0), (0, 0))},
        {2: ((91, 1), (0, 1), (0, 1))},
        {4: ((181, 1), (0, 1), (0, 1))},
        {2: ((90, 1), (30, 1), (0, 1))},
        {2: ((48, 1), (61, 1), (0, 1))},
        {2: ((0, 1), (0, 1), (0, 1)), 4: ((0, 1), (0, 1), (0, 1))},
        {2: ((0, 0), (0, 0), (0, 0)), 4: ((0, 0), (0, 0), (0, 0))},
        {9: b"V"},
    ],
)
def test_half_a_place_is_no_place(camera, change):
    gps = {key: value for key, value in {**PARIS, **change}.items() if value is not None}
    found = camera(gps=gps)
    assert (found.latitude, found.longitude) == (None, None)


def test_decimal_degrees_and_minutes_do(camera):
    found = camera(gps={**PARIS, 2: ((485, 10),), 4: ((2, 1), (30, 1))})
    assert (found.latitude, found.longitude) == (48.5, 2.5)


def test_the_equator_is_a_place(camera):
    found = camera(gps={**PARIS, 2: ((0, 1), (0, 1), (0, 1))})
    assert found.latitude == 0
    assert found.longitude is not None


@pytest.mark.parametrize(
    ("make", "model", "expected"),
    [
        (b"Canon", b"Canon EOS 5D", "Canon EOS 5D"),
        (b"NIKON CORPORATION", b"NIKON D70", "NIKON D70"),
        (b"SAMSUNG", b"SAMSUNG-SM-N900A", "SAMSUNG-SM-N900A"),
        (b"SONY", b"DSC-HX5V", "SONY DSC-HX5V"),
        (b"Apple\0\0\0", b"  iPhone 4 \0junk", "Apple iPhone 4"),
        (b"", b"X100", "X100"),
        (b"Leica", b"", "Leica"),
        (b"Mi", b"MiTwo", "Mi MiTwo"),
        ("Zürich".encode(), b"A\nB", "Zürich A B"),
        (b"Caf\xe9", b"1", "Café 1"),
        (b"M" * 500, b"x", "M" * 80),
    ],
)
def test_the_camera_is_named_once(camera, make, model, expected):
    assert camera(zeroth={MAKE: make, MODEL: model}).camera == expected


@pytest.mark.parametrize(("value", "expected"), [(1, 1), (6, 6), (8, 8), (0, 1), (9, 1), (999, 1)])
def test_orientation_is_one_to_eight(camera, value, expected):
    assert camera(zeroth={piexif.ImageIFD.Orientation: value}).orientation == expected


def full():
    return piexif.dump(
        {
            "0th": {MAKE: b"Acme", MODEL: b"One", SOFTWARE: b"A program", 0x0112: 6},
            "Exif": {ORIGINAL: b"2020:01:02 03:04:05"},
            "GPS": PARIS,
        }
    )


def entry(exif, tag):
    """The place of a tag's directory entry in big-endian EXIF."""
    return exif.index(struct.pack(">H", tag), 14)


def test_where_piexif_fails_pillow_reads(camera):
    exif = bytearray(full())
    struct.pack_into(">H", exif, entry(exif, SOFTWARE) + 2, 77)  # a type nobody knows
    with pytest.raises(ValueError, match="incorrect value"):
        piexif.load(bytes(exif))
    assert camera(raw=bytes(exif)) == camera(raw=full())
    assert camera(raw=bytes(exif)).orientation == 6


def test_a_count_of_four_thousand_million_costs_nothing(camera):
    exif = bytearray(full())
    struct.pack_into(">L", exif, entry(exif, SOFTWARE) + 4, 0xFFFFFFFF)
    assert camera(raw=bytes(exif)).camera == "Acme One"


def test_a_broken_gps_directory_does_not_take_the_date_with_it(camera):
    exif = bytearray(full())
    struct.pack_into(">L", exif, entry(exif, 0x8825) + 8, 0xFFFFFF)
    found = camera(raw=bytes(exif))
    assert found.taken == local(2020, 1, 2, 3, 4, 5)
    assert found.latitude is None


def test_a_date_that_ends_without_a_null_byte_is_whole(camera):
    exif = bytearray(full())
    place = entry(exif, ORIGINAL)
    assert struct.unpack_from(">L", exif, place + 4) == (20,)
    struct.pack_into(">L", exif, place + 4, 19)
    assert camera(raw=bytes(exif)).taken == local(2020, 1, 2, 3, 4, 5)


def test_exif_that_nobody_can_read_is_a_trouble_and_no_error(camera):
    for raw in (b"Exif\0\0garbage", b"Exif\0\0", b"Exif\0\0MM\0*\xff\xff\xff\xff"):
        found = camera(raw=raw)
        assert found.trouble is not None or found == Camera()
    assert camera(raw=b"Exif\0\0garbage").trouble.code == "exif"


def read(path):
    found = prepare(str(path.parent), Sighting(path.name, path.stat().st_size, 0), Recipe(64))
    return found.camera


def test_no_exif_is_no_trouble(tmp_path, paint, encode):
    (tmp_path / "a.jpg").write_bytes(encode(paint()))
    assert read(tmp_path / "a.jpg") == Camera()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF"])
def test_every_format_can_tell(tmp_path, paint, encode, kind):
    exif = Image.Exif()
    exif[MAKE], exif[MODEL], exif[0x0112] = "Acme", "One", 3
    exif.get_ifd(0x8769)[ORIGINAL] = "2020:01:02 03:04:05"
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 30.0, 0.0), 3: "E", 4: (151.0, 15.0, 0.0)})
    (tmp_path / "a").write_bytes(encode(paint(), kind, exif=exif.tobytes()))
    assert read(tmp_path / "a") == Camera(local(2020, 1, 2, 3, 4, 5), -33.5, 151.25, "Acme One", 3)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(camera, data):
    camera(raw=b"Exif\0\0" + data)
    camera(raw=b"Exif\0\0MM\0*\0\0\0\x08" + data)


@given(st.data())
def test_no_flipped_bytes_make_it_raise(camera, data):
    exif = bytearray(full())
    for _ in range(data.draw(st.integers(1, 6))):
        exif[data.draw(st.integers(6, len(exif) - 1))] = data.draw(st.integers(0, 255))
    found = camera(raw=bytes(exif))
    assert found.orientation in range(1, 9)
    assert found.latitude is None or abs(found.latitude) <= 90
