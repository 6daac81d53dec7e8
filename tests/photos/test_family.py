import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.photos.family import leaders, one_picture
from batchcap.records import Camera


@pytest.mark.parametrize(
    ("paths", "found"),
    [
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
    assert leaders(paths) == found


@pytest.mark.parametrize(
    "paths",
    [["a.jpg", "a.jpeg"], ["a.jpg", "a.JPG", "a.cr2"], ["a.cr2", "a.nef"], ["a.jpg", "a.txt"]],
)
def test_two_of_one_kind_may_be_two_pictures(paths):
    assert leaders(paths) == {}


NAMES = st.lists(
    st.tuples(st.sampled_from("aAbc"), st.sampled_from(["jpg", "cr2", "dng", "tif", "txt"])),
    unique=True,
)


@given(NAMES)
def test_a_leader_follows_nobody(names):
    paths = [f"{stem}.{ending}" for stem, ending in names]
    found = leaders(paths)
    assert not set(found) & set(found.values())
    assert set(found) | set(found.values()) <= set(paths)
    assert leaders(reversed(paths)) == found


def test_the_time_tells_two_pictures_of_one_name_apart():
    noon = dt.datetime(2024, 5, 6, 12, 0, 0)  # noqa: DTZ001 a camera's clock
    raw, jpeg = Camera(taken=noon), Camera(taken=noon.replace(tzinfo=dt.UTC, microsecond=4))
    assert one_picture(jpeg, raw)
    assert one_picture(jpeg, Camera())
    assert one_picture(Camera(), raw)
    assert not one_picture(Camera(taken=noon.replace(year=2019)), raw)
