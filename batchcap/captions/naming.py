"""The proper names in a caption that nothing supports.

Takes a preset, a caption and facts; gives each name with its place and kind. Needs no gazetteer: a
capital within a sentence gives a name away, and lists (configs/checks.toml) hold what capitals
cannot show. Never tells which word of a title Written Like This is a name: nobody could.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from batchcap.captions.evidence import is_commercial, is_editorial
from batchcap.captions.grounds import grounds
from batchcap.captions.kinds import (
    ALLOWED,
    BRAND,
    NAME,
    PERSON,
    PROFANITY,
    before_species,
    ends_in_species,
    is_binomial,
    is_person,
)
from batchcap.captions.listing import listing, loud_in, may_name
from batchcap.captions.reading import is_odd, read
from batchcap.captions.tokens import Token, names, runs, tokens
from batchcap.captions.words import AGENCIES, plurals
from batchcap.records import Caption, Facts, Preset
from batchcap.records.captions import Checks

PROSE = ("title", "headline", "description", "alt_text", "long_description")
_TITLES = ("title", "headline")
LEAST_TITLED = 2
_LEAST_CAPITALS = 3
_SHORT = re.compile(r"[A-Z]{2,4}|[IVXLC]+")  # TV, MRI, XVIII


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One text of a caption; ``index`` is that of a keyword, -1 in prose."""

    field: str
    index: int
    text: str
    words: Sequence[Token]
    speaks: bool  # whether capitals say anything here


@dataclass(frozen=True, slots=True)
class Named:
    """A name without support: where it stands and what it seems to be."""

    field: str
    index: int
    start: int
    end: int
    shown: str
    kind: str


@dataclass(frozen=True, slots=True)
class Support:
    """What a caption may name: words that facts prove, and words read in the picture."""

    lists: Checks
    proven: frozenset[str]
    read: frozenset[str]
    brands_pass: bool

    def shows(self, words: Iterable[str]) -> bool:
        """Whether facts prove, or the picture shows, every one of the words."""
        return all(each in self.proven or each in self.read for each in words)


def support(preset: Preset, caption: Caption, facts: Facts) -> Support:
    """Return what the facts prove, with the other names of a place and what lies around it.

    Words read in the picture count where the photo is editorial, or is not sold at all.
    """
    lists = preset.lists
    readable = not is_commercial(caption, facts) and caption.visible_text
    seen = {each.word for each in tokens(caption.visible_text)} if readable else set()
    proven = grounds(lists, facts).proven
    return Support(lists, proven, frozenset(seen), is_editorial(caption, facts))


def unsupported(preset: Preset, caption: Caption, facts: Facts) -> list[Named]:
    """Return every name that nothing supports, in the order of the caption's fields."""
    return close_look(preset, caption, facts) if _is_loud(preset, caption, facts) else []


def close_look(preset: Preset, caption: Caption, facts: Facts) -> list[Named]:
    """Return the same without asking first whether there may be any."""
    known = support(preset, caption, facts)
    texts = list(_texts(preset, caption, known))
    lower = {
        each.word
        for text in texts
        if text.index < 0 and text.field not in _TITLES
        for each in text.words
        if not each.capital
    }
    found = [(text, *each) for text in texts for each in _named(text, known, lower)]
    # What is a name in one place is one at the start of a sentence, and in a title too.
    seen = {
        each.word
        for text, first, end, _ in found
        for each in text.words[first:end]
        if (text.index >= 0 or not each.opens) and _is_open(each, known)
    } - lower
    for text in texts:
        found += [(text, *each) for each in _again(text, known, seen, found)]
    return [_shown(text, first, end, kind) for text, first, end, kind in found]


def names_nothing(keyword: str, known: Support) -> bool:
    """Whether a keyword could stand in the caption without naming what nothing supports."""
    if loud_in(known.lists, keyword) <= known.proven:
        return True
    text = Text("keywords", 0, keyword, tokens(keyword), speaks=True)
    return not any(True for _ in _named(text, known, set()))


def is_suspect(
    preset: Preset, caption: Caption, proven: Collection[str], kinds: Collection[str]
) -> bool:
    """Whether a caption holds a listed name of these kinds of which not all words are proven."""
    lists = preset.lists
    named = listing(lists, caption.keywords).named
    for name in PROSE:
        if text := getattr(caption, name):
            named = (*named, *read(lists, text).named)
    return any(kind in kinds and not all(each in proven for each in words) for kind, words in named)


