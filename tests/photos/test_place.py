import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.photos.countries import countries, folded
from batchcap.photos.exif import header_camera
from batchcap.photos.jpeg import read_header
from batchcap.photos.place import CAP_KM, Atlas, load

ATLAS = Atlas()
LATITUDE, LONGITUDE = st.floats(-90, 90), st.floats(-180, 180)


# The points of facts on metadata, chapter 10, and some more that a nearest place gets wrong.
@pytest.mark.parametrize(
    ("city", "code", "position"),
    [
        ("Lisbon", "PT", (38.7223, -9.1393)),  # not Intendente
        ("Las Vegas", "US", (36.1242561, -115.1698684)),  # not Paradise
        ("Helsinki", "FI", (60.1467056, 24.9067722)),  # not Länsisatama
        ("Madrid", "ES", (40.4469722, -3.7247528)),  # not Vallehermoso
        ("Dublin", "IE", (53.359465, -6.2582314)),  # not Drumcondra
        ("Istanbul", "TR", (41.0082, 28.9784)),  # not Eminönü
        ("Paris", "FR", (48.8925, 2.2363889)),  # not La Défense
        ("Versailles", "FR", (48.8049, 2.1204)),
        ("Sausalito", "US", (37.8591, -122.4853)),
        ("Kyoto", "JP", (34.9671, 135.7727)),
        ("Arezzo", "IT", (43.4674483, 11.8851267)),
        ("Rome", "IT", (41.853, 12.4888333)),
        ("Seattle", "US", (47.6271667, -122.3373333)),
        ("Langenberg", "DE", (51.778615, 8.3656381)),  # a small town beside a larger one
        ("Riomaggiore", "IT", (44.1066, 9.7287)),
        ("Kehl", "DE", (48.5730, 7.8150)),  # across the river from Strasbourg
        ("Strasbourg", "FR", (48.5818, 7.7510)),
        ("Paris", "FR", (48.8867, 2.3431)),  # not Paris 18 Buttes-Montmartre
        ("Berlin", "DE", (52.4997, 13.4033)),  # not Kreuzberg, which has 150,000 people
        ("Bucharest", "RO", (44.4234, 26.1687)),  # not Sector 3
        ("Los Angeles", "US", (34.0983, -118.3269)),  # not Hollywood
        ("Cambridge", "US", (42.3736, -71.1190)),  # a city, though it touches Boston
        ("Hong Kong", "HK", (22.2819, 114.1580)),
        ("Suva", "FJ", (-18.1416, 178.4419)),
    ],
)
def test_a_position_belongs_to_the_city_and_not_to_its_quarter(city, code, position):
    found = ATLAS.near(position)
    assert (found.city, found.code) == (city, code)
    assert found.km < CAP_KM
    assert found.country == countries().name(code)


@pytest.mark.parametrize("position", [(0.0, 0.0), (-70.0, -140.0), (30.0, -40.0), (90.0, 0.0)])
def test_nothing_is_near_in_the_sea(position):
    assert ATLAS.near(position) is None


def test_a_state_is_told_where_captions_name_it():
    assert ATLAS.near((47.627, -122.337)).state == "Washington"
    assert ATLAS.near((41.9, 12.5)).state == ""


def test_beside_a_border_the_country_is_not_sure_and_can_be_asked_for():
    saint_peter = (41.9022, 12.4539)
    assert not ATLAS.near(saint_peter).sure
    assert ATLAS.near(saint_peter, "VA").city == "Vatican City"
    assert ATLAS.near(saint_peter, "IT").city == "Rome"
    assert ATLAS.near(saint_peter, "FI") is None


@given(LATITUDE, LONGITUDE)
def test_any_position_is_answered_within_the_cap_or_not_at_all(latitude, longitude):
    found = ATLAS.near((latitude, longitude))
    assert found is None or (0 <= found.km <= CAP_KM and found.city and len(found.code) == 2)


def test_both_sides_of_the_date_line_are_one_world():
    east, west = ATLAS.near((-16.78, 179.999)), ATLAS.near((-16.78, -179.999))
    assert east == west or {east.city, west.city} <= {"Labasa", "Somosomo", "Lamiti"}


