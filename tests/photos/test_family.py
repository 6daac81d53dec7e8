"""Who follows whom among files of one name."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.photos.family import Member, clock, first_of, groups, leaders
from batchcap.records import Camera


def alone(paths):
    """Return who follows whom where nothing but the names is known."""
    found = {}
    for group in groups(lambda: paths):
        found |= leaders([Member(path) for path in group])
    return found


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ([], {}),
        (["a.jpg"], {}),
        (["a.cr2", "a.jpg"], {"a.cr2": "a.jpg"}),
        (["a.jpg", "a.cr2"], {"a.cr2": "a.jpg"}),
        (["IMG_1.CR2", "img_1.JPG"], {"IMG_1.CR2": "img_1.JPG"}),
        (["a.nef", "a.tif"], {"a.nef": "a.tif"}),
        (["a.nef", "a.dng"], {"a.nef": "a.dng"}),
        (["a.nef", "a.dng", "a.tif", "a.jpg"], dict.fromkeys(("a.nef", "a.dng", "a.tif"), "a.jpg")),
        (["a.heic", "a.jpg"], {"a.heic": "a.jpg"}),
        (["x/a.cr2", "y/a.jpg"], {}),
        (["a.b.cr2", "a.jpg", "a.c.jpg"], {}),
        (["Köln.cr2", "Ko\u0308ln.jpg"], {"Köln.cr2": "Ko\u0308ln.jpg"}),
    ],
)
def test_who_follows_whom(paths, found):
    assert alone(paths) == found


@pytest.mark.parametrize(
    "paths",
    [["a.jpg", "a.jpeg"], ["a.jpg", "a.JPG", "a.cr2"], ["a.cr2", "a.nef"], ["a.jpg", "a.txt"]],
)
def test_two_of_one_kind_may_be_two_pictures(paths):
    assert alone(paths) == {}


NAMES = st.lists(
    st.tuples(st.sampled_from("aAbc"), st.sampled_from(["jpg", "cr2", "dng", "tif", "txt"])),
    unique=True,
)


@given(NAMES)
def test_a_leader_follows_nobody(names):
    paths = [f"{stem}.{ending}" for stem, ending in names]
    found = alone(paths)
    assert not set(found) & set(found.values())
    assert set(found) | set(found.values()) <= set(paths)
    assert alone(paths[::-1]) == found


MEMBERS = st.lists(
    st.builds(
        Member,
        st.sampled_from(["a.jpg", "a.cr2", "a.dng", "a.tif", "a.jpeg"]),
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, 1.0, 1.5, 99.0]),
        st.booleans(),
        st.sampled_from([{}, {"city": "rome"}, {"city": "oslo"}]),
    ),
    unique_by=lambda each: each.path,
)


@given(MEMBERS)
def test_nobody_follows_who_has_nothing_to_give_and_nobody_gives_up_its_own(members):
    known = {each.path: each for each in members}
    for follower, leader in leaders(members).items():
        assert known[leader].usable or known[leader].promising
        assert known[follower].usable
        assert not known[follower].promising
        assert leader not in leaders(members)
        times = known[follower].taken, known[leader].taken
        assert None in times or int(times[0]) == int(times[1])


def test_the_time_tells_two_pictures_of_one_name_apart():
    noon = dt.datetime(2024, 5, 6, 12, 0, 0)  # noqa: DTZ001 a camera's clock
    raw = clock(Camera(taken=noon))
    jpeg = clock(Camera(taken=noon.replace(tzinfo=dt.timezone(dt.timedelta(hours=9)))))
    assert raw == jpeg
    assert clock(Camera()) is None
    later = clock(Camera(taken=noon.replace(year=2025)))
    for taken, found in ((raw, {"a.cr2": "a.jpg"}), (None, {"a.cr2": "a.jpg"}), (later, {})):
        members = [Member("a.jpg", taken=jpeg), Member("a.cr2", taken=taken)]
        assert leaders(members) == found


def test_what_was_asked_for_leads_even_when_it_is_gone():
    raw = Member("a.cr2", promising=True)
    assert leaders([Member("a.jpg"), raw]) == {"a.jpg": "a.cr2"}
    assert leaders([Member("a.jpg", promising=True), raw]) == {}
    gone = Member("a.jpg", present=False, usable=False, promising=True, told={"city": "rome"})
    assert leaders([gone, Member("a.cr2")]) == {"a.cr2": "a.jpg"}
    assert leaders([gone, Member("a.cr2", told={"city": "rome"})]) == {"a.cr2": "a.jpg"}
    assert leaders([gone, Member("a.cr2", told={"city": "oslo"})]) == {}
    lost = Member("a.jpg", present=False, usable=False)
    assert leaders([lost, Member("a.cr2"), Member("a.dng")]) == {"a.cr2": "a.dng"}


def test_what_is_sold_is_the_finished_picture():
    assert first_of(["x/a.cr2", "x/a.jpg", "x/a.tif"]) == "x/a.jpg"
    assert first_of(["x/a.cr2", "x/a.dng"]) == "x/a.dng"
    assert first_of(["x/b.txt"]) == "x/b.txt"
