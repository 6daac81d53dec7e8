import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from batchcap.atomic import AtomicFile, disk_trouble, sweep, sync_folder, write_text
from batchcap.errors import DiskTrouble

ROOT = Path(__file__).parents[1]


def names(folder):
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.parametrize("name", ["a.jsonl", "-if grüße 📷.txt", "x" * 250])
def test_a_file_is_there_whole_with_its_size_and_digest(tmp_path, name):
    path = tmp_path / name
    with AtomicFile(path) as file:
        assert file.write(b"one\n") == 4
        assert not path.exists()
        file.write(b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"
    assert file.bytes == 8
    assert file.sha256 == hashlib.sha256(b"one\ntwo\n").hexdigest()
    assert names(tmp_path) == [name]


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt, OSError])
def test_what_the_block_raises_is_raised_and_nothing_stays(tmp_path, kind):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def stopped():
        with AtomicFile(path) as file:
            file.write(b"new")
            raise kind("stop")

    with pytest.raises(kind, match="stop"):
        stopped()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_finished_file_takes_its_place_when_the_block_ends(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with AtomicFile(path) as file:
        file.write(b"new")
        file.finish()
        file.finish()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


def test_a_finished_file_is_gone_where_the_block_fails(tmp_path):
    def stopped():
        with AtomicFile(tmp_path / "a") as file:
            file.finish()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert names(tmp_path) == []


def test_an_older_file_is_replaced(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old and longer")
    with AtomicFile(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_an_empty_file_is_a_file(tmp_path):
    with AtomicFile(tmp_path / "a") as file:
        pass
    assert (tmp_path / "a").read_bytes() == b""
    assert file.sha256 == hashlib.sha256(b"").hexdigest()


def test_two_runs_do_not_meet_in_one_temporary(tmp_path):
    with AtomicFile(tmp_path / "a") as one, AtomicFile(tmp_path / "a") as two:
        one.write(b"1")
        two.write(b"2")
    assert (tmp_path / "a").read_bytes() in {b"1", b"2"}
    assert names(tmp_path) == ["a"]


def test_writing_outside_the_block_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="not open"):
        AtomicFile(tmp_path / "a").write(b"x")


def test_a_folder_that_is_gone_is_told_and_not_made(tmp_path):
    path = tmp_path / "drive" / "a"
    with pytest.raises(DiskTrouble, match="the folder is not there") as caught, AtomicFile(path):
        pass
    assert "run the same command again" in caught.value.hint
    assert not path.parent.exists()


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "drive").write_bytes(b"")
    with pytest.raises(DiskTrouble):
        write_text(tmp_path / "drive" / "a", "x")


def test_a_folder_in_place_of_the_file(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "inside").write_bytes(b"")
    with pytest.raises(DiskTrouble), AtomicFile(tmp_path / "a") as file:
        file.write(b"x")
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no room left"),
        (getattr(errno, "EDQUOT", errno.ENOSPC), "no room left"),
        (errno.EFBIG, "no room left"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "read-only, or in use"),
        (errno.EPERM, "read-only, or in use"),
        (errno.ENOENT, "not there"),
        (errno.EIO, "cannot be written: "),
    ],
)
def test_each_trouble_says_what_happened_what_was_kept_and_what_to_do(tmp_path, number, words):
    trouble = disk_trouble(OSError(number, os.strerror(number)), tmp_path / "a.jsonl")
    assert words in trouble.message
    assert "a.jsonl" in trouble.message
    assert "unchanged" in trouble.kept
    assert "run the same command again" in trouble.hint
    assert trouble.exit_code == 1


if os.name == "posix":  # only there can a process be given a limit on what it writes
    LIMITED = """
import resource, signal, sys
from pathlib import Path
from batchcap.atomic import AtomicFile
from batchcap.errors import DiskTrouble
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with AtomicFile(Path(sys.argv[1])) as file:
        for _ in range(int(sys.argv[2])):
            file.write(b"x" * 1000)
except DiskTrouble as trouble:
    print(trouble.message)
"""

    # one block fails in write, the other one only when the last buffer is flushed
    @pytest.mark.parametrize("blocks", [500, 101])
    def test_a_disk_that_fills_up_leaves_the_old_file_and_no_half_one(tmp_path, blocks):
        path = tmp_path / "a"
        path.write_bytes(b"old")
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, str(path), str(blocks)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "no room left" in done.stdout
        assert path.read_bytes() == b"old"
        assert names(tmp_path) == ["a"]


KILLED = """
import os, sys
from pathlib import Path
from batchcap.atomic import AtomicFile
with AtomicFile(Path(sys.argv[1])) as file:
    file.write(b"half")
    os._exit(9)
"""


def test_a_killed_run_leaves_the_old_file_and_its_rest_is_swept(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 9
    assert path.read_bytes() == b"old"
    assert len(names(tmp_path)) == 2
    assert sweep(tmp_path) == 1
    assert names(tmp_path) == ["a"]
    assert sweep(tmp_path / "nowhere") == 0


def test_text_is_utf8_with_the_line_ends_it_has(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "Grüße\r\n📷\n\udc80")
    assert path.read_bytes() == "Grüße\r\n📷\n?".encode()


def test_a_folder_that_cannot_be_synced_is_no_trouble(tmp_path):
    sync_folder(tmp_path)
    sync_folder(tmp_path / "nowhere")
    assert names(tmp_path) == []
