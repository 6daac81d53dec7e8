"""A model's answer as a Caption.

Takes a preset and the answer's text, gives a Caption of clean text, or the Trouble with it: empty,
refusal, truncated, too_big or bad_json. Never raises on any text and never repairs the content.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jiter

from batchcap.captions.chatter import is_refusal
from batchcap.captions.plain_form import split_plain
from batchcap.captions.text import fold, plain
from batchcap.captions.words import MAX_BYTES
from batchcap.records import Caption, Field, Preset, Trouble
from batchcap.records.captions import Checks

_MOST_CHARS = 100_000  # ten times what the longest preset may answer
_MOST_STARTS = 20
_DECODER = json.JSONDecoder(strict=False)  # a raw newline within a string is common and harmless
_MOST_WORDS = 65536
_JOINT = " | "
# What is left of plain words alone: printable ASCII, but for markup.
_TIDY = bytes(set(range(ord(" "), ord("~") + 1)) - set(b"<>*`"))
_TEXTS = {str}
_SAY = {"text": "text", "list": "a list of texts", "choice": "text"}


def parse(preset: Preset, text: str) -> Caption | Trouble:
    """Return the answer as a caption, or why it is none.

    A JSON answer may stand in a code fence or between words; unknown keys are ignored, a missing
    key or a wrong type is Trouble where the field is required. A plain answer is a description, a
    blank line and keywords.
    """
    if len(text) > _MOST_CHARS:
        return Trouble("too_big", f"The answer has {len(text)} characters.")
    # What opens with a brace holds at least that one.
    if not text.lstrip().startswith("{") and not plain(text):
        return Trouble("empty", "The answer is empty.")
    if preset.form == "plain":
        description, keywords = split_plain(text)
        return Caption(description=description, keywords=keywords)
    asked = preset.lists.latest(_asked, preset)
    answer = _object_in(text, asked.names)
    if isinstance(answer, Trouble):
        return answer
    return _usual(asked, answer) or _field_by_field(preset, answer)


def _field_by_field(preset: Preset, answer: Mapping[str, Any]) -> Caption | Trouble:
    values: dict[str, Any] = {}
    for field in preset.fields:
        if field.name not in answer:
            value: str | tuple[str, ...] | Trouble = Trouble(
                "bad_json", f"The answer has no {field.name}."
            )
        else:
            value = _typed(field, answer[field.name])
        if isinstance(value, Trouble):
            if field.required:
                return value
            continue
        values[field.name] = value
    return Caption(**values)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a preset asks for: names with their types, and which name is of which kind.

    ``words`` are those of lists that were found to be clean.
    """

    names: Sequence[str]
    types: Sequence[type]
    texts: Sequence[str]
    lists: Sequence[str]
    choices: Sequence[tuple[str, frozenset[str]]]
    words: set[str]


def _asked(_lists: Checks, preset: Preset) -> _Asked:
    fields = preset.fields
    return _Asked(
        names=[each.name for each in fields],
        types=[list if each.kind == "list" else str for each in fields],
        texts=[each.name for each in fields if each.kind == "text"],
        lists=[each.name for each in fields if each.kind == "list"],
        choices=[
            (each.name, frozenset(one for one in each.choices if plain(one) == one))
            for each in fields
            if each.kind == "choice"
        ],
        words=set(),
    )


def _usual(asked: _Asked, answer: Mapping[str, Any]) -> Caption | None:
    """Return an answer that is all that was asked for and clean, as most are; None for another."""
    try:
        said = {each: answer[each] for each in asked.names}
    except KeyError:
        return None
    if list(map(type, said.values())) != asked.types:
        return None
    for name, choices in asked.choices:
        if said[name] not in choices:
            return None
    if not _is_clean([said[each] for each in asked.texts if said[each]]):
        return None
    for name in asked.lists:
        if not _are_clean(asked.words, said[name]):
            return None
        said[name] = tuple(said[name])
    return Caption(**said)


def _are_clean(known: set[str], words: Sequence[Any]) -> bool:
    """Whether a list holds clean words alone; they are remembered."""
    try:
        if known.issuperset(words):
            return True
    except TypeError:  # a list within the list
        return False
    if not (set(map(type, words)) <= _TEXTS and _is_clean(words)):
        return False
    if len(known) >= _MOST_WORDS:
        known.clear()
    known.update(each for each in words if len(each) <= MAX_BYTES)
    return True


def _is_clean(told: Sequence[str]) -> bool:
    """Whether no text has to be cleaned, nor any word is empty: all at once."""
    row = f" {_JOINT.join(told)} "
    # A blank beside another one: at an end, between two, or in an empty word.
    return row.isascii() and not row.encode().translate(None, _TIDY) and "  " not in row


def _typed(field: Field, value: object) -> str | tuple[str, ...] | Trouble:
    if field.kind == "list" and isinstance(value, list):
        if set(map(type, value)) <= _TEXTS:
            return tuple(word for word in map(plain, value) if word)
    elif field.kind == "text" and isinstance(value, str):
        return plain(value)
    elif field.kind == "choice" and isinstance(value, str):
        return _chosen(field, plain(value))
    return Trouble("bad_json", f"The answer's {field.name} is not {_SAY[field.kind]}.")


def _chosen(field: Field, value: str) -> str | Trouble:
    if value in field.choices:
        return value
    for choice in field.choices:
        if fold(choice) == fold(value):
            return choice
    told = f"The answer's {field.name} is none of {', '.join(field.choices)}."
    return Trouble("bad_json", told)


def _object_in(text: str, names: Sequence[str]) -> dict[str, Any] | Trouble:
    """Return the first JSON object that holds one of the names, whatever stands around it."""
    if text.startswith("{"):
        try:
            whole: dict[str, Any] = jiter.from_json(text.encode())
        except ValueError:
            whole = {}  # then it is looked for below
        if not whole.keys().isdisjoint(names):
            return whole
    starts = [found.start() for found in re.finditer(r"\{", text)][:_MOST_STARTS]
    other = False
    for start in starts:
        try:
            value, _ = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if not value.keys().isdisjoint(names):
            return dict(value)
        other = True
    if other:
        return Trouble("bad_json", "The answer is JSON without any of the fields asked for.")
    if not starts and is_refusal(plain(text)):
        return Trouble("refusal", "The model declines to describe this photo.")
    if starts and text.count("{") > text.count("}"):
        return Trouble("truncated", "The answer stops in the middle of its JSON.")
    return Trouble("bad_json", "The answer is not the JSON object asked for.")
