"""The ledger's submissions: intents, batches, what the provider showed and what was fetched."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from batchcap.ledger.tasks import FILE_COLUMNS
from batchcap.records import BatchError, BatchState, BatchView, Fetched, Submission, TaskFile


@dataclass(frozen=True, slots=True)
class Sent:
    """A submission with what was last seen of it; ``view`` is None before the first look."""

    submission: Submission
    view: BatchView | None
    seen_at: float
    ended: str
    message: str


class Submissions:
    """Everything that was sent, or was about to be."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def intend(self, file: TaskFile, key: str, at: float, run_id: int) -> Submission:
        """Record the intent to send a file, before anything is sent."""
        cursor = self._connection.execute(
            "INSERT INTO submission (task_file_id, key, created_at, run_id) VALUES (?, ?, ?, ?)",
            (file.id, key, at, run_id),
        )
        return Submission(int(cursor.lastrowid or 0), file, key, at)

    def next_number(self, file: TaskFile) -> int:
        """Return how many times a file was sent before, plus one."""
        row = self._connection.execute(
            "SELECT count(*) + 1 FROM submission WHERE task_file_id = ?", (file.id,)
        ).fetchone()
        return int(row[0])

    def sent(self, submission: Submission, remote_id: str, how: str, at: float) -> None:
        """Record the batch that a submission became; ``how`` is created or adopted."""
        self._connection.execute(
            "INSERT INTO batch VALUES (?, ?, ?, ?)", (submission.id, remote_id, how, at)
        )

    def none(self) -> bool:
        """Return whether this ledger has sent nothing itself: all it has, if any, was adopted."""
        row = self._connection.execute(
            "SELECT NOT EXISTS (SELECT 1 FROM submission AS s LEFT JOIN batch AS b"
            " ON b.submission_id = s.id WHERE b.how IS NOT 'adopted')"
        ).fetchone()
        return bool(row[0])

    def remote_ids(self) -> frozenset[str]:
        """Return every batch that is known to be ours."""
        return frozenset(
            str(row[0]) for row in self._connection.execute("SELECT remote_id FROM batch")
        )

    def owner(self, remote_id: str) -> int:
        """Return the submission that already holds this batch, or 0."""
        row = self._connection.execute(
            "SELECT submission_id FROM batch WHERE remote_id = ?", (remote_id,)
        ).fetchone()
        return int(row[0]) if row else 0

    def saw(self, submission: Submission, view: BatchView, at: float) -> None:
        """Record what the provider shows, where it differs from the last look."""
        seen = (
            str(view.state),
            view.raw_state,
            view.output_file_id,
            view.error_file_id,
            view.total,
            view.completed,
            view.failed,
            json.dumps([asdict(each) for each in view.errors], ensure_ascii=False),
        )
        last = self._connection.execute(
            "SELECT state, raw_state, output_file_id, error_file_id, total, completed, failed,"
            " errors FROM batch_view WHERE submission_id = ? ORDER BY id DESC LIMIT 1",
            (submission.id,),
        ).fetchone()
        if last == seen:
            return
        self._connection.execute(
            "INSERT INTO batch_view (submission_id, at, state, raw_state, output_file_id,"
            " error_file_id, total, completed, failed, errors)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (submission.id, at, *seen),
        )

    def fetched(self, submission: Submission, file: Fetched, at: float) -> None:
        """Record a result file that stands on disk (name "": the provider has it no longer)."""
        self._connection.execute(
            "INSERT OR REPLACE INTO fetched VALUES (?, ?, ?, ?, ?, ?)",
            (submission.id, file.kind, file.name, file.sha256, file.bytes, at),
        )

    def files(self, submission: Submission) -> list[Fetched]:
        """Return the result files of a submission, output before error."""
        rows = self._connection.execute(
            "SELECT kind, name, sha256, bytes FROM fetched WHERE submission_id = ?"
            " ORDER BY kind DESC",
            (submission.id,),
        )
        return [Fetched(*row) for row in rows]

    def end(
        self,
        submission: Submission,
        how: str,
        at: float,
        *,
        message: str = "",
        not_before: float = 0.0,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Record how a submission ended; its file waits again unless it was joined."""
        self._connection.execute(
            "INSERT INTO ended VALUES (?, ?, ?, ?, ?, ?)",
            (submission.id, how, message, not_before, json.dumps(dict(counts or {})), at),
        )

    def in_doubt(self) -> list[Submission]:
        """Return the intents of which no batch is known."""
        return [each.submission for each in self._sent("e.how IS NULL AND b.remote_id IS NULL")]

    def open(self) -> list[Sent]:
        """Return the batches that are not joined yet, the oldest first."""
        return list(self._sent("e.how IS NULL AND b.remote_id IS NOT NULL"))

    def all(self) -> Iterator[Sent]:
        """Return everything that was ever sent, the oldest first."""
        return self._sent("1")

    def queue_full(self, file: TaskFile) -> int:
        """Return how often a file met a full queue since it was last accepted."""
        row = self._connection.execute(
            "SELECT count(*) FROM ended AS e JOIN submission AS s ON s.id = e.submission_id"
            " WHERE s.task_file_id = ? AND e.how = 'queue_full'",
            (file.id,),
        ).fetchone()
        return int(row[0])

    def refused(self, file: TaskFile) -> int:
        """Return how often the provider did not accept a file, for another reason than room."""
        row = self._connection.execute(
            "SELECT count(*) FROM ended AS e JOIN submission AS s ON s.id = e.submission_id"
            " WHERE s.task_file_id = ? AND e.how = 'refused'",
            (file.id,),
        ).fetchone()
        return int(row[0])

    def queue_full_words(self, file: TaskFile) -> str:
        """Return what the provider said when a file last met a full queue, or ""."""
        row = self._connection.execute(
            "SELECT e.message FROM ended AS e JOIN submission AS s ON s.id = e.submission_id"
            " WHERE s.task_file_id = ? AND e.how = 'queue_full' ORDER BY s.id DESC LIMIT 1",
            (file.id,),
        ).fetchone()
        return str(row[0]) if row else ""

    def ended_counts(self, submission: Submission) -> dict[str, int]:
        """Return what the join of a submission counted."""
        row = self._connection.execute(
            "SELECT counts FROM ended WHERE submission_id = ?", (submission.id,)
        ).fetchone()
        return dict(json.loads(row[0])) if row else {}

    def _sent(self, where: str) -> Iterator[Sent]:
        columns = ", ".join(f"f.{each.strip()}" for each in FILE_COLUMNS.split(","))
        rows = self._connection.execute(
            "SELECT s.id, s.key, s.created_at, coalesce(b.remote_id, ''),"
            " v.state, v.raw_state, v.output_file_id, v.error_file_id, v.total, v.completed,"
            " v.failed, v.errors, coalesce(v.at, 0), coalesce(e.how, ''),"
            f" coalesce(e.message, ''), {columns} FROM submission AS s"
            " JOIN task_file AS f ON f.id = s.task_file_id"
            " LEFT JOIN batch AS b ON b.submission_id = s.id"
            " LEFT JOIN batch_view AS v"
            "  ON v.id = (SELECT max(id) FROM batch_view WHERE submission_id = s.id)"
            f" LEFT JOIN ended AS e ON e.submission_id = s.id WHERE {where} ORDER BY s.id"
        ).fetchall()
        for row in rows:
            number, key, created_at, remote_id = row[:4]
            submission = Submission(number, TaskFile(*row[15:]), key, created_at, remote_id)
            yield Sent(submission, _view(remote_id, row[4:12]), *row[12:15])


def _view(remote_id: str, row: tuple[str | int | None, ...]) -> BatchView | None:
    if row[0] is None:
        return None
    state, raw_state, output_file_id, error_file_id, total, completed, failed, errors = row
    return BatchView(
        remote_id=remote_id,
        state=BatchState(str(state)),
        raw_state=str(raw_state),
        output_file_id=str(output_file_id),
        error_file_id=str(error_file_id),
        total=int(total or 0),
        completed=int(completed or 0),
        failed=int(failed or 0),
        errors=tuple(BatchError(**each) for each in json.loads(str(errors))),
    )
