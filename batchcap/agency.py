"""Agencies and neutral categories from their files.

Takes an agency's name or path and the configs folder; gives a frozen ``Agency``. Refuses what it
does not understand, by file and key, with what was probably meant; never guesses a rule.
"""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from batchcap.captions.agencies import (
    CELLS,
    DATELINE,
    MENDED,
    RULES,
    Agency,
    CategoryRule,
    CsvRule,
    EditorialRule,
    FileRule,
    KeywordRule,
    Source,
    TextRule,
    WordRule,
)
from batchcap.captions.categories import Categories, lexicon
from batchcap.captions.text import fold
from batchcap.errors import ConfigError

_TOKEN = re.compile(r"\{(\w*)\}")

Model = TypeVar("Model", bound=BaseModel)

_Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
_Text = Literal["title", "description"]
_Answer = Literal["title", "headline", "description", "alt_text"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Source(_Strict):
    says: str
    sure: Literal["A", "A-", "B", "C", "?"]
    url: Annotated[str, Field(pattern=r"^https://")] = ""


class _Texts(_Strict):
    take: tuple[_Answer, ...]
    required: bool = False
    min_chars: _Count = 0
    max_chars: _Count = 0
    min_words: _Count = 0
    marks: str | None = None


class _Keywords(_Strict):
    min_items: _Count = 0
    best_items: _Count = 0
    max_items: _Count = 0
    max_chars: _Count = 0
    separator: Annotated[str, Field(min_length=1, max_length=1)] = ","
    dates: bool = True


class _Editorial(_Strict):
    accepted: bool
    reason: str = ""
    dateline: str = ""
    opens: tuple[_Text, ...] = ()


class _Categories(_Strict):
    min_items: _Count = 0
    max_items: _Count = 0
    separator: str = ","
    none: str = ""
    names: dict[str, str] = {}
    of: dict[str, tuple[str, ...]] = {}


class _Files(_Strict):
    name_chars: _Count = 0
    kinds: tuple[Annotated[str, Field(pattern=r"^\.[a-z0-9]+$")], ...] = ()
    needs_camera: bool = False


class _Words(_Strict):
    ascii: bool = False
    drop: str = ""
    neutral: bool = False
    refused: tuple[str, ...] = ()
    refused_commercial: tuple[str, ...] = ()


class _Csv(_Strict):
    columns: Annotated[tuple[tuple[str, str], ...], Field(min_length=1)]
    delimiter: Literal[",", ";", "\t"] = ","
    quote_all: bool = False
    line_ending: Literal["\r\n", "\n"] = "\r\n"
    encoding: Literal["utf-8", "ascii"] = "utf-8"
    bom: bool = False
    header: bool = True
    max_rows: _Count = 0
    max_bytes: _Count = 0
    yes: str = "yes"
    no: str = "no"


class _Check(_Strict):
    hold: tuple[str, ...]
    again: tuple[str, ...] = ()


class _File(_Strict):
    name: Annotated[str, Field(min_length=1)]
    dated: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    imports: bool
    note: str = ""
    sources: Annotated[tuple[_Source, ...], Field(min_length=1)]
    title: _Texts = _Texts(take=())
    description: _Texts = _Texts(take=())
    keywords: _Keywords
    editorial: _Editorial
    categories: _Categories = _Categories()
    files: _Files = _Files()
    words: _Words = _Words()
    csv: _Csv
    check: _Check
    country_codes: dict[str, Annotated[str, Field(pattern=r"^[A-Z]{2}$")]] = {}


class _CategoryFile(_Strict):
    words: Annotated[dict[str, tuple[str, ...]], Field(min_length=1)]


def agency_names(configs: Path) -> list[str]:
    """Return the names of the agencies in the configs folder, sorted."""
    return sorted(each.stem for each in (configs / "agencies").glob("*.toml"))


def load_categories(configs: Path) -> Categories:
    """Return the neutral categories; ConfigError where the file cannot be right."""
    path = configs / "categories.toml"
    return lexicon(_validated(path, _CategoryFile).words)


def load_agency(name_or_path: str, configs: Path) -> Agency:
    """Return the rules of an agency.

    What ends in ``.toml`` or holds a separator is a path, else the name of a file under
    ``configs/agencies``, whatever its case. Raises ConfigError, which names file and key.
    """
    path = _path_of(name_or_path, configs)
    file = _validated(path, _File)
    _check_csv(path, file)
    _check_dateline(path, file)
    _check_rules(path, file)
    _check_categories(path, file, load_categories(configs).names)
    return Agency(
        key=path.stem,
        name=file.name,
        dated=file.dated,
        imports=file.imports,
        note=file.note,
        sources=tuple(Source(**each.model_dump()) for each in file.sources),
        title=TextRule(**file.title.model_dump()),
        description=TextRule(**file.description.model_dump()),
        keywords=KeywordRule(**file.keywords.model_dump()),
        editorial=EditorialRule(**file.editorial.model_dump()),
        categories=CategoryRule(**file.categories.model_dump()),
        files=FileRule(**file.files.model_dump()),
        words=WordRule(**file.words.model_dump()),
        csv=CsvRule(**file.csv.model_dump()),
        hold=frozenset(file.check.hold),
        again=frozenset(file.check.again),
        country_codes={fold(name): code for name, code in file.country_codes.items()},
    )


def _path_of(name_or_path: str, configs: Path) -> Path:
    if name_or_path.lower().endswith(".toml") or any(each in name_or_path for each in "/\\"):
        return Path(name_or_path)
    names = agency_names(configs)
    name = re.sub(r"[\s_]+", "-", name_or_path.strip()).lower()
    if name in names:
        return configs / "agencies" / f"{name}.toml"
    raise ConfigError(
        f"There is no agency {name_or_path!r}.{_meant(name, names)} There are {', '.join(names)},"
        " and any .toml file like theirs.",
        hint=f"batchcap check --agency {(difflib.get_close_matches(name, names, 1) or names)[0]}",
    )


def _validated(path: Path, shape: type[Model]) -> Model:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.", hint=_edit(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(f"{path} cannot be read: {reason}.", hint="batchcap doctor") from None
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise _explained(path, error, shape) from None


def _check_csv(path: Path, file: _File) -> None:
    for heading, template in file.csv.columns:
        for token in _TOKEN.findall(template):
            if token not in CELLS:
                told = f"{heading!r} asks for {{{token}}}, which is no cell.{_meant(token, CELLS)}"
                raise _wrong(path, "csv.columns", told)
    if file.csv.encoding == "ascii" and not file.words.ascii:
        raise _wrong(path, "csv.encoding", "ascii needs words.ascii = true")


def _check_dateline(path: Path, file: _File) -> None:
    for token in _TOKEN.findall(file.editorial.dateline):
        if token not in DATELINE:
            told = f"{{{token}}} is no part of a date or place.{_meant(token, DATELINE)}"
            raise _wrong(path, "editorial.dateline", told)
    if bool(file.editorial.dateline) != bool(file.editorial.opens):
        raise _wrong(path, "editorial.opens", "a dateline opens a text, and only a dateline does")
    if not file.editorial.accepted and not file.editorial.reason:
        raise _wrong(path, "editorial.reason", "this key is missing")


def _check_rules(path: Path, file: _File) -> None:
    named = [*file.check.hold, *file.check.again]
    for name in named:
        if name not in RULES:
            raise _wrong(path, "check", f"there is no rule {name!r}.{_meant(name, RULES)}")
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise _wrong(path, "check", f"the rule {twice[0]!r} stands there twice")
    if unsaid := [name for name in RULES if name not in named and name not in MENDED]:
        raise _wrong(path, "check", f"hold or again must name the rule {unsaid[0]!r}")


def _check_categories(path: Path, file: _File, neutral: Collection[str]) -> None:
    rule = file.categories
    if not rule.max_items:
        return
    for name, ids in rule.of.items():
        if name not in neutral:
            told = f"there is no neutral category {name!r}.{_meant(name, neutral)}"
            raise _wrong(path, "categories.of", told)
        for each in ids:
            if each not in rule.names:
                told = f"{name!r} leads to {each!r}, which is no category of {file.name}"
                raise _wrong(path, "categories.of", f"{told}.{_meant(each, rule.names)}")
    if absent := [name for name in neutral if name not in rule.of]:
        raise _wrong(path, "categories.of", f"the neutral category {absent[0]!r} leads nowhere")


def _explained(path: Path, error: ValidationError, shape: type[BaseModel]) -> ConfigError:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        known = _known_keys(shape, where[:-1])
        return _wrong(path, ".".join(where), f"unknown key.{_meant(where[-1], known)}")
    if first["type"] == "missing":
        return _wrong(path, ".".join(where), "this key is missing")
    told = first["msg"].removeprefix("Value error, ")
    return _wrong(path, ".".join(where), f"{told[:1].lower()}{told[1:]}")


def _known_keys(shape: type[BaseModel], where: Iterable[str]) -> Mapping[str, Any]:
    for key in where:
        if key not in shape.model_fields:
            continue  # the number of an entry in a list
        kind = shape.model_fields[key].annotation
        inner = next((each for each in (kind, *get_args(kind)) if isinstance(each, type)), None)
        if inner is None or not issubclass(inner, BaseModel):
            return {}
        shape = inner
    return shape.model_fields


def _wrong(path: Path, key: str, told: str) -> ConfigError:
    end = "" if told.endswith(("?", ".")) else "."
    return ConfigError(f"{path}: {key}: {told}{end}", hint=_edit(path))


def _edit(path: Path) -> str:
    return f"correct {path} and try again"


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
