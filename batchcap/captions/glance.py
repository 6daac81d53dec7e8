"""One look at a caption that tells which rules may have something to say of it.

Takes a preset, a caption and facts; gives signs (``captions.signs``). Most captions are sound and
nearly every rule would look at each of them in vain. A sign too many only costs time; one too few
would let a fault pass, and is a defect.
"""

import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, islice
from operator import eq
from string import ascii_letters, digits

from batchcap.captions import signs
from batchcap.captions.grounds import Grounds, grounds
from batchcap.captions.listing import entries
from batchcap.captions.look import Around, Look, around, around_single, look_at
from batchcap.captions.naming import LEAST_TITLED, PROSE
from batchcap.captions.reading import NOTHING
from batchcap.captions.roots import Roots, roots
from batchcap.captions.text import DANGLING, plain
from batchcap.captions.tokens import ABBREVIATED
from batchcap.records import Caption, Facts, Preset, Release

Rows = Sequence[Sequence[str]]

_TITLE, _DESCRIPTION = 0, 2  # where they stand in PROSE
_TITLES = 2  # title and headline, at its beginning
_PLACES = 1024

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
_LETTERS = range(0xC0, 0x250)
_SIGNS_OF_PRINT = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"}  # noqa: RUF001


def _plain_letters() -> dict[int, str]:
    """Return the accented letters of western texts with the plain ones they are folded to."""
    split = {each: unicodedata.normalize("NFKD", chr(each)) for each in _LETTERS}
    bare = {
        each: "".join(one for one in parts if not unicodedata.combining(one))
        for each, parts in split.items()
    }
    return {each: one for each, one in bare.items() if len(one) == 1 and one.isascii()} | {
        ord(sign): plain for sign, plain in _SIGNS_OF_PRINT.items()
    }


_PLAIN = _plain_letters()


def glance(preset: Preset, caption: Caption, facts: Facts) -> int:
    """Return the signs that a caption bears."""
    lists = preset.lists
    look = lists.latest(look_at, preset)
    ground = grounds(lists, facts)
    place = lists.held(around_single if look.single else around, ground, _PLACES)
    prose = look.prose(caption)
    spoken = "\n".join(("", *prose))
    if not spoken.isascii():
        spoken = spoken.translate(_PLAIN)
    found = _lengths(look, caption) | _endings(look, prose)
    visible, reason = caption.visible_text, caption.release_reason
    if not _is_foreseen(spoken) or not (_is_plain(visible) and _is_plain(reason)):
        found |= signs.IN_TEXT
    else:
        rows = _rows(spoken)
        words = list(chain.from_iterable(rows))
        found |= _marks(spoken, words) | _digits_and_the_like(spoken)
        found |= _capitals(look, (ground, place), spoken)
        if "'" in spoken:  # for a pattern a word ends there, too
            words += chain.from_iterable(each.split("'") for each in tuple(words))
        found |= _words(look, (ground, place), set(words))
        found |= _titles(look, (ground, place), prose, rows)
        if prose[_DESCRIPTION]:
            found |= _unplaced(place, prose[_DESCRIPTION])
        title = set(rows[_TITLE])
        if prose[_TITLE]:
            said_little = look.small, ground.place_words
            found |= _alike(preset, title, set(rows[_DESCRIPTION]), said_little)
        found |= _untitled(preset, title - look.passed, caption)
    if caption.release.casefold() == Release.EDITORIAL and ground.release == Release.COMMERCIAL:
        found |= signs.EDITORIAL
    return found | _keywords(preset, (look, place), caption, ground)


def _is_plain(text: str) -> bool:
    return not text or plain(text) == text


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


def _capitals(look: Look, known: tuple[Grounds, Around], spoken: str) -> int:
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


def _words(look: Look, known: tuple[Grounds, Around], words: AbstractSet[str]) -> int:
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


