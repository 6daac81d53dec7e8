"""Killed at any moment (kill -9, no exception): the next run ends as if nothing had happened.

A child process runs all stages and is killed before its N-th event of a kind (see child.py:
commits, renames, requests, answers); then a fresh child runs them to the end. The server lives on
in this process. Of all events a fixed selection is taken; with the variable PROVE=all, every one.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from batchcap.ledger.photos import STATES

PHOTOS = 3
# Two files, and room for one: the second wave is sent by poll.
SETTINGS = """
[limits]
max_requests = 2
queue_tokens = 1700
"""
# Of each kind of event those before which the child is killed: most of the first wave, with all
# that may cost money, and some of the second one.
SELECTED = {
    "commit": (*range(1, 13), 14, 16, 18, 20),
    "rename .jsonl": (1, 2, 3, 4),
    "ask POST files": (1, 2),
    "hear POST files": (1, 2),
    "ask POST batches": (1, 2),
    "hear POST batches": (1, 2),
    "ask GET files": (1,),
    "hear GET files": (2,),
    "ask GET batches": (2,),
    "hear GET batches": (1,),
    "ask GET batches/ID": (1, 2),
    "hear GET batches/ID": (1,),
    "ask GET files/ID/content": (1,),
    "hear GET files/ID/content": (1, 2),
    "ask GET files/ID": (1,),
    "hear GET files/ID": (2,),
}
EVENTS = 80
PLAN = [(kind, number) for kind, numbers in SELECTED.items() for number in numbers]
if os.environ.get("PROVE") == "all":
    PLAN = [("*", number) for number in range(1, EVENTS)]
CHILD = Path(__file__).with_name("child.py")


def life(
    bench: Any, environment: dict[str, str], kind: str = "*", last: int = 0
) -> tuple[list[str], bool]:
    """Let a child live until its ``last`` event of a kind; gives all events, and if it was killed."""
    told = bench.home / "events.txt"
    command = [sys.executable, str(CHILD), str(bench.root), bench.url, kind, str(last), str(told)]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    events = told.read_text(encoding="utf-8").splitlines()
    whole = events[-1] == "end" and (kind != "*" or len(events) != last)
    assert (ended.returncode == 0) == whole, ended.stderr
    return events, not whole


def outcome(bench: Any) -> dict[str, Any]:
    """Return what must be the same whatever happened on the way."""
    bench.balanced()
    found = bench.batches()
    with bench.open() as workspace:
        files = [each.requests for each in workspace.ledger.tasks.files()]
        photos = [each.id for each in workspace.ledger.photos.in_state(*STATES)]
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
        return life(bench, environment)[0], outcome(bench)


def test_the_plan(undisturbed):
    """The undisturbed run has every event of the plan, and none of a kind that is not in it.

    pytest -rP shows it.
    """
    events, found = undisturbed
    for event in events:
        sys.stdout.write(f"{event}\n")
    assert len(events) < EVENTS
    assert set(events) == {*SELECTED, "end"}
    assert {kind: max(numbers) for kind, numbers in SELECTED.items()}.items() <= {
        (kind, number) for kind in SELECTED for number in range(1, events.count(kind) + 1)
    }
    assert {state for state, _ in found["captions"].values()} == {"captioned"}
    assert found["files"] == found["answered"] == [2, 1]
    assert found["states"] == ["completed"] * 2
    assert found["tasks"] == [1, 1, 1]
    assert found["uploads"] == 2
    assert found["left over"] == []


@pytest.mark.parametrize(("kind", "number"), PLAN)
def test_killed_before(undisturbed, making, environment, kind, number):
    bench = made(making)
    with bench.serving():
        events, killed = life(bench, environment, kind, number)
        assert killed or kind == "*"
        life(bench, environment)
        assert outcome(bench) == undisturbed[1], f"killed before {events[-1]}"
