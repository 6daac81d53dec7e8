"""The CSV and the file say the same: what a person wrote and keeps is in the agency's row too."""

import csv
import subprocess
import sys

import pytest

from batchcap.metadata.exiftool import find_exiftool

PHOTO, SECOND = "France/Paris/commercial/b.jpg", "France/Paris/commercial/c.jpg"
EDITORIAL = "Italy/Rome/editorial/a.jpg"
HERS = ("-IPTC:Caption-Abstract=Two old friends rest below the bridge", "-XMP-dc:Subject=aunt Mary")


def tag(desk, photo: str, *arguments: str) -> None:
    command = [find_exiftool(""), "-config", "", "-q", "-overwrite_original", *arguments]
    subprocess.run([*command, str(desk.photos / photo)], check=True)


def said(desk, photo: str, name: str) -> list[str]:
    command = [find_exiftool(""), "-config", "", "-s3", "-sep", "|", f"-{name}"]
    done = subprocess.run([*command, str(desk.photos / photo)], capture_output=True, check=True)
    return done.stdout.decode("utf-8").strip().split("|")


def captioned(desk, *photos: str) -> None:
    desk.paint(*photos)
    desk.fetched()
    desk.run("join")


def rows(desk, agency: str = "shutterstock") -> dict[str, dict[str, str]]:
    """Export, and return the rows by file name."""
    desk.run("export", "--agency", agency)
    path = desk.root / "export" / f"{agency}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {each["Filename"]: each for each in csv.DictReader(file)}


def test_human_words_are_in_the_row_before_and_after_the_write(desk) -> None:
    captioned(desk, PHOTO, SECOND, EDITORIAL)
    for photo in (PHOTO, EDITORIAL):
        tag(desk, photo, *HERS)
    before = rows(desk)
    desk.done("write")
    after = rows(desk)
    assert before == after
    assert after["b.jpg"]["Description"] == "Two old friends rest below the bridge"
    assert after["a.jpg"]["Description"].endswith(": Two old friends rest below the bridge")
    assert "2025" in after["a.jpg"]["Description"]
    for photo in (PHOTO, SECOND, EDITORIAL):
        keywords = after[photo.rpartition("/")[2]]["Keywords"].split(",")
        assert keywords == said(desk, photo, "XMP-dc:Subject")
    assert after["b.jpg"]["Keywords"].startswith("aunt Mary,")
    assert after["c.jpg"]["Description"] == said(desk, SECOND, "XMP-dc:Description")[0]


def test_what_a_person_changed_after_the_write_is_in_the_row(desk) -> None:
    captioned(desk, PHOTO)
    desk.done("write")
    tag(desk, PHOTO, "-XMP-dc:Description=Hers now", "-IPTC:Caption-Abstract=Hers now")
    assert rows(desk)["b.jpg"]["Description"] == "Hers now"


def test_human_words_are_checked_by_the_agencys_rules(desk) -> None:
    captioned(desk, PHOTO)
    assert desk.run("check", "--agency", "adobe-stock").counts["held"] == 0
    tag(desk, PHOTO, "-XMP-dc:Title=Nikon test of the river in Paris")
    told = desk.run("check", "--agency", "adobe-stock")
    assert (told.code, told.counts["held"]) == (4, 1)
    assert "refused_in_text" in told.codes


def test_ours_go_where_the_mode_says_so(desk) -> None:
    captioned(desk, PHOTO)
    tag(desk, PHOTO, *HERS)
    desk.settings["write.mode"] = "replace"
    row = rows(desk)["b.jpg"]
    assert "friends" not in row["Description"]
    assert "aunt Mary" not in row["Keywords"]


@pytest.mark.skipif(sys.platform == "win32", reason="there a file may be read-only and replaced")
def test_a_photo_that_cannot_be_written_is_heard_all_the_same(desk) -> None:
    captioned(desk, PHOTO)
    tag(desk, PHOTO, *HERS)
    (desk.photos / PHOTO).chmod(0o444)
    assert rows(desk)["b.jpg"]["Description"] == "Two old friends rest below the bridge"


def test_words_in_a_sidecar_are_in_the_row(desk) -> None:
    desk.settings["write.target"] = "sidecar"
    captioned(desk, PHOTO)
    desk.done("write")
    tag(desk, f"{PHOTO}.xmp", "-XMP-dc:Description=Hers, beside the photo")
    row = rows(desk)["b.jpg"]
    assert row["Description"] == "Hers, beside the photo"


def test_a_photo_that_is_gone_is_told_in_its_caption(desk) -> None:
    captioned(desk, PHOTO)
    told = rows(desk)["b.jpg"]["Description"]
    (desk.photos / PHOTO).unlink()
    assert rows(desk)["b.jpg"]["Description"] == told
