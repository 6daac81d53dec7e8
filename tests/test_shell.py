"""Paths in commands that a person is told to type."""

import pytest

from batchcap.shell import quoted


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("photo/IMG_0001.jpg", "photo/IMG_0001.jpg"),
        (r"C:\photos\a.jpg", r"C:\photos\a.jpg"),
        ("my demo", '"my demo"'),
        ("a&b.jpg", '"a&b.jpg"'),
        ("Küche/é.jpg", "Küche/é.jpg"),
        ("a (2).jpg", '"a (2).jpg"'),
    ],
)
def test_a_path_stays_one_word(path, typed):
    assert quoted(path) == typed
