"""Frames of one burst: alike in time and picture, and nothing known apart."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance

from batchcap.photos.series import GAP, Frame, alike, likeness, series_of


def scene(step=0, sky="steelblue"):
    image = Image.new("RGB", (640, 480), sky)
    drawing = ImageDraw.Draw(image)
    drawing.polygon([(0, 480), (0, 300), (200, 180), (420, 330), (640, 250), (640, 480)], "olive")
    drawing.ellipse((480 + step, 60, 560 + step, 140), "khaki")
    return image


def saved(image, quality):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out)


def test_a_copy_a_step_and_a_little_light_are_alike():
    first = likeness(scene())
    for other in (
        saved(scene(), 30),
        scene().resize((200, 150)),
        scene(step=8),
        ImageEnhance.Brightness(scene()).enhance(1.05),
    ):
        assert alike(first, likeness(other))
        assert alike(likeness(other), first)


def test_another_scene_the_same_in_other_colours_and_the_same_mirrored_are_not():
    first = likeness(scene())
    for other in (
        Image.new("RGB", (640, 480), "steelblue"),
        scene(sky="orange"),
        scene().transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        scene().transpose(Image.Transpose.ROTATE_90),
    ):
        assert not alike(first, likeness(other))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "1"])
def test_every_mode_has_a_likeness_of_one_length(mode):
    assert len(likeness(Image.new(mode, (3, 2)))) == len(likeness(scene()))


def test_a_likeness_that_is_not_known_is_like_nothing():
    assert not alike(b"", b"")
    assert not alike(likeness(scene()), b"")


LIKE, UNLIKE = likeness(scene()), likeness(scene(sky="orange"))
SHOTS = st.lists(
    st.tuples(
        st.floats(0, 30).map(lambda second: round(second, 2)),
        st.sampled_from(["Cam 7", "Cam 8"]),
        st.sampled_from([LIKE, likeness(scene(step=4)), UNLIKE, b""]),
        st.sampled_from(["{}", '{"city": "rome"}']),
    ),
    max_size=12,
)


def grouped(shots):
    """Let frames come in order, as a build reads them; gives each one with its first frame."""
    frames: dict[str, Frame] = {}
    for number, shot in enumerate(shots):
        path = f"{number:02d}.jpg"
        alone = Frame(path, *shot, path)
        first = series_of(alone, frames.values(), frames.values())
        frames[path] = Frame(path, *shot, first or path)
    return frames


@given(SHOTS)
def test_a_frame_joins_a_first_one_that_it_is_like_and_others_close_in_time(shots):
    frames = grouped(shots)
    for each in frames.values():
        first = frames[each.series]
        assert first.series == first.path
        if first is each:
            continue
        assert (each.camera, each.told) == (first.camera, first.told)
        assert alike(each.likeness, first.likeness)
        earlier = [other for other in frames.values() if other.path < each.path]
        close = [other for other in earlier if abs(other.taken - each.taken) <= GAP]
        assert each.series in {other.series for other in close}


@given(SHOTS)
def test_frames_of_one_second_and_one_picture_are_one_series(shots):
    same = [(0.1 * number, "Cam 7", LIKE, "{}") for number, _ in enumerate(shots)]
    assert len({each.series for each in grouped(same).values()}) <= 1


def test_the_nearest_series_counts():
    early, late = (Frame(path, at, "", LIKE, "", path) for path, at in (("a", 0.0), ("b", 5.0)))
    frame = Frame("c", 2.9, "", LIKE, "", "c")
    assert series_of(frame, [early, late], [early, late]) == "b"
    assert series_of(frame, [early], [early]) == "a"
    assert series_of(frame, [], []) == ""
