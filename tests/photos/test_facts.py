from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.errors import ConfigError
from batchcap.photos.facts import check_layout, folder_facts, gather
from batchcap.records import Camera, Fact

LAYOUT = "{country}/{city}/{release}"
NAME = st.text(st.characters(categories=("L", "Nd")), min_size=1)


@pytest.mark.parametrize(
    ("path", "layout", "expected"),
    [
        ("Italy/Rome/editorial/a.jpg", LAYOUT, ("Italy", "Rome", "editorial")),
        ("Italy/Rome/Editorial/deep/er/a.jpg", LAYOUT, ("Italy", "Rome", "editorial")),
        ("Italy\\Rome\\COMMERCIAL\\a.jpg", LAYOUT, ("Italy", "Rome", "commercial")),
        ("New_Zealand/Te_Anau/commercial/a.jpg", LAYOUT, ("New Zealand", "Te Anau", "commercial")),
        ("Italy/Rome/a.jpg", LAYOUT, None),
        ("Italy/Rome/holiday/a.jpg", LAYOUT, None),
        ("Italy/_/editorial/a.jpg", LAYOUT, None),
        ("unsorted/a.jpg", LAYOUT, None),
        ("a.jpg", LAYOUT, None),
        ("2024/Spain/x/a.jpg", "{any}/{country}/{}", ("Spain", None, None)),
        ("Stock/Spain/a.jpg", "stock/{country}", ("Spain", None, None)),
        ("other/Spain/a.jpg", "stock/{country}", None),
        ("Spain/a.jpg", "/{country}/", ("Spain", None, None)),
        ("Spain/Cadiz/a.jpg", "{country}\\{city}", ("Spain", "Cadiz", None)),
        ("Sa\u0303o_Tome\u0301/a.jpg", "{country}", ("São Tomé", None, None)),
        ("Italy/Rome/editorial/a.jpg", "", None),
    ],
)
def test_what_the_folders_say(path, layout, expected):
    found = folder_facts(path, layout)
    if expected is None:
        assert found is None
        return
    assert found == {
        key: value
        for key, value in zip(("country", "city", "release"), expected, strict=True)
        if value
    }


@pytest.mark.parametrize(
    "layout", ["{town}", "{city}/{city}", "{city}-{country}", "a//b", "{city", "city}", "{city}x"]
)
def test_a_layout_that_cannot_be_matched_is_refused(layout):
    with pytest.raises(ConfigError) as caught:
        check_layout(layout)
    assert layout in caught.value.message
    assert "photos.layout" in caught.value.hint


@pytest.mark.parametrize("layout", ["", LAYOUT, "{any}/{}/{any}/{city}", "stock/{country}", " / "])
def test_a_good_layout_passes(layout):
    check_layout(layout)


@given(NAME, NAME, st.sampled_from(["editorial", "commercial"]), st.lists(NAME))
def test_any_names_come_back_whatever_lies_below(country, city, release, deeper):
    path = "/".join((country, city, release, *deeper, "a.jpg"))
    found = folder_facts(path, LAYOUT)
    assert found is not None
    assert found["release"] == release
    assert set(found) == {"country", "city", "release"}


@given(st.text(), st.text())
def test_folders_either_speak_or_are_silent(path, layout):
    try:
        check_layout(layout)
    except ConfigError:
        with pytest.raises(ConfigError):
            folder_facts(path, layout)
        return
    found = folder_facts(path, layout)
    assert found is None or all(found.values())


def test_notes_speak_before_folders_and_folders_before_exif():
    camera = Camera(taken=datetime(2020, 5, 1, 9, 30, tzinfo=UTC), camera="Canon EOS 5D")
    notes = {"city": "Ostia", "notes": "the old\n harbour", "weather": "fine"}
    facts = gather("Italy/Rome/editorial/a.jpg", LAYOUT, camera, notes)
    assert facts.country == Fact("Italy", "folder")
    assert facts.city == Fact("Ostia", "notes")
    assert facts.release == Fact("editorial", "folder")
    assert facts.taken == Fact("2020-05-01T09:30:00+00:00", "exif")
    assert facts.camera == Fact("Canon EOS 5D", "exif")
    assert facts.notes == Fact("the old harbour", "notes")
    assert facts.contradictions == ("city: the notes say Ostia, the folder says Rome",)


def test_the_same_word_in_another_dress_is_no_contradiction():
    notes = {"country": "new zealand", "release": "Editorial"}
    facts = gather("New_Zealand/X/editorial/a.jpg", LAYOUT, Camera(), notes)
    assert facts.contradictions == ()
    assert facts.release == Fact("editorial", "notes")


def test_another_day_and_another_release_are_contradictions():
    camera = Camera(taken=datetime(2020, 5, 1, 9, 30))  # noqa: DTZ001  EXIF without an offset
    notes = {"taken": "2020-05-02T10:00:00", "release": "commercial"}
    facts = gather("Italy/Rome/editorial/a.jpg", LAYOUT, camera, notes)
    assert facts.taken == Fact("2020-05-02T10:00:00", "notes")
    assert facts.contradictions == (
        "release: the notes say commercial, the folder says editorial",
        "taken: the notes say 2020-05-02, EXIF says 2020-05-01",
    )


def test_notes_that_make_no_sense_are_named_and_not_used():
    facts = gather("a.jpg", "", Camera(), {"release": "both", "taken": "last summer"})
    assert facts.release is None
    assert facts.taken is None
    assert len(facts.contradictions) == 2


def test_nothing_known_is_nothing_said():
    facts = gather("a.jpg", LAYOUT, Camera())
    assert facts == gather("b.jpg", "", Camera(), {})
    assert facts.country is facts.taken is facts.camera is None
