"""A copy made smaller still: halved as often as it is asked, down to what a caption needs."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from batchcap.photos.smaller import LEAST_SIDE, smaller


def jpeg(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 60)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("size", "halvings", "wanted"),
    [
        ((1024, 768), 1, (512, 384)),
        ((768, 1024), 2, (192, 256)),
        ((1024, 768), 9, (256, 192)),
        ((300, 10), 1, (256, 8)),
        ((2000, 1), 1, (1000, 1)),
    ],
)
def test_halved(size, halvings, wanted):
    data, *told = smaller(jpeg(*size), halvings, 85)
    assert tuple(told) == wanted
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == wanted


@given(st.integers(1, LEAST_SIDE), st.integers(1, LEAST_SIDE), st.integers(0, 4))
def test_a_small_one_is_left_as_it_is(width, height, halvings):
    picture = jpeg(width, height)
    assert smaller(picture, halvings, 85) == (picture, width, height)
