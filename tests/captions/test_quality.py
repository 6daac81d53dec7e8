import inspect
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from batchcap.captions.quality import RULES, review
from batchcap.preset import load_preset, preset_names
from batchcap.records import Caption, Fact, Facts, Severity, Verdict

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
PRESETS = {name: load_preset(name, CONFIGS)[0] for name in preset_names(CONFIGS)}
STOCK = PRESETS["stock"]
ROME = Facts(country=Fact("Italy", "folder"), city=Fact("Rome", "folder"))
GOOD = Caption(
    title="Marble fountain at noon",
    description="Water falls over marble horses on a square in Rome, Italy.",
    keywords=("fountain", "marble", "noon", "horse", "water", "square", "Rome", "Italy", "baroque"),
    release="commercial",
    release_reason="No people can be recognised.",
)


def test_a_good_caption_passes_as_it_is():
    assert review(STOCK, GOOD, ROME) == Verdict(GOOD)


def test_every_rule_says_what_it_does_in_one_sentence():
    for name, rule in RULES.items():
        first = inspect.getdoc(rule).splitlines()[0]
        assert rule.__name__ == name
        assert first.endswith(".")
        assert len(first) > 30


def test_only_the_rules_of_the_preset_apply():
    unchecked = replace(STOCK, checks=())
    bad = Caption(title="Certainly!", description="I'm sorry, but I can't.")
    assert review(unchecked, bad, ROME) == Verdict(bad)


def test_findings_are_ordered_by_the_rules_not_by_the_preset():
    bad = replace(GOOD, description="short", keywords=("photo", "boat"))
    turned = replace(STOCK, checks=tuple(reversed(STOCK.checks)))
    assert review(turned, bad, ROME) == review(STOCK, bad, ROME)


TEXTS = st.one_of(
    st.text(st.characters(), max_size=60),
    st.lists(
        st.sampled_from(
            [
                "Certainly! ",
                "Here is the caption: ",
                "A boat lies in Rome. ",
                "Rome, Italy. ",
                "Let me know if it fits. ",
                "I hope this helps",
                "boats and (nets) of the ",
                '"quoted" words, ',
                "I'm sorry, but I can't. ",
                "<b>x</b>",
                "…",
                ".",
                "*",
                "St. Peter ",
                "harbour\n",
                "the Charles Bridge ",
                "Eiffel Tower ",
                "Boats And Nets In Fog ",
                "BOATS AND NETS ",
                "in Paris, France, ",
                "Rome, Texas, Italy. ",
                "Rome, Italy - June 9 2014: ",
                "in June 2014. ",
                "Photo of ",
                "a Nike shop ",
                "“Bella Napoli” ",
                "Anna Meyer ",
                "Canada goose ",
                "f/2.8 ",
                "the the ",
                " ,, ",
                "🚤 ",
                "der das mit ",
                "snow-capped ",
                "running ",
            ]
        ),
        max_size=30,
    ).map("".join),
)
KEYWORDS = st.one_of(
    st.text(st.characters(), max_size=12),
    st.sampled_from(
        (
            *("boat", "boats", "Boat", "photo", "2014", "rome", "Rome", "Romes", "Italy", "nikon"),
            *("stock photo", "New York", "a, b", "isle of man", "f/2.8", "é" * 40, "boat 🚤", "of"),
            *("Charles Bridge", "eiffel tower", "Paris", "Nike", "anna", "Anna", "Gothic", "run"),
            *(
                "running",
                "color",
                "colour",
                "fuck",
                "Кошка",
                "www.boat.com",
                "Canada goose",
                "boating",
            ),
            "a man who walks along a beach",
        )
    ),
)
CAPTIONS = st.builds(
    Caption,
    headline=TEXTS,
    title=TEXTS,
    description=TEXTS,
    keywords=st.lists(KEYWORDS, max_size=60).map(tuple),
    alt_text=TEXTS,
    long_description=TEXTS,
    visible_text=TEXTS,
    release=st.sampled_from(["", "commercial", "editorial"]),
)
FACT = st.one_of(
    st.none(),
    st.one_of(
        st.sampled_from(
            [
                *("Rome", "Romes", "New York", "USA", "2014", "photo", "a, b", "é" * 80, "Paris"),
                *(
                    "Nike",
                    "Anna",
                    "Köln",
                    "Côte d'Ivoire",
                    "Saint-Malo",
                    "running",
                    "color",
                    "Fucking",
                ),
                *(
                    "of the",
                    "BOATS",
                    "Charles Bridge",
                    "Washington D.C.",
                    "commercial",
                    "editorial",
                ),
            ]
        ),
        st.text(st.characters(), max_size=10),
    ).map(lambda value: Fact(value, "folder")),
)
FACTS = st.builds(Facts, country=FACT, city=FACT, camera=FACT, release=FACT, notes=FACT, state=FACT)
PRESET = st.sampled_from(sorted(PRESETS))


@settings(max_examples=400)
@given(PRESET, CAPTIONS, FACTS)
def test_a_reviewed_caption_needs_no_further_repair(name, caption, facts):
    preset = PRESETS[name]
    verdict = review(preset, caption, facts)
    again = review(preset, verdict.caption, facts)
    assert again.caption == verdict.caption
    assert [each for each in again.findings if each.severity is Severity.REPAIRED] == []
    assert [each for each in verdict.findings if each.severity is not Severity.REPAIRED] == list(
        again.findings
    )


@settings(max_examples=200)
@given(PRESET, CAPTIONS, FACTS)
def test_what_is_not_sent_back_is_within_every_limit(name, caption, facts):
    preset = PRESETS[name]
    verdict = review(preset, caption, facts)
    sent_back = {each.field for each in verdict.findings if each.severity is not Severity.REPAIRED}
    for field in preset.fields:
        value = getattr(verdict.caption, field.name)
        if field.kind == "list":
            assert not field.max_items or len(value) <= field.max_items
            assert len(value) >= field.min_items or field.name in sent_back
        elif field.kind == "text" and field.name not in sent_back:
            assert field.min_chars <= len(value) <= (field.max_chars or len(value))
    if verdict.caption != caption:
        assert any(each.severity is Severity.REPAIRED for each in verdict.findings)
    for each in verdict.findings:
        assert each.rule in preset.checks
        assert each.message.endswith((".", "?"))


@given(
    st.lists(
        st.sampled_from(["boat", "sea", "net", "quay", "2014", "photo", "boats", "gull", "sky"]),
        max_size=70,
    )
)
def test_the_order_of_keywords_is_kept(words):
    untitled = replace(GOOD, title="", keywords=tuple(words))
    kept = review(STOCK, untitled, Facts()).caption.keywords
    rest = iter(words)
    assert all(each in rest for each in kept)
