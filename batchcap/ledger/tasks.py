"""The ledger's tasks and task files."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batchcap.ledger.facts import facts_to_json, told_to_json
from batchcap.records import Facts, TaskFile

# What went wrong with the words, so that telling the model helps; a lost reply is no news to it.
ANSWERED_BADLY = ("bad_json", "truncated", "too_big", "empty")
# What was wrong with the picture's size: the next one is smaller.
TOO_LARGE = ("image_too_large", "image_file_too_large", "request_too_large")
FILE_COLUMNS = "id, name, sha256, bytes, requests, input_tokens, output_tokens, model, endpoint"


@dataclass(frozen=True, slots=True)
class Made:
    """A task as build made it, before its file is recorded."""

    custom_id: str
    path: str
    generation: int
    digest: str
    preset: str
    facts: Facts
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Line:
    """A task as its file holds it: which line, and its tokens."""

    task_id: int
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a photo so far: ``tasks`` ever made, ``generation`` and why again.

    ``too_large`` counts how often its picture was refused for its size in this generation.
    """

    tasks: int = 0
    generation: int = 1
    reason: str = ""
    too_large: int = 0


class Tasks:
    """The requests of a workspace and the files they stand in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def next_name(self) -> str:
        """Return the name of the next task file, such as 0001.jsonl."""
        row = self._connection.execute("SELECT coalesce(max(id), 0) FROM task_file").fetchone()
        return f"{int(row[0]) + 1:04d}.jsonl"

    def record(self, file: TaskFile, made: Sequence[Made], run_id: int) -> int:
        """Record a task file that stands on disk, with its tasks in line order."""
        file_id = self._file(file, run_id)
        self._connection.executemany(
            "INSERT INTO task (custom_id, photo_id, generation, digest, preset, facts,"
            " told, task_file_id, line, input_tokens, output_tokens)"
            " VALUES (?, (SELECT id FROM photo WHERE path = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    each.custom_id,
                    each.path,
                    each.generation,
                    each.digest,
                    each.preset,
                    facts_to_json(each.facts),
                    told_to_json(each.facts),
                    file_id,
                    number,
                    each.input_tokens,
                    each.output_tokens,
                )
                for number, each in enumerate(made, 1)
            ],
        )
        return file_id

    def _file(self, file: TaskFile, run_id: int) -> int:
        cursor = self._connection.execute(
            "INSERT INTO task_file (name, sha256, bytes, requests, input_tokens, output_tokens,"
            " model, endpoint, run_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                file.name,
                file.sha256,
                file.bytes,
                file.requests,
                file.input_tokens,
                file.output_tokens,
                file.model,
                file.endpoint,
                run_id,
            ),
        )
        return int(cursor.lastrowid or 0)

    def file_lines(self, file_id: int) -> Iterator[Line]:
        """Return the tasks of a file in line order."""
        rows = self._connection.execute(
            "SELECT id, input_tokens, output_tokens FROM task WHERE task_file_id = ? ORDER BY line",
            (file_id,),
        )
        for row in rows:
            yield Line(*row)

    def split(
        self, file: TaskFile, parts: Sequence[tuple[TaskFile, Sequence[Line]]], run_id: int
    ) -> None:
        """Record that a file's tasks stand in smaller files now."""
        for part, group in parts:
            part_id = self._file(part, run_id)
            self._connection.executemany(
                "UPDATE task SET task_file_id = ?, line = ? WHERE id = ?",
                [(part_id, number, each.task_id) for number, each in enumerate(group, 1)],
            )
        self._connection.execute("INSERT INTO split VALUES (?, ?)", (file.id, run_id))

    def asked(self, path: str) -> Asked:
        """Return what was asked of a photo so far."""
        rows = self._connection.execute(
            "SELECT t.generation, coalesce(o.result, ''), coalesce(o.kind, ''),"
            " coalesce(o.code, ''), coalesce(o.message, '') FROM task AS t"
            " JOIN photo AS p ON p.id = t.photo_id"
            " LEFT JOIN outcome AS o ON o.task_id = t.id WHERE p.path = ? ORDER BY t.id",
            (path,),
        ).fetchall()
        if not rows:
            return Asked()
        generation, result, kind, code, message = rows[-1]
        helps = result == "retry" and (kind == "answered" or code in ANSWERED_BADLY)
        too_large = sum(row[0] == generation and row[3] in TOO_LARGE for row in rows)
        return Asked(len(rows), generation, message if helps else "", too_large)

    def taken(self, custom_id: str) -> bool:
        """Return whether a task bears that name."""
        row = self._connection.execute(
            "SELECT 1 FROM task WHERE custom_id = ?", (custom_id,)
        ).fetchone()
        return row is not None

    def files(self, *states: str) -> list[TaskFile]:
        """Return the task files in any of these states (all without one), the oldest first."""
        marks = ", ".join("?" * len(states))
        where = f"WHERE state IN ({marks})" if states else ""
        rows = self._connection.execute(
            f"SELECT {FILE_COLUMNS} FROM task_file_state {where} ORDER BY id",
            states,
        )
        return [TaskFile(*row) for row in rows.fetchall()]

    def file(self, name: str) -> TaskFile | None:
        """Return the task file of that name."""
        row = self._connection.execute(
            f"SELECT {FILE_COLUMNS} FROM task_file WHERE name = ?",
            (name,),
        ).fetchone()
        return TaskFile(*row) if row else None

    def not_before(self, file_id: int) -> float:
        """Return the time before which a waiting file should not be sent again."""
        row = self._connection.execute(
            "SELECT not_before FROM task_file_state WHERE id = ?", (file_id,)
        ).fetchone()
        return float(row[0]) if row else 0.0

    def sums(self) -> Iterator[tuple[str, int, int, int, str]]:
        """Return of each file: name, requests, its tasks, their outcomes, and its state."""
        yield from self._connection.execute(
            "SELECT f.name, f.requests, count(t.id), count(o.task_id), f.state"
            " FROM task_file_state AS f LEFT JOIN task AS t ON t.task_file_id = f.id"
            " LEFT JOIN outcome AS o ON o.task_id = t.id GROUP BY f.id ORDER BY f.id"
        ).fetchall()

    def drop_superseded(self, run_id: int) -> None:
        """Put aside files that wait and whose photos were all asked for anew since."""
        self._connection.execute(
            "INSERT INTO split SELECT f.id, ? FROM task_file_state AS f WHERE f.state = 'waiting'"
            " AND NOT EXISTS (SELECT 1 FROM task AS t WHERE t.task_file_id = f.id"
            "  AND t.id = (SELECT max(id) FROM task WHERE photo_id = t.photo_id))",
            (run_id,),
        )

    def file_of(self, task_id: int) -> str:
        """Return the name of the file that a task stands in."""
        row = self._connection.execute(
            "SELECT f.name FROM task AS t JOIN task_file AS f ON f.id = t.task_file_id"
            " WHERE t.id = ?",
            (task_id,),
        ).fetchone()
        return str(row[0]) if row else ""

    def in_flight(self) -> tuple[int, int]:
        """Return input tokens and requests of every file that is, or may be, at the provider."""
        row = self._connection.execute(
            "SELECT coalesce(sum(f.input_tokens), 0), coalesce(sum(f.requests), 0)"
            " FROM task_file_state AS f"
            " LEFT JOIN submission_state AS s ON s.submission_id = f.submission_id"
            " WHERE f.state IN ('open', 'doubt') AND coalesce(s.state, '') NOT IN"
            " ('completed', 'failed', 'expired', 'cancelled')"
        ).fetchone()
        return int(row[0]), int(row[1])

    def average_tokens(self) -> float:
        """Return the input tokens of a request, on average over all that were made."""
        row = self._connection.execute("SELECT coalesce(avg(input_tokens), 0) FROM task").fetchone()
        return float(row[0])

    def counted(self, photo_id: int, generation: int) -> int:
        """Return how often the model was asked for a photo in this generation."""
        row = self._connection.execute(
            "SELECT count(*) FROM outcome AS o JOIN task AS t ON t.id = o.task_id"
            " WHERE t.photo_id = ? AND t.generation = ? AND o.counted",
            (photo_id, generation),
        ).fetchone()
        return int(row[0])

    def lines(self, file_id: int) -> Iterator[tuple[int, str]]:
        """Return (line, custom_id) of every task in a file, in order."""
        yield from self._connection.execute(
            "SELECT line, custom_id FROM task WHERE task_file_id = ? ORDER BY line", (file_id,)
        )
