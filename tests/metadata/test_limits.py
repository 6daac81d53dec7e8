import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.metadata.limits import cut, fit, same, size, stem, unsafe, words_of

TEXT = st.text(st.characters(codec="utf-8"), max_size=120)


@given(TEXT, st.integers(1, 80))
def test_a_cut_text_fits_and_is_a_beginning(text, limit):
    short = cut(text, limit)
    assert size(short) <= limit
    assert text.startswith(short)


@given(st.lists(st.text("abé日", min_size=1, max_size=9), min_size=1, max_size=12))
def test_a_cut_ends_with_a_whole_word_where_there_is_one(words):
    text = " ".join(words)
    short = cut(text, 32)
    if size(words[0]) <= 32:
        assert short.split(" ") == words[: len(short.split(" "))]


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("é" * 40, 64, "é" * 32),
        ("é" * 40, 63, "é" * 31),
        ("one two", 6, "one"),
        ("one two", 3, "one"),
        ("harbour, at night", 10, "harbour"),
        ("日本語の長い題名", 10, "日本語"),
        ("x👩\u200d👩\u200d👧 y", 6, "x"),
        ("ab👍🏽", 6, "ab"),
        ("e\u0301e\u0301", 4, "e\u0301"),
    ],
)
def test_cuts(text, limit, expected):
    assert cut(text, limit) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("a\nb", "a\0b", "\ud800", "a\u202eb", "a\u200fb", "\ufeffa", "a\x7fb", "a\u2028b"),
        *("base64:aGVsbG8h", "\\u000a-if", "\ue000", "x" * 33000, "a\tb", "a\u200bb", "a\ufffe"),
    ],
)
def test_unsafe_text_is_named(text):
    assert unsafe(text)


@pytest.mark.parametrize("value", [None, 7, 1.5, True, ["a"], {"a": 1}, b"a"])
def test_what_is_no_text_is_unsafe(value):
    assert unsafe(value)


@pytest.mark.parametrize(
    "text",
    [
        *("-execute", "-if (1)", "<b>&amp;", '"quotes" and «more»', "👩\u200d👩\u200d👧"),
        *("¯\\_(ツ)_/¯", "=cmd|' /C calc'!A0", "שלום", "x" * 4096, "null", "true", "@file"),
        *("${HOME}", "%d%f"),
    ],
)
def test_odd_but_honest_text_is_safe(text):
    assert unsafe(text) == ""


def test_a_country_code_is_three_letters_or_nothing():
    assert fit("IPTC:Country-PrimaryLocationCode", "PRT") == "PRT"
    assert fit("IPTC:Country-PrimaryLocationCode", "PT") == ""


def test_windows_tags_lose_what_exiftool_cannot_write_there():
    assert fit("EXIF:XPTitle", "a 👩 b") == "a  b"
    assert fit("XMP-dc:Title", "a 👩 b") == "a 👩 b"


def test_camera_words_are_no_description():
    assert (
        words_of(
            {"EXIF:ImageDescription": "OLYMPUS DIGITAL CAMERA         "}, "EXIF:ImageDescription"
        )
        == ""
    )
    assert words_of({"EXIF:ImageDescription": "My aunt"}, "EXIF:ImageDescription") == "My aunt"


def test_a_title_in_another_language_is_a_title():
    assert words_of({"XMP-dc:Title-de": "Hafen"}, "XMP-dc:Title") == "Hafen"


@pytest.mark.parametrize(
    ("one", "other", "double"),
    [
        ("Cat", "cats", True),
        ("city", "Cities", True),
        ("box", "boxes", True),
        ("beach", "beaches", True),
        ("glass", "glas", False),
        ("bus", "bu", False),
        ("cat", "car", False),
        ("old  town", "Old Town", True),
    ],
)
def test_doubles(one, other, double):
    assert (stem(one) == stem(other)) is double


def test_composed_and_decomposed_read_the_same():
    assert same("Café ", "Cafe\u0301")
