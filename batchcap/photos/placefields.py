"""The place fields of IPTC and XMP: City, State, Country, its code, and the place within.

Takes raw metadata bytes; gives a Place. Pure. Never resolves an entity of an XML file, and never
raises for a broken one: it then says nothing.
"""

import re
import struct
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from xml.etree import ElementTree as ET

from batchcap.records import Place

TAGS: Mapping[str, tuple[str, ...]] = {
    "country": ("XMP-photoshop:Country", "IPTC:Country-PrimaryLocationName"),
    "country_code": ("XMP-iptcCore:CountryCode", "IPTC:Country-PrimaryLocationCode"),
    "state": ("XMP-photoshop:State", "IPTC:Province-State"),
    "city": ("XMP-photoshop:City", "IPTC:City"),
    "location": ("XMP-iptcCore:Location", "IPTC:Sub-location"),
}
"""The tags of each field, in ExifTool's names."""

_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_IPTC_CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_XMP = {
    f"{_PHOTOSHOP}Country": "country",
    f"{_PHOTOSHOP}State": "state",
    f"{_PHOTOSHOP}City": "city",
    f"{_IPTC_CORE}CountryCode": "country_code",
    f"{_IPTC_CORE}Location": "location",
    f"{_EXIF}GPSLatitude": "latitude",
    f"{_EXIF}GPSLongitude": "longitude",
    f"{_EXIF}GPSStatus": "status",
}
# Data sets of record 2 (IPTC-NAA Information Interchange Model, version 4).
_IIM = {90: "city", 92: "location", 95: "state", 100: "country_code", 101: "country"}
_CHARSET, _UTF8 = (1, 90), b"\x1b%G"
_MARK, _LONG = 0x1C, 0x8000
_LONGEST = 200
_GPS = re.compile(
    r"(?P<d>\d{1,3}),(?P<m>\d{1,2}(?:\.\d+)?)(?:,(?P<s>\d{1,2}(?:\.\d+)?))?(?P<side>[NSEW])"
)
# City and state end at 32 bytes, at a word or a character.
_CUT = 20
_LISTS = ("}Alt", "}Bag", "}Seq", "}li")
# A document type can define entities that grow without end, or name files; no XMP has one.
_DOCTYPE = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def from_xmp(packet: bytes) -> Place:
    """Return what an XMP packet says of the place."""
    return _place({name: text for name, text in _read(packet).items() if name in TAGS})


def gps_from_xmp(packet: bytes) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees, None where the packet does not tell both.

    XMP writes them as «DDD,MM,SSk» or «DDD,MM.mmk», k one of NSEW (XMP specification, part 2).
    """
    found = _read(packet)
    latitude = _degrees(found.get("latitude", ""), "NS", 90)
    longitude = _degrees(found.get("longitude", ""), "EW", 180)
    void = found.get("status", "").strip() == "V"
    if latitude is None or longitude is None or void or latitude == longitude == 0:
        return None
    return latitude, longitude


def _degrees(text: str, sides: str, most: int) -> float | None:
    found = _GPS.fullmatch(text.strip())
    if found is None or found["side"] not in sides:
        return None
    degrees, minutes, seconds = (float(found[part] or 0) for part in ("d", "m", "s"))
    value = degrees + minutes / 60 + seconds / 3600
    if max(minutes, seconds) > 60 or value > most:  # noqa: PLR2004  minutes in a degree
        return None
    return -value if found["side"] in "SW" else value


def _read(packet: bytes) -> dict[str, str]:
    text = _decoded(packet)
    if not text or _DOCTYPE.search(text):
        return {}
    reader = _Reader()
    # Without a document type there is nothing to expand, and the target keeps five short texts.
    parser = ET.XMLParser(target=reader)  # noqa: S314
    try:
        parser.feed(text)
        parser.close()
    except (ET.ParseError, ValueError):  # ValueError: characters that UTF-8 cannot take
        return {}
    return reader.found


def from_iim(records: bytes) -> Place:
    """Return what IPTC's IIM records say of the place."""
    found: dict[str, bytes] = {}
    utf8 = False
    for record, number, data in _data_sets(records):
        if (record, number) == _CHARSET:
            utf8 = data.startswith(_UTF8)
        elif record == 2 and number in _IIM:  # noqa: PLR2004  the application record
            found.setdefault(_IIM[number], data)
    return _place({name: _text(data, declared=utf8) for name, data in found.items()})


def joined(first: Place, second: Place) -> Place:
    """Return the first place, its gaps filled from the second where both may be one place."""
    for name in ("country", "city"):
        one, other = getattr(first, name), getattr(second, name)
        if one and other and one.casefold() != other.casefold():
            return first
    return Place(**{name: getattr(first, name) or getattr(second, name) for name in TAGS})


def without(place: Place, ours: Mapping[str, Collection[str]]) -> Place:
    """Return the place without words that batchcap wrote; ``ours`` maps a tag to such words.

    An echo of our own proves nothing: what it came from speaks for itself.
    """
    echoes = {
        name: ""
        for name, tags in TAGS.items()
        if any(_same(getattr(place, name), each) for tag in tags for each in ours.get(tag, ()))
    }
    return replace(place, **echoes)


class _Reader:
    """Keeps the first text of each field, as an attribute or as an element; builds no tree."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._open = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            if name in _XMP:
                self.found.setdefault(_XMP[name], value)
        if tag in _XMP:
            self._open = "" if self.found.get(_XMP[tag], "").strip() else _XMP[tag]
        elif not tag.endswith(_LISTS):
            self._open = ""

    def data(self, text: str) -> None:
        known = self.found.get(self._open, "")
        if self._open and len(known) < _LONGEST:
            self.found[self._open] = known + text

    def end(self, tag: str) -> None:
        if tag in _XMP or (tag.endswith("}li") and self.found.get(self._open, "").strip()):
            self._open = ""

    def close(self) -> None:
        pass


def _decoded(packet: bytes) -> str:
    encoding = next((name for mark, name in _BOMS if packet.startswith(mark)), "utf-8")
    try:
        text = packet.decode(encoding)
    except UnicodeDecodeError:
        return ""
    # What follows the packet is padding; the declaration names an encoding that is gone by now.
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text.strip("\x00 \t\r\n"))


def _data_sets(records: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 5 <= len(records) and records[at] == _MARK:
        record, number, size = struct.unpack_from(">BBH", records, at + 1)
        at += 5
        if size & _LONG:  # an extended data set: so many bytes hold the size
            width = size & ~_LONG
            size = int.from_bytes(records[at : at + width], "big")
            at += width
        yield record, number, records[at : at + size]
        at += size


def _text(data: bytes, *, declared: bool) -> str:
    """Decode a value: undeclared UTF-8 is common, and Latin-1 of any length seldom is UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8" if declared else "cp1252", "replace")


def _place(found: Mapping[str, str]) -> Place:
    return Place(**{name: _word(value) for name, value in found.items()})


def _word(value: str) -> str:
    """Return a value on one line, or "" for dashes, zeros and other ways of saying nothing."""
    clean = "".join(" " if unicodedata.category(each)[0] == "C" else each for each in value)
    word = unicodedata.normalize("NFC", " ".join(clean.split()))[:_LONGEST].strip()
    return word if any(each.isalpha() for each in word) else ""


def _same(value: str, written: str) -> bool:
    """Whether a value is what was written, perhaps cut to a limit of IIM."""
    one, other = value.casefold(), _word(written).casefold()
    cut = len(value.encode()) >= _CUT
    return bool(one) and (one == other or (cut and other.startswith(one)))
