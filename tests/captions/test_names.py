"""Which names may stand, by what the facts, the release and the picture say."""

from dataclasses import replace
from pathlib import Path

import pytest

from batchcap.captions.quality import RULES
from batchcap.preset import load_preset
from batchcap.records import Caption, Fact, Facts, Severity

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
STOCK = load_preset("stock", CONFIGS)[0]
ACCESS = load_preset("accessibility", CONFIGS)[0]
CONCISE = load_preset("concise", CONFIGS)[0]


def known(release="", **words):
    facts = {name: Fact(value, "notes") for name, value in words.items()}
    return Facts(release=Fact(release, "folder") if release else None, **facts)


def apply(rule, text, facts, preset=STOCK, **more):
    return RULES[rule](preset, Caption(description=text, **more), facts)


def sent_back(rule, text, facts, preset=STOCK, **more):
    verdict = apply(rule, text, facts, preset, **more)
    assert all(each.rule == rule for each in verdict.findings)
    return [each.message for each in verdict.findings if each.severity is Severity.AGAIN]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Boats in Europe.", known(country="Italy")),
        ("Boats in America.", known(country="USA")),
        ("Boats in Great Britain.", known(country="Scotland")),
        ("Boats in Bavaria, Germany.", known(country="Germany", state="Bavaria")),
        ("Boats by the Ponte Vecchio.", known(location="Ponte Vecchio")),
        ("Boats by Saint Mark's Square.", known(notes="St. Mark's Square at dawn")),
        ("A portrait of Anna Meyer.", known(names="Anna Meyer, Tom Braun")),
        ("Boats in Rome.", known(city="Roma")),
        ("The d'Ivoire coast.", known(country="Côte d'Ivoire")),
    ],
)
def test_what_facts_support(text, facts):
    assert sent_back("unsupported_names", text, facts) == []


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Boats in Asia.", known(country="Italy")),
        ("Boats in Bavaria, Germany.", known(country="Germany")),
        ("Boats by the Ponte Sisto.", known(notes="Ponte Vecchio")),
        ("A portrait of Anna Braun.", known(names="Anna Meyer")),
        ("Boats in Scotland.", known(country="United Kingdom")),
        ("Boats in Venice.", known(country="Italy")),
    ],
)
def test_what_facts_do_not_support(text, facts):
    assert len(sent_back("unsupported_names", text, facts)) == 1


def test_a_camera_and_a_date_are_no_words_for_a_caption():
    facts = Facts(camera=Fact("Nikon Zfc", "exif"), taken=Fact("2014-06-09", "exif"))
    assert sent_back("unsupported_names", "A box of a Zfc Kit.", facts)


def test_words_in_the_picture_support_a_name_unless_it_is_commercial():
    text = "A shop with the name Bella Napoli."
    read = {"visible_text": "BELLA NAPOLI"}
    assert sent_back("unsupported_names", text, known("editorial"), **read) == []
    assert (
        sent_back("unsupported_names", text, known(), ACCESS, long_description=text, **read) == []
    )
    assert sent_back("unsupported_names", text, known("commercial"), **read)


def test_the_name_of_a_person_is_not_supported_by_a_sign():
    text = "A grave of Anna Meyer."
    assert sent_back("unsupported_names", text, known("editorial"), visible_text="ANNA MEYER")


def test_quotations_are_for_editorial():
    text = 'A sign says "Bella Napoli" above a door.'
    assert sent_back("quoted_words", text, known("editorial")) == []
    assert sent_back("unsupported_names", text, known("editorial")) == []
    assert len(sent_back("quoted_words", text, known("commercial"))) == 1
    assert sent_back("unsupported_names", text, known("commercial")) == []
    assert sent_back("quoted_words", 'A sign says "No parking".', known("commercial")) == []
    assert sent_back("quoted_words", "So “blue hour” it is.", known("commercial")) == []


def test_brands_by_release():
    text = "A Vespa stands at a wall."
    assert sent_back("trademarks", text, known("editorial")) == []
    assert sent_back("unsupported_names", text, known("editorial")) == []
    assert len(sent_back("trademarks", text, known("commercial"))) == 1
    assert len(sent_back("trademarks", text, known("commercial", notes="my Vespa"))) == 1
    assert sent_back("trademarks", text, known(), CONCISE) == []
    assert len(sent_back("unsupported_names", text, known(), CONCISE)) == 1
    assert sent_back("unsupported_names", text, known(notes="my Vespa"), CONCISE) == []


