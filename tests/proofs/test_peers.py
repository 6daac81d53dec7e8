"""The ten ways in which programs that orchestrate batches were seen to fail, one test each.

The numbers are those of the project's study of its peers; each test says in a sentence what went
wrong elsewhere, and lets the same thing happen here: real stages, the real client, a real socket.
"""

import contextlib
import json
from typing import Any

import pytest

from batchcap.errors import Unreachable
from batchcap.ledger.photos import STATES


def told_apart(bench: Any) -> dict[str, str]:
    """Build, and return for each request an answer that names its own photo."""
    bench.build()
    answers = {}
    with bench.open() as workspace:
        for photo in workspace.ledger.photos.in_state(*STATES):
            for step in workspace.ledger.photos.history(photo.id):
                said = {"alt_text": f"The painted picture {photo.path.split('.')[0]}, as it was."}
                answers[step.custom_id] = json.dumps(said)
    return answers


def words(bench: Any) -> dict[str, str]:
    return {path: found[0].alt_text for path, (_, found) in bench.captions().items() if found}


def test_1_answers_joined_to_the_wrong_rows(making):
    """Elsewhere the rows that came back were sorted and laid beside the inputs: where one had
    failed, every answer after it moved up by one, and nobody was told."""
    bench = making(5)
    answers = told_apart(bench)
    failed = list(answers)[1]
    row = {"kind": "http_error", "match": failed, "batches": [1], "status": 500}
    with bench.serving({"row": [row], "answers": answers}):
        bench.submit()
        bench.poll()
        output = next((bench.state / "replies").glob("*.output.jsonl"))
        true = output.read_bytes()
        output.write_bytes(b"".join(true.splitlines(keepends=True)[::-1]))  # no order is promised
        assert bench.join().counts["retry"] == 1
        output.write_bytes(true)
        assert words(bench) == {
            f"{number:03}.jpg": f"The painted picture {number:03}, as it was."
            for number in (0, 2, 3, 4)
        }
        bench.finish()
    assert bench.states() == {"captioned": 5}
    bench.balanced()


def test_2_failed_rows_vanish_with_the_error_file(making):
    """Elsewhere only the output file was read: rows in the error file were simply not there."""
    bench = making(6)
    rows = [
        {"kind": "http_error", "every": 2, "batches": [1], "status": 400, "code": "invalid_image"},
        {"kind": "no_response", "every": 3, "batches": [1], "message": "It went wrong."},
    ]
    with bench.serving({"row": rows}):
        counts = bench.joined().counts
        assert (counts["accepted"], counts["failed"], counts["retry"]) == (2, 3, 1)
        assert sum(counts.values()) == 6
        bench.finish()
    assert bench.states() == {"captioned": 3, "failed": 3}
    about = bench.about("001.jpg")
    assert about["history"][0]["code"] == "invalid_image"
    assert "invalid" in about["reason"]
    bench.balanced()


def test_3_counts_that_say_nothing_failed(making):
    """Elsewhere a batch told «6 completed, 0 failed» while half its lines had status_code 0, and
    what to do was decided by the counts."""
    bench = making(6)
    lie = {"request_counts": {"total": 6, "completed": 6, "failed": 0}}
    faults = {
        "row": [{"kind": "status_zero", "every": 2, "batches": [1]}],
        "batch": [{"nth": [1], "show": lie}],
    }
    with bench.serving(faults):
        counts = bench.joined().counts
        assert (counts["accepted"], counts["retry"], sum(counts.values())) == (3, 3, 6)
        bench.finish()
    assert bench.states() == {"captioned": 6}
    assert bench.about("001.jpg")["history"][0]["code"] == "status_0"
    bench.balanced()


@pytest.mark.parametrize("unworked", ["lines", "missing"])
@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_4_paid_answers_of_an_expired_batch_thrown_away(making, end, unworked):
    """Elsewhere an expired batch was sent again as a whole, on every run: its answers, which were
    paid, were never read."""
    bench = making(6)
    fault = {"nth": [1], "end": end, "at": 0.5, "unworked": unworked}
    with bench.serving({"batch": [fault]}):
        counts = bench.joined().counts
        assert counts["accepted"] == 3
        assert sum(counts.values()) == 6
        first = words(bench)
        bench.finish()
        assert [each["request_counts"]["total"] for each in bench.batches()] == [6, 3]
    assert bench.states() == {"captioned": 6}
    assert bench.asked() == {1: 3, 2: 3}
    assert first.items() <= words(bench).items()
    bench.balanced()


