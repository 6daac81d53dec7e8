"""What is known of a photo without looking at it, and who says so.

Takes what each source says of one photo, and an atlas; gives Facts. Pure. Never guesses: where two
sources disagree the first one speaks, and the disagreement is written down. Never gives
coordinates, only names.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from batchcap.records import Camera, Fact, Facts, Nearby, Place

CAP_KM = 25.0
"""A city whose centre lies within this of the position is taken for the position's own."""

_PLACE = ("country", "state", "city", "location")
_COMPARED = ("country", "state", "city")
_SPEAKERS = {"notes": "the notes say", "folder": "the folder says", "embedded": "the file says"}
_DAY = len("2026-11-20")
_ABBREVIATED = 3


class Atlas(Protocol):
    """What is known of the world's places; codes are the two letters of ISO 3166."""

    def code(self, country: str) -> str:
        """Return a country's code by any of its names or codes, or ""."""
        ...

    def name(self, code: str) -> str:
        """Return a country's name, or ""."""
        ...

    def alpha3(self, code: str) -> str:
        """Return the three letters for a code, or ""."""
        ...

    def same_country(self, one: str, other: str) -> bool:
        """Whether two codes mean one country, or a territory and its country."""
        ...

    def near(self, position: tuple[float, float], code: str = "") -> Nearby | None:
        """Return the city a position in degrees belongs to, in one country if it is named."""
        ...

    def same_city(self, one: str, other: str, code: str) -> bool:
        """Whether two names mean one city of a country ("": of any)."""
        ...

    def named(self, city: str, code: str, position: tuple[float, float]) -> Nearby | None:
        """Return the nearest place of a name in a country ("": in any), however far away."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What each source says of one photo.

    ``notes`` may hold country, state, city, location, release, taken (an ISO date, with or without
    a time), names and notes; ``folder`` the first five.
    """

    camera: Camera = field(default_factory=Camera)
    notes: Mapping[str, str] = field(default_factory=dict)
    folder: Mapping[str, str] = field(default_factory=dict)
    embedded: Place = field(default_factory=Place)


@dataclass(slots=True)
class _Known:
    """What is known so far: words with their evidence, and where they part."""

    atlas: Atlas
    facts: dict[str, Fact] = field(default_factory=dict)
    code: str = ""
    apart: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        return self.facts[name].value if name in self.facts else ""

    def add(self, name: str, value: str, evidence: str, detail: str = "") -> None:
        """Keep a word where none is known yet."""
        if value and name not in self.facts:
            self.facts[name] = Fact(value, evidence, detail)
            if name == "country":
                self.code = self.atlas.code(value)

    def says(self, name: str) -> str:
        """Return who says what: "the folder says Rome"."""
        return f"{_SPEAKERS[self.facts[name].evidence]} {self.value(name)}"


def gather(told: Told, atlas: Atlas) -> Facts:
    """Return the facts of one photo: notes before folder before the file before GPS before EXIF."""
    notes = {name: _one_line(text) for name, text in told.notes.items()}
    known = _Known(atlas)
    _hear(known, "notes", notes)
    _hear(known, "folder", told.folder)
    _hear(known, "embedded", _embedded(told.embedded, atlas))
    _locate(known, told.camera)
    country = known.facts.get("country")
    evidence = country.evidence if country else ""
    known.add("country_code", known.code, evidence)
    known.add("country_code3", atlas.alpha3(known.code), evidence)
    _release(known, notes, told.folder)
    _date(known, notes, told.camera)
    known.add("camera", told.camera.camera, "exif")
    known.add("names", notes.get("names", ""), "notes")
    known.add("notes", _noted(notes), "notes")
    return Facts(**known.facts, contradictions=tuple(known.apart))


def _hear(known: _Known, evidence: str, words: Mapping[str, str]) -> None:
    """Let a source speak of the place: where it agrees, or a person meant both, it fills gaps."""
    apart = [
        name
        for name in _COMPARED
        if known.value(name) and words.get(name) and not _agree(known, name, words[name])
    ]
    known.apart += [
        f"{name}: {known.says(name)}, {_SPEAKERS[evidence]} {words[name]}" for name in apart
    ]
    # A city of another country, and a country that goes with another city, would make a place
    # that nobody named; notes may well name a suburb of the folder's city.
    if "country" in apart or (apart and evidence == "embedded"):
        return
    for name in _PLACE:
        if name == "location" and "city" in apart:
            continue
        known.add(name, words.get(name, ""), evidence)


