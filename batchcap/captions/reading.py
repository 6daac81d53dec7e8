"""Texts read once: their words, what a list says of them, what has to be proven.

Takes a text and the lists; gives what several rules ask of them. Never looks at facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from batchcap.captions.kinds import ALLOWED, PROFANITY
from batchcap.captions.tokens import Token, names, tokens
from batchcap.records.captions import Checks, Listed

_TEXTS = 64  # a review reads some twenty texts several times
NOTHING: frozenset[str] = frozenset()

Span = tuple[int, int, Listed]
Named = tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One text: its words, and the listed names among them.

    ``begins`` is set where any word begins a listed name, ``named`` holds each kind with its words.
    ``loud`` holds the words that can make a name: where facts prove all of them, the text names
    nothing that is unsupported.
    """

    words: Sequence[Token]
    listed: Sequence[Span]
    begins: bool
    named: Sequence[Named]
    loud: frozenset[str]


def read(lists: Checks, text: str) -> Reading:
    """Return a text's reading."""
    return lists.remembered(_read, _TEXTS)(text)


def is_odd(word: str) -> bool:
    """Whether a capital stands where no sentence puts one: iPhone, McDonald."""
    return word != word.upper() and word[1:] != word[1:].lower()


def _read(lists: Checks, text: str) -> Reading:
    words = tokens(text)
    reach = lists.reach
    begins = any([each.word in reach for each in words])  # noqa: C419 a list is quicker
    listed = tuple(names(words, lists)) if begins else ()
    allowed, named = spans(words, listed)
    given = lists.listed("first_names")
    loud = [
        each.word
        for n, each in enumerate(words)
        if n in named
        or (each.capital and each.word in given)
        # A capital where a sentence begins says nothing.
        or (each.capital and n not in allowed and (not each.opens or is_odd(each.text)))
    ]
    return Reading(words, listed, begins, named_in(words, listed), frozenset(loud))


def named_in(words: Sequence[Token], listed: Sequence[Span]) -> Sequence[Named]:
    """Return the kind of each listed name with its words; Windows are one, windows are not."""
    return tuple(
        (each.kind, frozenset([word.word for word in words[first:end]]))
        for first, end, each in listed
        if _is_name(words, first, each)
    )


def _is_name(words: Sequence[Token], first: int, entry: Listed) -> bool:
    """Whether a listed name is one as it stands: Windows are software, windows are not."""
    return not entry.capital or words[first].capital


def spans(words: Sequence[Token], listed: Sequence[Span]) -> tuple[set[int], set[int]]:
    """Return where words stand that may always be capitalised, and where listed names do."""
    allowed: set[int] = set()
    named: set[int] = set()
    for first, end, each in listed:
        if each.kind == ALLOWED:
            allowed.update(range(first, end))
        elif each.kind != PROFANITY and _is_name(words, first, each):
            named.update(range(first, end))
    return allowed, named
