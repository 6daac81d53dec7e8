"""What is known of each model: picture rules, prices, queue limits, shutdown dates.

Takes the path of ``models.toml``; gives ``Model`` values by name. Never asks the provider, never
reads the clock, never guesses a price.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from batchcap.errors import ConfigError
from batchcap.records import Model

PATCH, TILE = "patch", "tile"
PRICES = ("in", "cached", "out")
WARN_DAYS = 90

# What is left of a model's own name once its dated snapshot or "latest" is cut off.
_SNAPSHOT = re.compile(r"latest|\d{4}|\d{8}|\d{4}-\d{2}-\d{2}")

Check = Callable[[Any], bool]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Queue:
    """A batch queue limit: enqueued prompt tokens of usage tiers 1, 2, …; empty: none known."""

    tiers: tuple[int, ...]
    source: str
    dated: str
    assumed: bool = False

    @property
    def tokens(self) -> int:
        """The limit to start with: the first tier's, 0 where none is known."""
        return self.tiers[0] if self.tiers else 0


@dataclass(frozen=True, slots=True)
class Models:
    """The models of one ``models.toml``; ``fallback`` stands in for those it does not list."""

    known: Mapping[str, Model]
    queues: Mapping[str, Queue]
    fallback: Model

    def names(self) -> tuple[str, ...]:
        """Return the listed models, in the order of the file."""
        return tuple(self.known)

    def get(self, name: str) -> Model:
        """Return what is known of a model, under the name that was asked for.

        Finds the name itself, behind a provider's prefix (``openai/gpt-4o``), with a snapshot's
        date (``gpt-4o-2024-08-06``), or by its longest beginning that ends at a dash. Only a date
        leaves the price as it is: ``gpt-5.5-pro`` would be counted like ``gpt-5.5``, with no price
        and as an assumption. A name that fits nothing gets the fallback.
        """
        base = self._base(name)
        if base is None:
            return replace(self.fallback, name=name)
        rest = _plain(name)[len(base) + 1 :]
        if not rest or _SNAPSHOT.fullmatch(rest):
            return replace(self.known[base], name=name)
        source = f"counted like {base}; no price is known"
        return replace(
            self.known[base], name=name, prices={}, shutdown="", source=source, assumed=True
        )

    def queue(self, name: str) -> Queue:
        """Return the queue limits of a model: every tier, with source and date."""
        return self.queues.get(self._base(name) or "", self.queues[""])

    def _base(self, name: str) -> str | None:
        plain = _plain(name)
        found = (each for each in self.known if plain == each or plain.startswith(f"{each}-"))
        return max(found, key=len, default=None)


def load_models(path: Path) -> Models:
    """Read ``models.toml``; raise ConfigError naming the file and the key that cannot be right."""
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise ConfigError(f"{path} cannot be read: {reason}.", hint="batchcap doctor") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.", hint=_edit(path)) from error
    return _Reader(path, data).models()


def shutdown_warning(model: Model, today: date) -> str:
    """Return a sentence for a model that is, or within 90 days will be, switched off; else ""."""
    if not model.shutdown:
        return ""
    left = (date.fromisoformat(model.shutdown) - today).days
    if left > WARN_DAYS:
        return ""
    if left < 0:
        return f"{model.name} was switched off on {model.shutdown}: choose another model."
    when = "today" if left == 0 else f"in {left} day{'s' * (left > 1)}"
    return f"{model.name} is switched off on {model.shutdown}, {when}."


def _plain(name: str) -> str:
    return name.strip().lower().rpartition("/")[2]


def _edit(path: Path) -> str:
    return f"edit {path}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_amount(value: Any) -> bool:
    # also refuses TOML's nan and inf
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9  # noqa: PLR2004


def _is_part(value: Any) -> bool:
    return _is_amount(value) and value <= 1


