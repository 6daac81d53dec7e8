"""Bursts: recognised, captions that agree, titles that differ; one asked for all on request."""

import json
import subprocess
from itertools import pairwise

import piexif
import pytest
from PIL import Image, ImageDraw

FOLDER = "Italy/Rome/commercial"
SKY = ((40, 90, 160), (180, 200, 220), (200, 120, 60))


def shoot(desk, number, *, step=0, second=0, parts="00", folder=FOLDER, sky=SKY[0], camera="Cam 7"):
    """Paint one frame: a hill under a sky, and something that walks on from frame to frame."""
    path = desk.photos / folder / f"IMG_{number:04d}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", (640, 480), sky)
    drawing = ImageDraw.Draw(image)
    drawing.polygon([(0, 480), (0, 300), (200, 180), (420, 330), (640, 250), (640, 480)], "olive")
    drawing.ellipse((480, 60, 560, 140), "khaki")
    drawing.rectangle((100 + 4 * step, 380, 130 + 4 * step, 440), "maroon")
    exif = {
        "0th": {piexif.ImageIFD.Model: camera.encode()},
        "Exif": {
            piexif.ExifIFD.DateTimeOriginal: f"2025:05:01 10:00:{second:02d}".encode(),
            piexif.ExifIFD.SubSecTimeOriginal: parts.encode(),
        },
    }
    image.save(path, quality=90, exif=piexif.dump(exif))
    return f"{folder}/{path.name}"


def burst(desk, frames=4):
    """Five frames a second, each a little further."""
    return [
        shoot(desk, number, step=number, second=number // 5, parts=f"{number % 5 * 2}0")
        for number in range(frames)
    ]


def remembered(desk):
    """Return the series in the ledger: the first frame and the others of each."""
    with desk.open() as workspace:
        rows = workspace.ledger._connection.execute(
            "SELECT f.path, p.path FROM photo AS p JOIN photo AS f ON f.id = p.series_id ORDER BY 2"
        )
        found = {}
        for first, path in rows.fetchall():
            found.setdefault(first, []).append(path)
        return found


def asked(desk):
    return [task["body"]["messages"][1]["content"][-1]["text"] for task in desk.tasks()]


def titles(desk, names):
    return [desk.about(each)["caption"]["title"] for each in names]


def written_title(desk, name):
    command = ["exiftool", "-json", "-XMP-dc:Title", desk.photos / name]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)[0]["Title"]


def test_every_frame_is_asked_with_the_same_facts_and_gets_its_own_title(desk):
    names = burst(desk)
    assert desk.done("build").counts["requests"] == 4
    assert remembered(desk) == {names[0]: names}
    assert len(set(asked(desk))) == 1
    for typed in (("submit",), ("poll", "--wait"), ("join",), ("write",)):
        desk.done(*typed)
    said = titles(desk, names)
    assert len({each.casefold() for each in said}) == 4
    assert [written_title(desk, each) for each in names] == said
    assert desk.done("verify").counts["wrong"] == 0


def test_one_frame_is_asked_and_the_others_inherit(desk):
    desk.settings["photos.series"] = "one"
    names = burst(desk)
    before = desk.bytes()
    built = desk.done("build")
    assert (built.counts["requests"], built.counts["skipped"]) == (1, 3)
    assert desk.states() == {"built": 1, "follows": 3}
    for typed in (("submit",), ("poll", "--wait"), ("join",)):
        desk.done(*typed)
    assert desk.states() == {"captioned": 4}
    first, *others = [desk.about(each) for each in names]
    for each in others:
        assert each["caption"]["description"] == first["caption"]["description"]
        assert each["caption"]["keywords"] == first["caption"]["keywords"]
        assert each["caption"]["title"].startswith(first["caption"]["title"][:12])
        assert each["follows"] == names[0]
        assert each["findings"][0]["rule"] == "inherited"
    said = titles(desk, names)
    assert len({each.casefold() for each in said}) == 4
    assert desk.done("write").counts["written"] == 4
    assert [written_title(desk, each) for each in names] == said
    assert desk.run("check", "--agency", "shutterstock").counts["photos"] == 4
    assert desk.done("verify").counts["wrong"] == 0
    assert desk.done("build").counts["requests"] == 0
    assert desk.states() == {"written": 4}
    desk.done("undo")
    assert desk.bytes() == before


