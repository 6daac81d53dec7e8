"""Layers of settings, each value with its origin.

Takes a workspace folder, the environment and flags; gives a frozen ``Config``. Reads files, never
writes one. Order: default.toml < preset < provider < batchcap.toml < environment < flags.
"""

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from batchcap.errors import ConfigError, WorkspaceMissing
from batchcap.preset import open_preset
from batchcap.records import Dialect, Preset
from batchcap.settings import Settings, fault

FILE = "batchcap.toml"
PREFIX = "BATCHCAP_"
# Variables of that prefix which are no settings.
NO_SETTING = {"BATCHCAP_WORKSPACE"}
# What is not shown of an address, not even to say that it is refused.
SECRET_IN_ADDRESS = re.compile(r"(?<=://)[^/\s]*(?=@)")
# Where a key is likely to have been pasted by mistake: OpenAI's begin so.
LOOKS_LIKE_KEY = re.compile(r"\b(sk|gsk)[-_][A-Za-z0-9_-]{8,}")


@dataclass(frozen=True)
class Config:
    """Settings with the preset and the dialect they name; ``origins`` maps key to its layer."""

    settings: Settings
    origins: Mapping[str, str]
    read_preset: Callable[[], Preset]
    dialect: Dialect

    @cached_property
    def preset(self) -> Preset:
        """What to ask, how to check and where to write; ConfigError where it cannot be."""
        return self.read_preset()


def configs_folder() -> Path:
    """Return the folder of shipped configs: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


def load_config(
    workspace: Path, environ: Mapping[str, str], flags: Mapping[str, str] | None = None
) -> Config:
    """Return the workspace's settings from all layers.

    Raises WorkspaceMissing without batchcap.toml, ConfigError naming the file and the key.
    """
    path = workspace / FILE
    if not path.is_file():
        raise WorkspaceMissing(
            f"There is no {FILE} in {workspace}.",
            hint="batchcap init --photos FOLDER",
        )
    own = read_toml(path)
    return layered(own, environ, flags or {}, workspace)


def layered(
    own: Mapping[str, Any], environ: Mapping[str, str], flags: Mapping[str, str], base: Path
) -> Config:
    """Lay ``own`` (batchcap.toml), environment and flags over the shipped layers."""
    configs = configs_folder()
    default = read_toml(configs / "default.toml")
    known = _flat(default)
    tops = [
        (_known(_flat(own), known, FILE), FILE),
        (_from_environ(environ, known), "environment"),
        (_from_flags(flags, known), "--set"),
    ]
    asked = _merged([(known, "default"), *tops])[0]
    preset_layer, read_preset = open_preset(_text(asked, "preset", base), configs)
    name = _text(asked, "provider.name", base)
    dialect, provider_layer = load_provider(name, configs)
    values, origins = _merged(
        [
            (known, "default"),
            (_known(_flat(preset_layer), known, f"preset {asked['preset']}"), "preset"),
            (_known(_flat(provider_layer), known, f"provider {name}"), "provider"),
            *tops,
        ]
    )
    return Config(_validated(values, origins), origins, read_preset, dialect)


def load_provider(name: str, configs: Path) -> tuple[Dialect, dict[str, Any]]:
    """Return a provider's dialect and its layer of settings; ``name`` or a path to a file."""
    path = Path(name) if name.endswith(".toml") else configs / "providers" / f"{name}.toml"
    if not path.is_file():
        there = sorted(each.stem for each in (configs / "providers").glob("*.toml"))
        raise ConfigError(
            f"There is no provider {name!r}.{_near(name, there)}",
            hint=f"provider.name = one of {', '.join(there)}, or the path of a .toml file",
        )
    data = read_toml(path)
    if unknown := sorted(set(data) - {"summary", "settings", "dialect"}):
        allowed = ["summary", "settings", "dialect"]
        raise ConfigError(
            f"{path.name}: unknown key {unknown[0]!r}.{_near(unknown[0], allowed)}",
            hint=_put_right(str(path), unknown[0]),
        )
    given, layer = data.get("dialect", {}), data.get("settings", {})
    if not isinstance(given, dict) or not isinstance(layer, dict):
        raise ConfigError(
            f"{path.name}: dialect and settings are tables.", hint=f"correct {path} and try again"
        )
    fields = list(Dialect.__dataclass_fields__)
    for key, value in given.items():
        if key not in fields:
            raise ConfigError(
                f"{path.name}: unknown key 'dialect.{key}'.{_near(key, fields)}",
                hint=_put_right(str(path), key),
            )
        if wanted := _wanted(getattr(Dialect(), key), value):
            raise ConfigError(
                f"{path.name}: dialect.{key} takes {wanted}.", hint=_put_right(str(path), key)
            )
    return Dialect(**given), layer