def _is_loud(preset: Preset, caption: Caption, facts: Facts) -> bool:
    """Whether any word of a caption may be a name that facts do not prove: most hold none."""
    lists = preset.lists
    proven = grounds(lists, facts).proven
    for field in preset.fields:
        if field.name in PROSE:
            loud = read(lists, getattr(caption, field.name)).loud
        elif field.name == "keywords":
            loud = listing(lists, caption.keywords).loud
        else:
            continue
        if not loud <= proven:
            return True
    return False


def _texts(preset: Preset, caption: Caption, known: Support) -> Iterator[Text]:
    for field in preset.fields:
        if field.name in PROSE:
            text = getattr(caption, field.name)
            words = read(known.lists, text).words
            speaks = field.name not in _TITLES or not is_titled(words, known.lists)
            yield Text(field.name, -1, text, words, speaks)
    if preset.field("keywords"):
        speaks = not _all_capital(caption.keywords, known)
        for index, text in enumerate(caption.keywords):
            if may_name(text, known.lists):
                yield Text("keywords", index, text, tokens(text), speaks)


def is_titled(words: Sequence[Token], lists: Checks) -> bool:
    """Whether a title is Written Like This, so that its capitals say nothing.

    Two capitals at the end may as well be a name ("Dusk at Bondi Beach"): there it takes three.
    """
    small = lists.listed("function_words")
    content = [each for each in words[1:] if each.word not in small and not each.word.isdigit()]
    share = lists.thresholds.title_capitals
    capitals = sum(each.capital for each in content)
    least = LEAST_TITLED if len(words) > 1 and words[1].capital else LEAST_TITLED + 1
    return len(content) >= least and capitals >= share * len(content)


def _all_capital(keywords: Sequence[str], known: Support) -> bool:
    small = sum(each[:1].islower() for each in keywords)
    words = (tokens(each) for each in keywords if not each[:1].islower())
    capitals = sum(bool(each) and _is_open(each[0], known) for each in words)
    share = known.lists.thresholds.keyword_capitals
    return capitals >= _LEAST_CAPITALS and capitals >= share * (capitals + small)


def _is_quiet(word: Token, known: Support) -> bool:
    """Whether a word may be capitalised without naming anything to be proven."""
    lists = known.lists
    if word.word in known.proven:
        return True
    if word.word in known.read and word.word not in lists.listed("first_names"):
        return True
    # A rule of their own finds the agencies.
    common = (lists.listed("function_words"), lists.listed("sign_words"), AGENCIES)
    if any(word.word in each for each in common):
        return True
    if len(word.word) == 1 or _SHORT.fullmatch(word.text) or word.word[-1:].isdigit():
        return True
    for form in (word.word, word.word.removesuffix("s")):
        entry = lists.names.get(form)
        if entry is not None and entry.kind == ALLOWED:
            return True
    parts = word.word.split("'")
    return len(parts) > 1 and all(len(each) == 1 or each in known.proven for each in parts)


def _is_open(word: Token, known: Support) -> bool:
    return word.capital and not _is_quiet(word, known)


def _named(text: Text, known: Support, lower: set[str]) -> Iterator[tuple[int, int, str]]:
    """Yield (first, end, kind) of each name in a text that its own capitals or a list show."""
    words = text.words
    listed, quiet = _listed(text, known)
    taken: set[int] = set()
    for run in runs(text.text, words) if text.speaks else ():
        first, end = run
        inside = [each for each in listed if each[0] < end and each[1] > first]
        open_ = [n for n in range(first, end) if n not in quiet and _is_open(words[n], known)]
        if not inside and not _says_a_name(text, run, open_, lower):
            continue
        kind = _kind(text, run, inside, known)
        taken.update(range(first, end))
        if kind and not _is_quotation(words[first:end], kind):
            first = _after_small_words(words, run, known.lists)
            start = min([first, *(each[0] for each in inside)])
            yield start, max([end, *(each[1] for each in inside)]), kind
    for first, end, kind in listed:
        if not taken.isdisjoint(range(first, end)) or _is_quotation(words[first:end], kind):
            continue
        if not before_species(words, (first, end), known.lists):
            yield first, end, kind
    yield from _persons(text, known, taken)


