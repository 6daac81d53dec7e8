import pytest

from batchcap.sandbox.strict_schema import trouble

TEXT = {"type": "string"}


def obj(**properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def nested(levels):
    node = TEXT
    for _ in range(levels - 1):
        node = obj(a=node)
    return node


@pytest.mark.parametrize(
    "schema",
    [
        obj(),
        obj(a=TEXT, b={"type": ["integer", "null"]}, c={"enum": ["x", "y"]}, d={"const": 1}),
        obj(a={"type": "array", "items": obj(b=TEXT), "minItems": 1, "maxItems": 9}),
        obj(a={"anyOf": [obj(b=TEXT), {"type": "null"}]}),
        {**obj(a={"$ref": "#/$defs/x"}), "$defs": {"x": obj(b=TEXT)}},
        {**obj(a={"anyOf": [{"$ref": "#"}, {"type": "null"}]})},
        obj(**{"not": TEXT, "if": TEXT, "default": TEXT}),
        nested(10),
        obj(a={"type": "string", "enum": [f"{number}" for number in range(1000)]}),
        obj(**{f"p{number}": TEXT for number in range(4999)}),
    ],
)
def test_a_strict_schema_is_taken(schema):
    assert trouble(schema) == ""


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "array", "items": TEXT}, "root"),
        ({"anyOf": [obj(), obj()]}, "root"),
        ({**obj(), "anyOf": [obj()]}, "root"),
        ({**obj(a=TEXT), "additionalProperties": True}, "additionalProperties"),
        ({"type": "object", "properties": {}, "required": []}, "additionalProperties"),
        (obj(a={**obj(b=TEXT), "required": []}), "Missing 'b'"),
        ({"type": "object", "properties": {"a": TEXT}, "additionalProperties": False}, "required"),
        ({**obj(a=TEXT), "required": ["a", "z"]}, "'z'"),
        (obj(a={"type": "array"}), "missing items"),
        (obj(a={"description": "x"}), "'type'"),
        (obj(a={"type": "text"}), "'text'"),
        (obj(a=True), "expected an object"),
        (obj(a={"$ref": "#/$defs/none"}), "$ref"),
        (obj(a={"$ref": "other.json"}), "$ref"),
        (obj(a={"type": "string", "enum": []}), "enum"),
        (nested(11), "10 levels"),
        (obj(**{f"p{number}": TEXT for number in range(5001)}), "5001 properties"),
        (obj(a={"type": "string", "enum": [f"{n}" for n in range(1001)]}), "1001 enum"),
        (obj(a={"type": "string", "enum": ["x" * 60 + f"{n}" for n in range(251)]}), "15000"),
        (obj(**{"x" * 120_001: TEXT}), "characters"),
        *(
            (obj(a={**TEXT, word: {}}), word)
            for word in ("allOf", "oneOf", "not", "if", "then", "else", "dependentRequired")
        ),
    ],
)
def test_a_broken_rule_is_named(schema, words):
    assert words in trouble(schema)


def test_the_place_of_the_trouble_is_named():
    assert "('properties', 'a', 'items')" in trouble(obj(a={"type": "array", "items": {}}))
