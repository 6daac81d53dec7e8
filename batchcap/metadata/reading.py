"""ExifTool's JSON → a photo's tags as text, nothing lost on the way.

Takes what ``-j -b -a -G1:4`` prints, gives ``{group:name: text or list of texts}``. Numbers stay
as they were written, old Latin-1 and unmarked UTF-8 are told apart. Pure.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any

from batchcap.metadata.tagmap import TAGS

# Binary values too, duplicates too, no trailers, no embedded pictures, nothing calculated.
READ_ARGUMENTS = ("-j", "-b", "-a", "-G1:4", "-fast", "-e", "-x", "MPF:all")

# ExifTool prints the words true and false as JSON booleans and loses their case. Its own filter
# puts a mark before them (constant Perl, no text of ours or of a file in it), at half as much
# time again: for photos that have such a word where a person may have written it.
MARK = "\x02"
MARKING = ("-api", r"Filter=s/^(true|false)$/\x02$1/i")

# Of a RAW only the words: its previews are megabytes.
WORDS_ARGUMENTS = (
    *("-j", "-b", "-a", "-G1:4", "-e", "-Error", "-FileType", "-XMP", "-XMP:all", "-IPTC:all"),
    *("-EXIF:ImageDescription", "-EXIF:UserComment", "-EXIF:XPTitle", "-EXIF:XPComment"),
    *("-EXIF:XPSubject", "-EXIF:XPKeywords"),
)

# All pictures inside a RAW, and what a camera says of the photo, as numbers.
PICTURE_ARGUMENTS = (
    *("-j", "-b", "-n", "-a", "-G1:4", "-Error", "-FileType", "-preview:all", "-ImageSize"),
    *("-Make", "-Model", "-Orientation", "-DateTimeOriginal", "-CreateDate"),
    *("-OffsetTimeOriginal", "-OffsetTimeDigitized", "-GPSStatus"),
    *("-Composite:GPSLatitude", "-Composite:GPSLongitude"),
)

# Group 1 names where ExifTool finds a tag; these are the names it is written by.
_WRITTEN_AS = {
    f"{group}:{name}": f"EXIF:{name}"
    for group, names in {
        "IFD0": ("ImageDescription", "XPTitle", "XPComment", "XPSubject", "XPKeywords"),
        "ExifIFD": ("UserComment",),
    }.items()
    for name in names
}
_BASE64 = "base64:"
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r")


def parse(printed: str) -> dict[str, dict[str, Any]]:
    """Return each file's tags by its SourceFile; raises ValueError where it is no such JSON."""
    if not printed.strip():
        return {}
    rows = json.loads(printed, parse_int=str, parse_float=str, object_pairs_hook=list)
    if not isinstance(rows, list):
        raise ValueError("ExifTool printed something other than a list")  # noqa: TRY004
    read: dict[str, dict[str, Any]] = {}
    for row in rows:
        pairs = [e for e in row if isinstance(e, tuple)] if isinstance(row, list) else []
        source = next((value for key, value in pairs if key == "SourceFile"), None)
        if not isinstance(source, str):
            raise ValueError("ExifTool printed a row without its file")  # noqa: TRY004
        read[source] = _tags(pairs)
    return read


def lost_case(tags: Mapping[str, Any]) -> bool:
    """Whether a keyword or title came as true or false, and must be read again with the mark."""
    return any(isinstance(each, bool) for tag in TAGS for each in _flat(tags.get(tag)))


def _tags(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return one file's tags; later copies of a name follow the first as ``name#2``, ``name#3``."""
    tags: dict[str, Any] = {}
    copies: dict[str, int] = {}
    for key, value in pairs:
        if key == "SourceFile":
            continue
        group, _, rest = key.partition(":")
        plain = f"{group}:{rest.rpartition(':')[2]}"
        name = _WRITTEN_AS.get(plain, plain)
        copies[name] = copies.get(name, 0) + 1
        tags[name if copies[name] == 1 else f"{name}#{copies[name]}"] = _value(value)
    return _with_iptc_decoded(tags)


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_value(each) for each in value]
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    """Undo the mark, and read an EXIF string that is no UTF-8 as the Latin-1 it must be."""
    if text.startswith(MARK):
        return text[1:]
    if not text.startswith(_BASE64):
        return text
    try:
        raw = base64.b64decode(text[len(_BASE64) :], validate=True)
    except (binascii.Error, ValueError):
        return text
    # Pictures and other binary values stay as they are: they are only compared.
    return text if _binary(raw) else raw.rstrip(b"\0").decode("cp1252", "replace")


def _binary(raw: bytes) -> bool:
    text = raw.rstrip(b"\0")
    control = len(text) - len(text.translate(None, _CONTROLS))
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return control > 0
    return True  # ExifTool prints text as text: this is a text that begins with base64:


def _with_iptc_decoded(tags: dict[str, Any]) -> dict[str, Any]:
    """Read an unmarked IPTC block as UTF-8 where all of it is: many programs forget the mark."""
    if tags.get("IPTC:CodedCharacterSet") == "UTF8":
        return tags
    foreign = {
        name: value
        for name, value in tags.items()
        if name.startswith("IPTC:") and any(not str(each).isascii() for each in _flat(value))
    }
    decoded = {name: _each(value, as_utf8) for name, value in foreign.items()}
    if any(each is None for value in decoded.values() for each in _flat(value)):
        return tags
    return {**tags, **decoded}


def binary(value: object) -> bytes:
    """Return the bytes of a binary value, none where it is a text."""
    if not isinstance(value, str) or not value.startswith(_BASE64):
        return b""
    try:
        return base64.b64decode(value[len(_BASE64) :], validate=True)
    except (binascii.Error, ValueError):
        return b""


def _flat(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _each(value: Any, change: Any) -> Any:
    return [change(each) for each in value] if isinstance(value, list) else change(value)


def as_utf8(text: Any) -> str | None:
    """Return the UTF-8 text that was read as Windows-1252, None where its bytes are no UTF-8."""
    raw = bytearray()
    for char in str(text):
        try:
            raw += char.encode("cp1252")
        except UnicodeEncodeError:
            # The five bytes that Windows-1252 leaves open come through as U+0081 and so on.
            if ord(char) > 0xFF:  # noqa: PLR2004
                return None
            raw.append(ord(char))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def flat_text(tags: Mapping[str, Any], name: str) -> str:
    """Return one tag as text, "" where it is not there."""
    return ", ".join(str(each) for each in _flat(tags.get(name, "")))
