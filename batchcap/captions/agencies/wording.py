"""A caption in the words that one agency takes.

Takes an agency and an item; gives title, description, keywords and category ids as they will
stand in the row: dateline put or removed, characters mended, cut at a word. Never adds a word that
neither the caption nor the facts hold.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from batchcap.captions.agencies.record import Agency, Item, TextRule
from batchcap.captions.evidence import MONTHS, day, month_name, said
from batchcap.captions.text import clean, ends_sentence, says, trim
from batchcap.captions.words import is_number_or_date
from batchcap.records import Facts

DATELINE = (
    *("city", "country", "CITY", "COUNTRY"),
    *("month", "MONTH", "mon", "mm", "day", "dd", "year"),
)
# What a spreadsheet takes for a formula at the beginning of a cell, in full width too.
FORMULA = "=+-@＝＋－＠"  # noqa: RUF001 the full-width forms are meant
_QUOTES = str.maketrans(dict.fromkeys("‘’‚‛′‹›", "'") | dict.fromkeys("“”„‟″«»", '"'))  # noqa: RUF001
_LETTERS = "ßss ẞSS æae ÆAE œoe ŒOE øo ØO łl ŁL đd ĐD ðd ÐD þth ÞTh ıi ħh ĦH ŋn ŊN €EUR £GBP ×x"  # noqa: RUF001
_ASCII = str.maketrans(
    {each[0]: each[1:] for each in _LETTERS.split()} | dict.fromkeys("‐‑‒–—―−", "-")  # noqa: RUF001
)
_TOKEN = re.compile(r"\{(\w+)\}")
_MONTH = rf"(?:{'|'.join((*MONTHS, *(each[:3] for each in MONTHS), 'Sept'))})\b\.?"
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
_DAYS = (
    rf"(?:{_MONTH}\s+{_ORDINAL}(?:\s*,?\s*\d{{4}})?|{_MONTH},?\s+\d{{4}}"
    rf"|{_ORDINAL}\s+{_MONTH}(?:,?\s+\d{{4}})?|\d{{4}},?\s+{_MONTH}\s+\d{{1,2}}"
    r"|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4})"
)
_DASH = "[-\u2013\u2014]"
_OPENING = re.compile(
    rf"^(?:[^:!?]{{1,80}}?\s*{_DASH}\s*(?:circa\s+)?{_DAYS}\s*:\s*)+", re.IGNORECASE
)
_DATE = re.compile(rf"\b(?:{_DAYS}|(?:19|20)\d\d)\b", re.IGNORECASE)
_PHRASE = re.compile(
    r",? (?:above|across|after|along|among|and|around|at|before|behind|below|beneath|beside|between"
    r"|by|during|for|from|in|inside|near|on|outside|over|past|through|towards?|under|while|with) "
)
_ABBREVIATED = 3


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands in the row; a text is "" where nothing of it is left."""

    title: str
    description: str
    keywords: tuple[str, ...]
    categories: tuple[str, ...]

    def text(self, name: str) -> str:
        """Return the title or the description."""
        return self.title if name == "title" else self.description


def word(agency: Agency, item: Item) -> Wording:
    """Return the caption as the agency takes it."""
    return Wording(
        title=_worded(agency, item, "title", agency.title),
        description=_worded(agency, item, "description", agency.description),
        keywords=keywords(agency, item)[: agency.keywords.max_items or None],
        categories=categories(agency, item),
    )


def taken(item: Item, rule: TextRule) -> str:
    """Return the caption's text that a rule takes, on one line and with straight quotes."""
    fields = (str(getattr(item.caption, name)) for name in rule.take)
    return next((text for text in map(_straight, fields) if text), "")


def neutral(text: str) -> str:
    """Return the text without a dateline in front, in any of the agencies' spellings."""
    return _OPENING.sub("", text)


def tidy(agency: Agency, text: str, marks: str | None = None) -> str:
    """Return the text in the characters the agency takes; no formula begins it."""
    kept = text.translate(str.maketrans("", "", agency.words.drop))
    if agency.words.ascii:
        kept = to_ascii(kept)
    if marks is not None:
        spelled = kept.replace("&", " and ")
        kept = "".join(each if each in marks or _is_word(each) else " " for each in spelled)
    return disarm(" ".join(kept.split()))


def disarm(text: str) -> str:
    """Return the text without what a spreadsheet would take for the beginning of a formula.

    An apostrophe in front, the usual remedy, would stand in the agency's catalogue for good; no
    caption begins with these characters for a reason.
    """
    return text.lstrip(FORMULA + " \t\r\n")


