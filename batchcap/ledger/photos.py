"""The ledger's photos: what was seen, and in which state each one is."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from batchcap.ledger.facts import facts_from_json, facts_to_json, told_to_json
from batchcap.records import Facts, Sighting, Trouble

STATES = (
    "new",
    "built",
    "submitted",
    "captioned",
    "written",
    "retry",
    "held",
    "refused",
    "failed",
    "write_failed",
    "follows",
    "unreadable",
    "gone",
)


# Of what the walk met: new, to be asked again, never or not readable so far, or changed since.
MET = "FROM temp.met AS m LEFT JOIN photo AS p ON p.path = m.path"
# The state row by row: a view to the right of a LEFT JOIN would be worked out whole for each page.
DUE = (
    "(? OR p.id IS NULL OR p.digest = '' OR p.size <> m.size OR p.mtime_ns <> m.mtime_ns"
    " OR (SELECT state FROM photo_state WHERE photo_id = p.id)"
    " IN ('new', 'retry', 'unreadable', 'gone'))"
)
PAGE = 500
AMISS = ("held", "refused", "failed", "write_failed", "unreadable")
_AMISS_ITSELF = (
    "(SELECT t.photo_id FROM outcome AS o JOIN task AS t ON t.id = o.task_id"
    " WHERE o.result IN ('held', 'refused', 'failed')"
    " UNION SELECT photo_id FROM written WHERE kind IN ('held', 'failed')"
    " UNION SELECT id FROM photo WHERE trouble <> '')"
)
# With whoever gets its words from such a one.
MAY_BE_AMISS = (
    f"(p.id IN {_AMISS_ITSELF} OR p.leader_id IN {_AMISS_ITSELF} OR p.series_id IN {_AMISS_ITSELF})"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A photo as the ledger knows it.

    ``leader`` is the path of the file whose caption it gets ("": its own): of its family, whose
    facts are then the leader's while that one is there, or of its series.
    """

    id: int
    path: str
    size: int
    mtime_ns: int
    digest: str
    facts: Facts
    trouble: Trouble | None
    state: str
    task_id: int = 0
    leader: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One task in a photo's history."""

    custom_id: str
    task_file: str
    outcome: str
    code: str
    message: str
    result: str


@dataclass(frozen=True, slots=True)
class Look:
    """What is remembered of a look at a photo.

    ``taken`` is in seconds on the camera's clock; ``heard`` marks what folders and notes said.
    """

    taken: float | None = None
    heard: str = ""
    likeness: bytes = b""


