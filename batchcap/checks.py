"""What the rules on captions measure with, from configs/checks.toml.

Takes the configs folder and what a preset adds; gives frozen ``Checks``. Refuses what it does not
understand, by file and key, with what was probably meant; never guesses a threshold.
"""

import difflib
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from batchcap.captions.tokens import key_of
from batchcap.captions.words import plurals
from batchcap.errors import ConfigError
from batchcap.records.captions import Checks, Listed, Thresholds

FILE = "checks.toml"
PLACES = ("city", "country")
# The lists that a preset may add to: of names, with what they are, and of single words.
_ADDED_KINDS = {
    "allowed": "allowed",
    "brands": "brand",
    "landmarks": "landmark",
    "profanity": "profanity",
}
ADDED = (*_ADDED_KINDS, "first_names", "sign_words", "species")

Model = TypeVar("Model", bound=BaseModel)

_Count = Annotated[int, Field(ge=0, le=1000)]
_Share = Annotated[float, Field(ge=0.0, le=1.0)]
_Name = Annotated[str, Field(min_length=1, max_length=60)]
_Names = Annotated[tuple[_Name, ...], Field(min_length=1)]
_Themes = Annotated[dict[str, _Names], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Thresholds(_Strict):
    first_keywords: _Count
    phrase_words: _Count
    title_likeness: _Share
    title_capitals: _Share
    keyword_capitals: _Share
    foreign_words: _Count
    foreign_letters: _Share
    number_digits: _Count


class _Words(_Strict):
    function_words: _Names
    foreign_words: _Names
    title_fillers: _Names
    sign_words: _Names
    profanity: _Names
    honorifics: _Names
    first_names: _Names
    place_nouns: _Names
    species: _Names
    landmarks: _Names


class _Brands(_Strict):
    any: _Themes
    capital: _Themes


class _Same(_Strict):
    names: Annotated[tuple[_Names, ...], Field(min_length=1)]


class _Places(_Strict):
    cities: _Names
    cities_capital: _Names
    countries_capital: _Names
    within: _Themes
    same: _Same


class _Keywords(_Strict):
    verbs: _Names
    spellings: tuple[_Names, ...]


class _File(_Strict):
    thresholds: _Thresholds
    words: _Words
    allowed: _Themes
    brands: _Brands
    places: _Places
    keywords: _Keywords


@dataclass(frozen=True, slots=True)
class Own:
    """What a preset at ``path`` sets for itself: thresholds, and words added to lists."""

    path: Path
    thresholds: Mapping[str, float]
    words: Mapping[str, Sequence[str]]


def load_checks(configs: Path, own: Own | None = None) -> Checks:
    """Return the thresholds and lists, with a preset's own over them.

    Raises ConfigError, which names file and key.
    """
    path = configs / FILE
    own = own or Own(path, {}, {})
    file = _validated(path, _parsed(path), _File)
    for name in own.thresholds:
        if name not in _Thresholds.model_fields:
            told = f"no such threshold.{_meant(name, _Thresholds.model_fields)}"
            raise _wrong(own.path, f"thresholds.{name}", told)
    for name in own.words:
        if name not in ADDED:
            raise _wrong(own.path, f"words.{name}", f"no list to add to.{_meant(name, ADDED)}")
    limits = {**file.thresholds.model_dump(), **own.thresholds}
    thresholds = _validated(own.path, limits, _Thresholds)
    return _checks(path, file, Thresholds(**thresholds.model_dump()), own.words)


def _validated(path: Path, data: Mapping[str, Any], shape: type[Model]) -> Model:
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise _explained(path, error) from None


def _checks(
    path: Path, file: _File, thresholds: Thresholds, added: Mapping[str, Sequence[str]]
) -> Checks:
    listed = _names(path, file, added)
    reach: dict[str, int] = {}
    openers: dict[str, set[str]] = {}
    for key, entry in listed.items():
        first, size = key.partition(" ")[0], key.count(" ") + 1
        reach[first] = max(size, reach.get(first, 0))
        openers.setdefault(entry.kind, set()).add(first)
    same = _same(file.places.same.names)
    within: dict[str, set[str]] = {}
    for wider, inner in file.places.within.items():
        for name in inner:
            for each in (key_of(name), *same.get(key_of(name), ())):
                within.setdefault(each, set()).add(key_of(wider))
    single = {
        name: frozenset(key_of(each) for each in (*words, *added.get(name, ())))
        for name, words in file.words.model_dump().items()
    }
    return Checks(
        thresholds=thresholds,
        names=listed,
        reach=reach,
        openers={kind: frozenset(each) for kind, each in openers.items()},
        same=same,
        within={name: frozenset(wider) for name, wider in within.items()},
        words=single,
        stems={form: verb for verb in file.keywords.verbs for form in _forms(verb)},
        spellings={
            key_of(each): key_of(group[0]) for group in file.keywords.spellings for each in group
        },
    )


def _names(path: Path, file: _File, added: Mapping[str, Sequence[str]]) -> dict[str, Listed]:
    """Return every listed name by its folded words; a name of two kinds is refused."""
    wider = file.places.within
    inner = {name for names in wider.values() for name in names}
    # England is no country of its own here: it proves the United Kingdom, and contradicts nothing.
    countries = {name for key, names in wider.items() if key not in inner for name in names}
    cities = {*file.places.cities, *file.places.cities_capital}
    same = file.places.same.names
    shipped: tuple[tuple[str, Iterable[str], bool], ...] = (
        ("allowed", _all(file.allowed), False),
        ("brand", _all(file.brands.any), False),
        ("brand", _all(file.brands.capital), True),
        ("landmark", file.words.landmarks, False),
        ("city", file.places.cities_capital, True),
        ("city", (*file.places.cities, *_aliases(same, cities)), False),
        ("country", file.places.countries_capital, True),
        ("country", (*sorted(countries), *_aliases(same, countries)), False),
        ("profanity", file.words.profanity, False),
    )
    # What a preset adds goes before ours: Vespa may be what a museum of scooters writes of.
    found = {
        key_of(name): Listed(kind, name)
        for given, kind in _ADDED_KINDS.items()
        for name in added.get(given, ())
    }
    own = frozenset(found)
    for kind, spelled, capital in shipped:
        for name in spelled:
            # A short form such as US is a word of its own in lower case.
            entry = Listed(kind, name, capital=capital or (kind in PLACES and name.isupper()))
            there = found.setdefault(key_of(name), entry)
            twofold = there.kind == kind or {there.kind, kind} in _TWOFOLD
            if not twofold and key_of(name) not in own:
                told = f"{name!r} stands under {there.kind} and under {kind}"
                raise _wrong(path, kind, told)
    # More than one of a brand, a people or an insult is the same; a place has no plural.
    for key, entry in tuple(found.items()):
        for form in plurals(key) if entry.kind not in _SINGLE else ():
            many = entry.spelling + form[len(key) :] if form.startswith(key) else form
            found.setdefault(form, replace(entry, spelling=many))
    return found


_SINGLE = {"city", "country", "landmark"}
# A city may bear a brand's or a country's name, and what an agency allows may be a brand elsewhere.
_TWOFOLD = ({"city", "country"}, {"brand", "country"}, {"brand", "city"})


def _aliases(groups: Iterable[Sequence[str]], known: Collection[str]) -> list[str]:
    """Return the other names of the known places."""
    return [each for group in groups if any(name in known for name in group) for each in group]


def _all(themes: Mapping[str, Iterable[str]]) -> list[str]:
    return [name for each in themes.values() for name in each]


def _same(groups: Iterable[Sequence[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for group in groups:
        keys = frozenset(key_of(each) for each in group)
        for each in keys:
            found[each] = found.get(each, frozenset()) | keys
    return found


def _forms(verb: str) -> set[str]:
    """Return the regular forms of an English verb: walk, walks, walked, walking."""
    stem = verb.removesuffix("e")
    forms = {verb, f"{verb}s", f"{stem}ing", f"{stem}ed"}
    if verb.endswith(("s", "sh", "ch", "x", "o")):
        forms.add(f"{verb}es")
    if verb.endswith("y") and verb[-2] not in "aeiou":
        forms |= {f"{verb[:-1]}ies", f"{verb[:-1]}ied"}
    if verb[-1] in "bdgmnpt" and verb[-2] in "aeiou" and verb[-3] not in "aeiou":
        forms |= {f"{verb}{verb[-1]}ing", f"{verb}{verb[-1]}ed"}
    return forms


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path} is not valid TOML: {error}.", hint=f"correct {path.name}"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(f"{path} cannot be read: {reason}.", hint="batchcap doctor") from None


def _explained(path: Path, error: ValidationError) -> ConfigError:
    first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    where = [str(part) for part in first["loc"]]
    key = ".".join(where)
    if first["type"] == "extra_forbidden":
        return _wrong(path, key, f"unknown key.{_meant(where[-1], _known_keys(where[:-1]))}")
    if first["type"] == "missing":
        return _wrong(path, key, "this key is missing")
    return _wrong(path, key, f"{first['msg'][:1].lower()}{first['msg'][1:]}")


def _known_keys(where: Iterable[str]) -> Iterable[str]:
    shape: type[BaseModel] = _File
    for key in where:
        kind = shape.model_fields[key].annotation if key in shape.model_fields else None
        inner = next((each for each in (kind, *get_args(kind)) if isinstance(each, type)), None)
        if inner is None or not issubclass(inner, BaseModel):
            return _Thresholds.model_fields
        shape = inner
    return shape.model_fields


def _wrong(path: Path, key: str, told: str) -> ConfigError:
    end = "" if told.endswith(("?", ".")) else "."
    return ConfigError(f"{path}: {key}: {told}{end}", hint=f"correct {key} in {path.name}")


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
