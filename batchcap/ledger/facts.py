"""Facts as the ledger keeps them: whole, and what of them a caption may rest on."""

import json
import unicodedata
from dataclasses import asdict

import jiter

from batchcap.records import Fact, Facts

# What the model is told. Evidence, details, codes and the camera change without changing words.
MATERIAL = ("country", "state", "city", "location", "release", "taken", "notes", "names")
_TAKEN = '"taken": {'
_DAY = len("2026-11-20")


def facts_to_json(facts: Facts) -> str:
    """Return facts as JSON text, stable for equal facts."""
    known = {key: value for key, value in asdict(facts).items() if value}
    return json.dumps(known, ensure_ascii=False, sort_keys=True)


def facts_from_json(text: str) -> Facts:
    """Return the facts that ``facts_to_json`` wrote."""
    data = jiter.from_json(text.encode())
    contradictions = tuple(data.pop("contradictions", ()))
    return Facts(
        **{key: Fact(**value) for key, value in data.items()}, contradictions=contradictions
    )


def undated(text: str) -> str:
    """Return what ``facts_to_json`` wrote without the time; the same for photos alike but for it.

    Keys are sorted, and no quote within a value stands without a backslash.
    """
    whole, found, _ = text.rpartition(_TAKEN)
    return whole.removesuffix(", ") + "}" if found else text


def told_to_json(facts: Facts) -> str:
    """Return what of the facts a caption may rest on, as JSON text: equal where they say the same.

    Case and blanks are no difference, nor is the time of the day.
    """
    told = {name: _said(name, fact) for name in MATERIAL if (fact := getattr(facts, name))}
    return json.dumps(told, ensure_ascii=False)


def _said(name: str, fact: Fact) -> str:
    value = fact.value[:_DAY] if name == "taken" else fact.value
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())
