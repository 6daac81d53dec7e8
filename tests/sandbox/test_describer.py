import hashlib
import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from batchcap.sandbox import words
from batchcap.sandbox.describer import Describer, Facts, Span, read_facts
from batchcap.sandbox.look import colour_name, look_at, unseen
from batchcap.sandbox.pictures import Picture, small_rgb

BANNED = {"photo", "image", "picture", "stock", "camera", "lens", "bokeh", "exposure", "focus"}
WORD = re.compile(r"(?=..)[^\W\d_]+(['\u2019-][^\W\d_]+)*")
colours = st.tuples(*[st.integers(0, 255)] * 3)


def seen(image, seed=0):
    return look_at(Picture(small_rgb(image.copy()), *image.size, 100, seed))


def gradient(size, one, two):
    mask = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, one), Image.new("RGB", size, two), mask)


pictures = st.builds(gradient, st.tuples(st.integers(1, 90), st.integers(1, 90)), colours, colours)
seeds = st.integers(0, 2**64 - 1)
lines = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60)
places = st.sampled_from(
    ["Rome", "Italy", "New York", "Côte d'Ivoire", "東京", "Saint Vincent and the Grenadines", ""]
)
facts = st.builds(Facts, country=places | lines, city=places | lines, date=lines, release=lines)


@settings(deadline=None)
@given(pictures, facts, seeds)
def test_any_picture_and_any_facts_give_words_within_limits(image, facts, seed):
    look = seen(image, seed)
    facts = read_facts(f"City: {facts.city}\nCountry: {facts.country}\nDate: {facts.date}")
    describer = Describer(look, facts)
    title, keywords = describer.title(Span(most=70)), describer.keywords(50)
    description = describer.description(Span(40, 200))
    assert 5 <= len(title) <= 70
    assert 40 <= len(description) <= 200
    assert description.endswith(".")
    assert description[0].isupper()
    assert len(keywords) == 50
    assert len({word.casefold() for word in keywords}) == 50
    assert all(WORD.fullmatch(word) for word in keywords)
    assert not BANNED & {word.casefold() for word in keywords}
    if len(facts.place) <= 90:
        assert facts.city in description
        assert facts.country in description
    own = [word for word in title.split() if WORD.fullmatch(word)]
    own = [word for word in own if word.casefold() not in words.STOPS]
    first = {word.casefold() for word in keywords[:10]}
    assert {word.casefold() for word in own} <= first


@settings(deadline=None)
@given(pictures, seeds)
def test_keywords_share_no_stem(image, seed):
    keywords = Describer(seen(image, seed), Facts()).keywords(50)
    for one, two in combinations(keywords, 2):
        assert one[:5] != two[:5], (one, two)


@settings(deadline=None)
@given(pictures, facts, seeds, st.integers(12, 300))
def test_any_limit_is_kept(image, facts, seed, most):
    describer = Describer(seen(image, seed), facts)
    assert 0 < len(describer.title(Span(most=most))) <= most
    assert 0 < len(describer.description(Span(most=most))) <= most
    words_span = Span(most=10_000, most_words=max(3, most // 20))
    assert len(describer.description(words_span, sentences=9).split()) <= words_span.most_words


@settings(deadline=None)
@given(pictures, seeds, st.integers(40, 400))
def test_a_least_length_is_reached(image, seed, least):
    describer = Describer(seen(image, seed), Facts(country="Italy"))
    assert len(describer.description(Span(least, least + 200))) >= least


def test_answers_do_not_change():
    image = gradient((60, 40), (250, 180, 90), (20, 30, 80))
    one, two = (Describer(seen(image, 7), Facts(city="Rome")) for _ in range(2))
    assert one == two
    assert one.keywords(50) == two.keywords(50)


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
        ((128, 128, 128), "grey"),
        ((70, 70, 70), "charcoal"),
        ((220, 20, 20), "red"),
        ((100, 60, 30), "brown"),
        ((245, 130, 20), "orange"),
        ((250, 230, 40), "yellow"),
        ((40, 160, 60), "green"),
        ((20, 100, 100), "teal"),
        ((130, 190, 250), "azure"),
        ((30, 60, 230), "blue"),
        ((15, 25, 90), "navy"),
        ((130, 20, 140), "purple"),
        ((250, 150, 190), "pink"),
    ],
)
def test_colours_have_their_names(colour, name):
    assert colour_name(*colour) == name
    assert seen(Image.new("RGB", (40, 20), colour)).colours == (name,)


@settings(deadline=None)
@given(colours)
def test_every_colour_is_in_the_vocabulary(colour):
    assert colour_name(*colour) in words.COLOURS


