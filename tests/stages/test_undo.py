"""The way back: the same bytes as before, or nothing at all."""

import json
import subprocess

from batchcap.metadata.exiftool import find_exiftool

PHOTO = "France/Paris/commercial/b.jpg"
OTHER = "Italy/Rome/editorial/a.jpg"


def written(desk):
    desk.paint(PHOTO, OTHER)
    original = desk.bytes()
    desk.done("run", "--wait")
    return original


def edit(desk, photo: str, *arguments: str) -> None:
    command = [find_exiftool(""), *arguments, "-overwrite_original", str(desk.photos / photo)]
    subprocess.run(command, check=True, capture_output=True)


def tag(desk, photo: str, name: str) -> object:
    command = [find_exiftool(""), "-j", f"-{name}", str(desk.photos / photo)]
    shown = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)[0]
    return next((value for key, value in shown.items() if key != "SourceFile"), None)


def test_one_photo_and_then_the_rest(desk) -> None:
    original = written(desk)
    assert desk.done("undo", PHOTO).counts["restored"] == 1
    assert desk.bytes()[PHOTO] == original[PHOTO]
    assert desk.bytes()[OTHER] != original[OTHER]
    assert desk.states() == {"captioned": 1, "written": 1}
    assert desk.done("undo", "Italy").counts["restored"] == 1
    assert desk.bytes() == original
    told = desk.run("undo")
    assert (told.code, told.codes) == (2, ["usage"])


def test_a_photo_that_is_named_twice_is_undone_once(desk) -> None:
    original = written(desk)
    assert desk.done("undo", OTHER, "Italy", PHOTO).counts["restored"] == 2
    assert desk.bytes() == original


def test_a_run_by_its_number(desk) -> None:
    original = written(desk)
    with desk.open() as opened:
        run = opened.ledger.writes.last_run()
    assert desk.run("undo", "--run", str(run + 500)).code == 2
    assert desk.done("undo", "--run", str(run)).counts["restored"] == 2
    assert desk.bytes() == original


def test_what_somebody_changed_since_is_left_alone(desk) -> None:
    original = written(desk)
    edit(desk, PHOTO, "-XMP-dc:Rights=mine")
    changed = desk.bytes()[PHOTO]
    told = desk.run("undo")
    assert (told.code, told.counts["restored"], told.counts["changed_since"]) == (4, 1, 1)
    assert told.problem["photo"] == PHOTO
    assert "--force" in told.problem["hint"]
    assert desk.bytes() == {PHOTO: changed, OTHER: original[OTHER]}
    assert desk.states() == {"captioned": 1, "written": 1}


def test_force_takes_back_our_words_and_leaves_theirs(desk) -> None:
    written(desk)
    seen = desk.pixels()
    edit(desk, PHOTO, "-XMP-dc:Rights=mine", "-XMP-dc:Title=also mine")
    assert desk.done("undo", "--force", PHOTO).counts["restored"] == 1
    assert tag(desk, PHOTO, "XMP-dc:Rights") == "mine"
    assert tag(desk, PHOTO, "XMP-dc:Title") == "also mine"
    assert tag(desk, PHOTO, "XMP-dc:Description") is None
    assert tag(desk, PHOTO, "IPTC:Keywords") is None
    assert desk.pixels() == seen


def test_a_photo_that_is_gone_fails_alone(desk) -> None:
    original = written(desk)
    (desk.photos / PHOTO).unlink()
    told = desk.run("undo")
    assert (told.code, told.counts["restored"], told.counts["failed"]) == (1, 1, 1)
    assert told.problem["photo"] == PHOTO
    assert desk.bytes()[OTHER] == original[OTHER]


def test_undo_after_write_after_undo(desk) -> None:
    original = written(desk)
    first = desk.bytes()
    for _ in range(2):
        desk.done("undo")
        assert desk.bytes() == original
        assert desk.done("write").counts["written"] == 2
        assert desk.pixels().keys() == first.keys()
    desk.done("undo")
    assert desk.bytes() == original


def test_a_damaged_way_back_is_not_taken(desk) -> None:
    written(desk)
    after = desk.bytes()
    with desk.open() as opened, opened.ledger.change():
        opened.ledger._connection.execute("UPDATE journal SET patch = substr(patch, 1, 90)")
    told = desk.run("undo")
    assert (told.code, told.counts["failed"]) == (1, 2)
    assert desk.bytes() == after
    assert not desk.strays()
