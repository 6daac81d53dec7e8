"""The run is cut off before and after commit 1, 2, 3 … and started again: nothing is paid twice,
nothing is lost, nothing is written twice, and every photo comes back byte for byte."""

import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = Path(__file__).with_name("driver.py")
KILLED = 137
PHOTOS = (
    "Italy/Rome/editorial/a.jpg",
    "France/Paris/commercial/b.jpg",
    "Spain/Madrid/commercial/c.jpg",
)
# Every point of a run of three photos in two task files; the test of the whole says if they grow.
RUN_POINTS = 72
UNDO_POINTS = 10
SAMPLED = 16


def sample(points: int, most: int) -> list[int]:
    """Return at most so many points, evenly spread, the first and the last among them."""
    step = max(1.0, (points - 1) / (most - 1))
    return sorted({round(1 + number * step) for number in range(most) if number * step < points})


def drive(desk, environment, command: str, last: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(DRIVER), str(desk.root), desk.url, command, str(last)],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def archive(desk):
    toml = desk.root / "batchcap.toml"
    toml.write_text(toml.read_text("utf-8") + "[limits]\nmax_requests = 2\n", encoding="utf-8")
    desk.paint(*PHOTOS)
    return desk


def journal(desk) -> list[tuple[str, str]]:
    """Return (photo, state) of every journal entry."""
    with desk.open() as opened:
        rows = opened.ledger._connection.execute(
            "SELECT p.path, coalesce((SELECT kind FROM written WHERE journal_id = j.id"
            " ORDER BY id DESC LIMIT 1), '') FROM journal AS j JOIN photo AS p ON p.id = j.photo_id"
        )
        return [tuple(row) for row in rows.fetchall()]


def is_whole(desk, seen: dict[str, str]) -> None:
    """Check what an undisturbed run would have left."""
    assert desk.states() == {"written": 3}
    assert len(desk.tasks()) == 3
    sent = desk.batches()
    assert len(sent) == 2, "a task file became more than one batch"
    assert len({each["metadata"]["batchcap_sha256"] for each in sent}) == 2
    assert all(each["status"] == "completed" for each in sent)
    in_place = [photo for photo, state in journal(desk) if state == "written"]
    assert sorted(in_place) == sorted(PHOTOS), "a photo was written more than once"
    assert desk.pixels() == seen
    assert desk.done("verify").counts["wrong"] == 0
    assert desk.done("write").counts == {"written": 0, "unchanged": 3, "held": 0, "failed": 0}


def test_the_points_are_known(archive, environment) -> None:
    ran = drive(archive, environment, "run", 0)
    assert ran.returncode == 0, ran.stderr
    code, points = ran.stdout.split()
    assert code == "0"
    # Each look of poll that sees something new is a commit more: two at the most a look.
    assert RUN_POINTS - 30 <= int(points) <= RUN_POINTS + 10, points
    undone = drive(archive, environment, "undo", 0)
    assert undone.stdout.split() == ["0", str(UNDO_POINTS)]


@pytest.mark.parametrize("last", sample(RUN_POINTS, SAMPLED))
def test_a_run_that_is_cut_off_goes_on(archive, environment, last: int) -> None:
    original, seen = archive.bytes(), archive.pixels()
    cut = drive(archive, environment, "run", last)
    assert cut.returncode in (KILLED, 0), cut.stderr
    assert archive.pixels() == seen
    archive.done("status")
    assert archive.done("verify").counts["wrong"] == 0

    ran = archive.run("run", "--wait")

    assert ran.code == 0, ran
    is_whole(archive, seen)
    assert not archive.strays()
    for _ in range(2):
        if archive.bytes() != original:
            assert archive.done("undo").counts["failed"] == 0
    assert archive.bytes() == original


@pytest.mark.parametrize("last", range(1, UNDO_POINTS))
def test_an_undo_that_is_cut_off_goes_on(archive, environment, last: int) -> None:
    original = archive.bytes()
    archive.done("run", "--wait")
    cut = drive(archive, environment, "undo", last)
    assert cut.returncode == KILLED, cut.stderr
    if "written" in archive.states():
        undone = archive.done("undo")
        assert (undone.counts["changed_since"], undone.counts["failed"]) == (0, 0)
    assert archive.bytes() == original
    assert archive.states() == {"captioned": 3}
    assert not archive.strays()
