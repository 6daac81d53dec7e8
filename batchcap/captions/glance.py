"""One look at a caption that tells which rules may have something to say of it.

Takes a preset, a caption and facts; gives signs (``captions.signs``). Most captions are sound and
nearly every rule would look at each of them in vain. A sign too many only costs time; one too few
would let a fault pass, and is a defect.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from batchcap.captions import signs
from batchcap.captions.grounds import Grounds, grounds
from batchcap.captions.listing import entries
from batchcap.captions.look import Around, Look, around, around_single, look_at
from batchcap.captions.naming import LEAST_TITLED
from batchcap.captions.roots import Roots, roots
from batchcap.captions.spoken import Known, Rows, letter_by_letter, word_by_word
from batchcap.captions.text import DANGLING, plain
from batchcap.captions.words import MAX_BYTES
from batchcap.records import Caption, Facts, Preset, Release

_TITLE, _DESCRIPTION = 0, 2  # where they stand in PROSE
_TITLES = 2  # title and headline, at its beginning
_PLACES = 1024
_MOST_QUIET = 32  # of each place


def glance(preset: Preset, caption: Caption, facts: Facts) -> int:
    """Return the signs that a caption bears."""
    lists = preset.lists
    look = lists.latest(look_at, preset)
    ground = grounds(lists, facts)
    place = lists.held(around_single if look.single else around, ground, _PLACES)
    prose = look.prose(caption)
    found = _lengths(look, caption) | _endings(look, prose)
    known = ground, place
    read = word_by_word(look, known, prose) or letter_by_letter(look, known, prose)
    if read is None or not (_is_plain(caption.visible_text) and _is_plain(caption.release_reason)):
        found |= signs.IN_TEXT
    else:
        rows, told = read
        found |= told | _titles(look, known, prose, rows)
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


def _titles(look: Look, known: Known, prose: Sequence[str], rows: Rows) -> int:
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
    title: set[str],
    description: set[str],
    said_little: tuple[AbstractSet[str], AbstractSet[str]],
) -> int:
    """Tell of a title whose words are nearly those of the description, small ones aside."""
    small, place = said_little
    ours, theirs = title.difference(small, place), description.difference(small, place)
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
        found |= _loud(known, keywords, held, (ground, place))
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


def _loud(roots_of: Roots, keywords: Sequence[str], held: list[str], known: Known) -> int:
    """Tell what the keywords without a root are signs of, and put their roots where they stand."""
    ground, place = known
    found, n = 0, -1
    for _ in range(held.count("")):
        n = held.index("", n + 1)
        keyword = keywords[n]
        if quiet := place.quiet.get(keyword):
            held[n] = quiet
            continue
        entry, held[n] = roots_of.loud(keyword)
        told = entry.signs
        if not (entry.loud <= ground.proven and entry.listed <= ground.proven):
            told |= signs.NAME
        if entry.key == ground.camera.replace("-", " "):
            told |= signs.UNWANTED
        if not told and len(keyword) <= MAX_BYTES and len(place.quiet) < _MOST_QUIET:
            place.quiet[keyword] = held[n]
        found |= told
    return found
