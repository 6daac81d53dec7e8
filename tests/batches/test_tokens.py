import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.tokens import (
    PER_MESSAGE,
    PER_REQUEST,
    PER_SCHEMA,
    ImageRefused,
    image_tokens,
    patch_grid,
    patched,
    request_tokens,
    text_tokens,
)
from batchcap.models import Models
from batchcap.records import Model

SIDES = st.integers(1, 70_000)
PATCH_MODELS = ["gpt-5.6-luna", "gpt-5.5", "gpt-5.4-mini", "gpt-5.2", "gpt-4.1-mini"]


@pytest.mark.parametrize(
    ("name", "size", "detail", "tokens"),
    [
        # OpenAI's own examples
        ("gpt-5.4", (1024, 1024), "high", 1229),
        ("gpt-5.4", (2048, 2048), "high", 3000),
        ("gpt-4o", (1024, 1024), "high", 765),
        ("gpt-4o", (1024, 1024), "auto", 765),
        ("gpt-4o", (2048, 4096), "high", 1105),
        ("gpt-4o", (4096, 8192), "low", 85),
        ("gpt-4o-mini", (1024, 1024), "high", 25_501),
        ("gpt-5.1", (1024, 1024), "high", 630),
        # worked by hand from the same rules
        ("gpt-5.6-luna", (4000, 3000), "auto", 14_100),
        ("gpt-5.6-luna", (4000, 3000), "original", 14_100),
        ("gpt-5.6-luna", (4000, 3000), "high", 2942),
        ("gpt-5.6-luna", (4000, 3000), "low", 231),
        ("gpt-5.6-luna", (1920, 1080), "high", 2448),
        ("gpt-5.6-sol", (2496, 1664), "high", 2880),
        ("gpt-5.6-sol", (2496, 1664), "original", 4868),
        ("gpt-4.1", (512, 512), "high", 255),
        ("o3", (1, 1), "high", 225),
        ("gpt-5.6-luna", (1, 1), "high", 2),
        ("gpt-5.6-luna", (65_535, 1), "high", 77),
    ],
)
def test_worked_examples(models: Models, name, size, detail, tokens):
    assert image_tokens(models.get(name), *size, detail) == tokens


def test_worked_example_of_the_earlier_budget():
    model = Model("older", "patch", {}, sizing={"high": (2400, 1536)})
    assert patched(model, 1800, 2400, "high") == (1056, 1408)
    assert patch_grid((1056, 1408)) == (33, 44)
    assert image_tokens(model, 1800, 2400, "high") == 1743  # 1452 patches


def test_low_can_cost_more_than_high(models: Models):
    model = models.get("gpt-5.4")
    assert image_tokens(model, 2048, 2048, "low") > image_tokens(model, 2048, 2048, "high")


def test_a_picture_of_too_many_patches_is_refused_by_name(models: Models):
    with pytest.raises(ImageRefused, match="30,000") as caught:
        image_tokens(models.get("gpt-5.6-luna"), 8000, 6000, "auto")
    assert caught.value.trouble.code == "image_too_large"
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("name", ["gpt-4o", "gpt-5.2"])
def test_a_detail_that_is_not_offered_is_refused(models: Models, name):
    with pytest.raises(ImageRefused, match="low, high, auto") as caught:
        image_tokens(models.get(name), 100, 100, "original")
    assert caught.value.trouble.code == "detail_unknown"


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (-1, 5)])
def test_a_picture_without_pixels_is_refused(models: Models, size):
    with pytest.raises(ImageRefused):
        image_tokens(models.get("gpt-4o"), *size, "high")


@given(width=SIDES, height=SIDES, name=st.sampled_from(PATCH_MODELS))
def test_the_budget_is_never_passed(models: Models, width, height, name):
    model = models.get(name)
    max_side, budget = model.sizing["high"]
    size = patched(model, width, height, "high")
    columns, rows = patch_grid(size)
    assert 1 <= columns * rows <= budget
    assert max(size) <= max_side
    assert size[0] <= width
    assert size[1] <= height


@given(width=SIDES, height=SIDES)
def test_a_tile_price_is_bounded(models: Models, width, height):
    model = models.get("gpt-4o")
    tokens = image_tokens(model, width, height, "high")
    # 2048 x 768 pixels at most: 4 x 2 tiles
    assert model.tile_base + model.tile_each <= tokens <= model.tile_base + 8 * model.tile_each


@given(width=SIDES, height=SIDES, name=st.sampled_from([*PATCH_MODELS, "gpt-4o", "o3"]))
def test_turning_a_picture_changes_nothing(models: Models, width, height, name):
    model = models.get(name)
    upright = image_tokens(model, width, height, "high")
    assert upright == image_tokens(model, height, width, "high")


SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}}
DATA_URL = "data:image/jpeg;base64," + "A" * 100_000


def chat(detail="high"):
    return {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "abcde"},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "xyz"},
                    {"type": "image_url", "image_url": {"url": DATA_URL, "detail": detail}},
                ],
            },
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "x", "strict": True, "schema": SCHEMA},
        },
    }


def responses():
    return {
        "model": "gpt-4o",
        "instructions": "abcde",
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "xyz"},
                    {"type": "input_image", "image_url": DATA_URL, "detail": "high"},
                ],
            }
        ],
        "text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}},
    }


@pytest.mark.parametrize("body", [chat(), responses()], ids=["chat", "responses"])
def test_a_request_is_the_sum_of_its_parts(models: Models, body):
    schema = len(json.dumps(SCHEMA, separators=(",", ":")))
    expected = PER_REQUEST + 2 * PER_MESSAGE + 5 + 3 + schema + PER_SCHEMA + 765
    assert request_tokens(body, [(1024, 1024)], models.get("gpt-4o"), len) == expected


def test_the_detail_of_each_picture_counts(models: Models):
    model = models.get("gpt-4o")
    low = request_tokens(chat("low"), [(1024, 1024)], model, len)
    assert request_tokens(chat("high"), [(1024, 1024)], model, len) - low == 765 - 85


def test_a_picture_without_detail_counts_as_auto(models: Models):
    body = {"messages": [{"content": [{"type": "image_url", "image_url": {"url": DATA_URL}}]}]}
    tokens = request_tokens(body, [(4000, 3000)], models.get("gpt-5.6-luna"), len)
    assert tokens == PER_REQUEST + PER_MESSAGE + 14_100


def test_a_picture_by_file_id_counts(models: Models):
    body = {"input": [{"content": [{"type": "input_image", "file_id": "file-1", "detail": "low"}]}]}
    assert request_tokens(body, [(9, 9)], models.get("gpt-4o"), len) == 7 + 85


@pytest.mark.parametrize("sizes", [[], [(1, 1), (1, 1)]])
def test_sizes_must_fit_the_pictures(models: Models, sizes):
    with pytest.raises(ValueError, match="1 pictures"):
        request_tokens(chat(), sizes, models.get("gpt-4o"), len)


def test_a_plain_body_is_counted(models: Models):
    model = models.get("gpt-4o")
    assert request_tokens({"input": "hello"}, [], model, len) == 7 + 5
    assert request_tokens({"messages": [{"content": ["hello"]}]}, [], model, len) == 7 + 5
    assert request_tokens({}, [], model, len) == PER_REQUEST


def test_no_text_costs_nothing():
    assert text_tokens("", lambda _text: 5) == 0
    assert text_tokens("abc", len) == 3
