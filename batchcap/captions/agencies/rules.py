"""An agency's rules, a function each, and the check that applies them all.

Takes an agency, an item and its wording; each rule gives (field, reason) for what it finds. What a
finding weighs stands in the agency's file: hold keeps the photo out of the CSV, again says that
another answer would serve better, and the rest is mended in the row.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from batchcap.captions.agencies.record import Agency, Item
from batchcap.captions.agencies.wording import (
    FORMULA,
    Wording,
    dated,
    keywords,
    lost,
    missing,
    neutral,
    opening,
    refused_words,
    spelled_keywords,
    taken,
    tidy,
    word,
)
from batchcap.captions.evidence import said
from batchcap.captions.text import fold, says
from batchcap.records import Finding, Severity

Told = Iterator[tuple[str, str]]
Rule = Callable[[Agency, Item, Wording], Told]

DUPLICATE = "duplicate_filename"


def unsafe_filename(agency: Agency, item: Item, _: Wording) -> Told:
    """Refuse a name that a CSV cannot carry unchanged: the row would belong to no photo."""
    name = item.filename
    if name[:1] in tuple(FORMULA):
        yield "filename", f"The file name begins with {name[0]!r}, which spreadsheets run."
    elif any(unicodedata.category(each) in {"Cc", "Cs"} for each in name):
        yield "filename", "The file name holds a control character or is no Unicode."
    elif (agency.words.ascii and not name.isascii()) or set(name) & set(agency.words.drop):
        yield "filename", f"The file name holds characters that {agency.name} does not take."


def long_filename(agency: Agency, item: Item, _: Wording) -> Told:
    """Refuse a name that the agency would cut: the row would belong to no photo."""
    most, length = agency.files.name_chars, len(item.filename)
    if most and length > most:
        yield "filename", f"The file name has {length} characters; {agency.name} takes {most}."


def wrong_file_kind(agency: Agency, item: Item, _: Wording) -> Told:
    """Refuse a kind of file that cannot be uploaded."""
    kinds = agency.files.kinds
    if kinds and not item.filename.lower().endswith(kinds):
        shown = ", ".join(kinds)
        yield "filename", f"{agency.name} takes no such file as {item.filename}, only {shown}."


def no_camera(agency: Agency, item: Item, _: Wording) -> Told:
    """Refuse a photo whose EXIF names no camera where the agency's inspection asks for it."""
    if agency.files.needs_camera and not said(item.facts.camera):
        yield "camera", f"{agency.name} asks for Make and Model in EXIF, and they are not there."


def unknown_release(_agency: Agency, item: Item, _: Wording) -> Told:
    """Refuse to sell what neither facts nor caption call commercial or editorial."""
    if item.release is None:
        yield "release", "Nothing says whether the photo is commercial or editorial."


def editorial_refused(agency: Agency, item: Item, _: Wording) -> Told:
    """Refuse editorial photos where individuals cannot sell them."""
    if item.editorial and not agency.editorial.accepted:
        yield "release", agency.editorial.reason


def no_dateline(agency: Agency, item: Item, _: Wording) -> Told:
    """Refuse an editorial photo whose place or day is not known: a dateline is not invented."""
    if item.editorial and agency.editorial.accepted and (gaps := missing(agency, item.facts)):
        what = " and the ".join(gaps)
        yield "dateline", f"The dateline of {agency.name} wants the {what}, which is not known."


def missing_words(agency: Agency, item: Item, wording: Wording) -> Told:
    """Refuse a row without a text that the agency requires."""
    for name, rule in agency.texts():
        if rule.required and not wording.text(name):
            held = "is empty" if not taken(item, rule) else "leaves nothing that fits"
            yield name, f"The {name} {held}, and {agency.name} requires one."


def long_text(agency: Agency, item: Item, _: Wording) -> Told:
    """Tell of a text over the limit; the row holds it cut at a sentence or a word."""
    for name, rule in agency.texts():
        text = tidy(agency, neutral(taken(item, rule)), rule.marks)
        length = len(opening(agency, item, name)) + len(text)
        if rule.max_chars and length > rule.max_chars:
            yield name, f"The {name} has {length} characters; {agency.name} takes {rule.max_chars}."


def short_text(agency: Agency, _item: Item, wording: Wording) -> Told:
    """Tell of a text that is shorter than the agency wants."""
    for name, rule in agency.texts():
        length = len(wording.text(name))
        if 0 < length < rule.min_chars:
            wanted = rule.min_chars
            yield name, f"The {name} has {length} characters; {agency.name} wants {wanted}."


def few_words(agency: Agency, item: Item, wording: Wording) -> Told:
    """Tell of a text of too few words, the dateline not counted."""
    for name, rule in agency.texts():
        text = wording.text(name)[len(opening(agency, item, name)) :]
        if text and len(text.split()) < rule.min_words:
            yield name, f"The {name} is too few words; {agency.name} wants {rule.min_words}."


def title_is_description(agency: Agency, _item: Item, wording: Wording) -> Told:
    """Tell of a description that only repeats the title."""
    title, description = (fold(each).rstrip(" .") for each in (wording.title, wording.description))
    if title and title == description:
        yield "description", f"Title and description are the same; {agency.name} wants two texts."


