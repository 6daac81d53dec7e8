"""A glance may see too much and never too little: a rule without its signs has nothing to say."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchcap.captions import chatter, signs, technical, titles, words
from batchcap.captions.glance import glance
from batchcap.captions.grounds import grounds
from batchcap.captions.look import around, look_at
from batchcap.captions.naming import PROSE
from batchcap.captions.quality import RULES
from batchcap.captions.spoken import letter_by_letter, word_by_word
from batchcap.preset import load_preset, preset_names
from batchcap.records import Caption, Fact, Facts, Verdict

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
PRESETS = {name: load_preset(name, CONFIGS)[0] for name in preset_names(CONFIGS)}
STOCK = PRESETS["stock"]
ROME = Facts(
    country=Fact("Italy", "folder"),
    city=Fact("Rome", "folder"),
    release=Fact("commercial", "folder"),
    camera=Fact("Samplecam S1", "exif"),
)
GOOD = Caption(
    title="Marble fountain at noon",
    description="Water falls over the marble horses of a fountain on a square in Rome, Italy.",
    keywords=("fountain", "marble", "noon", "horse", "water", "square", "Rome", "Italy", "baroque"),
    release="commercial",
    release_reason="No people can be recognised.",
)
SAID = (
    "a the of in at with and boat boats harbour stone bridge Bridge old red blue city park street "
    "new golden star apple rose Rose two dogs dog people runs running colour color photo picture "
    "shot lens taken shutter if great would hope know here Here sure course sorry i I ai language "
    "high stock royalty getty shutterstock adobe http www Rome rome Rome, Italy Italy. York New "
    "Delhi delhi Paris Orleans Charles Eiffel Tower Golden Retriever Larus michahellis Maria maria "
    "Dr. St. J. Coca-Cola iPhone McDonald's Vespa Windows windows Roman Christmas Gothic TV USA "
    "O'Brien d'Orsay Köln Zürich café São ß ſhot İx “Bella Napoli” ‘so’ child's boys' o'clock der "  # noqa: RUF001
    "das mit shit fucking 1 2 2019 1998-05-04 f/2.8 50mm 4k @home #tag +49 .com bella.it ( ) [x] "
    '" : ; ! ? . .. ... … , ,, - – — & / % $5 * ` <b> the the 🚤 кот \u200b \n \t'  # noqa: RUF001
)
WORDS = st.sampled_from(SAID.split(" "))
# Mostly sound captions with few words put in: only those are not stopped by the first sign.
PUT_IN = st.lists(st.tuples(st.integers(0, 20), WORDS), max_size=2)
FEW = st.lists(WORDS, max_size=4).map(" ".join)
PLACES = st.sampled_from(
    [
        *[("Rome", "Italy"), ("ROME", "ITALY"), ("New York", "USA"), ("Köln", "Germany")],
        *[("Singapore", "Singapore"), ("Nice", "France"), ("", "Chile"), ("", "")],
        *[("Puerto Natales", "Chile"), ("L'Aquila", "Italy"), ("The Hague", "Netherlands")],
        *[("St. Louis", "USA"), ("Red", "Turkey"), ("a, b", "x."), ("rome", "italy")],
    ]
)


def fact(value: str) -> Fact | None:
    return Fact(value, "folder") if value else None


def with_words(text: str, put_in: list[tuple[int, str]]) -> str:
    words = text.split(" ")
    for place, word in put_in:
        words.insert(place, word)
    return " ".join(words)


@st.composite
def cases(draw) -> tuple[Caption, Facts]:
    city, country = draw(PLACES)
    where = ", ".join(filter(None, (city, country)))
    facts = Facts(
        city=fact(city),
        country=fact(country),
        release=fact(draw(st.sampled_from(["", "commercial", "editorial"]))),
        camera=fact(draw(st.sampled_from(["", "Canon EOS", "boat", "Samplecam S1"]))),
        notes=fact(draw(st.sampled_from(["", "", "Angela Merkel on the Charles Bridge 2019"]))),
    )
    title = with_words(f"Marble fountain at noon in {city}".removesuffix(" in "), draw(PUT_IN))
    text = "Water falls over the old horses of a fountain. A dog runs on a square in "
    text = with_words(f"{text}{where}." if where else text.removesuffix(" in ") + ".", draw(PUT_IN))
    keywords = ["fountain", "marble", "noon", "horse", "water", "square", *filter(None, (city,))]
    keywords += [*filter(None, (country,)), *draw(st.lists(FEW, max_size=2))]
    caption = Caption(
        title=draw(st.sampled_from([title, title, title.title(), title.upper(), f"{title}."])),
        description=draw(st.sampled_from([text, text, text.upper(), text[:-1], text[:-9], title])),
        keywords=tuple(draw(st.sampled_from([keywords, keywords, keywords[1:], keywords * 9]))),
        headline=draw(st.sampled_from(["", "", "Fountain at noon"])),
        alt_text=with_words("A fountain of marble", draw(PUT_IN)),
        visible_text=draw(st.sampled_from(["", "", "Coca-Cola", "x  y"])),
        release=draw(st.sampled_from(["", "commercial", "editorial", "Editorial"])),
        release_reason=draw(st.sampled_from(["", "No people.", "*x*"])),
    )
    return caption, facts


@settings(max_examples=600)
@given(st.sampled_from(sorted(PRESETS)), cases())
def test_a_rule_without_its_signs_has_nothing_to_say(name, case) -> None:
    caption, facts = case
    seen = glance(PRESETS[name], caption, facts)
    for rule, work in RULES.items():
        if not seen & signs.OF_RULE[rule]:
            assert work(PRESETS[name], caption, facts) == Verdict(caption), rule


ODD = (
    "a an old boat Boat rome Rome Italy st St no No x X é É Zürich maria Maria rose Vespa mid-air "
    "End-Boat a- -a A. e. , . ,- .- – ' dog's Rome's aB 9 café “so” great photo"  # noqa: RUF001
)
ENDS = st.sampled_from(["", "", "", "", ",", ".", "..", "-", "\n", " "])
MARKED = st.tuples(st.sampled_from(ODD.split(" ")), ENDS).map("".join)
TEXT = st.lists(MARKED, max_size=7).map(" ".join)


@settings(max_examples=1500)
@given(st.lists(TEXT, min_size=len(PROSE), max_size=len(PROSE)), PLACES)
def test_texts_say_the_same_word_by_word_and_letter_by_letter(texts, where) -> None:
    ground = grounds(STOCK.lists, Facts(city=fact(where[0]), country=fact(where[1])))
    look, known = look_at(STOCK.lists, STOCK), (ground, around(STOCK.lists, ground))
    told = word_by_word(look, known, texts)
    if told is not None:
        assert told == letter_by_letter(look, known, texts)


def test_a_sound_caption_is_read_word_by_word() -> None:
    ground = grounds(STOCK.lists, ROME)
    look, known = look_at(STOCK.lists, STOCK), (ground, around(STOCK.lists, ground))
    assert word_by_word(look, known, look.prose(GOOD))


@pytest.mark.parametrize(
    ("pattern", "sign"),
    [
        (technical._OPENING, signs.FILE),
        (technical._FILE, signs.FILE),
        (technical._CAMERA, signs.CAMERA | signs.DIGIT),
        (technical._DATED, signs.DIGIT),
        (technical._COORDINATE, signs.DIGIT),
        (technical._AGENCY, signs.AGENCY),
        (words.WEB_ADDRESS, signs.ADDRESS),
        (chatter._OPENINGS, signs.TALK),
        (chatter._FAREWELL, signs.TALK),
        (chatter._TALK, signs.TALK),
        (chatter._REFUSAL, signs.DECLINE),
        (titles._TWICE, signs.MARK),
        *((pattern, signs.MARK) for pattern, _ in titles._TIDY),
    ],
)
@settings(max_examples=200)
@given(st.data())
def test_what_a_pattern_finds_bears_its_sign(pattern, sign, data) -> None:
    begins = pattern in (chatter._OPENINGS, chatter._FAREWELL, chatter._REFUSAL)
    drawn = data.draw(
        st.from_regex(pattern, fullmatch=begins, alphabet=st.characters(max_codepoint=0x17F))
    )
    # Odd blanks alone would make every rule look.
    text = " ".join(drawn.split()) if data.draw(st.booleans()) else drawn
    if pattern.match(text) if begins else pattern.search(text):
        assert glance(STOCK, replace(GOOD, alt_text=text), ROME) & sign
        assert glance(STOCK, replace(GOOD, title=text), Facts()) & sign


def test_every_rule_has_signs_and_every_sign_a_rule() -> None:
    assert signs.OF_RULE.keys() == RULES.keys()
    every = 0
    for each in signs.OF_RULE.values():
        assert each
        every |= each
    assert every.bit_count() == every.bit_length()
    assert signs.IN_TEXT & ~every == 0


def test_a_sound_caption_bears_no_sign() -> None:
    assert glance(STOCK, GOOD, ROME) == 0
    german = Facts(city=Fact("Köln", "folder"), country=Fact("Germany", "folder"))
    there = {"description": GOOD.description.replace("Rome, Italy", "Köln, Germany")}
    placed = ("fountain", "marble", "noon", "horse", "water", "square", "Köln", "Germany")
    assert glance(STOCK, replace(GOOD, keywords=placed, **there), german) == 0


@pytest.mark.parametrize(
    ("changes", "sign"),
    [
        ({"title": "Marble fountain at noon, 2019"}, signs.DIGIT),
        ({"title": "Marble fountain at Trevi"}, signs.NAME),
        ({"title": "Marble fountain at noon."}, signs.MARK),
        ({"title": "Marble fountain at noon in"}, signs.OPEN_END),
        ({"title": "Marble Fountain Noon"}, signs.CAPITAL),
        ({"title": "Bronze fountain at noon"}, signs.UNTITLED),
        ({"description": "Water falls over horses."}, signs.UNPLACED),
        ({"description": "Marble fountain at noon."}, signs.ALIKE),
        ({"description": "Short."}, signs.LENGTH),
        ({"keywords": (*GOOD.keywords, "horses")}, signs.TWICE),
        ({"keywords": (*GOOD.keywords, "photo")}, signs.UNWANTED),
        ({"keywords": (*GOOD.keywords, "samplecam s1")}, signs.UNWANTED),
        ({"keywords": (*GOOD.keywords, "#boat")}, signs.UNTIDY),
        ({"keywords": (*GOOD.keywords, "angela")}, signs.NAME),
        ({"keywords": GOOD.keywords[:6]}, signs.UNLISTED),
        ({"keywords": GOOD.keywords[:6]}, signs.NUMBER),
        ({"release": "editorial"}, signs.EDITORIAL),
    ],
)
def test_what_is_seen(changes, sign) -> None:
    assert glance(STOCK, replace(GOOD, **changes), ROME) & sign


def test_a_place_behind_an_apostrophe_is_not_the_place() -> None:
    text = "Water falls over horses in'Ivory Coast, Ivory Coast."
    said = replace(GOOD, description=text, keywords=("fountain", "Ivory Coast"))
    there = Facts(country=Fact("Ivory Coast", "folder"))
    assert RULES["unsupported_names"](STOCK, said, there).findings
    assert glance(STOCK, said, there) & signs.NAME


def test_words_that_only_together_make_a_name_are_no_sign_alone() -> None:
    alone = replace(GOOD, alt_text="A golden star by the table")
    assert not glance(STOCK, alone, ROME) & signs.NAME
    assert glance(STOCK, replace(alone, alt_text="A bridge of golden gate"), ROME) & signs.NAME
    assert re.search("golden gate", " ".join(STOCK.lists.names))
