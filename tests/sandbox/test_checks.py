import json

import pytest

from batchcap.sandbox.checks import MOST_ERRORS, survey
from batchcap.sandbox.dialects import DIALECTS

ENDPOINT = "/v1/chat/completions"


def of(*lines, most=50_000, dialect="openai"):
    return survey(
        (one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines),
        ENDPOINT,
        most,
        DIALECTS[dialect],
    )


def without(line, name):
    return {key: value for key, value in line.items() if key != name}


@pytest.fixture
def rows(line, body):
    good = line("a")
    return {
        "no json": b'{"custom_id": "b", ',
        "no object": b"[1, 2]",
        "bom": b"\xef\xbb\xbf" + json.dumps(line("b")).encode(),
        "latin": json.dumps(line("\xe4"), ensure_ascii=False).encode("latin-1"),
        "no id": without(good, "custom_id"),
        "number id": line(7),
        "empty id": line(""),
        "same id": line("a"),
        "get": line("b", method="GET"),
        "no method": without(line("b"), "method"),
        "other url": line("b", url="/v1/responses"),
        "no url": without(line("b"), "url"),
        "no body": without(line("b"), "body"),
        "text body": line("b", body="x"),
        "no model": line("b", without(body(), "model")),
        "other model": line("b", {**body(), "model": "gpt-4o"}),
        "retired": line("b", {**body(), "model": "gpt-4.1-nano"}),
        "no messages": line("b", without(body(), "messages")),
    }


@pytest.mark.parametrize(
    ("name", "code", "param"),
    [
        ("no json", "invalid_json_line", None),
        ("no object", "invalid_json_line", None),
        ("bom", "invalid_json_line", None),
        ("latin", "invalid_json_line", None),
        ("no id", "missing_required_parameter", "custom_id"),
        ("number id", "invalid_type", "custom_id"),
        ("empty id", "invalid_type", "custom_id"),
        ("same id", "duplicate_custom_id", "custom_id"),
        ("get", "invalid_method", "method"),
        ("no method", "missing_required_parameter", "method"),
        ("other url", "invalid_url", "url"),
        ("no url", "missing_required_parameter", "url"),
        ("no body", "missing_required_parameter", "body"),
        ("text body", "missing_required_parameter", "body"),
        ("no model", "missing_required_parameter", "body.model"),
        ("other model", "mismatched_model", "body.model"),
        ("retired", "model_not_found", "body.model"),
        ("no messages", "missing_required_parameter", "body.messages"),
    ],
)
def test_a_bad_line_is_named(rows, line, name, code, param):
    (error,) = of(line("a"), b"\n", rows[name]).errors
    assert (error["code"], error["param"], error["line"]) == (code, param, 3)
    assert error["message"]


def test_a_good_file_has_one_model_a_count_and_an_estimate(line):
    found = of(line("a"), line("b"), b"  \n")
    assert (found.model, found.total, found.errors) == ("gpt-6-luna", 2, [])
    assert 2 * 1000 < found.tokens < 2 * 1100


@pytest.mark.parametrize("lines", [(), (b"",), (b"\n", b"  \n")])
def test_an_empty_file_is_an_error(lines):
    (error,) = of(*lines).errors
    assert (error["code"], error["line"]) == ("empty_file", None)


def test_too_many_requests_are_an_error(line):
    lines = [line(str(number)) for number in range(4)]
    assert of(*lines, most=4).errors == []
    (error,) = of(*lines, line("x"), most=4).errors
    assert "maximum of 4 requests" in error["message"]


def test_the_list_of_errors_has_an_end():
    assert len(of(*[b"x"] * 1000).errors) == MOST_ERRORS


def test_a_bad_file_fails_the_batch_and_costs_nothing(still, line):
    bench, client = still
    batch = bench.run(client, [line("a"), "{", line("a")])
    assert batch.status == "failed"
    assert batch.failed_at >= batch.created_at
    assert [(error.line, error.code) for error in batch.errors.data] == [
        (2, "invalid_json_line"),
        (3, "duplicate_custom_id"),
    ]
    assert batch.request_counts.total == batch.usage.total_tokens == 0
    assert (batch.output_file_id, batch.error_file_id) == (None, None)
    assert batch.in_progress_at is None


def test_an_empty_upload_fails_the_batch(still):
    bench, client = still
    batch = bench.run(client, [])
    assert (batch.status, batch.errors.data[0].code) == ("failed", "empty_file")