def test_what_is_measured_is_what_was_painted():
    dark = seen(Image.new("RGB", (90, 30), (10, 10, 12)))
    assert (dark.light, dark.shape, dark.texture, dark.contrast) == (
        "dark",
        "horizontal",
        "plain",
        "soft",
    )
    bright = seen(Image.new("RGB", (30, 90), (250, 245, 240)))
    assert (bright.light, bright.shape, bright.symmetry) == ("bright", "vertical", "mirrored")
    assert seen(Image.new("RGB", (50, 50))).shape == "square"
    noise = seen(Image.effect_noise((48, 48), 120).convert("RGB"))
    assert (noise.texture, noise.saturation) == ("busy", "none")
    assert seen(Image.new("RGB", (9, 9), (230, 120, 30))).temperature == "warm"
    assert seen(Image.new("RGB", (9, 9), (30, 120, 230))).temperature == "cool"
    assert seen(Image.new("RGB", (9, 9), (255, 0, 0))).saturation == "vivid"


def test_the_brighter_half_is_told():
    down = gradient((40, 40), (0, 0, 0), (255, 255, 255))
    assert seen(down).fall == "upper"
    assert seen(ImageOps.flip(down)).fall == "lower"
    assert seen(down.rotate(90)).fall == "level"
    assert (seen(down).symmetry, seen(down.rotate(90)).symmetry) == ("mirrored", "free")
    text = Describer(seen(down), Facts()).description(Span(40, 200))
    assert "The upper part is brighter than the lower part." in text


def painted(number):
    image = Image.new("RGB", (80, 60), (number * 20 % 256, 90, 255 - number * 15))
    ImageDraw.Draw(image).ellipse((number, 10, number + 30, 40), fill=(250, 200, number * 9))
    return image


def test_titles_of_different_pictures_differ():
    titles = set()
    for number in range(24):
        image = painted(number)
        seed = int.from_bytes(hashlib.blake2b(image.tobytes(), digest_size=8).digest(), "big")
        titles.add(Describer(seen(image, seed), Facts(city="Rome")).title(Span(most=70)))
    assert len(titles) == 24


@settings(deadline=None)
@given(seeds)
def test_made_up_looks_can_be_described(seed):
    describer = Describer(unseen(seed), Facts(city="Rome", country="Italy"))
    assert len(describer.keywords(50)) == 50
    assert 40 <= len(describer.description(Span(40, 200))) <= 200


@pytest.mark.parametrize(
    ("city", "country", "single", "whole"),
    [
        ("Rome", "Italy", ["Rome", "Italy"], ["Rome", "Italy"]),
        (
            "New York",
            "United States",
            ["New", "York", "United", "States"],
            ["New York", "United States"],
        ),
        ("Abidjan", "Côte d'Ivoire", ["Abidjan", "Côte", "d'Ivoire"], ["Abidjan", "Côte d'Ivoire"]),
        ("Stratford-upon-Avon", "", ["Stratford-upon-Avon"], ["Stratford-upon-Avon"]),
        ("York", "New York", ["York", "New"], ["New York"]),
        ("6 October 2", "Egypt", ["October", "Egypt"], ["October", "Egypt"]),
    ],
)
def test_places_are_keywords_as_words_or_whole(city, country, single, whole):
    describer = Describer(unseen(1), Facts(city=city, country=country))
    for expected, keywords in (
        (single, describer.keywords(50)),
        (whole, describer.keywords(50, whole_places=True)),
    ):
        assert {word for word in keywords if not word.islower()} == set(expected)
        assert set(expected) <= set(keywords[:12])


@settings(deadline=None)
@given(facts, seeds)
def test_whole_places_cost_no_keyword(facts, seed):
    keywords = Describer(unseen(seed), facts).keywords(50, whole_places=True)
    assert len(keywords) == len(set(keywords)) == 50


def test_facts_are_read_from_lines():
    prompt = "Describe.\nCountry: Italy\r\n  City:  San   Gimignano \nDate: June 9, 2014\nrelease: editorial\nNotes: a: b\nCity:\nCapital: Rome"
    assert read_facts(prompt) == Facts(
        "Italy", "San Gimignano", "June 9, 2014", "editorial", "a: b"
    )
    assert read_facts("nothing here") == Facts()


def test_no_word_stands_twice_in_what_one_picture_can_reach():
    tables = (words.LIGHT, words.TEMPERATURE, words.SATURATION, words.CONTRAST, words.TEXTURE)
    for table in (*tables, words.SHAPE, words.SYMMETRY):
        listed = [word for group in table.values() for word in group]
        assert len(set(listed)) == len(listed)
    assert len(set(words.GENERAL)) == len(words.GENERAL)
