from pathlib import Path

import pytest

from batchcap.captions.quality import RULES, review
from batchcap.preset import load_preset
from batchcap.records import Caption, Fact, Facts, Severity

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
STOCK = load_preset("stock", CONFIGS)[0]
ARTICLE = load_preset("article", CONFIGS)[0]
ALT_TEXT = load_preset("alt-text", CONFIGS)[0]
VEGAS = Facts(country=Fact("USA", "folder"), city=Fact("Las Vegas", "folder"))
LETTERS = "abcdefghijklmnopqrstuvwxyz"
FIFTY = tuple(f"{one}{other}q" for one in "bcdfg" for other in "klmnprtvwy")


def keywords(rule, words, preset=STOCK, facts=VEGAS):
    verdict = RULES[rule](preset, Caption(keywords=tuple(words)), facts)
    assert all(each.rule == rule and each.field == "keywords" for each in verdict.findings)
    assert {each.severity for each in verdict.findings} <= {Severity.REPAIRED}
    assert bool(verdict.findings) == (verdict.caption.keywords != tuple(words))
    return list(verdict.caption.keywords)


def test_markup_and_emoji_leave_keywords():
    dirty = ["#boat", "sea 🌊", "**net**", "quay, wall", "❤️", "", "gull\nsky"]
    assert keywords("keyword_markup", dirty) == [
        *("boat", "sea", "net", "quay", "wall", "gull", "sky"),
    ]


def test_phrases_are_parted_where_single_words_are_asked():
    words = ["isle of man", "boat", "well-being", "old town"]
    assert keywords("single_words", words, ARTICLE) == [
        *("isle", "man", "boat", "well-being", "old", "town"),
    ]
    assert keywords("single_words", words, STOCK) == words


@pytest.mark.parametrize(
    "word",
    [
        *("photo", "Stock Photo", "4K", "hd", "JPG", "picture", "image", "royalty-free"),
        *("Shutterstock", "Getty Images", "adobe stock"),
        *("Nikon", "Canon EOS 5D", "sony camera", "f/2.8", "ISO 200", "50mm"),
        *("2014", "June 9 2014", "09.06.2014", "41.9028", "12.49° E", "3"),
        "x" * 65,
        "é" * 33,
        "\ud800" * 30,
    ],
)
def test_unwanted_keywords_are_dropped(word):
    assert keywords("unwanted_keywords", ["boat", word, "sea"]) == ["boat", "sea"]


@pytest.mark.parametrize("word", ["photo booth", "stock exchange", "camera", "canon law", "é" * 32])
def test_keywords_with_a_meaning_stay(word):
    assert keywords("unwanted_keywords", ["boat", word]) == ["boat", word]


def test_a_brand_may_stay_in_editorial_unless_the_photo_was_taken_with_it():
    editorial = Facts(release=Fact("editorial", "folder"))
    assert keywords("unwanted_keywords", ["Sony"], facts=editorial) == ["Sony"]
    assert keywords("unwanted_keywords", ["Nikon D90", "Canon lens"], facts=editorial) == []
    own = Facts(release=Fact("editorial", "folder"), camera=Fact("SONY DSC-HX5V", "exif"))
    assert keywords("unwanted_keywords", ["Sony"], facts=own) == []
    commercial = Facts(release=Fact("commercial", "folder"))
    assert keywords("unwanted_keywords", ["Sony"], facts=commercial) == []


def test_a_known_place_is_never_unwanted():
    odd = Facts(city=Fact("Photo", "folder"), country=Fact("2014", "folder"))
    assert keywords("unwanted_keywords", ["photo", "2014"], facts=odd) == ["photo", "2014"]


def test_doubles_are_dropped_and_the_first_stays():
    words = ["boats", "sea", "Boat", "tulip field", "Sea", "tulip fields", "cities", "city"]
    assert keywords("doubled_keywords", words) == ["boats", "sea", "tulip field", "cities"]


def test_too_many_are_cut_at_the_end():
    assert keywords("too_many_keywords", [*FIFTY, "last"]) == list(FIFTY)


def test_the_place_is_added_where_it_is_missing():
    assert keywords("place_in_keywords", ["casino"]) == ["casino", "Las Vegas", "USA"]
    assert keywords("place_in_keywords", ["usa", "casino", "las vegas"]) == [
        *("usa", "casino", "las vegas"),
    ]
    assert keywords("place_in_keywords", [], STOCK) == []


def test_a_full_list_gives_up_its_last_for_the_place():
    assert keywords("place_in_keywords", FIFTY) == [*FIFTY[:48], "Las Vegas", "USA"]
    full = [*FIFTY[:49], "USA"]
    assert keywords("place_in_keywords", full) == [*FIFTY[:48], "USA", "Las Vegas"]


def test_a_place_of_two_words_is_two_single_words():
    assert keywords("place_in_keywords", FIFTY, ARTICLE) == [*FIFTY[:47], "Las", "Vegas", "USA"]


@pytest.mark.parametrize(("count", "enough"), [(6, False), (7, True)])
def test_too_few_are_asked_again(count, enough):
    verdict = RULES["too_few_keywords"](STOCK, Caption(keywords=FIFTY[:count]), Facts())
    assert [each.severity for each in verdict.findings] == ([] if enough else [Severity.AGAIN])


@pytest.mark.parametrize("count", [45, 49])
def test_an_article_of_fewer_than_fifty_is_asked_again(count):
    caption = Caption(description="Old boats lie in a harbour.", keywords=FIFTY[:count])
    verdict = review(ARTICLE, caption, Facts())
    assert verdict.severity is Severity.AGAIN
    assert f"{count} keywords are left where 50 are the least." in verdict.findings[0].message


def test_an_article_of_more_than_fifty_is_cut_to_fifty():
    caption = Caption(
        description="Old boats lie in a harbour.", keywords=(*FIFTY, "photo", *FIFTY, "more words")
    )
    verdict = review(ARTICLE, caption, Facts())
    assert verdict.severity is Severity.REPAIRED
    assert verdict.caption.keywords == FIFTY


def test_the_finding_names_what_went():
    caption = Caption(keywords=("photo", "image", "hd", "4k", "2014", "jpg", "boat"))
    finding = RULES["unwanted_keywords"](STOCK, caption, Facts()).findings[0]
    assert finding.message == (
        "Keywords dropped as unsuitable: photo, image, hd, 4k, 2014 and 1 more."
    )


def test_a_preset_without_keywords_is_left_alone():
    caption = Caption(alt_text="A boat at sea.")
    for rule in RULES.values():
        assert rule(ALT_TEXT, caption, VEGAS).caption == caption
