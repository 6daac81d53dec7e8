"""join and status at many rows, against a loop that reads the same lines and keeps them."""

import contextlib
import hashlib
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from measuring.archive import SMALL, workspace
from measuring.replies import CITY, COUNTRY, varied
from measuring.rounds import Machine, Row, medians, ratios, spinning

from batchcap.config import configs_folder
from batchcap.fan_out import grouped
from batchcap.ledger import Ledger, open_ledger
from batchcap.ledger.tasks import Made
from batchcap.records import (
    BatchState,
    BatchView,
    Fact,
    Facts,
    Fetched,
    Sighting,
    TaskFile,
)

FILE_ROWS = 50_000
# What anyone would write: parse each line, keep its text under its name.
BARE = """
import json, pathlib, sqlite3, sys
folder, out = map(pathlib.Path, sys.argv[1:])
out.unlink(missing_ok=True)
ledger = sqlite3.connect(out)
ledger.execute("CREATE TABLE caption (name TEXT PRIMARY KEY, text TEXT)")
for path in sorted(folder.glob("*.jsonl")):
    with path.open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        ledger.executemany("INSERT INTO caption VALUES (?, ?)", (
            (row["custom_id"], row["response"]["body"]["choices"][0]["message"]["content"])
            for row in rows))
ledger.commit()
"""


def measure_ledger(machine: Machine, folder: Path, rows: int, rounds: int) -> list[Row]:
    """Compare join with a bare loop over the same lines; and status with starting Python."""
    reply = one_reply(machine, folder / "one")
    root = folder / "many"
    (root / "photo").mkdir(parents=True)
    machine.batchcap(root, "init", "--photos", "photo", "--provider", "sandbox")
    state = root / ".batchcap"
    fill(state, rows, reply)
    kept, replies, out = root / "kept.sqlite", str(state / "replies"), str(root / "bare.sqlite")
    shutil.copy(state / "ledger.sqlite", kept)

    def before() -> None:
        for each in state.glob("ledger.sqlite*"):
            each.unlink()
        shutil.copy(kept, state / "ledger.sqlite")

    def ours() -> None:
        machine.batchcap(root, "join")

    def theirs() -> None:
        machine.run(sys.executable, "-c", BARE, replies, out)

    (quiet,), (busy,) = ratios([ours, theirs], rounds, before)
    before()
    speed, peak = joined(machine, root, rows)
    before()
    with spinning():
        beside, _ = joined(machine, root, rows)
    before()
    without_rules(root)
    plain, _ = joined(machine, root, rows)
    told = (
        f"{rows:,} rows, {speed:,.0f} a second ({beside:,.0f} with one core busy,"
        f" {plain:,.0f} with a preset without rules),"
        f" {peak:.0f} MB at the most"
    )
    (start,), (start_busy,) = ratios(
        [
            lambda: machine.batchcap(root, "status"),
            lambda: machine.run(sys.executable, "-c", "import click"),
        ],
        rounds,
    )
    (seconds,) = medians([lambda: machine.batchcap(root, "status")], 1)
    under = "under a second" if seconds < 1 else "over a second"
    return [
        Row("join", "a bare loop: json.loads, INSERT", quiet, busy, told),
        Row("status", "python -c 'import click'", start, start_busy, f"{rows:,} rows, {under}"),
    ]


def joined(machine: Machine, root: Path, rows: int) -> tuple[float, float]:
    """Join once; gives rows a second and the most memory in MB."""
    begun = time.perf_counter()
    peak = machine.peak(sys.executable, "-m", "batchcap", "join", "-q", "-w", str(root))
    return rows / (time.perf_counter() - begun), peak


def without_rules(root: Path) -> None:
    """Ask for all captions with a preset that checks nothing, as a bare loop does."""
    preset = root / "unchecked.toml"
    stock = (configs_folder() / "presets" / "stock.toml").read_text(encoding="utf-8")
    unchecked, changed = re.subn(
        r"^checks = \[.*?\]$", "checks = []", stock, flags=re.MULTILINE | re.DOTALL
    )
    if changed != 1:
        sys.exit("the preset stock names no rules")
    preset.write_text(unchecked, encoding="utf-8")
    with contextlib.closing(sqlite3.connect(root / ".batchcap" / "ledger.sqlite")) as ledger:
        ledger.execute("UPDATE task SET preset = ?", (str(preset),))
        ledger.commit()


def one_reply(machine: Machine, folder: Path) -> str:
    """Return the line that a provider answers one photo with."""
    workspace(machine, folder, 1, SMALL)
    for words in (("build",), ("submit",), ("poll", "--wait")):
        machine.batchcap(folder, *words)
    for path in (folder / ".batchcap" / "replies").glob("*.jsonl"):
        if text := path.read_text(encoding="utf-8").strip():
            return text
    sys.exit("the sandbox gave no answer")


def fill(state: Path, rows: int, reply: str) -> None:
    """Lay out a ledger in which so many photos are asked for, and their replies on disk."""
    state.mkdir(exist_ok=True)
    (state / "replies").mkdir()
    with open_ledger(state / "ledger.sqlite") as ledger:
        run = ledger.begin_run("bench", 0.0)
        for part in grouped(range(rows), FILE_ROWS):
            named = [(f"Italy/Rome/commercial/{each:07d}.jpg", f"c{each:07d}") for each in part]
            lines = varied(reply, (custom_id for _, custom_id in named))
            fill_file(ledger, run, named, stored(state / "replies", part[0], lines))


def stored(folder: Path, number: int, lines: Iterator[str]) -> Fetched:
    """Write a result file as poll does."""
    path = folder / f"{number:07d}.jsonl"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{each}\n" for each in lines)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Fetched("output", path.name, digest, path.stat().st_size)


def known_of(path: str) -> Facts:
    """Return what folders and EXIF say of a photo: each was taken at another time."""
    number = int(Path(path).stem)
    taken = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=90 * number)
    return Facts(
        country=Fact(COUNTRY, "folder"),
        city=Fact(CITY, "folder"),
        release=Fact("commercial", "folder"),
        taken=Fact(taken.isoformat(), "exif"),
        camera=Fact("Samplecam S1", "exif"),
    )


def fill_file(ledger: Ledger, run: int, named: list[tuple[str, str]], fetched: Fetched) -> None:
    """Record one task file, its photos, its batch and its replies."""
    with ledger.change():
        for path, _ in named:
            ledger.photos.see(Sighting(path, 1, 1), f"sha256:{path}", known_of(path), None)
        made = [
            Made(custom_id, path, 1, f"sha256:{path}", "stock", known_of(path), 600, 300)
            for path, custom_id in named
        ]
        model = "gpt-6-luna"
        name = ledger.tasks.next_name()
        endpoint = "/v1/chat/completions"
        ledger.tasks.record(TaskFile(0, name, "x", 1, len(made), 1, 1, model, endpoint), made, run)
        file = next(each for each in ledger.tasks.files("waiting") if each.name == name)
        submission = ledger.submissions.intend(file, f"key-{name}", 1.0, run)
        ledger.submissions.sent(submission, f"batch-{name}", "created", 1.0)
        ledger.submissions.saw(submission, BatchView(f"batch-{name}", BatchState.COMPLETED), 1.0)
        for each in (fetched, Fetched("error", "", "", 0)):
            ledger.submissions.fetched(submission, each, 1.0)
