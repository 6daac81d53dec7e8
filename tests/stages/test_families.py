"""RAW and JPEG of one name: asked for once, written everywhere, and freed when that is right."""

import json
import subprocess

import pytest
from PIL import Image

EXTENSIONS = '[".jpg", ".tif", ".dng", ".cr2"]'
FOLDER = "Italy/Rome/commercial"
JPEG, RAW = f"{FOLDER}/a.jpg", f"{FOLDER}/a.cr2"
TAKEN = "2024:05:06 07:08:09"  # what the made RAWs say, too


def lay(desk, raw_file, stem="a", **how):
    """Put a JPEG and the RAW it came from side by side."""
    desk.settings["photos.extensions"] = EXTENSIONS
    how = {"size": (640, 480), "taken": TAKEN} | how
    (jpeg,) = desk.paint(f"{FOLDER}/{stem}.jpg", **how)
    jpeg.with_suffix(".cr2").write_bytes(raw_file("cr2", jpeg.read_bytes(), model=stem))
    return jpeg


@pytest.fixture
def family(desk, raw_file):
    lay(desk, raw_file)
    return desk


def captioned(desk):
    desk.fetched()
    desk.done("join")


def read(path, *tags):
    command = ["exiftool", "-json", *(f"-{each}" for each in tags), path]
    told = subprocess.run(command, capture_output=True, check=True)
    return json.loads(told.stdout)[0]


def test_a_family_is_asked_for_once_and_written_everywhere(family):
    before = family.bytes()
    assert family.done("estimate").counts["requests"] == 1
    built = family.done("build")
    assert (built.counts["photos"], built.counts["requests"], built.counts["skipped"]) == (2, 1, 1)
    assert family.states() == {"built": 1, "follows": 1}
    assert family.about(RAW)["follows"] == JPEG
    for typed in (("build",), ("submit",), ("poll", "--wait"), ("join",)):
        family.done(*typed)
    assert family.states() == {"captioned": 2}
    assert len(family.tasks()) == 1
    assert family.done("write", "--dry-run").counts["written"] == 2
    assert family.done("write").counts["written"] == 2
    assert family.states() == {"written": 2}
    raw = family.photos / RAW
    assert raw.read_bytes() == before[RAW]
    tags = ("Title", "Description", "Subject", "City")
    words = [read(path, *tags) for path in (family.photos / JPEG, raw.with_suffix(".xmp"))]
    assert all(words[0][each] == words[1][each] for each in tags)
    assert family.about(RAW)["caption"] == family.about(JPEG)["caption"]
    assert family.about(RAW)["history"] == family.about(JPEG)["history"]
    assert family.done("verify").counts["wrong"] == 0
    assert family.done("build").counts["requests"] == 0
    assert family.done("write", ".").counts["unchanged"] == 2
    assert family.done("undo", RAW).counts["restored"] == 1
    assert family.states() == {"written": 1, "captioned": 1}
    family.done("write")
    family.done("undo", JPEG)
    family.done("undo", RAW)
    assert family.bytes() == before


def test_an_agency_is_told_of_the_finished_picture_alone(family):
    captioned(family)
    told = family.run("check", "--agency", "shutterstock")
    assert told.counts["photos"] == 1
    family.run("export", "--agency", "shutterstock", "--out", str(family.root / "out.csv"))
    rows = (family.root / "out.csv").read_text("utf-8")
    assert "a.jpg" in rows
    assert "a.cr2" not in rows


def test_two_pictures_of_one_name_are_asked_for_both(desk, raw_file):
    lay(desk, raw_file, taken="2019:01:02 03:04:05")
    assert desk.done("estimate").counts["photos"] == 2
    assert desk.done("build").counts["requests"] == 2
    assert desk.states() == {"built": 2}


def test_a_follower_that_gets_another_name_stands_alone(family):
    twin = family.photos / f"{FOLDER}/a.tif"
    with Image.open(family.photos / JPEG) as picture:
        picture.save(twin)
    assert family.done("build").counts["requests"] == 1
    assert family.states() == {"built": 1, "follows": 2}
    twin.rename(twin.with_name("A.JPG.tif"))
    (family.photos / RAW).with_suffix(".dng").write_bytes(b"")
    assert family.run("build").counts["requests"] == 1
    assert family.states() == {"built": 2, "follows": 1, "unreadable": 1}


def test_the_raw_stands_for_a_picture_whose_jpeg_is_broken(family):
    jpeg = family.photos / JPEG
    whole = jpeg.read_bytes()
    jpeg.write_bytes(whole[:900])
    assert family.run("build").counts["requests"] == 1
    assert family.states() == {"built": 1, "unreadable": 1}
    jpeg.write_bytes(whole)
    assert family.done("build").counts["requests"] == 0
    assert family.states() == {"built": 1, "follows": 1}
    assert family.about(JPEG)["follows"] == RAW
    for typed in (("submit",), ("poll", "--wait"), ("join",), ("write",)):
        family.done(*typed)
    assert family.states() == {"written": 2}
    told = family.run("check", "--agency", "shutterstock")
    assert {each["photo"] for each in told.json["problems"]} <= {JPEG, ""}


