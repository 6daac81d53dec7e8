"""What there is to know before captions are looked at: of a preset, and of a known place.

Takes a preset or what facts say; gives frozen tables for ``captions.glance``. Never sees a caption.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

from batchcap.captions import signs
from batchcap.captions.chatter import DECLINING, TALKING
from batchcap.captions.grounds import Grounds
from batchcap.captions.keywords import placed
from batchcap.captions.kinds import ALLOWED, BRAND
from batchcap.captions.naming import PROSE
from batchcap.captions.plain_words import PlainWords
from batchcap.captions.prose import SENTENCES, least
from batchcap.captions.reading import NOTHING
from batchcap.captions.technical import CAMERA_SIGNS, FILE_SIGNS
from batchcap.captions.words import ADDRESSING, AGENCIES
from batchcap.records import Caption, Preset
from batchcap.records.captions import Checks


@dataclass(frozen=True, slots=True)
class Look:
    """What the captions of one preset are looked at with.

    ``words`` tells what a word is a sign of, ``capitals`` what it is where it is capitalised, and
    ``longer`` which words make a listed name of it; ``noted`` holds those of the first and third.
    ``limits`` holds how many characters each text must and may have,
    ``endings`` where a text stands in PROSE and whether it is to be whole sentences; ``small``
    words say nothing, those that are ``passed`` need not be keywords. ``plain`` and ``capitalized``
    know the words of these two forms, a comma or full stop behind them.
    """

    prose: Callable[[Caption], tuple[str, ...]]
    limits: Sequence[tuple[str, int, int]]
    endings: Sequence[tuple[int, bool]]
    words: Mapping[str, int]
    longer: Mapping[str, frozenset[str]]
    noted: frozenset[str]
    capitals: Mapping[str, int]
    allowed: frozenset[str]
    small: frozenset[str]
    passed: frozenset[str]
    titled: float
    fewest: int
    most: int
    single: bool
    plain: PlainWords
    capitalized: PlainWords


@dataclass(frozen=True)
class Around:
    """What is known of a place as a caption is looked at.

    ``spelled`` are its names, the longest first; ``inner`` holds the words that would make another
    name of one of its own. ``quiet`` holds the roots of keywords that would be loud anywhere else.
    """

    spelled: tuple[str, ...]
    inner: frozenset[str]
    keywords: tuple[str, ...]
    quiet: dict[str, str] = field(default_factory=dict, compare=False)

    def without_names(self, text: str) -> str:
        """Return a text without the known place."""
        return self._names.sub("", text) if self.spelled else text

    @cached_property
    def _names(self) -> re.Pattern[str]:
        """What finds the place as it is spelled; few captions are searched for it."""
        told = "|".join(map(re.escape, self.spelled))
        return re.compile(rf"(?<![\w'’])(?:{told})(?!\w)")  # noqa: RUF001


def look_at(lists: Checks, preset: Preset) -> Look:
    """Return what the captions of a preset are looked at with."""
    texts = [each for each in preset.fields if each.kind == "text"]
    keywords = preset.field("keywords")
    words: dict[str, int] = {}
    capitals: dict[str, int] = {}
    for sign, told in (
        (signs.TALK, TALKING),
        (signs.DECLINE, DECLINING),
        (signs.FILE, FILE_SIGNS),
        (signs.CAMERA, CAMERA_SIGNS),
        (signs.AGENCY, {each.partition(" ")[0] for each in AGENCIES}),
        (signs.ADDRESS, ADDRESSING),
        (signs.FOREIGN, lists.listed("foreign_words")),
    ):
        for word in told:
            words[word] = words.get(word, 0) | sign
    for word in lists.listed("first_names"):
        capitals[word] = signs.NAME
    longer: dict[str, set[str]] = {}
    for name, entry in lists.names.items():
        first, *rest = name.split(" ")
        if entry.kind == ALLOWED:
            continue
        if rest:
            longer.setdefault(first, set()).add(rest[0])
        else:
            told_by = capitals if entry.capital else words
            sign = signs.NAME | (signs.TRADE if entry.kind == BRAND else 0)
            told_by[first] = told_by.get(first, 0) | sign
    small = lists.listed("function_words")
    return Look(
        prose=attrgetter(*PROSE),
        limits=[(each.name, least(each), each.max_chars or sys.maxsize) for each in texts],
        endings=[
            (PROSE.index(each.name), each.name in SENTENCES) for each in texts if each.name in PROSE
        ],
        words=words,
        longer={first: frozenset(each) for first, each in longer.items()},
        noted=frozenset({*words, *longer}),
        capitals=capitals,
        allowed=frozenset(name for name, each in lists.names.items() if each.kind == ALLOWED),
        small=small,
        passed=small | lists.listed("title_fillers"),
        titled=lists.thresholds.title_capitals,
        fewest=keywords.min_items if keywords else 0,
        most=(keywords.max_items if keywords else 0) or sys.maxsize,
        single=keywords is not None and keywords.words == "single",
        plain=PlainWords("([a-z]+)[,.]?"),
        capitalized=PlainWords("([A-Z][a-z]*)[,.]?"),
    )


def around(lists: Checks, ground: Grounds) -> Around:
    """Return what is to be known of a place."""
    return _seen_from(lists, ground, placed(lists, ground.places, single=False)[0])


def around_single(lists: Checks, ground: Grounds) -> Around:
    """Return the same where keywords are single words."""
    return _seen_from(lists, ground, placed(lists, ground.places, single=True)[0])


def _seen_from(lists: Checks, ground: Grounds, keywords: tuple[str, ...]) -> Around:
    later = lists.latest(_later, lists.names)
    inner = NOTHING.union(*[later[first] for first in ground.proven & later.keys()])
    names = sorted(set(ground.places), key=len, reverse=True)
    return Around(tuple(names), inner - ground.proven, keywords)


def _later(lists: Checks, _names: object) -> Mapping[str, frozenset[str]]:
    """Return the other words of the listed names of several words, by the first one."""
    found: dict[str, set[str]] = {}
    for name in lists.names:
        first, *rest = name.split(" ")
        if rest:
            found.setdefault(first, set()).update(rest)
    return {first: frozenset(rest) for first, rest in found.items()}
