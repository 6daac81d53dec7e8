"""What build knows of a photo, through the command line: notes, folders, the file, GPS."""

import json
import subprocess

import pytest

ROME = ["-XMP-photoshop:City=Rome", "-XMP-photoshop:Country=Italy", "-IPTC:Sub-location=Pantheon"]


def prompts(desk):
    """What was asked of each photo, as text: the last lines of its request."""
    return [task["body"]["messages"][1]["content"][-1]["text"] for task in desk.tasks()]


def exiftool(path, *arguments):
    subprocess.run(["exiftool", "-q", "-overwrite_original", *arguments, path], check=True)


def noted(desk, text, name="notes.csv"):
    (desk.root / name).write_text(text, encoding="utf-8")
    desk.settings["photos.notes"] = name


def evidence(desk, photo):
    return {name: each["evidence"] for name, each in desk.about(photo)["facts"].items()}


def test_every_source_is_heard_and_coordinates_are_not_told(bare):
    names = ("Italy/Rome/editorial/a.jpg", "loose/b.jpg", "loose/c.jpg", "loose/d.jpg")
    bare.paint(*names, gps=True)
    exiftool(bare.photos / "loose/c.jpg", *ROME)
    noted(bare, "path;text;date;names;state\nloose\\d.jpg;a race;31.5.2024;Ann Lee;Lazio\n")
    done = bare.done("build")
    assert done.counts["requests"] == 4
    assert {"city": "folder", "country": "folder"}.items() <= evidence(
        bare, "Italy/Rome/editorial/a.jpg"
    ).items()
    assert {"city": "gps", "country": "gps"}.items() <= evidence(bare, "loose/b.jpg").items()
    assert evidence(bare, "loose/c.jpg")["city"] == "embedded"
    assert evidence(bare, "loose/d.jpg")["taken"] == "notes"
    asked = prompts(bare)
    assert asked[0].splitlines()[1:] == [
        "Country: Italy",
        "City: Rome",
        "Date: May 1, 2025",
        "Release: editorial",
    ]
    assert asked[1].splitlines()[1:] == ["Country: Italy", "City: Rome", "Date: May 1, 2025"]
    assert "Location: Pantheon" in asked[2].splitlines()
    assert asked[3].splitlines()[1:] == [
        "Country: Italy",
        "State: Lazio",
        "City: Rome",
        "Date: May 31, 2024",
        "Notes: a race. People: Ann Lee.",
    ]
    assert not any(number in text for text in asked for number in ("41", "12.", "km"))


def test_a_photo_that_lies_elsewhere_is_told(bare):
    bare.paint("France/Paris/editorial/a.jpg", "Italy/Milan/editorial/b.jpg", gps=True)
    bare.done("build")
    (country,) = bare.about("France/Paris/editorial/a.jpg")["contradictions"]
    (city,) = bare.about("Italy/Milan/editorial/b.jpg")["contradictions"]
    assert country.startswith("country: the folder says France, GPS lies in Italy (Rome, ")
    assert city.startswith("city: the folder says Milan, GPS lies 47")


def test_what_is_wrong_with_the_notes_is_told_and_the_photos_go_on(bare):
    bare.paint("Italy/Rome/editorial/a.jpg", gps=False)
    noted(bare, "path,date,mood\nItaly,soon,fine\nSpain,2024-05-31,\n")
    for command in ("estimate", "build"):
        done = bare.done(command)
        notes = [each for each in done.json["problems"] if each["code"] == "notes"]
        assert [each["message"].partition(":")[0] for each in notes] == [
            "notes.csv, line 1",
            "notes.csv, line 2",
            "notes.csv, line 3",
        ]
        assert done.counts["requests"] == 1
    some = bare.done("build", "Italy")
    assert len([each for each in some.codes if each == "notes"]) == 2


@pytest.mark.parametrize("command", ["estimate", "build"])
def test_notes_that_are_not_there_stop_a_run_before_anything_is_read(bare, command):
    bare.paint("Italy/Rome/editorial/a.jpg")
    bare.settings["photos.notes"] = "missing.csv"
    found = bare.run(command)
    assert found.code == 2
    assert found.problem["code"] == "config"
    assert "missing.csv" in found.problem["message"]


def test_the_city_that_batchcap_wrote_does_not_come_back_as_evidence(desk):
    desk.paint("loose/a.jpg", gps=True)
    desk.fetched()
    for command in ("join", "write"):
        desk.done(command)
    read = subprocess.run(
        ["exiftool", "-json", "-City", desk.photos / "loose/a.jpg"], capture_output=True, check=True
    )
    assert json.loads(read.stdout)[0]["City"] == "Rome"
    desk.done("build", "--regenerate")
    assert evidence(desk, "loose/a.jpg")["city"] == "gps"
    exiftool(desk.photos / "loose/a.jpg", "-XMP-photoshop:City=Ostia", "-IPTC:City=Ostia")
    desk.done("build", "--regenerate")
    assert evidence(desk, "loose/a.jpg")["city"] == "embedded"


def test_a_note_frees_a_photo_that_was_held_and_nothing_is_asked_again(desk):
    desk.settings["photos.layout"] = "{release}"
    desk.paint("editorial/a.jpg", "editorial/b.jpg", gps=False)
    desk.fetched()
    desk.done("join")
    assert desk.run("write").code == 4
    assert desk.states() == {"held": 2}
    noted(desk, "path,city,country\neditorial/a.jpg,Rome,Italy\n")
    asked = desk.done("build")
    assert asked.counts["requests"] == 0
    assert asked.counts["skipped"] == 2
    assert evidence(desk, "editorial/a.jpg")["city"] == "notes"
    desk.run("write")
    assert desk.states() == {"written": 1, "held": 1}
    noted(desk, "path,city,country\neditorial/b.jpg,Rome,Italy\n")
    desk.done("build")
    assert "city" not in evidence(desk, "editorial/a.jpg")
    desk.run("write")
    assert desk.about("editorial/b.jpg")["state"] == "written"
