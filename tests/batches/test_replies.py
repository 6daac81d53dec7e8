import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.replies import _reply, _usual, read_reply
from batchcap.records import Reply, Trouble, Usage


def read(value, number=1):
    return read_reply(number, json.dumps(value).encode())


def chat_line(**message):
    body = {
        "object": "chat.completion",
        "choices": [
            {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
        ],
        "usage": {
            "prompt_tokens": 120,
            "completion_tokens": 40,
            "prompt_tokens_details": {"cached_tokens": 64},
            "completion_tokens_details": {"reasoning_tokens": 8},
        },
    }
    return {
        "id": "batch_req_1",
        "custom_id": "p1",
        "response": {"status_code": 200, "request_id": "r", "body": body},
        "error": None,
    }


def responses_line(output, **more):
    body = {
        "object": "response",
        "status": "completed",
        "error": None,
        "output": output,
        "usage": {
            "input_tokens": 120,
            "output_tokens": 40,
            "input_tokens_details": {"cached_tokens": 64},
            "output_tokens_details": {"reasoning_tokens": 8},
        },
        **more,
    }
    return {"custom_id": "p1", "response": {"status_code": 200, "body": body}, "error": None}


def message(*parts):
    return [{"type": "reasoning", "summary": []}, {"type": "message", "content": list(parts)}]


USAGE = Usage(120, 40, 64, 8)


def test_a_chat_answer():
    reply = read(chat_line(content="A pier."), 7)
    assert reply == Reply("p1", 7, status=200, text="A pier.", finish="stop", usage=USAGE)


def test_a_responses_answer():
    parts = ({"type": "output_text", "text": "A "}, {"type": "output_text", "text": "pier."})
    reply = read(responses_line(message(*parts)))
    assert reply == Reply("p1", 1, status=200, text="A pier.", finish="stop", usage=USAGE)


def test_refusals():
    assert read(chat_line(content=None, refusal="I cannot.")).refusal == "I cannot."
    parts = chat_line(content=[{"type": "refusal", "refusal": "I cannot."}])
    assert read(parts).refusal == "I cannot."
    spoken = read(responses_line(message({"type": "refusal", "refusal": "I cannot."})))
    assert spoken.refusal == "I cannot."
    assert spoken.error_code == ""


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("max_output_tokens", "length"), ("content_filter", "content_filter"), (None, "incomplete")],
)
def test_an_incomplete_response_says_why(reason, finish):
    line = responses_line(
        message({"type": "output_text", "text": "A"}),
        status="incomplete",
        incomplete_details={"reason": reason},
    )
    assert read(line).finish == finish
    assert read(line).text == "A"


@pytest.mark.parametrize("word", ["failed", "cancelled", "queued", "in_progress"])
def test_a_response_that_is_no_answer_is_an_error(word):
    assert read(responses_line([], status=word)).error_code == f"response_{word}"


def test_content_as_parts_and_texts():
    line = chat_line(content=[{"type": "text", "text": "A "}, "pier", {"type": "x"}, None, "."])
    assert read(line).text == "A pier."


def test_a_body_that_is_a_json_text():
    line = chat_line(content="A pier.")
    line["response"]["body"] = json.dumps(line["response"]["body"])
    assert read(line).text == "A pier."
    assert read(line).usage == USAGE


def test_an_answer_without_status_or_envelope():
    line = chat_line(content="A pier.")
    del line["response"]["status_code"]
    assert read(line).status == 200
    bare = {"custom_id": "p1", "response": chat_line(content="A pier.")["response"]["body"]}
    assert read(bare).text == "A pier."
    legacy = {"custom_id": "p1", "response": {"body": {"choices": [{"text": "A pier."}]}}}
    assert read(legacy).text == "A pier."


HTTP_ERROR = {"message": "Bad picture.", "type": "invalid_request_error", "code": "invalid_image"}


