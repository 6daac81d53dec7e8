import hashlib
import json
import os
import shutil
import subprocess
import sys
import unicodedata
from datetime import datetime
from pathlib import Path

import piexif
import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from batchcap.demo import paint
from batchcap.demo.canvas import Canvas
from batchcap.demo.places import SAMPLES
from batchcap.demo.scenes import PAINTERS

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.scene)


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """A folder with all twelve; tests only read it."""
    root = tmp_path_factory.mktemp("demo ü")
    return root, paint(root)


def _at(painted, sample):
    return painted[0].joinpath(*sample.path.parts)


def _digests(root):
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def _degrees(parts):
    return sum(top / bottom / 60**power for power, (top, bottom) in enumerate(parts))


def test_paint_gives_twelve_files_in_the_layout(painted):
    root, paths = painted
    found = sorted(path for path in root.rglob("*") if path.is_file())
    assert sorted(paths) == found
    assert len(found) == 12
    parts = [path.relative_to(root).parts for path in found]
    assert {each[0] for each in parts} == {"photo"}
    assert {len(each) for each in parts} == {5}
    releases = [each[3] for each in parts]
    assert releases.count("editorial") == 4
    assert releases.count("commercial") == 8


def test_the_names_are_such_as_photographers_give():
    names = [sample.name for sample in SAMPLES]
    assert any(" " in name for name in names)
    assert any(not name.isascii() for name in names)
    assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert len(set(names)) == 12


def test_every_scene_is_painted_once():
    assert sorted(sample.scene for sample in SAMPLES) == sorted(PAINTERS)


@each_sample
def test_a_photo_decodes_and_is_a_picture(painted, sample):
    with Image.open(_at(painted, sample)) as photo:
        photo.load()
    assert (photo.format, photo.mode, photo.size) == ("JPEG", "RGB", (1600, 1067))
    assert all(deviation > 20 for deviation in ImageStat.Stat(photo).stddev)


@each_sample
def test_exif_tells_when_with_what_and_which_way_up(painted, sample):
    exif = piexif.load(str(_at(painted, sample)))
    first, detail = exif["0th"], exif["Exif"]
    stamp = detail[piexif.ExifIFD.DateTimeOriginal] + detail[piexif.ExifIFD.OffsetTimeOriginal]
    assert datetime.strptime(stamp.decode(), "%Y:%m:%d %H:%M:%S%z") == sample.taken
    assert first[piexif.ImageIFD.Make] == b"Samplecam"
    assert first[piexif.ImageIFD.Model] == b"Samplecam S1"
    assert first[piexif.ImageIFD.Orientation] == sample.orientation
    assert piexif.ImageIFD.ImageDescription not in first
    assert piexif.ImageIFD.Artist not in first


@each_sample
def test_exif_tells_where(painted, sample):
    gps = piexif.load(str(_at(painted, sample)))["GPS"]
    latitude = _degrees(gps[piexif.GPSIFD.GPSLatitude])
    longitude = _degrees(gps[piexif.GPSIFD.GPSLongitude])
    place = sample.place
    assert latitude == pytest.approx(abs(place.latitude), abs=1e-5)
    assert longitude == pytest.approx(abs(place.longitude), abs=1e-5)
    assert gps[piexif.GPSIFD.GPSLatitudeRef] == (b"S" if place.latitude < 0 else b"N")
    assert gps[piexif.GPSIFD.GPSLongitudeRef] == (b"W" if place.longitude < 0 else b"E")


def test_exiftool_reads_the_same_places_and_warns_of_nothing(painted):
    root, paths = painted
    done = subprocess.run(
        [
            "exiftool",
            "-charset",
            "filename=utf8",
            "-json",
            "-n",
            "-r",
            "-GPSLatitude",
            "-GPSLongitude",
            "-Warning",
            ".",
        ],
        cwd=root,
        capture_output=True,
        check=True,
    )
    rows = json.loads(done.stdout)
    assert len(rows) == len(paths)
    assert not [row for row in rows if "Warning" in row]
    found = sorted((row["GPSLatitude"], row["GPSLongitude"]) for row in rows)
    known = sorted((sample.place.latitude, sample.place.longitude) for sample in SAMPLES)
    for pair, wanted in zip(found, known, strict=True):
        assert pair == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize(
    ("city", "south", "west"),
    [
        ("Puerto Natales", True, True),
        ("Sydney", True, False),
        ("San Francisco", False, True),
        ("Bergen", False, False),
    ],
)
def test_every_quarter_of_the_globe_is_there(city, south, west):
    (place,) = {sample.place for sample in SAMPLES if sample.place.city == city}
    assert (place.latitude < 0, place.longitude < 0) == (south, west)


