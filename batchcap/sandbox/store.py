"""The sandbox's memory: one directory with an SQLite file and a folder of file contents.

Takes: the directory. Gives: files and batches as frozen rows, changed one atomic statement at a
time, so that several servers and processes see the same world. Never decides what a batch does.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

OPEN = ("validating", "in_progress", "finalizing", "cancelling")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, filename TEXT NOT NULL,
    bytes INTEGER NOT NULL, purpose TEXT NOT NULL, created_at INTEGER NOT NULL,
    expires_at INTEGER);
CREATE TABLE IF NOT EXISTS batches (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, endpoint TEXT NOT NULL,
    input_file_id TEXT NOT NULL, metadata TEXT, result_seconds INTEGER NOT NULL,
    completion_window TEXT NOT NULL DEFAULT '24h',
    status TEXT NOT NULL, model TEXT NOT NULL DEFAULT '', errors TEXT,
    created_at REAL NOT NULL, in_progress_at REAL, finalizing_at REAL, completed_at REAL,
    failed_at REAL, expired_at REAL, cancelling_at REAL, cancelled_at REAL,
    total INTEGER NOT NULL DEFAULT 0, completed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0, queue_tokens INTEGER NOT NULL DEFAULT 0,
    input_tokens INTEGER NOT NULL DEFAULT 0, output_tokens INTEGER NOT NULL DEFAULT 0,
    row INTEGER NOT NULL DEFAULT 0, position INTEGER NOT NULL DEFAULT 0,
    output_id TEXT NOT NULL, error_id TEXT NOT NULL, output_bytes INTEGER NOT NULL DEFAULT 0,
    error_bytes INTEGER NOT NULL DEFAULT 0, has_output INTEGER NOT NULL DEFAULT 0,
    has_error INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS batches_by_status ON batches (status);
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, n INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A stored file; its content lies under ``Store.content``."""

    seq: int
    id: str
    filename: str
    bytes: int
    purpose: str
    created_at: int
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch: where it stands and how far its rows are worked.

    ``row`` rows are worked, up to byte ``position`` of the input; the first ``output_bytes`` and
    ``error_bytes`` of its two result files are valid, whatever else a killed server left there.
    Times are seconds since 1970.
    """

    seq: int
    id: str
    endpoint: str
    input_file_id: str
    metadata: str | None
    result_seconds: int
    completion_window: str
    status: str
    model: str
    errors: str | None
    created_at: float
    in_progress_at: float | None
    finalizing_at: float | None
    completed_at: float | None
    failed_at: float | None
    expired_at: float | None
    cancelling_at: float | None
    cancelled_at: float | None
    total: int
    completed: int
    failed: int
    queue_tokens: int
    input_tokens: int
    output_tokens: int
    row: int
    position: int
    output_id: str
    error_id: str
    output_bytes: int
    error_bytes: int
    has_output: int
    has_error: int


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch to be created, with the ids that it and its two result files will bear."""

    id: str
    output_id: str
    error_id: str
    endpoint: str
    input_file_id: str
    completion_window: str
    metadata: dict[str, str] | None
    result_seconds: int


_FILE = ", ".join(item.name for item in fields(FileRow))
_BATCH = ", ".join(item.name for item in fields(BatchRow))


