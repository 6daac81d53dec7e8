"""The editorial dateline, built from evidence alone.

Takes a checked caption and facts, gives the caption with "City, Country - Month Day Year: " in
front, or the reason why it cannot be. Never invents a place or a day.
"""

import re
from dataclasses import replace

from batchcap.captions.evidence import day, month_name, said
from batchcap.records import Caption, Facts, Trouble

_DASH = r"\s*[-–—]\s*"  # noqa: RUF001 agencies use all three
_REMEDIES = {
    "city": "move it to COUNTRY/CITY/editorial or name the city in the notes",
    "country": "move it to COUNTRY/CITY/editorial or name the country in the notes",
    "date": "set DateTimeOriginal in its EXIF or name the date in the notes",
}


def headline_of(caption: Caption) -> str:
    """Return the headline, which is the title where the preset asks for no headline."""
    return caption.headline or caption.title


def dateline(facts: Facts) -> str | None:
    """Return "Rome, Italy - June 9 2014: ", or None where place or date is not known."""
    when = day(facts)
    city, country = said(facts.city), said(facts.country)
    if when is None or not city or not country:
        return None
    return f"{city}, {country} - {month_name(when)} {when.day} {when.year}: "


def with_dateline(caption: Caption, facts: Facts) -> Caption | Trouble:
    """Return the caption whose headline and description open with the dateline.

    Limits hold for the neutral text, so the dateline is not counted. A dateline that stands there
    already, in any of the agencies' spellings, is replaced. Trouble "no_dateline" names what is
    missing and what to do.
    """
    opening = dateline(facts)
    if opening is None:
        return Trouble("no_dateline", _missing(facts))
    present = _pattern(facts)
    return replace(
        caption,
        headline=_opened(headline_of(caption), opening, present),
        description=_opened(caption.description, opening, present),
    )


def _opened(text: str, opening: str, present: re.Pattern[str]) -> str:
    neutral = present.sub("", text).strip()
    return opening + neutral if neutral else ""


def _pattern(facts: Facts) -> re.Pattern[str]:
    when = day(facts)
    month, number, year = (month_name(when), when.day, when.year) if when else ("", 0, 0)
    place = rf"{re.escape(said(facts.city))}\s*,\s*{re.escape(said(facts.country))}"
    spelled = rf"{place}{_DASH}{month}\s+0?{number}\s*,?\s*{year}\s*:\s*"
    return re.compile(rf"^\s*(?:{spelled})+", re.IGNORECASE)


def _missing(facts: Facts) -> str:
    known = {
        "city": bool(said(facts.city)),
        "country": bool(said(facts.country)),
        "date": day(facts) is not None,
    }
    gaps = [name for name, there in known.items() if not there]
    remedies = dict.fromkeys(_REMEDIES[name] for name in gaps)
    what = " and ".join(f"the {name}" for name in gaps)
    return (
        f"An editorial caption opens with place and date, and {what} of this photo is not known: "
        f"{'; '.join(remedies)}."
    )
