import math

from hypothesis import given
from hypothesis import strategies as st

from batchcap.photos import exif_values as values

SIMPLE = (
    st.none()
    | st.integers()
    | st.floats()
    | st.binary(max_size=40)
    | st.text(max_size=40)
    | st.tuples(st.integers(), st.integers())
)
ANY = SIMPLE | st.lists(SIMPLE, max_size=4).map(tuple)


@given(ANY, ANY)
def test_no_value_raises(one, other):
    assert len(values.camera_name(one, other)) <= 80
    assert values.camera_name(one, other).isprintable()
    assert values.orientation(one) in range(1, 9)
    assert values.number(one) is None or math.isfinite(values.number(one))
    for parts in (one, other):
        taken = values.moment("2025:05:01 10:00:00", other, parts)
        assert taken is not None
    assert values.moment(one, other) is None or values.moment(one, other).year >= 1826


def test_parts_of_a_second_are_digits_after_the_point():
    taken = "2025:05:01 10:00:00"
    said = [values.moment(taken, "", parts) for parts in (b"05\x00", "5", "123456789", "x", None)]
    assert [each.microsecond for each in said] == [50_000, 500_000, 123_456, 0, 0]


@given(st.dictionaries(st.integers(1, 4), ANY), ANY, ANY)
def test_a_place_is_whole_and_on_this_planet(gps, latitude, longitude):
    gps = {**gps, 2: latitude, 4: longitude}
    found = values.position(gps)
    assert found is None or (abs(found[0]) <= 90 and abs(found[1]) <= 180)


@given(st.integers(0, 89), st.integers(0, 59), st.integers(0, 5999))
def test_degrees_come_back(whole, minutes, hundredths):
    value = ((whole, 1), (minutes, 1), (hundredths, 100))
    expected = whole + minutes / 60 + hundredths / 360000
    assert values.degrees(value) is not None
    assert math.isclose(values.degrees(value), expected, abs_tol=1e-7)
