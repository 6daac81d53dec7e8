"""Sentence case, punctuation, and titles that say the description again."""

from pathlib import Path

import pytest

from batchcap.captions.quality import RULES
from batchcap.preset import load_preset
from batchcap.records import Caption, Fact, Facts, Severity

STOCK = load_preset("stock", Path(__file__).resolve().parents[2] / "configs")[0]
NEW_YORK = Facts(country=Fact("USA", "folder"), city=Fact("New York", "folder"))


def titled(rule, title, description="", keywords=()):
    caption = Caption(title=title, description=description, keywords=keywords)
    verdict = RULES[rule](STOCK, caption, NEW_YORK)
    assert {each.severity for each in verdict.findings} <= {Severity.REPAIRED}
    assert bool(verdict.findings) == (verdict.caption != caption)
    return verdict.caption.title


@pytest.mark.parametrize(
    ("title", "description", "expected"),
    [
        ("OLD BOATS AT SUNSET", "", "Old boats at sunset"),
        ("NEW CARS IN NEW YORK", "", "New cars in New York"),
        ("GOTHIC CHURCH AND AN LED TV", "", "Gothic church and an led tv"),
        ("NEW YORK'S YELLOW CABS", "", "New York's yellow cabs"),
        ("STREET IN LINDAU IN RAIN", "It rains in Lindau.", "Street in Lindau in rain"),
        ("Old Boats Moored In Fog", "Two old boats are moored in fog.", "Old boats moored in fog"),
        ("Old Boats Near Lindau Pier", "Two old boats lie near a pier.", None),
        ("Gothic Church In New York", "A church.", "Gothic church in New York"),
        ("Old boats in New York", "", None),
        ("SOS", "", None),
        ("DJ AT WORK", "", None),
    ],
)
def test_sentence_case(title, description, expected):
    assert titled("sentence_case", title, description) == (expected or title)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Boats at sea.", "Boats at sea"),
        ("Boats 🚤 at sea", "Boats at sea"),
        ("Boats , nets and  gulls", "Boats, nets and gulls"),
        ("Boats at the the sea!!", "Boats at the sea!"),
        ("Boats,nets ;; gulls", "Boats, nets; gulls"),
        ("30° in the shade", None),
        ("Drive-in in the rain", None),
        ("A lane to to's end", None),
        ("Street in Xi'an an hour before dusk", None),
        ("Boats in the U.S.", "Boats in the U.S"),
        ("Boats...", None),
    ],
)
def test_punctuation(title, expected):
    assert titled("punctuation", title) == (expected or title)


def test_a_place_with_signs_of_its_own_is_left_alone():
    facts = Facts(city=Fact("Westward Ho!!", "folder"))
    caption = Caption(description="A beach in Westward Ho!!, at noon.")
    assert RULES["punctuation"](STOCK, caption, facts).caption == caption


@pytest.mark.parametrize(
    ("title", "description", "same"),
    [
        ("Old boats at sunset", "Old boats at sunset.", True),
        ("Old boats at sunset", "Old boats at the sunset in New York, USA.", True),
        ("Old boats at sunset", "Two old boats lie at a pier at sunset in New York.", False),
        ("Old boats", "Old boats and nets.", False),
        ("New York", "New York, USA.", False),
    ],
)
def test_a_title_that_is_the_description(title, description, same):
    caption = Caption(title=title, description=description)
    findings = RULES["title_is_description"](STOCK, caption, NEW_YORK).findings
    assert [each.severity for each in findings] == ([Severity.AGAIN] if same else [])