def _titles(look: Look, known: tuple[Grounds, Around], prose: Sequence[str], rows: Rows) -> int:
    """Tell of a Title Written Like This: of capitals beside those of the known place, or of them.

    The rule counts the words that bear a capital; where only the place does it is counted here.
    """
    ground, place = known
    for text, row in zip(prose[:_TITLES], rows, strict=False):
        if text[1:] == text[1:].lower():
            continue
        rest = place.without_names(text)[1:]
        if rest != rest.lower():
            return signs.CAPITAL
        if len(rest) + 1 < len(text):
            content = [each for each in row[1:] if not (each in look.small or each.isdigit())]
            capitals = sum(map(ground.place_words.__contains__, content))
            fewest = LEAST_TITLED + ground.place_words.isdisjoint(row[1:2])
            if capitals >= max(fewest, look.titled * len(content)):
                return signs.CAPITAL
    return 0


def _unplaced(place: Around, description: str) -> int:
    """Tell of a description that does not say the place as it is spelled, in words of its own."""
    for each in place.spelled:
        before, found, after = description.partition(each)
        if not found or before[-1:].isalnum() or after[:1].isalnum():
            return signs.UNPLACED
    return 0


def _alike(
    preset: Preset,
    title: AbstractSet[str],
    description: AbstractSet[str],
    said_little: tuple[AbstractSet[str], AbstractSet[str]],
) -> int:
    """Tell of a title whose words are nearly those of the description, small ones aside."""
    small, place = said_little
    ours, theirs = title - small - place, description - small - place
    shared = len(ours & theirs)
    limit = preset.lists.thresholds.title_likeness
    if ours and shared < limit * (len(ours) + len(theirs) - shared):
        return 0
    return signs.ALIKE


def _lengths(look: Look, caption: Caption) -> int:
    for name, fewest, most in look.limits:
        if not fewest <= len(getattr(caption, name)) <= most:
            return signs.LENGTH
    return 0


def _endings(look: Look, prose: Sequence[str]) -> int:
    """Tell of a text that may break off, of a sentence without an end, and of a title with one."""
    found = 0
    for place, sentence in look.endings:
        text = prose[place]
        if text[-1:] == ".":
            if place < _TITLES:
                found |= signs.MARK
            if text[-2:] == "..":
                found |= signs.OPEN_END
        elif text:
            last = text.rpartition(" ")[2]
            if sentence or not last.isalpha() or last.casefold() in DANGLING:
                found |= signs.OPEN_END
    return found


def _untitled(preset: Preset, wanted: set[str], caption: Caption) -> int:
    """Tell of a word of the title that is not among the first keywords."""
    first = caption.keywords[: preset.lists.thresholds.first_keywords]
    wanted.difference_update(first)  # nearly always those words are keywords of their own
    if wanted:
        wanted.difference_update(" ".join(first).split(" "))
    if wanted:
        for each in entries(preset.lists, first):
            wanted.difference_update(each.found_by)
    return signs.UNTITLED if wanted else 0


def _keywords(preset: Preset, by: tuple[Look, Around], caption: Caption, ground: Grounds) -> int:
    """Tell what the keywords are signs of, each by itself and all together."""
    look, place = by
    lists, keywords = preset.lists, caption.keywords
    found = 0
    number = len(keywords)
    if not look.fewest <= number <= look.most:
        found |= signs.NUMBER
    if not keywords:
        return found
    known = roots(lists)
    held = list(map(known.__getitem__, keywords))
    if "" in held:
        found |= _loud(known, keywords, held, ground)
    if len(set(held)) < number or found & signs.UNTIDY:
        found |= signs.TWICE
    if ground.camera in keywords:
        found |= signs.UNWANTED
    for each in place.keywords:
        if each not in keywords:
            found |= signs.UNLISTED
    if look.single and (found & signs.UNTIDY or " " in "".join(keywords)):
        found |= signs.PHRASE
    return found


def _loud(known: Roots, keywords: Sequence[str], held: list[str], ground: Grounds) -> int:
    """Tell what the keywords without a root are signs of, and put their roots where they stand."""
    found, n = 0, -1
    for _ in range(held.count("")):
        n = held.index("", n + 1)
        entry, held[n] = known.loud(keywords[n])
        found |= entry.signs
        if not (entry.loud <= ground.proven and entry.listed <= ground.proven):
            found |= signs.NAME
        if entry.key == ground.camera.replace("-", " "):
            found |= signs.UNWANTED
    return found
