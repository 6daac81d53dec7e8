"""No sequence of commands and faults loses a row, doubles one, or pays twice.

Hypothesis drives a real workspace and a real sandbox: commands in any order, photos that come and
go, a server that is restarted with other faults. After each step the books must close; at the end,
with the faults gone, every photo must come to its end. Few examples by default; PROVE=all: many.
"""

import contextlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from batchcap.errors import CannotTell, ProviderRefused, Unreachable
from batchcap.fetching import is_fetched

MANY = os.environ.get("PROVE") == "all"
QUICK = {"retry-after-ms": "1"}  # the client's own repetitions come at once
NAMES = tuple(f"{name}.jpg" for name in "abcde")
FULL = "Enqueued token limit reached for gpt-6-luna. Limit: 1,700 enqueued tokens."


def http(on: str, kind: str, every: int = 0, status: int = 500) -> dict[str, Any]:
    return {"on": on, "kind": kind, "every": every, "status": status, "headers": QUICK}


HTTP = [
    *(http(on, kind) for on in ("create", "upload") for kind in ("drop_after", "broken_body")),
    *(http(on, kind, 2) for on in ("create", "upload") for kind in ("drop_before", "drop_after")),
    *(
        http("create", kind, 2, status)
        for kind in ("error", "error_after")
        for status in (502, 429)
    ),
    http("create", "error_after"),
    {**http("create", "error", 2, 400), "code": "token_limit_exceeded", "message": FULL},
    http("create", "error", 0, 400),
    http("upload", "error_after", 2),
    *(http("retrieve", "error", 2, status) for status in (404, 429, 502)),
    http("retrieve", "broken_body", 2),
    http("batches", "error", 0, 404),
    http("batches", "error", 2, 500),
    http("files", "error", 0, 404),
    http("cancel", "error_after", 2),
    {**http("content", "cut", 2), "bytes": 60},
    http("content", "error", 2, 503),
    http("content", "error", 0, 404),
    http("content", "error", 2, 404),
    http("create", "error", 2, 429),
]
BATCH = [
    {"end": "expired", "at": 0.5},
    {"end": "expired", "at": 0.4, "unworked": "missing"},
    {"end": "cancelled", "at": 0.5},
    {"end": "failed"},
    {"end": "failed", "line": 1, "code": "invalid_value"},
    {"end": "failed", "code": "token_limit_exceeded", "message": FULL},
    {"files": "none"},
    {"late_files": 2},
    {"late_files": 5},
    {"blank_ids": True, "files": "empty_error"},
    {"show": {"metadata": None}, "show_open": {"metadata": None}},
    {"show": {"status": "DONE"}, "show_open": {"status": "pondering"}},
    {"show": {"request_counts": {"total": 9, "completed": 9, "failed": 0}}},
    {"hold": {"validating": 3600.0}},
    {"hold": {"in_progress": 3600.0}},
]
ROW = [
    *(
        {"kind": kind, "every": 2}
        for kind in ("http_error", "no_response", "empty", "truncated", "bad_json", "lost")
    ),
    *({"kind": kind, "every": 2} for kind in ("missing", "stranger", "broken_line", "status_zero")),
    {"kind": "refusal", "every": 3},
    {"kind": "duplicate", "every": 1, "text": '{"alt_text": "Another picture altogether."}'},
    {"kind": "http_error", "every": 2, "status": 400, "code": "invalid_image"},
]
FAULTS = st.fixed_dictionaries(
    {
        "http": st.lists(st.sampled_from(HTTP), max_size=2),
        "batch": st.lists(st.sampled_from(BATCH), max_size=1),
        "row": st.lists(st.sampled_from(ROW), max_size=1),
    }
)


