"""The rules on the form of titles and sentences: case, punctuation, and saying a thing once.

Each rule takes a preset, a caption and the facts, and repairs what is safe. Never lowers a capital
that may belong to a name.
"""

import re
import unicodedata
from collections.abc import Iterator

from batchcap.captions.evidence import places, sayable
from batchcap.captions.grounds import grounds
from batchcap.captions.naming import PROSE, is_titled
from batchcap.captions.prose import changed, found
from batchcap.captions.reading import read
from batchcap.captions.text import fold
from batchcap.captions.tokens import names, tokens
from batchcap.captions.words import plurals
from batchcap.records import Caption, Facts, Preset, Severity, Verdict
from batchcap.records.captions import Checks

_TITLES = ("title", "headline")
_LEAST_SHOUTED = 2
_LONG = 4
_NAME_WORDS = 4
_KEPT_SIGNS = frozenset("°")
_PICTORIAL = frozenset({"So", "Sk"})
_SELECTORS = range(0xFE00, 0xFE10)
_SMALL = (
    "the",
    "a",
    "an",
    "of",
    "in",
    "on",
    "at",
    "with",
    "and",
    "to",
    "for",
    "by",
    "from",
    "is",
    "are",
)
# Not beside the rest of another word: "Check-in in Rome", "Xi'an an hour", "of of-course".
_TWICE = re.compile(
    rf"(?<![\w'’-])({'|'.join(_SMALL)}) (\1)(?![\w'’-])",  # noqa: RUF001 both apostrophes are met
    re.IGNORECASE,
)
_PLAIN = re.compile(r"\w(?:[\w '’.-]*\w)?")  # noqa: RUF001 both apostrophes are met
_TIDY = (
    (re.compile(r"([,;:])(?:\s*[,;:])+"), r"\1"),
    (re.compile(r" +([,.;:!?])(?=\s|$)"), r"\1"),
    (re.compile(r"([!?])[!?]+"), r"\1"),
    (re.compile(r"(?<!\.)\.\.(?!\.)"), "."),
    (re.compile(r",(?=[^\W\d_])"), ", "),
    (re.compile(r"\(\s*\)"), ""),
    (re.compile(r" {2,}"), " "),
)