@pytest.mark.parametrize(
    ("line", "status", "code", "words"),
    [
        (
            {"response": {"status_code": 400, "body": {"error": HTTP_ERROR}}, "error": None},
            400,
            "invalid_image",
            "Bad picture.",
        ),
        (
            {"response": None, "error": {"code": "batch_expired", "message": "Too late."}},
            0,
            "batch_expired",
            "Too late.",
        ),
        ({"error": {"message": "Lost."}}, 0, "status_0", "Lost."),
        ({"error": {"code": 429, "message": "Slow."}}, 0, "status_429", "Slow."),
        ({"error": "it broke"}, 0, "status_0", "it broke"),
        ({"error": [{"code": "x", "message": "y"}]}, 0, "x", "y"),
        ({"error": {"error": HTTP_ERROR}}, 0, "invalid_image", "Bad picture."),
        ({"error": '{"code": "x", "message": "y"}'}, 0, "x", "y"),
        ({"error": 17}, 0, "status_0", "no words"),
        ({"response": {"status_code": 0, "body": {}}, "error": None}, 0, "status_0", "status 0"),
        ({"response": {"status_code": "503", "body": "gone"}}, 503, "status_503", "503"),
        (
            {"response": {"status_code": 500, "body": {"message": "Oops."}}},
            500,
            "status_500",
            "Oops.",
        ),
        (
            {"response": {"status_code": 429, "body": {"error": {"code": None, "type": "tokens"}}}},
            429,
            "tokens",
            "tokens",
        ),
        (
            {"response": {"status_code": 200, "body": {"error": {"message": "No."}}}},
            200,
            "error",
            "No.",
        ),
        ({"response": {"status_code": 200, "body": {}}}, 200, "empty_answer", "neither"),
        (
            {"response": {"status_code": 200, "body": {"choices": []}}},
            200,
            "empty_answer",
            "neither",
        ),
        ({}, 0, "status_0", "status 0"),
    ],
)
def test_failures_in_every_shape(line, status, code, words):
    reply = read({"custom_id": "p1", **line})
    assert isinstance(reply, Reply)
    assert (reply.status, reply.error_code) == (status, code)
    assert words in reply.error_message


def test_an_answer_with_a_status_of_zero_is_a_failure_that_keeps_its_text():
    line = chat_line(content="A pier.")
    line["response"]["status_code"] = 0
    reply = read(line)
    assert (reply.error_code, reply.text) == ("status_0", "A pier.")


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, Usage()),
        ("many", Usage()),
        ({"prompt_tokens": "12", "completion_tokens": 3.0}, Usage(12, 3)),
        ({"prompt_tokens": -5, "completion_tokens": True}, Usage()),
        ({"prompt_tokens": 1e400, "completion_tokens": "x"}, Usage()),
        ({"prompt_tokens": 10**30}, Usage(10**12)),
        ({"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 9}}, Usage(5, 0, 5)),
        ({"prompt_tokens": None, "input_tokens": 4, "input_tokens_details": None}, Usage(4)),
    ],
)
def test_usage_of_any_shape(usage, expected):
    line = chat_line(content="A pier.")
    line["response"]["body"]["usage"] = usage
    assert read(line).usage == expected


def test_a_torn_line_keeps_its_custom_id():
    raw = json.dumps(chat_line(content="A pier.")).encode()[:-40]
    reply = read_reply(3, raw)
    assert (reply.custom_id, reply.line, reply.error_code) == ("p1", 3, "unreadable_line")


def test_two_lines_run_together_belong_to_neither():
    raw = b'{"custom_id":"a","response":{}}{"custom_id":"b","response":{}}'
    assert read_reply(4, raw).code == "unreadable"


def test_a_custom_id_quoted_by_the_model_is_not_salvaged():
    raw = json.dumps({"response": {"body": '{"custom_id": "b"}'}, "custom_id": "a"}).encode()
    assert read_reply(1, raw[:-1]).custom_id == "a"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 50,
        b"null",
        b"[1]",
        b'"x"',
        b"{}",
        b'{"custom_id": ""}',
        b'{"custom_id": 5}',
        b"{" * 9999,
    ],
)
def test_a_line_that_names_nobody_is_trouble(raw):
    trouble = read_reply(12, raw)
    assert isinstance(trouble, Trouble)
    assert trouble.code == "unreadable"
    assert "Line 12" in trouble.message