def test_towns_are_found_at_their_own_coordinates():
    towns = load().called("Springfield", "US")
    assert len(towns) > 20
    for town in towns:
        assert ATLAS.near((town.latitude, town.longitude), "US").km < 10


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ("Lisboa", "Lisbon", "PT"),
        ("München", "Munich", "DE"),
        ("Muenchen", "Munich", "DE"),
        ("saint denis", "Saint-Denis", "FR"),
        ("St. Moritz", "St Moritz", "CH"),
        ("ROME", "Roma", "IT"),
        ("NYC", "New York City", "US"),
        ("Köln", "Cologne", ""),
    ],
)
def test_two_names_of_one_city(one, other, code):
    assert ATLAS.same_city(one, other, code)
    assert ATLAS.same_city(other, one, code)


@pytest.mark.parametrize(
    ("one", "other"), [("Rome", "Milan"), ("Rome", ""), ("", "Rome"), ("Xyzzy", "Rome")]
)
def test_two_cities(one, other):
    assert not ATLAS.same_city(one, other, "IT")


def test_how_far_a_position_lies_from_a_city_of_that_name():
    assert ATLAS.named("Gol", "NO", (60.2674637, 8.7711324)).km == pytest.approx(49.2, abs=0.5)
    assert ATLAS.named("Trastevere", "IT", (41.8886, 12.4694)).km < 3  # known by name
    assert ATLAS.named("Bellevue", "US", (47.627, -122.337)).state == "Washington"
    assert ATLAS.named("Paris", "", (33.6609, -95.5555)).country == "USA"
    assert ATLAS.named("Xyzzy", "IT", (41.9, 12.5)) is None
    assert ATLAS.named("", "IT", (41.9, 12.5)) is None
    assert ATLAS.named("Hamburg", "FR", (53.55, 10.0)) is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("the United States", "US"),
        ("United States of America", "US"),
        ("us", "US"),
        ("UK", "GB"),
        ("Scotland", "GB"),
        ("GBR", "GB"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Czechia", "CZ"),
        ("Czech Republic", "CZ"),
        ("The Netherlands", "NL"),
        ("holland", "NL"),
        ("Bosnia & Herzegovina", "BA"),
        ("Cote d'Ivoire", "CI"),
        ("Timor-Leste", "TL"),
        ("Congo", "CG"),
        ("Macedonia", "MK"),
        ("Deutschland", "DE"),
        ("ESPAÑA", "ES"),
        ("Tuscany", ""),
        ("", ""),
        ("the", ""),
    ],
)
def test_a_country_by_any_of_its_names(said, code):
    assert countries().code(said) == code


def test_every_country_knows_its_own_name_and_codes():
    table = countries()
    assert len(table.names) >= 249
    for code, name in table.names.items():
        assert table.code(name) == table.code(code) == table.code(table.alpha3(code)) == code
        assert name == name.strip()
    assert table.name("US") == "USA"
    assert table.alpha3("PT") == "PRT"
    assert table.name("ZZ") == table.alpha3("ZZ") == ""


@given(st.text())
def test_folding_a_name_twice_is_folding_it_once(text):
    assert folded(folded(text)) in (folded(text), folded(text).removeprefix("the "))


def test_a_territory_is_of_its_country():
    assert countries().same("HK", "CN")
    assert countries().same("PR", "US")
    assert countries().same("RE", "GP")
    assert not countries().same("FR", "IT")


def test_the_real_photos_lie_where_their_folders_say(real_photos):
    """All but one: «Gol» lies 49 km from its folder's town."""
    for path in real_photos:
        country, city = path.parts[-4:-2]
        with path.open("rb") as stream:
            camera = header_camera(read_header(stream))
        found = ATLAS.near((camera.latitude, camera.longitude))
        if country in {"photo", "photos"}:  # the unsorted one
            assert found.city == "Langenberg"
        else:
            assert found.city == {"Gol": "Rødberg"}.get(city, city)
            assert found.code == countries().code(country)
