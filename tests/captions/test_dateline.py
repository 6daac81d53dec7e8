import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.captions.dateline import dateline, headline_of, with_dateline
from batchcap.records import Caption, Fact, Facts, Trouble

ROME = Facts(
    country=Fact("Italy", "folder"),
    city=Fact("Rome", "folder"),
    taken=Fact("2014-06-09T10:20:30", "exif"),
)
OPENING = "Rome, Italy - June 9 2014: "
CAPTION = Caption(title="Fountain at noon", description="Water falls over marble.")


def test_the_dateline_is_built_from_folder_and_date():
    assert dateline(ROME) == OPENING


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (Facts(country=ROME.country, city=ROME.city), ["date", "DateTimeOriginal"]),
        (Facts(country=ROME.country, taken=ROME.taken), ["the city"]),
        (Facts(city=ROME.city, taken=ROME.taken), ["the country"]),
        (Facts(city=ROME.city, country=ROME.country, taken=Fact("soon", "notes")), ["the date"]),
        (Facts(), ["city", "country", "date", "COUNTRY/CITY/editorial"]),
    ],
)
def test_what_is_missing_is_named(facts, missing):
    assert dateline(facts) is None
    trouble = with_dateline(CAPTION, facts)
    assert isinstance(trouble, Trouble)
    assert trouble.code == "no_dateline"
    assert all(each in trouble.message for each in missing)


def test_headline_and_description_open_with_it_and_the_title_stays():
    dated = with_dateline(CAPTION, ROME)
    assert dated.headline == OPENING + "Fountain at noon"
    assert dated.description == OPENING + "Water falls over marble."
    assert dated.title == "Fountain at noon"
    assert headline_of(CAPTION) == "Fountain at noon"
    assert headline_of(Caption(headline="Marble", title="Fountain")) == "Marble"


@pytest.mark.parametrize(
    "present",
    [
        OPENING,
        OPENING + OPENING,
        "ROME, ITALY \u2013 JUNE 9, 2014: ",
        "Rome, Italy — June 09 2014 : ",
        "rome , italy-june 9,2014:",
    ],
)
def test_a_dateline_that_stands_there_is_not_doubled(present):
    caption = Caption(title="Fountain", description=present + "Water falls.")
    assert with_dateline(caption, ROME).description == OPENING + "Water falls."


def test_an_empty_field_stays_empty():
    dated = with_dateline(Caption(description="Water falls."), ROME)
    assert dated.headline == ""


NAMES = st.text(min_size=1, max_size=12)


@given(NAMES, NAMES, st.datetimes(), st.text(max_size=40))
def test_dating_twice_is_dating_once(city, country, when, text):
    facts = Facts(
        country=Fact(country, "folder"),
        city=Fact(city, "folder"),
        taken=Fact(when.isoformat(), "exif"),
    )
    once = with_dateline(Caption(title="Boats", description=text), facts)
    if isinstance(once, Caption):
        assert with_dateline(once, facts) == once
