"""What a person wrote down about photos and folders, in a table.

Takes a CSV file; gives Notes, which answer for one path after the other. Never stops for a bad
row: that is a problem with its line, and the rest of the row counts.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from batchcap.errors import ConfigError
from batchcap.photos.layout import release_word
from batchcap.records import Problem

COLUMNS = {
    "path": "path",
    "text": "notes",
    "notes": "notes",
    "location": "location",
    "city": "city",
    "state": "state",
    "country": "country",
    "date": "taken",
    "release": "release",
    "names": "names",
}
"""The columns of a notes file, and what each is called in what ``Notes.of`` gives."""

_DELIMITERS = (",", ";", "\t")
_MOST_TOLD = 20
_BETWEEN_NAMES = re.compile(r"\s*[;,|\n]\s*")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_EXIF_DAY = re.compile(r"(\d{4}):(\d\d):(\d\d)(?=$|[ T])")

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """Rows by path; ``lines`` says where each path stands, ``loose`` finds it in other capitals."""

    name: str = ""
    rows: Mapping[Parts, Mapping[str, str]] = field(default_factory=dict)
    lines: Mapping[Parts, int] = field(default_factory=dict)
    loose: Mapping[Parts, Parts] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def of(self, path: str) -> dict[str, str]:
        """Return what is noted of a photo, each word from the most specific path that says it.

        Its keys are country, state, city, location, release, taken, notes and names.
        """
        found: dict[str, str] = {}
        for key in self._keys(path):
            found.update(self.rows[key])
        return found

    def unmatched(self, paths: Iterable[str]) -> tuple[Problem, ...]:
        """Return a problem for each noted path that is none of ``paths`` and no folder of one."""
        left = dict(self.lines)
        for path in paths:
            if not left:
                break
            for key in self._keys(path):
                left.pop(key, None)
        return _told(
            _problem(self.name, line, f"there is no photo at or below «{'/'.join(key)}»")
            for key, line in left.items()
        )

    def _keys(self, path: str) -> list[Parts]:
        """Return the noted paths that a photo lies at or below, the widest first."""
        if not self.rows:
            return []
        parts = _parts(path)
        ways = [parts[:size] for size in range(len(parts) + 1)]
        keys = (way if way in self.rows else self.loose.get(_folded(way)) for way in ways)
        return [key for key in keys if key is not None]


def read_notes(path: Path) -> Notes:
    """Read a notes file: UTF-8, with "," or ";" or tabs between the cells.

    The first row names the columns: path (a file or folder, "/" or a backslash between, "." for
    all photos) and any others of ``COLUMNS``. Raises ConfigError where the file cannot be read or
    has no column path.
    """
    rows = _table(path)
    if not rows:
        raise _unusable(path, "is empty")
    line, head = rows[0]
    columns, problems = _columns(path, line, head)
    noted: dict[Parts, dict[str, str]] = {}
    lines: dict[Parts, int] = {}
    for number, cells in rows[1:]:
        given, wrong = _row(columns, cells)
        problems += [_problem(path.name, number, each) for each in wrong]
        where = given.pop("path", "")
        if not where:
            continue
        parts = _parts(where)
        if parts in noted:
            first = lines[parts]
            problems.append(_problem(path.name, number, f"«{where}» stands in line {first} too"))
        noted.setdefault(parts, {}).update(given)
        lines.setdefault(parts, number)
    return Notes(path.name, noted, lines, _loose(noted), _told(problems))


def date_word(text: str) -> str:
    """Return a date as ISO text, with its time where it has one, or "" where it is none.

    Understood are ISO 8601, EXIF's 2024:05:31 10:20:30 and 31.5.2024. With strokes nobody can
    tell the day from the month.
    """
    plain = _EXIF_DAY.sub(r"\1-\2-\3", text.strip())
    dotted = _DOTTED.fullmatch(plain)
    if dotted:
        day, month, year = dotted.groups()
        plain = f"{year}-{month:0>2}-{day:0>2}"
    try:
        when = datetime.fromisoformat(plain)
    except ValueError:
        return ""
    return when.isoformat() if ":" in plain else when.date().isoformat()


def _table(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with the line it ends at."""
    text = _text(path)
    head = next(iter(text.splitlines()), "")
    delimiter = max(_DELIMITERS, key=lambda each: len(_known(head.split(each))))
    # Without ``strict`` a stray quote is only a character.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise _unusable(path, f"cannot be read at line {reader.line_num} ({error})") from error
    return [(line, cells) for line, cells in rows if any(each.strip() for each in cells)]


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unusable(path, f"cannot be read ({error.strerror})") from error
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unusable(path, "is not UTF-8 text; in Excel, save it as «CSV UTF-8»") from error


