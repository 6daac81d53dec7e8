"""The ledger's outcomes and captions: how each task ended, and in which words."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from batchcap.ledger.facts import facts_from_json
from batchcap.records import Caption, Facts, Finding, Outcome, Severity, Submission, Usage

RESULTS = ("accepted", "repaired", "held", "retry", "refused", "failed")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task as a reply finds it; ``fingerprint`` is that of the reply that counted, or None."""

    id: int
    custom_id: str
    path: str
    photo_id: int
    generation: int
    preset: str
    facts: Facts
    task_file_id: int
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """How a task ended; ``counted`` says whether the model was asked."""

    task_id: int
    kind: Outcome
    code: str
    message: str
    result: str
    counted: bool = True
    usage: Usage = field(default_factory=Usage)
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """Tokens of one model: what was built, what is reserved at the provider, what was billed.

    ``answered_*`` are the estimates of just those requests that were billed.
    """

    model: str
    built_input: int
    built_output: int
    reserved_input: int
    reserved_output: int
    answered_input: int
    answered_output: int
    usage: Usage


class Captions:
    """Outcomes and captions of a workspace."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def task(self, custom_id: str) -> OpenTask | None:
        """Return the task of that custom_id, settled or not; None for a stranger."""
        row = self._connection.execute(
            "SELECT t.id, t.custom_id, p.path, p.id, t.generation, t.preset, t.facts,"
            " t.task_file_id, o.fingerprint"
            " FROM task AS t JOIN photo AS p ON p.id = t.photo_id"
            " LEFT JOIN outcome AS o ON o.task_id = t.id WHERE t.custom_id = ?",
            (custom_id,),
        ).fetchone()
        if row is None:
            return None
        number, name, path, photo_id, generation, preset, facts, file_id, mark = row
        known = facts_from_json(facts)
        return OpenTask(number, name, path, photo_id, generation, preset, known, file_id, mark)

    def unsettled(self, task_file_id: int) -> list[str]:
        """Return the custom_ids of a file whose tasks have no outcome yet, in line order."""
        rows = self._connection.execute(
            "SELECT t.custom_id FROM task AS t LEFT JOIN outcome AS o ON o.task_id = t.id"
            " WHERE t.task_file_id = ? AND o.task_id IS NULL ORDER BY t.line",
            (task_file_id,),
        )
        return [str(row[0]) for row in rows]

    def settle(self, settled: Settled, submission: Submission) -> None:
        """Record how a task ended."""
        self._connection.execute(
            "INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                settled.task_id,
                submission.id,
                str(settled.kind),
                settled.code,
                settled.message,
                settled.result,
                int(settled.counted),
                settled.fingerprint,
                settled.usage.input_tokens,
                settled.usage.output_tokens,
                settled.usage.cached_tokens,
                settled.usage.reasoning_tokens,
            ),
        )

    def record(self, task_id: int, caption: Caption, findings: Sequence[Finding]) -> None:
        """Record a task's caption and what the rules said."""
        self._connection.execute(
            "INSERT INTO caption VALUES (?, ?, ?)",
            (
                task_id,
                json.dumps(asdict(caption), ensure_ascii=False),
                json.dumps([asdict(each) for each in findings], ensure_ascii=False),
            ),
        )

    def caption(self, task_id: int) -> tuple[Caption, tuple[Finding, ...]] | None:
        """Return a task's caption with its findings."""
        row = self._connection.execute(
            "SELECT words, findings FROM caption WHERE task_id = ?", (task_id,)
        ).fetchone()
        if row is None:
            return None
        words = json.loads(row[0])
        words["keywords"] = tuple(words["keywords"])
        findings = tuple(
            Finding(each["rule"], Severity(each["severity"]), each["field"], each["message"])
            for each in json.loads(row[1])
        )
        return Caption(**words), findings

    def preset_of(self, task_id: int) -> str:
        """Return the preset that a task was made with."""
        row = self._connection.execute(
            "SELECT preset FROM task WHERE id = ?", (task_id,)
        ).fetchone()
        return str(row[0]) if row else ""

    def outcome_of(self, task_id: int) -> Settled | None:
        """Return how a task ended."""
        row = self._connection.execute(
            "SELECT task_id, kind, code, message, result, counted, input_tokens, output_tokens,"
            " cached_tokens, reasoning_tokens FROM outcome WHERE task_id = ?",
            (task_id,),
        ).fetchone()
        if row is None:
            return None
        number, kind, code, message, result, counted, *tokens = row
        usage = Usage(*tokens)
        return Settled(number, Outcome(kind), code, message, result, bool(counted), usage)

    def count_file(self, task_file_id: int) -> dict[str, int]:
        """Return how many tasks of a file ended in each result."""
        rows = self._connection.execute(
            "SELECT o.result, count(*) FROM outcome AS o JOIN task AS t ON t.id = o.task_id"
            " WHERE t.task_file_id = ? GROUP BY o.result",
            (task_file_id,),
        )
        found = {str(result): int(number) for result, number in rows}
        return {result: found.get(result, 0) for result in RESULTS}

    def usage_of(self, submission: Submission) -> Usage:
        """Return the tokens that one batch was billed."""
        row = self._connection.execute(
            "SELECT coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),"
            " coalesce(sum(cached_tokens), 0), coalesce(sum(reasoning_tokens), 0)"
            " FROM outcome WHERE submission_id = ?",
            (submission.id,),
        ).fetchone()
        return Usage(*row)

    def fingerprint_of(self, custom_id: str) -> tuple[int, str, str, str] | None:
        """Return a task's submission, outcome, code and the mark of the reply that counted."""
        row = self._connection.execute(
            "SELECT o.submission_id, o.kind, o.code, o.fingerprint FROM task AS t"
            " JOIN outcome AS o ON o.task_id = t.id WHERE t.custom_id = ?",
            (custom_id,),
        ).fetchone()
        return tuple(row) if row else None

    def heard(self, submission: Submission) -> int:
        """Return how many outcomes of a batch rest on a reply."""
        row = self._connection.execute(
            "SELECT count(*) FROM outcome WHERE submission_id = ? AND fingerprint <> ''",
            (submission.id,),
        ).fetchone()
        return int(row[0])

    def money(self) -> list[Money]:
        """Return the tokens of each model, estimated, reserved and billed."""
        rows = self._connection.execute(
            "SELECT f.model, sum(t.input_tokens), sum(t.output_tokens),"
            " sum(iif(o.task_id IS NULL AND f.state IN ('open', 'doubt'), t.input_tokens, 0)),"
            " sum(iif(o.task_id IS NULL AND f.state IN ('open', 'doubt'), t.output_tokens, 0)),"
            " sum(iif(o.input_tokens > 0, t.input_tokens, 0)),"
            " sum(iif(o.input_tokens > 0, t.output_tokens, 0)),"
            " coalesce(sum(o.input_tokens), 0), coalesce(sum(o.output_tokens), 0),"
            " coalesce(sum(o.cached_tokens), 0), coalesce(sum(o.reasoning_tokens), 0)"
            " FROM task AS t JOIN task_file_state AS f ON f.id = t.task_file_id"
            " LEFT JOIN outcome AS o ON o.task_id = t.id GROUP BY f.model ORDER BY f.model"
        )
        return [
            Money(model, built, made, kept, kept_made, answered, answered_made, Usage(*tokens))
            for model, built, made, kept, kept_made, answered, answered_made, *tokens in rows
        ]
