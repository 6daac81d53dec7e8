"""The ledger's outcomes and captions: how each task ended, and in which words."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import jiter
from pydantic_core import to_json

from batchcap.records import Caption, Finding, Outcome, Severity, Submission, Usage

# Rows that are read at a time where others are written meanwhile.
PAGE = 500
# Rows that one statement inserts: for each statement SQLite lays out anew what a column is checked
# against, which takes as long as the row itself. At most 999 values are taken everywhere.
AT_ONCE = 50
OUTCOME = f"({', '.join('?' * 12)})"
TASK_COLUMNS = (
    "t.id, t.custom_id, p.path, p.id, t.generation, t.preset, t.facts, t.task_file_id, t.line,"
    " p.series_id IS NOT NULL"
)
# File by file, as the index has them: all at once, a million rows would be sorted in memory.
SUMS = (
    "SELECT t.task_file_id, sum(t.input_tokens) AS made, sum(t.output_tokens) AS given,"
    " sum(iif(o.task_id IS NULL, t.input_tokens, 0)) AS waiting,"
    " sum(iif(o.task_id IS NULL, t.output_tokens, 0)) AS waiting_given,"
    " sum(iif(o.input_tokens > 0, t.input_tokens, 0)) AS answered,"
    " sum(iif(o.input_tokens > 0, t.output_tokens, 0)) AS answered_given,"
    " coalesce(sum(o.input_tokens), 0) AS input, coalesce(sum(o.output_tokens), 0) AS output,"
    " coalesce(sum(o.cached_tokens), 0) AS cached,"
    " coalesce(sum(o.reasoning_tokens), 0) AS reasoning"
    " FROM task AS t LEFT JOIN outcome AS o ON o.task_id = t.id GROUP BY t.task_file_id"
)
RESULTS = ("accepted", "repaired", "held", "retry", "refused", "failed")


class OpenTask(NamedTuple):
    """A task as a reply finds it; ``facts`` are JSON.

    ``in_series`` is 1 for a frame of a burst, which is compared with the others.
    """

    id: int
    custom_id: str
    path: str
    photo_id: int
    generation: int
    preset: str
    facts: str
    task_file_id: int
    line: int
    in_series: int


class Settled(NamedTuple):
    """How a task ended; ``counted`` says whether the model was asked."""

    task_id: int
    kind: Outcome
    code: str
    message: str
    result: str
    counted: bool = True
    usage: Usage = Usage()
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


def words_to_json(caption: Caption) -> str:
    """Return a caption as it is recorded."""
    return to_json(caption).decode()


def findings_to_json(findings: Sequence[Finding]) -> str:
    """Return findings as they are recorded."""
    if not findings:
        return "[]"
    return to_json(findings).decode()


def words_from_json(text: str) -> Caption:
    """Return the caption that ``words_to_json`` wrote."""
    words = jiter.from_json(text.encode())
    words["keywords"] = tuple(words["keywords"])
    return Caption(**words)


def findings_from_json(text: str) -> tuple[Finding, ...]:
    """Return the findings that ``findings_to_json`` wrote."""
    return tuple(
        Finding(each["rule"], Severity(each["severity"]), each["field"], each["message"])
        for each in jiter.from_json(text.encode())
    )


def _listed(custom_ids: Iterable[str]) -> str:
    # No task bears a name with a null, and SQLite's JSON would end the name there.
    return json.dumps([each for each in custom_ids if "\0" not in each])


class Captions:
    """Outcomes and captions of a workspace."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def tasks(self, custom_ids: Iterable[str]) -> dict[str, OpenTask]:
        """Return the tasks of these custom_ids, settled or not; strangers are left out."""
        rows = self._connection.execute(
            f"SELECT {TASK_COLUMNS} FROM json_each(?) AS asked"
            " JOIN task AS t ON t.custom_id = asked.value JOIN photo AS p ON p.id = t.photo_id",
            (_listed(custom_ids),),
        )
        return {each.custom_id: each for each in map(OpenTask._make, rows)}

    def presets(self, task_file_id: int) -> list[str]:
        """Return the names of the presets that the tasks of a file were made with."""
        rows = self._connection.execute(
            "SELECT DISTINCT preset FROM task WHERE task_file_id = ?", (task_file_id,)
        )
        return [name for (name,) in rows]

    def marks(self, task_file_id: int) -> dict[int, str]:
        """Return the fingerprint that counted for each settled task of a file."""
        rows = self._connection.execute(
            "SELECT o.task_id, o.fingerprint FROM task AS t JOIN outcome AS o ON o.task_id = t.id"
            " WHERE t.task_file_id = ?",
            (task_file_id,),
        )
        return dict(rows.fetchall())

    def unsettled(self, task_file_id: int) -> Iterator[list[OpenTask]]:
        """Yield the tasks of a file that have no outcome yet, in line order, page by page.

        What is recorded meanwhile does not disturb it.
        """
        after = 0
        while rows := self._connection.execute(
            f"SELECT {TASK_COLUMNS} FROM task AS t JOIN photo AS p ON p.id = t.photo_id"
            " LEFT JOIN outcome AS o ON o.task_id = t.id WHERE t.task_file_id = ?"
            " AND t.id > ? AND o.task_id IS NULL ORDER BY t.id LIMIT ?",
            (task_file_id, after, PAGE),
        ).fetchall():
            yield [OpenTask(*row) for row in rows]
            after = rows[-1][0]

    def settle(self, submission: Submission, settled: Iterable[Settled]) -> None:
        """Record how tasks ended."""
        rows = [
            (task_id, submission.id, str(kind), code, said, result, int(counted), mark, *usage)
            for task_id, kind, code, said, result, counted, usage, mark in settled
        ]
        for first in range(0, len(rows), AT_ONCE):
            part = rows[first : first + AT_ONCE]
            self._connection.execute(
                f"INSERT INTO outcome VALUES {', '.join([OUTCOME] * len(part))}",
                list(chain.from_iterable(part)),
            )

    def record(self, said: Iterable[tuple[int, str, str]]) -> None:
        """Record captions: (task_id, words, findings), as ``words_to_json`` and its twin give."""
        self._connection.executemany("INSERT INTO caption VALUES (?, ?, ?)", said)

    def caption(
        self, task_id: int, photo_id: int = 0
    ) -> tuple[Caption, tuple[Finding, ...]] | None:
        """Return a task's caption with its findings, in the photo's own words where it has any."""
        row = self._connection.execute(
            "SELECT i.words, i.findings FROM standing AS n JOIN inherited AS i"
            " ON i.photo_id = n.heir_id AND i.task_id = n.task_id"
            " WHERE n.photo_id = ? AND n.task_id = ? UNION ALL"
            " SELECT words, findings FROM caption WHERE task_id = ? LIMIT 1",
            (photo_id, task_id, task_id),
        ).fetchone()
        if row is None:
            return None
        return words_from_json(row[0]), findings_from_json(row[1])

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

    def recorded(self, custom_ids: Iterable[str]) -> dict[str, tuple[int, str, str, str]]:
        """Return each task's submission, outcome, code and the mark of the reply that counted."""
        rows = self._connection.execute(
            "SELECT t.custom_id, o.submission_id, o.kind, o.code, o.fingerprint"
            " FROM json_each(?) AS asked JOIN task AS t ON t.custom_id = asked.value"
            " JOIN outcome AS o ON o.task_id = t.id",
            (_listed(custom_ids),),
        )
        return {name: (number, kind, code, mark) for name, number, kind, code, mark in rows}

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
            "SELECT f.model, sum(s.made), sum(s.given),"
            " sum(iif(f.state IN ('open', 'doubt'), s.waiting, 0)),"
            " sum(iif(f.state IN ('open', 'doubt'), s.waiting_given, 0)),"
            " sum(s.answered), sum(s.answered_given),"
            " sum(s.input), sum(s.output), sum(s.cached), sum(s.reasoning)"
            f" FROM ({SUMS}) AS s JOIN task_file_state AS f ON f.id = s.task_file_id"
            " GROUP BY f.model ORDER BY f.model"
        )
        return [
            Money(model, built, made, kept, kept_made, answered, answered_made, Usage(*tokens))
            for model, built, made, kept, kept_made, answered, answered_made, *tokens in rows
        ]
