"""What a provider asks of a client that waits, and what nobody but a person can mend.

The clock jumps where the program sleeps; the sandbox is as quick as it goes.
"""

DAYS = 7 * 86_400.0


def test_a_provider_that_asks_to_wait_is_left_alone(making):
    """«Come back in 90 s» is exit 3 and no doubt; until then nothing is sent, by any command."""
    bench = making(4)
    bench.flags = {"limits.max_requests": "2"}
    clock = bench.jumping()
    said = "Rate limit reached for batches. Please try again in 1m30s."
    busy = {"on": "create", "kind": "error", "status": 429, "code": "rate_limit_exceeded"}
    with bench.serving({"http": [{**busy, "message": said, "nth": [1]}]}):
        bench.build()
        held = bench.submit()
        assert (held.exit_code, held.next) == (3, "batchcap poll --wait")
        assert [each.code for each in held.problems] == ["asked_to_wait"]
        assert "1m30s" in held.problems[0].message
        assert held.counts == {"submitted": 0, "adopted": 0, "waiting": 2}
        again = bench.submit()
        assert (again.exit_code, again.counts["submitted"]) == (3, 0)
        assert "another 90 s" in again.problems[0].message
        assert bench.batches() == []
        assert bench.poll(timeout=DAYS).exit_code == 0
        assert 90 <= clock.waited < 120
        bench.join()
        assert (len(bench.batches()), bench.uploads()) == (2, 2)
    assert bench.states() == {"captioned": 4}
    bench.balanced()


def test_a_look_that_is_asked_to_wait_waits(making):
    """A 429 to a look is exit 3 where one look is all, and its wait is kept where it goes on."""
    bench = making(2)
    clock = bench.jumping()
    quick = {"retry-after-ms": "1"}  # for the client's own two repetitions
    busy = {"on": "retrieve", "kind": "error", "status": 429, "nth": [1, 2, 3], "headers": quick}
    with bench.serving({"http": [busy]}):
        bench.sent()
        told = bench.poll(wait=False)
        assert (told.exit_code, told.problems[0].code) == (3, "asked_to_wait")
        assert bench.poll().exit_code == 0
        assert clock.waited < 60
        bench.join()
    assert bench.states() == {"captioned": 2}


def test_a_timeout_while_nothing_answers_is_time_to_wait(making):
    bench = making(2)
    clock = bench.jumping()
    bench.flags = {"poll.interval": "20.0"}
    with bench.serving({"batch": [{"hold": {"in_progress": 600.0}}]}):
        bench.sent()
    told = bench.poll(timeout=50.0)
    assert (told.exit_code, told.next) == (3, "batchcap poll --wait")
    assert [each.code for each in told.problems] == ["unreachable"]
    assert 50 <= clock.waited < 60
    assert sum("no answer about" in line for line in bench.told.lines) == 1


def test_one_request_over_the_whole_queue_is_told(making):
    bench = making(2)
    bench.jumping()
    small = "Enqueued token limit reached. Limit: 50 enqueued tokens."
    full = {"on": "create", "kind": "error", "status": 400, "code": "token_limit_exceeded"}
    with bench.serving({"http": [{**full, "message": small}]}):
        assert [each.code for each in bench.sent().problems] == ["queue_full"]
        told = bench.submit()
        assert told.exit_code == 3
        problem = told.problems[0]
        assert problem.code == "over_the_limit"
        assert "2 of the waiting requests are larger than the whole queue of 50" in problem.message
        assert "--regenerate" in problem.hint


def test_what_an_account_without_balance_did_not_pay_is_no_attempt(making):
    """curator#296: a low balance made thousands of failed rows that were never asked again."""
    bench = making(3)
    bench.flags = {"limits.attempts": "1"}
    broke = {"kind": "http_error", "status": 429, "code": "insufficient_quota", "every": 2}
    limit = {"end": "failed", "code": "billing_hard_limit_reached", "message": "It is reached."}
    with bench.serving({"row": [{**broke, "batches": [1]}], "batch": [{**limit, "nth": [2]}]}):
        first = bench.joined()
        assert (first.exit_code, first.counts["accepted"], first.counts["retry"]) == (4, 2, 1)
        assert first.problems[-1].code == "no_balance"
        bench.sent()
        polled = bench.poll()
        assert polled.problems[0].code == "batch_failed"
        assert "billing_hard_limit_reached It is reached." in polled.problems[0].message
        assert bench.join().exit_code == 4
        assert bench.states() == {"captioned": 2, "retry": 1}
        bench.finish()
    assert bench.states() == {"captioned": 3}
    bench.balanced()
