"""Keywords as words: what one is, which two are the same, which agencies do not want.

Takes and gives single keywords. Never knows a preset.
"""

import re
import unicodedata

from batchcap.captions.text import fold, plain

MAX_BYTES = 64  # IPTC IIM 2:25 Keywords
_BETWEEN = re.compile(r"[,;|，、\n]")  # noqa: RUF001 commas of other scripts part keywords too
_EDGE = " .:!?'\"“”„«»‘’-–—/\\=+@&#_~^()[]{}•·"  # noqa: RUF001 real punctuation
_INSIDE = str.maketrans(dict.fromkeys('"“”„«»#=~^()[]{}•·\\_', " "))
_PICTORIAL = frozenset({"So", "Sk"})
_SELECTORS = range(0xFE00, 0xFE10)
_HISSING = ("s", "x", "z", "ch", "sh")
_SAME_AS_PLURAL = frozenset({"news", "goods", "arms", "customs"})
ODD_PLURALS = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "person": "people",
    "foot": "feet",
    "tooth": "teeth",
    "mouse": "mice",
    "goose": "geese",
    "leaf": "leaves",
    "loaf": "loaves",
    "half": "halves",
    "shelf": "shelves",
    "wolf": "wolves",
    "calf": "calves",
    "scarf": "scarves",
    "knife": "knives",
    "life": "lives",
    "wife": "wives",
    "cactus": "cacti",
}


def _listed(text: str) -> frozenset[str]:
    return frozenset(fold(each.strip()) for each in text.split(","))


STOP_WORDS = _listed(
    "a, an, the, of, and, or, in, on, at, with, to, for, from, by, de, la, le, del"
)
FILE_WORDS = _listed(
    "photo, photos, photograph, photographs, photography, image, images, picture, pictures, pic, "
    "pics, stock, jpg, jpeg, png, tiff, raw, hd, uhd, 4k, 8k, hdr, hq, snapshot, "
    "footage, vector, clipart, thumbnail, stock photo, stock photos, stock image, stock images, "
    "stock photography, stock picture, royalty free, royalty-free, high resolution, high quality, "
    "full hd, ultra hd"
)
AGENCIES = _listed(
    "123rf, adobe stock, adobestock, age fotostock, alamy, bigstock, depositphotos, dreamstime, "
    "envato, freepik, fotolia, getty, getty images, gettyimages, istock, istockphoto, pexels, "
    "picfair, pixabay, pond5, shutterstock, unsplash, vecteezy"
)
CAMERA_BRANDS = _listed(
    "canon, nikon, sony, fujifilm, fuji, olympus, panasonic, lumix, leica, hasselblad, pentax, "
    "ricoh, gopro, dji, sigma, tamron, tokina, zeiss, samyang"
)
_CAMERA_WORDS = _listed("dslr, slr, exif, iso, aperture, shutter speed, focal length, megapixel")
_SPECIFICATION = re.compile(
    r"(f ?/ ?\d+([.,]\d+)?|f ?\d+[.,]\d+|iso ?\d+|1/\d+ ?s?"
    r"|\d+([.,]\d+)?(-\d+)? ?(mm|mp|megapixels?)( lens)?)"
)
_MONTH = (
    r"(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sep(t(ember)?)?"
    r"|oct(ober)?|nov(ember)?|dec(ember)?)"
)
_DATE = re.compile(
    rf"({_MONTH}\.? ?\d{{1,4}}(st|nd|rd|th)?,?( \d{{2,4}})?"
    rf"|\d{{1,4}}(st|nd|rd|th)? ?{_MONTH}\.?,?( \d{{1,4}})?)"
)
WEB_ADDRESS = re.compile(
    r"\bhttps?\b|\bwww\.|\b[\w-]+\.(?:com|org|net|info|eu|de|fr|it|es|uk)\b|[\w.]+@[\w-]+\.\w+"
    r"|(?<!\w)[@#][A-Za-z]\w+|\+\d{2,3}[ \d()-]{7,}",
    re.IGNORECASE,
)
# One of these, or a mark of _ADDRESSED, stands in whatever it finds.
ADDRESSING = frozenset(["http", "https", "www"])
_ADDRESSED = frozenset("@#.:/+")
_COORDINATE = re.compile(r"[nsew]? ?[+-]?\d[\d°′'\".,+\- ]*[nsew]?")  # noqa: RUF001 minutes