def _agree(known: _Known, name: str, word: str) -> bool:
    mine = known.value(name)
    if _same(mine, word):
        return True
    if name == "country":
        code = known.atlas.code(word)
        return bool(known.code and code) and known.atlas.same_country(known.code, code)
    if name == "state":  # CA is California, and nobody keeps a list for all countries
        return min(len(mine), len(word)) <= _ABBREVIATED
    return known.atlas.same_city(mine, word, known.code)


def _locate(known: _Known, camera: Camera) -> None:
    """Compare the position with what is known of the place, and fill gaps from it."""
    position, city = _position(camera), known.value("city")
    if position is None or (known.value("country") and not known.code):
        return  # a country that no table knows can be neither proven nor refuted
    named = known.atlas.named(city, known.code, position) if city else None
    if named is not None and named.km <= CAP_KM:
        _fill(known, named)
        return
    lies = known.atlas.near(position)
    if lies is not None and not _in_country(known, lies, position):
        where = f"{lies.country} ({lies.city}, {_km(lies.km)})"
        known.apart.append(f"country: {known.says('country')}, GPS lies in {where}")
    elif named is not None:
        beside = f", near {lies.city}" if lies else ""
        known.apart.append(f"city: {known.says('city')}, GPS lies {_km(named.km)} from it{beside}")
    elif not city:
        found = known.atlas.near(position, known.code) if known.code else lies
        if found is not None and (known.code or found.sure):
            _fill(known, found)


def _fill(known: _Known, found: Nearby) -> None:
    detail = f"{_km(found.km)} from {found.city}"
    for name in ("country", "city", "state"):
        known.add(name, getattr(found, name), "gps", detail)


def _position(camera: Camera) -> tuple[float, float] | None:
    """Return degrees, or None: 0, 0 is what a receiver without a fix writes."""
    latitude, longitude = camera.latitude, camera.longitude
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    return (latitude, longitude)


def _in_country(known: _Known, lies: Nearby, position: tuple[float, float]) -> bool:
    """Whether a position may lie in the known country: beside a border the nearest place says."""
    if not known.code or known.atlas.same_country(known.code, lies.code):
        return True
    there = known.atlas.near(position, known.code)
    return there is not None and there.sure


def _release(known: _Known, notes: Mapping[str, str], folder: Mapping[str, str]) -> None:
    for evidence, words in (("notes", notes), ("folder", folder)):
        said = words.get("release", "")
        if said and known.value("release") and not _same(known.value("release"), said):
            known.apart.append(f"release: {known.says('release')}, {_SPEAKERS[evidence]} {said}")
        known.add("release", said, evidence)


def _date(known: _Known, notes: Mapping[str, str], camera: Camera) -> None:
    exif = camera.taken.isoformat(timespec="seconds") if camera.taken else ""
    noted = notes.get("taken", "")
    if noted and exif and noted[:_DAY] != exif[:_DAY]:
        days = f"the notes say {noted[:_DAY]}, EXIF says {exif[:_DAY]}"
        known.apart.append(f"taken: {days}")
    known.add("taken", noted, "notes")
    known.add("taken", exif, "exif")


def _noted(notes: Mapping[str, str]) -> str:
    """Return the notes as they go to the model: the text, and who is in the photo."""
    text, names = notes.get("notes", ""), notes.get("names", "")
    people = f"People: {names}." if names else ""
    stop = "." if text and people and text[-1].isalnum() else ""
    return f"{text}{stop} {people}".strip()


def _embedded(place: Place, atlas: Atlas) -> dict[str, str]:
    words = {name: _one_line(getattr(place, name)) for name in _PLACE}
    words["country"] = words["country"] or atlas.name(atlas.code(place.country_code))
    return words


def _same(one: str, other: str) -> bool:
    return _one_line(one).casefold() == _one_line(other).casefold()


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _km(km: float) -> str:
    return f"{km:.0f} km" if km >= 1 else "under 1 km"
