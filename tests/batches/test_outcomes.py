import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.outcomes import fingerprint, outcome, policy
from batchcap.records import Outcome, Policy, Reply


@pytest.mark.parametrize(
    ("reply", "ended", "code", "follows"),
    [
        ({"text": "A pier.", "finish": "stop"}, Outcome.ANSWERED, "", Policy.KEEP),
        ({"refusal": "I cannot."}, Outcome.REFUSED, "refusal", Policy.NEVER),
        (
            {"text": "A", "finish": "content_filter"},
            Outcome.REFUSED,
            "content_filter",
            Policy.NEVER,
        ),
        ({"text": "A pi", "finish": "length"}, Outcome.FAILED, "truncated", Policy.AGAIN),
        ({"text": " ", "finish": "stop"}, Outcome.FAILED, "empty_answer", Policy.AGAIN),
        ({"error_code": "batch_expired"}, Outcome.EXPIRED, "batch_expired", Policy.AGAIN),
        ({"error_code": "batch_cancelled"}, Outcome.FAILED, "batch_cancelled", Policy.AGAIN),
        ({"error_code": "request_timeout"}, Outcome.FAILED, "request_timeout", Policy.AGAIN),
        ({"error_code": "unreadable_line"}, Outcome.FAILED, "unreadable_line", Policy.AGAIN),
        ({"error_code": "status_0"}, Outcome.FAILED, "status_0", Policy.AGAIN),
        (
            {"error_code": "tokens", "status": 429},
            Outcome.FAILED,
            "rate_limit_exceeded",
            Policy.AGAIN,
        ),
        ({"error_code": "status_429"}, Outcome.FAILED, "rate_limit_exceeded", Policy.AGAIN),
        ({"error_code": "weird", "status": 503}, Outcome.FAILED, "server_error", Policy.AGAIN),
        ({"error_code": "status_529"}, Outcome.FAILED, "server_error", Policy.AGAIN),
        (
            {"error_code": "insufficient_quota", "status": 429},
            Outcome.FAILED,
            "insufficient_quota",
            Policy.AGAIN,
        ),
        ({"error_code": "never_heard_of"}, Outcome.FAILED, "never_heard_of", Policy.AGAIN),
        (
            {"error_code": "image_parse_error", "status": 400},
            Outcome.FAILED,
            "image_parse_error",
            Policy.DIFFERENT,
        ),
        (
            {"error_code": "invalid_image_format", "status": 400},
            Outcome.FAILED,
            "invalid_image_format",
            Policy.DIFFERENT,
        ),
        (
            {"error_code": "image_too_large", "status": 400},
            Outcome.FAILED,
            "image_too_large",
            Policy.DIFFERENT,
        ),
        (
            {"error_code": "strange_image_thing", "status": 400},
            Outcome.FAILED,
            "image_refused",
            Policy.DIFFERENT,
        ),
        (
            {"error_code": "status_413", "status": 413},
            Outcome.FAILED,
            "request_too_large",
            Policy.DIFFERENT,
        ),
        (
            {"error_code": "invalid_image", "status": 400},
            Outcome.FAILED,
            "invalid_image",
            Policy.NEVER,
        ),
        (
            {"error_code": "model_not_found", "status": 404},
            Outcome.FAILED,
            "model_not_found",
            Policy.NEVER,
        ),
        (
            {"error_code": "invalid_api_key", "status": 401},
            Outcome.FAILED,
            "invalid_api_key",
            Policy.NEVER,
        ),
        (
            {"error_code": "status_401", "status": 401},
            Outcome.FAILED,
            "invalid_api_key",
            Policy.NEVER,
        ),
        (
            {"error_code": "invalid_request_error", "status": 400},
            Outcome.FAILED,
            "status_400",
            Policy.NEVER,
        ),
        (
            {"error_code": "never_heard_of", "status": 422},
            Outcome.FAILED,
            "status_422",
            Policy.NEVER,
        ),
        (
            {"error_code": "unsupported_parameter", "status": 400},
            Outcome.FAILED,
            "unsupported_parameter",
            Policy.NEVER,
        ),
        (
            {"error_code": "image_content_policy_violation", "status": 400},
            Outcome.REFUSED,
            "image_content_policy_violation",
            Policy.NEVER,
        ),
        (
            {"error_code": "content_filter", "status": 400},
            Outcome.REFUSED,
            "content_filter",
            Policy.NEVER,
        ),
    ],
)
def test_what_a_reply_comes_to(reply, ended, code, follows):
    found = outcome(Reply("p1", 1, **reply))
    assert found == (ended, code)
    assert policy(*found) is follows


@pytest.mark.parametrize(
    ("ended", "code", "follows"),
    [
        (Outcome.FAILED, "bad_json", Policy.DIFFERENT),
        (Outcome.MISSING, "missing", Policy.AGAIN),
        (Outcome.EXPIRED, "batch_expired", Policy.AGAIN),
        (Outcome.DUPLICATE, "duplicate", Policy.KEEP),
        (Outcome.STRANGER, "stranger", Policy.KEEP),
    ],
)
def test_policies_of_what_no_reply_says(ended, code, follows):
    assert policy(ended, code) is follows


@given(st.sampled_from(Outcome), st.text(max_size=20))
def test_there_is_a_policy_for_everything(ended, code):
    assert policy(ended, code) in Policy


def test_a_fingerprint_tells_fields_apart():
    assert fingerprint(Reply("a", 1, text="x")) != fingerprint(Reply("a", 1, refusal="x"))
    assert fingerprint(Reply("a", 1, text="x")) == fingerprint(Reply("a", 9, text="x"))
