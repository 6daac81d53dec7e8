"""Killed at any moment (kill -9, no exception): the next run ends as if nothing had happened.

A child process runs all stages and is killed at its N-th event (see child.py: commits, renames,
requests, answers); then a fresh child runs them to the end. The server lives on in this process.
Of all N a fixed selection is taken; with the variable PROVE=all every one is.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PHOTOS = 3
# Two files, and room for one: the second wave is sent by poll.
SETTINGS = """
[limits]
max_requests = 2
queue_tokens = 1700
"""
# An undisturbed run has about 62 events, and a few more where a batch takes another look. Most of
# the first wave are taken, with all that may cost money, and some of the second one.
EVENTS = 80
SELECTED = [1, 2, 4, 5, 6, 8, 10, 11, 12, 14, 15, 17, *range(19, 26), *range(27, 34), 44, 45, 46]
SELECTED += [50, 53, 55, 58, 61]
PLAN = range(1, EVENTS) if os.environ.get("PROVE") == "all" else SELECTED
KINDS = (
    "commit",
    "rename .jsonl",
    *("ask POST files", "hear POST files", "ask POST batches", "hear POST batches"),
    *("ask GET files", "hear GET files", "ask GET batches", "hear GET batches"),
    *("ask GET batches/ID", "hear GET batches/ID"),
    *("ask GET files/ID/content", "hear GET files/ID/content"),
)
CHILD = Path(__file__).with_name("child.py")


def life(bench: Any, environment: dict[str, str], last: int = 0) -> list[str]:
    """Let a child live until its event ``last``; gives the events that came to be."""
    told = bench.home / "events.txt"
    command = [sys.executable, str(CHILD), str(bench.root), bench.url, str(last), str(told)]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    events = told.read_text(encoding="utf-8").splitlines()
    killed = len(events) == last
    assert (ended.returncode != 0) == killed, ended.stderr
    return events


def outcome(bench: Any) -> dict[str, Any]:
    """Return what must be the same whatever happened on the way."""
    bench.balanced()
    found = bench.batches()
    with bench.open() as workspace:
        files = [each.requests for each in workspace.ledger.tasks.files()]
        photos = [each.id for each in workspace.ledger.photos.below("")]
        tasks = [len(workspace.ledger.photos.history(each)) for each in photos]
    return {
        "captions": bench.captions(),
        "files": files,
        "tasks": tasks,
        "states": [each["status"] for each in found],
        "answered": [each["request_counts"]["completed"] for each in found],
        "uploads": bench.uploads(),
        "left over": [path.name for path in bench.state.rglob("*.part")],
    }


def made(making: Any) -> Any:
    bench = making(PHOTOS)
    toml = bench.root / "batchcap.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
    return bench


@pytest.fixture(scope="module")
def undisturbed(making, environment):
    """What happens, and comes of it, where nobody disturbs."""
    bench = made(making)
    with bench.serving():
        return life(bench, environment), outcome(bench)


def test_the_plan(undisturbed):
    """The undisturbed run shows every kind of event, and no more than can be walked through.

    pytest -rP shows the plan.
    """
    events, found = undisturbed
    for number, event in enumerate(events, 1):
        sys.stdout.write(f"{number:3} {event}{', killed' if number in PLAN else ''}\n")
    assert len(events) < EVENTS
    # How often poll looks depends on the machine, so which kind stands at a number does, too.
    assert set(events) >= set(KINDS)
    assert {state for state, _ in found["captions"].values()} == {"captioned"}
    assert found["files"] == found["answered"] == [2, 1]
    assert found["states"] == ["completed"] * 2
    assert found["tasks"] == [1, 1, 1]
    assert found["uploads"] == 2
    assert found["left over"] == []


@pytest.mark.parametrize("number", PLAN)
def test_killed_at(undisturbed, making, environment, number):
    bench = made(making)
    with bench.serving():
        events = life(bench, environment, number)
        life(bench, environment)
        assert outcome(bench) == undisturbed[1], f"killed before {events[-1]}"
