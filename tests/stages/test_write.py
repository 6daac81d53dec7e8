"""Captions into photos: what a person wrote stays, what would do harm is not done."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from batchcap.metadata.exiftool import find_exiftool

PHOTO = "France/Paris/commercial/b.jpg"
EDITORIAL = "Italy/Rome/editorial/a.jpg"
TITLE = "Green bank below a calm evening sky"
# What the model says goes into the photo as it is: no rule stands between.
RAW = """
summary = "Nothing is checked."
form = "json"
style = "any"
prompt = "stock.md"
max_output_tokens = 900
checks = []
[fields.title]
kind = "text"
ask = "A title"
[fields.description]
kind = "text"
ask = "A description"
[fields.keywords]
kind = "list"
ask = "Keywords"
[tags]
title = ["XMP-dc:Title", "IPTC:ObjectName"]
headline = ["XMP-photoshop:Headline", "IPTC:Headline"]
description = ["XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"]
keywords = ["XMP-dc:Subject", "IPTC:Keywords"]
city = ["XMP-photoshop:City", "IPTC:City"]
country = ["XMP-photoshop:Country", "IPTC:Country-PrimaryLocationName"]
"""
GOOD = {
    "title": TITLE,
    "description": "A calm river bank in Paris, France, with soft evening light on the water.",
    "keywords": ["Paris", "France", "river", "evening", "water", "bank", "calm", "light"],
}
HOSTILE = (
    "Two\nlines\r\nand\ttabs -execute\n-all=\n-o\nx.jpg",
    "-if 1 -all= {ready} {ready1} -stay_open False",
    "quotes '' \"\" `id` $HOME %d %PATH% $(touch harm) \\ ; &",
    "emoji 🌍 👩‍👩‍👧 Zürich 北京 \u0000 \u200b \u202e \ufeff",
    "<script>alert(1)</script> &amp; &#39; <?xml?> ]]>",
    '{"title": "inner"} [1, 2] @file #[CSTR]# =1+1',
)


def answers(**other: object) -> dict[str, dict[str, str]]:
    return {"answers": {"*": json.dumps(GOOD | other)}}


def captioned(desk, *photos: str):
    (desk.root / "raw.toml").write_text(RAW, encoding="utf-8")
    desk.settings["preset"] = "raw.toml"
    desk.paint(*(photos or (PHOTO,)))
    desk.fetched()
    desk.run("join")
    return desk


def exiftool(*arguments: object) -> str:
    command = [find_exiftool(""), "-config", "", *(str(each) for each in arguments)]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")


def reads(path: Path) -> dict:
    return json.loads(exiftool("-j", "-G1", "-struct", path))[0]


def test_words_stand_in_iptc_xmp_and_exif_in_their_order(served) -> None:
    with served(answers()) as desk:
        captioned(desk)
        desk.done("write")
        tags = reads(desk.photos / PHOTO)
        assert tags["XMP-dc:Title"] == tags["IPTC:ObjectName"] == TITLE
        assert tags["XMP-photoshop:Headline"] == tags["IPTC:Headline"] == TITLE
        description = GOOD["description"]
        for tag in ("XMP-dc:Description", "IPTC:Caption-Abstract", "IFD0:ImageDescription"):
            assert tags[tag] == description
        assert tags["XMP-dc:Subject"] == tags["IPTC:Keywords"] == GOOD["keywords"]
        assert (tags["XMP-photoshop:City"], tags["IPTC:City"]) == ("Paris", "Paris")
        assert tags["IFD0:Model"] == "Cam 7"
        assert tags["ExifIFD:DateTimeOriginal"] == "2025:05:01 10:00:00"


def test_an_editorial_photo_opens_with_its_dateline(served) -> None:
    words = {"description": "A calm square in Rome, Italy, in soft evening light."}
    with served(answers(**words)) as desk:
        captioned(desk, EDITORIAL)
        desk.done("write")
        tags = reads(desk.photos / EDITORIAL)
        opening = "Rome, Italy - May 1 2025: "
        assert tags["XMP-dc:Description"].startswith(opening)
        assert tags["IPTC:Headline"].startswith(opening)
        assert not tags["XMP-dc:Title"].startswith(opening)


def test_without_a_date_an_editorial_photo_is_held_until_it_has_one(desk) -> None:
    desk.paint(EDITORIAL, taken="")
    desk.paint(PHOTO)
    ran = desk.run("run", "--wait")
    assert (ran.code, ran.counts["held"], ran.counts["written"]) == (4, 1, 1)
    assert ran.problem["code"] == "no_dateline"
    assert desk.states() == {"written": 1, "held": 1}
    exiftool(
        "-DateTimeOriginal=2024:02:03 04:05:06", "-overwrite_original", desk.photos / EDITORIAL
    )
    desk.done("build")
    assert desk.done("write").counts["written"] == 1
    assert "February 3 2024" in reads(desk.photos / EDITORIAL)["XMP-dc:Description"]


@pytest.mark.parametrize("text", HOSTILE)
def test_model_text_is_data(served, text) -> None:
    words = {
        "title": f"{text[:50]} bank",
        "description": f"A view of Paris, France: {text} and the river.",
        "keywords": ["Paris", "France", "river", "light", "water", text, "-all=", "calm", "bank"],
    }
    with served(answers(**words)) as desk:
        captioned(desk)
        seen, original = desk.pixels(), desk.bytes()
        before = {each.name for each in desk.root.rglob("*")}
        assert desk.done("write").counts["written"] == 1
        assert desk.pixels() == seen
        assert {each.name for each in desk.root.rglob("*")} <= before
        tags = reads(desk.photos / PHOTO)
        assert tags["IFD0:Model"] == "Cam 7"
        assert not any("\n" in word for word in tags.get("XMP-dc:Subject", []))
        assert desk.run("write").counts["written"] == 0
        desk.done("undo")
        assert desk.bytes() == original


@pytest.mark.parametrize(
    ("mode", "title", "keywords"),
    [("merge", "Mine", 11), ("fill", "Mine", 3), ("replace", TITLE, 8)],
)
def test_human_words_stay_unless_the_mode_says_so(served, mode, title, keywords) -> None:
    with served(answers()) as desk:
        desk.settings["write.mode"] = mode
        captioned(desk)
        mine = ("-XMP-dc:Title=Mine", "-IPTC:ObjectName=Mine")
        words = [
            f"-{tag}={w}" for tag in ("XMP-dc:Subject", "IPTC:Keywords") for w in ("x", "y", "z")
        ]
        exiftool(*mine, *words, "-overwrite_original", desk.photos / PHOTO)
        original = desk.bytes()
        desk.done("write")
        tags = reads(desk.photos / PHOTO)
        assert tags["XMP-dc:Title"] == title
        assert len(tags["XMP-dc:Subject"]) == keywords
        assert desk.done("write").counts["unchanged"] == 1
        desk.done("undo")
        assert desk.bytes() == original


def test_a_picture_that_changed_since_its_caption_is_not_written(desk) -> None:
    captioned(desk)
    Image.new("RGB", (64, 48), "purple").save(desk.photos / PHOTO)
    data = (desk.photos / PHOTO).read_bytes()
    told = desk.run("write")
    assert (told.code, told.counts["held"], told.codes) == (4, 1, ["picture_changed"])
    assert (desk.photos / PHOTO).read_bytes() == data
    assert desk.done("build").counts["requests"] == 1


def test_a_photo_that_is_gone_is_a_row(desk) -> None:
    captioned(desk, PHOTO, EDITORIAL)
    (desk.photos / PHOTO).unlink()
    told = desk.run("write")
    assert (told.code, told.counts["written"], told.counts["failed"]) == (1, 1, 1)
    assert told.problem["photo"] == PHOTO


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_in_place_of_a_photo_is_not_followed(desk) -> None:
    captioned(desk)
    photo = desk.photos / PHOTO
    elsewhere = desk.root / "elsewhere.jpg"
    photo.rename(elsewhere)
    photo.symlink_to(elsewhere)
    data = elsewhere.read_bytes()
    assert desk.run("write").counts["failed"] == 1
    assert elsewhere.read_bytes() == data
    assert photo.is_symlink()


def test_a_second_name_of_a_photo_is_not_split_off(desk) -> None:
    captioned(desk)
    os.link(desk.photos / PHOTO, desk.root / "second name.jpg")
    told = desk.run("write")
    assert (told.counts["failed"], told.codes) == (1, ["hard_link"])
    (desk.root / "second name.jpg").unlink()
    assert desk.done("write").counts["written"] == 1


def test_dry_run_shows_and_changes_nothing(served) -> None:
    with served(answers()) as desk:
        captioned(desk)
        exiftool("-XMP-dc:Title=Mine", "-overwrite_original", desk.photos / PHOTO)
        desk.settings["write.mode"] = "replace"
        before, times = desk.bytes(), desk.times()
        shown = desk.done("write", "--dry-run")
        (changes,) = (each["changes"] for each in shown.json["data"]["changes"])
        assert {"tag": "XMP-dc:Title", "old": "Mine", "new": TITLE} in changes
        assert (desk.bytes(), desk.times()) == (before, times)
        assert desk.states() == {"captioned": 1}
        code, out, _ = desk.say("write", "--dry-run")
        assert code == 0
        assert "- Mine" in out
        assert f"+ {TITLE}" in out


def test_paths_choose_and_the_time_is_kept_where_asked(desk) -> None:
    captioned(desk, PHOTO, EDITORIAL, "Italy/Milan/commercial/c.jpg")
    assert desk.done("write", "Italy").counts["written"] == 2
    assert desk.states() == {"written": 2, "captioned": 1}
    desk.settings["write.keep_time"] = "true"
    os.utime(desk.photos / PHOTO, (1_000_000_000, 1_000_000_000))
    desk.done("write", str(desk.photos / PHOTO))
    assert (desk.photos / PHOTO).stat().st_mtime == 1_000_000_000
    assert desk.done("build").counts["requests"] == 0


def test_new_words_take_the_place_of_our_old_ones(served) -> None:
    old, new = ["Paris", "France", *"abcdefg"], ["Paris", "France", *"tuvwxyz"]
    words = {"fields": old}
    with served(answers(keywords=[f"{w}{w}{w}" if len(w) == 1 else w for w in old])) as desk:
        captioned(desk)
        original = desk.bytes()
        desk.done("write")
        first = desk.bytes()
    with served(answers(keywords=[f"{w}{w}{w}" if len(w) == 1 else w for w in new])) as desk:
        desk.done("build", "--regenerate")
        desk.done("run", "--wait")
        keywords = reads(desk.photos / PHOTO)["XMP-dc:Subject"]
        assert "ttt" in keywords
        assert "aaa" not in keywords, words
        desk.done("undo")
        assert desk.bytes() == first
        desk.done("undo")
        assert desk.bytes() == original


def test_our_words_are_known_again_after_the_ledger_is_lost(served) -> None:
    with served(answers()) as desk:
        captioned(desk)
        exiftool("-XMP-dc:Subject=aunt Mary", "-overwrite_original", desk.photos / PHOTO)
        desk.done("write")
    for name in ("tasks", "replies"):
        shutil.rmtree(desk.state / name)
    for path in desk.state.glob("ledger.sqlite*"):
        path.unlink()
    # As in another place: here, what was sent before would be found again.
    (desk.state / "workspace-id").write_text("0" * 32, encoding="ascii")
    words = {"title": "A newer title of the calm bank", "keywords": ["boat", "Paris", "France"]}
    with served(answers(**words)) as desk:
        before = desk.bytes()
        desk.run("run", "--wait")
        tags = reads(desk.photos / PHOTO)
        assert tags["XMP-dc:Title"] == tags["IPTC:ObjectName"] == words["title"]
        assert tags["XMP-dc:Subject"] == ["aunt Mary", "boat", "Paris", "France"]
        desk.done("undo")
        assert desk.bytes() == before


def test_no_mark_where_it_is_switched_off(desk) -> None:
    desk.settings["write.own_words"] = "false"
    captioned(desk)
    desk.done("write")
    assert b"batchcap:OwnWords" not in (desk.photos / PHOTO).read_bytes()
    desk.settings["write.own_words"] = "true"
    assert desk.done("write", PHOTO).counts["written"] == 1
    assert b"batchcap:OwnWords" in (desk.photos / PHOTO).read_bytes()
