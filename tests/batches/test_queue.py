import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.queue import (
    QueueLimit,
    backoff,
    hoped,
    is_queue_full,
    poll_pause,
    queue_limit,
    retry_after,
    room,
)
from batchcap.records import BatchError

OPENAI = (
    "Enqueued token limit reached for gpt-4o in organization org-x. Limit: 90,000 enqueued tokens. "
    "Please try again once some in_progress batches have been completed."
)
REQUESTS = "Enqueued request limit reached for m in organization org-x. Limit: 1,000,000 enqueued requests."
AZURE = "The number of enqueued tokens has surpassed the configured limit of 30K for the deployment 'x'."
RATE = (
    "Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, "
    "Used 29937, Requested 385. Please try again in 644ms. Visit ..."
)


@pytest.mark.parametrize(
    ("message", "limit"),
    [
        (OPENAI, QueueLimit(90_000)),
        (REQUESTS, QueueLimit(1_000_000, "requests")),
        (AZURE, QueueLimit(30_000)),
        ("Too many enqueued tokens: the limit is 1.5M", QueueLimit(1_500_000)),
        ("Limit 2000000 enqueued tokens", QueueLimit(2_000_000)),
        ("enqueued tokens: limit 0", None),
        ("Enqueued token limit reached.", None),
        (RATE, None),
        ("", None),
    ],
)
def test_the_limit_in_the_words_of_the_provider(message, limit):
    assert queue_limit(message) == limit


@given(st.text())
def test_no_message_breaks_the_limit(message):
    found = queue_limit("enqueued limit: 5 " + message)
    assert found is None or found.amount > 0


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (BatchError("token_limit_exceeded", ""), True),
        (BatchError("TOKEN_LIMIT_EXCEEDED", "whatever"), True),
        (BatchError("", OPENAI), True),
        (BatchError("invalid_request", REQUESTS), True),
        (BatchError("429", AZURE), True),
        (BatchError("rate_limit_exceeded", RATE), False),
        (BatchError("invalid_json_line", "This line is not parseable as valid JSON."), False),
    ],
)
def test_a_full_queue_is_known_by_code_or_words(error, full):
    assert is_queue_full([error]) is full
    assert is_queue_full([BatchError("other", ""), error]) is full


def test_no_errors_are_no_full_queue():
    assert is_queue_full([]) is False


def test_room():
    assert room(100, 30) == 70
    assert room(100, 300) == 0
    assert room(100, -5) == 100
    assert room(0, 10**9) == sys.maxsize


@pytest.mark.parametrize(
    ("message", "wait"),
    [
        (RATE, 0.644),
        ("Please try again in 2ms.", 0.002),
        ("Please try again in 1.278s. Visit", 1.278),
        ("Please try again in 1m9.696s.", 69.696),
        ("Please try again in 2m59.52s.", 179.52),
        ("Please try again in 6m0s.", 360),
        ("Please try again in 1h2m3s.", 3723),
        ("Please retry in 48.091315407s.", 48.091315407),
        ("retry after 20 seconds", 20),
        ("Try again in 2 minutes 5 seconds", 125),
        ("try again in 250 milliseconds", 0.25),
        ("try again in 1 day", 86_400),
        ("Please try again later.", None),
        ("Try again in 20.", None),
        ("", None),
    ],
)
def test_waits_in_words(message, wait):
    found = retry_after(message, {})
    assert found == (wait if wait is None else pytest.approx(wait))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"Retry-After-Ms": "1500", "Retry-After": "9"}, 1.5),
        (
            {
                "Retry-After": "Fri, 20 Nov 2026 10:00:30 GMT",
                "Date": "Fri, 20 Nov 2026 10:00:00 GMT",
            },
            30,
        ),
        (
            {
                "Retry-After": "Fri, 20 Nov 2026 09:00:00 GMT",
                "Date": "Fri, 20 Nov 2026 10:00:00 GMT",
            },
            0,
        ),
        ({"Retry-After": "Fri, 20 Nov 2026 10:00:30 GMT"}, 3),
        ({"Retry-After": "nan"}, 3),
        ({"Retry-After": "-1"}, 3),
        ({"Retry-After": "soon"}, 3),
        ({}, 3),
    ],
)
def test_headers_go_before_words(headers, wait):
    assert retry_after("try again in 3s", headers) == pytest.approx(wait)


@given(
    st.text(),
    st.dictionaries(st.sampled_from(["retry-after", "Date", "retry-after-ms"]), st.text()),
)
def test_no_words_break_the_wait(message, headers):
    found = retry_after(message, headers)
    assert found is None or found >= 0


def test_backoff_doubles_up_to_an_hour():
    assert [backoff(tries) for tries in (0, 1, 2, 3, 6, 7, 10**6)] == [
        60,
        60,
        120,
        240,
        1920,
        3600,
        3600,
    ]


@given(st.floats(), st.floats())
def test_a_poll_pause_is_always_sane(age, done):
    assert 1 <= poll_pause(age, done) <= 300


def test_polling_calms_with_age_and_quickens_near_the_end():
    assert poll_pause(0, 0) == 1
    assert poll_pause(600, 0) == 20
    assert poll_pause(36_000, 0) == 300
    assert poll_pause(36_000, 0.5) == 300
    assert poll_pause(36_000, 0.99) < 100
    assert poll_pause(36_000, 1.0) == 30


@given(st.integers(0, 10**12), st.floats(-1e9, 1e12))
def test_a_named_limit_is_believed_for_a_week_and_then_doubled(limit, age) -> None:
    week = 7 * 86_400
    found = hoped(limit, age)
    assert found >= limit
    if age < week:
        assert found == limit
    elif age < 10 * week:
        assert found == 2 * hoped(limit, age - week)
    assert hoped(limit, age + week) >= found