def _known(cells: Iterable[str]) -> list[str]:
    return [name for each in cells if (name := _heading(each)) in COLUMNS]


def _heading(cell: str) -> str:
    return cell.strip().strip('"').strip().casefold()


def _columns(path: Path, line: int, head: list[str]) -> tuple[list[str], list[Problem]]:
    """Return what each column holds ("" for one that is not known), and the problems."""
    names = [_heading(each) for each in head]
    if "path" not in names:
        raise _unusable(path, "has no column «path» in its first row")
    allowed = ", ".join(COLUMNS)
    problems = [
        _problem(path.name, line, f"there is no column «{name}»; there are {allowed}")
        for name in names
        if name and name not in COLUMNS
    ]
    return [COLUMNS.get(name, "") for name in names], problems


def _row(columns: list[str], cells: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return what a row says, and what is wrong with it."""
    wrong = []
    given: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        value = _one_line(cell)
        if not column or not value:
            continue
        said = _understood(column, value if column != "names" else cell)
        if said:
            given[column] = said
        else:
            wrong.append(f"«{value}» is {_WANTED[column]}")
    if any(each.strip() for each in cells[len(columns) :]):
        wrong.append("it has more cells than there are columns: put quotes round commas")
    if given and "path" not in given:
        wrong.append("it names no path")
    return given, wrong


_WANTED = {
    "taken": "no date; write 2024-05-31",
    "release": "neither editorial nor commercial",
    "names": "no name",
}


def _understood(column: str, value: str) -> str:
    if column == "taken":
        return date_word(value)
    if column == "release":
        return release_word(value)
    if column == "names":
        names = (_one_line(each) for each in _BETWEEN_NAMES.split(value))
        return ", ".join(each for each in names if any(map(str.isalpha, each)))
    return value


def _parts(path: str) -> Parts:
    plain = unicodedata.normalize("NFC", path.strip().replace("\\", "/"))
    return tuple(each for each in plain.split("/") if each not in ("", "."))


def _folded(parts: Parts) -> Parts:
    return tuple(each.casefold() for each in parts)


def _loose(keys: Iterable[Parts]) -> dict[Parts, Parts]:
    """Return the paths that a folded path can only mean once: Excel and Windows change capitals."""
    found: dict[Parts, list[Parts]] = {}
    for key in keys:
        found.setdefault(_folded(key), []).append(key)
    return {folded: each[0] for folded, each in found.items() if len(each) == 1}


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _problem(name: str, line: int, what: str) -> Problem:
    return Problem("notes", f"{name}, line {line}: {what}.", hint=f"correct {name}")


def _told(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the first problems and how many more there are: a shifted column is one mistake."""
    listed = list(problems)
    more = len(listed) - _MOST_TOLD
    if more <= 0:
        return tuple(listed)
    rest = Problem("notes", f"{more} more lines have problems.", hint=listed[0].hint)
    return (*listed[:_MOST_TOLD], rest)


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"The notes {path} cannot be used: the file {why}.",
        hint="correct the file or photos.notes in batchcap.toml",
    )
