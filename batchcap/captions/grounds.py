"""What a caption may stand on: the names that facts give, and the words that they prove.

Takes facts and the lists; gives words, folded as tokens are. Never looks at a caption.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from batchcap.captions.evidence import places, said, sayable
from batchcap.captions.text import fold
from batchcap.captions.tokens import tokens
from batchcap.records import Facts
from batchcap.records.captions import Checks

_LONGEST = 5
_MOST = 1024
_EQUAL = {"saint": "st", "st": "saint", "mount": "mt", "mt": "mount"}


@dataclass(frozen=True, slots=True)
class Grounds:
    """What facts say and prove; "" where they do not.

    ``said`` holds the words of every fact that a caption may repeat, ``words`` the single ones of
    them, ``proven`` also the other names of a place and what lies around it.
    """

    city: str
    country: str
    release: str
    camera: str
    places: tuple[str, ...]
    place_words: frozenset[str]
    said: tuple[str, ...]
    folded: tuple[str, ...]
    words: frozenset[str]
    proven: frozenset[str]


def grounds(lists: Checks, facts: Facts) -> Grounds:
    """Return what a caption of a photo with these facts may stand on."""
    return lists.held(_grounds, facts, _MOST)


def _grounds(lists: Checks, facts: Facts) -> Grounds:
    # Of an archive's photos many know the same, but for the time at which they were taken.
    undated = replace(facts, taken=None, contradictions=())
    return lists.remembered(_worked_out, _MOST)(undated)


def _worked_out(lists: Checks, facts: Facts) -> Grounds:
    told, where = sayable(facts), places(facts)
    spoken = [[each.word for each in tokens(value)] for value in told]
    return Grounds(
        city=said(facts.city),
        country=said(facts.country),
        release=said(facts.release).casefold(),
        camera=fold(said(facts.camera)),
        places=where,
        place_words=frozenset(each.word for name in where for each in tokens(name)),
        said=told,
        folded=tuple(fold(each) for each in told),
        words=frozenset(word for words in spoken for word in words),
        proven=_proven(lists, spoken),
    )


def _proven(lists: Checks, spoken: Sequence[Sequence[str]]) -> frozenset[str]:
    proven: set[str] = set()
    for words in spoken:
        proven.update(words)
        for name in _phrases(words):
            for other in (*lists.same.get(name, ()), *lists.within.get(name, ())):
                proven.update(other.split())
                proven.update(part for each in lists.within.get(other, ()) for part in each.split())
    proven.update(other for word, other in _EQUAL.items() if word in proven)
    proven.update(part for word in tuple(proven) if "'" in word for part in word.split("'"))
    return frozenset(proven)


def _phrases(words: Sequence[str]) -> Iterator[str]:
    """Yield every run of up to five words: no name of a place is longer."""
    for first in range(len(words)):
        for end in range(first + 1, min(len(words), first + _LONGEST) + 1):
            yield " ".join(words[first:end])
