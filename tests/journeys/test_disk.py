"""A full disk, a read-only folder, a workspace that somebody else works in: real ones each."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

PHOTO = "France/Paris/commercial/b.jpg"
OTHER = "Italy/Rome/editorial/a.jpg"
LIMITED = """
import sys
from batchcap.__main__ import main
if __name__ == "__main__":
    import resource
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    main(sys.argv[2:])
"""
HOLDER = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def noise(path: Path, side: int = 900) -> None:
    """Paint what compresses badly, so that it takes room."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((side, side), 90).convert("RGB").save(path, "JPEG", quality=95)


def limited(desk, most: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that may not make a file larger than so many bytes."""
    script = desk.root / "limited.py"
    script.write_text(LIMITED, encoding="utf-8")
    package = Path(__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, str(script), str(most), *arguments, "-w", str(desk.root), *desk.flags()],
        env={**os.environ, "PYTHONPATH": str(package), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[bool]:
    """Mount a file system of so many bytes, where this user may; else tell so."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    may = sys.platform == "linux" and os.geteuid() == 0
    mounted = may and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def test_no_room_for_a_task_file(desk) -> None:
    for number in range(3):
        noise(desk.photos / f"France/Paris/commercial/{number}.jpg")
    desk.done("estimate")  # the ledger is there before the disk is full
    if sys.platform == "win32":
        (desk.state / "tasks").write_bytes(b"in the way")
        full = desk.run("build")
        assert (full.code, full.codes) == (1, ["disk"])
        (desk.state / "tasks").unlink()
    else:
        full = limited(desk, 700_000, "build")
        assert full.returncode == 1, full
        assert "There is no room left" in full.stderr
        assert "free space" in full.stderr
        assert "Traceback" not in full.stderr
    assert not desk.strays()
    assert desk.states() == {"new": 3}
    assert desk.done("run", "--wait").counts["written"] == 3
    assert len(desk.tasks()) == 3


def test_no_room_for_the_ledger(desk) -> None:
    desk.paint(PHOTO)
    if sys.platform == "win32":
        (desk.state / "ledger.sqlite").mkdir()
        assert desk.run("build").codes == ["disk"]
        (desk.state / "ledger.sqlite").rmdir()
    else:
        full = limited(desk, 4_000, "build", "--json")
        assert full.returncode == 1, full
        assert '"code": "disk"' in full.stdout
        assert "Traceback" not in full.stderr
    assert desk.done("run", "--wait").counts["written"] == 1


def test_no_room_for_the_photos(desk) -> None:
    with small_disk(desk.photos, 1 << 20) as mounted:
        desk.paint(PHOTO, OTHER)
        noise(desk.photos / "Spain/Madrid/commercial/c.jpg", 400)
        before, seen = desk.bytes(), desk.pixels()
        desk.fetched()
        desk.done("join")
        filler = desk.photos / "filler.bin"
        if mounted:
            fill(desk.photos)
            full = desk.run("write")
            assert (full.code, full.codes) == (1, ["disk"])
            assert "write" in full.problem["hint"]
            filler.unlink()
        elif sys.platform != "win32":
            full = limited(desk, 60_000, "write")
            assert full.returncode == 1, full
            assert "Traceback" not in full.stderr
        assert desk.pixels() == seen
        assert not desk.strays()
        counts = desk.done("write").counts
        assert counts["written"] + counts["unchanged"] == 3
        assert desk.states() == {"written": 3}
        assert desk.pixels() == seen
        for _ in range(3 if desk.bytes() != before else 0):
            if desk.bytes() != before:
                desk.done("undo")
        assert desk.bytes() == before


@pytest.mark.parametrize("kilobytes", [88, 104, 120])
def test_the_embedded_server_tells_of_its_full_disk_in_the_commands_words(
    bare, environment, kilobytes
) -> None:
    """The one has room for its database, the others for what is uploaded, and no more."""
    bare.paint(PHOTO, OTHER)
    with small_disk(bare.state / "sandbox", kilobytes << 10) as mounted:
        if not mounted:
            pytest.skip("no small disk can be made here")
        noise(bare.photos / "Spain/Madrid/commercial/c.jpg", 400)
        full = subprocess.run(
            [sys.executable, "-m", "batchcap", "run", "-w", str(bare.root)],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert full.returncode == 1, full
    assert "Traceback" not in full.stderr
    assert "cannot use its directory" in full.stderr
    assert bare.done("run", "--wait").counts["written"] == 3


def fill(folder: Path) -> None:
    """Leave no room for another byte on this disk."""
    with contextlib.suppress(OSError), (folder / "filler.bin").open("wb") as stream:
        while True:
            stream.write(bytes(4096))
            stream.flush()


@pytest.mark.parametrize("disk", ["full", "full after a kill", "read-only"])
def test_on_a_disk_that_takes_nothing_all_that_only_looks_works(desk, tmp_path, disk) -> None:
    """Also where a command was killed, and what it recorded last stands beside the ledger."""
    desk.paint(PHOTO, OTHER)
    desk.fetched()
    desk.done("join")
    torn = ("ledger.sqlite", "ledger.sqlite-wal") if "kill" in disk else ()
    with desk.open() as workspace:
        workspace.ledger.learn("seen", "yes", 0.0)
        for name in torn:
            shutil.copy2(desk.state / name, tmp_path)
    for name in torn:
        shutil.copy2(tmp_path / name, desk.state)
    kept = shutil.copytree(desk.root, tmp_path / "kept")
    with small_disk(desk.root, 8 << 20) as mounted:
        if mounted:
            shutil.copytree(kept, desk.root, dirs_exist_ok=True)
            fill(desk.root)
        if mounted and disk == "read-only":
            subprocess.run(["mount", "-o", "remount,ro", str(desk.root)], check=True)
        for _ in range(2):
            assert desk.states() == {"captioned": 2}
        assert desk.about(PHOTO)["state"] == "captioned"
        assert desk.done("verify").counts["wrong"] == 0
        assert desk.done("check", "--agency", "shutterstock").counts["photos"] == 2
        assert desk.done("estimate").counts["requests"] == 0
        with desk.open() as workspace:
            assert workspace.ledger.learned("seen") == "yes"
        if mounted:
            full = desk.run("build")
            assert (full.code, full.codes) == (1, ["disk"])
            told = desk.run("doctor", **{"provider.base_url": ""})
            assert (told.code, set(told.codes)) == (2, {"missing"})


@pytest.mark.parametrize("which", ["photo", "folder"])
def test_a_read_only_photo_is_a_row_and_the_rest_goes_on(desk, which) -> None:
    photo, _ = desk.paint(PHOTO, OTHER)
    before = desk.bytes()
    target = photo if which == "photo" else photo.parent
    mode = stat.S_IMODE(target.stat().st_mode)
    target.chmod(mode & ~0o222)
    try:
        ran = desk.run("run", "--wait")
        assert ran.code == 1
        assert (ran.counts["written"], ran.counts["failed"]) == (1, 1)
        assert ran.problem["photo"] == PHOTO
        assert "read-only" in ran.problem["message"]
        assert desk.states() == {"written": 1, "write_failed": 1}
        assert "read-only" in desk.about(PHOTO)["reason"]
        assert desk.bytes()[PHOTO] == before[PHOTO]
        assert not desk.strays()
    finally:
        target.chmod(mode)
    assert desk.done("write").counts["written"] == 1
    assert desk.states() == {"written": 2}


@pytest.fixture
def busy(desk, environment):
    """A second process that holds the workspace's lock until its stdin closes."""
    desk.paint(PHOTO)
    desk.done("build")
    command = [sys.executable, "-c", HOLDER, str(desk.state / "lock")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=environment, **pipes) as holder:
        assert holder.stdout.readline() == "held\n"
        yield desk
        holder.stdin.close()
        holder.wait(30)


def test_a_busy_workspace_is_left_alone_and_can_be_looked_at(busy) -> None:
    told = busy.run("submit")
    assert (told.code, told.codes) == (3, ["busy"])
    assert "batchcap status" in told.problem["hint"]
    assert busy.states() == {"built": 1}
    assert busy.done("verify").counts["wrong"] == 0
    assert busy.batches() == []
