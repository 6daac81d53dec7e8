"""The rules on titles, descriptions and other running text.

Each rule takes a preset, a caption and the facts, and gives the caption, repaired where that is
safe, with what it found. A rule never raises and never reads another rule's findings.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from batchcap.captions.chatter import is_refusal, is_talk, without_talk
from batchcap.captions.evidence import places
from batchcap.captions.text import (
    breaks_off,
    ends_sentence,
    last_word,
    plain,
    says,
    sentence_ends,
    trim,
)
from batchcap.captions.tokens import key_of
from batchcap.records import Caption, Facts, Field, Finding, Preset, Severity, Verdict

Rule = Callable[[Preset, Caption, Facts], Verdict]

_MODEL_PROSE = ("headline", "title", "description", "alt_text", "long_description")
SENTENCES = ("description", "long_description")
_FLOORS = {"title": 5, "headline": 5, "description": 20, "long_description": 20, "alt_text": 20}
_HOPELESS = 3  # a text this many times too long was not meant for the field: trimming would gut it
_LEAST_KEPT = 0.4
_ALIAS = 4  # letters


def too_long(preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Trim a text over its limit at a sentence or word end; over three times the limit, ask again.

    Where trimming would leave less than two fifths of the limit, the photo is asked again too.
    """
    verdict = Verdict(caption)
    for field, text in _texts(preset, caption):
        limit = field.max_chars
        if not limit or len(text) <= limit:
            continue
        short = _trimmed(field, text)
        if len(text) > _HOPELESS * limit or len(short) < max(least(field), _LEAST_KEPT * limit):
            told = f"{field.name} has {len(text)} characters where {limit} are allowed."
            verdict = found(verdict, ("too_long", Severity.AGAIN, field.name), told)
            continue
        told = f"{field.name} was trimmed from {len(text)} to {len(short)} characters."
        verdict = changed(verdict, ("too_long", field.name), short, told)
    return verdict


def too_short(preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Ask again for a text that is too short to say anything: 20 characters for a description."""
    verdict = Verdict(caption)
    for field, text in _texts(preset, caption):
        floor = least(field)
        if len(text) < floor:
            told = f"{field.name} has {len(text)} characters where {floor} are the least."
            verdict = found(verdict, ("too_short", Severity.AGAIN, field.name), told)
    return verdict


def markup(_preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Take control characters, bidi marks, tags and markdown out of every text."""
    verdict = Verdict(caption)
    for name in (*_MODEL_PROSE, "visible_text", "release_reason"):
        text = getattr(caption, name)
        bare = plain(text)
        if bare != text:
            told = f"Markup or control characters were taken out of {name}."
            verdict = changed(verdict, ("markup", name), bare, told)
    return verdict


def chatter(_preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Strip "Certainly! Here is…" and farewells; ask again where talk and caption do not part."""
    verdict = Verdict(caption)
    for name in _MODEL_PROSE:
        text = getattr(caption, name)
        bare = without_talk(text)
        if bare != text:
            told = f"The model's talk around {name} was taken out."
            verdict = changed(verdict, ("chatter", name), bare, told)
        if is_talk(bare):
            told = f"{name} speaks of the model or its answer and not of the photo."
            verdict = found(verdict, ("chatter", Severity.AGAIN, name), told)
    return verdict


def refusal(_preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Hold a caption in which the model declines to describe the photo; it is never asked again."""
    verdict = Verdict(caption)
    for name in _MODEL_PROSE:
        if is_refusal(getattr(caption, name)):
            told = f"The model declines in {name}: write this caption by hand or leave it out."
            verdict = found(verdict, ("refusal", Severity.HOLD, name), told)
    return verdict


def truncated(preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Ask again for a text that breaks off; give a whole sentence the full stop it lacks.

    A text breaks off at a comma, an open bracket, dots, a word like "of", in the middle of a word
    that stands whole elsewhere in the caption, or in a second sentence without an end.
    """
    verdict = Verdict(caption)
    for field, text in _texts(preset, caption):
        if field.name not in _MODEL_PROSE or not text:
            continue
        sentence = field.name in SENTENCES
        if breaks_off(text) or (sentence and _cut(caption, text)):
            told = f"{field.name} breaks off before its end."
            verdict = found(verdict, ("truncated", Severity.AGAIN, field.name), told)
        elif sentence and not ends_sentence(text) and _fits(field, text + "."):
            told = f"{field.name} was given the full stop it lacked."
            verdict = changed(verdict, ("truncated", field.name), text + ".", told)
    return verdict


def place_in_description(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Add the known city and country to a description that lacks them; ask again if it is full.

    Another name of the same place is as good, but for short ones such as US: us is a word, too.
    """
    field = preset.field("description")
    verdict = Verdict(caption)
    names = places(facts)
    text = caption.description
    unsaid = [name for name in names if not _says_place(preset, text, name)]
    if field is None or not text or not unsaid:
        return verdict
    missing = " and ".join(unsaid)
    longer = f"{text} {', '.join(names)}."
    if ends_sentence(text) and _fits(field, longer):
        told = f"Added to the description: {missing}."
        return changed(verdict, ("place_in_description", "description"), longer, told)
    told = f"The description does not say {missing}, which cannot be added safely."
    return found(verdict, ("place_in_description", Severity.AGAIN, "description"), told)


def least(field: Field) -> int:
    """Return the fewest characters that a text must have to say anything."""
    return field.min_chars or _FLOORS.get(field.name, 0)


def found(verdict: Verdict, about: tuple[str, Severity, str], told: str) -> Verdict:
    """Return the verdict with one more finding; ``about`` is rule, severity and field."""
    return replace(verdict, findings=(*verdict.findings, Finding(*about, told)))


def changed(
    verdict: Verdict, about: tuple[str, str], value: str | tuple[str, ...], told: str
) -> Verdict:
    """Return the verdict with one field repaired and the finding; ``about`` is rule and field."""
    rule, name = about
    values: dict[str, Any] = {name: value}
    caption = replace(verdict.caption, **values)
    finding = Finding(rule, Severity.REPAIRED, name, told)
    return Verdict(caption, (*verdict.findings, finding))


def _says_place(preset: Preset, text: str, name: str) -> bool:
    others = preset.lists.same.get(key_of(name), ())
    return says(text, name) or any(len(each) >= _ALIAS and says(text, each) for each in others)


def _texts(preset: Preset, caption: Caption) -> Iterator[tuple[Field, str]]:
    for field in preset.fields:
        if field.kind == "text":
            yield field, getattr(caption, field.name)


def _fits(field: Field, text: str) -> bool:
    return not field.max_chars or len(text) <= field.max_chars


def _trimmed(field: Field, text: str) -> str:
    if field.name not in SENTENCES:
        return trim(text, field.max_chars)
    short = trim(text, field.max_chars)
    if ends_sentence(short):
        return short
    shorter = trim(text, field.max_chars - 1)
    return shorter if not shorter or ends_sentence(shorter) else f"{shorter}."


def _cut(caption: Caption, text: str) -> bool:
    if ends_sentence(text):
        return False
    if sentence_ends(text):
        return True
    last = last_word(text)
    others = " ".join((caption.title, *caption.keywords)).casefold().split()
    return bool(last) and last not in others and any(_begins(last, other) for other in others)


def _begins(start: str, word: str) -> bool:
    """Whether a word goes on by more than an ending such as -s, -es or -ing."""
    return word.startswith(start) and word[len(start) :] not in {"", "s", "es", "ed", "ing", "er"}
