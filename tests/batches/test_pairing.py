from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.pairing import fingerprint, missing, outcome, pair, policy, settle
from batchcap.records import Outcome, Policy, Reply

ENDS = {Outcome.ANSWERED, Outcome.REFUSED, Outcome.FAILED, Outcome.EXPIRED}


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


def test_the_first_reply_counts_and_a_differing_second_is_marked():
    first, same, other = (Reply("a", n, text=text) for n, text in enumerate(("x", "x", "y"), 1))
    assert settle(first, ours=True).outcome is Outcome.ANSWERED
    again = settle(same, ours=True, first=fingerprint(first))
    assert (again.outcome, again.differs) == (Outcome.DUPLICATE, False)
    changed = settle(other, ours=True, first=fingerprint(first))
    assert (changed.outcome, changed.differs) == (Outcome.DUPLICATE, True)


def test_a_stranger_stays_one_however_often_it_comes():
    settled = list(pair(["a"], [Reply("z", 1, text="x"), Reply("z", 2, text="x")]))
    assert [each.outcome for each in settled] == [
        Outcome.STRANGER,
        Outcome.STRANGER,
        Outcome.MISSING,
    ]


REPLIES = st.lists(
    st.builds(
        Reply,
        st.sampled_from(["a", "b", "c", "d", "stranger", "other"]),
        st.integers(1, 99),
        text=st.sampled_from(["", "x", "y"]),
        refusal=st.sampled_from(["", "no"]),
        error_code=st.sampled_from(["", "batch_expired", "status_500"]),
    ),
    max_size=15,
)


@given(st.sets(st.sampled_from("abcde")), REPLIES, st.randoms(use_true_random=False))
def test_outcomes_partition_tasks_and_replies(tasks, replies, shuffler):
    shuffler.shuffle(replies)
    settled = list(pair(tasks, replies))
    spoken, silent = settled[: len(replies)], settled[len(replies) :]
    assert [each.custom_id for each in spoken] == [each.custom_id for each in replies]
    assert all(each.outcome is Outcome.MISSING for each in silent)
    counted = Counter(
        each.custom_id for each in settled if each.outcome in {*ENDS, Outcome.MISSING}
    )
    assert counted == dict.fromkeys(tasks, 1)
    strangers = [each for each in spoken if each.outcome is Outcome.STRANGER]
    assert all(each.custom_id not in tasks for each in strangers)
    known = sum(each.custom_id in tasks for each in replies)
    duplicates = sum(each.outcome is Outcome.DUPLICATE for each in spoken)
    assert known - duplicates == len(tasks) - len(silent)
    assert known + len(strangers) == len(replies)


@given(st.permutations([Reply(name, n, text=name) for n, name in enumerate("abcd", 1)]))
def test_the_order_of_replies_says_nothing(replies):
    settled = {each.custom_id: each for each in pair("abcd", replies)}
    assert {each.outcome for each in settled.values()} == {Outcome.ANSWERED}
    assert len(settled) == 4


def test_a_missing_task_is_asked_again():
    assert missing("a").policy is Policy.AGAIN


def test_a_fingerprint_tells_fields_apart():
    assert fingerprint(Reply("a", 1, text="x")) != fingerprint(Reply("a", 1, refusal="x"))
    assert fingerprint(Reply("a", 1, text="x")) == fingerprint(Reply("a", 9, text="x"))
