"""Power cuts and changed files: the ledger opens as of its last commit, and verify names the rest."""

import contextlib
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batchcap.balance import unbalanced
from batchcap.errors import LedgerTrouble
from batchcap.ledger import open_ledger
from batchcap.records import Sighting

FILES = ("ledger.sqlite", "ledger.sqlite-wal")


def copied(bench: Any, making: Any) -> Any:
    """Return another bench with the same workspace and the same server, as they stand on disk."""
    other = making.empty()
    shutil.copytree(bench.home, other.home, dirs_exist_ok=True)
    return other


def cut(bench: Any, size: int) -> None:
    """Keep the first bytes of the write-ahead log; its index is made anew at every power-up."""
    with (bench.state / FILES[1]).open("r+b") as wal:
        wal.truncate(size)
    (bench.state / "ledger.sqlite-shm").unlink(missing_ok=True)


@contextlib.contextmanager
def unclosed(bench: Any) -> Iterator[None]:
    """Keep the write-ahead log from being folded in: somebody else still reads the ledger."""
    with contextlib.closing(sqlite3.connect(bench.ledger)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM workspace").fetchone()
        yield


def places(size: int, step: int) -> list[int]:
    """Return odd and even places to cut at: the log's own head, frames, and inside of them."""
    return sorted({0, 1, 31, 32, 33, *range(57, size, step), size - 1, size})


def test_a_torn_log_opens_as_of_an_earlier_commit(making):
    """Wherever the log was cut: sound, balanced, and never ahead of what was committed."""
    bench = making(3)
    with bench.serving():
        bench.build()
        with unclosed(bench):
            bench.submit()
            bench.poll()
            bench.join()
            size = (bench.state / FILES[1]).stat().st_size
            torn = copied(bench, making)
    assert size > 20_000
    log = (torn.state / FILES[1]).read_bytes()
    base = (torn.state / FILES[0]).read_bytes()
    seen = set()
    for place in places(size, size // 40):
        (torn.state / FILES[0]).write_bytes(base)
        (torn.state / FILES[1]).write_bytes(log)
        cut(torn, place)
        with torn.open() as workspace:
            assert workspace.ledger.sound() == []
            assert unbalanced(workspace) == []
        seen.update(torn.states())
    assert seen == {"built", "submitted", "captioned"}


@pytest.mark.parametrize("share", [0.0, 0.2, 0.4, 0.6, 0.8])
def test_a_run_goes_on_from_a_torn_log_and_pays_nothing_twice(making, share):
    bench = making(3)
    bench.flags = {"limits.max_requests": "2"}
    with bench.serving():
        bench.build()
        with unclosed(bench):
            bench.submit()
            bench.poll()
            bench.join()
            torn = copied(bench, making)
    torn.flags = bench.flags
    cut(torn, int((torn.state / FILES[1]).stat().st_size * share))
    with torn.serving():
        torn.finish()
        found = torn.batches()
        assert [each["request_counts"]["completed"] for each in found] == [2, 1]
        assert torn.uploads() == 2
    assert torn.states() == {"captioned": 3}
    torn.balanced()


def test_a_power_cut_inside_a_commit(making):
    """What stands on disk while a large change is under way opens as if it had never begun."""
    bench = making(2)
    bench.build()
    before = bench.states()
    copies = []
    with bench.open() as workspace, workspace.ledger.change():
        workspace.ledger.photos.start_walk()
        for chunk in range(8):
            names = [f"{chunk}-{number}-{'x' * 200}.jpg" for number in range(2000)]
            workspace.ledger.photos.met([Sighting(name, 1, 1) for name in names])
            workspace.ledger.photos.add_met()
            copies.append(copied(bench, making))
    assert bench.states()["new"] == 16_000
    assert max((each.state / FILES[1]).stat().st_size for each in copies) > 1_000_000
    for copy in copies:
        assert copy.states() == before
        copy.balanced()


def test_a_newer_ledger_is_refused_and_left_alone(making):
    bench = making(1)
    bench.build()
    with contextlib.closing(sqlite3.connect(bench.ledger)) as ledger:
        ledger.execute("PRAGMA user_version = 99")
    before = bench.ledger.read_bytes()
    for command in (bench.build, bench.verify, bench.states):
        with pytest.raises(LedgerTrouble, match="schema 99") as told:
            command()
        assert told.value.exit_code == 1
        assert "upgrade" in told.value.hint
    assert bench.ledger.read_bytes() == before


def test_a_file_that_is_no_ledger_is_told_as_such(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"This is a letter to my aunt. " * 300)
    with pytest.raises(LedgerTrouble, match="damaged"):
        open_ledger(path)


def test_a_page_that_went_bad_is_found(making):
    """A disk that loses a page: verify tells it, whatever else it can still read."""
    bench = making(3)
    with bench.serving():
        bench.joined()
    whole = bench.ledger.read_bytes()
    for page in range(2, len(whole) // 4096):
        bad = bytearray(whole)
        bad[page * 4096 : page * 4096 + 2048] = b"\xa5" * 2048
        bench.ledger.write_bytes(bytes(bad))
        try:
            told = bench.verify()
        except LedgerTrouble:
            continue
        assert told.exit_code == 5, page
        assert "ledger" in {each.code for each in told.problems}


@pytest.fixture
def joined(making: Any) -> Any:
    """A workspace that went through join, one task file and one output file."""
    bench = making(4)
    with bench.serving():
        bench.joined()
    bench.balanced()
    return bench


def flip(raw: bytes) -> bytes:
    return raw[:100] + bytes([raw[100] ^ 1]) + raw[101:]


HARM = {
    "a bit": flip,
    "its end": lambda raw: raw[:-1],
    "a line more": lambda raw: raw + raw.splitlines(keepends=True)[0],
    "all of it": lambda raw: raw[:0],
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
@pytest.mark.parametrize("folder", ["tasks", "replies"])
def test_a_changed_file_is_named(joined, folder, harm):
    (path,) = (joined.state / folder).glob("*.jsonl")
    path.write_bytes(harm(path.read_bytes()))
    told = joined.verify()
    assert told.exit_code == 5
    assert "file_changed" in {each.code for each in told.problems}
    assert str(path) in told.problems[0].message


@pytest.mark.parametrize("folder", ["tasks", "replies"])
def test_a_file_that_is_gone_is_named(joined, folder):
    (path,) = (joined.state / folder).glob("*.jsonl")
    path.unlink()
    told = joined.verify()
    assert told.exit_code == 5
    assert [each.code for each in told.problems if str(path) in each.message] == ["file_gone"]


def forge(bench: Any, path: Path, table: str, lines: list[bytes]) -> None:
    """Change a file and what the ledger says of its bytes, so that hashes agree."""
    path.write_bytes(b"".join(lines))
    digest, size = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size
    with contextlib.closing(sqlite3.connect(bench.ledger)) as ledger:
        query = f"SELECT sha256 FROM {table} WHERE name = ?"  # noqa: S608 - a name of our own
        (said,) = ledger.execute(query, (path.name,)).fetchone()
        digest = f"sha256:{digest}" if said.startswith("sha256:") else digest
        ledger.execute(
            f"UPDATE {table} SET sha256 = ?, bytes = ? WHERE name = ?",  # noqa: S608 - as above
            (digest, size, path.name),
        )
        ledger.commit()


def another_answer(lines: list[bytes]) -> list[bytes]:
    reply = json.loads(lines[1])
    message = reply["response"]["body"]["choices"][0]["message"]
    message["content"] = '{"alt_text": "What nobody ever said of this picture."}'
    return [lines[0], json.dumps(reply).encode() + b"\n", *lines[2:]]


def two_swapped(lines: list[bytes]) -> list[bytes]:
    one, two = (json.loads(line) for line in lines[:2])
    one["custom_id"], two["custom_id"] = two["custom_id"], one["custom_id"]
    return [json.dumps(each).encode() + b"\n" for each in (one, two)] + lines[2:]


def a_failure(lines: list[bytes]) -> list[bytes]:
    failed = {"custom_id": json.loads(lines[0])["custom_id"], "error": {"code": "batch_expired"}}
    return [json.dumps(failed).encode() + b"\n", *lines[1:]]


FORGED = {
    "another answer": another_answer,
    "two swapped": two_swapped,
    "an answer less": lambda lines: lines[1:],
    "a failure": a_failure,
    "a second answer first": lambda lines: [another_answer(lines)[1], *lines],
    "a stranger": lambda lines: [*lines, lines[0].replace(b'"bc-', b'"cb-')],
    "a second answer": lambda lines: [*lines, another_answer(lines)[1]],
    "a line of nobody": lambda lines: [*lines, b"{}\n"],
    "no JSON": lambda lines: [b"{broken\n", *lines[1:]],
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
def test_a_forged_reply_is_caught_by_joining_again(joined, change):
    (path,) = (joined.state / "replies").glob("*.jsonl")
    forge(joined, path, "fetched", change(path.read_bytes().splitlines(keepends=True)))
    told = joined.verify()
    assert told.exit_code == 5
    assert {each.code for each in told.problems} <= {"outcome", "books"}
    assert "0001.jsonl" in told.problems[0].message


def test_a_forged_task_file_is_caught_by_its_names(joined):
    (path,) = (joined.state / "tasks").glob("*.jsonl")
    forge(joined, path, "task_file", two_swapped(path.read_bytes().splitlines(keepends=True)))
    told = joined.verify()
    assert told.exit_code == 5
    assert "0001.jsonl" in told.problems[0].message


def test_an_outcome_that_was_taken_away_is_missed(joined):
    with contextlib.closing(sqlite3.connect(joined.ledger)) as ledger:
        ledger.execute("DELETE FROM caption WHERE task_id = 2")
        ledger.execute("DELETE FROM outcome WHERE task_id = 2")
        ledger.commit()
    told = joined.verify()
    assert told.exit_code == 5
    assert "books" in {each.code for each in told.problems}