def to_ascii(text: str) -> str:
    """Return the text in ASCII: accents off, dashes plain; what has no ASCII form is left out."""
    split = unicodedata.normalize("NFKD", text.translate(_ASCII))
    # Once more: taking letters apart can bare one that the table knows.
    return split.translate(_ASCII).encode("ascii", "ignore").decode("ascii")


def lost(text: str) -> str:
    """Return the letters of the text that ASCII has no form for."""
    return "".join(each for each in text if each.isalpha() and not to_ascii(each))


def dated(text: str) -> str:
    """Return the first date or year that the text says, or ""."""
    found = _DATE.search(text)
    return found[0] if found else ""


def dateline(agency: Agency, facts: Facts) -> str | None:
    """Return what opens an editorial text: "" where nothing is asked for, None if not known."""
    template = agency.editorial.dateline
    if not template:
        return ""
    when = day(facts)
    values = {"city": said(facts.city), "country": said(facts.country), **_parts(when)}
    values |= {name.upper(): values[name].upper() for name in ("city", "country", "month")}
    if missing(agency, facts):
        return None
    opening = _TOKEN.sub(lambda found: values[found[1]], template)
    return disarm(to_ascii(opening) if agency.words.ascii else opening)


def missing(agency: Agency, facts: Facts) -> tuple[str, ...]:
    """Return what the agency's dateline asks for and nobody knows: city, country, date."""
    asked = {name.lower() for name in _TOKEN.findall(agency.editorial.dateline)}
    unknown = [name for name in ("city", "country") if name in asked and not _place(facts, name)]
    if asked - {"city", "country"} and day(facts) is None:
        unknown.append("date")
    return tuple(unknown)


def keywords(agency: Agency, item: Item) -> tuple[str, ...]:
    """Return the keywords the agency takes, in order, before they are cut to its number."""
    rule, refused = agency.keywords, refused_words(agency, item)
    kept: dict[str, str] = {}
    for keyword in spelled_keywords(agency, item):
        if rule.max_chars and len(keyword) > rule.max_chars:
            continue
        if not rule.dates and (is_number_or_date(keyword) or dated(keyword)):
            continue
        if any(says(keyword, each) for each in refused):
            continue
        kept.setdefault(keyword.casefold(), keyword)
    return tuple(kept.values())


def spelled_keywords(agency: Agency, item: Item) -> tuple[str, ...]:
    """Return the caption's keywords in the agency's characters; none holds the separator."""
    apart = str.maketrans(dict.fromkeys({agency.keywords.separator, ",", ";"}, " "))
    spelled = (tidy(agency, _straight(each).translate(apart)) for each in item.caption.keywords)
    return tuple(each for each in spelled if each)


def refused_words(agency: Agency, item: Item) -> tuple[str, ...]:
    """Return the words that must not be said of this photo."""
    words = agency.words
    return words.refused if item.editorial else words.refused + words.refused_commercial


def categories(agency: Agency, item: Item) -> tuple[str, ...]:
    """Return the agency's category ids for the item's neutral ones, the best first."""
    rule = agency.categories
    ids = dict.fromkeys(each for name in item.categories for each in rule.of.get(name, ()))
    return tuple(ids)[: rule.max_items or None]


def opening(agency: Agency, item: Item, name: str) -> str:
    """Return the dateline of one text; "" where there is none to put, or none is known."""
    if not item.editorial or name not in agency.editorial.opens:
        return ""
    return dateline(agency, item.facts) or ""


def _worded(agency: Agency, item: Item, name: str, rule: TextRule) -> str:
    text = tidy(agency, neutral(taken(item, rule)), rule.marks)
    front = opening(agency, item, name)
    if rule.max_chars:
        room = rule.max_chars - len(front)
        text = _cut(text, room) if room > 0 else ""
    return front + text if text else ""


def _cut(text: str, room: int) -> str:
    """Return the text in ``room`` characters; a phrase that would break off goes as a whole."""
    kept = trim(text, room)
    if kept == text or ends_sentence(kept) or _PHRASE.match(text, len(kept)):
        return kept
    begun = [found.start() for found in _PHRASE.finditer(kept)]
    return kept[: begun[-1]] if begun and begun[-1] * 2 >= len(kept) else kept


def _straight(text: str) -> str:
    return clean(text).translate(_QUOTES)


def _is_word(char: str) -> bool:
    return char.isspace() or unicodedata.category(char)[0] in "LMN"


def _place(facts: Facts, name: str) -> str:
    return said(facts.city if name == "city" else facts.country)


def _parts(when: date | None) -> dict[str, str]:
    if when is None:
        return {"month": ""}
    month = month_name(when)
    return {
        "month": month,
        "mon": month[:_ABBREVIATED],
        "mm": f"{when.month:02}",
        "day": str(when.day),
        "dd": f"{when.day:02}",
        "year": str(when.year),
    }
