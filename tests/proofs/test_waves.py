"""Waves: what is sent fits the provider's queue, as far as its own words and its list tell.

The clock jumps where the program sleeps; the sandbox is as quick as it goes.
"""

import contextlib
import threading
import time
from typing import Any

import pytest

from batchcap.errors import BatchcapError
from batchcap.ledger.photos import STATES

TOKENS = "Enqueued token limit reached for gpt-6-luna in organization org-x. Limit: 2,500 enqueued tokens. Please try again once some in_progress batches have been completed."
REQUESTS = "Enqueued request limit reached for gpt-6-luna. Limit: 3 enqueued requests."
AZURE = "The number of enqueued tokens has surpassed the configured limit of 2.5K for the deployment 'luna'."
DAYS = 7 * 86_400.0
WORDS = {"tokens": TOKENS, "requests": REQUESTS, "azure": AZURE}


def learned(bench: Any, unit: str) -> int:
    with bench.open() as workspace:
        return int(workspace.ledger.learned(f"queue_{unit}/sandbox/gpt-6-luna") or 0)


def files(bench: Any) -> list[tuple[str, int]]:
    """Return the name and the requests of every task file that was not split."""
    with bench.open() as workspace:
        return [
            (each.name, each.requests)
            for each in workspace.ledger.tasks.files("waiting", "open", "doubt", "done")
        ]


@pytest.mark.parametrize("status", [400, 429])
@pytest.mark.parametrize("said", WORDS)
def test_a_limit_told_at_create(making, said, status):
    bench = making(8)
    bench.jumping()
    code = "token_limit_exceeded"
    refused = {"on": "create", "kind": "error", "status": status, "code": code}
    with bench.serving({"http": [{**refused, "message": WORDS[said], "nth": [1]}]}):
        bench.build()
        held = bench.submit()
        assert held.exit_code == 3
        assert [each.code for each in held.problems] == ["queue_full"]
        assert held.counts["waiting"] == 1
        assert learned(bench, "requests" if said == "requests" else "tokens") in (3, 2500)
        bench.poll(timeout=DAYS)
        bench.join()
    assert files(bench) == [("0001-1.jsonl", 3), ("0001-2.jsonl", 3), ("0001-3.jsonl", 2)]
    assert bench.states() == {"captioned": 8}
    assert {len(bench.about(f"{n:03}.jpg")["history"]) for n in range(8)} == {1}
    bench.balanced()


@pytest.mark.parametrize("said", WORDS)
def test_a_limit_told_minutes_later(making, said):
    bench = making(8)
    bench.jumping()
    code = "token_limit_exceeded"
    fault = {"nth": [1], "end": "failed", "code": code, "message": WORDS[said]}
    with bench.serving({"batch": [{**fault, "hold": {"validating": 0.2}}]}):
        bench.sent()
        bench.poll(timeout=DAYS)
        bench.join()
        totals = [each["request_counts"]["total"] for each in bench.batches()]
    assert totals == [0, 3, 3, 2]
    assert bench.states() == {"captioned": 8}
    with bench.open() as workspace:
        ended = [each.ended for each in workspace.ledger.submissions.all()]
        photos = workspace.ledger.photos.in_state(*STATES)
        assert {workspace.ledger.tasks.counted(each.id, 1) for each in photos} == {1}
    assert ended == ["queue_full", "joined", "joined", "joined"]
    bench.balanced()


def test_no_attempt_is_spent_on_a_full_queue(making):
    """With one attempt only, a photo survives any number of full queues."""
    bench = making(2)
    bench.flags = {"limits.attempts": "1", "poll.interval": "20.0"}
    clock = bench.jumping()
    fault = {"end": "failed", "code": "token_limit_exceeded", "message": "It is full."}
    with bench.serving({"batch": [{**fault, "nth": [1, 2, 3, 4, 5]}]}):
        bench.sent()
        bench.poll(timeout=DAYS)
        bench.join()
        assert len(bench.batches()) == 6
        assert clock.waited >= 60 + 120 + 240 + 480 + 960
    assert bench.states() == {"captioned": 2}
    bench.balanced()