LOST = [
    {"on": "create", "kind": "drop_after"},
    {"on": "create", "kind": "drop_before"},
    {"on": "create", "kind": "error_after", "status": 500},
    {"on": "create", "kind": "error", "status": 502},
    {"on": "create", "kind": "broken_body"},
    {"on": "upload", "kind": "drop_after"},
    {"on": "upload", "kind": "drop_before"},
    {"on": "upload", "kind": "error_after", "status": 504},
    {"on": "upload", "kind": "broken_body"},
]


@pytest.mark.parametrize("lost", LOST, ids=lambda each: f"{each['on']}-{each['kind']}")
def test_5_one_lost_reply_makes_three_batches(making, lost):
    """Elsewhere the client's own retries made three batches of one lost reply, and twenty-seven
    with the tool's on top. Here every reply is lost at first, three runs in a row."""
    bench = making(3)
    bench.build()
    with bench.serving({"http": [{**lost, "nth": [1, 2, 3]}]}):
        for _ in range(4):
            with contextlib.suppress(Unreachable):
                bench.submit()
        bench.poll()
        bench.join()
        assert len(bench.batches()) == 1
        assert bench.uploads() == 1
    assert bench.states() == {"captioned": 3}
    assert bench.asked() == {1: 3}
    bench.balanced()


def test_6_a_queue_that_is_full_minutes_later(making):
    """Elsewhere token_limit_exceeded, which comes when the batch was accepted long ago, failed
    every row of it, or was taken as done with nothing in it."""
    bench = making(4)
    words_of_it = "Enqueued token limit reached for gpt-6-luna. Limit: 900,000 enqueued tokens."
    full = {"nth": [1, 2], "end": "failed", "code": "token_limit_exceeded", "message": words_of_it}
    clock = bench.jumping()
    with bench.serving({"batch": [full]}):
        bench.build()
        bench.submit()
        bench.poll(timeout=86_400.0)
        bench.join()
        assert [each["status"] for each in bench.batches()] == ["failed", "failed", "completed"]
    assert bench.states() == {"captioned": 4}
    assert bench.asked() == {1: 4}
    assert [each["outcome"] for each in bench.about("000.jpg")["history"]] == ["answered"]
    assert clock.waited > 60 + 120  # it backed off, twice, and longer the second time
    bench.balanced()


POISON = (
    *("no_response", "empty", "truncated", "chatter", "bad_json", "body_string", "status_zero"),
    *("error_in_output", "expired", "timeout", "lost", "missing", "duplicate", "stranger"),
    "broken_line",
)


@pytest.mark.parametrize("kind", POISON)
def test_7_one_bad_row_poisons_its_batch(making, kind):
    """Elsewhere one row with a 500, a status of 0 or a line that is no JSON failed all the rows
    of its batch."""
    bench = making(5)
    with bench.serving({"row": [{"kind": kind, "every": 3, "batches": [1]}]}):
        assert bench.joined().counts["accepted"] >= 4
        assert {path for path, (_, found) in bench.captions().items() if found} >= {
            f"{number:03}.jpg" for number in (0, 1, 3, 4)
        }
        bench.finish()
    assert bench.states() == {"captioned": 5}
    bench.balanced()


def test_7_one_bad_line_poisons_its_batch(making):
    """The same by name: a batch that failed for its third line loses that photo alone."""
    bench = making(5)
    fault = {"end": "failed", "code": "invalid_value", "message": "No such thing.", "line": 3}
    bench.flags = {"limits.attempts": "2"}
    with bench.serving({"batch": [{**fault, "nth": [1]}, {**fault, "nth": [2], "line": 1}]}):
        counts = bench.joined().counts
        assert (counts["accepted"], counts["retry"]) == (0, 5)
        bench.finish()
    assert bench.states() == {"captioned": 5}
    assert bench.about("002.jpg")["history"][0]["code"] == "invalid_line"
    bench.balanced()
