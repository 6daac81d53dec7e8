"""The rules on what running text must not speak of: the file, the camera, days, codes, agencies.

Each rule takes a preset, a caption and the facts. What stands apart in a sentence is cut; what is
woven into it is asked for again. Words that a person's notes or the place give may always stand.
"""

import re
from collections.abc import Iterable, Iterator

from batchcap.captions.agencies.wording import neutral
from batchcap.captions.evidence import MONTHS, is_editorial
from batchcap.captions.grounds import grounds
from batchcap.captions.prose import changed, found
from batchcap.captions.text import fold
from batchcap.captions.words import AGENCIES, WEB_ADDRESS
from batchcap.records import Caption, Facts, Preset, Severity, Verdict

PROSE = ("title", "headline", "description", "alt_text", "long_description")
_PICTURE = r"(?:photo|photograph|image|picture|shot|snapshot|stock photo|stock image)"
_KINDS = r"(?:(?:beautiful|stunning|close-up|closeup|detailed|colou?r|high-quality|vertical) )?"
_OPENING = re.compile(
    rf"^(?:(?:this|the|an?) )?{_KINDS}{_PICTURE}"
    r"(?: of| showing| depicting| featuring| shows| depicts| captures| features)\s+(?=\w{2,}|a )",
    re.IGNORECASE,
)
_FILE = re.compile(
    rf"\b(?:in (?:this|the) {_PICTURE}\b|(?:this|the) {_PICTURE}"
    r" (?:shows|depicts|captures|features|is|was)\b"
    r"|stock (?:photo|photograph|image|picture|footage)s?\b|stock photography\b|royalty[ -]free\b"
    r"|high[ -]resolution\b|(?:4k|8k|uhd|hdr|jpe?g|tiff?|png)\b)",
    re.IGNORECASE,
)
_CAMERA = re.compile(
    r"(?<![\w.])(?:f ?/ ?\d+(?:[.,]\d+)?|iso ?\d{2,6}|1/\d{2,5} ?(?:s|sec|second)s?\b"
    r"|(?:at|with) \d{2,4} ?mm\b|\d{1,4} ?mm lens"
    r"|\d+(?:[.,]\d+)? ?(?:mp|megapixels?)\b|dslr\b|exif\b|shutter speed|focal length"
    r"|(?:wide[ -]angle|telephoto|macro|zoom|fisheye|prime) lens\b"
    r"|(?:shot|taken|captured|photographed) (?:with|on|using) an? )",
    re.IGNORECASE,
)
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.)"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"(?:{_MONTH} {_DAY}(?:,? {_YEAR})?|{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?|{_MONTH},? {_YEAR}"
    rf"|{_YEAR}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}|{_YEAR})"
)
_DATED = re.compile(rf"(?<![\w/.-]){_DATE}(?![\w/-]|\.\d)")
# At the end of a sentence, or between brackets, a date goes without a trace.
_APART = re.compile(
    r"(?:,? (?:on|in|during|since|from|taken on|taken in) (?:the )?|,? \(|, )"
    rf"(?P<date>{_DATE})\)?(?=[.!?]?$|[.!?] |,)"
)
_DIGIT = re.compile(r"\d")
_COORDINATE = re.compile(
    r"\d{1,3}(?:[.,]\d+)? ?°(?! ?[CF]\b)|[+-]?\d{1,3}\.\d{3,}, ?[+-]?\d{1,3}\.\d{3,}"
    r"|\b\d{1,3}\.\d{3,} ?[NSEW]\b"
)
_NUMBER = re.compile(r"(?<![\w.,-])\d(?:[\d.,]*\d)?(?!\w)(?!-\w)")
_UNIT = re.compile(
    r" ?(?:%|€|\$|£|euros?|dollars?|pounds?|yen|lire|francs?|meters?|metres?|kilomet|miles?|years?"
    r"|degrees?|kg|km|bill|banknote|note|coin)",
    re.IGNORECASE,
)
_AGENCY = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, AGENCIES), reverse=True))})\b")
_MODEL = re.compile(r"\b[A-Z]\w+ $")
# One of these words, or a digit, stands in whatever the patterns find.
FILE_SIGNS = frozenset(
    [
        *("photo", "photograph", "image", "picture", "shot", "snapshot", "stock", "royalty"),
        *("high", "4k", "8k", "uhd", "hdr", "jpg", "jpeg", "tif", "tiff", "png"),
    ]
)
CAMERA_SIGNS = frozenset(
    [
        *("dslr", "exif", "shutter", "focal", "lens", "shot", "taken", "captured"),
        "photographed",
    ]
)
_SHOWN = 40
_LEAST_WORDS = 3


