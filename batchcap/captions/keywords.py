"""The rules on keywords: which go, which come in, how many there must be.

Each rule takes a preset, a caption and the facts, and gives the caption, repaired where that is
safe, with what it found. Order is kept: the first keywords weigh most. A rule never raises.
"""

from collections.abc import Collection

from batchcap.captions.evidence import is_editorial, places, said
from batchcap.captions.prose import changed, found
from batchcap.captions.text import fold
from batchcap.captions.words import (
    AGENCIES,
    CAMERA_BRANDS,
    FILE_WORDS,
    MAX_BYTES,
    STOP_WORDS,
    double,
    is_address,
    is_camera_word,
    is_number_or_date,
    key,
    keywords_in,
    without_doubles,
)
from batchcap.records import Caption, Facts, Preset, Severity, Verdict

_SHOWN = 5


def keyword_markup(preset: Preset, caption: Caption, _facts: Facts) -> Verdict:
    """Take emoji, quotes, hash signs and markup off keywords, and part them at commas."""
    tidy = tuple(part for keyword in caption.keywords for part in keywords_in(keyword))
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
    wanted = place_keys(preset, facts)
    brands_stay = is_editorial(caption, facts)
    camera = fold(said(facts.camera))
    kept = tuple(
        keyword
        for keyword in caption.keywords
        if (_is_plain(keyword) and keyword != camera)
        or key(keyword) in wanted
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
    if field is None or not field.max_items:
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
        if any(key(each) == key(name) for each in present):
            continue
        others = [each for each in present if not double(each, name)]
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
    names = tuple(part for name in places(facts) for part in keywords_in(name))
    if _wants_single(preset):
        names = tuple(word for name in names for word in _words_of(name))
    return without_doubles(tuple(name for name in names if not _too_big(name)))


def place_keys(preset: Preset, facts: Facts) -> frozenset[str]:
    """Return what the known place's keywords are compared by: no rule drops those."""
    return frozenset(key(name) for name in place_keywords(preset, facts))


def has_room(keywords: list[str], most: int, protected: Collection[str]) -> list[str] | None:
    """Return the keywords with room for one more, the last unprotected gone; None: no room."""
    if not most or len(keywords) < most:
        return keywords
    for index in range(len(keywords) - 1, -1, -1):
        if key(keywords[index]) not in protected:
            return keywords[:index] + keywords[index + 1 :]
    return None


def _too_big(keyword: str) -> bool:
    return len(keyword.encode("utf-8", "surrogatepass")) > MAX_BYTES


def _is_plain(keyword: str) -> bool:
    """Whether a keyword is short small letters and on no list, as nearly every one is."""
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


def is_unwanted(keyword: str) -> bool:
    """Whether no agency wants the keyword: file, camera, agency, number, address, too long."""
    word = fold(keyword)
    if word in FILE_WORDS or word in AGENCIES or _too_big(keyword):
        return True
    return is_number_or_date(keyword) or is_camera_word(keyword) or is_address(keyword)


def _is_brand(keyword: str, camera: str, *, stay: bool) -> bool:
    word = fold(keyword)
    brand, _, model = word.partition(" ")
    if brand not in CAMERA_BRANDS:
        return bool(camera) and word == camera
    if not model:
        return not stay or brand in camera
    return model in {"camera", "lens"} or any(char.isdigit() for char in model)