def _is_day(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_rule(value: Any) -> bool:
    return value in {PATCH, TILE}


def _is_tiers(value: Any) -> bool:
    return isinstance(value, list) and all(_is_count(each) and each for each in value)


def _is_sizing(value: Any) -> bool:
    if not isinstance(value, dict) or not {"low", "high", "auto"} <= value.keys():
        return False
    return all(
        isinstance(each, list)
        and [_is_count(number) for number in each] == [True, True]
        and each[0] > 0
        for each in value.values()
    )


# Each key of a model with its check and what a person should put there.
_MODEL: Mapping[str, tuple[Check, str]] = {
    "image_rule": (_is_rule, '"patch" or "tile"'),
    "multiplier": (_is_amount, "a number, such as 1.2"),
    "sizing": (_is_sizing, "{ low = [side, budget], high = [side, budget], auto = … }"),
    "tile_base": (_is_count, "a whole number of tokens"),
    "tile_each": (_is_count, "a whole number of tokens"),
    "in": (_is_amount, "US dollars per million tokens"),
    "cached": (_is_amount, "US dollars per million tokens"),
    "out": (_is_amount, "US dollars per million tokens"),
    "batch_discount": (_is_part, "a part between 0 and 1"),
    "temperature": (_is_flag, "true or false"),
    "structured": (_is_flag, "true or false"),
    "effort": (_is_text, 'the least reasoning it can be asked for: "none", "minimal", "low" or ""'),
    "encoding": (_is_text, "the name of a tiktoken vocabulary"),
    "shutdown": (_is_day, 'a day, such as "2027-01-14"'),
    "source": (_is_text, "a text"),
    "dated": (_is_day, 'a day, such as "2026-11-20"'),
    "assumed": (_is_flag, "true or false"),
}
_LINKS: Mapping[str, tuple[Check, str]] = {
    "family": (_is_text, "the name of a family"),
    "queue": (_is_text, "the name of a queue"),
}
_QUEUE: Mapping[str, tuple[Check, str]] = {
    "tiers": (_is_tiers, "a list of whole numbers of tokens, usage tier 1 first"),
    "source": (_is_text, "a text"),
    "dated": (_is_day, 'a day, such as "2026-11-20"'),
    "assumed": (_is_flag, "true or false"),
}
_SECTIONS = ("defaults", "queues", "families", "models", "fallback")


class _Reader:
    """One reading of the file; every refusal names it and the key."""

    def __init__(self, path: Path, data: Mapping[str, Any]) -> None:
        self.path = path
        self.data = data

    def models(self) -> Models:
        for key in self.data:
            if key not in _SECTIONS:
                raise self._wrong(key, f"is not known{_did_you_mean(key, _SECTIONS)}")
        queues = {
            name: self._queue(f"queues.{name}", raw) for name, raw in self._table("queues").items()
        }
        families = {
            name: self._checked(f"families.{name}", raw, _MODEL)
            for name, raw in self._table("families").items()
        }
        known: dict[str, Model] = {}
        queue_of: dict[str, Queue] = {}
        for name, raw in self._table("models").items():
            spot = f"models.{name}"
            known[name.lower()], queue_of[name.lower()] = self._model(spot, raw, families, queues)
        fallback, queue_of[""] = self._model("fallback", self._table("fallback"), families, queues)
        return Models(known, queue_of, fallback)

    def _model(
        self,
        spot: str,
        raw: Any,
        families: Mapping[str, Mapping[str, Any]],
        queues: Mapping[str, Queue],
    ) -> tuple[Model, Queue]:
        own = dict(self._checked(spot, raw, {**_MODEL, **_LINKS}))
        family = self._linked(spot, "family", own.pop("family", None), families)
        queue = self._linked(spot, "queue", own.pop("queue", None), queues)
        defaults = self._checked("defaults", self._table("defaults"), _MODEL)
        merged = {**defaults, **family, **own}
        missing = _missing(merged)
        if missing:
            raise self._wrong(f"{spot}.{missing}", "is missing")
        prices = {key: float(merged.pop(key)) for key in PRICES if key in merged}
        sizing = {key: (each[0], each[1]) for key, each in merged.pop("sizing", {}).items()}
        name = spot.removeprefix("models.")
        model = Model(name=name, prices=prices, sizing=sizing, queue_tokens=queue.tokens, **merged)
        return model, queue

    def _queue(self, spot: str, raw: Any) -> Queue:
        values = self._checked(spot, raw, _QUEUE)
        for key in ("tiers", "source", "dated"):
            if key not in values:
                raise self._wrong(f"{spot}.{key}", "is missing")
        return Queue(**{**values, "tiers": tuple(values["tiers"])})

    def _table(self, key: str) -> Mapping[str, Any]:
        value = self.data.get(key)
        if not isinstance(value, dict):
            raise self._wrong(key, "is missing" if value is None else "must be a table")
        return value

    def _checked(
        self, spot: str, raw: Any, keys: Mapping[str, tuple[Check, str]]
    ) -> Mapping[str, Any]:
        if not isinstance(raw, dict):
            raise self._wrong(spot, "must be a table")
        for key, value in raw.items():
            if key not in keys:
                raise self._wrong(f"{spot}.{key}", f"is not known{_did_you_mean(key, keys)}")
            fits, wanted = keys[key]
            if not fits(value):
                raise self._wrong(f"{spot}.{key}", f"must be {wanted}, not {value!r}")
        return raw

    def _linked(self, spot: str, key: str, name: Any, among: Mapping[str, T]) -> T:
        if name is None:
            raise self._wrong(f"{spot}.{key}", "is missing")
        if name not in among:
            meant = _did_you_mean(name, among)
            raise self._wrong(f"{spot}.{key}", f"names {name!r}, which is not there{meant}")
        return among[name]

    def _wrong(self, key: str, what: str) -> ConfigError:
        return ConfigError(f"{self.path}: {key} {what}.", hint=_edit(self.path))


def _missing(merged: Mapping[str, Any]) -> str:
    rule = merged.get("image_rule")
    wanted = {PATCH: ("sizing",), TILE: ("tile_base", "tile_each")}.get(str(rule), ("image_rule",))
    return next((key for key in (*wanted, "source", "dated") if key not in merged), "")


def _did_you_mean(word: str, among: Any) -> str:
    close = difflib.get_close_matches(word, list(among), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
