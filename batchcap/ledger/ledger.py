"""Open the ledger and hold its parts together.

Takes a path; gives a ``Ledger`` whose parts speak of photos, tasks, submissions, captions and
writes. Every change happens inside ``with ledger.change():``, one transaction.
"""

import contextlib
import hashlib
import math
import os
import platform
import re
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from batchcap.errors import DiskTrouble, LedgerTrouble
from batchcap.ledger.captions import Captions
from batchcap.ledger.families import Families
from batchcap.ledger.kept import Kept
from batchcap.ledger.migrations import migrate
from batchcap.ledger.photos import Photos
from batchcap.ledger.series import Series
from batchcap.ledger.submissions import Submissions
from batchcap.ledger.tasks import Tasks
from batchcap.ledger.writes import Writes

NAME, MEMORY = "workspace-id", ":memory:"
# What is learned of a name that was made here, not kept from an earlier ledger.
NAMED, BY_PLACE = "name", "place"
SAFE = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY")
ALONE = ("locking_mode = EXCLUSIVE", "temp_store = MEMORY")
# SQLite's own words for a disk that does not take what is written.
DISK_WORDS = ("disk is full", "readonly", "disk i/o", "unable to open")


class Ledger:
    """An open ledger; close it, or use it as a context."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.photos = Photos(connection)
        self.families = Families(connection)
        self.series = Series(connection)
        self.tasks = Tasks(connection)
        self.submissions = Submissions(connection)
        self.captions = Captions(connection)
        self.writes = Writes(connection)
        self.kept = Kept(connection)

    @property
    def workspace_id(self) -> str:
        """The workspace's own name, part of every custom_id and key."""
        return str(self._connection.execute("SELECT id FROM workspace").fetchone()[0])

    @property
    def named_by_place(self) -> bool:
        """Whether the name says only where this is: an earlier ledger here may have had it."""
        return self.learned(NAMED) == BY_PLACE

    @property
    def begun(self) -> float:
        """When the first run began, in seconds since 1970; infinity before any."""
        row = self._connection.execute("SELECT min(started_at) FROM run").fetchone()
        return math.inf if row[0] is None else float(row[0])

    @property
    def shared(self) -> bool:
        """Whether other processes can read what stood here before while this one writes.

        Some network drives take no write-ahead log.
        """
        return bool(self._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """Open a transaction: all of it is recorded, or nothing; inside another one, join it.

        Raises DiskTrouble where the disk does not take it; what was recorded before stays.
        """
        with self._transaction():
            self.kept.drop()
            yield

    def keep(self, values: Mapping[str, Any]) -> None:
        """Keep sums over the whole ledger until the next change."""
        with self._transaction():
            self.kept.put(values)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._connection.in_transaction:
            yield
            return
        with as_trouble():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    def begin_run(self, command: str, at: float) -> int:
        """Record that a command starts; gives the run's number."""
        with self._transaction():
            cursor = self._connection.execute(
                "INSERT INTO run (command, started_at) VALUES (?, ?)", (command, at)
            )
        return int(cursor.lastrowid or 0)

    def end_run(self, run_id: int, at: float, exit_code: int) -> None:
        """Record how a command ended."""
        with self._transaction():
            self._connection.execute(
                "UPDATE run SET ended_at = ?, exit_code = ? WHERE id = ?", (at, exit_code, run_id)
            )

    def learn(self, key: str, value: str, at: float) -> None:
        """Remember what the provider taught us."""
        self._connection.execute(
            "INSERT INTO learned VALUES (?, ?, ?) ON CONFLICT (key)"
            " DO UPDATE SET value = excluded.value, at = excluded.at",
            (key, value, at),
        )

    def learned(self, key: str) -> str:
        """Return what was learned under that key, or ""."""
        row = self._connection.execute("SELECT value FROM learned WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def learned_at(self, key: str) -> float:
        """Return when that was learned, in seconds since 1970; 0.0 where it was not."""
        row = self._connection.execute("SELECT at FROM learned WHERE key = ?", (key,)).fetchone()
        return float(row[0]) if row else 0.0

    def sound(self) -> list[str]:
        """Return what SQLite itself finds wrong with the file; empty where it is sound."""
        try:
            rows = [str(row[0]) for row in self._connection.execute("PRAGMA integrity_check")]
            rows = [] if rows == ["ok"] else rows
            loose = self._connection.execute("PRAGMA foreign_key_check").fetchall()
        except sqlite3.DatabaseError as error:
            return [f"it cannot be read to its end: {error}"]
        return rows + [f"a row of {row[0]} points at nothing" for row in loose]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def as_trouble() -> Iterator[None]:
    """Turn SQLite's complaints about the disk or the file into ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if any(word in str(error).lower() for word in DISK_WORDS):
            raise DiskTrouble(
                f"The ledger could not be written: {error}.",
                kept="What was recorded before is safe.",
                hint="make room or make the folder writable, then type the same command again",
            ) from error
        raise LedgerTrouble(f"The ledger did not answer: {error}.") from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError):
            raise
        raise LedgerTrouble(f"The ledger is damaged: {error}.", hint="batchcap verify") from error


def _name(connection: sqlite3.Connection, path: Path) -> None:
    """Give a new ledger its workspace's name, the old one where a ledger is made anew.

    What was sent is known by that name, so it is kept beside the ledger too. Where nothing is kept
    the name is that of the place: it comes out the same again when all of .batchcap was deleted.
    """
    row, beside = connection.execute("SELECT id FROM workspace").fetchone(), path.parent / NAME
    on_disk = path.name != MEMORY
    known = ""
    if on_disk:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            known = beside.read_text(encoding="ascii").strip()
    if row is None:
        kept = bool(re.fullmatch(r"[0-9a-f]{32}", known))
        made = _by_place(path.parent) if on_disk else ""
        row = (known if kept else made or uuid.uuid4().hex,)
        connection.execute("INSERT INTO workspace VALUES (?)", row)
        if made and not kept:
            connection.execute("INSERT INTO learned VALUES (?, ?, 0)", (NAMED, BY_PLACE))
    if on_disk and known != row[0]:
        with contextlib.suppress(OSError):  # a folder that is only read still has its ledger
            beside.write_text(f"{row[0]}\n", encoding="ascii")


def _by_place(folder: Path) -> str:
    """Return a name for what lies in this folder of this machine; "" where it has no name."""
    machine, place = platform.node(), os.path.normcase(folder.resolve())
    words = f"{machine}\0{place}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(words).hexdigest()[:32] if machine else ""


def open_ledger(path: Path) -> Ledger:
    """Open the ledger, made anew where there is none.

    Raises LedgerTrouble for a damaged file or one of a newer batchcap, DiskTrouble where the
    folder cannot be written.
    """
    connection = _connected(str(path), *SAFE)
    try:
        with as_trouble():
            _name(connection, path)
    except BaseException:
        connection.close()
        raise
    return Ledger(connection)


def open_to_look(path: Path) -> Ledger:
    """Open a ledger for one who only reads, also where the disk is full or read-only.

    SQLite keeps an index beside the file, unless nobody else has it open or it cannot change.
    Raises as ``open_ledger`` does, where no way leads in.
    """
    try:
        return open_ledger(path)
    except DiskTrouble:
        uri, beside = _address(path), path.with_name(f"{path.name}-wal")
        still = not beside.exists() or not beside.stat().st_size
        for target in (uri, *[f"{uri}?mode=ro&immutable=1"] * still):
            with contextlib.suppress(DiskTrouble, LedgerTrouble):
                return Ledger(_connected(target, *ALONE))
        raise


def _connected(target: str, *pragmas: str) -> sqlite3.Connection:
    """Connect to a file, or to what a file: URI names, and see to today's schema."""
    with as_trouble():
        uri = target.startswith("file:")
        connection = sqlite3.connect(target, isolation_level=None, timeout=30, uri=uri)
        try:
            for each in pragmas:
                connection.execute(f"PRAGMA {each}")
            migrate(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def open_captions(path: Path) -> Captions:
    """Open a ledger that another process writes to, to look into it only."""
    with as_trouble():
        return Captions(sqlite3.connect(f"{_address(path)}?mode=ro", uri=True, timeout=30))


def _address(path: Path) -> str:
    """Return the URI of a file as SQLite takes it."""
    name = quote(os.fsencode(path.resolve().as_posix()), safe="/:")
    # A drive's letter wants a slash before it; a share has two already, and wants no host.
    return f"file://{'' if name.startswith('/') else '/'}{name}"