class Store:
    """One connection to the state in a directory; for one thread at a time."""

    def __init__(self, directory: Path) -> None:
        self.contents = directory / "files"
        self.contents.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            directory / "sandbox.sqlite3", timeout=30, isolation_level=None, check_same_thread=False
        )
        with ExitStack() as unless_sound:
            unless_sound.callback(self._db.close)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_SCHEMA)
            self._catch_up()
            unless_sound.pop_all()

    def _catch_up(self) -> None:
        """Add the column that directories of an older sandbox lack."""
        with self.transaction():
            known = {row[1] for row in self._db.execute("PRAGMA table_info(batches)")}
            if "completion_window" not in known:
                self._db.execute(
                    "ALTER TABLE batches ADD COLUMN completion_window TEXT NOT NULL DEFAULT '24h'"
                )

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the statements inside one."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # a full disk may have ended it already
                self._db.execute("ROLLBACK")
            raise

    def content(self, file_id: str) -> Path:
        """Name the content of a file whose id came from this store."""
        return self.contents / file_id

    def add_file(
        self, file_id: str, filename: str, purpose: str, *, size: int, lifetime: int
    ) -> FileRow:
        """Record a file whose content already lies in place; size in bytes, lifetime in seconds."""
        now = int(time.time())
        self._db.execute(
            "INSERT INTO files (id, filename, bytes, purpose, created_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (file_id, filename, size, purpose, now, now + lifetime),
        )
        found = self.file(file_id)
        assert found is not None  # noqa: S101  just inserted, and ids are never taken twice
        return found

    def file(self, file_id: str) -> FileRow | None:
        """Find a file."""
        row = self._db.execute(f"SELECT {_FILE} FROM files WHERE id = ?", (file_id,)).fetchone()  # noqa: S608  names of our own columns
        return FileRow(*row) if row else None

    def files(self, purpose: str, *, after: int | None, limit: int, oldest: bool) -> list[FileRow]:
        """List files beyond number ``after``; purpose "" is any, limit -1 all."""
        order, beyond = ("ASC", ">") if oldest else ("DESC", "<")
        rows = self._db.execute(
            f"SELECT {_FILE} FROM files WHERE (? = '' OR purpose = ?)"  # noqa: S608  as above
            f" AND (? IS NULL OR seq {beyond} ?) ORDER BY seq {order} LIMIT ?",
            (purpose, purpose, after, after, limit),
        )
        return [FileRow(*row) for row in rows]

    def delete_file(self, file_id: str) -> bool:
        """Forget a file; its content goes once no open batch reads it."""
        gone = self._db.execute("DELETE FROM files WHERE id = ?", (file_id,)).rowcount > 0
        if gone:
            self.sweep(file_id)
        return gone

    def sweep(self, file_id: str) -> None:
        """Remove the content of a forgotten file that no open batch reads."""
        if self.file(file_id) is not None:
            return
        if any(batch.input_file_id == file_id for batch in self.open_batches()):
            return
        with suppress(OSError):  # on Windows a file that is being read stays, unlisted
            self.content(file_id).unlink()

    def add_batch(self, new: NewBatch) -> BatchRow:
        """Create a batch in state validating."""
        self._db.execute(
            "INSERT INTO batches (id, endpoint, input_file_id, metadata, result_seconds,"
            " completion_window, status, created_at, output_id, error_id)"
            " VALUES (?, ?, ?, ?, ?, ?, 'validating', ?, ?, ?)",
            (
                new.id,
                new.endpoint,
                new.input_file_id,
                None if new.metadata is None else json.dumps(new.metadata),
                new.result_seconds,
                new.completion_window,
                time.time(),
                new.output_id,
                new.error_id,
            ),
        )
        found = self.batch(new.id)
        assert found is not None  # noqa: S101  just inserted, and batches are never deleted
        return found

    def batch(self, batch_id: str) -> BatchRow | None:
        """Find a batch."""
        row = self._db.execute(f"SELECT {_BATCH} FROM batches WHERE id = ?", (batch_id,)).fetchone()  # noqa: S608  as above
        return BatchRow(*row) if row else None

    def batches(self, after: int | None, limit: int) -> list[BatchRow]:
        """List batches, newest first, beyond number ``after``; limit -1 is all."""
        rows = self._db.execute(
            f"SELECT {_BATCH} FROM batches WHERE ? IS NULL OR seq < ? ORDER BY seq DESC LIMIT ?",  # noqa: S608  as above
            (after, after, limit),
        )
        return [BatchRow(*row) for row in rows]

    def open_batches(self) -> list[BatchRow]:
        """List the batches that have not ended, oldest first."""
        rows = self._db.execute(
            f"SELECT {_BATCH} FROM batches WHERE status IN (?, ?, ?, ?) ORDER BY seq",  # noqa: S608  as above
            OPEN,
        )
        return [BatchRow(*row) for row in rows]

    def enqueued(self, model: str) -> tuple[int, int]:
        """Add up the prompt tokens and the requests that a model has enqueued."""
        row = self._db.execute(
            "SELECT coalesce(sum(queue_tokens), 0), coalesce(sum(total), 0) FROM batches"
            " WHERE model = ? AND status IN ('in_progress', 'finalizing', 'cancelling')",
            (model,),
        ).fetchone()
        return int(row[0]), int(row[1])

    def move(self, batch: BatchRow, status: str, **values: Any) -> bool:
        """Take a batch from the status it was read in to another; False if it moved meanwhile."""
        return self._set(batch, {"status": status, **values}) > 0

    def note(self, batch: BatchRow, **values: Any) -> None:
        """Record how far a batch is worked, whatever its status has become meanwhile."""
        names = ", ".join(f"{name} = ?" for name in values)
        self._db.execute(
            f"UPDATE batches SET {names} WHERE id = ?",  # noqa: S608  as above
            (*values.values(), batch.id),
        )

    def _set(self, batch: BatchRow, values: dict[str, Any]) -> int:
        names = ", ".join(f"{name} = ?" for name in values)
        return self._db.execute(
            f"UPDATE batches SET {names} WHERE id = ? AND status = ?",  # noqa: S608  as above
            (*values.values(), batch.id, batch.status),
        ).rowcount

    def count(self, name: str) -> int:
        """Count an occurrence; gives its number, from 1."""
        row = self._db.execute(
            "INSERT INTO counts VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET n = n + 1"
            " RETURNING n",
            (name,),
        ).fetchone()
        return int(row[0])
