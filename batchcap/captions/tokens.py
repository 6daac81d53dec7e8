"""Running text as words that know their place, and the names from lists among them.

Takes a text, gives tokens and the runs of capitalised ones. Never judges a name.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from batchcap.captions.text import fold
from batchcap.records.captions import Checks, Listed

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")  # noqa: RUF001 both apostrophes are met
_QUOTED = re.compile(r"\"[^\"]*\"|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»")
_QUOTES = frozenset('"“”„«»')
_ENDS = frozenset(".!?…:。！？")  # noqa: RUF001 real end marks
_OPENERS = frozenset('"“„«([-–—•')  # noqa: RUF001 real marks
ABBREVIATED = frozenset({"st", "ste", "mt", "ft", "dr", "mr", "mrs", "ms", "prof", "no", "vs"})
_JOINTS = frozenset({" ", "-", "‑", "'", "’", " & ", "/"})  # noqa: RUF001 real marks
_CONNECTORS = frozenset(
    [
        *("of", "the", "de", "del", "della", "delle", "dello", "dei", "degli", "di", "da", "do"),
        *("dos", "das", "du", "des", "la", "le", "les", "el", "los", "las", "lo", "al", "van"),
        *("von", "der", "den", "zum", "zur", "am", "an", "auf", "y", "e", "i", "d", "l"),
    ]
)
_MOST_CONNECTORS = 2


class Token(NamedTuple):
    """One word: as it stands, folded for comparing, where, and what its capital may say.

    ``opens`` is set where a sentence or a quotation begins: a capital there says nothing.
    """

    text: str
    word: str
    start: int
    end: int
    capital: bool
    opens: bool
    quoted: bool


# As Token() makes one, without a function of Python's between.
_make: Callable[[tuple[str, str, int, int, bool, bool, bool]], Token] = partial(
    tuple.__new__, Token
)


def tokens(text: str) -> list[Token]:
    """Return the words of a text; a possessive 's is left out of the folded word."""
    quoted = _quotations(text)
    small = text.lower()
    even = text.isascii()  # no other text is sure to keep its length when it is folded
    found: list[Token] = []
    last, before = 0, ""
    for match in _WORD.finditer(text):
        start, end = match.span()
        word = match[0]
        lower = small[start:end] if even else word.lower()
        opens = not found or (start - last > 1 and _opens(text[last:start], before))
        before = lower.removesuffix("'s") if even else bare(word)
        inside = bool(quoted) and any(a <= start < b for a, b in quoted)
        # A capital anywhere: iPhone, d'Orsay; what begins with a digit is no name.
        capital = word != lower and not word[0].isdigit()
        found.append(_make((word, before, start, end, capital, opens, inside)))
        last = end
    return found


def bare(word: str) -> str:
    """Return a word folded, with straight apostrophes and without a possessive 's."""
    folded = fold(word)
    if folded.isalpha():
        return folded
    return folded.replace("’", "'").removesuffix("'s")  # noqa: RUF001


def key_of(name: str) -> str:
    """Return what a listed name is compared by: its words, folded."""
    return " ".join(each.word for each in tokens(name))


def runs(text: str, words: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of each run of capitalised words, small words like "de" between them."""
    place = 0
    while place < len(words):
        if not words[place].capital:
            place += 1
            continue
        end = place + 1
        while (after := _next(text, words, end)) is not None:
            # The first word of a sentence is not tied on by a small word: View of, Tour de.
            if after > end and end == place + 1 and words[place].opens:
                break
            end = after + 1
        yield place, end
        place = end


def names(words: Sequence[Token], lists: Checks) -> Iterator[tuple[int, int, Listed]]:
    """Yield (first, end, entry) of each listed name, the longest first, in any case."""
    place, count = 0, len(words)
    reach = lists.reach
    while place < count:
        longest = reach.get(words[place].word, 0)
        step = 1
        for size in range(min(longest, count - place), 0, -1):
            inner = words[place + 1 : place + size]
            if any(each.opens for each in inner):
                continue
            entry = lists.names.get(" ".join(each.word for each in words[place : place + size]))
            if entry is not None:
                yield place, place + size, entry
                step = size
                break
        place += step


def has_quotes(text: str) -> bool:
    """Whether a text holds a quotation mark at all."""
    return not _QUOTES.isdisjoint(text)


def _quotations(text: str) -> list[tuple[int, int]]:
    if not has_quotes(text):
        return []
    return [found.span() for found in _QUOTED.finditer(text)]


def _opens(gap: str, before: str) -> bool:
    if not _QUOTES.isdisjoint(gap) and gap[-1] in _OPENERS:
        return True
    if _ENDS.isdisjoint(gap):
        return False
    return not (gap == ". " and (before in ABBREVIATED or len(before) == 1))


def _next(text: str, words: Sequence[Token], place: int) -> int | None:
    """Return where the run goes on at or after ``place``, or None where it ends."""
    for skipped in range(_MOST_CONNECTORS + 1):
        at = place + skipped
        if at >= len(words):
            return None
        each = words[at]
        gap = text[words[at - 1].end : each.start]
        if each.opens or not (gap in _JOINTS or gap == ". "):
            return None
        if each.capital:
            return at
        if each.word not in _CONNECTORS:
            return None
    return None
