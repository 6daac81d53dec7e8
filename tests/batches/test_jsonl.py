import io
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.jsonl import (
    BLOCK,
    decode,
    encode,
    lines,
    lines_of,
    parts,
    request_line,
    well_formed,
)

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
TEXT = st.text()
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


@given(st.lists(JSON))
def test_round_trip_for_any_value(values):
    stream = io.BytesIO(b"".join(encode(each) + b"\n" for each in values))
    assert [decode(raw) for _number, raw in lines(stream)] == values


@given(ANY_TEXT)
def test_any_text_becomes_one_line_that_a_strict_reader_takes(text):
    raw = encode({"t": text})
    assert b"\n" not in raw
    assert b"\r" not in raw
    assert json.loads(raw.decode("utf-8"))["t"] == well_formed(text)


@given(ANY_TEXT)
def test_well_formed_changes_only_what_utf8_cannot_hold(text):
    clean = well_formed(text)
    clean.encode("utf-8")
    assert well_formed(clean) == clean
    if not any("\ud800" <= each <= "\udfff" for each in text):
        assert clean == text


def test_half_a_pair_is_replaced_and_a_whole_one_joined():
    assert well_formed("a\ud800b\udc00") == "a\ufffdb\ufffd"
    assert well_formed("\ud83d\ude00") == "\U0001f600"


def test_other_line_separators_stay_inside_their_line():
    text = "a\u2028b\u2029c\x85d\x0be"
    raw = encode(text)
    assert [decode(line) for _, line in lines(io.BytesIO(raw + b"\n"))] == [text]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_has_no_form_for_is_refused(value):
    with pytest.raises(ValueError, match="JSON"):
        encode({"x": [value]})


def test_compact_and_readable():
    assert encode({"ä": [1, None]}) == '{"ä":[1,null]}'.encode()


def test_a_request_line():
    raw = request_line("p1-a", "/v1/chat/completions", {"model": "m"})
    assert json.loads(raw) == {
        "custom_id": "p1-a",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "m"},
    }


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000, '{"a":1}'.encode("utf-16")]
)
def test_whatever_is_no_json_is_a_value_error(raw):
    with pytest.raises(ValueError):  # noqa: PT011  # each parser has words of its own
        decode(raw)


def test_numbers_count_blank_lines():
    stream = io.BytesIO(b'\xef\xbb\xbf{"a":1}\r\n\r\n   \n\n[2]\n3')
    assert list(lines(stream)) == [(1, b'{"a":1}'), (5, b"[2]"), (6, b"3")]


def test_nothing_gives_nothing():
    assert list(lines(io.BytesIO(b""))) == []
    assert list(lines([b"", b"\n", b""])) == []


@given(
    st.lists(st.binary(max_size=30).map(lambda raw: raw.replace(b"\n", b"")), max_size=8), st.data()
)
def test_chunks_may_be_cut_anywhere(content, data):
    whole = b"\n".join(content)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    edges = [0, *cuts, len(whole)]
    chunks = [whole[a:b] for a, b in itertools.pairwise(edges)]
    assert list(lines(chunks)) == list(lines(io.BytesIO(whole)))


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.integers(1, 40))
def test_a_line_beyond_the_cap_is_cut_and_the_next_one_is_whole(lengths, cap):
    stream = io.BytesIO(b"\n".join(b"x" * length for length in lengths))
    found = list(lines(stream, cap))
    assert [number for number, _ in found] == list(range(1, len(lengths) + 1))
    assert [len(raw) for _, raw in found] == [min(length, cap) for length in lengths]


@given(
    st.lists(st.binary(max_size=9) | st.sampled_from([b"", b"\r", b" ", b"\xef\xbb\xbf{}"])),
    st.booleans(),
    st.integers(1, 12),
)
def test_parts_of_a_file_hold_its_lines_each_once(rows, ended, size):
    whole = b"\n".join(rows) + (b"\n" if ended else b"")
    found = list(parts(io.BytesIO(whole), size))
    assert sum(each.length for each in found) == len(whole)
    assert all(each.length >= size for each in found[:-1])
    alone = [lines_of(each, io.BytesIO(whole)) for each in found]
    assert [line for each in alone for line in each] == list(lines(io.BytesIO(whole)))


def test_a_line_longer_than_a_block_stands_in_one_part():
    stream = io.BytesIO(b"x" * (3 * BLOCK) + b"\n{}\n")
    assert [(each.start, each.first) for each in parts(stream, 10)] == [(0, 1), (3 * BLOCK + 1, 2)]
