from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.photos.facts import Told, gather
from batchcap.photos.place import Atlas
from batchcap.records import Camera, Fact, Facts, Place

ATLAS = Atlas()
WORD = st.sampled_from(
    ["", "Rome", "Italy", "Paris", "France", "Milan", "USA", "Xyzzy", "Kehl", "DE"]
)
PLACE = st.builds(Place, WORD, WORD, WORD, WORD, WORD)
WORDS = st.dictionaries(st.sampled_from(["country", "state", "city", "location"]), WORD)
DEGREES = st.sampled_from([None, (41.9, 12.5), (48.5730, 7.8150), (0.0, 0.0), (30.0, -40.0)])


def at(latitude, longitude, **more):
    return Camera(latitude=latitude, longitude=longitude, **more)


ROME, MILAN, NOWHERE = at(41.8954, 12.4827), at(45.4642, 9.19), at(30.0, -40.0)
COURBEVOIE, TEXAS = at(48.8925, 2.2363889), at(33.6609, -95.5555)


def known(*, camera=Camera(), notes=None, embedded=Place(), **folder):  # noqa: B008  frozen values
    return gather(Told(camera, notes or {}, folder, embedded), ATLAS)


def place(facts):
    return tuple(
        f"{fact.value}/{fact.evidence}" if (fact := getattr(facts, name)) else ""
        for name in ("country", "city")
    )


def test_notes_speak_before_folders_and_folders_before_exif():
    camera = Camera(taken=datetime(2020, 5, 1, 9, 30, tzinfo=UTC), camera="Canon EOS 5D")
    notes = {"city": "Ostia", "notes": "the old\n harbour", "weather": "fine"}
    facts = known(camera=camera, notes=notes, country="Italy", city="Rome", release="editorial")
    assert facts.country == Fact("Italy", "folder")
    assert facts.city == Fact("Ostia", "notes")
    assert facts.release == Fact("editorial", "folder")
    assert facts.taken == Fact("2020-05-01T09:30:00+00:00", "exif")
    assert facts.camera == Fact("Canon EOS 5D", "exif")
    assert facts.notes == Fact("the old harbour", "notes")
    assert facts.country_code == Fact("IT", "folder")
    assert facts.country_code3 == Fact("ITA", "folder")
    assert facts.contradictions == ("city: the notes say Ostia, the folder says Rome",)


def test_every_source_speaks_where_those_before_it_are_silent():
    embedded = Place("Italia", "ITA", "Lazio", "Roma", "Pantheon")
    assert place(known(camera=ROME)) == ("Italy/gps", "Rome/gps")
    assert place(known(camera=ROME, embedded=embedded)) == ("Italia/embedded", "Roma/embedded")
    facts = known(camera=ROME, embedded=embedded, country="Italy")
    assert place(facts) == ("Italy/folder", "Roma/embedded")
    assert facts.location == Fact("Pantheon", "embedded")
    assert facts.state == Fact("Lazio", "embedded")
    facts = known(camera=ROME, embedded=embedded, notes={"city": "Rome"}, country="Italy")
    assert place(facts) == ("Italy/folder", "Rome/notes")
    assert facts.contradictions == ()


def test_gps_says_how_far_the_city_is():
    facts = known(camera=ROME)
    assert facts.city == Fact("Rome", "gps", "2 km from Rome")
    assert facts.country_code == Fact("IT", "gps")
    assert "41" not in str(facts)


def test_the_same_word_in_another_dress_is_no_contradiction():
    notes = {"country": "new zealand", "release": "Editorial"}
    facts = known(notes=notes, country="New Zealand", city="X", release="editorial")
    assert facts.contradictions == ()
    assert facts.country == Fact("new zealand", "notes")


@pytest.mark.parametrize(
    ("folder", "embedded"),
    [
        ({"country": "USA", "city": "Seattle"}, Place("United States", "US", "WA", "SEATTLE")),
        ({"country": "Germany", "city": "Munich"}, Place("Deutschland", "DEU", "", "München")),
        ({"country": "China", "city": "Hong Kong"}, Place("Hong Kong", "HKG", "", "Hong Kong")),
        ({"state": "CA"}, Place("", "", "California")),
    ],
)
def test_one_place_under_two_names_is_no_contradiction(folder, embedded):
    assert known(embedded=embedded, **folder).contradictions == ()


def test_another_country_in_the_file_is_told_and_nothing_is_taken_from_it():
    facts = known(
        embedded=Place("France", "FRA", "Île-de-France", "Paris", "Louvre"), country="Italy"
    )
    assert place(facts) == ("Italy/folder", "")
    assert facts.state is facts.location is None
    assert facts.contradictions == ("country: the folder says Italy, the file says France",)


def test_another_city_in_the_file_is_told_and_its_country_is_not_taken():
    facts = known(embedded=Place("United Kingdom", "GBR", "", "London"), city="Paris")
    assert place(facts) == ("", "Paris/folder")
    assert facts.contradictions == ("city: the folder says Paris, the file says London",)


def test_a_city_is_never_put_into_a_country_of_another_source():
    facts = known(notes={"country": "France"}, country="Italy", city="Rome", state="Lazio")
    assert place(facts) == ("France/notes", "")
    assert facts.state is None
    assert facts.contradictions == ("country: the notes say France, the folder says Italy",)


