"""The words of a caption's texts, folded, and what they are signs of.

Takes texts, a look and what is known of a place; gives words and signs (``captions.signs``). Reads
texts of plain words by what is known of words met before, all others by their letters.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, islice
from operator import eq
from string import ascii_letters, digits

from batchcap.captions import signs
from batchcap.captions.grounds import Grounds
from batchcap.captions.look import Around, Look
from batchcap.captions.naming import PROSE
from batchcap.captions.plain_words import PLAIN
from batchcap.captions.reading import NOTHING
from batchcap.captions.tokens import ABBREVIATED

Rows = Sequence[Sequence[str]]
Known = tuple[Grounds, Around]

_KEPT = frozenset(f"{ascii_letters}{digits}\n'")
_LOWER_APART = bytes(ord(chr(n).lower()) if chr(n) in _KEPT else ord(" ") for n in range(256))
_RARE = re.compile(r"[^A-Za-z ,.'\n-]")
_TOLD_BY = {
    **dict.fromkeys("0123456789", signs.DIGIT),
    **dict.fromkeys("@#+", signs.ADDRESS),
    **dict.fromkeys("!?;", signs.MARK),
    ":": signs.MARK | signs.TALK,
    "(": signs.MARK | signs.OPEN_END,
    "[": signs.OPEN_END,
    '"': signs.QUOTE | signs.OPEN_END,
    **dict.fromkeys(")]/&%$", 0),
}
_CAPITALIZED = re.compile(r"[A-Z][A-Za-z0-9']*")
_INNER = re.compile(r"[A-Za-z0-9'][A-Z]")
_WITHIN = frozenset(f"{ascii_letters}{digits}'")
_LAST_WORD = re.compile(r"[A-Za-z0-9']*$")
_LONG = max(map(len, ABBREVIATED)) + len("'s") + 1


def word_by_word(look: Look, known: Known, prose: Sequence[str]) -> tuple[Rows, int] | None:
    """Return what ``letter_by_letter`` does, for texts of plain words alone; None for others."""
    rows: list[list[str]] = []
    found = 0
    for text in prose:
        if not text:
            rows.append([])
            continue
        if text[-1] == "," or ("-" in text and (",-" in text or ".-" in text)):
            return None
        words = text.replace("-", " ").split(" ")
        row = list(map(look.plain.__getitem__, words))
        if "" in row:
            signed = _capital_words(look, known, words, row)
            if signed is None:
                return None
            found |= signed
        rows.append(row)
    said = list(chain.from_iterable(rows))
    if True in map(eq, said, islice(said, 1, None)):
        found |= signs.MARK
    return rows, found | _words(look, known, set(said))


def _capital_words(look: Look, known: Known, words: list[str], row: list[str]) -> int | None:
    """Tell what the words with a capital are signs of, and fold them; None for odd ones."""
    ground, _ = known
    found, n = 0, -1
    for _ in range(row.count("")):
        n = row.index("", n + 1)
        word = row[n] = look.capitalized[words[n]]
        if not word:
            return None
        told = look.capitals.get(word, 0)
        if word in ground.proven:
            found |= told & ~signs.NAME
        elif not n or word in look.allowed or _ended(words[n - 1], row[n - 1]):
            found |= told
        else:
            found |= told | signs.NAME
    return found


def _ended(before: str, word: str) -> bool:
    """Whether a sentence surely ends with a plain word: a capital after it says nothing."""
    return before[-1] == "." and len(word) > 1 and word not in ABBREVIATED


def letter_by_letter(look: Look, known: Known, prose: Sequence[str]) -> tuple[Rows, int] | None:
    """Return the words of each text, folded, and what they are signs of; None for odd letters."""
    spoken = "\n".join(("", *prose))
    if not spoken.isascii():
        spoken = spoken.translate(PLAIN)
    if not _is_foreseen(spoken):
        return None
    rows = _rows(spoken)
    words = list(chain.from_iterable(rows))
    found = _marks(spoken, words) | _digits_and_the_like(spoken) | _capitals(look, known, spoken)
    if "'" in spoken:  # for a pattern a word ends there, too
        words += chain.from_iterable(each.split("'") for each in tuple(words))
    return rows, found | _words(look, known, set(words))


def _is_foreseen(spoken: str) -> bool:
    """Whether texts hold what nearly all do, in letters with which the signs can be told."""
    if not spoken.isascii() or spoken.count("\n") != len(PROSE) or spoken[-1] == " ":
        return False
    return not (
        "  " in spoken
        or " ," in spoken
        or " ." in spoken
        or ".." in spoken
        or " \n" in spoken
        or "\n " in spoken
        or "''" in spoken
    )


def _digits_and_the_like(spoken: str) -> int:
    found = 0
    if _RARE.search(spoken):
        for each in set(_RARE.findall(spoken)):
            found |= _TOLD_BY.get(each, signs.IN_TEXT)
    return found


def _rows(spoken: str) -> list[list[str]]:
    """Return the words of each text, folded; without a possessive 's."""
    # As bytes a table turns each letter in no time, all of them at once.
    small = spoken.encode("ascii").translate(_LOWER_APART).decode("ascii")
    rows = [each.split() for each in small.split("\n")[1:]]
    if "'" not in spoken:
        return rows
    bare = ([each.strip("'").removesuffix("'s") for each in row] for row in rows)
    return [list(filter(None, row)) for row in bare]


