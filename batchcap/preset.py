"""Presets from their files.

Takes a preset's name or path and the configs folder, gives a Preset and the settings it brings.
Refuses what it does not understand, by file and key; never guesses.
"""

import dataclasses
import difflib
import functools
import re
import tomllib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic import Field as Limits

from batchcap.errors import ConfigError
from batchcap.records import Caption, Field, Preset

Settings = dict[str, dict[str, Any]]

_TAG = re.compile(r"[A-Za-z][A-Za-z0-9-]*:[A-Za-z][A-Za-z0-9-]*")
PLACE = ("city", "state", "country", "location", "country_code", "country_code3")
_ANSWERS = tuple(each.name for each in dataclasses.fields(Caption))
_PLAIN_FIELDS = {"description", "keywords"}
_MOST_CHARS = 10_000
_MOST_ITEMS = 500

_Count = Annotated[int, Limits(ge=0, le=_MOST_ITEMS)]
_Length = Annotated[int, Limits(ge=0, le=_MOST_CHARS)]
_Line = Annotated[str, Limits(min_length=1, max_length=500, pattern=r"^[^\r\n]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Field(_Strict):
    kind: Literal["text", "list", "choice"]
    ask: _Line
    min_chars: _Length = 0
    max_chars: _Length = 0
    min_items: _Count = 0
    max_items: _Count = 0
    words: Literal["single", "phrase", ""] = ""
    choices: list[_Line] = []
    choices_from: Literal["categories", ""] = ""
    required: bool = True

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.max_chars and self.min_chars > self.max_chars:
            raise ValueError("min_chars is greater than max_chars")
        if self.max_items and self.min_items > self.max_items:
            raise ValueError("min_items is greater than max_items")
        if (self.kind == "choice") != bool(self.choices or self.choices_from):
            raise ValueError('choices belong to kind = "choice", and only to it')
        if self.choices and self.choices_from:
            raise ValueError("choices and choices_from say the same thing twice")
        if self.kind != "list" and (self.min_items or self.max_items or self.words):
            raise ValueError('min_items, max_items and words belong to kind = "list"')
        if self.kind != "text" and (self.min_chars or self.max_chars):
            raise ValueError('min_chars and max_chars belong to kind = "text"')
        return self


class _File(_Strict):
    summary: _Line
    form: Literal["json", "plain"]
    style: _Line
    prompt: _Line
    max_output_tokens: Annotated[int, Limits(ge=16, le=100_000)]
    fields: Annotated[dict[str, _Field], Limits(min_length=1)]
    checks: list[str]
    tags: dict[str, list[str]] = {}
    thresholds: dict[str, float] = {}
    words: dict[str, list[_Line]] = {}
    settings: Settings = {}


def preset_names(configs: Path) -> list[str]:
    """Return the names of the presets in the configs folder, sorted."""
    return sorted(each.stem for each in (configs / "presets").glob("*.toml"))


def load_preset(name_or_path: str, configs: Path) -> tuple[Preset, Settings]:
    """Return the preset and the settings it overlays, by section.

    What ends in ``.toml`` or holds a separator is a path, else the name of a file under
    ``configs/presets``. A prompt is looked for beside a preset given by path, then under
    ``configs/prompts``. Raises ConfigError, which names file and key.
    """
    path, file = _opened(name_or_path, configs)
    return _preset(path, file, configs), file.settings


def open_preset(name_or_path: str, configs: Path) -> tuple[Settings, Callable[[], Preset]]:
    """Return the settings of a preset, and what reads the rest of it: rules and lists take time.

    Both raise ConfigError, which names file and key.
    """
    path, file = _opened(name_or_path, configs)
    return file.settings, functools.partial(_preset, path, file, configs)


def _opened(name_or_path: str, configs: Path) -> tuple[Path, _File]:
    path = _path_of(name_or_path, configs)
    data = _parsed(path)
    try:
        return path, _File.model_validate(data)
    except ValidationError as error:
        raise _explained(path, error) from None


def _preset(path: Path, file: _File, configs: Path) -> Preset:
    from batchcap.checks import Own, load_checks

    _check_fields(path, file)
    _check_names(path, file)
    _check_tags(path, file)
    return Preset(
        name=path.stem,
        summary=file.summary,
        form=file.form,
        style=file.style,
        prompt=_prompt(path, file.prompt, configs),
        max_output_tokens=file.max_output_tokens,
        fields=tuple(_field(name, each, configs) for name, each in file.fields.items()),
        checks=tuple(file.checks),
        tags={name: tuple(tags) for name, tags in file.tags.items()},
        lists=load_checks(configs, Own(path, file.thresholds, file.words)),
    )


def _path_of(name_or_path: str, configs: Path) -> Path:
    if name_or_path.lower().endswith(".toml") or any(each in name_or_path for each in "/\\"):
        return Path(name_or_path)
    names = preset_names(configs)
    if name_or_path in names:
        return configs / "presets" / f"{name_or_path}.toml"
    raise ConfigError(
        f"There is no preset {name_or_path!r}.{_meant(name_or_path, names)}",
        hint=f"preset = one of {', '.join(names)}, or the path of a .toml file",
    )


def _parsed(path: Path) -> dict[str, Any]:
    text = _read(path, f"The preset {path}")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"The preset {path} is not valid TOML: {error}.", hint=f"correct {path.name}"
        ) from None


def _prompt(path: Path, name: str, configs: Path) -> str:
    places = [configs / "prompts" / name]
    if path.parent.resolve() != (configs / "presets").resolve():
        places.insert(0, path.parent / name)
    there = next((each for each in places if each.is_file()), None)
    if there is None:
        known = sorted(each.name for each in (configs / "prompts").glob("*.md"))
        raise _wrong(path, "prompt", f"there is no prompt file {name!r}.{_meant(name, known)}")
    text = _read(there, f"The prompt {there}")
    if not text.strip():
        raise _wrong(path, "prompt", f"the prompt file {name!r} is empty")
    return text


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(
            f"{what} cannot be read: {reason}.",
            hint=f"put {path.name} right, or name another preset in batchcap.toml",
        ) from None


def _field(name: str, each: _Field, configs: Path) -> Field:
    choices = tuple(each.choices)
    if each.choices_from:
        from batchcap.agency import load_categories

        choices = load_categories(configs).names
    given = each.model_dump(exclude={"choices", "choices_from"})
    return Field(name=name, **given, choices=choices)


def _check_fields(path: Path, file: _File) -> None:
    for name, field in file.fields.items():
        if name not in _ANSWERS:
            raise _wrong(path, f"fields.{name}", f"no such field.{_meant(name, _ANSWERS)}")
        if (name == "keywords") != (field.kind == "list"):
            raise _wrong(path, f"fields.{name}.kind", "keywords are a list, and nothing else is")
    if file.form == "plain" and set(file.fields) != _PLAIN_FIELDS:
        raise _wrong(path, "fields", "a plain answer holds description and keywords, no more")


def _check_names(path: Path, file: _File) -> None:
    from batchcap.captions.quality import RULES

    for name in file.checks:
        if name not in RULES:
            raise _wrong(path, "checks", f"there is no rule {name!r}.{_meant(name, RULES)}")


def _check_tags(path: Path, file: _File) -> None:
    # The place comes from the facts, whatever the model was asked for.
    known = {*file.fields, *PLACE, *(["headline"] if "title" in file.fields else [])}
    owner: dict[str, str] = {}
    for name, tags in file.tags.items():
        if name not in known:
            told = f"the preset asks for no {name}.{_meant(name, known)}"
            raise _wrong(path, f"tags.{name}", told)
        for tag in tags:
            if not _TAG.fullmatch(tag):
                told = f"{tag!r} does not look like Group:Tag, as in XMP-dc:Title"
                raise _wrong(path, f"tags.{name}", told)
            if owner.setdefault(tag.casefold(), name) != name:
                told = f"{tag} is written by tags.{owner[tag.casefold()]} already"
                raise _wrong(path, f"tags.{name}", told)


def _explained(path: Path, error: ValidationError) -> ConfigError:
    # A misspelt key is also a missing one: the misspelling says more.
    first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    where = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        known = _Field.model_fields if where[0] == "fields" else _File.model_fields
        return _wrong(path, ".".join(where), f"unknown key.{_meant(where[-1], known)}")
    if first["type"] == "missing":
        return _wrong(path, ".".join(where), "this key is missing")
    told = first["msg"].removeprefix("Value error, ")
    return _wrong(path, ".".join(where), f"{told[:1].lower()}{told[1:]}")


def _wrong(path: Path, key: str, told: str) -> ConfigError:
    return ConfigError(
        f"The preset {path}: {key}: {told.rstrip('.?')}{'?' if told.endswith('?') else '.'}",
        hint=f"correct {key} in {path.name}",
    )


def _meant(name: str, known: Iterable[str] | Collection[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
