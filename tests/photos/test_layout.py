import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.errors import ConfigError
from batchcap.photos.layout import check_layout, folder_facts

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
        ("USA/Texas/Austin/x.jpg", "{country}/{state}", ("USA", None, None, "Texas")),
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
        for key, value in zip(("country", "city", "release", "state"), expected, strict=False)
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
