"""The ledger's families: which files hold one picture, and whose caption they get."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Relative:
    """A file of a family as the ledger knows it; ``taken`` in seconds on the camera's clock.

    ``promising``: a caption of its own stands, or is under way. ``told`` is what is known of it.
    """

    path: str
    present: bool = True
    readable: bool = True
    read: bool = False
    taken: float | None = None
    promising: bool = False
    told: dict[str, str] = field(default_factory=dict)
    leader: str = ""


class Families:
    """Who follows whom."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def paths(self) -> Iterator[str]:
        """Yield the files that are there or were met now, and those gone that were asked for."""
        rows = self._connection.execute(
            "SELECT path FROM temp.met UNION SELECT path FROM photo WHERE present = 1"
            " OR id IN (SELECT photo_id FROM task)"
        )
        for (path,) in rows:
            yield str(path)

    def relative(self, path: str) -> Relative:
        """Return what is known of one file."""
        row = self._connection.execute(
            "SELECT p.path, p.present, p.trouble = '', p.digest <> '', p.taken,"
            " p.leader_id IS NULL AND s.promising, p.told, coalesce(l.path, '') FROM photo AS p"
            " JOIN photo_state AS s ON s.photo_id = p.id"
            " LEFT JOIN photo AS l ON l.id = p.leader_id WHERE p.path = ?",
            (path,),
        ).fetchone()
        if row is None:
            return Relative(path)
        name, present, readable, read, taken, promising, told, leader = row
        flags = bool(present), bool(readable), bool(read)
        return Relative(name, *flags, taken, bool(promising), json.loads(told), leader)

    def captioned(self, photo_id: int) -> list[str]:
        """Return those of a photo's family that have their caption, itself among them."""
        rows = self._connection.execute(
            "SELECT s.path FROM photo AS p JOIN photo AS f"
            " ON f.id = coalesce(p.leader_id, p.id) OR f.leader_id = coalesce(p.leader_id, p.id)"
            " JOIN photo_state AS s ON s.photo_id = f.id WHERE p.id = ?"
            " AND s.state IN ('captioned', 'written', 'write_failed')",
            (photo_id,),
        )
        return [str(row[0]) for row in rows]

    def followers(self) -> list[str]:
        """Return the files that are there and follow another one."""
        rows = self._connection.execute(
            "SELECT path FROM photo WHERE leader_id IS NOT NULL AND present = 1 ORDER BY path"
        )
        return [str(row[0]) for row in rows]

    def follow(self, path: str, leader: str) -> None:
        """Record whose caption a file gets ("": its own)."""
        self._connection.execute(
            "UPDATE photo SET leader_id = (SELECT id FROM photo WHERE path = ?) WHERE path = ?",
            (leader, path),
        )

    def look_last(self, paths: Iterable[str]) -> None:
        """Let the walk's files that follow be read after all others."""
        self._connection.executemany(
            "UPDATE temp.met SET follows = 1 WHERE path = ?", [(each,) for each in paths]
        )

    def met(self, path: str) -> bool:
        """Return whether the last walk met a file."""
        row = self._connection.execute("SELECT 1 FROM temp.met WHERE path = ?", (path,)).fetchone()
        return row is not None
