"""Thresholds and word lists from their file."""

import shutil
from pathlib import Path

import pytest

from batchcap.captions.tokens import key_of
from batchcap.checks import Own, load_checks
from batchcap.errors import ConfigError

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
LISTS = load_checks(CONFIGS)


@pytest.fixture
def mine(tmp_path):
    def write(old, new):
        text = (CONFIGS / "checks.toml").read_text(encoding="utf-8")
        assert text.count(old) >= 1
        (tmp_path / "checks.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path

    return write


def refused(configs, own=None):
    with pytest.raises(ConfigError) as caught:
        load_checks(configs, own)
    assert caught.value.hint
    return caught.value.message


def test_what_a_name_is_stands_under_its_folded_words():
    assert LISTS.names["eiffel tower"].kind == "landmark"
    assert LISTS.names["sacre coeur"].spelling == "Sacré-Coeur"
    assert LISTS.names["art nouveau"].kind == "allowed"
    assert LISTS.names["mcdonald"].kind == "brand"
    assert LISTS.names["apple"].capital
    assert not LISTS.names["toyota"].capital
    assert LISTS.names["cologne"].capital, "a perfume in small letters"
    assert LISTS.names["koln"].kind == "city"
    assert LISTS.names["us"].capital, "a pronoun in small letters"


def test_the_reach_of_a_first_word_is_its_longest_name():
    for name in LISTS.names:
        words = name.split(" ")
        assert LISTS.reach[words[0]] >= len(words)
        assert words[0] in LISTS.openers[LISTS.names[name].kind]


def test_a_place_proves_its_other_names_and_what_lies_around_it():
    assert {"united states", "america"} <= LISTS.same["usa"]
    assert "europe" in LISTS.within["italia"]
    assert "united kingdom" in LISTS.within["scotland"]
    assert "scotland" not in LISTS.names, "a part of a country contradicts nothing"


@pytest.mark.parametrize(
    ("form", "verb"),
    [
        ("running", "run"),
        ("runs", "run"),
        ("hiking", "hike"),
        ("hiked", "hike"),
        ("cried", "cry"),
        ("watches", "watch"),
        ("leaping", "leap"),
        ("eating", "eat"),
    ],
)
def test_verbs_are_found_by_their_forms(form, verb):
    assert LISTS.stems[form] == verb


@pytest.mark.parametrize("word", ["building", "painting", "parking", "wedding", "ring", "runner"])
def test_things_are_no_verb_forms(word):
    assert word not in LISTS.stems


def test_every_threshold_is_in_use():
    for name in ("first_keywords", "phrase_words", "foreign_words", "number_digits"):
        assert getattr(LISTS.thresholds, name) > 0
    for name in ("title_likeness", "title_capitals", "keyword_capitals", "foreign_letters"):
        assert 0 < getattr(LISTS.thresholds, name) < 1


def test_a_preset_changes_thresholds_and_adds_words(tmp_path):
    own = Own(tmp_path / "mine.toml", {"phrase_words": 6}, {"brands": ("Zumtobel",)})
    lists = load_checks(CONFIGS, own)
    assert lists.thresholds.phrase_words == 6
    assert lists.names[key_of("zumtobel")].kind == "brand"
    assert lists.thresholds.first_keywords == LISTS.thresholds.first_keywords


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("phrase_words =", "phrase_word =", ["thresholds.phrase_word", "'phrase_words'?"]),
        ("phrase_words = 4", "phrase_words = -4", ["thresholds.phrase_words"]),
        ("title_likeness = 0.8", "title_likeness = 8", ["thresholds.title_likeness"]),
        ("title_likeness = 0.8 ", "#", ["thresholds.title_likeness", "missing"]),
        ("honorifics = [", "honorific = [", ["words.honorific", "'honorifics'?"]),
        ("\n[brands.any]", "\n[brands.ani]", ["brands.ani", "'any'?"]),
        ('"Gothic"', '"Gothic", "Eiffel Tower"', ["'Eiffel Tower'", "allowed", "landmark"]),
        ('"Gothic"', "4", ["allowed.styles"]),
        ("\n[thresholds]", "\n[thresholds", ["not valid TOML"]),
    ],
)
def test_what_does_not_fit_is_refused_by_file_and_key(mine, old, new, told):
    message = refused(mine(old, new))
    assert "checks.toml" in message
    assert all(each in message for each in told), message


def test_what_a_preset_gets_wrong_is_told_of_the_preset(tmp_path):
    path = tmp_path / "mine.toml"
    message = refused(CONFIGS, Own(path, {"phrase_word": 3}, {}))
    assert "mine.toml" in message
    assert "'phrase_words'?" in message
    assert "'allowed'?" in refused(CONFIGS, Own(path, {}, {"alowed": ("Palio",)}))


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    assert "cannot be read" in refused(tmp_path)
    shutil.copyfile(CONFIGS / "checks.toml", tmp_path / "checks.toml")
    with (tmp_path / "checks.toml").open("ab") as file:
        file.write(b"\xe9")
    assert "UTF-8" in refused(tmp_path)
