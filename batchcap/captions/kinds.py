"""Kinds of names, and which of them a run of capitalised words seems to be.

Takes words, the run's bounds and the lists; never looks at facts.
"""

import re
from collections.abc import Sequence

from batchcap.captions.tokens import Token
from batchcap.records.captions import Checks

Run = tuple[int, int]
PERSON, BRAND, CITY, COUNTRY = "person", "brand", "city", "country"
LANDMARK, NAME, ALLOWED, PROFANITY = "landmark", "name", "allowed", "profanity"

_SAINTS = frozenset(
    ["st", "ste", "saint", "sainte", "san", "sant", "santa", "santo", "sankt", "são", "sao"]
)
# Botanical and zoological names: Larus michahellis, Lavandula angustifolia.
_GENUS = re.compile(r"[a-z]{3,}(?:us|a|um|is|es|ys|ops|on|as|x|er|or|os|e)")
_EPITHET = re.compile(r"[a-z]{4,}(?:us|a|um|is|ens|ans|ii|i|ae|oides|alis|ensis|or|e)")


def is_person(words: Sequence[Token], run: Run, lists: Checks) -> bool:
    """Whether a run holds a first name, or stands with a title such as Dr or King."""
    first, end = run
    inside = [each.word for each in words[first:end]]
    if not _SAINTS.isdisjoint(inside) or not lists.listed("place_nouns").isdisjoint(inside):
        return False  # a church or a bridge that bears a person's name
    titles = lists.listed("honorifics")
    if not lists.listed("first_names").isdisjoint(inside):
        return True
    before = words[first - 1].word if first and not words[first].opens else ""
    return before in titles or (inside[0] in titles and len(inside) > 1)


def ends_in_species(words: Sequence[Token], run: Run, lists: Checks) -> bool:
    """Whether a run of several words ends in an animal or plant: Golden Retriever."""
    first, end = run
    return end - first > 1 and _is_species(words[end - 1].word, lists)


def before_species(words: Sequence[Token], run: Run, lists: Checks) -> bool:
    """Whether a run stands before an animal or plant in small letters: Bengal tiger."""
    end = run[1]
    return end < len(words) and not words[end].capital and _is_species(words[end].word, lists)


def is_binomial(text: str, words: Sequence[Token], run: Run, lists: Checks) -> bool:
    """Whether a capitalised word and the next are a Latin name: Larus michahellis."""
    first, end = run
    if end - first != 1 or end >= len(words) or words[end].capital:
        return False
    genus, epithet = words[first].word, words[end].word
    if text[words[first].end : words[end].start] != " ":
        return False
    common = lists.listed("place_nouns") | lists.listed("function_words")
    if genus in common or epithet in common or genus in lists.names:
        return False
    return bool(_GENUS.fullmatch(genus) and _EPITHET.fullmatch(epithet))


def _is_species(word: str, lists: Checks) -> bool:
    species = lists.listed("species")
    return not species.isdisjoint((word, word.removesuffix("s"), word.removesuffix("es")))