def test_a_provider_that_counts_more_than_we_do(making):
    """Its limit may be told in tokens of its own counting: a file that meets a full queue when
    nothing else is there is too large, whatever we thought of it."""
    bench = making(12)
    bench.jumping()
    with bench.serving(queue_tokens=5000):
        bench.sent()
        assert bench.poll(timeout=DAYS).exit_code == 0
        bench.join()
        totals = [each["request_counts"]["total"] for each in bench.batches()]
        assert sum(totals) == 12
    assert bench.states() == {"captioned": 12}
    bench.balanced()


def test_the_queue_is_filled_as_room_frees(making):
    """Four files, room for two: two waves, the next one while the first is not joined yet."""
    bench = making(8)
    bench.flags = {"limits.max_requests": "2", "limits.queue_tokens": "3300"}
    held = {"nth": [1, 2], "hold": {"in_progress": 0.4}}
    with bench.serving({"batch": [held]}, queue_tokens=6000):
        bench.build()
        first = bench.submit()
        assert (first.exit_code, first.counts["submitted"], first.counts["waiting"]) == (3, 2, 2)
        assert bench.submit().counts["submitted"] == 0
        assert bench.poll().exit_code == 0
        found = bench.batches()
        assert [each["status"] for each in found] == ["completed"] * 4
        ended = max(each["completed_at"] for each in found[:2])
        assert min(each["created_at"] for each in found[2:]) >= ended
        bench.join()
    assert bench.states() == {"captioned": 8}
    bench.balanced()


def foreign(bench: Any, photos: int, metadata: dict[str, str] | None) -> str:
    """Let somebody else of the same account send a batch of that many requests."""
    body = {"model": "gpt-6-luna", "messages": [{"role": "user", "content": "Hello."}]}
    line = '{{"custom_id":"other-{}","method":"POST","url":"/v1/chat/completions","body":{}}}\n'
    text = "".join(line.format(number, str(body).replace("'", '"')) for number in range(photos))
    with bench.client() as client:
        file = client.files.create(file=("other.jsonl", text.encode()), purpose="batch")
        batch = client.batches.create(
            input_file_id=file.id,
            endpoint="/v1/chat/completions",
            completion_window="24h",
            metadata=metadata,
        )
    return str(batch.id)


@pytest.mark.parametrize("metadata", [None, {"batchcap_input_tokens": "1600"}])
def test_other_peoples_batches_take_room(making, metadata):
    """With room for two of our files, and theirs there first, one of ours has to wait."""
    bench = making(4)
    bench.flags = {"limits.max_requests": "2", "limits.queue_tokens": "3300"}
    with bench.serving({"batch": [{"nth": [1], "hold": {"in_progress": 600.0}}]}):
        theirs = foreign(bench, 2, metadata)
        bench.build()
        while not bench.batches()[0]["request_counts"]["total"]:
            time.sleep(0.01)
        sent = bench.submit()
        assert (sent.counts["submitted"], sent.counts["waiting"]) == (1, 1)
        with bench.client() as client:
            client.batches.cancel(theirs)
        bench.poll()
        bench.join()
        assert len(bench.batches()) == 3
    assert bench.states() == {"captioned": 4}
    bench.balanced()


@pytest.mark.parametrize("metadata", [None, {"batchcap_input_tokens": "3000"}])
def test_a_queue_full_of_others_is_not_tried(making, metadata):
    """Where others fill the whole queue, nothing is sent only to be refused."""
    bench = making(2)
    bench.flags = {"limits.queue_tokens": "3300"}
    with bench.serving({"batch": [{"nth": [1], "hold": {"in_progress": 600.0}}]}):
        foreign(bench, 4, metadata)
        bench.build()
        while not bench.batches()[0]["request_counts"]["total"]:
            time.sleep(0.01)
        sent = bench.submit()
        assert (sent.exit_code, sent.counts["submitted"], sent.counts["waiting"]) == (3, 0, 1)
        assert len(bench.batches()) == 1


def test_a_timeout_ends_the_wait(making):
    """Also where the next look would come much later."""
    bench = making(2)
    bench.flags = {"poll.interval": "400.0"}
    clock = bench.jumping()
    with bench.serving({"batch": [{"hold": {"in_progress": 600.0}}]}):
        bench.sent()
        waited = bench.poll(timeout=100.0)
        assert waited.exit_code == 3
        assert waited.counts["in_progress"] == 1
        assert waited.next == "batchcap poll --wait"
        assert 100 <= clock.waited < 110
    assert bench.states() == {"submitted": 2}


