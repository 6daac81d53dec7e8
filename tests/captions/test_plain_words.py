"""Words of one form are known again; whatever else is said takes no room."""

import pytest

from batchcap.captions import plain_words
from batchcap.captions.plain_words import PlainWords


@pytest.mark.parametrize(
    ("word", "small"),
    [
        ("boat", "boat"),
        ("boat,", "boat"),
        ("boat.", "boat"),
        ("caf\u00e9", "cafe"),
        ("boat..", ""),
        ("Boat", ""),
        ("dog's", ""),
        ("9", ""),
        ("a\n", ""),
        ("", ""),
    ],
)
def test_a_word_of_another_form_has_no_small_letters(word, small):
    words = PlainWords("([a-z]+)[,.]?")
    assert words[word] == small
    assert words[word] == small


def test_only_so_many_words_are_known_and_no_long_ones(monkeypatch):
    monkeypatch.setattr(plain_words, "_MOST", 3)
    words = PlainWords("([a-z]+)")
    for each in ("a", "b", "c", "d", "x" * 33):
        assert words[each] == (each if len(each) == 1 else "")
    assert words == {"d": "d"}