def test_a_code_alone_names_its_country():
    facts = known(embedded=Place("", "PRT", "", "Lisbon"))
    assert place(facts) == ("Portugal/embedded", "Lisbon/embedded")
    assert facts.country_code == Fact("PT", "embedded")


def test_gps_in_another_country_is_told():
    facts = known(camera=MILAN, country="France", city="Paris")
    assert place(facts) == ("France/folder", "Paris/folder")
    assert facts.contradictions == (
        "country: the folder says France, GPS lies in Italy (Milan, under 1 km)",
    )
    assert place(known(camera=MILAN, country="France")) == ("France/folder", "")


def test_gps_far_from_the_city_is_told():
    facts = known(camera=MILAN, country="Italy", city="Rome")
    assert facts.contradictions == (
        "city: the folder says Rome, GPS lies 479 km from it, near Milan",
    )
    at_sea = known(camera=NOWHERE, country="Italy", city="Rome")
    assert at_sea.contradictions[0].startswith("city: the folder says Rome, GPS lies 4")


def test_gps_in_a_suburb_or_beside_a_place_nobody_lists_is_no_contradiction():
    assert known(camera=COURBEVOIE, country="France", city="Paris").contradictions == ()
    assert known(camera=MILAN, country="Italy", city="Cinque Vie").contradictions == ()
    assert known(camera=COURBEVOIE, country="France", city="La Defense").contradictions == ()


def test_gps_fills_the_country_of_a_city_only_where_the_city_is_there():
    assert place(known(camera=ROME, city="Rome")) == ("Italy/gps", "Rome/folder")
    assert place(known(camera=TEXAS, city="Paris")) == ("USA/gps", "Paris/folder")
    assert place(known(camera=ROME, city="Xyzzy")) == ("", "Xyzzy/folder")
    kehl = at(48.5730, 7.8150)
    assert place(known(camera=kehl, city="Strasbourg")) == ("France/gps", "Strasbourg/folder")
    assert place(known(camera=kehl, city="Rome")) == ("", "Rome/folder")


def test_beside_a_border_the_folder_decides_and_without_it_nothing_is_said():
    saint_peter = at(41.9022, 12.4539)
    assert place(known(camera=saint_peter)) == ("", "")
    for country, city in (("Italy", "Rome"), ("Vatican", "Vatican City")):
        facts = known(camera=saint_peter, country=country)
        assert place(facts) == (f"{country}/folder", f"{city}/gps")
        assert facts.contradictions == ()


def test_gps_tells_the_state_of_the_city_that_is_known():
    seattle = at(47.627, -122.337)
    facts = known(camera=seattle, country="USA", city="Seattle")
    assert facts.state == Fact("Washington", "gps", "2 km from Seattle")
    assert known(camera=seattle, country="USA", city="Bellevue").state.value == "Washington"
    assert known(camera=seattle, country="USA", city="Xyzzy").state is None


def test_a_country_that_nobody_knows_is_left_alone():
    facts = known(camera=ROME, country="Middle-earth")
    assert place(facts) == ("Middle-earth/folder", "")
    assert facts.country_code is None
    assert facts.contradictions == ()


@pytest.mark.parametrize("camera", [at(0.0, 0.0), at(30.0, -40.0), at(None, 12.5), Camera()])
def test_gps_that_says_nothing(camera):
    assert known(camera=camera) == Facts()


def test_another_day_and_another_release_are_contradictions():
    camera = Camera(taken=datetime(2020, 5, 1, 9, 30))  # noqa: DTZ001  EXIF without an offset
    notes = {"taken": "2020-05-02", "release": "commercial"}
    facts = known(camera=camera, notes=notes, release="editorial")
    assert facts.taken == Fact("2020-05-02", "notes")
    assert facts.contradictions == (
        "release: the notes say commercial, the folder says editorial",
        "taken: the notes say 2020-05-02, EXIF says 2020-05-01",
    )


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("the finish", "the finish. People: Ann Lee, Bob Ray."),
        ("the finish!", "the finish! People: Ann Lee, Bob Ray."),
        ("", "People: Ann Lee, Bob Ray."),
    ],
)
def test_persons_stand_in_the_notes_and_apart(text, noted):
    facts = known(notes={"notes": text, "names": "Ann Lee, Bob Ray"})
    assert facts.names == Fact("Ann Lee, Bob Ray", "notes")
    assert facts.notes == Fact(noted, "notes")


def test_nothing_known_is_nothing_said():
    assert known() == Facts()


@given(PLACE, WORDS, WORDS, DEGREES)
def test_whatever_is_told_each_fact_is_the_word_of_a_source(embedded, notes, folder, position):
    latitude, longitude = position or (None, None)
    facts = gather(Told(at(latitude, longitude), notes, folder, embedded), ATLAS)
    heard = {"notes": notes.values(), "folder": folder.values()}
    for name in ("country", "state", "city", "location"):
        fact = getattr(facts, name)
        if fact is None:
            continue
        assert fact.value
        if fact.evidence in heard:
            assert fact.value in heard[fact.evidence]
        else:
            assert fact.evidence in {"embedded", "gps"}
        if notes.get(name):
            assert fact == Fact(notes[name], "notes")
    if facts.city and facts.country and facts.city.evidence == "gps":
        code = ATLAS.code(facts.country.value)
        assert ATLAS.named(facts.city.value, code, position).km < 25
