"""build and write on a cluster of dask: a scheduler and workers in processes of their own, on this machine."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from distributed import Client

NAMES = [f"Italy/Rome/commercial/{number:02d}.jpg" for number in range(24)]
PATIENCE = 60


class Cluster:
    """A scheduler and its workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self.scheduler = self._started(
            "dask_scheduler",
            *("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"),
            *("--scheduler-file", str(self._file)),
        )
        self.workers: list[psutil.Process] = []
        self.address = self._address()

    def _started(self, name: str, *words: str) -> psutil.Process:
        command = [sys.executable, "-m", f"distributed.cli.{name}", *words]
        with (self._folder / "log.txt").open("ab") as log:
            return psutil.Popen(command, stdout=log, stderr=log)

    def _address(self) -> str:
        for _ in patiently():
            with contextlib.suppress(OSError, ValueError):
                return str(json.loads(self._file.read_text("utf-8"))["address"])
        raise AssertionError((self._folder / "log.txt").read_text("utf-8"))

    def hire(self, number: int) -> None:
        """Start workers and wait until the scheduler knows them."""
        known = len(self.workers)
        for each in range(known, known + number):
            folder = self._folder / f"worker {each}"
            folder.mkdir()
            words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", str(each))
            words += ("--local-directory", str(folder), "--host", "127.0.0.1")
            self.workers.append(self._started("dask_worker", self.address, *words))
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=PATIENCE)

    def processing(self) -> dict[str, int]:
        """Return how many tasks each worker, by its name, has before it."""
        with Client(self.address, set_as_default=False) as client:
            names = {
                address: str(each["name"])
                for address, each in client.scheduler_info(n_workers=-1)["workers"].items()
            }
            return {names[key]: len(tasks) for key, tasks in client.processing().items()}

    def halt(self, begun: Callable[[], bool] = lambda: True) -> psutil.Process:
        """Stop a worker while it surely has work before it, and return it."""
        for _ in patiently():
            if not begun():
                continue
            for name in [name for name, number in self.processing().items() if number]:
                victim = self.workers[int(name)]
                victim.suspend()
                if self.processing()[name]:
                    return victim
                victim.resume()
        raise AssertionError("no worker was ever given work")

    def end(self) -> None:
        for each in (*self.workers, self.scheduler):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
                each.wait(PATIENCE)


def patiently() -> Iterator[None]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        yield
        time.sleep(0.02)


class Watch(threading.Thread):
    """Does something while a command runs; ``over`` fails where that failed."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self._work = work
        self._done = False
        self.start()

    def run(self) -> None:
        self._work()
        self._done = True

    def over(self) -> None:
        self.join()
        assert self._done


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    (tmp_path / "cluster").mkdir()
    found = Cluster(tmp_path / "cluster")
    try:
        yield found
    finally:
        found.end()


def address(cluster: Cluster) -> str:
    return cluster.address.replace("tcp://", "dask://")


def everything(root: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return the task files, byte for byte, and all that the ledger knows but for the times."""
    files = {each.name: each.read_bytes() for each in (root / ".batchcap" / "tasks").iterdir()}
    with contextlib.closing(sqlite3.connect(root / ".batchcap" / "ledger.sqlite")) as ledger:
        dump = [each for each in ledger.iterdump() if not each.startswith('INSERT INTO "run"')]
    return files, dump


def twin(desk, tmp_path: Path) -> Path:
    """Make a second workspace of the same name and photos: a copy from before the first build."""
    with desk.open() as opened, opened.locked():
        assert opened.ledger.workspace_id
    return Path(shutil.copytree(desk.root, tmp_path / "twin"))


