"""The title's words among the first keywords, and no word twice."""

from dataclasses import replace
from pathlib import Path

import pytest

from batchcap.captions.quality import RULES
from batchcap.preset import load_preset
from batchcap.records import Caption, Fact, Facts

STOCK = load_preset("stock", Path(__file__).resolve().parents[2] / "configs")[0]
LETTERS = tuple(f"{one}{other}q" for one in "bcdfg" for other in "klmnprtvwy")
FACTS = Facts(country=Fact("USA", "folder"), city=Fact("New York", "folder"))


def ordered(title, words, facts=FACTS, preset=STOCK):
    caption = Caption(title=title, keywords=tuple(words))
    verdict = RULES["title_in_keywords"](preset, caption, facts)
    again = RULES["title_in_keywords"](preset, verdict.caption, facts)
    assert not again.findings
    return verdict.caption.keywords


def test_what_stands_late_is_moved_and_what_is_missing_added():
    words = (*LETTERS[:12], "boat", "net")
    assert ordered("Boats and gulls", words) == (
        *(*LETTERS[:8], "boat", "gulls"),
        *(*LETTERS[8:12], "net"),
    )


def test_a_full_list_gives_up_its_last_but_never_the_place():
    words = (*LETTERS[:48], "New York", "USA")
    assert len(words) == 50
    kept = ordered("Gulls", words)
    assert len(kept) == 50
    assert kept[9] == "gulls"
    assert {"New York", "USA"} < set(kept)
    assert LETTERS[47] not in kept


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Red boats", ("red boat", "sea")),
        ("Boats in New York", ("boat", "New York", "USA")),
        ("Man running on a beach", ("run", "man", "beach")),
        ("Colour of the sea", ("color", "sea")),
        ("Snow-capped ridge", ("snow-capped ridge", "fog")),
        ("Children on a pier", ("child", "pier")),
        ("Close view of the sea", ("sea",)),
    ],
)
def test_another_form_or_a_phrase_is_enough(title, words):
    assert ordered(title, words) == words


@pytest.mark.parametrize(
    ("title", "absent"),
    [
        ("Boat 4711", "4711"),
        ("Stock photo boat", "photo"),
        ("Boat of the Kintai pier", "Kintai"),
        ("Boat with a Vespa", "Vespa"),
        ("Boat of Maria", "maria"),
        ("Boat in Paris", "Paris"),
        ("Boat and шлюпка", "шлюпка"),
        ("Nikon boat", "nikon"),
    ],
)
def test_what_is_no_keyword_stays_out(title, absent):
    facts = replace(FACTS, release=Fact("commercial", "folder"))
    kept = ordered(title, ("sea", "net"), facts)
    assert absent.casefold() not in {each.casefold() for each in kept}
    assert "boat" in kept


def test_a_name_is_one_keyword():
    facts = replace(FACTS, notes=Fact("by the Ponte Vecchio", "notes"))
    assert "Ponte Vecchio" in ordered("Dusk at the Ponte Vecchio", ("sea",), facts)
    assert "Milky Way" in ordered("Ridge and the Milky Way", ("sea",))
    assert "canada goose" in ordered("Canada goose on a lake", ("sea",))


def test_without_title_or_keywords_nothing_is_done():
    assert ordered("", ("sea",)) == ("sea",)
    assert ordered("Boat", ()) == ()


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("run", "running", "runner"), ("run", "runner")),
        (("hiking", "hike", "hiker"), ("hiking", "hiker")),
        (("colour", "color", "grey wall", "gray wall"), ("colour", "grey wall")),
        (("park", "parking", "build", "building", "paint", "painting"), None),
        (("Reading", "read"), ("Reading",)),
    ],
)
def test_doubled_stems(words, kept):
    verdict = RULES["doubled_stems"](STOCK, Caption(keywords=words), Facts())
    assert verdict.caption.keywords == (words if kept is None else kept)


def test_a_place_is_no_double():
    facts = Facts(city=Fact("Reading", "folder"))
    words = ("read", "Reading")
    assert RULES["doubled_stems"](STOCK, Caption(keywords=words), facts).caption.keywords == words


def test_a_sentence_is_no_keyword():
    long = "Bosnia and Herzegovina of old"
    facts = Facts(country=Fact(long, "folder"))
    words = ("boat", "a man who walks his dog", "man walking his dog", long)
    kept = RULES["long_phrases"](STOCK, Caption(keywords=words), facts).caption.keywords
    assert kept == ("boat", "man walking his dog", long)
