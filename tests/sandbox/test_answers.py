import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchcap.sandbox.answers import answer
from batchcap.sandbox.describer import Describer, Facts, Span
from batchcap.sandbox.limits import Count, exactly, item_count, text_span
from batchcap.sandbox.look import unseen

FACTS = Facts("Italy", "Rome", "June 9, 2014", "commercial", "")
TEXT = {"type": "string"}


def obj(**properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def said(kind, words, **more):
    return {"type": kind, "description": words, **more}


def fill(schema, facts=FACTS, seed=5):
    body = {"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}
    return json.loads(answer(Describer(unseen(seed), facts), body, ""))


def test_a_stock_schema_is_filled_within_its_words():
    words = {"type": "array", "items": TEXT}
    filled = fill(
        obj(
            title=said("string", "A title of at most 70 characters."),
            headline=said("string", "Not more than 40 characters"),
            description=said("string", "Between 60 and 150 characters, one or two sentences."),
            keywords={
                **words,
                "description": "Up to 50 single-word keywords, most relevant first.",
            },
            release={"type": "string", "enum": ["editorial", "commercial"]},
            release_reason=said("string", "Why, in at most 60 characters."),
        )
    )
    assert len(filled["title"]) <= 70
    assert len(filled["headline"]) <= 40
    assert 60 <= len(filled["description"]) <= 150
    assert "Rome, Italy" in filled["description"]
    assert len(filled["keywords"]) == len(set(filled["keywords"])) == 50
    assert filled["release"] == "commercial"
    assert 0 < len(filled["release_reason"]) <= 60


def test_an_accessibility_schema_is_filled_honestly():
    kinds = ["decorative", "informative", "complex"]
    filled = fill(
        obj(
            alt_text=said("string", "At most 125 characters."),
            long_description=said("string", "At least 300 characters, up to 600 characters."),
            visible_text=said("string", "All text that can be read, or an empty string."),
            classification={"type": "string", "enum": kinds},
            plants={"type": "array", "items": TEXT},
            translation={"anyOf": [TEXT, {"type": "null"}]},
        )
    )
    assert 0 < len(filled["alt_text"]) <= 125
    assert 300 <= len(filled["long_description"]) <= 600
    assert (filled["visible_text"], filled["translation"], filled["plants"]) == ("", "", [])
    assert filled["classification"] == "informative"


@pytest.mark.parametrize(
    ("facts", "expected"), [(Facts(), "editorial"), (Facts(release="Commercial"), "commercial")]
)
def test_release_follows_the_facts(facts, expected):
    choices = {"type": "string", "enum": ["commercial", "editorial"]}
    assert fill(obj(release=choices), facts) == {"release": expected}


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"type": "integer"}, 0),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "maximum": -2}, -2),
        ({"type": "integer", "exclusiveMinimum": 1}, 2),
        ({"type": "number", "minimum": 0, "maximum": 1}, 0.5),
        ({"type": "number", "minimum": 2}, 2.0),
        ({"type": "boolean"}, False),
        ({"type": "null"}, None),
        ({"const": "x"}, "x"),
        ({"enum": [3, 4]}, 3),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [0, 0]),
        ({"type": "array", "items": {"type": "string", "enum": ["a", "Abstract"]}}, ["Abstract"]),
        ({"$ref": "#/$defs/x"}, {"deep": 0}),
        ({"anyOf": [{"type": "null"}, obj(a={"type": "boolean"})]}, {"a": False}),
        (obj(), {}),
    ],
)
def test_other_fields_get_something_sensible(node, value):
    schema = {**obj(field=node), "$defs": {"x": obj(deep={"type": "integer"})}}
    assert fill(schema) == {"field": value}


def test_a_recursive_schema_comes_to_an_end():
    schema = obj(children={"type": "array", "items": {"$ref": "#"}, "minItems": 0},
                 parent={"anyOf": [{"$ref": "#"}, {"type": "null"}]})  # fmt: skip
    assert fill(schema)["children"] == []


leaves = st.sampled_from(
    [
        TEXT,
        {"type": ["string", "null"]},
        {"type": "integer"},
        {"type": "number", "minimum": 1, "maximum": 5},
        {"type": "boolean"},
        {"type": "string", "enum": ["x", "y"]},
        {"type": "array", "items": TEXT, "maxItems": 3},
    ]
)
names = st.sampled_from(
    ["title", "tags", "people", "colours", "date", "summary", "place", "score", "long_text"]
)
schemas = st.recursive(
    leaves, lambda inner: st.dictionaries(names, inner, max_size=3).map(lambda p: obj(**p)), max_leaves=9
)  # fmt: skip


