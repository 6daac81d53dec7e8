"""Whatever a rule could take for one keyword has one root."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from batchcap.captions.listing import entry_of
from batchcap.captions.roots import roots
from batchcap.captions.words import ODD_PLURALS
from batchcap.preset import load_preset

LISTS = load_preset("stock", Path(__file__).resolve().parents[2] / "configs")[0].lists
ODD = "bus buse buses box boxes city cities hero heroes photo lens glasses s es e ties die yes taxi"
WORDS = sorted(
    {*LISTS.stems, *LISTS.stems.values(), *LISTS.spellings, *LISTS.spellings.values()}
    | {*ODD_PLURALS, *ODD_PLURALS.values(), *ODD.split()}
)
ROOTS = roots(LISTS)


def root(word: str) -> str:
    return ROOTS.of(entry_of(LISTS, word).key)


def test_every_form_of_the_lists_has_the_root_of_its_word() -> None:
    assert len(WORDS) > 400
    for word in WORDS:
        entry = entry_of(LISTS, word)
        for other in (entry.stem, *entry.plurals):
            assert root(other) == root(word), (word, other)


@given(
    st.lists(
        st.sampled_from(WORDS)
        | st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=5),
        min_size=1,
        max_size=3,
    ).map(" ".join)
)
def test_forms_and_spellings_of_a_phrase_have_one_root(phrase) -> None:
    entry = entry_of(LISTS, phrase)
    for other in (entry.stem, *entry.plurals):
        assert root(other) == root(phrase), other


def test_words_apart_have_roots_apart() -> None:
    assert len({root(each) for each in ("boat", "harbour", "run", "colour", "red boat")}) == 5


def test_what_bears_a_sign_or_names_something_has_none() -> None:
    assert ROOTS["boats"] == ROOTS["boat"] != ""
    for each in ("Rome", "photo", "#boat", "anna", "nike", "кот", "a man who walks along a beach"):
        assert ROOTS[each] == ""


def test_what_is_too_long_for_a_keyword_is_not_remembered() -> None:
    held = len(ROOTS)
    assert ROOTS["boat" * 1000] == ""
    assert len(ROOTS) == held
