"""Facts as words: the names, the day and the release, safe to put on a line.

Takes Facts, gives short strings. Never gives coordinates or the camera.
"""

from dataclasses import fields
from datetime import date, datetime

from batchcap.captions.text import plain
from batchcap.records import Caption, Fact, Facts, Release

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NAME_CHARS = 100
_NOTES_CHARS = 1000
# A release, a day, a camera and a code are facts, and no words that a caption may say.
_UNSAID = frozenset({"release", "taken", "camera", "country_code", "country_code3"})


def said(fact: Fact | None, limit: int = _NAME_CHARS) -> str:
    """Return a fact's value on one line of at most ``limit`` characters; "" where unknown."""
    return plain(fact.value)[:limit].strip() if fact else ""


def sayable(facts: Facts) -> tuple[str, ...]:
    """Return the words of every fact that a caption may repeat: places, notes, names."""
    known = ((each.name, getattr(facts, each.name)) for each in fields(facts))
    return tuple(
        said(value, _NOTES_CHARS)
        for name, value in known
        if isinstance(value, Fact) and name not in _UNSAID
    )


def places(facts: Facts) -> tuple[str, ...]:
    """Return the known city and country, the narrower first."""
    return tuple(name for name in (said(facts.city), said(facts.country)) if name)


def day(facts: Facts) -> date | None:
    """Return the day the photo was taken, or None where no readable date is known."""
    try:
        return datetime.fromisoformat(said(facts.taken)).date()
    except ValueError:
        return None


def month_name(when: date) -> str:
    """Return the English month name, whatever the machine's locale."""
    return MONTHS[when.month - 1]


def is_editorial(caption: Caption, facts: Facts) -> bool:
    """Whether the photo is sold as editorial; what is known goes before what the model says."""
    return (said(facts.release) or caption.release).casefold() == Release.EDITORIAL


def is_commercial(caption: Caption, facts: Facts) -> bool:
    """Whether the photo is sold for advertising too; what is known goes before the model's word."""
    return (said(facts.release) or caption.release).casefold() == Release.COMMERCIAL
