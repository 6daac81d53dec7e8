"""The ledger's writes: the journal that leads back, and what came of each write."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

IN_PLACE = "(SELECT kind FROM written WHERE journal_id = j.id ORDER BY id DESC LIMIT 1) = 'written'"


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry: ``patch`` turns the file that was written into the one from before.

    ``state`` is "" between the two commits, then written, void (never happened) or undone.
    ``ours`` is what of the new file's words is ours, ``before`` what stood in the tags we changed.
    """

    id: int
    run_id: int
    photo_id: int
    task_id: int
    path: str
    patch: bytes
    ours: Mapping[str, list[str]]
    before: Mapping[str, Any]
    state: str


class Writes:
    """Journal and results of writing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def journal(self, entry: Entry, at: float) -> int:
        """Record the way back, before the photo is replaced; gives the entry's number."""
        cursor = self._connection.execute(
            "INSERT INTO journal (run_id, photo_id, task_id, patch, words, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                entry.run_id,
                entry.photo_id,
                entry.task_id,
                entry.patch,
                json.dumps(
                    {"ours": dict(entry.ours), "before": dict(entry.before)}, ensure_ascii=False
                ),
                at,
            ),
        )
        return int(cursor.lastrowid or 0)

    def came_of(
        self, entry: Entry, kind: str, at: float, *, code: str = "", text: str = ""
    ) -> None:
        """Record what came of writing a photo; ``entry.id`` is 0 where no file was replaced."""
        self._connection.execute(
            "INSERT INTO written (run_id, photo_id, task_id, kind, code, message, journal_id, told,"
            " at) VALUES (?, ?, ?, ?, ?, ?, ?,"
            " (SELECT told FROM photo_state WHERE photo_id = ?), ?)",
            (
                entry.run_id,
                entry.photo_id,
                entry.task_id,
                kind,
                code,
                text,
                entry.id or None,
                entry.photo_id,
                at,
            ),
        )

    def patch(self, entry: Entry) -> bytes:
        """Return the way back of one entry; lists of entries come without theirs."""
        row = self._connection.execute(
            "SELECT patch FROM journal WHERE id = ?", (entry.id,)
        ).fetchone()
        return bytes(row[0])

    def unfinished(self) -> list[Entry]:
        """Return the entries of which it is not recorded whether the photo was replaced."""
        return self._entries("WHERE w.kind IS NULL ORDER BY j.id", ())

    def last_run(self) -> int:
        """Return the newest run with something to undo, or 0."""
        row = self._connection.execute(
            f"SELECT coalesce(max(run_id), 0) FROM journal AS j WHERE {IN_PLACE}"
        ).fetchone()
        return int(row[0])

    def entry(self, number: int) -> Entry:
        """Return the entry of that number."""
        return self._entries("WHERE j.id = ?", (number,))[0]

    def of_run(self, run_id: int) -> list[int]:
        """Return the numbers of what a run wrote and is still in place, the newest first."""
        rows = self._connection.execute(
            f"SELECT j.id FROM journal AS j WHERE j.run_id = ? AND {IN_PLACE} ORDER BY j.id DESC",
            (run_id,),
        )
        return [row[0] for row in rows]

    def below(self, path: str, run_id: int = 0) -> list[int]:
        """Return the number of the newest write still in place of each photo at or below a path.

        ``run_id``: only of those that this run wrote (0: any).
        """
        rows = self._connection.execute(
            "SELECT id FROM (SELECT max(j.id) AS id, j.run_id AS run_id FROM journal AS j"
            " JOIN photo AS p ON p.id = j.photo_id"
            f" WHERE (? IN ('', p.path) OR substr(p.path, 1, length(?)) = ?) AND {IN_PLACE}"
            " GROUP BY j.photo_id) WHERE ? IN (0, run_id)",
            (path, f"{path}/", f"{path}/", run_id),
        )
        return [row[0] for row in rows]

    def of_photo(self, photo_id: int) -> list[Entry]:
        """Return what is still in place in one photo, the newest first."""
        return self._entries(
            "WHERE w.kind = 'written' AND j.photo_id = ? ORDER BY j.id DESC", (photo_id,)
        )

    def ours(self, photo_id: int) -> dict[str, list[str]]:
        """Return what of a photo's words is ours: as of the newest write that was not undone."""
        newest = self.of_photo(photo_id)[:1]
        return dict(newest[0].ours) if newest else {}

    def message(self, photo_id: int, task_id: int) -> str:
        """Return what the last write of a caption into a photo said."""
        row = self._connection.execute(
            "SELECT message FROM written WHERE photo_id = ? AND task_id = ?"
            " ORDER BY id DESC LIMIT 1",
            (photo_id, task_id),
        ).fetchone()
        return str(row[0]) if row else ""

    def _entries(self, where: str, values: tuple[int, ...]) -> list[Entry]:
        rows = self._connection.execute(
            "SELECT j.id, j.run_id, j.photo_id, j.task_id, p.path, x'', j.words,"
            " coalesce(w.kind, '') FROM journal AS j"
            " JOIN photo AS p ON p.id = j.photo_id LEFT JOIN written AS w ON w.id ="
            f" (SELECT max(id) FROM written WHERE journal_id = j.id) {where}",
            values,
        ).fetchall()
        entries = []
        for number, run, photo, task, path, patch, words, state in rows:
            said = json.loads(words)
            ours, before = said["ours"], said["before"]
            entries.append(Entry(number, run, photo, task, path, patch, ours, before, state))
        return entries
