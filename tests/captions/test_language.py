"""English, and no insults."""

from pathlib import Path

import pytest

from batchcap.captions.quality import RULES
from batchcap.preset import load_preset
from batchcap.records import Caption, Fact, Facts, Severity

STOCK = load_preset("stock", Path(__file__).resolve().parents[2] / "configs")[0]


def apply(rule, facts=None, **words):
    return RULES[rule](STOCK, Caption(**words), facts or Facts())


@pytest.mark.parametrize(
    "text",
    [
        "Ein alter Hund liegt auf einem Teppich im Flur.",
        "Un chien dort sur un tapis dans le couloir avec les enfants.",
        "Un perro duerme con los niños sobre una alfombra.",
        "Un cane dorme sul tappeto con una bambina.",
        "Um cão dorme com uma menina ao sol.",
        "Een hond ligt op het tapijt met een kind.",
        "En hund ligger på en matta och ett barn är där.",
        "Старая собака лежит на ковре.",
        "犬がカーペットの上で寝ています。",
    ],
)
def test_another_language_is_asked_for_again(text):
    findings = apply("not_english", description=text).findings
    assert [(each.severity, each.field) for each in findings] == [(Severity.AGAIN, "description")]


@pytest.mark.parametrize(
    "text",
    [
        "An old dog lies on a carpet in the hall.",
        "Boats moored, gulls overhead, nets drying.",
        "A street sign in Calle de la Luna above a door.",
        'A banner reads "Wir sind das Volk und mit der Zeit" above a crowd.',
        "A crème brûlée à la carte and a smörgåsbord.",
        "Visitors look at a statue of Ὀδυσσεύς in a hall of the museum.",
    ],
)
def test_english_passes(text):
    assert not apply("not_english", description=text).findings


def test_keywords_in_another_script_are_dropped_unless_a_fact_says_them():
    words = ("dog", "собака", "犬", "café", "東京")
    verdict = apply("not_english", Facts(city=Fact("東京", "folder")), keywords=words)
    assert verdict.caption.keywords == ("dog", "café", "東京")


def test_an_insult_is_dropped_or_sent_back_and_not_repeated():
    verdict = apply("profanity", description="A fucking big dog.", keywords=("dog", "Bitches"))
    assert verdict.caption.keywords == ("dog",)
    assert [each.severity for each in verdict.findings] == [Severity.AGAIN, Severity.REPAIRED]
    told = " ".join(each.message for each in verdict.findings).casefold()
    assert "fuck" not in told
    assert "bitch" not in told


def test_a_place_of_such_a_name_may_be_named():
    facts = Facts(city=Fact("Fucking", "folder"))
    assert not apply(
        "profanity", facts, description="Fog in Fucking.", keywords=("Fucking",)
    ).findings
    assert not apply("profanity", description="A cockerel in Scunthorpe.").findings