class Photos:
    """The photos of a workspace."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def start_walk(self) -> None:
        """Forget what the last walk met."""
        self._connection.execute("DROP TABLE IF EXISTS temp.met")
        self._connection.execute(
            "CREATE TEMP TABLE met (path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER,"
            " code TEXT, message TEXT, follows INTEGER NOT NULL DEFAULT 0)"
        )

    def met(self, sightings: Sequence[Sighting]) -> None:
        """Note what the walk meets."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO temp.met VALUES (?, ?, ?, ?, ?, 0)",
            [
                (
                    each.path,
                    each.size,
                    each.mtime_ns,
                    each.trouble.code if each.trouble else "",
                    each.trouble.message if each.trouble else "",
                )
                for each in sightings
            ],
        )

    def mark_gone(self, closed: Iterable[str] = ()) -> int:
        """Mark photos that a whole walk did not meet, but in folders ``closed`` to it; how many."""
        self._connection.execute(
            "UPDATE photo SET present = 1 WHERE present = 0 AND path IN (SELECT path FROM temp.met)"
        )
        cursor = self._connection.execute(
            "UPDATE photo SET present = 0"
            " WHERE present = 1 AND path NOT IN (SELECT path FROM temp.met) AND NOT EXISTS"
            " (SELECT 1 FROM json_each(?) AS c"
            " WHERE substr(photo.path || '/', 1, length(c.value) + 1) = c.value || '/')",
            (json.dumps(list(closed)),),
        )
        return cursor.rowcount

    def add_met(self) -> None:
        """Add what the walk met and was not known: a photo is a row before it is read."""
        self._connection.execute(
            "INSERT OR IGNORE INTO photo (path, size, mtime_ns, trouble, trouble_message)"
            " SELECT path, size, mtime_ns, code, message FROM temp.met ORDER BY path"
        )

    def to_look_at(self, *, again: bool, followers: bool = True) -> Iterator[Sighting]:
        """Yield what the walk met and has to be read, by path; ``again``: all of it.

        The followers of families come last. Page by page, so that what is recorded meanwhile does
        not disturb it.
        """
        for follows in (0, 1) if followers else (0,):
            after = ""
            while page := self._connection.execute(
                f"SELECT m.path, m.size, m.mtime_ns, m.code, m.message {MET} WHERE {DUE}"
                " AND m.follows = ? AND m.path > ? ORDER BY m.path LIMIT ?",
                (again, follows, after, PAGE),
            ).fetchall():
                for path, size, mtime, code, message in page:
                    yield Sighting(path, size, mtime, Trouble(code, message) if code else None)
                after = page[-1][0]

    def count_to_look_at(self, *, again: bool, followers: bool = True) -> int:
        """Return how many photos ``to_look_at`` would give."""
        row = self._connection.execute(
            f"SELECT count(*) {MET} WHERE {DUE} AND m.follows <= ?", (again, followers)
        ).fetchone()
        return int(row[0])

    def settled(self) -> Iterator[tuple[Sighting, str]]:
        """Yield what the walk met and need not be read, with the mark of what was heard of it."""
        after = ""
        while page := self._connection.execute(
            f"SELECT m.path, m.size, m.mtime_ns, p.heard {MET} WHERE NOT {DUE} AND m.path > ?"
            " ORDER BY m.path LIMIT ?",
            (False, after, PAGE),
        ).fetchall():
            for path, size, mtime, heard in page:
                yield Sighting(path, size, mtime), heard
            after = page[-1][0]

    def count_met(self) -> int:
        """Return how many files the last walk met."""
        return int(self._connection.execute("SELECT count(*) FROM temp.met").fetchone()[0])

    def see(self, sighting: Sighting, digest: str, facts: Facts, look: Look | None = None) -> None:
        """Record what a photo was found to be."""
        look = look or Look()
        self._connection.execute(
            "INSERT INTO photo (path, size, mtime_ns, digest, facts, told, taken, heard, likeness)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET"
            " size = excluded.size, mtime_ns = excluded.mtime_ns, present = 1,"
            " digest = excluded.digest, facts = excluded.facts, told = excluded.told,"
            " taken = excluded.taken, heard = excluded.heard,"
            " likeness = excluded.likeness, trouble = '', trouble_message = ''",
            (
                sighting.path,
                sighting.size,
                sighting.mtime_ns,
                digest,
                facts_to_json(facts),
                told_to_json(facts),
                look.taken,
                look.heard,
                look.likeness,
            ),
        )

    def refuse(self, sighting: Sighting, trouble: Trouble) -> None:
        """Record that a photo cannot be used; what was known of it stays."""
        self._connection.execute(
            "INSERT INTO photo (path, size, mtime_ns, trouble, trouble_message)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET"
            " size = excluded.size, mtime_ns = excluded.mtime_ns, present = 1,"
            " trouble = excluded.trouble, trouble_message = excluded.trouble_message",
            (sighting.path, sighting.size, sighting.mtime_ns, trouble.code, trouble.message),
        )

    def moved(self, path: str, digest: str) -> bool:
        """Give a photo that is gone its new path where the same picture turns up elsewhere.

        Only a path that was never asked for takes over another one's history.
        """
        row = self._connection.execute(
            "SELECT id FROM photo WHERE digest = ? AND present = 0 ORDER BY id LIMIT 1", (digest,)
        ).fetchone()
        if row is None:
            return False
        new = self._connection.execute(
            "SELECT id FROM photo WHERE path = ? AND digest = ''"
            " AND NOT EXISTS (SELECT 1 FROM task WHERE photo_id = photo.id)",
            (path,),
        ).fetchone()
        if new is None:
            return False
        self._connection.execute(
            "UPDATE photo SET leader_id = ? WHERE leader_id = ?", (row[0], new[0])
        )
        self._connection.execute(
            "UPDATE photo SET series_id = ? WHERE series_id = ?", (row[0], new[0])
        )
        self._connection.execute("DELETE FROM photo WHERE id = ?", new)
        self._connection.execute(
            "UPDATE photo SET path = ?, present = 1 WHERE id = ?", (path, row[0])
        )
        return True

    def signed(self, photo_id: int, size: int, mtime_ns: int) -> None:
        """Record a photo's size and time after we wrote it."""
        self._connection.execute(
            "UPDATE photo SET size = ?, mtime_ns = ? WHERE id = ?", (size, mtime_ns, photo_id)
        )

    def get(self, path: str) -> Known | None:
        """Return what is known of the photo at that path."""
        return next(self._known("WHERE p.path = ?", (path,)), None)

    def path(self, number: int) -> str:
        """Return the path of a photo by its number."""
        row = self._connection.execute("SELECT path FROM photo WHERE id = ?", (number,)).fetchone()
        return str(row[0])

    def in_state(self, *states: str) -> Iterator[Known]:
        """Return the photos in any of these states, by path."""
        marks = ", ".join("?" * len(states))
        return self._known(f"WHERE s.state IN ({marks}) ORDER BY p.path", states)

    def pages(self, *states: str, inside: str = "") -> Iterator[Known]:
        """Yield the photos in any of these states at or below a path, by path.

        Page by page: what is recorded meanwhile does not disturb it, and few are held in memory.
        """
        after, (where, values) = "", _inside(states, inside)
        while page := list(
            self._known(f"{where} AND p.path > ? ORDER BY p.path LIMIT {PAGE}", (*values, after))
        ):
            yield from page
            after = page[-1].path

    def count_in(self, *states: str, inside: str = "") -> int:
        """Return how many photos ``pages`` would give."""
        where, values = _inside(states, inside)
        row = self._connection.execute(
            f"SELECT count(*) FROM photo AS p JOIN photo_state AS s ON s.photo_id = p.id {where}",
            values,
        ).fetchone()
        return int(row[0])

    def amiss(self, state: str, most: int, *, dense: bool) -> Iterator[Known]:
        """Return the first photos by path in one of the states that a person should look at.

        ``dense``: so many are that the first of them are met at once; else indexes name the few
        that can be, and the view says which of them are.
        """
        if dense:
            return islice(self.pages(state), most)
        where = f"WHERE {MAY_BE_AMISS} AND s.state = ? ORDER BY p.path LIMIT {most}"
        return self._known(where, (state,))

    def _known(self, where: str, values: Sequence[str]) -> Iterator[Known]:
        rows = self._connection.execute(
            "SELECT p.id, p.path, p.size, p.mtime_ns, p.digest, iif(l.present, l.facts, p.facts),"
            " p.trouble, p.trouble_message, s.state, coalesce(s.task_id, 0),"
            " coalesce(l.path, f.path, '') FROM photo AS p"
            " JOIN photo_state AS s ON s.photo_id = p.id LEFT JOIN photo AS l ON l.id = p.leader_id"
            f" LEFT JOIN photo AS f ON f.id = p.series_id AND p.inherits {where}",
            values,
        )
        for row in rows.fetchall():
            number, path, size, mtime_ns, digest, facts, code, message, *rest = row
            trouble = Trouble(code, message) if code else None
            known = facts_from_json(facts)
            yield Known(number, path, size, mtime_ns, digest, known, trouble, *rest)

    def counts(self) -> dict[str, int]:
        """Return how many photos are in each state; all states, zeros too."""
        # Grouped by SQLite, a million rows would be sorted in memory first.
        rows = self._connection.execute("SELECT state FROM photo_state")
        found = Counter(map(itemgetter(0), rows))
        return {state: found[state] for state in STATES}

    def total(self) -> int:
        """Return how many photos are known."""
        return int(self._connection.execute("SELECT count(*) FROM photo").fetchone()[0])

    def history(self, photo_id: int) -> list[Step]:
        """Return every task a photo ever had, or its leader, the oldest first."""
        rows = self._connection.execute(
            "SELECT t.custom_id, f.name, coalesce(o.kind, ''), coalesce(o.code, ''),"
            " coalesce(o.message, ''), coalesce(o.result, '') FROM task AS t"
            " JOIN task_file AS f ON f.id = t.task_file_id"
            " LEFT JOIN outcome AS o ON o.task_id = t.id WHERE t.photo_id ="
            " (SELECT iif(l.inherits, l.series_id, l.id) FROM photo AS p JOIN photo AS l"
            "  ON l.id = coalesce(p.leader_id, p.id) WHERE p.id = ?) ORDER BY t.id",
            (photo_id,),
        )
        return [Step(*row) for row in rows]


def _inside(states: Sequence[str], path: str) -> tuple[str, tuple[str, ...]]:
    """Return the condition, and its values, for photos in these states at or below a path."""
    marks, below = ", ".join("?" * len(states)), f"{path}/"
    where = (
        f"WHERE s.state IN ({marks}) AND (? IN ('', p.path) OR substr(p.path, 1, length(?)) = ?)"
    )
    return where, (*states, path, below, below)
