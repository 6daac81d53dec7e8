"""Photos to task files: odd ones are rows, budgets hold, and what is known is not asked again."""

import io
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from batchcap.metadata.exiftool import find_exiftool

FOLDER = "France/Paris/commercial"
PHOTO = f"{FOLDER}/b.jpg"


def jpeg(mode: str = "RGB", size: tuple[int, int] = (64, 48), kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").convert(mode).save(out, kind)
    return out.getvalue()


def huge_header() -> bytes:
    """A JPEG that says it is 65,000 pixels wide and high."""
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = (65_000).to_bytes(2, "big") * 2
    return bytes(data)


ODD = {
    "broken.jpg": (b"\xff\xd8\xff\xe0 and nothing that follows", True),
    "empty.jpg": (b"", True),
    "words.jpg": (b"this is a letter, not a photo", True),
    "truncated.jpg": (jpeg(size=(400, 300))[:1500], True),
    "renamed png.jpg": (jpeg(kind="PNG"), True),
    "sixteen bits.jpg": (None, True),
    "huge.jpg": (huge_header(), True),
    "cmyk.jpg": (jpeg("CMYK"), False),
    "grey.jpg": (jpeg("L"), False),
    "speck.jpg": (jpeg(size=(1, 1)), True),
}


def sixteen_bits() -> bytes:
    out = io.BytesIO()
    Image.new("I;16", (32, 32), 40_000).save(out, "PNG")
    return out.getvalue()


def lay(desk) -> None:
    folder = desk.photos / FOLDER
    folder.mkdir(parents=True)
    for name, (data, _) in ODD.items():
        (folder / name).write_bytes(sixteen_bits() if data is None else data)


def test_odd_photos_are_rows_with_a_reason_and_the_rest_goes_on(desk) -> None:
    lay(desk)
    desk.paint(PHOTO)
    links = 0
    if sys.platform != "win32":
        (desk.photos / FOLDER / "loop.jpg").symlink_to("loop.jpg")
        (desk.photos / "France" / "round").symlink_to(desk.photos)
        links = 2
    refused = {f"{FOLDER}/{name}" for name, (_, odd) in ODD.items() if odd}

    built = desk.run("build")

    counts = built.counts
    assert built.code == 1
    assert counts["unreadable"] == len(refused) + links
    assert counts["photos"] == len(ODD) + 1 + links
    assert counts["photos"] == counts["requests"] + counts["skipped"] + counts["unreadable"]
    rows = {each["photo"]: each for each in built.json["problems"] if each["photo"]}
    assert refused <= set(rows)
    assert all(each["code"] and each["message"] for each in rows.values())
    states = desk.states()
    assert states == {"built": counts["requests"], "unreadable": counts["unreadable"]}
    shown = {each["photo"]: each["message"] for each in desk.done("status").json["problems"]}
    assert {photo: each["message"] for photo, each in rows.items()} == shown
    about = desk.about(f"{FOLDER}/empty.jpg")
    assert (about["state"], about["reason"]) == ("unreadable", shown[f"{FOLDER}/empty.jpg"])

    ran = desk.run("run", "--wait")
    assert ran.code == 1
    written = desk.states()["written"]
    assert written >= 2
    assert desk.states()["unreadable"] == len(refused) + links
    assert written + desk.states().get("write_failed", 0) == counts["requests"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_a_pipe_among_the_photos_does_not_stop_the_walk(desk) -> None:
    desk.paint(PHOTO)
    os.mkfifo(desk.photos / FOLDER / "pipe.jpg")
    assert desk.run("build").counts["unreadable"] == 1


def test_a_photo_that_is_mended_is_asked_for(desk) -> None:
    lay(desk)
    assert desk.run("build").counts["requests"] == 2
    (desk.photos / FOLDER / "empty.jpg").write_bytes(jpeg(size=(70, 50)))
    assert desk.run("build").counts["requests"] == 1
    assert desk.about(f"{FOLDER}/empty.jpg")["state"] == "built"


NAMES = (
    "with spaces and  two.jpg",
    'quote\'s "double".jpg' if sys.platform != "win32" else "quote's.jpg",
    "Grüße aus Köln.jpg",
    "🌍 emoji 👩‍👩‍👧.jpg",
    "-if.jpg",
    "--dash.JPEG",
    "#1 100% $HOME %d %f.jpg",
    "a;b&c|d.jpg" if sys.platform != "win32" else "a;b&c.jpg",
    "(brackets) [and] {more}.jpg",
    "@argfile.jpg",
    unicodedata.normalize("NFD", "é decomposed.jpg"),
    "日本語.jpg",
    "no.dots.but.many.jpg",
    "a" * 100 + ".jpg",
)


def test_every_name_goes_all_the_way_and_comes_back(desk) -> None:
    deep = "/".join(f"Ordner {number}" for number in range(8))
    names = [f"{FOLDER}/{name}" for name in NAMES] + [f"{FOLDER}/{deep}/tief.jpg"]
    desk.paint(*names)
    original, seen = desk.bytes(), desk.pixels()
    assert len(original) == len(names)
    ran = desk.done("run", "--wait")
    assert ran.counts["written"] == len(names)
    assert desk.states() == {"written": len(names)}
    assert desk.pixels() == seen
    assert not desk.strays()
    assert desk.about(names[2])["path"] == names[2]
    assert desk.done("write", f"{FOLDER}/-if.jpg").counts["unchanged"] == 1
    assert desk.done("undo", names[0]).counts["restored"] == 1
    desk.done("undo")
    assert desk.bytes() == original


def test_a_folder_layout_says_place_and_release(desk) -> None:
    desk.paint("Côte d'Ivoire/San Pédro/editorial/x.jpg", "elsewhere.jpg")
    desk.done("build")
    facts = desk.about("Côte d'Ivoire/San Pédro/editorial/x.jpg")["facts"]
    assert {name: facts[name]["value"] for name in ("country", "city", "release")} == {
        "country": "Côte d'Ivoire",
        "city": "San Pédro",
        "release": "editorial",
    }
    assert "country" not in desk.about("elsewhere.jpg")["facts"]


@pytest.mark.parametrize("budget", ["max_requests", "max_bytes", "task_file_tokens"])
def test_task_files_keep_to_their_budgets(desk, budget) -> None:
    desk.paint(*(f"{FOLDER}/{number}.jpg" for number in range(5)))
    counts = desk.done("estimate").counts
    whole = {"max_requests": 5, "max_bytes": counts["bytes"]}.get(budget, counts["input_tokens"])
    most = whole // 2  # two of five fit, and not three
    desk.settings[f"limits.{budget}"] = str(most)
    built = desk.done("build")
    paths = sorted((desk.state / "tasks").glob("*.jsonl"))
    assert built.counts["task_files"] == len(paths) == 3
    sizes = [path.stat().st_size for path in paths]
    lines = [len(path.read_bytes().splitlines()) for path in paths]
    assert sum(sizes) == built.counts["bytes"]
    assert sum(lines) == built.counts["requests"] == 5
    assert max(lines) <= 2
    if budget == "max_bytes":
        assert max(sizes) <= most


def test_a_request_that_fits_no_file_is_refused_by_name(desk) -> None:
    noise = desk.photos / FOLDER / "noise.jpg"
    noise.parent.mkdir(parents=True)
    Image.effect_noise((300, 300), 90).convert("RGB").save(noise, quality=95)
    desk.paint(PHOTO)
    desk.settings["limits.max_bytes"] = str(desk.done("estimate").counts["bytes"] // 2)
    built = desk.run("build")
    assert (built.counts["requests"], built.counts["unreadable"]) == (1, 1)
    assert built.problem["photo"] == f"{FOLDER}/noise.jpg"
    desk.settings.clear()
    assert desk.done("build").counts["requests"] == 1


def test_limit_and_paths_choose(desk) -> None:
    desk.paint(*(f"{FOLDER}/{number}.jpg" for number in range(3)), "Italy/Rome/editorial/a.jpg")
    first = desk.done("build", "--limit", "2")
    assert (first.counts["requests"], first.counts["skipped"]) == (2, 2)
    assert desk.done("build", "Italy").counts["photos"] == 1
    assert desk.states() == {"built": 3, "new": 1}
    assert desk.done("build", str(desk.photos / FOLDER / "2.jpg")).counts["requests"] == 1
    assert desk.done("build").counts["skipped"] == 4


def captioned(desk):
    desk.paint(PHOTO)
    desk.done("run", "--wait")
    return desk.photos / PHOTO


def test_a_moved_photo_keeps_its_caption(desk) -> None:
    photo = captioned(desk)
    photo.rename(photo.with_name("moved.jpg"))
    built = desk.done("build")
    assert (built.counts["requests"], built.counts["skipped"]) == (0, 1)
    assert desk.states() == {"written": 1}
    about = desk.about(f"{FOLDER}/moved.jpg")
    assert about["history"][0]["result"] == "accepted"
    assert desk.done("undo").counts["restored"] == 1


def test_a_copy_is_a_photo_of_its_own(desk) -> None:
    photo = captioned(desk)
    photo.with_name("copy.jpg").write_bytes(photo.read_bytes())
    assert desk.done("build").counts["requests"] == 1
    assert desk.states() == {"written": 1, "built": 1}


def test_a_deleted_photo_is_gone_and_comes_back(desk) -> None:
    photo = captioned(desk)
    desk.paint("Italy/Rome/editorial/a.jpg", size=(80, 50))
    data = photo.read_bytes()
    photo.unlink()
    desk.done("build")
    assert desk.states() == {"gone": 1, "built": 1}
    photo.write_bytes(data)
    assert desk.done("build").counts["requests"] == 0
    assert desk.states() == {"written": 1, "built": 1}


def test_regenerate_asks_anew_and_the_new_words_are_written(desk) -> None:
    captioned(desk)
    assert desk.done("build", "--regenerate").counts["requests"] == 1
    assert len({task["custom_id"] for task in desk.tasks()}) == 2
    desk.done("run", "--wait")
    assert desk.states() == {"written": 1}
    assert len(desk.batches()) == 2


def test_a_changed_picture_is_asked_for_again(desk) -> None:
    photo = captioned(desk)
    Image.new("RGB", (60, 40), "purple").save(photo)
    assert desk.done("build").counts["requests"] == 1
    assert desk.states() == {"built": 1}


@pytest.mark.parametrize("when", ["captioned", "written"])
def test_a_change_of_metadata_alone_is_not_asked_for_again(desk, when) -> None:
    desk.paint(PHOTO)
    desk.done("run", "--wait")
    if when == "captioned":
        desk.done("undo")
    photo = desk.photos / PHOTO
    command = [find_exiftool(""), "-keywords+=mine", "-overwrite_original", str(photo)]
    subprocess.run(command, check=True, capture_output=True)
    built = desk.done("build")
    assert (built.counts["requests"], built.counts["skipped"]) == (0, 1)
    assert desk.states() == {when: 1}


def test_a_photo_that_is_under_way_is_not_asked_for_twice(desk) -> None:
    desk.paint(PHOTO)
    for typed in ("build", "build", "submit", "build"):
        desk.done(typed)
    assert len(desk.tasks()) == 1


def test_hosted_pictures_are_named_by_their_address(desk) -> None:
    desk.settings |= {"image.send": "hosted", "image.base_url": "https://img.example.org/a/"}
    desk.paint(f"{FOLDER}/ä b#1.jpg")
    desk.done("build")
    (task,) = desk.tasks()
    text = str(task)
    assert "https://img.example.org/a/France/Paris/commercial/%C3%A4%20b%231.jpg" in text
    assert "base64" not in text


def test_a_read_only_archive_is_no_trouble_for_build(desk) -> None:
    (photo,) = desk.paint(PHOTO)
    photo.chmod(0o444)
    assert desk.done("build").counts["requests"] == 1
    assert Path(photo).stat().st_mode & 0o222 == 0
    photo.chmod(0o644)
