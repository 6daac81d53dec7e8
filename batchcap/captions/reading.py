"""Texts and keywords read once: their words, what a list says of them, what has to be proven.

Takes a text or keywords and the lists; gives what several rules ask of them. Never looks at facts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from operator import attrgetter

from batchcap.captions.kinds import ALLOWED, PROFANITY
from batchcap.captions.tokens import Token, names, tokens
from batchcap.captions.words import (
    AGENCIES,
    CAMERA_BRANDS,
    FILE_WORDS,
    MAX_BYTES,
    is_camera_word,
    key,
    keywords_in,
    plurals,
)
from batchcap.records.captions import Checks, Listed

# A review reads some twenty texts several times; an archive's vocabulary is larger.
_TEXTS = 64
_WORDS = 8192
_NOTHING: frozenset[str] = frozenset()

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


@dataclass(frozen=True, slots=True)
class Entry:
    """One keyword: what it is compared by, and under which words and pairs it is found.

    ``tidy`` holds the keywords in it, itself where there is nothing to clean; ``plain`` says that
    it is short small letters and on no list, as nearly every one is.
    """

    key: str
    plurals: frozenset[str]
    stem: str
    found_by: tuple[str, ...]
    tidy: tuple[str, ...]
    is_tidy: bool
    plain: bool
    long: bool
    named: Sequence[Named]
    loud: frozenset[str]


class Listing:
    """The keywords of a caption, in order."""

    def __init__(self, lists: Checks, keywords: tuple[str, ...]) -> None:
        read = lists.remembered(_entry, _WORDS)
        self.entries = [read(each) for each in keywords]

    @cached_property
    def tidy(self) -> bool:
        """Whether no keyword has to be cleaned or parted."""
        return all(map(attrgetter("is_tidy"), self.entries))

    @cached_property
    def plain(self) -> bool:
        """Whether no keyword is suspected of being unwanted."""
        return all(map(attrgetter("plain"), self.entries))

    @cached_property
    def long(self) -> bool:
        """Whether any keyword is a sentence."""
        return any(map(attrgetter("long"), self.entries))

    @cached_property
    def keys(self) -> frozenset[str]:
        """What the keywords are compared by."""
        return frozenset([each.key for each in self.entries])

    @cached_property
    def distinct(self) -> bool:
        """Whether no keyword stands there twice, be it as a plural."""
        if len(self.keys) < len(self.entries):
            return False
        return self.keys.isdisjoint(chain.from_iterable([each.plurals for each in self.entries]))

    @cached_property
    def stems_differ(self) -> bool:
        """Whether no two keywords are forms of one word."""
        return len({each.stem for each in self.entries}) == len(self.entries)

    @cached_property
    def named(self) -> Sequence[Named]:
        """The listed names in all keywords."""
        return [name for each in self.entries if each.named for name in each.named]

    @cached_property
    def loud(self) -> frozenset[str]:
        """The words that can make a name."""
        return _NOTHING.union(*[each.loud for each in self.entries if each.loud])

    def first(self, count: int) -> frozenset[str]:
        """Return the words by which the first keywords are found."""
        return _NOTHING.union(*[each.found_by for each in self.entries[:count]])

    def index(self) -> dict[str, int]:
        """Return where each keyword, each of its words and each pair of them stands first."""
        place: dict[str, int] = {}
        for n in range(len(self.entries) - 1, -1, -1):
            place.update(dict.fromkeys(self.entries[n].found_by, n))
        return place


def read(lists: Checks, text: str) -> Reading:
    """Return a text's reading."""
    return lists.remembered(_read, _TEXTS)(text)


def listing(lists: Checks, keywords: tuple[str, ...]) -> Listing:
    """Return what there is to know of a caption's keywords."""
    return lists.latest(Listing, keywords)


def loud_in(lists: Checks, keyword: str) -> frozenset[str]:
    """Return the words of a keyword that can make a name."""
    return lists.remembered(_entry, _WORDS)(keyword).loud


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


def is_odd(word: str) -> bool:
    """Whether a capital stands where no sentence puts one: iPhone, McDonald."""
    return word != word.upper() and word[1:] != word[1:].lower()


def _read(lists: Checks, text: str) -> Reading:
    words = tokens(text)
    reach = lists.reach
    begins = any([each.word in reach for each in words])  # noqa: C419 a list is quicker
    listed = tuple(names(words, lists)) if begins else ()
    allowed, named = _spans(words, listed)
    given = lists.listed("first_names")
    loud = [
        each.word
        for n, each in enumerate(words)
        if n in named
        or each.word in given
        # A capital where a sentence begins says nothing.
        or (each.capital and n not in allowed and (not each.opens or is_odd(each.text)))
    ]
    return Reading(words, listed, begins, _named(words, listed), frozenset(loud))


def _entry(lists: Checks, keyword: str) -> Entry:
    word = key(keyword)
    tidy = tuple(keywords_in(keyword))
    words = tokens(keyword)
    most = lists.thresholds.phrase_words
    listed = tuple(names(words, lists))
    return Entry(
        key=word,
        plurals=plurals(word),
        stem=stem(word, lists),
        found_by=tuple(dict.fromkeys(_found_by(word, lists))),
        tidy=tidy,
        is_tidy=tidy == (keyword,),
        plain=_is_plain(keyword),
        long=bool(most) and keyword.count(" ") >= most,
        named=_named(words, listed),
        loud=_loud(words, listed, lists) if may_name(keyword, lists) else _NOTHING,
    )


def _named(words: Sequence[Token], listed: Sequence[Span]) -> Sequence[Named]:
    return tuple(
        (each.kind, frozenset([word.word for word in words[first:end]]))
        for first, end, each in listed
        if _is_name(words, first, each)
    )


def _is_name(words: Sequence[Token], first: int, entry: Listed) -> bool:
    """Whether a listed name is one as it stands: Windows are software, windows are not."""
    return not entry.capital or words[first].capital


def _loud(words: Sequence[Token], listed: Sequence[Span], lists: Checks) -> frozenset[str]:
    """Return what has to be proven of a keyword: here every capital may make a name."""
    allowed, named = _spans(words, listed)
    given = lists.listed("first_names")
    return frozenset(
        each.word
        for n, each in enumerate(words)
        if n in named or each.word in given or (each.capital and n not in allowed)
    )


def _spans(words: Sequence[Token], listed: Sequence[Span]) -> tuple[set[int], set[int]]:
    """Return where words stand that may always be capitalised, and where listed names do."""
    allowed: set[int] = set()
    named: set[int] = set()
    for first, end, each in listed:
        if each.kind == ALLOWED:
            allowed.update(range(first, end))
        elif each.kind != PROFANITY and _is_name(words, first, each):
            named.update(range(first, end))
    return allowed, named


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