def _marks(spoken: str, words: Sequence[str]) -> int:
    """Tell of commas and full stops in odd places, and of words that stand there twice."""
    found = 0
    if spoken.count(",") != spoken.count(", "):
        found |= signs.MARK
    stops = spoken.count(".")
    if stops and stops != spoken.count(". ") + spoken.count(".\n") + (spoken[-1] == "."):
        found |= signs.ADDRESS | signs.MARK
    if True in map(eq, words, islice(words, 1, None)):
        found |= signs.MARK
    return found


def _capitals(look: Look, known: Known, spoken: str) -> int:
    """Tell of capitalised words that may be names: within a sentence, or on a list."""
    ground, place = known
    found = 0
    odd = False
    for each in _CAPITALIZED.finditer(spoken):
        text, start = each[0], each.start()
        word = text.lower()
        odd = odd or text[1:] != word[1:] or spoken[start - 1] in _WITHIN
        if "'" in word:
            word = word.rstrip("'").removesuffix("'s")
        told = look.capitals.get(word, 0)
        if word in ground.proven:
            found |= told & ~signs.NAME
        elif spoken[start - 1] == "\n" or word in look.allowed or _opens(spoken, start):
            found |= told
        else:
            found |= told | signs.NAME
    if odd:
        found |= signs.NAME if _INNER.search(place.without_names(spoken)) else 0
        found |= signs.CAPITAL if any(map(str.isupper, spoken.split("\n"))) else 0
    return found


def _opens(spoken: str, start: int) -> bool:
    """Whether a sentence surely begins here, within a text: a capital there says nothing."""
    if spoken[start - 2 : start] != ". ":
        return False
    before = _LAST_WORD.search(spoken, max(0, start - 2 - _LONG), start - 2)
    word = before[0].lower().removesuffix("'s") if before else ""
    return len(word) > 1 and word not in ABBREVIATED


def _words(look: Look, known: Known, words: AbstractSet[str]) -> int:
    """Tell what single words are signs of; those of the known place are none of a name."""
    ground, place = known
    found = 0
    for each in words & look.noted:
        told = look.words.get(each, 0)
        if not look.longer.get(each, NOTHING).isdisjoint(words):
            told |= signs.NAME | signs.TRADE
        found |= told & ~signs.NAME if each in ground.proven else told
    if not place.inner.isdisjoint(words):
        found |= signs.NAME
    return found
