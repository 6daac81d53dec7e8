import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.reduced_size import best_side
from batchcap.batches.tokens import ImageRefused, fit, image_tokens, patch_grid, tiles
from batchcap.models import Models

SIDES = st.integers(1, 20_000)
MAX_SIDES = st.integers(1, 4096)
NAMES = st.sampled_from(["gpt-6-luna", "gpt-5.5", "gpt-5.4", "gpt-4.1-mini", "gpt-4o", "o3"])
DETAILS = st.sampled_from(["low", "high"])


@pytest.mark.parametrize(
    ("name", "size", "max_side", "best"),
    [
        ("gpt-6-luna", (4000, 3000), 1024, (1024, 768)),  # fills its patches already
        ("gpt-6-luna", (6000, 4000), 1024, (960, 640)),  # 30 x 20 patches in place of 32 x 22
        ("gpt-6-luna", (4000, 6000), 1024, (640, 960)),
        ("gpt-6-luna", (100, 100), 1024, (96, 96)),  # 9 patches in place of 16
        ("gpt-6-luna", (20, 20), 1024, (20, 20)),
        ("gpt-4o", (6000, 4000), 1024, (768, 512)),  # 2 tiles in place of 4
        ("gpt-4o", (4000, 3000), 1024, (683, 512)),
        ("gpt-4o", (3000, 3000), 2048, (512, 512)),
        ("gpt-4o", (400, 300), 2048, (400, 300)),
    ],
)
def test_known_sizes(models: Models, name, size, max_side, best):
    assert best_side(models.get(name), *size, max_side, "high") == best


def test_a_size_the_provider_would_shrink_is_not_sent(models: Models):
    size = best_side(models.get("gpt-6-luna"), 6000, 4000, 4096, "high")
    columns, rows = patch_grid(size)
    assert columns * rows <= 2500
    assert max(best_side(models.get("gpt-6-luna"), 6000, 4000, 4096, "low")) <= 512


@given(size=st.tuples(SIDES, SIDES), max_side=MAX_SIDES, name=NAMES, detail=DETAILS)
def test_never_larger_never_dearer_never_another_shape(
    models: Models, size, max_side, name, detail
):
    model = models.get(name)
    width, height = size
    across, down = best_side(model, width, height, max_side, detail)
    plain = fit(width, height, max_side)
    assert 1 <= across <= plain[0]
    assert 1 <= down <= plain[1]
    assert abs(down - across * height / width) <= 1 or abs(across - down * width / height) <= 1
    assert image_tokens(model, across, down, detail) <= image_tokens(model, *plain, detail)


@given(width=SIDES, height=SIDES, max_side=st.integers(1, 2048))
def test_a_patch_copy_keeps_seven_eighths(models: Models, width, height, max_side):
    model = models.get("gpt-5.2")  # a budget that 2048 x 2048 pixels do not pass
    size = best_side(model, width, height, max_side, "high")
    assert max(size) >= max(fit(width, height, max_side)) * 7 / 8


@given(width=SIDES, height=SIDES, max_side=MAX_SIDES)
def test_a_tile_copy_keeps_one_row_of_tiles(models: Models, width, height, max_side):
    size = best_side(models.get("gpt-4o"), width, height, max_side, "high")
    plain = fit(width, height, max_side)
    shrunk = fit(*plain, 2048)  # what the model looks at before it counts tiles
    assert min(size) >= min(512, min(shrunk) * 2 / 3 - 1)
    assert tiles(size) <= tiles(plain)


def test_low_on_a_tile_model_has_one_price_and_keeps_the_pixels(models: Models):
    assert best_side(models.get("gpt-4o"), 4000, 3000, 1024, "low") == (1024, 768)


def test_what_the_model_does_not_offer_is_refused(models: Models):
    with pytest.raises(ImageRefused):
        best_side(models.get("gpt-5.2"), 100, 100, 1024, "original")
    with pytest.raises(ImageRefused):
        best_side(models.get("gpt-4o"), 100, 100, 1024, "medium")
    with pytest.raises(ImageRefused):
        best_side(models.get("gpt-5.2"), 0, 100, 1024, "high")
