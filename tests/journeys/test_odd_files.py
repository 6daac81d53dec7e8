"""Hundreds of odd files go all the way: none is harmed, each ends in a state, all come back."""

import hashlib
import importlib.util
import io
import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from batchcap.photos.digest import image_digest, rest_digest

ENDINGS = (
    '[".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".gif", ".avif", ".heic",'
    ' ".dng", ".cr2", ".nef", ".arw"]'
)
# No photos: what lies beside a RAW, and what is hidden.
UNSEEN = {"Italy/Rome/commercial/.hidden.jpg"} | {
    f"France/Lyon/commercial/{name}.xmp" for name in ("raw nef", "raw cr2", "raw arw.arw")
}
# No file of such a name can be made there.
WINDOWS = sys.platform == "win32"
FORBIDDEN = set('<>:"|?*\n\t') if WINDOWS else set()
LONGEST = 100 if WINDOWS else 255


@pytest.fixture(scope="session")
def odd(raw_file) -> dict[str, bytes]:
    spec = importlib.util.spec_from_file_location(
        "batchcap_tests_odd_files", Path(__file__).with_name("odd_files.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.odd_files(raw_file)


@pytest.fixture
def archive(desk, odd):
    """The desk with every odd file, a locked one, a second name and a link."""
    desk.settings["photos.extensions"] = ENDINGS
    desk.settings["work.processes"] = "2"
    for name, data in odd.items():
        path = desk.photos / name
        if not FORBIDDEN & set(path.name) and len(os.fsencode(path.name)) <= LONGEST:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    locked, double, linked = desk.paint(
        "Italy/Milan/commercial/locked.jpg",
        "Italy/Milan/commercial/double.jpg",
        "Italy/Milan/commercial/linked.jpg",
    )
    if not WINDOWS:
        locked.chmod(0o444)
        (desk.photos / "Italy/Milan/commercial/link.jpg").symlink_to(linked)
    os.link(double, desk.root / "another name.jpg")
    return desk


def hashes(desk) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in desk.bytes().items()}


def pictures(desk) -> dict[str, str]:
    """Return each file's image digest and that of its other parts, as far as it has them."""
    found = {}
    for path in sorted(desk.photos.rglob("*")):
        if path.is_file() and path.suffix != ".xmp":
            try:
                found[str(path)] = f"{image_digest(path)} {rest_digest(path)}"
            except (OSError, ValueError):
                found[str(path)] = ""
    return found


def pixels(data: bytes) -> bytes:
    """Return what Pillow decodes, nothing where it cannot."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.tobytes()
    except Exception:  # noqa: BLE001 whatever a decoder says of a broken file
        return b""


def test_hundreds_of_odd_files_are_written_unharmed_and_undone(archive) -> None:
    before, bytes_before, seen = hashes(archive), archive.bytes(), pictures(archive)
    assert len(before) > 300
    assert set(before) >= UNSEEN
    archive.run("build")
    for arguments in (("submit",), ("poll", "--wait")):
        archive.done(*arguments)
    archive.run("join")
    wrote = archive.run("write")

    states = archive.states()
    assert set(states) == {"written", "write_failed", "unreadable"}
    assert sum(states.values()) == len(before) - len(UNSEEN)
    assert states["written"] == wrote.counts["written"] > 180
    assert states["write_failed"] == wrote.counts["failed"] == len(wrote.json["problems"])
    after = archive.bytes()
    assert pictures(archive) == seen
    changed = [name for name, data in bytes_before.items() if after[name] != data]
    assert [name for name in changed if pixels(bytes_before[name]) != pixels(after[name])] == []
    told = {each["photo"] for each in wrote.json["problems"]}
    assert not told & set(changed)
    assert not archive.strays()
    assert archive.done("verify").counts["wrong"] == 0

    again = archive.run("write")
    assert again.counts["written"] == 0
    assert archive.bytes() == after

    assert archive.done("undo").counts["restored"] == wrote.counts["written"]
    assert hashes(archive) == before
    assert not archive.strays()
