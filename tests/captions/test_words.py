import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.captions.words import (
    is_camera_word,
    is_number_or_date,
    keywords_in,
    without_doubles,
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Boat", "boat", True),
        ("boat", "boats", True),
        ("boxes", "box", True),
        ("glass", "glasses", True),
        ("city", "cities", True),
        ("tulip field", "tulip fields", True),
        ("fishing woman", "fishing women", True),
        ("black-and-white", "black and white", True),
        ("café", "cafe", True),
        ("potato", "potatoes", True),
        ("leaves", "leaf", True),
        ("pin", "pine", False),
        ("new", "news", False),
        ("car", "care", False),
        ("boat", "boating", False),
        ("boy", "bo", False),
        ("y", "ies", False),
    ],
)
def test_plural_and_singular_are_one_word(one, other, same):
    assert double(one, other) is same
    assert double(other, one) is same


def double(one, other):
    return len(without_doubles((one, other))) == 1


WORDS = st.text(alphabet="aeosyxchf -é", max_size=6)


@given(st.lists(WORDS, max_size=25).map(tuple))
def test_without_doubles_keeps_the_first_of_each_in_order(keywords):
    kept = without_doubles(keywords)
    rest = iter(keywords)
    assert all(each in rest for each in kept)
    assert without_doubles(kept) == kept
    assert not any(double(a, b) for i, a in enumerate(kept) for b in kept[i + 1 :])
    assert all(any(double(each, other) for other in kept) for each in keywords)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("boat", ["boat"]),
        ("#boat", ["boat"]),
        ('"boat"', ["boat"]),
        ("**boat**", ["boat"]),
        ("boat 🚤", ["boat"]),
        ("boat, harbour; sea", ["boat", "harbour", "sea"]),
        ("=SUM(A1)", ["SUM A1"]),
        ("rock & roll", ["rock & roll"]),
        ("fisherman's wharf", ["fisherman's wharf"]),
        ("well-being", ["well-being"]),
        ("❤️", []),
        ("...", []),
    ],
)
def test_keywords_in(text, expected):
    assert keywords_in(text) == expected


@given(st.text(max_size=60))
def test_keywords_in_is_stable(text):
    words = keywords_in(text)
    assert [again for word in words for again in keywords_in(word)] == words


@pytest.mark.parametrize(
    "word",
    ["2014", "09/06/2014", "June 2014", "9 June", "june 9, 2014", "41.9028", "12.49° E", "N 41.9"],
)
def test_numbers_dates_and_coordinates(word):
    assert is_number_or_date(word)


@pytest.mark.parametrize("word", ["june", "3d", "1920s", "f16", "route 66", "9 boats", "sunday"])
def test_words_with_a_meaning_are_no_numbers(word):
    assert not is_number_or_date(word)


@pytest.mark.parametrize(
    "word", ["f/2.8", "ISO 100", "50mm", "50 mm lens", "12MP", "DSLR", "1/250 s"]
)
def test_camera_words(word):
    assert is_camera_word(word)


@pytest.mark.parametrize("word", ["f16", "camera", "long exposure", "macro", "isolated"])
def test_words_that_only_look_like_camera_words(word):
    assert not is_camera_word(word)
