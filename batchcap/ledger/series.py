"""The ledger's series: frames of one burst, and words that one frame takes over from another."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batchcap.ledger.captions import findings_to_json, words_from_json, words_to_json
from batchcap.ledger.facts import facts_from_json
from batchcap.records import Caption, Facts, Finding

# Frames that are looked at for one: a burst's are the nearest in time.
MOST = 50
# More frames than a series is compared with for its words.
COMPARED = 200


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame as the ledger knows it; ``series`` is the path of its first frame, or its own.

    ``asked``: it has a request of its own that stands. ``inherits``: its words are the first's.
    ``leader``: it follows one in its family. ``first``: others are frames of its series.
    """

    path: str
    taken: float
    camera: str
    likeness: bytes
    told: str
    series: str
    digest: str = ""
    asked: bool = False
    inherits: bool = False
    leader: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Heir:
    """A frame whose words are to be made from those of the first of its series."""

    photo_id: int
    path: str
    first: str
    task_id: int
    preset: str
    facts: Facts


SHOT = (
    "SELECT p.path, coalesce(p.taken, 0), coalesce(json_extract(p.facts, '$.camera.value'), ''),"
    " p.likeness, p.told, coalesce(f.path, p.path), p.digest, NOT p.inherits AND s.promising,"
    " p.inherits, p.leader_id IS NOT NULL, coalesce(p.series_id = p.id, 0) FROM photo AS p"
    " JOIN photo_state AS s ON s.photo_id = p.id LEFT JOIN photo AS f ON f.id = p.series_id"
)


class Series:
    """Who is a frame of whose series."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def shot(self, path: str) -> Shot | None:
        """Return one frame; None where it has no time or no likeness."""
        return next(self._shots("WHERE p.path = ? AND p.taken IS NOT NULL", (path,)), None)

    def near(self, shot: Shot, gap: float) -> list[Shot]:
        """Return other frames of its folder within ``gap`` seconds, but no copies of it."""
        folder = shot.path.rpartition("/")[0]
        return list(
            self._shots(
                "WHERE p.taken BETWEEN ? AND ? AND p.path <> ? AND p.digest NOT IN ('', ?)"
                " AND p.trouble = '' AND p.leader_id IS NULL AND (p.present OR s.promising)"
                " AND rtrim(p.path, replace(p.path, '/', '')) = ?"
                " ORDER BY abs(p.taken - ?), p.path LIMIT ?",
                (
                    *(shot.taken - gap, shot.taken + gap, shot.path, shot.digest),
                    *(f"{folder}/" if folder else "", shot.taken, MOST),
                ),
            )
        )

    def join(self, path: str, first: str) -> None:
        """Record that a frame belongs to the series of another one ("": to none)."""
        self._connection.execute(
            "UPDATE photo SET series_id = (SELECT id FROM photo WHERE path = ?) WHERE path = ?",
            (first, path),
        )
        self._connection.execute(
            "UPDATE photo SET series_id = id WHERE path = ? AND series_id IS NULL", (first,)
        )

    def inherit(self, path: str, *, inherits: bool) -> None:
        """Record whether a frame takes its words from the first of its series."""
        self._connection.execute(
            "UPDATE photo SET inherits = ? AND series_id IS NOT NULL AND series_id <> id"
            " WHERE path = ?",
            (inherits, path),
        )

    def can_give(self, first: str) -> bool:
        """Return whether a frame has words to give, or may have."""
        row = self._connection.execute(
            "SELECT state NOT IN ('refused', 'failed', 'held', 'unreadable')"
            " AND (state <> 'gone' OR promising) FROM photo_state WHERE path = ?",
            (first,),
        ).fetchone()
        return bool(row and row[0])

    def lost(self, *, keep: bool) -> list[str]:
        """Return heirs without words of which the first one has none to give any more.

        Its request ended badly, it is gone without one, or what is known of the two parts; all
        heirs without words unless ``keep``.
        """
        rows = self._connection.execute(
            "SELECT p.path FROM photo AS p JOIN photo AS f ON f.id = p.series_id"
            " JOIN photo_state AS s ON s.photo_id = f.id WHERE p.inherits AND (p.told <> f.told"
            " OR s.state IN ('refused', 'failed', 'held', 'unreadable')"
            " OR (s.state = 'gone' AND NOT s.promising) OR (NOT ? AND NOT EXISTS"
            "  (SELECT 1 FROM inherited WHERE photo_id = p.id AND task_id = s.task_id)))"
            " AND p.present ORDER BY p.path",
            (keep,),
        )
        return [str(row[0]) for row in rows.fetchall()]

    def heirs(self) -> Iterator[Heir]:
        """Yield the frames whose first one has a caption that they have not taken over."""
        rows = self._connection.execute(
            "SELECT p.id, p.path, f.path, t.id, t.preset, p.facts FROM photo AS p"
            " JOIN photo AS f ON f.id = p.series_id JOIN standing AS n ON n.photo_id = p.id"
            " JOIN task AS t ON t.id = n.task_id"
            " JOIN outcome AS o ON o.task_id = t.id"
            " WHERE p.inherits AND p.leader_id IS NULL AND n.stands AND p.digest <> ''"
            " AND o.result IN ('accepted', 'repaired') AND NOT EXISTS"
            "  (SELECT 1 FROM inherited WHERE photo_id = p.id AND task_id = t.id) ORDER BY p.path"
        ).fetchall()
        for photo_id, path, first, task_id, preset, facts in rows:
            yield Heir(photo_id, path, first, task_id, preset, facts_from_json(facts))

    def give(self, heir: Heir, caption: Caption, findings: Sequence[Finding]) -> None:
        """Record the words that a frame took over."""
        self._connection.execute(
            "INSERT INTO inherited VALUES (?, ?, ?, ?)",
            (
                heir.photo_id,
                heir.task_id,
                words_to_json(caption),
                findings_to_json(findings),
            ),
        )

    def others(self, photo_id: int) -> list[tuple[str, Caption]]:
        """Return the captions that stand of the other frames of a photo's series, with paths."""
        rows = self._connection.execute(
            "SELECT s.path, coalesce(i.words, c.words) FROM photo AS p"
            " JOIN photo AS f ON f.series_id = p.series_id AND f.id <> p.id"
            " JOIN photo_state AS s ON s.photo_id = f.id"
            " JOIN caption AS c ON c.task_id = s.task_id"
            " LEFT JOIN inherited AS i ON i.photo_id = f.id AND i.task_id = s.task_id"
            " WHERE p.id = ? AND s.promising AND (i.photo_id IS NOT NULL OR NOT f.inherits)"
            " ORDER BY s.path LIMIT ?",
            (photo_id, COMPARED),
        )
        found = []
        for path, words in rows.fetchall():
            found.append((str(path), words_from_json(words)))
        return found

    def _shots(self, where: str, values: tuple[str | float, ...]) -> Iterator[Shot]:
        for row in self._connection.execute(f"{SHOT} {where}", values).fetchall():
            yield Shot(*row[:7], *map(bool, row[7:]))
