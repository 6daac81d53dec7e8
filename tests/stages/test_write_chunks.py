"""However many captions wait, a few chunks of them are in hand, and nothing is left behind."""

import signal
import subprocess
import sys
import time

import pytest

from batchcap.ledger import open_ledger
from batchcap.ledger.photos import PAGE
from batchcap.metadata.pool import CHUNK
from batchcap.records import Sighting
from batchcap.stages.write import LEAST_CHUNK, SHARES, chunk_size

NAMES = [f"France/Paris/commercial/{number:03d}.jpg" for number in range(36)]


@pytest.mark.parametrize("tools", [1, 2, 4])
@pytest.mark.parametrize("photos", [0, 1, 9, 36, 240, 5000])
def test_few_photos_are_shared_and_many_go_in_large_chunks(photos, tools) -> None:
    chunk = chunk_size(photos, tools)
    assert LEAST_CHUNK <= chunk <= CHUNK
    assert chunk == CHUNK or photos <= chunk * tools * SHARES


def captioned(desk, *names: str) -> None:
    desk.paint(*(names or NAMES))
    desk.fetched()
    desk.run("join")


def test_pages_are_not_disturbed_by_what_is_recorded_meanwhile(tmp_path) -> None:
    paths = [f"a/{number:04d}.jpg" for number in range(2 * PAGE + 7)]
    with open_ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.photos.start_walk()
        with ledger.change():
            for path in paths:
                ledger.photos.met([Sighting(path, 1, 1)])
            ledger.photos.add_met()
        met = []
        with ledger.change():
            for known in ledger.photos.pages("new", inside="a"):
                met.append(known.path)
                ledger._connection.execute("UPDATE photo SET present = 0 WHERE id = ?", (known.id,))
        assert met == paths
        assert ledger.photos.count_in("new") == 0
        assert ledger.photos.count_in("gone", inside="a") == len(paths)
        inside = "a/0007.jpg"
        assert [each.path for each in ledger.photos.pages("gone", inside=inside)] == [inside]
        assert list(ledger.photos.pages("gone", inside="a/00")) == []


def test_a_path_within_another_counts_once(desk) -> None:
    captioned(desk, *NAMES[:3])
    told = desk.done("write", "--dry-run", "France", NAMES[1], "France/Paris", str(desk.photos))
    assert told.counts["written"] == 3
    assert [each["photo"] for each in told.json["data"]["changes"]] == NAMES[:3]
    assert told.json["data"]["more"] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent there")
def test_ctrl_c_finishes_what_is_under_way_and_leaves_no_draft(desk, environment) -> None:
    captioned(desk)
    command = [sys.executable, "-m", "batchcap", "write", "-w", str(desk.root)]
    with subprocess.Popen([*command, *desk.flags()], env=environment) as process:
        while process.poll() is None and not list(desk.photos.rglob(".~b*")):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
    assert process.returncode in {0, 130}
    assert not desk.strays()
    assert desk.run("verify").counts["wrong"] == 0
    desk.done("write")
    assert desk.states() == {"written": len(NAMES)}