def _wanted(default: str | float, given: Any) -> str:
    """Return what a key of a dialect takes, by its default; "" where that is what it was given."""
    kind = type(given)
    if isinstance(default, bool | str):
        wanted = "true or false" if isinstance(default, bool) else "a text in quotes"
        return "" if kind is type(default) else wanted
    if isinstance(default, int):
        return "" if kind is int and given >= 1 else "a whole number from 1 up"
    # nan is a number to TOML, and no time to wait
    return "" if kind in (int, float) and 0 <= given < math.inf else "a number of seconds"


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's content; ConfigError names the file and the place of a fault."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path.name} is not valid TOML: {error}.", hint=f"correct {path} and try again"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path.name} is not UTF-8 text: {error.reason}.", hint=f"save {path} as UTF-8"
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", hint=f"allow {path} to be read"
        ) from error


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{name}."))
        else:
            flat[name] = value
    return flat


def _known(given: dict[str, Any], known: Mapping[str, Any], where: str) -> dict[str, Any]:
    for key, value in given.items():
        if LOOKS_LIKE_KEY.search(str(value)):
            raise ConfigError(
                f"{where}: {key} looks like an API key. A key is never stored: "
                "name an environment variable in provider.api_key_env instead.",
                hint=f"remove the key from {where}",
            )
        if key not in known:
            raise ConfigError(
                f"{where}: unknown key {key!r}.{_near(key, list(known))}",
                hint=_put_right(where, key),
            )
    return given


def _put_right(where: str, key: str) -> str:
    # While a file or a variable is wrong, `batchcap config` stops at it as every command does.
    if where == "--set":
        return "batchcap config"
    wrong = f"{PREFIX}{key.replace('.', '__').upper()}" if where == "environment" else where
    return f"correct {wrong}, then: batchcap config"


def _near(word: str, words: list[str]) -> str:
    # A key under the wrong table is as common as one that is misspelt: its own name counts
    # first, and of several such keys the one in the table that was meant.
    section, _, own = word.rpartition(".")
    names = {each.rpartition(".")[2] for each in words}
    named = difflib.get_close_matches(own, sorted(names), 1, 0.75)
    same = [each for each in words if named and each.rpartition(".")[2] == named[0]]
    close = sorted(same, key=lambda each: each.rpartition(".")[0] != section)
    close = close or difflib.get_close_matches(word, words, 1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _from_environ(environ: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, str] = {}
    for name, value in environ.items():
        if not name.upper().startswith(PREFIX) or name.upper() in NO_SETTING:
            continue
        given[name[len(PREFIX) :].lower().replace("__", ".")] = value
    return _parsed(given, known, "environment")


def _from_flags(flags: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    return _parsed(flags, known, "--set")


def _parsed(given: Mapping[str, str], known: Mapping[str, Any], where: str) -> dict[str, Any]:
    parsed = dict(_known(dict(given), known, where))
    for key, text in given.items():
        if isinstance(known[key], str):
            continue
        try:
            parsed[key] = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(
                f"{where}: {key} does not take {text!r}.", hint=_put_right(where, key)
            ) from error
    return parsed


def _merged(layers: list[tuple[Mapping[str, Any], str]]) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for layer, origin in layers:
        values.update(layer)
        origins.update(dict.fromkeys(layer, origin))
    return values, origins


def _text(values: Mapping[str, Any], key: str, base: Path) -> str:
    value = values[key]
    if not isinstance(value, str) or not value:
        raise ConfigError(
            f"{key} must be a name or a path, not {value!r}.",
            hint=f"correct {key}; docs/config.md tells what it takes",
        )
    is_path = value.endswith(".toml")
    return str((base / value).resolve()) if is_path else value


def _validated(values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    nested: dict[str, Any] = {}
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[name] = value
    try:
        settings = Settings.model_validate(nested)
    except ValidationError as error:
        key, given, takes = fault(error)
        shown = SECRET_IN_ADDRESS.sub("…", given)
        raise ConfigError(
            f"{origins.get(key, FILE)}: {key} cannot be {shown}: {takes}.",
            hint=f"correct {key}; docs/config.md and configs/default.toml tell what it takes",
        ) from error
    if settings.image.send == "hosted" and not settings.image.base_url:
        raise ConfigError(
            f'{origins["image.send"]}: image.send is "hosted" and image.base_url is empty: '
            "nobody could fetch the photos.",
            hint='set image.base_url to their address on the web, or image.send = "inline"',
        )
    return settings
