"""Words with their places, runs of capitals, names from lists."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.captions.tokens import key_of, names, runs, tokens
from batchcap.checks import load_checks

LISTS = load_checks(Path(__file__).resolve().parents[2] / "configs")


def shown(text):
    words = tokens(text)
    return [text[words[a].start : words[b - 1].end] for a, b in runs(text, words)]


@given(st.text())
def test_every_word_stands_where_it_says(text):
    for each in tokens(text):
        assert text[each.start : each.end] == each.text


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("The dog. A cat", ["The", "A"]),
        ("The dog of St. Mark and J. Smith", ["The"]),
        ("It says: Closed", ["It", "Closed"]),
        ('It says "Closed today"', ["It", "Closed"]),
        ("Rome, Italy", ["Rome"]),
        ("Really? Yes! No", ["Really", "Yes", "No"]),
    ],
)
def test_where_a_capital_says_nothing(text, opening):
    assert [each.text for each in tokens(text) if each.opens] == opening


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("boats at the Arc de Triomphe in rain", ["Arc de Triomphe"]),
        ("the Gate of the Sun and a dog", ["Gate of the Sun"]),
        ("View of Brooklyn Bridge", ["View", "Brooklyn Bridge"]),
        ("in Rome, Italy", ["Rome", "Italy"]),
        ("walls of Saint-Malo", ["Saint-Malo"]),
        ("an iPhone and d'Orsay", ["iPhone", "d'Orsay"]),
        ("the St. Mark's Square", ["St. Mark's Square"]),
        ("the 4K TV", ["TV"]),
    ],
)
def test_runs_of_capitals(text, expected):
    assert shown(text) == expected


def test_a_possessive_and_accents_do_not_count():
    assert key_of("McDonald’s") == key_of("mcdonald")  # noqa: RUF001
    assert key_of("Sacré-Cœur") == key_of("sacre cœur")


def test_the_longest_listed_name_is_found():
    words = tokens("a flag in New York City and a Vespa")
    assert [(a, b, entry.kind) for a, b, entry in names(words, LISTS)] == [
        (3, 6, "city"),
        (8, 9, "brand"),
    ]
