"""Words do not outlive what they rest on: moved photos, other folders, other notes."""

import json
import subprocess

import pytest

PARIS, LYON = "France/Paris/commercial", "France/Lyon/commercial"
PHOTO = f"{PARIS}/a.jpg"


def written(desk, *names, **how):
    desk.paint(*(names or (PHOTO,)), **how)
    for typed in (("run", "--wait"), ("write",)):
        desk.done(*typed)
    assert set(desk.states()) == {"written"}


def move(desk, new, old=PHOTO):
    path = desk.photos / new
    path.parent.mkdir(parents=True, exist_ok=True)
    (desk.photos / old).rename(path)
    return path


def tags(path):
    command = ["exiftool", "-json", "-XMP:all", "-IPTC:all", "-EXIF:ImageDescription", path]
    read = subprocess.run(command, capture_output=True, check=True)
    return json.loads(read.stdout)[0]


@pytest.mark.parametrize(
    "new", [f"{LYON}/a.jpg", "Italy/Rome/editorial/a.jpg", "France/Paris/editorial/a.jpg"]
)
def test_a_photo_that_moves_elsewhere_is_asked_for_again_and_loses_its_old_words(desk, new):
    written(desk)
    path = move(desk, new)
    assert desk.done("build").counts["requests"] == 1
    assert desk.states() == {"built": 1}
    assert len(desk.about(new)["history"]) == 2
    desk.done("submit")
    desk.done("poll", "--wait")
    desk.done("join")
    desk.done("write")
    assert desk.states() == {"written": 1}
    said = json.dumps(tags(path))
    for word in {"France", "Paris"} - set(new.split("/")):
        assert word not in said
    assert desk.done("verify").counts["wrong"] == 0
    assert desk.done("build").counts["requests"] == 0


@pytest.mark.parametrize(
    "new", [f"{PARIS}/b.jpg", f"{PARIS}/deep/er/a.jpg", "france/PARIS/Commercial/a.jpg"]
)
def test_a_photo_that_moves_and_says_the_same_is_not_paid_for_again(desk, new):
    written(desk)
    move(desk, new)
    assert desk.done("build").counts["requests"] == 0
    assert desk.states() == {"written": 1}


def test_an_old_caption_is_not_written_nor_exported_before_the_next_answer(desk):
    desk.paint(PHOTO)
    desk.fetched()
    desk.done("join")
    move(desk, f"{LYON}/a.jpg")
    desk.done("build")
    before = desk.bytes()
    assert desk.done("write").counts == {"written": 0, "unchanged": 0, "held": 0, "failed": 0}
    assert desk.bytes() == before
    told = desk.run("check", "--agency", "shutterstock")
    assert told.counts["photos"] == 0


def test_another_layout_reaches_photos_that_are_captioned(desk):
    written(desk, PHOTO, "France/Nice/commercial/b.jpg")
    desk.settings["photos.layout"] = "{any}/{any}/{release}"
    assert desk.done("build").counts["requests"] == 2
    assert desk.states() == {"built": 2}
    assert "city" not in desk.about(PHOTO)["facts"]
    assert desk.done("build").counts["requests"] == 0
    desk.done("run", "--wait")
    assert desk.states() == {"written": 2}
    assert not {"City", "Country", "Country-PrimaryLocationCode"} & set(tags(desk.photos / PHOTO))


def test_a_photo_of_which_no_place_is_known_any_more_is_told_and_can_be_undone(desk):
    (photo,) = desk.paint(PHOTO)
    before = photo.read_bytes()
    desk.done("run", "--wait")
    path = move(desk, "a.jpg")
    desk.done("build")
    ran = desk.run("run", "--wait")
    assert (ran.code, desk.states()) == (4, {"held": 1})
    desk.done("undo", "a.jpg")
    assert path.read_bytes() == before


def test_a_layout_that_only_says_more_costs_nothing_and_its_places_are_written(desk):
    desk.settings["photos.layout"] = "{country}/{any}/{release}"
    written(desk)
    assert "City" not in tags(desk.photos / PHOTO)
    desk.settings["photos.layout"] = "{country}/{city}/{release}"
    assert desk.done("build").counts["requests"] == 0
    assert desk.states() == {"captioned": 1}
    assert desk.done("write").counts["written"] == 1
    assert tags(desk.photos / PHOTO)["City"] == "Paris"
    assert desk.states() == {"written": 1}


def note(desk, text):
    (desk.root / "notes.csv").write_text(text, encoding="utf-8")
    desk.settings["photos.notes"] = "notes.csv"


def test_notes_that_say_otherwise_are_a_reason_and_more_notes_are_none(desk):
    note(desk, "path,text\nFrance,a race\n")
    written(desk)
    note(desk, "path,text,location\nFrance,A  race,Montmartre\n")
    assert desk.done("build").counts["requests"] == 0
    note(desk, "path,text\nFrance,a wedding\n")
    assert desk.done("build").counts["requests"] == 1
    desk.done("run", "--wait")
    desk.settings.pop("photos.notes")
    assert desk.done("build").counts["requests"] == 1


def test_the_same_city_from_another_source_is_no_reason(desk):
    desk.settings["photos.layout"] = ""
    desk.paint("Italy/Rome/x/a.jpg", gps=True)
    for typed in (("run", "--wait"), ("write",)):
        desk.run(*typed)
    states = desk.states()
    desk.settings["photos.layout"] = "{country}/{city}"
    assert desk.done("build").counts["requests"] == 0
    assert desk.states() == states
    assert desk.about("Italy/Rome/x/a.jpg")["facts"]["city"]["evidence"] == "folder"


def test_another_time_of_the_day_is_no_reason_but_another_day_is(desk):
    written(desk)
    photo = desk.photos / PHOTO
    command = ["exiftool", "-q", "-overwrite_original"]
    subprocess.run([*command, "-DateTimeOriginal=2025:05:01 23:59:59", photo], check=True)
    assert desk.done("build").counts["requests"] == 0
    assert desk.states() == {"written": 1}
    subprocess.run([*command, "-DateTimeOriginal=2025:05:02 00:00:01", photo], check=True)
    assert desk.done("build").counts["requests"] == 1


def test_facts_that_change_begin_with_no_attempt_spent(desk):
    desk.settings["limits.attempts"] = "1"
    written(desk)
    move(desk, f"{LYON}/a.jpg")
    desk.done("build")
    for typed in (("submit",), ("poll", "--wait"), ("join",)):
        desk.done(*typed)
    assert desk.states() == {"captioned": 1}


def test_a_move_while_the_answer_is_under_way_is_asked_anew_and_both_answers_are_booked(desk):
    desk.paint(PHOTO)
    desk.done("build")
    desk.done("submit")
    move(desk, f"{LYON}/a.jpg")
    assert desk.done("build").counts["requests"] == 1
    desk.done("run", "--wait")
    assert desk.states() == {"written": 1}
    assert tags(desk.photos / LYON / "a.jpg")["City"] == "Lyon"
    assert desk.done("verify").counts["wrong"] == 0


def test_a_limit_leaves_the_others_without_their_old_words(desk):
    written(desk, PHOTO, f"{PARIS}/b.jpg")
    (desk.photos / PARIS).rename(desk.photos / "France" / "commercial")
    (desk.photos / LYON).parent.mkdir()
    (desk.photos / "France" / "commercial").rename(desk.photos / LYON)
    assert desk.done("build", "--limit", "1").counts["requests"] == 1
    assert set(desk.states()) <= {"built", "new", "gone"}
    assert desk.done("build").counts["requests"] == 1
    assert desk.states() == {"built": 2}
