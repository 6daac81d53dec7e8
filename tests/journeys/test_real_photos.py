"""Photos out of real cameras through every stage; painted ones where none lie beside the project."""

import base64
import io
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from batchcap.photos.digest import image_digest

# What a JPEG must not hold: EXIF, XMP, Photoshop and ICC blocks, comments, and what names a place.
APP0, LAST_APP, COMMENT, SCAN = 0xE0, 0xEF, 0xFE, 0xDA
MARKS = (b"Exif\x00", b"http://ns.adobe.com", b"<x:xmpmeta", b"Photoshop 3.0", b"ICC_PROFILE")
DEGREES = re.compile(r"-?\d{1,3}\.\d{3,}|\d{1,3}\s*°")


@pytest.fixture
def archive(desk, real_photos: Path | None):
    """The desk with a copy of the real photos, if there are any, beside two painted ones."""
    for path in sorted(real_photos.rglob("*.jpg")) if real_photos else ():
        copy = desk.photos / path.relative_to(real_photos)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)  # without the original's permissions: those may be read-only
    desk.paint("Italy/Rome/editorial/painted.jpg", "Spain/Madrid/commercial/painted.jpg", gps=True)
    return desk


def markers(jpeg: bytes) -> list[int]:
    """Return the markers of a JPEG up to its first scan."""
    found, at = [], 2
    while jpeg[at + 1] != SCAN:
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


def digests(desk) -> dict[str, str]:
    return {name: image_digest(desk.photos / name) for name in desk.bytes()}


def sent(task: dict) -> tuple[bytes, str]:
    """Return the picture and all the words of a request."""
    pictures, words = [], []
    for message in task["body"]["messages"]:
        content = message["content"]
        for part in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            if part["type"] == "text":
                words.append(part["text"])
            else:
                head, _, data = part["image_url"]["url"].partition(",")
                assert head == "data:image/jpeg;base64"
                pictures.append(base64.b64decode(data, validate=True))
    assert len(pictures) == 1
    return pictures[0], "\n".join(words)


def test_nothing_of_the_camera_leaves_the_house(archive) -> None:
    archive.run("build")
    tasks = archive.tasks()
    assert len(tasks) >= 2
    for task in tasks:
        picture, words = sent(task)
        assert not {m for m in markers(picture) if APP0 < m <= LAST_APP or m == COMMENT}
        assert not [mark for mark in MARKS if mark in picture]
        assert not DEGREES.search(words), words
        with Image.open(io.BytesIO(picture)) as image:
            assert max(image.size) <= 1024
            assert image.mode == "RGB"
            assert not image.getexif()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_place_by_gps_is_never_told_in_figures(desk) -> None:
    desk.settings["photos.layout"] = ""
    desk.paint("somewhere.jpg", gps=True)
    desk.done("build")
    (task,) = desk.tasks()
    words = sent(task)[1]
    assert "2025" in words
    for figure in ("41.", "12.4", "24.68", "32.1", "53", "GPS", "latitude", "longitude"):
        assert figure not in words


def test_real_photos_go_all_the_way_and_come_back(archive) -> None:
    original, seen, known = archive.bytes(), archive.pixels(), digests(archive)

    ran = archive.run("run", "--wait")

    states = archive.states()
    assert set(states) <= {"written", "held"}
    assert sum(states.values()) == len(original)
    assert states["written"] == ran.counts["written"]
    after, times = archive.bytes(), archive.times()
    changed = {name for name in original if after[name] != original[name]}
    assert len(changed) == states["written"] >= 2
    assert archive.pixels() == seen
    assert digests(archive) == known

    again = archive.run("write")
    assert (again.counts["written"], again.counts["failed"]) == (0, 0)
    assert (archive.bytes(), archive.times()) == (after, times)
    assert archive.done("verify").counts["wrong"] == 0

    assert archive.done("undo").counts["restored"] == states["written"]
    assert archive.bytes() == original