def dateline_removed(agency: Agency, item: Item, _: Wording) -> Told:
    """Tell of a dateline in a commercial text; the row goes without."""
    for name, rule in agency.texts():
        text = taken(item, rule)
        if not item.editorial and neutral(text) != text:
            yield name, f"The {name} opens with a dateline, and the photo is not editorial."


def date_in_text(agency: Agency, item: Item, wording: Wording) -> Told:
    """Refuse a commercial text with a date where the agency takes it for editorial."""
    if item.editorial or not agency.words.neutral:
        return
    for name, _rule in agency.texts():
        if found := dated(wording.text(name)):
            yield name, f"The {name} says {found!r}; {agency.name} takes no dates in it."


def refused_in_text(agency: Agency, item: Item, wording: Wording) -> Told:
    """Refuse a text with a word the agency does not take: brands, cameras, kinds of picture."""
    words = refused_words(agency, item)
    for name, _rule in agency.texts():
        text = wording.text(name)[len(opening(agency, item, name)) :]
        if found := [each for each in words if says(text, each)]:
            yield name, f"The {name} says {', '.join(found)}, which {agency.name} refuses."


def lost_letters(agency: Agency, item: Item, _: Wording) -> Told:
    """Refuse a text in letters that have no ASCII form where the agency takes only ASCII."""
    if not agency.words.ascii:
        return
    for name, rule in agency.texts():
        if found := lost(taken(item, rule)):
            yield name, f"The {name} holds {found[:10]!r}, and {agency.name} takes ASCII alone."
    if item.editorial and lost(said(item.facts.city) + said(item.facts.country)):
        yield "dateline", f"The place is written in letters that {agency.name} does not take."


def unwanted_characters(agency: Agency, item: Item, _: Wording) -> Told:
    """Tell of characters that the row leaves out: commas, accents, quotes, a formula's sign."""
    for name, rule in agency.texts():
        text = neutral(taken(item, rule))
        if tidy(agency, text, rule.marks) != text:
            yield name, f"The {name} holds characters that {agency.name} does not take."


def unwanted_keywords(agency: Agency, item: Item, _: Wording) -> Told:
    """Tell of keywords that the row leaves out: too long, refused, or a date."""
    kept = {each.casefold() for each in keywords(agency, item)}
    gone = [each for each in spelled_keywords(agency, item) if each.casefold() not in kept]
    if gone:
        shown = ", ".join(each[:40] for each in gone[:5])
        yield "keywords", f"{agency.name} does not take these keywords: {shown}."


def too_many_keywords(agency: Agency, item: Item, _: Wording) -> Told:
    """Tell of more keywords than the agency takes; the row ends with the last that fits."""
    most, count = agency.keywords.max_items, len(keywords(agency, item))
    if most and count > most:
        yield "keywords", f"There are {count} keywords; {agency.name} takes {most}."


def too_few_keywords(agency: Agency, _item: Item, wording: Wording) -> Told:
    """Refuse a photo with fewer keywords than the agency accepts."""
    least, count = agency.keywords.min_items, len(wording.keywords)
    if count < least:
        yield "keywords", f"There are {count} keywords; {agency.name} wants {least} at least."


def few_keywords(agency: Agency, _item: Item, wording: Wording) -> Told:
    """Tell of fewer keywords than the agency recommends."""
    rule, count = agency.keywords, len(wording.keywords)
    if rule.min_items <= count < rule.best_items:
        yield "keywords", f"There are {count} keywords; {agency.name} recommends {rule.best_items}."


def no_category(agency: Agency, _item: Item, wording: Wording) -> Told:
    """Tell of a photo whose words lead to no category: none is invented."""
    if len(wording.categories) < agency.categories.min_items:
        yield "categories", f"No category of {agency.name} follows from the caption's words."


def unknown_country(agency: Agency, item: Item, _: Wording) -> Told:
    """Tell of a country that is not known, or has no code; its cell stays empty."""
    country = said(item.facts.country)
    if agency.uses("country") and not country:
        yield "country", "The country is not known."
    elif agency.uses("country_code") and fold(country) not in agency.country_codes:
        told = f"No two-letter code is known for {country!r}." if country else "It is not known."
        yield "country", told.replace("It is", "The country is")


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.__name__: rule
        for rule in (
            unsafe_filename,
            long_filename,
            wrong_file_kind,
            no_camera,
            unknown_release,
            editorial_refused,
            no_dateline,
            missing_words,
            long_text,
            short_text,
            few_words,
            title_is_description,
            dateline_removed,
            date_in_text,
            refused_in_text,
            lost_letters,
            unwanted_characters,
            unwanted_keywords,
            too_many_keywords,
            too_few_keywords,
            few_keywords,
            no_category,
            unknown_country,
        )
    }
)
# What the row mends where the agency's file does not hold it.
MENDED = frozenset(
    {
        "long_text",
        "dateline_removed",
        "unwanted_characters",
        "unwanted_keywords",
        "too_many_keywords",
        "unknown_country",
    }
)


def check(agency: Agency, item: Item) -> tuple[Finding, ...]:
    """Return all that the agency's rules find, in the order of RULES."""
    wording = word(agency, item)
    return tuple(
        Finding(name, _weight(agency, name), field, reason)
        for name, rule in RULES.items()
        for field, reason in rule(agency, item, wording)
    )


def _weight(agency: Agency, rule: str) -> Severity:
    if rule in agency.hold:
        return Severity.HOLD
    return Severity.AGAIN if rule in agency.again else Severity.REPAIRED