def test_a_network_that_goes_and_comes_back(making):
    """The server is gone for a while in the middle of a wait, and the wait goes on."""
    bench = making(4)
    bench.flags = {"limits.max_requests": "2", "limits.queue_tokens": "1700"}
    found: list[Any] = []
    with contextlib.ExitStack() as first:
        first.enter_context(bench.serving({"batch": [{"hold": {"in_progress": 600.0}}]}))
        bench.sent()
        waiting = threading.Thread(target=lambda: found.append(bench.poll()))
        waiting.start()
        said(bench, "sending", 1)
    said(bench, "no answer about", 1)
    with bench.serving():
        waiting.join(60)
    assert found
    assert found[0].exit_code == 0
    with bench.serving():
        bench.join()
        assert [each["status"] for each in bench.batches()] == ["completed"] * 2
    assert bench.states() == {"captioned": 4}
    bench.balanced()


def said(bench: Any, words: str, times: int) -> None:
    """Wait until the program has said this so often."""
    while sum(words in line for line in bench.told.lines) < times:
        time.sleep(0.01)


def test_a_budget_is_a_wall_that_waits(making):
    bench = making(6)
    bench.flags = {"limits.max_requests": "2"}
    with bench.open() as workspace:
        price = workspace.model.prices
    with bench.serving():
        bench.build()
        with bench.open() as workspace:
            file = workspace.ledger.tasks.files("waiting")[0]
        each = (file.input_tokens * price["in"] + file.output_tokens * price["out"]) / 2e6
        bench.flags["limits.budget_usd"] = f"{each * 1.5:.9f}"
        held = bench.submit()
        assert (held.exit_code, held.counts["submitted"], held.counts["waiting"]) == (4, 1, 2)
        assert [problem.code for problem in held.problems] == ["budget"]
        assert bench.submit().counts["submitted"] == 0
        assert bench.poll().exit_code == 4  # the batch that was sent is fetched all the same
        assert bench.join().counts["accepted"] == 2
        bench.flags["limits.budget_usd"] = f"{each * 10:.9f}"
        assert bench.submit().counts["submitted"] == 2
        bench.poll()
        bench.join()
        assert len(bench.batches()) == 3
    assert bench.states() == {"captioned": 6}
    bench.balanced()


def test_a_model_without_a_price_is_stopped_by_a_budget(making):
    bench = making(2)
    bench.flags = {"provider.model": "of-my-own", "limits.budget_usd": "1000.0"}
    with bench.serving():
        bench.build()
        held = bench.submit()
        assert (held.exit_code, held.counts["submitted"]) == (4, 0)
        assert "no price is known for of-my-own" in held.problems[0].message
        assert (bench.batches(), bench.uploads()) == ([], 0)
        bench.flags["limits.budget_usd"] = "0.0"
        assert bench.submit().counts["submitted"] == 1


def test_a_refusal_for_good_does_not_wait_for_ever(making):
    """Where the provider says no and nothing of ours runs, a wait has nothing to wait for."""
    bench = making(2)
    bench.jumping()
    no = {"on": "create", "kind": "error", "status": 429, "code": "insufficient_quota"}
    with bench.serving({"http": [{**no, "message": "You exceeded your current quota."}]}):
        bench.build()
        with pytest.raises(BatchcapError, match="quota"):
            bench.submit()
        ended = bench.poll(timeout=DAYS)
        assert ended.exit_code in (1, 4)
        assert "quota" in ended.problems[0].message
        assert bench.outside["clock"].waited < 3600


def test_a_wait_lets_others_work(making):
    """While one terminal waits, another builds and joins; the wait sends what is new."""
    bench = making(2)
    bench.flags = {"poll.interval": "0.3"}
    found: list[Any] = []
    with bench.serving({"batch": [{"nth": [1, 2], "hold": {"in_progress": 1.5}}]}):
        bench.sent()
        waiting = threading.Thread(target=lambda: found.append(bench.poll()))
        waiting.start()
        bench.paint("later.jpg")
        bench.build()
        said(bench, "sending", 2)
        assert bench.join().counts["accepted"] in (0, 2)
        waiting.join(60)
        assert found[0].exit_code == 0
        bench.join()
        assert len(bench.batches()) == 2
    assert bench.states() == {"captioned": 3}
    bench.balanced()
