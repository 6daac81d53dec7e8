from pathlib import Path

import pytest

from batchcap.captions.schema import asked, response_format
from batchcap.preset import load_preset, preset_names
from batchcap.records import Field

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
PRESETS = {name: load_preset(name, CONFIGS)[0] for name in preset_names(CONFIGS)}
JSON_PRESETS = sorted(name for name, preset in PRESETS.items() if preset.form == "json")
STRICT_KEYS = {"type", "properties", "required", "additionalProperties", "items", "enum"}


def objects(schema):
    yield schema
    for each in schema.get("properties", {}).values():
        yield from objects(each)
    if "items" in schema:
        yield from objects(schema["items"])


@pytest.mark.parametrize("name", JSON_PRESETS)
def test_the_schema_obeys_strict_mode(name):
    preset = PRESETS[name]
    form = response_format(preset)
    assert form["type"] == "json_schema"
    inner = form["json_schema"]
    assert inner["strict"] is True
    assert 1 <= len(inner["name"]) <= 64
    assert inner["name"].replace("-", "").replace("_", "").isalnum()
    schema = inner["schema"]
    assert schema["type"] == "object"
    assert list(schema["properties"]) == [field.name for field in preset.fields]
    for each in objects(schema):
        assert set(each) <= STRICT_KEYS | {"description"}
        if each["type"] == "object":
            assert each["additionalProperties"] is False
            assert each["required"] == list(each["properties"])


def test_a_plain_preset_has_no_schema():
    assert response_format(PRESETS["article"]) is None


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (Field("title", "text", "A title", max_chars=70), "A title. At most 70 characters."),
        (Field("alt_text", "text", "Say it.", 10, 125), "Say it. 10 to 125 characters."),
        (Field("title", "text", "A title", min_chars=5), "A title. At least 5 characters."),
        (Field("title", "text", "A title"), "A title."),
        (
            Field("keywords", "list", "", min_items=50, max_items=50, words="single"),
            "Exactly 50 single words, most relevant first.",
        ),
        (
            Field("keywords", "list", "Words", min_items=7, max_items=50),
            "Words. 7 to 50 keywords, most relevant first.",
        ),
        (Field("keywords", "list", "Words"), "Words. Most relevant first."),
        (
            Field("release", "choice", "Which", choices=("commercial", "editorial")),
            "Which. One of: commercial, editorial.",
        ),
    ],
)
def test_limits_are_told_in_words(field, expected):
    assert asked(field) == expected


def test_a_choice_becomes_an_enum():
    schema = response_format(PRESETS["stock"])["json_schema"]["schema"]
    assert schema["properties"]["release"]["enum"] == ["commercial", "editorial"]
    assert "At most 70 characters." in schema["properties"]["title"]["description"]