def test_a_jpeg_that_came_later_is_not_paid_for(desk, raw_file):
    jpeg = lay(desk, raw_file)
    data = jpeg.read_bytes()
    jpeg.unlink()
    desk.done("run", "--wait")
    assert desk.states() == {"written": 1}
    jpeg.write_bytes(data)
    assert desk.done("build").counts["requests"] == 0
    assert desk.states() == {"written": 1, "captioned": 1}
    desk.done("write")
    assert read(jpeg, "Title")["Title"] == desk.about(RAW)["caption"]["title"]


def test_a_raw_keeps_the_words_of_a_jpeg_that_was_deleted(family):
    captioned(family)
    (family.photos / JPEG).unlink()
    assert family.done("build").counts["requests"] == 0
    assert family.states() == {"captioned": 1, "gone": 1}
    assert family.done("write").counts["written"] == 1
    family.settings["photos.layout"] = ""
    # What the words rest on is not known any more, and nobody else knows it.
    assert family.done("build").counts["requests"] == 1
    assert family.states() == {"built": 1, "gone": 1}


def test_a_jpeg_that_goes_before_it_was_asked_for_leaves_the_raw_alone(family):
    family.done("build", "--limit", "1")
    for path in (family.state / "tasks").iterdir():
        path.unlink()
    with family.open() as workspace, workspace.ledger.change():
        connection = workspace.ledger._connection
        connection.execute("DELETE FROM task")
        connection.execute("DELETE FROM task_file")
    (family.photos / JPEG).unlink()
    assert family.done("build").counts["requests"] == 1
    assert family.states() == {"built": 1, "gone": 1}


def test_a_family_that_moves_keeps_its_words(family):
    captioned(family)
    family.done("write")
    new = family.photos / FOLDER / "neu 🌍"
    new.mkdir()
    for name in ("a.jpg", "a.cr2", "a.xmp"):
        (family.photos / FOLDER / name).rename(new / name)
    assert family.done("build").counts["requests"] == 0
    assert family.states() == {"written": 2}
    assert family.about(f"{FOLDER}/neu 🌍/a.cr2")["follows"] == f"{FOLDER}/neu 🌍/a.jpg"


def test_another_picture_in_the_jpeg_is_asked_for_and_frees_the_raw(family):
    captioned(family)
    family.paint(JPEG, size=(300, 200), taken="2025:01:01 00:00:00")
    assert family.done("build").counts["requests"] == 1
    assert family.done("build").counts["requests"] == 1
    assert family.states() == {"built": 2}


def test_regenerate_asks_the_leader(family):
    captioned(family)
    told = family.done("build", "--regenerate", RAW)
    assert told.counts["requests"] == 0
    assert told.problem["hint"] == f"batchcap build --regenerate {JPEG}"
    assert family.done("build", "--regenerate").counts["requests"] == 1
    assert family.states() == {"built": 1, "follows": 1}


@pytest.mark.parametrize("limit", ["1", "2"])
def test_a_limit_counts_only_what_is_asked(desk, raw_file, limit):
    for stem in ("a", "b", "c"):
        lay(desk, raw_file, stem, size=(640, 480 + ord(stem)))
    assert desk.done("build", "--limit", limit).counts["requests"] == int(limit)
    assert desk.done("build").counts["requests"] == 3 - int(limit)
    assert desk.states() == {"built": 3, "follows": 3}


def test_a_raw_beside_a_jpeg_needs_no_address(family):
    family.settings |= {"image.send": "hosted", "image.base_url": "https://photos.example/"}
    lonely = family.photos / f"{FOLDER}/b.cr2"
    lonely.write_bytes((family.photos / RAW).read_bytes() + b"\0\0")
    assert family.done("estimate").counts["requests"] == 1
    told = family.run("build")
    assert (told.counts["requests"], told.counts["unreadable"]) == (1, 1)
    assert family.states() == {"built": 1, "follows": 1, "unreadable": 1}
    family.paint(f"{FOLDER}/b.jpg", taken=TAKEN, size=(320, 200))
    assert family.done("build").counts["requests"] == 1
    assert family.states() == {"built": 2, "follows": 2}


def test_a_sidecar_of_the_raw_alone_is_held_apart_from_the_jpeg(family):
    captioned(family)
    family.done("write", RAW)
    assert family.states() == {"written": 1, "captioned": 1}
    assert "Title" not in read(family.photos / JPEG, "Title")