def punctuation(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Take emoji, doubled marks, doubled small words and the full stop of a title out.

    A place that is written with signs of its own is left as it is, and the texts with it.
    """
    verdict = Verdict(caption)
    if not all(_PLAIN.fullmatch(name) and _tidy(name) == name for name in places(facts)):
        return verdict
    for name, text in _texts(preset, caption):
        bare = _tidy(text)
        if name in _TITLES and bare.endswith(".") and not bare.endswith(".."):
            bare = bare[:-1].rstrip()
        if bare != text:
            told = f"Signs or marks that say nothing were taken out of {name}."
            verdict = changed(verdict, ("punctuation", name), bare, told)
    return verdict


def sentence_case(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Lower a text IN CAPITALS, and a Title Written Like This where no capital can be a name.

    Names that the facts, the lists or another text of the caption spell keep their capitals. In a
    title every other word must stand in lower case in another text, else the title stays.
    """
    verdict = Verdict(caption)
    spelled: dict[str, str] | None = None
    for name, text in _texts(preset, caption):
        shouted = is_shouted(text)
        if not shouted and not (
            name in _TITLES
            and is_titled(read(preset.lists, text).words, preset.lists)
            and not text.isupper()
        ):
            continue
        spelled = spelled if spelled is not None else _spellings(preset, caption, facts)
        if not shouted and not _is_safe(text, name, caption, (preset.lists, spelled)):
            continue
        lowered = _lowered(text, preset.lists, spelled)
        if lowered != text:
            told = f"{name} was put into sentence case."
            verdict = changed(verdict, ("sentence_case", name), lowered, told)
    return verdict


def title_is_description(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again where title and description say the same, or nearly; agencies refuse it."""
    verdict = Verdict(caption)
    if not (preset.field("title") and preset.field("description")):
        return verdict
    title, text = (fold(each).rstrip(".!? ") for each in (caption.title, caption.description))
    if not title:
        return verdict
    told = "Title and description are the same words."
    if title == text:
        return found(verdict, ("title_is_description", Severity.AGAIN, "title"), told)
    # The place stands in both by our own rule, and small words say nothing.
    lists = preset.lists
    common = grounds(lists, facts).place_words
    small = lists.listed("function_words")
    # Folding an ASCII text leaves its words what they are.
    said = [
        one if one.isascii() else folded
        for one, folded in ((caption.title, title), (caption.description, text))
    ]
    ours, theirs = ({each.word for each in read(lists, one).words} - common - small for one in said)
    limit = lists.thresholds.title_likeness
    both = ours | theirs
    if limit and ours and len(both) > 1 and len(ours & theirs) >= limit * len(both):
        told = "Title and description are nearly the same words: say more in the description."
        return found(verdict, ("title_is_description", Severity.AGAIN, "title"), told)
    return verdict


def is_shouted(text: str) -> bool:
    """Whether a text is IN CAPITALS: two long words at least, and no word in small letters."""
    if text.upper() != text or text.lower() == text:
        return False
    return sum(len(each.text) >= _LONG for each in tokens(text)) >= _LEAST_SHOUTED


def _texts(preset: Preset, caption: Caption) -> Iterator[tuple[str, str]]:
    for field in preset.fields:
        if field.name in PROSE:
            yield field.name, getattr(caption, field.name)


def _tidy(text: str) -> str:
    bare = text
    if not text.isascii():
        bare = "".join(each for each in text if not _is_pictorial(each))
    for pattern, kept in _TIDY:
        bare = pattern.sub(kept, bare)
    bare = _TWICE.sub(lambda found: found[1] if found[2].islower() else found[0], bare)
    return " ".join(bare.split())


def _is_pictorial(char: str) -> bool:
    if char in _KEPT_SIGNS or char.isascii():
        return False
    return unicodedata.category(char) in _PICTORIAL or ord(char) in _SELECTORS


def _spellings(preset: Preset, caption: Caption, facts: Facts) -> dict[str, str]:
    """Return folded words and phrases whose capitals are known, and how they are spelled."""
    known: dict[str, str] = {}
    for field in preset.fields:
        text = getattr(caption, field.name) if field.name in PROSE else ""
        if field.name in _TITLES or not text or is_shouted(text):
            continue
        known |= {each.word: each.text for each in tokens(text) if each.capital and not each.opens}
    for fact in sayable(facts):
        words = tokens(fact)
        if len(words) == 1 or (len(words) > _NAME_WORDS and not is_shouted(fact)):
            known |= {each.word: each.text for each in words if each.capital}
        elif not is_shouted(fact):
            known[" ".join(each.word for each in words)] = fact
    return known


def _is_safe(text: str, name: str, caption: Caption, known: tuple[Checks, dict[str, str]]) -> bool:
    lists, spelled = known
    words = tokens(text)
    listed = {n for first, end, _ in names(words, lists) for n in range(first, end)}
    listed |= {
        n
        for n, each in enumerate(words)
        if any(f" {each.word} " in f" {phrase} " for phrase in spelled if " " in phrase)
    }
    elsewhere = {
        each.word
        for other in (*(getattr(caption, field) for field in PROSE if field != name),)
        for each in (tokens(other) if not is_titled(tokens(other), lists) else ())
        if not each.capital
    }
    elsewhere |= lists.listed("function_words")
    return all(
        not each.capital
        or n in listed
        or each.word in spelled
        or each.word in elsewhere
        or each.word.removesuffix("s") in elsewhere
        or not elsewhere.isdisjoint(plurals(each.word))
        for n, each in enumerate(words)
    )


def _lowered(text: str, lists: Checks, spelled: dict[str, str]) -> str:
    words = tokens(text)
    kept = {n: spelled[each.word] for n, each in enumerate(words) if each.word in spelled}
    said = [each.word for each in words]
    for first in range(len(words)):
        for size in range(2, _NAME_WORDS + 1):
            phrase = spelled.get(" ".join(said[first : first + size]))
            if phrase and first + size <= len(words):
                kept |= {first + n: each.text for n, each in enumerate(tokens(phrase))}
    for first, end, entry in names(words, lists):
        parts = tokens(entry.spelling)
        if not entry.capital and len(parts) == end - first:
            kept |= {first + n: each.text for n, each in enumerate(parts)}
    pieces, last = [], 0
    for n, each in enumerate(words):
        lower = kept.get(n) or each.text.lower()
        if fold(lower) != fold(each.text):
            lower = each.text.lower()  # a possessive: ROME'S
            lower = lower[:1].upper() + lower[1:] if n in kept else lower
        if each.opens:
            lower = lower[:1].upper() + lower[1:]
        pieces += [text[last : each.start], lower]
        last = each.end
    return "".join((*pieces, text[last:]))
