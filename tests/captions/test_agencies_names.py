"""Photos of one file name: all of them are held, and name one another."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from batchcap.captions.agencies import Names, duplicate
from batchcap.records import Severity


def held(paths: list[str]) -> dict[str, str]:
    """Return what is told of each path whose name another one bears."""
    names = Names(enumerate(paths))
    told = {}
    for number, path in enumerate(paths):
        others, count = names.others(number, path)
        if count:
            finding = duplicate(path, [paths[each] for each in others], count)
            assert finding.severity is Severity.HOLD
            told[path] = finding.message
    return told


def test_two_photos_of_one_name_are_both_held_and_name_each_other() -> None:
    paths = [
        "a/One.jpg",
        "b/one.JPG",
        "c/two.jpg",
        "d/Zu\u0308rich.jpg",
        "e/Z\u00fcrich.jpg",
        "f/one.jpeg",
    ]
    found = held(paths)
    assert set(found) == {paths[0], paths[1], paths[3], paths[4]}
    assert "a/One.jpg is that of b/one.JPG too" in found["a/One.jpg"]
    assert "b/one.JPG is that of a/One.jpg too" in found["b/one.JPG"]


def test_of_very_many_a_few_are_named_and_the_rest_is_counted() -> None:
    found = held([f"{each:04}/DSC_0001.jpg" for each in range(1500)])
    assert len(found) == 1500
    assert max(map(len, found.values())) < 200
    assert (
        "0000/DSC_0001.jpg, 0001/DSC_0001.jpg, 0002/DSC_0001.jpg and 1,496 more"
        in found["0700/DSC_0001.jpg"]
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcde"),
            st.sampled_from(["x.jpg", "X.jpg", "y.jpg", "\u00e9.jpg", "e\u0301.jpg", "\udcff.jpg"]),
        ),
        unique=True,
    )
)
def test_held_is_whose_name_another_bears(places: list[tuple[str, str]]) -> None:
    paths = [f"{folder}/{name}" for folder, name in places]
    names = [unicodedata.normalize("NFC", name).casefold() for _, name in places]
    expected = [path for path, name in zip(paths, names, strict=True) if names.count(name) > 1]
    assert list(held(paths)) == expected
