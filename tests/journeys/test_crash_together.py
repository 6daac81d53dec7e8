"""A burst with its RAWs is cut off anywhere and started again: one request, every file once."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

DRIVER = Path(__file__).with_name("driver.py")
KILLED = 137
FOLDER = "Italy/Rome/commercial"
TAKEN = "2024:05:06 07:08:09"  # what the made RAWs say
FILES = 5
SETTINGS = {
    'root = "photo"': 'root = "photo"\nseries = "one"\nextensions = [".jpg", ".cr2"]',
}


@pytest.fixture
def archive(desk, raw_file):
    """Three frames of one burst, two of them with their RAW."""
    toml = desk.root / "batchcap.toml"
    text = toml.read_text("utf-8")
    for old, new in SETTINGS.items():
        text = text.replace(old, new)
    toml.write_text(text, encoding="utf-8")
    for number in range(3):
        (path,) = desk.paint(f"{FOLDER}/{number}.jpg", taken=TAKEN, size=(640, 480))
        with Image.open(path) as picture:
            exif = picture.info["exif"]
            ImageDraw.Draw(picture).rectangle((40, 40, 56 + 4 * number, 56), fill="maroon")
            picture.save(path, quality=90, exif=exif)
        if number:
            raw = raw_file("cr2", path.read_bytes(), model=f"Cam {number}")
            path.with_suffix(".cr2").write_bytes(raw)
    return desk


def drive(desk, environment, last):
    return subprocess.run(
        [sys.executable, str(DRIVER), str(desk.root), desk.url, "run", str(last)],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("last", [5, 9, 14, 24, 30, 33, 36, 40])
def test_a_run_that_is_cut_off_goes_on(archive, environment, last):
    before = archive.bytes()
    cut = drive(archive, environment, last)
    assert cut.returncode in (KILLED, 0), cut.stderr
    archive.done("status")
    assert archive.done("verify").counts["wrong"] == 0
    assert archive.run("run", "--wait").code == 0
    assert archive.states() == {"written": FILES}
    assert len(archive.tasks()) == 1
    assert len(archive.batches()) == 1
    titles = [archive.about(f"{FOLDER}/{each}.jpg")["caption"]["title"] for each in range(3)]
    assert len(set(titles)) == 3
    assert archive.done("verify").counts["wrong"] == 0
    assert archive.done("write").counts["unchanged"] == FILES
    for _ in range(2):
        if archive.bytes() != before:
            assert archive.done("undo").counts["failed"] == 0
    assert archive.bytes() == before
