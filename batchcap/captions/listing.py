"""Keywords read once: what each is compared and found by, and what has to be proven of it.

Takes keywords and the lists; gives what several rules ask of them. Never looks at facts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from batchcap.captions import signs
from batchcap.captions.kinds import ALLOWED, BRAND
from batchcap.captions.reading import NOTHING, Named, Span, named_in, spans
from batchcap.captions.text import fold, foreign_letters
from batchcap.captions.tokens import Token, names, tokens
from batchcap.captions.words import (
    AGENCIES,
    CAMERA_BRANDS,
    FILE_WORDS,
    MAX_BYTES,
    is_camera_word,
    is_unwanted,
    key,
    keywords_in,
    plurals,
)
from batchcap.records.captions import Checks

_WORDS = 8192


@dataclass(frozen=True, slots=True)
class Entry:
    """One keyword: what it is compared by, and under which words and pairs it is found.

    ``plain`` says that it is short small letters and on no list, as nearly every one is. ``signs``
    are those it bears wherever it stands, ``listed`` the words of listed names in it.
    """

    key: str
    plurals: frozenset[str]
    stem: str
    found_by: tuple[str, ...]
    plain: bool
    named: Sequence[Named]
    loud: frozenset[str]
    listed: frozenset[str]
    signs: int


class Listing:
    """The keywords of a caption, in order."""

    def __init__(self, lists: Checks, keywords: tuple[str, ...]) -> None:
        self.entries = entries(lists, keywords)

    @cached_property
    def keys(self) -> frozenset[str]:
        """What the keywords are compared by."""
        return frozenset([each.key for each in self.entries])

    @cached_property
    def named(self) -> Sequence[Named]:
        """The listed names in all keywords."""
        return [name for each in self.entries if each.named for name in each.named]

    @cached_property
    def loud(self) -> frozenset[str]:
        """The words that can make a name."""
        return NOTHING.union(*[each.loud for each in self.entries if each.loud])

    def first(self, count: int) -> frozenset[str]:
        """Return the words by which the first keywords are found."""
        return NOTHING.union(*[each.found_by for each in self.entries[:count]])

    def index(self) -> dict[str, int]:
        """Return where each keyword, each of its words and each pair of them stands first."""
        place: dict[str, int] = {}
        for n in range(len(self.entries) - 1, -1, -1):
            place.update(dict.fromkeys(self.entries[n].found_by, n))
        return place


def listing(lists: Checks, keywords: tuple[str, ...]) -> Listing:
    """Return what there is to know of a caption's keywords."""
    return lists.latest(Listing, keywords)


def entries(lists: Checks, keywords: Iterable[str]) -> list[Entry]:
    """Return what there is to know of each keyword."""
    return [known(lists, each) for each in keywords]


def known(lists: Checks, keyword: str) -> Entry:
    """Return what there is to know of a keyword; remembered, unless it is too long to be one."""
    if len(keyword) > MAX_BYTES:
        return entry_of(lists, keyword)
    return lists.remembered(entry_of, _WORDS)(keyword)


def loud_in(lists: Checks, keyword: str) -> frozenset[str]:
    """Return the words of a keyword that can make a name."""
    return known(lists, keyword).loud


def stem(word: str, lists: Checks) -> str:
    """Return the word of which a folded word is another form or spelling."""
    if " " in word:
        return " ".join(lists.spellings.get(each, each) for each in word.split())
    return lists.stems.get(word) or lists.spellings.get(word, word)


def may_name(keyword: str, lists: Checks) -> bool:
    """Whether a keyword is worth a close look: most are small words on no list."""
    if not keyword.islower():
        return True
    words = keyword.split() if keyword.isascii() and "-" not in keyword else key(keyword).split()
    begun: Mapping[str, object] = lists.names if len(words) == 1 else lists.reach
    return not (begun.keys().isdisjoint(words) and lists.listed("first_names").isdisjoint(words))


def entry_of(lists: Checks, keyword: str) -> Entry:
    """Return what there is to know of a keyword, worked out anew."""
    word, words = key(keyword), tokens(keyword)
    listed = tuple(names(words, lists))
    named = named_in(words, listed)
    plain = _is_plain(keyword)
    most = lists.thresholds.phrase_words
    long = bool(most) and keyword.count(" ") >= most
    return Entry(
        key=word,
        plurals=plurals(word),
        stem=stem(word, lists),
        found_by=tuple(dict.fromkeys(_found_by(word, lists))),
        plain=plain,
        named=named,
        loud=_loud(words, listed, lists) if may_name(keyword, lists) else NOTHING,
        listed=NOTHING.union(*(each for kind, each in named if kind != ALLOWED)),
        signs=(0 if keywords_in(keyword) == [keyword] else signs.UNTIDY)
        | (signs.SENTENCE if long else 0)
        | (signs.FOREIGN if foreign_letters(keyword) else 0)
        | (0 if plain or _is_wanted(keyword) else signs.UNWANTED)
        | (signs.TRADE if any(kind == BRAND for kind, _ in named) else 0),
    )


def _is_wanted(keyword: str) -> bool:
    return not (is_unwanted(keyword) or fold(keyword).partition(" ")[0] in CAMERA_BRANDS)


def _loud(words: Sequence[Token], listed: Sequence[Span], lists: Checks) -> frozenset[str]:
    """Return what has to be proven of a keyword: here every capital may make a name."""
    allowed, named = spans(words, listed)
    given = lists.listed("first_names")
    return frozenset(
        each.word
        for n, each in enumerate(words)
        if n in named or each.word in given or (each.capital and n not in allowed)
    )


def _found_by(whole: str, lists: Checks) -> Iterator[str]:
    words = whole.split()
    yield whole
    for word in words:
        yield word
        yield stem(word, lists)
    if len(words) > 2:  # noqa: PLR2004 a pair is the whole
        for one, two in pairwise(words):
            yield f"{one} {two}"


def _is_plain(keyword: str) -> bool:
    if not (keyword.islower() and keyword.isascii() and len(keyword) <= MAX_BYTES):
        return False
    first, _, rest = keyword.partition(" ")
    if not (first.isalpha() and (not rest or rest.replace(" ", "").isalpha())):
        return False
    return not (
        keyword in FILE_WORDS
        or keyword in AGENCIES
        or first in CAMERA_BRANDS
        or is_camera_word(keyword)
    )
