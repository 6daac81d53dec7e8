"""Model text as plain, safe text.

Takes any string, gives one line without control characters, bidi marks or markup.
Never raises, never judges the content.
"""

import re
import unicodedata

_TAG = re.compile(r"<[!/?]?[A-Za-z-][^<>]*>")
_MARKS = str.maketrans("", "", "*`")
_BRACKETS = str.maketrans("", "", "<>")
# Cf holds bidi controls, zero-width characters and the invisible tag letters; Co has no meaning
# outside one font; lone surrogates (Cs) cannot be written as UTF-8.
_DROPPED = frozenset({"Cc", "Cf", "Co", "Cs"})
# Noncharacters may not stand in XML, hence not in XMP; U+FFFD is what a broken decoder left.
_PLANE_ENDS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
# Letters and signs of western texts, none of which is dropped or stands for another.
_WESTERN = re.compile("[ -;=?-~¡-¬®-ɏ‐-―‘-‟…]*")  # noqa: RUF001 real punctuation
_UNWRITABLE = re.compile(f"[\\uFDD0-\\uFDEF\\uFFFD{_PLANE_ENDS}]")
_CLOSING = r"[.!?…。！？]+[\"'”’»)\]]*"  # noqa: RUF001 real end marks
_ABBREVIATED = r"(?<!\bSt)(?<!\bMt)(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bNo)(?<!\bvs)(?<!\b[A-Z])"
_INNER_END = re.compile(_ABBREVIATED + _CLOSING + r"(?=\s|$)")
_END_MARKS = tuple(".!?…。！？")  # noqa: RUF001 real end marks
_CLOSERS = "\"'”’»)]"  # noqa: RUF001 real quotes
_OPEN_TAIL = 4  # characters in which an open end shows
_LATIN_ENDS = 0x250  # Basic Latin to Latin Extended-B
_LATIN_MORE = range(0x1E00, 0x1F00)
# Small words that want more.
DANGLING = frozenset(
    [
        *("a", "an", "the", "of", "and", "or", "but", "in", "on", "at", "with", "without", "to"),
        *("for", "from", "by", "near", "under", "over", "into", "onto", "its", "their", "his"),
        *("her", "is", "are", "was", "were", "as", "that", "which", "who", "whose", "while"),
        *("between", "behind", "beside", "against", "along", "across", "through", "during"),
        *("this", "these"),
    ]
)
_OPEN_END = re.compile(r"[,;:&/(\[{“„«‘–—-]$|\.\.\.$|…$")  # noqa: RUF001 real punctuation


def clean(text: str) -> str:
    """Return the text in NFC on one line, without control, bidi and zero-width characters or tags.

    ``<`` and ``>`` go altogether, so that taking one tag out cannot leave another.
    """
    if text.isascii() and text.isprintable() and "<" not in text and ">" not in text:
        # Nearly every text of a model is this plain, and every rule asks anew.
        if "  " not in text and text[:1] != " " != text[-1:]:
            return text
        return " ".join(text.split())
    if _WESTERN.fullmatch(text) and unicodedata.is_normalized("NFC", text):
        return " ".join(text.split())
    kept = unicodedata.normalize("NFC", "".join(map(_kept, text)))
    bare = _TAG.sub("", kept).translate(_BRACKETS)
    return unicodedata.normalize("NFC", " ".join(bare.split()))


def plain(text: str) -> str:
    """Return the cleaned text without markdown's stars and backticks."""
    cleaned = clean(text)
    if "*" not in cleaned and "`" not in cleaned:
        return cleaned
    return clean(cleaned.translate(_MARKS))


def fold(text: str) -> str:
    """Return the text without case and accents, for comparing only."""
    if text.isascii():
        return text.lower()
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in split if not unicodedata.combining(each)).casefold()


def foreign_letters(text: str) -> float:
    """Return the share of letters that are not Latin."""
    if text.isascii():
        return 0.0
    letters = [ord(each) for each in text if each.isalpha()]
    other = sum(each >= _LATIN_ENDS and each not in _LATIN_MORE for each in letters)
    return other / len(letters) if letters else 0.0


def says(text: str, name: str) -> bool:
    """Whether the text holds the name as whole words, whatever the case and the accents."""
    wanted, folded = fold(name), fold(text)
    start = folded.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not (_is_word(folded[start - 1 : start]) or _is_word(folded[end : end + 1])):
            return True
        start = folded.find(wanted, start + 1) if start < len(folded) else -1
    return False


def ends_sentence(text: str) -> bool:
    """Whether the text closes with a sentence end and not with dots of omission."""
    bare = text.removesuffix("\n").rstrip(_CLOSERS)
    return bare.endswith(_END_MARKS) and not _OPEN_END.search(text[-_OPEN_TAIL:])


def sentence_ends(text: str) -> list[int]:
    """Return where sentences end within the text; "St." and the like end none."""
    return [found.end() for found in _INNER_END.finditer(text)]


def breaks_off(text: str) -> bool:
    """Whether the text stops at a comma, in a bracket, at dots or at a word that wants more."""
    if ends_sentence(text):
        return False
    if _OPEN_END.search(text[-_OPEN_TAIL:]) or last_word(text) in DANGLING:
        return True
    pairs = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"))
    return text.count('"') % 2 == 1 or any(text.count(a) > text.count(b) for a, b in pairs)


def last_word(text: str) -> str:
    """Return the last word of the text without case, or "" where it ends in none."""
    start = len(text)
    while start and text[start - 1].isalnum():
        start -= 1
    return text[start:].casefold()


def trim(text: str, limit: int) -> str:
    """Return the text cut to ``limit`` characters at a sentence end, else at a word; may be ""."""
    if len(text) <= limit:
        return text
    ends = [end for end in sentence_ends(text) if end <= limit]
    if ends and ends[-1] * 2 >= limit:
        return text[: ends[-1]]
    head = text[: limit + 1]
    cut = head[: head.rindex(" ")] if " " in head else ""
    while cut and breaks_off(cut):
        shorter = cut.rsplit(" ", 1)[0] if last_word(cut) in DANGLING else cut[:-1]
        cut = shorter.rstrip() if shorter != cut else ""
    return cut


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _kept(char: str) -> str:
    if char.isspace():
        return " "
    dropped = unicodedata.category(char) in _DROPPED or _UNWRITABLE.match(char)
    return "" if dropped else char
