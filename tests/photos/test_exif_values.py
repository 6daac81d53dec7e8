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
    assert values.moment(one, other) is None or values.moment(one, other).year >= 1826


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