def test_a_cluster_builds_what_this_machine_builds_though_a_worker_dies(
    desk, cluster, tmp_path
) -> None:
    desk.paint(*NAMES, size=(1500, 1000))
    (desk.photos / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    copy = twin(desk, tmp_path)
    assert desk.run("build").counts["requests"] == len(NAMES)
    expected = everything(desk.root)
    desk.root = copy
    cluster.hire(3)
    watch = Watch(lambda: cluster.halt().kill())
    built = desk.run("build", **{"work.executor": address(cluster)})
    watch.over()
    assert built.counts["requests"] == len(NAMES)
    assert built.counts["unreadable"] == 1
    assert everything(copy) == expected


def words(desk) -> dict[str, bytes]:
    """Return the photos as a write leaves them."""
    return {name: data for name, data in desk.bytes().items() if not name.startswith(".")}


def test_a_cluster_writes_what_this_machine_writes_though_a_worker_dies(
    desk, cluster, tmp_path
) -> None:
    desk.paint(*NAMES, size=(300, 200))
    desk.fetched()
    desk.done("join")
    copy = Path(shutil.copytree(desk.root, tmp_path / "twin"))
    assert desk.done("write").counts["written"] == len(NAMES)
    expected = words(desk)
    desk.root = copy
    cluster.hire(2)
    drafts = desk.photos / "Italy" / "Rome" / "commercial"
    watch = Watch(lambda: cluster.halt(lambda: any(drafts.glob(".~b*"))).kill())
    written = desk.run("write", **{"work.executor": address(cluster)})
    watch.over()
    assert written.counts["written"] == len(NAMES)
    assert words(desk) == expected
    assert desk.strays() == []
    assert desk.states() == {"written": len(NAMES)}
    assert desk.done("write").counts == {
        "written": 0,
        "unchanged": len(NAMES),
        "held": 0,
        "failed": 0,
    }


def test_drafts_that_come_after_a_chunk_was_taken_over_harm_no_photo(
    desk, cluster, tmp_path
) -> None:
    """A lost worker's ExifTool is held up, and goes on when another one has long done its chunk."""
    desk.paint(*NAMES, size=(300, 200))
    desk.fetched()
    desk.done("join")
    copy = Path(shutil.copytree(desk.root, tmp_path / "twin"))
    desk.done("write")
    expected = words(desk)
    desk.root = copy
    before = desk.bytes()
    cluster.hire(2)
    drafts = desk.photos / "Italy" / "Rome" / "commercial"
    late: list[psutil.Process] = []

    def lose() -> None:
        while not late:
            victim = cluster.halt(lambda: any(drafts.glob(".~b*")))
            late.extend(victim.children(recursive=True))
            if not late:
                victim.resume()  # between two chunks
        for each in late:
            each.suspend()
        victim.kill()

    watch = Watch(lose)
    written = desk.run("write", **{"work.executor": address(cluster)})
    watch.over()
    assert written.counts["written"] == len(NAMES)
    assert words(desk) == expected
    for each in late:
        with contextlib.suppress(psutil.NoSuchProcess):  # nor may it outlive its worker
            each.resume()
    psutil.wait_procs(late, timeout=PATIENCE)
    assert words(desk) == expected
    desk.done("verify")
    assert desk.done("build").counts["photos"] == len(NAMES)
    assert desk.done("undo").counts["restored"] == len(NAMES)
    assert words(desk) == words_of(before)


def words_of(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if ".~b" not in name}


def test_a_raw_is_seen_through_its_preview_by_a_worker_that_does_not_see_the_file(
    desk, cluster, tmp_path, raw_file
) -> None:
    (jpeg,) = desk.paint("x.jpg", size=(640, 480))
    photo = desk.photos / "Italy" / "Rome" / "commercial" / "a.dng"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(raw_file("dng", jpeg.read_bytes()))
    desk.settings["photos.extensions"] = '[".jpg", ".dng"]'
    copy = twin(desk, tmp_path)
    desk.done("build")
    expected = everything(desk.root)
    desk.root = copy
    cluster.hire(1)
    desk.settings["work.executor"] = address(cluster)
    desk.done("build")
    assert everything(copy) == expected


def test_what_is_wrong_with_a_cluster_is_told_before_anything_changes(desk, cluster) -> None:
    desk.paint(NAMES[0])
    desk.settings["work.executor"] = "dask://127.0.0.1:9"
    assert desk.run("build").problem["hint"] == "dask scheduler --port 9"
    desk.settings["work.executor"] = address(cluster)
    told = desk.run("build")
    assert told.problem["code"] == "cluster"
    assert told.problem["hint"].startswith("dask worker 127.0.0.1:")
    desk.settings["work.executor"] = "ray://127.0.0.1:9"
    assert desk.run("build").code == 2


def test_a_cluster_that_goes_away_leaves_what_was_recorded(desk, cluster) -> None:
    desk.paint(*NAMES, size=(1500, 1000))
    cluster.hire(1)

    watch = Watch(lambda: (cluster.halt(), cluster.scheduler.kill()))
    desk.settings["work.executor"] = address(cluster)
    code, _, told = desk.say("build")
    del desk.settings["work.executor"]
    watch.over()
    assert code == 1
    assert "went away" in told
    assert "Traceback" not in told
    assert desk.run("build").counts["photos"] == len(NAMES)


def test_without_dask_the_command_to_install_it_is_told(desk, tmp_path) -> None:
    """A child whose path holds no dask: what a plain installation is."""
    desk.paint(NAMES[0])
    (tmp_path / "distributed.py").write_text("raise ImportError('none here')\n", encoding="utf-8")
    command = [sys.executable, "-m", "batchcap", "build", "-w", str(desk.root)]
    command += [*desk.flags(), "--set", "work.executor=dask://127.0.0.1:9"]
    root = Path(__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(root)))}
    found = subprocess.run(command, env=environ, capture_output=True, encoding="utf-8", check=False)
    assert found.returncode == 2
    assert 'pip install "batchcap[dask]"' in found.stderr
    assert "Traceback" not in found.stderr
