"""Neutral categories, guessed from the words of a caption.

Takes the table of configs/categories.toml and a caption; gives neutral category names, the best
first. Never looks at keywords, which name what lies at the picture's edge too, and never invents:
no word, no category.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from batchcap.captions.text import clean, fold
from batchcap.captions.words import plurals
from batchcap.records import Caption

_WORD = re.compile(r"[^\W_]+")
_TITLE_WEIGHT = 3
# One word in a description may be a bystander; two of the same kind are a subject.
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Categories:
    """The neutral list: ``names`` in order, and which of them a word or phrase speaks for.

    Words stand folded, singular and plural; ``longest`` is the length of a phrase in words.
    """

    names: tuple[str, ...]
    lexicon: Mapping[str, tuple[str, ...]]
    longest: int = 1


def lexicon(words: Mapping[str, tuple[str, ...]]) -> Categories:
    """Return the table for category → words, each word in singular."""
    spoken: dict[str, list[str]] = {}
    for name, each in words.items():
        for word in each:
            for form in {fold(word), *plurals(fold(word))}:
                spoken.setdefault(" ".join(_WORD.findall(form)), []).append(name)
    longest = max((form.count(" ") + 1 for form in spoken), default=1)
    return Categories(
        tuple(words), {form: tuple(dict.fromkeys(of)) for form, of in spoken.items()}, longest
    )


def category_of(table: Categories, caption: Caption) -> tuple[str, ...]:
    """Return the neutral categories of a caption, the best first; empty where none is known.

    What the model chose from the neutral list goes first. A word of the title weighs three, one of
    the description one, and two is the least: the title alone decides, or two words below it.
    """
    score: Counter[str] = Counter()
    for name in _spoken(table, caption.title or caption.headline):
        score[name] += _TITLE_WEIGHT
    score.update(_spoken(table, caption.description))
    chosen = fold(clean(caption.category))
    first = tuple(name for name in table.names if name == chosen)
    # Equal scores stand in the order in which the caption names them.
    ranked = [name for name, weight in score.most_common() if weight >= _LEAST]
    return tuple(dict.fromkeys((*first, *ranked)))


def _spoken(table: Categories, text: str) -> list[str]:
    """Return the categories that the words speak for; the longest phrase at a place counts."""
    words = _WORD.findall(fold(text))
    found: list[str] = []
    place = 0
    while place < len(words):
        size = next(
            (
                size
                for size in range(min(table.longest, len(words) - place), 0, -1)
                if " ".join(words[place : place + size]) in table.lexicon
            ),
            0,
        )
        found.extend(table.lexicon.get(" ".join(words[place : place + size]), ()))
        place += size or 1
    return found