def fits(value, node):
    if "enum" in node:
        return value in node["enum"]
    kinds = node["type"] if isinstance(node["type"], list) else [node["type"]]
    checks = {
        "string": lambda: isinstance(value, str),
        "null": lambda: value is None,
        "integer": lambda: isinstance(value, int) and not isinstance(value, bool),
        "number": lambda: node["minimum"] <= value <= node["maximum"],
        "boolean": lambda: isinstance(value, bool),
        "array": lambda: len(value) <= 3 and all(isinstance(one, str) for one in value),
        "object": lambda: (
            set(value) == set(node["properties"])
            and all(fits(value[key], child) for key, child in node["properties"].items())
        ),
    }
    return any(checks[kind]() for kind in kinds)


@settings(deadline=None)
@given(st.dictionaries(names, schemas, max_size=4), st.integers(0, 2**40))
def test_any_schema_is_answered_in_its_form(properties, seed):
    schema = obj(**properties)
    assert fits(fill(schema, seed=seed), schema)


@pytest.mark.parametrize("seed", range(8))
def test_the_plain_form_is_a_description_a_blank_line_and_keywords(seed):
    prompt = "a comma-separated list of exactly 12 single-word keywords"
    text = answer(Describer(unseen(seed), FACTS), {}, prompt)
    description, *_, keywords = text.strip().split("\n")
    assert 40 <= len(description) <= 200
    listed = keywords.rstrip(".").split(", ")
    assert len(listed) == len(set(listed)) == 12
    assert text[len(description) : len(description) + 2] == "\n\n"


def test_the_plain_form_drifts_now_and_then():
    prompt = "exactly 50 single-word keywords, comma-separated"
    texts = [answer(Describer(unseen(seed), FACTS), {}, prompt) for seed in range(8)]
    assert len({(text.endswith("."), "\n\n\n" in text, text.endswith("\n")) for text in texts}) > 2


def test_without_a_form_there_is_only_a_description():
    assert "\n" not in answer(Describer(unseen(1), FACTS), {}, "Describe this.")


def test_a_json_object_has_the_usual_fields():
    body = {"response_format": {"type": "json_object"}}
    made = json.loads(answer(Describer(unseen(1), FACTS), body, "as json"))
    assert set(made) == {"title", "description", "keywords"}


@pytest.mark.parametrize(
    ("words", "least", "most"),
    [
        ("at most 70 characters", 0, 70),
        ("Up to 1,200 characters.", 0, 1200),
        ("between 40 and 200 characters", 40, 200),
        ("40-200 characters", 40, 200),
        ("no more than 60 chars, at least 20 characters", 20, 60),
        ("125 characters or fewer", 0, 125),
        ("must not exceed 80 characters", 0, 80),
        ("up to 9 keywords", 0, 555),
        ("says nothing of 7 hills", 0, 555),
    ],
)
def test_lengths_are_read(words, least, most):
    span = text_span({"description": words}, Span(0, 555))
    assert (span.least, span.most) == (least, most)


def test_lengths_in_words_and_in_schema_terms_are_read():
    span = text_span({"description": "between 50 and 80 words"}, Span())
    assert (span.least_words, span.most_words) == (50, 80)
    assert span.most >= 80 * 9
    assert text_span({"maxLength": 30, "minLength": 10}, Span()) == Span(10, 30)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"description": "up to 50 keywords"}, Count(0, 50)),
        ({"description": "exactly 50"}, Count(50, 50)),
        ({"description": "Exactly 40 single words"}, Count(40, 40)),
        ({"description": "7 to 49 unique single-word keywords"}, Count(7, 49)),
        ({"description": "at least 60 keywords"}, Count(60, 60)),
        ({"description": "at most 30 keywords, each at most 20 characters"}, Count(0, 30)),
        ({"description": "10 tags or fewer, of at most 3 words"}, Count(0, 10)),
        ({"minItems": 5, "maxItems": 8}, Count(5, 8)),
        ({}, Count(0, 50)),
    ],
)
def test_counts_are_read(node, expected):
    assert item_count(node, Count(0, 50)) == expected


@pytest.mark.parametrize(
    ("prompt", "number"),
    [
        ("exactly 50 single-word keywords", 50),
        ("Exactly 7 unique single words", 7),
        ("exactly 25 keywords", 25),
        ("some keywords", 50),
    ],
)
def test_the_number_of_keywords_is_read(prompt, number):
    assert exactly(prompt, 50) == number