@pytest.mark.parametrize(
    "other",
    [
        {"second": 20},
        {"camera": "Cam 8"},
        {"sky": SKY[2]},
        {"folder": "Italy/Rome/editorial"},
        {"folder": "Italy/Milan/commercial"},
    ],
)
def test_what_differs_is_no_frame_of_the_series(desk, other):
    desk.settings["photos.series"] = "one"
    shoot(desk, 0)
    shoot(desk, 1, **{"second": 1} | other)
    assert desk.done("build").counts["requests"] == 2
    assert remembered(desk) == {}


def test_a_note_of_one_frame_sets_it_apart(desk):
    desk.settings |= {"photos.series": "one", "photos.notes": "notes.csv"}
    names = burst(desk, 2)
    (desk.root / "notes.csv").write_text(f"path,text\n{names[1]},the winner\n", encoding="utf-8")
    assert desk.done("build").counts["requests"] == 2


def test_a_copy_is_no_frame(desk):
    names = burst(desk, 1)
    copy = desk.photos / FOLDER / "copy.jpg"
    copy.write_bytes((desk.photos / names[0]).read_bytes())
    assert desk.done("build").counts["requests"] == 2
    assert remembered(desk) == {}


def test_a_frame_that_comes_later_inherits_what_is_there(desk):
    desk.settings["photos.series"] = "one"
    names = burst(desk, 2)
    desk.done("run", "--wait")
    late = shoot(desk, 9, step=3, second=2)
    assert desk.done("build").counts["requests"] == 0
    assert desk.states() == {"written": 2, "captioned": 1}
    assert len(set(titles(desk, [*names, late]))) == 3


def test_a_first_frame_that_was_culled_leaves_its_words(desk):
    desk.settings["photos.series"] = "one"
    names = burst(desk, 3)
    desk.fetched()
    desk.done("join")
    (desk.photos / names[0]).unlink()
    assert desk.done("build").counts["requests"] == 0
    assert desk.states() == {"captioned": 2, "gone": 1}
    assert desk.done("write").counts["written"] == 2


def test_each_after_one_asks_only_frames_without_words(desk):
    desk.settings["photos.series"] = "one"
    names = burst(desk, 3)
    desk.done("build")
    desk.settings["photos.series"] = "each"
    assert desk.done("build").counts["requests"] == 2
    assert desk.states() == {"built": 3}
    for typed in (("submit",), ("poll", "--wait"), ("join",)):
        desk.done(*typed)
    assert len(set(titles(desk, names))) == 3
    desk.settings["photos.series"] = "one"
    assert desk.done("build").counts["requests"] == 0
    assert desk.done("build", "--regenerate").counts["requests"] == 3


def test_frames_that_inherited_keep_their_words_and_regenerate_renews_them(desk):
    desk.settings["photos.series"] = "one"
    burst(desk, 3)
    desk.done("run", "--wait")
    desk.settings["photos.series"] = "each"
    assert desk.done("build").counts["requests"] == 0
    assert desk.states() == {"written": 3}
    desk.settings["photos.series"] = "one"
    assert desk.done("build", "--regenerate").counts["requests"] == 1
    assert desk.states() == {"built": 1, "follows": 2}
    desk.done("run", "--wait")
    assert desk.states() == {"written": 3}


def test_a_series_that_moves_is_asked_for_once_again(desk):
    desk.settings["photos.series"] = "one"
    burst(desk, 3)
    desk.done("run", "--wait")
    new = desk.photos / "Italy/Milan/commercial"
    new.parent.mkdir()
    (desk.photos / FOLDER).rename(new)
    assert desk.done("build").counts["requests"] == 1
    assert desk.states() == {"built": 1, "follows": 2}
    desk.done("run", "--wait")
    assert desk.states() == {"written": 3}
    assert desk.done("verify").counts["wrong"] == 0


