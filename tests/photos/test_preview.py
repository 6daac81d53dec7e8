import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from batchcap.photos.prepare import look, prepare
from batchcap.photos.preview import Preview, largest, raw_camera, raw_size
from batchcap.records import Camera, Prepared, Recipe, Sighting, Trouble

TAGS = {
    "Make": "NIKON CORPORATION",
    "Model": "NIKON Z 6",
    "Orientation": "6",
    "DateTimeOriginal": "2024:05:06 07:08:09",
    "OffsetTimeOriginal": "+02:00",
    "CreateDate": "2020:01:01 00:00:00",
    "GPSLatitude": "38.7",
    "GPSLongitude": "-9.1",
    "ImageSize": "6000 4000",
}


def test_what_a_raw_says_of_itself():
    zone = dt.timezone(dt.timedelta(hours=2))
    camera = raw_camera(TAGS)
    assert camera.taken == dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=zone)
    assert (camera.latitude, camera.longitude) == (38.7, -9.1)
    assert camera.camera == "NIKON Z 6"
    assert camera.orientation == 6
    assert raw_size(TAGS) == (6000, 4000)


@pytest.mark.parametrize(
    "odd",
    [
        {"GPSLatitude": "0", "GPSLongitude": "0"},
        {"GPSLatitude": "91"},
        {"GPSLongitude": "x"},
        {"GPSStatus": "V"},
    ],
)
def test_a_position_that_is_none(odd):
    camera = raw_camera({**TAGS, **odd})
    assert (camera.latitude, camera.longitude) == (None, None)


def test_the_second_date_speaks_where_the_first_is_nonsense():
    assert raw_camera({**TAGS, "DateTimeOriginal": "0000:00:00 00:00:00"}).taken.year == 2020


@given(st.dictionaries(st.sampled_from(sorted(TAGS)), st.text(max_size=30)))
def test_no_tags_make_it_raise(tags):
    assert isinstance(raw_camera(tags), Camera)
    assert len(raw_size(tags)) == 2


def test_the_largest_picture_is_taken(paint, encode):
    pictures = [encode(paint(*size)) for size in ((160, 120), (640, 480), (320, 240))]
    tiff = encode(paint(700, 500), "TIFF")
    assert largest(pictures) == pictures[1]
    assert largest([*pictures, tiff, b"nonsense", b"", pictures[1][:30]]) == tiff


def test_a_preview_too_small_or_none_is_told(paint, encode):
    small = largest([encode(paint(499, 300))])
    assert isinstance(small, Trouble)
    assert small.code == "small_preview"
    assert "499 pixels" in small.message
    none = largest([b"x", b"\xff\xd8\xff"])
    assert isinstance(none, Trouble)
    assert none.code == "no_preview"
    assert largest([encode(paint(500, 20))])


@pytest.fixture
def run(tmp_path, paint, encode, raw_file):
    """Prepare a RAW whose preview has this size and these EXIF words."""

    def make(size=(640, 480), *, kind="JPEG", own=None, told=6, raw=(6000, 4000), name="a.nef"):
        exif = Image.Exif()
        if own:
            exif[0x0112] = own
        (tmp_path / "preview").write_bytes(encode(paint(*size), kind, exif=exif))
        (tmp_path / name).write_bytes(raw_file("nef", encode(paint())))
        preview = Preview(tmp_path / "preview", Camera(orientation=told, camera="X"), *raw)
        return prepare(str(tmp_path), Sighting(name, 1, 0), Recipe(max_side=96), preview)

    return make


def shown(found):
    """The size, and which of the four painted colours stands at the top on the left."""
    with Image.open(io.BytesIO(found.jpeg)) as image:
        pixel = image.getpixel((8, 8))
        strongest = max(range(3), key=lambda at: pixel[at])
        return image.size, "white" if min(pixel) > 200 else ("red", "green", "blue")[strongest]


@pytest.mark.parametrize(
    ("told", "size", "corner"),
    [(1, (96, 72), "red"), (6, (72, 96), "blue"), (8, (72, 96), "green"), (3, (96, 72), "white")],
)
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_the_raw_says_which_way_up_its_preview_is(run, kind, told, size, corner):
    found = run(kind=kind, told=told)
    assert isinstance(found, Prepared)
    assert shown(found) == (size, corner)
    upright = (4000, 6000) if told in {6, 8} else (6000, 4000)
    assert (found.original_width, found.original_height) == upright
    assert found.camera.camera == "X"


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_preview_that_says_so_itself_is_believed(run, kind):
    assert shown(run(kind=kind, own=8, told=6)) == ((72, 96), "green")


def test_an_upright_preview_of_a_lying_raw_is_not_turned_again(run):
    assert shown(run((480, 640), told=6)) == ((72, 96), "red")
    assert shown(run((480, 640), own=1, told=8)) == ((72, 96), "red")


def test_without_the_raws_size_that_of_the_preview_counts(run):
    found = run(raw=(0, 0))
    assert (found.original_width, found.original_height) == (480, 640)


def test_a_raw_is_known_by_its_bytes_and_a_dng_by_its_pictures(run, tmp_path):
    assert run().digest != run(name="b.dng").digest
    (tmp_path / "c.nef").write_bytes((tmp_path / "a.nef").read_bytes())
    assert run(name="c.nef").digest == run().digest


def test_the_trouble_of_a_preview_is_the_photos(tmp_path, run):
    run()
    trouble = Trouble("small_preview", "holds no picture larger than 160 pixels")
    sighting = Sighting("a.nef", 1, 0)
    assert prepare(str(tmp_path), sighting, Recipe(), trouble) == trouble
    nothing = prepare(str(tmp_path), sighting, Recipe())
    assert isinstance(nothing, Trouble)
    assert nothing.code == "no_preview"
    assert look(str(tmp_path), sighting) == nothing


def test_a_broken_preview_is_told(tmp_path, run):
    run()
    (tmp_path / "preview").write_bytes(b"\xff\xd8\xff")
    preview = Preview(tmp_path / "preview", Camera())
    found = prepare(str(tmp_path), Sighting("a.nef", 1, 0), Recipe(), preview)
    assert isinstance(found, Trouble)
    assert found.code == "truncated"
