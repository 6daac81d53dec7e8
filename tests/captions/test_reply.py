import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.captions.reply import _asked, _field_by_field, _usual, parse
from batchcap.preset import load_preset, preset_names
from batchcap.records import Caption, Trouble

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
PRESETS = {name: load_preset(name, CONFIGS)[0] for name in preset_names(CONFIGS)}
STOCK = PRESETS["stock"]
ARTICLE = PRESETS["article"]
ANSWER = {
    "title": "Boats at dawn",
    "description": "Old boats lie in the harbour.",
    "keywords": ["boat", "harbour"],
    "release": "commercial",
    "release_reason": "No people.",
}
CAPTION = Caption(
    title="Boats at dawn",
    description="Old boats lie in the harbour.",
    keywords=("boat", "harbour"),
    release="commercial",
    release_reason="No people.",
)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ANSWER),
        "\ufeff" + json.dumps(ANSWER),
        "```json\n" + json.dumps(ANSWER, indent=2) + "\n```",
        "Certainly! {Here} it is:\n\n" + json.dumps(ANSWER) + "\n\nLet me know!",
        json.dumps(ANSWER | {"confidence": float("nan"), "extra": {"deep": [1]}}),
        json.dumps({"caption": ANSWER}),
        json.dumps([ANSWER]),
        json.dumps(ANSWER | {"release": " Commercial "}),
    ],
)
def test_json_is_found_whatever_stands_around_it(text):
    assert parse(STOCK, text) == CAPTION


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", None),
        ("title", 5),
        ("title", ["Boats"]),
        ("title", float("nan")),
        ("description", {"text": "Boats"}),
        ("keywords", "boat, harbour"),
        ("keywords", ["boat", 5]),
        ("keywords", [["boat"]]),
        ("keywords", None),
        ("release", "both"),
        ("release", True),
    ],
)
def test_a_wrong_type_is_bad_json_by_field(field, value):
    trouble = parse(STOCK, json.dumps(ANSWER | {field: value}))
    assert isinstance(trouble, Trouble)
    assert trouble.code == "bad_json"
    assert field in trouble.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\x00\u200b ", "empty"),
        ("Boats in a harbour.", "bad_json"),
        ("{}", "bad_json"),
        ('{"caption": 5}', "bad_json"),
        ("null", "bad_json"),
        (json.dumps(ANSWER)[:60], "truncated"),
        (json.dumps(ANSWER)[:-1], "truncated"),
        ("I'm sorry, but I can't help with that.", "refusal"),
        ('{"a":' * 16_000, "truncated"),
        ('{"title": ' + "[" * 90_000, "truncated"),
        ('{"title": ' + "9" * 9_000 + "}", "bad_json"),
        ("x" * 200_000, "too_big"),
        ('{"title": "Boats"}', "bad_json"),
    ],
)
def test_what_is_no_answer_is_trouble(text, code):
    trouble = parse(STOCK, text)
    assert isinstance(trouble, Trouble)
    assert trouble.code == code
    assert trouble.message.endswith(".")


def test_texts_are_cleaned():
    dirty = ANSWER | {
        "title": "  <b>Boats</b>\nat\u202e dawn\x00 ",
        "description": "**Cafe\u0301** & sea\ud800.\u2028Done.",
        "keywords": ["boat\n-EXIF:Artist=x", "", "\u200b", "har\u200bbour"],
    }
    caption = parse(STOCK, json.dumps(dirty))
    assert caption.title == "Boats at dawn"
    assert caption.description == "Caf\u00e9 & sea. Done."
    assert caption.keywords == ("boat -EXIF:Artist=x", "harbour")


@given(st.sampled_from(sorted(PRESETS)), st.text())
def test_any_text_gives_a_caption_or_trouble(name, text):
    assert isinstance(parse(PRESETS[name], text), Caption | Trouble)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(ANSWER)), JSON), st.integers(0, 400))
def test_any_json_whole_or_cut_gives_a_caption_or_trouble(values, cut):
    text = json.dumps(ANSWER | values)
    for answer in (text, text[:cut]):
        found = parse(STOCK, answer)
        assert isinstance(found, Caption | Trouble)
        if isinstance(found, Caption):
            for line in (found.title, found.description, *found.keywords):
                assert not any(unicodedata.category(each) in {"Cc", "Cf", "Cs"} for each in line)


WORDS = [
    "boat",
    "old boat",
    "Rome",
    "",
    " boat",
    "boat ",
    "a  b",
    "a*",
    "\x7f",
    "a\nb",
    "caf\u00e9",
]
ODD = st.one_of(
    st.sampled_from(
        [*WORDS, "commercial", "Editorial", "nature", None, 1, True, [], {}, [["boat"]]]
    ),
    st.lists(st.sampled_from([*WORDS, 1, True, None]), max_size=4),
    JSON,
)


@given(st.sampled_from(sorted(PRESETS)), st.dictionaries(st.integers(0, 9), ODD, max_size=2))
def test_a_usual_answer_is_taken_as_any_answer_is(name, put_in):
    preset = PRESETS[name]
    usual = {"text": "Old boats at dawn.", "list": ["boat", "harbour"]}
    answer = {each.name: usual.get(each.kind) or each.choices[0] for each in preset.fields}
    asked = preset.lists.latest(_asked, preset)
    assert _usual(asked, answer)
    names = list(answer)
    for place, odd in put_in.items():
        answer[names[place % len(names)]] = odd
    assert _usual(asked, answer) in (None, _field_by_field(preset, answer))


@pytest.mark.parametrize(
    ("category", "kept"),
    [("Cityscapes", "cityscapes"), ("no such category", ""), (["pets"], ""), (None, "")],
)
def test_an_answer_counts_without_a_category_of_the_list(category, kept):
    """A task sent before the category was asked for has none, and is paid all the same."""
    answer = ANSWER if category is None else ANSWER | {"category": category}
    assert parse(STOCK, json.dumps(answer)).category == kept
