from dataclasses import replace
from pathlib import Path

import pytest

from batchcap.captions.quality import RULES
from batchcap.preset import load_preset
from batchcap.records import Caption, Fact, Facts, Severity

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
STOCK = load_preset("stock", CONFIGS)[0]
ACCESS = load_preset("accessibility", CONFIGS)[0]
ROME = Facts(country=Fact("Italy", "folder"), city=Fact("Rome", "folder"))
SENTENCE = "Water falls over marble horses on a square."


def apply(rule, caption, preset=STOCK, facts=ROME):
    verdict = RULES[rule](preset, caption, facts)
    assert all(each.rule == rule for each in verdict.findings)
    return verdict


def severities(verdict):
    return [each.severity for each in verdict.findings]


def test_too_long_is_trimmed_at_a_sentence():
    text = f"{SENTENCE} " * 6
    verdict = apply("too_long", Caption(description=text.strip()))
    assert severities(verdict) == [Severity.REPAIRED]
    assert verdict.caption.description == " ".join([SENTENCE] * 4)
    assert "trimmed from 263 to 175 characters" in verdict.findings[0].message


def test_too_long_is_trimmed_at_a_word_and_closed():
    text = "Water falls over marble horses, tritons and shells " * 5
    verdict = apply("too_long", Caption(title="Fountain", description=text.strip()))
    assert severities(verdict) == [Severity.REPAIRED]
    assert len(verdict.caption.description) <= 200
    assert verdict.caption.description.endswith("shells Water falls over marble horses, tritons.")


def test_a_long_title_is_trimmed_without_a_full_stop():
    title = "Marble fountain with horses and tritons on the square of the old town in the sun"
    verdict = apply("too_long", Caption(title=title))
    assert verdict.caption.title == (
        "Marble fountain with horses and tritons on the square of the old town"
    )


@pytest.mark.parametrize("text", [SENTENCE * 20, "a" * 250, "a " + "b" * 300])
def test_what_cannot_be_trimmed_well_is_asked_again(text):
    verdict = apply("too_long", Caption(description=text))
    assert severities(verdict) == [Severity.AGAIN]
    assert verdict.caption.description == text


@pytest.mark.parametrize(
    ("preset", "caption", "fields"),
    [
        (STOCK, Caption(title="Fountain", description="Water falls."), ["description"]),
        (STOCK, Caption(title="Fou", description=SENTENCE), ["title"]),
        (STOCK, Caption(), ["title", "description"]),
        (STOCK, Caption(title="Fountain", description=SENTENCE), []),
        (ACCESS, Caption(alt_text="A boat", long_description=SENTENCE * 2), ["alt_text"]),
        (ACCESS, Caption(alt_text="A red boat.", long_description=SENTENCE * 2), []),
    ],
)
def test_too_short(preset, caption, fields):
    verdict = apply("too_short", caption, preset)
    assert [each.field for each in verdict.findings] == fields
    assert set(severities(verdict)) <= {Severity.AGAIN}


def test_the_usual_floor_of_a_description_is_twenty_characters():
    free = replace(STOCK, fields=(replace(STOCK.field("description"), min_chars=0),))
    assert severities(apply("too_short", Caption(description="x" * 19), free)) == [Severity.AGAIN]
    assert severities(apply("too_short", Caption(description="x" * 20), free)) == []


def test_markup_is_taken_out_of_every_text():
    verdict = apply("markup", Caption(title="**Boats**\n<i>at</i> sea", visible_text="a\u202eb"))
    assert verdict.caption == Caption(title="Boats at sea", visible_text="ab")
    assert severities(verdict) == [Severity.REPAIRED, Severity.REPAIRED]


def test_chatter_is_stripped_or_asked_again():
    verdict = apply("chatter", Caption(description=f"Certainly! Here is the caption: {SENTENCE}"))
    assert verdict.caption.description == SENTENCE
    assert severities(verdict) == [Severity.REPAIRED]
    verdict = apply("chatter", Caption(description="As an AI, I see a boat on the sea."))
    assert severities(verdict) == [Severity.AGAIN]


def test_words_on_a_sign_are_no_chatter():
    assert not apply("chatter", Caption(visible_text="Certainly! As an AI")).findings


def test_a_refusal_is_held():
    verdict = apply("refusal", Caption(description="I'm sorry, but I can't help with that."))
    assert severities(verdict) == [Severity.HOLD]


@pytest.mark.parametrize(
    "text",
    [
        "Water falls over marble horses on the",
        "Water falls over marble horses, tritons,",
        "Water falls over marble (white",
        "Water falls over marble...",
        "Water falls over marble. Horses rise from the bas",
        "Water falls over a foun",
    ],
)
def test_a_text_that_breaks_off_is_asked_again(text):
    verdict = apply("truncated", Caption(description=text, keywords=("marble fountain",)))
    assert severities(verdict) == [Severity.AGAIN]
    assert verdict.caption.description == text


def test_a_whole_sentence_is_given_its_full_stop():
    verdict = apply("truncated", Caption(description=SENTENCE.rstrip(".")))
    assert verdict.caption.description == SENTENCE
    assert severities(verdict) == [Severity.REPAIRED]


@pytest.mark.parametrize(
    "caption",
    [
        Caption(title="Marble fountain", description=SENTENCE),
        Caption(description='A sign says "Open!"'),
        Caption(description="Is this a boat?"),
        Caption(description="x" * 200),
    ],
)
def test_what_does_not_break_off(caption):
    assert apply("truncated", caption).caption == caption
    assert not apply("truncated", caption).findings


def test_title_and_description_must_differ():
    same = Caption(title="Boats at sea", description="Boats at Sea.")
    assert severities(apply("title_is_description", same)) == [Severity.AGAIN]
    assert not apply(
        "title_is_description", Caption(title="Boats", description="Boats at sea.")
    ).findings
    assert not apply("title_is_description", Caption()).findings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SENTENCE, f"{SENTENCE} Rome, Italy."),
        ("Water falls over marble in Rome.", "Water falls over marble in Rome. Rome, Italy."),
        ("Romeo waits in a park.", "Romeo waits in a park. Rome, Italy."),
        ("Water falls in ROME, Italy.", "Water falls in ROME, Italy."),
    ],
)
def test_the_place_is_added_to_the_description(text, expected):
    assert apply("place_in_description", Caption(description=text)).caption.description == expected


@pytest.mark.parametrize("text", ["x" * 190 + ".", "Water falls over marble"])
def test_a_place_that_cannot_be_added_is_asked_for_again(text):
    verdict = apply("place_in_description", Caption(description=text))
    assert severities(verdict) == [Severity.AGAIN]
    assert "Rome and Italy" in verdict.findings[0].message


def test_without_a_known_place_none_is_asked():
    assert not apply("place_in_description", Caption(description=SENTENCE), facts=Facts()).findings


def test_another_name_of_the_place_is_as_good_but_not_a_short_one():
    munich = Facts(city=Fact("München", "folder"), country=Fact("Germany", "folder"))
    said = Caption(description="Evening light over the roofs of Munich, Germany.")
    assert not apply("place_in_description", said, facts=munich).findings
    american = Facts(country=Fact("USA", "folder"))
    us = Caption(description="A sign asks walkers to follow us along the shore.")
    assert apply("place_in_description", us, facts=american).findings
    whole = replace(us, description="A sign stands on a shore in the United States.")
    assert not apply("place_in_description", whole, facts=american).findings