def keywords_in(text: str) -> list[str]:
    """Return the keywords in a text: parted at commas, without emoji, quotes and markup."""
    if text.isascii() and text.replace(" ", "").isalnum() and text == " ".join(text.split()):
        return [text]  # nearly every keyword is this plain, and every rule asks anew
    parts = (_tidy(part) for part in _BETWEEN.split(text))
    return [part for part in parts if part]


def plurals(word: str) -> frozenset[str]:
    """Return the plural forms an English noun or phrase may take; compared without case."""
    if word in ODD_PLURALS:
        return frozenset({ODD_PLURALS[word]})
    first, gap, last = word.rpartition(" ")
    if gap and last in ODD_PLURALS:
        return frozenset({first + gap + ODD_PLURALS[last]})
    if word.endswith(_HISSING):
        return frozenset({word + "es"})
    forms = {word + "s"}
    if word.endswith("o"):
        forms.add(word + "es")
    if len(word) > 2 and word.endswith("y") and word[-2] not in "aeiou":  # noqa: PLR2004 boy, not y
        forms.add(word[:-1] + "ies")
    return frozenset(forms - _SAME_AS_PLURAL)


def singulars(word: str) -> frozenset[str]:
    """Return the singular forms of which a word may be the plural; compared without case."""
    first, gap, last = word.rpartition(" ")
    guesses = [word[:-1], word[:-2], f"{word[:-3]}y", *(first + gap + one for one in ODD_PLURALS)]
    if not word.endswith("s") and last not in ODD_PLURALS.values():
        return frozenset()
    return frozenset(each for each in guesses if each and word in plurals(each))


def key(keyword: str) -> str:
    """Return what a keyword is compared by: no case, no accents, hyphens as spaces."""
    return fold(keyword).replace("-", " ")


def without_doubles(keywords: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keywords in order, of each word only the first form."""
    kept: list[str] = []
    seen: set[str] = set()
    seen_plurals: set[str] = set()
    for keyword in keywords:
        word = key(keyword)
        if word in seen or word in seen_plurals or not seen.isdisjoint(plurals(word)):
            continue
        kept.append(keyword)
        seen.add(word)
        seen_plurals |= plurals(word)
    return tuple(kept)


def is_number_or_date(keyword: str) -> bool:
    """Whether a keyword is a number, a date or a coordinate and says nothing else."""
    word = fold(keyword)
    if not any(char.isdigit() for char in word):
        return False
    if not any(char.isalpha() for char in word):
        return True
    if _DATE.fullmatch(word):
        return True
    return any(mark in word for mark in "°′'.") and _COORDINATE.fullmatch(word) is not None  # noqa: RUF001


def is_camera_word(keyword: str) -> bool:
    """Whether a keyword tells of the camera's settings and not of the scene."""
    word = fold(keyword)
    if word in _CAMERA_WORDS:
        return True
    return any(char.isdigit() for char in word) and _SPECIFICATION.fullmatch(word) is not None


def is_address(keyword: str) -> bool:
    """Whether a keyword holds a web or mail address, a user name or a phone number."""
    return not _ADDRESSED.isdisjoint(keyword) and WEB_ADDRESS.search(keyword) is not None


def is_unwanted(keyword: str) -> bool:
    """Whether no agency wants the keyword: file, camera, agency, number, address, too long."""
    word = fold(keyword)
    if word in FILE_WORDS or word in AGENCIES or is_too_big(keyword):
        return True
    return is_number_or_date(keyword) or is_camera_word(keyword) or is_address(keyword)


def is_too_big(keyword: str) -> bool:
    """Whether a keyword is longer than IPTC Keywords may be."""
    return len(keyword.encode("utf-8", "surrogatepass")) > MAX_BYTES


def _tidy(text: str) -> str:
    bare = "".join(" " if _is_pictorial(each) else each for each in plain(text))
    return plain(bare.translate(_INSIDE)).strip(_EDGE)


def _is_pictorial(char: str) -> bool:
    return unicodedata.category(char) in _PICTORIAL or ord(char) in _SELECTORS
