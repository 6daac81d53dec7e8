"""The rules on keywords: which go, which come in, how many there must be.

Each rule takes a preset, a caption and the facts, and gives the caption, repaired where that is
safe, with what it found. Order is kept: the first keywords weigh most. A rule never raises.
"""

from collections.abc import Collection

from batchcap.captions.evidence import is_editorial
from batchcap.captions.grounds import grounds
from batchcap.captions.listing import listing
from batchcap.captions.prose import changed, found
from batchcap.captions.text import fold
from batchcap.captions.words import (
    CAMERA_BRANDS,
    MAX_BYTES,
    STOP_WORDS,
    is_too_big,
    is_unwanted,
    key,
    keywords_in,
    plurals,
    without_doubles,
)
from batchcap.records import Caption, Facts, Preset, Severity, Verdict
from batchcap.records.captions import Checks

_SHOWN = 5
_PLACES = 256  # of which the keywords are remembered


def keyword_markup(preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Take emoji, quotes, hash signs and markup off keywords, and part them at commas."""
    tidy = tuple(part for each in caption.keywords for part in keywords_in(each))
    return repaired(preset, caption, ("keyword_markup", tidy), "cleaned or parted")


def single_words(preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Part phrases into their words where the preset asks for single words."""
    if not _wants_single(preset):
        return Verdict(caption)
    single = tuple(word for keyword in caption.keywords for word in _words_of(keyword))
    return repaired(preset, caption, ("single_words", single), "parted into single words")


def unwanted_keywords(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Drop file and camera words, agencies, addresses, numbers, dates and over-long keywords.

    A brand alone may stay in editorial photos, unless the photo was taken with it; the known
    place always stays. Over-long is more than 64 bytes, the limit of IPTC Keywords.
    """
    camera = grounds(preset.lists, facts).camera
    wanted = place_keys(preset, facts)
    brands_stay = is_editorial(caption, facts)
    kept = tuple(
        keyword
        for keyword in caption.keywords
        if key(keyword) in wanted
        or not (is_unwanted(keyword) or _is_brand(keyword, camera, stay=brands_stay))
    )
    return repaired(preset, caption, ("unwanted_keywords", kept), "dropped as unsuitable")


def doubled_keywords(preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Drop a keyword that stands there already in another case, spelling or number."""
    kept = without_doubles(caption.keywords)
    return repaired(preset, caption, ("doubled_keywords", kept), "dropped as doubled")


def too_many_keywords(preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Cut the least relevant keywords, the last ones, where there are too many."""
    field = preset.field("keywords")
    if field is None or not 0 < field.max_items < len(caption.keywords):
        return Verdict(caption)
    kept = caption.keywords[: field.max_items]
    return repaired(preset, caption, ("too_many_keywords", kept), "cut as too many")


def place_in_keywords(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Put the known city and country among the keywords; a full list gives up its last."""
    field = preset.field("keywords")
    verdict = Verdict(caption)
    if field is None or not caption.keywords:
        return verdict
    places_wanted = place_keywords(preset, facts)
    protected = {key(name) for name in places_wanted}
    for name in places_wanted:
        present = verdict.caption.keywords
        listed = listing(preset.lists, present)
        word = key(name)
        if word in listed.keys:
            continue
        many = plurals(word)
        others = [
            each
            for each, entry in zip(present, listed.entries, strict=True)
            if entry.key not in many and word not in entry.plurals
        ]
        kept = has_room(others, field.max_items, protected)
        if kept is None:
            continue
        told = f"{name} was added to the keywords."
        verdict = changed(verdict, ("place_in_keywords", "keywords"), (*kept, name), told)
    return verdict


def too_few_keywords(preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Ask again where fewer keywords are left than the preset asks for."""
    field = preset.field("keywords")
    count = len(caption.keywords)
    if field is None or count >= field.min_items:
        return Verdict(caption)
    told = f"{count} keywords are left where {field.min_items} are the least."
    return found(Verdict(caption), ("too_few_keywords", Severity.AGAIN, "keywords"), told)


def repaired(
    preset: Preset, caption: Caption, repair: tuple[str, tuple[str, ...]], what: str
) -> Verdict:
    """Return the verdict with other keywords and which of them went; ``repair`` is rule and new."""
    rule, keywords = repair
    if preset.field("keywords") is None or keywords == caption.keywords:
        return Verdict(caption)
    left = list(keywords)
    gone = []
    for keyword in caption.keywords:
        if keyword in left:
            left.remove(keyword)
        else:
            gone.append(keyword)
    shown = ", ".join(each[:MAX_BYTES] for each in gone[:_SHOWN])
    more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
    return changed(
        Verdict(caption), (rule, "keywords"), keywords, f"Keywords {what}: {shown}{more}."
    )


def _wants_single(preset: Preset) -> bool:
    field = preset.field("keywords")
    return field is not None and field.words == "single"


def _words_of(phrase: str) -> list[str]:
    words = phrase.split()
    if len(words) == 1:
        return words
    return [part for word in words if fold(word) not in STOP_WORDS for part in keywords_in(word)]


def place_keywords(preset: Preset, facts: Facts) -> tuple[str, ...]:
    """Return the known city and country as keywords, parted where single words are asked for."""
    return _placed(preset, facts)[0]


def placed(
    lists: Checks, places: tuple[str, ...], *, single: bool
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return a place's names as keywords, and what those are compared by."""
    return lists.remembered(_single if single else _whole, _PLACES)(places)


def place_keys(preset: Preset, facts: Facts) -> frozenset[str]:
    """Return what the known place's keywords are compared by: no rule drops those."""
    return _placed(preset, facts)[1]


def _placed(preset: Preset, facts: Facts) -> tuple[tuple[str, ...], frozenset[str]]:
    places = grounds(preset.lists, facts).places
    return placed(preset.lists, places, single=_wants_single(preset))


def _whole(_lists: Checks, places: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    names = (part for name in places for part in keywords_in(name))
    kept = without_doubles(tuple(name for name in names if not is_too_big(name)))
    return kept, frozenset(key(name) for name in kept)


def _single(lists: Checks, places: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    parts = (part for name in places for part in keywords_in(name))
    return _whole(lists, tuple(word for part in parts for word in _words_of(part)))


def has_room(keywords: list[str], most: int, protected: Collection[str]) -> list[str] | None:
    """Return the keywords with room for one more, the last unprotected gone; None: no room."""
    if not most or len(keywords) < most:
        return keywords
    for index in range(len(keywords) - 1, -1, -1):
        if key(keywords[index]) not in protected:
            return keywords[:index] + keywords[index + 1 :]
    return None


def _is_brand(keyword: str, camera: str, *, stay: bool) -> bool:
    word = fold(keyword)
    brand, _, model = word.partition(" ")
    if brand not in CAMERA_BRANDS:
        return bool(camera) and word == camera
    if not model:
        return not stay or brand in camera
    return model in {"camera", "lens"} or any(char.isdigit() for char in model)
