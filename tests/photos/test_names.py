from hypothesis import given
from hypothesis import strategies as st

from batchcap.photos.names import name_trouble, printable

ANY = st.text(st.characters(exclude_characters="/\0"), min_size=1) | st.binary(min_size=1).map(
    lambda raw: raw.decode("utf-8", "surrogateescape")
)


@given(ANY)
def test_what_is_shown_encodes_and_stands_on_one_line(name):
    shown = printable(name)
    shown.encode("utf-8")
    assert "\n" not in shown
    assert "\r" not in shown


@given(ANY, ANY)
def test_two_names_stay_two(one, other):
    assert (printable(one) == printable(other)) == (one == other)


@given(ANY)
def test_good_names_are_left_alone(name):
    assert (printable(name) == name) == (name_trouble(name) is None)
