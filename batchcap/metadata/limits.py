"""Text against the limits of tags: what is unsafe, what fits, where to cut.

Takes text, gives text. Never reads a file, never raises for odd text.
"""

import re
import unicodedata
from collections.abc import Mapping

from batchcap.metadata.tagmap import CAMERA_WORDS, TAGS, UCS2

LONGEST = 32_000  # bytes; a JPEG segment holds 65,533 and the text may stand in two of its tags

# ExifTool's JSON import turns these words into other ones (measured with 12.57).
_DECODED = re.compile(r"^base64:|\\u[0-9a-fA-F]{4}")
_JOINERS = frozenset("\u200c\u200d")
_FIRST_SKIN, _LAST_SKIN = 0x1F3FB, 0x1F3FF
_BEYOND_UCS2 = 0x10000


def unsafe(text: object) -> str:
    """Return why a value must not be written, or "" where it may."""
    if not isinstance(text, str):
        return f"it is {type(text).__name__}, not text"
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        return f"it is longer than {LONGEST} bytes"
    if _DECODED.search(text):
        return "ExifTool would decode it into something else"
    if text.isprintable():
        return ""  # none of the characters below is; the plain text that it mostly is takes no time
    return next((f"it holds U+{ord(each):04X}" for each in text if _hidden(each)), "")


def _hidden(char: str) -> bool:
    """Whether a character is a control, a surrogate, invisible or turns the reading order."""
    category = unicodedata.category(char)
    if category in {"Cc", "Cs", "Co", "Zl", "Zp"}:
        return True
    if category == "Cf":
        return char not in _JOINERS
    return ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF  # noqa: PLR2004


def size(text: str) -> int:
    """Return the length in UTF-8 bytes."""
    return len(text.encode("utf-8", "surrogatepass"))


def cut(text: str, limit: int) -> str:
    """Shorten to at most ``limit`` UTF-8 bytes, after a whole word where there is one."""
    if size(text) <= limit:
        return text
    head = text.encode("utf-8", "surrogatepass")[:limit].decode("utf-8", "ignore")
    rest = text[len(head) :]
    if not rest[0].isspace() and not head[-1:].isspace():
        words = head.rsplit(None, 1)
        head = words[0] if len(words) > 1 else _whole(head, rest)
    return head.rstrip(" \t,;:-\u2013\u2014(/") or head.rstrip()


def _whole(head: str, rest: str) -> str:
    """Take back what belongs to a character whose marks or joined parts were cut off."""
    following = rest[0]
    while head and (_extends(following) or head[-1] == "\u200d"):
        head, following = head[:-1], head[-1]
    return head


def _extends(char: str) -> bool:
    """Whether a character continues the one before it."""
    return (
        unicodedata.category(char) in {"Mn", "Mc", "Me"}
        or char in _JOINERS
        or _FIRST_SKIN <= ord(char) <= _LAST_SKIN
    )


def fit(tag: str, text: str) -> str:
    """Return the text as this tag can hold it, "" where it cannot."""
    rule = TAGS[tag]
    if tag in UCS2:
        text = " ".join("".join(c for c in text if ord(c) < _BEYOND_UCS2).split(" ")).strip()
    if rule.exact:
        return text if len(text) == rule.exact and text.isascii() and text.isalpha() else ""
    return cut(text, rule.limit) if rule.limit else text


def words_of(present: Mapping[str, object], tag: str) -> str:
    """Return a text tag's words, "" for blanks and for what cameras write unasked.

    Where there is no default language the first other one speaks.
    """
    value = present.get(tag)
    if value is None and tag.startswith("XMP-"):
        value = next((present[each] for each in present if each.startswith(f"{tag}-")), None)
    text = items_of(value)
    words = text[0].strip().strip("\0") if text else ""
    return "" if words.casefold() in CAMERA_WORDS else words


def items_of(value: object) -> tuple[str, ...]:
    """Return a list tag's items: ExifTool gives a single one without its list."""
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(str(each) for each in value)
    return (str(value),)


def same(one: str, other: str) -> bool:
    """Whether two texts read the same: composed alike, blanks around them aside."""
    return unicodedata.normalize("NFC", one.strip()) == unicodedata.normalize("NFC", other.strip())


def stem(keyword: str) -> str:
    """Return what two keywords must share to be doubles: case, blanks and a plural aside."""
    word = " ".join(unicodedata.normalize("NFC", keyword).casefold().split())
    for ending, plain in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + plain
    if word.endswith("xes"):
        return word[:-2]
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))  # noqa: PLR2004
    return word[:-1] if plural else word