def test_the_release_of_the_facts_goes_before_the_models():
    text = "A Vespa stands at a wall."
    assert sent_back("trademarks", text, known("commercial"), release="editorial")
    assert not sent_back("trademarks", text, known("editorial"), release="commercial")
    assert sent_back("trademarks", text, known(), release="commercial")


def test_a_word_with_two_meanings_is_a_brand_only_within_a_sentence():
    commercial = known("commercial")
    for text in ("An apple and a jaguar.", "Apple pie with cream.", "Shells on a beach."):
        assert sent_back("trademarks", text, commercial) == []
    assert sent_back("trademarks", "A woman with an Apple laptop.", commercial)


def test_another_place_is_told_with_the_right_one():
    rome = known(city="Rome", country="Italy")
    (told,) = sent_back("other_place", "Boats in Paris at dusk.", rome)
    assert told == 'description names "Paris", but the facts say Rome, Italy.'
    assert sent_back("other_place", "Boats in Paris at dusk.", known()) == []
    assert sent_back("unsupported_names", "Boats in Paris at dusk.", known())
    assert sent_back("unsupported_names", "Boats in Paris at dusk.", rome) == [], "told once"
    for text in ("A turkey in the oven.", "Fine china on a table.", "Bottles of cologne."):
        assert sent_back("other_place", text, rome) == []


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("boat", "Charles Bridge", "sea"), ("boat", "sea")),
        (("boat", "kintai bridge", "sea"), ("boat", "kintai bridge", "sea")),
        (("boat", "eiffel tower", "paris"), ("boat",)),
        (("Boat", "Sea", "Sky", "Net", "Quay"), ("Boat", "Sea", "Sky", "Net", "Quay")),
        (("Boat", "Sea", "Sky", "Net", "Paris"), ("Boat", "Sea", "Sky", "Net")),
        (("boat", "Gothic", "Rome", "anna", "rose"), ("boat", "Gothic", "Rome", "rose")),
        (("Larus michahellis", "bengal tiger", "canada goose"), None),
    ],
)
def test_keywords(words, kept):
    verdict = RULES["unsupported_names"](STOCK, Caption(keywords=words), known(notes="in Rome"))
    assert verdict.caption.keywords == (words if kept is None else kept)
    assert {each.severity for each in verdict.findings} <= {Severity.REPAIRED}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("bridge", "BRIDGE"), "as doubled: BRIDGE (there is bridge)"),
        (("BRIDGES", "bridge"), "as doubled: BRIDGES (there is bridge)"),
        (("sea", "BRIDGE"), "BRIDGE, but no fact supports the name"),
        (
            ("bridge", "BRIDGE", "Sydney", "Rome"),
            "Sydney, Rome, but no fact supports the name; as doubled: BRIDGE (there is bridge)",
        ),
    ],
)
def test_a_keyword_that_stays_in_other_letters_is_called_doubled(words, told):
    # Among words in lower case, for where all are capitalised a capital names nothing.
    caption = Caption(keywords=("calm", "wide", "river", "water", *words))
    verdict = RULES["unsupported_names"](STOCK, caption, Facts())
    assert [each.message for each in verdict.findings] == [f"Keywords dropped: {told}."]


def test_keywords_stay_while_a_text_is_asked_for_again():
    caption = Caption(title="Lindau at night", description="Fog.", keywords=("boat", "Lindau"))
    verdict = RULES["unsupported_names"](STOCK, caption, known())
    assert verdict.caption == caption
    assert [(each.field, each.severity) for each in verdict.findings] == [("title", Severity.AGAIN)]


def test_release_conflict_is_for_a_person_to_decide():
    caption = Caption(release="editorial", release_reason="A logo is seen")
    (finding,) = RULES["release_conflict"](STOCK, caption, known("commercial")).findings
    assert finding.severity is Severity.HOLD
    assert finding.message == (
        "The folder says commercial, the model editorial: A logo is seen. A person decides."
    )
    quiet = [
        (replace(caption, release="commercial"), known("commercial")),
        (replace(caption, release="commercial"), known("editorial")),
        (caption, known("editorial")),
        (caption, known()),
    ]
    for other, facts in quiet:
        assert not RULES["release_conflict"](STOCK, other, facts).findings


def test_without_lists_only_capitals_speak():
    bare = replace(STOCK, lists=type(STOCK.lists)())
    assert sent_back("unsupported_names", "The tower of Pisa leans.", known(), bare)
    assert not sent_back("unsupported_names", "The tower leans.", known(), bare)
