# ruff: noqa: S311 - paint, and no secret

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from batchcap.demo import brush
from batchcap.demo.canvas import Canvas, Lens, Spot, curve, height_at, mix, smooth

COLORS = st.tuples(*[st.integers(0, 255)] * 3)
POINTS = st.tuples(st.floats(-50, 150), st.floats(-50, 150))


@pytest.fixture
def canvas():
    return Canvas(120, 90, "test")


@given(COLORS, COLORS, st.floats(0, 1))
def test_a_mixed_colour_lies_between_its_two(first, second, share):
    for low, mixed, high in zip(first, mix(first, second, share), second, strict=True):
        assert min(low, high) <= mixed <= max(low, high)


@given(COLORS, COLORS, st.integers(2, 300))
def test_a_ramp_begins_and_ends_with_its_colours(first, last, length):
    column = brush.ramp(((0.0, first), (1.0, last)), length)
    assert column.size == (1, length)
    assert column.getpixel((0, 0)) == first
    assert column.getpixel((0, length - 1)) == last


@given(COLORS, COLORS, COLORS)
def test_a_ramp_passes_through_the_colour_between(first, middle, last):
    column = brush.ramp(((0.0, first), (0.5, middle), (1.0, last)), 101)
    assert column.getpixel((0, 50)) == middle


@given(POINTS, POINTS, POINTS)
def test_curves_start_and_end_where_they_should(start, control, end):
    assert curve(start, control, end)[0] == pytest.approx(start)
    assert curve(start, control, end)[-1] == pytest.approx(end)
    assert smooth([start, control, end])[0] == pytest.approx(start)
    assert smooth([start, control, end])[-1] == end


@given(st.integers(0, 10**6), st.floats(0, 40), st.integers(1, 6))
def test_a_ridge_keeps_its_ends_and_runs_forward(seed, height, detail):
    line = brush.ridge(random.Random(seed), ((0, 10), (100, 30)), height, detail)
    assert (line[0], line[-1]) == ((0, 10), (100, 30))
    assert len(line) == 2**detail + 1
    assert [x for x, _ in line] == sorted(x for x, _ in line)


def test_height_is_that_of_the_nearest_point():
    assert height_at([(0, 5), (10, 7), (20, 9)], 13) == 7


def test_a_lens_shows_far_things_small_and_the_eye_on_the_horizon():
    lens = Lens((50, 40), 100, 2)
    assert lens.at(0, 2, 5) == (50, 40)
    near, far = lens.at(1, 0, 2), lens.at(1, 0, 20)
    assert near == (100, 140)
    assert far == (55, 50)


def test_a_spot_measures_upwards():
    spot = Spot((10, 20), 4)
    assert spot.at(1, 2) == (14, 12)
    assert spot.box(0, 0, 1, 1) == (10, 16, 14, 20)
    assert spot.quad(0, 0, 1, 1) == [(10, 20), (14, 20), (14, 16), (10, 16)]


def test_noise_fills_the_range_and_leaves_the_global_generator_alone():
    state = random.getstate()
    field = brush.noise(random.Random(4), (80, 60), (6, 5), 4)
    assert field.getextrema() == (0, 255)
    again = brush.noise(random.Random(4), (80, 60), (6, 5), 4)
    assert field.tobytes() == again.tobytes()
    assert field.tobytes() != brush.noise(random.Random(5), (80, 60), (6, 5), 4).tobytes()
    assert random.getstate() == state


def test_flat_ground_has_no_relief():
    inner = brush.relief(Image.new("L", (20, 20), 90)).crop((1, 1, 19, 19))
    assert inner.getextrema() == (128, 128)


def test_glow_only_adds_light_and_only_within_its_radius(canvas):
    before = canvas.image.copy()
    brush.glow(canvas, (60, 45), 20, (255, 200, 100))
    assert canvas.image.getpixel((120, 90)) == pytest.approx((255, 200, 100), abs=9)
    left, top, right, bottom = ImageChops.difference(before, canvas.image).getbbox()
    assert left >= 80
    assert top >= 50
    assert right <= 160
    assert bottom <= 130


@pytest.mark.parametrize("center", [(-500, 40), (60, 900), (0, 0), (120, 90)])
def test_glow_at_and_beyond_the_edge_is_no_error(canvas, center):
    brush.glow(canvas, center, 20, (255, 255, 255))
    seen = canvas.image.getbbox() is not None
    assert seen == (center in {(0, 0), (120, 90)})


def test_a_reflection_is_what_stands_above_upside_down(canvas):
    canvas.rect((0, 0, 120, 22), (200, 40, 40))
    canvas.rect((0, 22, 120, 45), (40, 40, 200))
    brush.reflect(canvas, 45, 36, 2, (0, 0, 0, 0))
    near = ImageStat.Stat(canvas.image.crop((0, 96, 240, 110))).mean
    far = ImageStat.Stat(canvas.image.crop((0, 146, 240, 160))).mean
    assert near[2] > 150 > near[0]
    assert far[0] > 150 > far[2]


def test_clouds_fade_out_towards_the_edges_of_their_box(canvas):
    brush.clouds(canvas, (0, 20, 120, 70), (3, 2), (255, 255, 255, 255), 0.9)
    left, top, right, bottom = canvas.image.getbbox()
    assert (left, right) == (0, 240)
    assert top >= 40
    assert bottom <= 140
    rows = [ImageStat.Stat(canvas.image.crop((0, y, 240, y + 4))).mean[0] for y in (42, 90, 134)]
    assert rows[1] > 4 * max(rows[0], rows[2])


def test_a_shape_of_no_width_is_drawn_as_nothing(canvas):
    canvas.ellipse((30, 30, 20, 40), (255, 255, 255))
    canvas.rect((30, 30, 40, 20), (255, 255, 255))
    assert canvas.image.getbbox() is None


def test_a_finished_picture_is_half_the_pixels_and_the_same_each_time(canvas):
    canvas.dot((60, 45), 30, (250, 120, 10))
    twin = Canvas(120, 90, "test")
    twin.dot((60, 45), 30, (250, 120, 10))
    picture = canvas.finish()
    assert picture.size == (120, 90)
    assert picture.tobytes() == twin.finish().tobytes()