def _after_small_words(words: Sequence[Token], run: tuple[int, int], lists: Checks) -> int:
    first, end = run
    small = lists.listed("function_words")
    while first < end - 1 and words[first].word in small:
        first += 1
    return first


def _listed(text: Text, known: Support) -> tuple[list[tuple[int, int, str]], set[int]]:
    """Return the listed names without support, and the words that may be capitalised."""
    found: list[tuple[int, int, str]] = []
    quiet: set[int] = set()
    words = text.words
    for first, end, entry in names(words, known.lists):
        span = range(first, end)
        if entry.kind == ALLOWED:
            quiet.update(span)
        elif entry.kind == PROFANITY or known.shows(each.word for each in words[first:end]):
            continue
        elif entry.kind == BRAND and known.brands_pass:
            if not entry.capital or words[first].capital:
                quiet.update(_around(text, first, end))
        elif not entry.capital or (
            text.speaks and words[first].capital and (text.index >= 0 or not words[first].opens)
        ):
            found.append((first, end, entry.kind))
    return found, quiet


def _around(text: Text, first: int, end: int) -> range:
    """Return the run around a brand: what stands beside it is its model."""
    for start, stop in runs(text.text, text.words):
        if start <= first < stop:
            return range(start, max(stop, end))
    return range(first, end)


def _says_a_name(text: Text, run: tuple[int, int], open_: list[int], lower: set[str]) -> bool:
    """Whether the open words of a run make it a name; at the start of a sentence one does not."""
    if not open_:
        return False
    words, first = text.words, run[0]
    if text.index < 0 and words[first].opens and open_ == [first]:
        return is_odd(words[first].text)
    if text.field in _TITLES:
        return not all(_is_vouched(words[n].word, lower) for n in open_)
    return True


def _is_vouched(word: str, lower: set[str]) -> bool:
    return word in lower or word.removesuffix("s") in lower or not lower.isdisjoint(plurals(word))


def _kind(
    text: Text, run: tuple[int, int], inside: Sequence[tuple[int, int, str]], known: Support
) -> str:
    """Return what a run names; "" where it is a kind of animal or plant."""
    words, lists = text.words, known.lists
    if before_species(words, run, lists) or is_binomial(text.text, words, run, lists):
        return ""
    if is_person(words, run, lists):
        return PERSON
    if ends_in_species(words, run, lists):
        return ""
    return inside[0][2] if inside else NAME


def _persons(text: Text, known: Support, taken: set[int]) -> Iterator[tuple[int, int, str]]:
    """Yield the first names that a capital alone does not show: at a start, and as a keyword."""
    givens = known.lists.listed("first_names")
    words = text.words
    for n, each in enumerate(words):
        if each.word not in givens or each.word in known.proven or n in taken:
            continue
        unseen = each.capital and (each.opens or not text.speaks)
        if unseen if text.index < 0 else n == 0:
            # A keyword in lower case is the whole name; in prose only what is capitalised is.
            end = len(words) if text.index >= 0 else n + 1
            run = (n, end)
            species = before_species(words, run, known.lists)
            if is_person(words, run, known.lists) and not (
                species or ends_in_species(words, run, known.lists)
            ):
                yield n, end, PERSON


def _is_quotation(words: Sequence[Token], kind: str) -> bool:
    """Whether a name is only quoted; a person's is none the less a name."""
    return kind != PERSON and all(each.quoted for each in words)


def _again(
    text: Text, known: Support, seen: set[str], found: Sequence[tuple[Text, int, int, str]]
) -> Iterator[tuple[int, int, str]]:
    """Yield the words of a text that are names elsewhere in the caption."""
    if text.index >= 0 and text.speaks:
        return
    taken = {n for other, a, b, _ in found if other is text for n in range(a, b)}
    for n, each in enumerate(text.words):
        if n in taken or not each.capital or each.word not in seen or _is_quiet(each, known):
            continue
        if not each.quoted and not before_species(text.words, (n, n + 1), known.lists):
            yield n, n + 1, NAME


def _shown(text: Text, first: int, end: int, kind: str) -> Named:
    start, stop = text.words[first].start, text.words[end - 1].end
    return Named(text.field, text.index, start, stop, text.text[start:stop], kind)