class Machine(RuleBasedStateMachine):
    """A person at the keyboard, and a provider that has its bad days."""

    def __init__(self, bench: Any) -> None:
        super().__init__()
        self.bench = bench
        self.clock = bench.jumping()
        self.server = contextlib.ExitStack()
        self.bench.flags = {"limits.attempts": "2", "limits.max_requests": "2"}
        self.bench.flags["poll.interval"] = "20.0"
        self.painted = 0

    @initialize(names=st.sets(st.sampled_from(NAMES), min_size=2))
    def begin(self, names: set[str]) -> None:
        for name in sorted(names):
            self.bench.paint(name)
        self.server.enter_context(self.bench.serving())
        self.bench.build()

    @rule(faults=FAULTS)
    def restart(self, faults: dict[str, Any]) -> None:
        self.server.close()
        self.server.enter_context(self.bench.serving(faults))

    @rule(name=st.sampled_from(NAMES))
    def add(self, name: str) -> None:
        self.painted += 1
        self.bench.paint(name, f"{name} {self.painted}")

    @precondition(lambda self: len(self.bench.photos()) > 1)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.bench.photos())).unlink()

    @rule()
    def build(self) -> None:
        self.bench.build()

    @rule(data=st.data())
    def regenerate(self, data: st.DataObject) -> None:
        photo = data.draw(st.sampled_from(self.bench.photos()))
        self.bench.build(photo.name, regenerate=True)

    @rule()
    def submit(self) -> None:
        self.tried(self.bench.submit)

    @rule()
    def poll(self) -> None:
        self.tried(lambda: self.bench.poll(wait=False))

    @rule()
    def wait(self) -> None:
        self.tried(lambda: self.bench.poll(timeout=300.0))

    @rule()
    def join(self) -> None:
        self.bench.join()

    @rule()
    def all_of_it(self) -> None:
        for command in (self.submit, self.wait, self.join):
            command()

    @rule()
    def cancel(self) -> None:
        self.tried(self.bench.cancel)

    @rule(data=st.data())
    def resend(self, data: st.DataObject) -> None:
        with self.bench.open() as workspace:
            submissions = workspace.ledger.submissions
            gone = [
                each.submission
                for each in submissions.open()
                if each.view and each.view.state.terminal and not is_fetched(workspace, each)
            ]
            names = sorted({each.file.name for each in [*submissions.in_doubt(), *gone]})
        if names:
            name = data.draw(st.sampled_from(names))
            self.tried(lambda: self.bench.submit(resend=name))

    @rule(tokens=st.sampled_from(["0", "1000", "1700", "4000"]))
    def queue(self, tokens: str) -> None:
        self.bench.flags["limits.queue_tokens"] = tokens

    @rule(hours=st.sampled_from([0.1, 2, 30]))
    def later(self, hours: float) -> None:
        self.clock.sleep(hours * 3600)

    @staticmethod
    def tried(command: Callable[[], object]) -> None:
        """Run a command that may meet the provider's bad day; nothing else may end it."""
        with contextlib.suppress(Unreachable, ProviderRefused, CannotTell):
            command()

    @invariant()
    def the_books_close(self) -> None:
        self.bench.states()
        with self.bench.open() as workspace:
            from batchcap.balance import unbalanced

            assert unbalanced(workspace) == []

    @invariant()
    def nothing_is_doubled(self) -> None:
        with contextlib.closing(sqlite3.connect(self.bench.ledger)) as ledger:
            answers = ledger.execute(
                "SELECT t.custom_id FROM outcome AS o JOIN task AS t ON t.id = o.task_id"
            ).fetchall()
            given_up = Counter(
                name
                for (name,) in ledger.execute(
                    "SELECT f.sha256 FROM ended AS e JOIN submission AS s ON s.id = e.submission_id"
                    " JOIN task_file AS f ON f.id = s.task_file_id WHERE e.how = 'abandoned'"
                )
            )
        assert len(answers) == len(set(answers))
        keys, paid = self.made()
        assert not [key for key, count in keys.items() if count > 1]
        # A person who has a file sent again, whatever became of it, may pay for it again.
        assert not [file for file, count in paid.items() if count > 1 + given_up[file]]

    def made(self) -> tuple[Counter[str], Counter[str]]:
        """Return how many batches each key made, and how many of each file answered anything."""
        path = self.bench.server / "sandbox.sqlite3"
        with contextlib.closing(sqlite3.connect(path)) as server:
            rows = server.execute("SELECT metadata, completed FROM batches").fetchall()
        found = [(json.loads(metadata), completed) for metadata, completed in rows]
        return (
            Counter(marks["batchcap_key"] for marks, _ in found),
            Counter(marks["batchcap_sha256"] for marks, completed in found if completed),
        )

    def teardown(self) -> None:
        try:
            if self.bench.url:
                self.to_the_end()
        finally:
            self.server.close()

    def to_the_end(self) -> None:
        self.restart({})
        self.bench.flags |= {"limits.queue_tokens": "0"}
        self.bench.finish(rounds=15)
        self.nothing_is_doubled()
        self.bench.balanced()


@pytest.mark.timeout(0 if MANY else 600)
def test_no_sequence_loses_or_doubles_a_row(making):
    run_state_machine_as_test(
        lambda: Machine(making()),
        settings=settings(
            max_examples=400 if MANY else 12,
            stateful_step_count=30 if MANY else 20,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