def test_a_refused_first_frame_leaves_the_others_to_themselves(served):
    with served({"row": [{"kind": "refusal", "batches": [1]}]}) as desk:
        desk.settings["photos.series"] = "one"
        burst(desk, 3)
        desk.fetched()
        desk.run("join")
        states = desk.states()
        assert states == {"refused": 1, "follows": 2}
        assert desk.done("build").counts["requests"] == 1
        assert desk.states() == {"refused": 1, "built": 1, "follows": 1}


def test_families_of_a_burst_are_asked_for_once(desk, raw_file):
    desk.settings |= {"photos.series": "one", "photos.extensions": '[".jpg", ".cr2"]'}
    for name in burst(desk, 3):
        path = desk.photos / name
        raw = raw_file("cr2", path.read_bytes(), model=name)
        path.with_suffix(".cr2").write_bytes(
            raw.replace(b"2024:05:06 07:08:09", b"2025:05:01 10:00:00")
        )
    assert desk.done("build").counts["requests"] == 1
    assert desk.states() == {"built": 1, "follows": 5}
    desk.done("run", "--wait")
    assert desk.states() == {"written": 6}
    raw, jpeg = (desk.about(f"{FOLDER}/IMG_0002.{each}") for each in ("cr2", "jpg"))
    assert raw["caption"] == jpeg["caption"]
    assert desk.done("build").counts["requests"] == 0


def test_a_walk_of_many_steps_stays_with_the_first_frame_while_it_is_alike(desk):
    desk.settings["photos.series"] = "one"
    names = burst(desk, 20)
    desk.done("build")
    (series,) = remembered(desk).values()
    assert series == names
    assert all(one < other for one, other in pairwise(series))


def estimated(desk) -> int:
    return desk.done("estimate").counts["requests"]


def test_estimate_counts_a_burst_once_and_writes_nothing(desk):
    desk.settings["photos.series"] = "one"
    burst(desk, 5)
    for number, other in enumerate(({"second": 20}, {"second": 40, "sky": SKY[2]})):
        shoot(desk, 10 + number, **other)
    told = desk.done("estimate")
    assert (told.counts["photos"], told.counts["requests"]) == (7, 3)
    assert told.json["data"]["inherit"] == 4
    assert "4 are further frames of a burst" in next(
        each["message"] for each in told.json["problems"] if each["code"] == "series"
    )
    assert desk.states() == {}
    assert desk.done("build").counts["requests"] == 3
    desk.settings["photos.series"] = "each"
    assert estimated(desk) == 0


def test_estimate_knows_the_frames_that_have_a_caption(desk):
    desk.settings["photos.series"] = "one"
    burst(desk, 3)
    desk.done("run", "--wait")
    for number in range(3, 6):
        shoot(desk, number, step=number, second=number // 5, parts=f"{number % 5 * 2}0")
    shoot(desk, 20, second=50)
    assert estimated(desk) == 1
    assert desk.done("build").counts["requests"] == 1


def test_estimate_counts_every_frame_where_each_is_asked(desk):
    burst(desk, 4)
    told = desk.done("estimate")
    assert (told.counts["requests"], told.json["data"]["inherit"]) == (4, 0)
    assert "series" not in told.codes


def test_of_a_large_archive_estimate_looks_at_pairs(desk):
    """Twelve bursts of ten: nothing else would tell 12 requests from 120."""
    desk.settings["photos.series"] = "one"
    for number in range(120):
        scene, frame = divmod(number, 10)
        shoot(desk, number, step=frame, second=scene * 5 + frame // 5, parts=f"{frame % 5 * 2}0")
    told = desk.done("estimate")
    assert told.json["data"]["sampled"] < 60
    asked = desk.done("build").counts["requests"]
    assert asked == 12
    assert asked / 2 <= told.counts["requests"] <= asked * 2
