"""What running text must not speak of."""

from pathlib import Path

import pytest

from batchcap.captions.quality import RULES
from batchcap.preset import load_preset
from batchcap.records import Caption, Fact, Facts, Severity

STOCK = load_preset("stock", Path(__file__).resolve().parents[2] / "configs")[0]
ROME = Facts(
    country=Fact("Italy", "folder"),
    city=Fact("Rome", "folder"),
    taken=Fact("2014-06-09", "exif"),
    notes=Fact("Marathon of 2014, bib 4711, seen from the Getty villa", "notes"),
)


def apply(rule, text, facts=ROME):
    verdict = RULES[rule](STOCK, Caption(description=text), facts)
    assert all(each.rule == rule for each in verdict.findings)
    return verdict.caption.description, [each.severity for each in verdict.findings]


@pytest.mark.parametrize(
    ("rule", "text", "left"),
    [
        ("file_words", "Photo of a boat on a lake.", "A boat on a lake."),
        ("file_words", "A stock photo of a boat.", "A boat."),
        ("file_words", "This image shows two boats.", "Two boats."),
        ("file_words", "The picture captures a boat.", "A boat."),
        ("dates", "Boats lie in a bay, June 9, 2013.", "Boats lie in a bay."),
        ("dates", "Boats lie in a bay in June 2013.", "Boats lie in a bay."),
        ("dates", "Boats (2013) lie in a bay.", None),
        ("dates", "Rome, Italy - June 9 2014: Boats lie in a bay.", "Boats lie in a bay."),
        ("dates", "ROME, ITALY \u2013 JUNE 9, 2014: Boats lie in a bay.", "Boats lie in a bay."),
    ],
)
def test_what_stands_apart_is_cut(rule, text, left):
    if left is None:
        assert apply(rule, text) == (text, [Severity.AGAIN])
    else:
        assert apply(rule, text) == (left, [Severity.REPAIRED])


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("file_words", "Boats in this photo are red."),
        ("file_words", "Boats in 4k quality."),
        ("file_words", "A royalty free boat."),
        ("camera_words", "Boats at f/2.8 and ISO 400."),
        ("camera_words", "Boats, shot with a drone."),
        ("camera_words", "Boats seen through a wide-angle lens."),
        ("dates", "A boat that was built in 1889 by monks."),
        ("dates", "Boats on 9 June 2013 by a pier."),
        ("numbers", "Boats at 41.9028° N."),
        ("numbers", "A boat with the number 8812."),
        ("agency_names", "Boats under an Alamy mark."),
        ("web_addresses", "A boat of www.boats.com."),
        ("web_addresses", "A boat by @skipper."),
        ("web_addresses", "Write to me@boats.org."),
    ],
)
def test_what_is_woven_in_is_asked_for_again(rule, text):
    assert apply(rule, text) == (text, [Severity.AGAIN])


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("file_words", "A tourist takes a photo of a boat."),
        ("file_words", "A photographer in a photo booth."),
        ("file_words", "A picture frame on a wall."),
        ("camera_words", "A woman smiles at the camera."),
        ("camera_words", "A shallow depth of field and soft bokeh."),
        ("dates", "A car from the 1950s."),
        ("dates", "A church of the 19th century in May."),
        ("dates", "Runners at the marathon of 2014."),
        ("numbers", "Two boats and 12 gulls."),
        ("numbers", "A 360-degree view and a 100 euro note."),
        ("numbers", "A runner with bib 4711."),
        ("numbers", "It is 30°C in the shade."),
        ("agency_names", "A pool at the Getty villa."),
        ("agency_names", "An envelope and a dreamy sky."),
        ("web_addresses", "Boats at the end.of the pier."),
    ],
)
def test_what_may_stand(rule, text):
    assert apply(rule, text) == (text, [])


def test_a_models_number_may_stand_in_editorial():
    text = "A Boeing 737 lands in fog."
    assert apply("numbers", text, Facts(release=Fact("editorial", "folder"))) == (text, [])
    assert apply("numbers", text, Facts())[1] == [Severity.AGAIN]