def test_half_a_surrogate_pair_is_replaced():
    raw = (
        b'{"custom_id":"p1","response":{"body":{"choices":[{"message":{"content":"a\\ud800b"}}]}}}'
    )
    assert read_reply(1, raw).text == "a\ufffdb"


KEYS = st.sampled_from(
    [
        "custom_id",
        "response",
        "error",
        "body",
        "status_code",
        "status",
        "choices",
        "message",
        "content",
        "refusal",
        "text",
        "type",
        "finish_reason",
        "output",
        "usage",
        "prompt_tokens",
        "input_tokens",
        "completion_tokens",
        "prompt_tokens_details",
        "cached_tokens",
        "input_tokens_details",
        "incomplete_details",
        "reason",
        "code",
        "data",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["{", "{}", '{"error": "x"}', "completed", "429", "1e999"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


def assert_sound(found):
    if isinstance(found, Trouble):
        return
    assert found.custom_id
    for text in (found.custom_id, found.text, found.refusal, found.error_code, found.error_message):
        text.encode("utf-8")
    assert 0 <= found.status <= 999
    assert 0 <= found.usage.cached_tokens <= found.usage.input_tokens <= 10**12
    assert 0 <= found.usage.reasoning_tokens <= found.usage.output_tokens <= 10**12
    assert found.text or found.refusal or found.finish or found.error_code


@given(st.binary())
def test_no_bytes_raise(raw):
    assert_sound(read_reply(1, raw))


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_no_shape_raises(value):
    assert_sound(read({"custom_id": "p1", **value}))


@given(st.integers(0, 400), st.binary(max_size=5))
def test_no_torn_line_raises(cut, junk):
    raw = json.dumps(chat_line(content="A pier.")).encode()
    assert_sound(read_reply(1, raw[:cut] + junk + raw[cut + 3 :]))


PLACES = st.sampled_from(
    [
        *[("error",), ("body",), ("status",), ("response",), ("response", "status_code")],
        *[("response", "error"), ("response", "status"), ("response", "body")],
        *[("response", "body", key) for key in ("error", "status", "message", "choices", "usage")],
        *[("response", "body", "choices", 0), ("response", "body", "choices", 0, "text")],
        *[("response", "body", "choices", 0, key) for key in ("message", "finish_reason")],
        *[("response", "body", "choices", 0, "message", key) for key in ("content", "refusal")],
        *[("response", "body", "usage", f"{key}_tokens") for key in ("prompt", "completion")],
        ("response", "body", "usage", "prompt_tokens_details"),
        ("response", "body", "usage", "prompt_tokens_details", "cached_tokens"),
        ("response", "body", "usage", "completion_tokens_details", "reasoning_tokens"),
    ]
)
ODD = st.sampled_from([None, 0, 1, 41, 200, 200.0, 121, -1, True, False, 10**13, "", "stop", "x"])


@given(st.dictionaries(PLACES, ODD | VALUES, max_size=2), st.booleans())
def test_a_usual_line_says_what_any_line_says(put_in, takes_out):
    value = chat_line(content="A pier.", refusal=None)
    for place, odd in put_in.items():
        *way, key = place
        inner = value
        for each in way:
            at_list = isinstance(inner, list) and each == 0 and inner
            inner = inner.get(each) if isinstance(inner, dict) else inner[0] if at_list else None
        if isinstance(inner, dict) and takes_out:
            inner.pop(key, None)
        elif isinstance(inner, dict) or (isinstance(inner, list) and key == 0 and inner):
            inner[key] = odd
    usual = _usual("p1", 1, value)
    assert usual in (None, _reply("p1", 1, value))
    assert put_in or usual


@pytest.mark.parametrize("key", ["error", "response", "output"])
def test_deep_nesting_does_not_raise(key):
    for depth in (100, 500, 900, 5000):
        raw = b'{"custom_id":"p1","%s":%s}' % (key.encode(), b"[" * depth + b"]" * depth)
        assert read_reply(1, raw).custom_id == "p1"