def test_two_photos_lie_on_their_side_one_each_way():
    turned = [sample.orientation for sample in SAMPLES if sample.orientation != 1]
    assert sorted(turned) == [6, 8]


@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.orientation != 1], ids=lambda sample: sample.scene
)
def test_a_turned_photo_is_upright_once_its_orientation_is_applied(painted, sample):
    with Image.open(_at(painted, sample)) as photo:
        shown = ImageOps.exif_transpose(photo)
    canvas = Canvas(1067, 1600, sample.scene)
    PAINTERS[sample.scene](canvas)
    difference = ImageStat.Stat(ImageChops.difference(shown, canvas.finish()))
    assert max(difference.mean) < 6  # what JPEG costs; upside down it is ten times that


@pytest.fixture
def second(painted, tmp_path):
    """A copy of the painted folder, to be changed."""
    root = tmp_path / "again"
    shutil.copytree(painted[0], root)
    return root


def test_a_second_paint_changes_nothing(second):
    before = _digests(second)
    stamps = {path: path.stat().st_mtime_ns for path in second.rglob("*.jpg")}
    assert len(paint(second)) == 12
    assert _digests(second) == before
    assert {path: path.stat().st_mtime_ns for path in second.rglob("*.jpg")} == stamps


def test_what_was_written_into_a_photo_stays(second):
    altered = next(second.rglob("IMG_3307.jpg"))
    altered.write_bytes(b"keywords of mine")
    emptied = next(second.rglob("DSCF2290.jpg"))
    emptied.write_bytes(b"")
    before = _digests(second)
    paint(second)
    assert _digests(second) == before


def test_a_photo_that_is_gone_is_painted_again_with_the_same_bytes(second):
    before = _digests(second)
    next(second.rglob("DSCF2290.jpg")).unlink()
    shutil.rmtree(second / "photo" / "Italy")
    paint(second)
    assert _digests(second) == before


def test_a_folder_in_the_way_is_an_error_and_leaves_no_half_photo(tmp_path):
    (tmp_path / "photo").write_text("no folder", encoding="utf-8")
    with pytest.raises(OSError, match="photo"):
        paint(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["photo"]


def test_another_process_paints_the_same_bytes(painted, tmp_path):
    code = (
        "import random, sys, pathlib, batchcap.demo\n"
        "random.seed(1)\n"
        "batchcap.demo.paint(pathlib.Path(sys.argv[1]))\n"
    )
    environ = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, tmp_path], env=environ, check=True)
    assert _digests(tmp_path) == _digests(painted[0])


def test_the_package_is_cheap_to_import():
    code = "import sys, batchcap.demo; print(*sorted(sys.modules))"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "batchcap.demo" in loaded
    assert not {"PIL", "piexif", "batchcap.demo.studio"} & set(loaded)


class Recorder:
    """Stands where the terminal's progress would: keeps what it is told."""

    def __init__(self):
        self.totals, self.steps, self.notes, self.open = [], 0, [], 0

    def bar(self, title, total):
        assert title
        self.totals.append(total)
        return self

    def say(self, text):
        raise AssertionError(text)

    def advance(self, step=1):
        assert self.open
        self.steps += step

    def note(self, text):
        self.notes.append(text)

    def __enter__(self):
        self.open += 1
        return self

    def __exit__(self, *_):
        self.open -= 1


def test_progress_counts_what_is_painted_and_no_more(second):
    gone = [next(second.rglob(name)) for name in ("DSCF2290.jpg", "P1040877.jpg")]
    for path in gone:
        path.unlink()
    shown = Recorder()
    paint(second, shown)
    assert (shown.totals, shown.steps, shown.open) == ([2], 2, 0)
    assert sorted(shown.notes) == sorted(path.name for path in gone)
    idle = Recorder()
    paint(second, idle)
    assert idle.totals == []


def test_each_scene_can_be_told_from_every_other(painted):
    sheet = {}
    for path in painted[1]:
        with Image.open(path) as photo:
            shown = ImageOps.exif_transpose(photo)
        sheet[Path(path).name] = shown.resize((16, 16), Image.Resampling.BOX)
    names = sorted(sheet)
    for index, name in enumerate(names):
        for other in names[index + 1 :]:
            difference = ImageStat.Stat(ImageChops.difference(sheet[name], sheet[other])).mean
            assert sum(difference) / 3 > 12, (name, other)