def file_words(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Cut "Photo of" in front of a text; ask again where a text speaks of the file further on."""
    verdict = Verdict(caption)
    given = grounds(preset.lists, facts).folded
    for name, text in _texts(preset, caption):
        bare = _OPENING.sub("", text)
        if bare != text:
            told = f"The opening of {name} spoke of the photo and was cut."
            verdict = changed(verdict, ("file_words", name), bare[:1].upper() + bare[1:], told)
        told = _first(_FILE, bare, given)
        verdict = _named(verdict, ("file_words", name), told, "the file")
    return verdict


def camera_words(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again for a text that tells of the camera: lens, aperture, exposure, sensitivity."""
    verdict = Verdict(caption)
    given = grounds(preset.lists, facts).folded
    for name, text in _texts(preset, caption):
        told = _first(_CAMERA, text, given)
        verdict = _named(verdict, ("camera_words", name), told, "the camera")
    return verdict


def dates(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Cut a date that stands apart in a text; ask again where it is woven into the sentence.

    Facts keep the day, and a dateline is built from them where an agency asks for one. Decades and
    centuries may stand, and a year that the notes give.
    """
    verdict = Verdict(caption)
    given = grounds(preset.lists, facts).folded
    for name, text in _texts(preset, caption):
        if not _DIGIT.search(text):
            continue
        bare = neutral(text)
        short = _APART.sub(lambda each: each[0] if _given(each["date"], given) else "", bare)
        short = short[:1].upper() + short[1:]
        if short != text and len(short.split()) >= _LEAST_WORDS:
            told = f"A date was cut from {name}."
            verdict = changed(verdict, ("dates", name), short, told)
            text = short  # noqa: PLW2901 what is left is looked at
        verdict = _named(verdict, ("dates", name), _first(_DATED, text, given), "a date")
    return verdict


def numbers(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again for a text with coordinates, or with a long number that no note gives."""
    digits, editorial = preset.lists.thresholds.number_digits, is_editorial(caption, facts)
    given = grounds(preset.lists, facts).folded
    verdict = Verdict(caption)
    for name, text in _texts(preset, caption):
        place = _first(_COORDINATE, text, given)
        verdict = _named(verdict, ("numbers", name), place, "coordinates")
        for match in _NUMBER.finditer(text) if digits and not place else ():
            long = sum(each.isdigit() for each in match[0]) >= digits
            counted = _UNIT.match(text, match.end()) or text[: match.start()].endswith(
                ("$", "€", "£")
            )
            # A model's number is part of its name: Boeing 737.
            model = editorial and _MODEL.search(text, 0, match.start())
            dated = _DATED.match(text, match.start())
            if long and not (counted or dated or model) and not _given(match[0], given):
                verdict = _named(verdict, ("numbers", name), match[0], "a number")
                break
    return verdict


def agency_names(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again for a text that names an agency: what it read there is a watermark."""
    verdict = Verdict(caption)
    given = grounds(preset.lists, facts).folded
    for name, text in _texts(preset, caption):
        agency = _first(_AGENCY, fold(text), given)
        verdict = _named(verdict, ("agency_names", name), agency, "an agency")
    return verdict


def web_addresses(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again for a text with a web or mail address, user name, hash tag or phone number."""
    verdict = Verdict(caption)
    given = grounds(preset.lists, facts).folded
    for name, text in _texts(preset, caption):
        told = _first(WEB_ADDRESS, text, given)
        verdict = _named(verdict, ("web_addresses", name), told, "an address")
    return verdict


def _texts(preset: Preset, caption: Caption) -> Iterator[tuple[str, str]]:
    for field in preset.fields:
        if field.name in PROSE:
            yield field.name, getattr(caption, field.name)


def _first(pattern: re.Pattern[str], text: str, given: Iterable[str]) -> str:
    return next((each[0] for each in pattern.finditer(text) if not _given(each[0], given)), "")


def _given(words: str, given: Iterable[str]) -> bool:
    """Whether the notes or the place hold the words: a year, a number or a name a person gave."""
    wanted = fold(words.strip(" ,()"))
    return any(wanted in each for each in given)


def _named(verdict: Verdict, about: tuple[str, str], words: str, what: str) -> Verdict:
    if not words:
        return verdict
    rule, name = about
    told = f'{name} speaks of {what} ("{words.strip()[:_SHOWN]}"): leave it out.'
    return found(verdict, (rule, Severity.AGAIN, name), told)
