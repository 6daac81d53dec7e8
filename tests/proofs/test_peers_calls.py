"""The other failures of the peers, by name (8 to 10): looks, files and crashes."""

from typing import Any

import pytest

from batchcap.errors import ProviderRefused

QUICK = {"retry-after-ms": "1"}  # lets the client's own repetitions of a read come at once


def test_8_pollers_that_die_of_a_502(making):
    """Elsewhere one 502 ended a wait of 24 hours, or counted as «the batch failed» and was paid
    for again."""
    bench = making(3)
    bad = [
        {"on": "retrieve", "kind": "error", "status": 502, "nth": [1, 2, 3], "headers": QUICK},
        {"on": "retrieve", "kind": "drop_before", "nth": [4]},
        {"on": "retrieve", "kind": "broken_body", "nth": [6]},
        {"on": "retrieve", "kind": "error", "status": 429, "nth": [7], "headers": QUICK},
        {"on": "content", "kind": "cut", "bytes": 100, "nth": [1]},
        {"on": "content", "kind": "error", "status": 503, "nth": [2], "headers": QUICK},
    ]
    with bench.serving({"http": bad}):
        bench.sent()
        assert bench.poll().exit_code == 0
        bench.join()
        assert len(bench.batches()) == 1
    assert bench.states() == {"captioned": 3}
    bench.balanced()


ENDS: dict[str, dict[str, Any]] = {
    "failed": {"end": "failed"},
    "expired": {"end": "expired", "at": 0.0},
    "cancelled": {"end": "cancelled", "at": 0.0, "unworked": "missing"},
    "completed without files": {"files": "none"},
    "capitals": {"show": {"status": "COMPLETED"}},
    "empty ids": {"blank_ids": True, "files": "empty_error"},
    "errors in words": {"end": "failed", "show": {"errors": "It failed."}},
    "errors as a list": {"end": "failed", "show": {"errors": [{"code": "x", "message": "y"}]}},
}


@pytest.mark.parametrize("fault", ENDS.values(), ids=ENDS)
def test_8_pollers_that_wait_for_ever(making, fault):
    """Elsewhere a batch that failed, expired, was cancelled or ended without a file was waited
    for until somebody noticed."""
    bench = making(3)
    with bench.serving({"batch": [{**fault, "nth": [1]}]}):
        bench.sent()
        assert bench.poll(timeout=30).exit_code == 0
        bench.join()
        bench.finish()
        assert len(bench.batches()) <= 2
    assert bench.states() == {"captioned": 3}
    bench.balanced()


def test_8_a_word_that_nobody_knows_is_no_end(making):
    """A state that is not known is shown as it is, and waited for; it never ends a batch."""
    bench = making(2)
    fault = {"nth": [1], "show_open": {"status": "pondering"}, "hold": {"in_progress": 0.3}}
    with bench.serving({"batch": [fault]}):
        bench.sent()
        seen = bench.poll(wait=False)
        assert seen.exit_code == 3
        assert seen.data["batches"][0]["state"] == "pondering"
        assert bench.poll().exit_code == 0
        bench.join()
        assert len(bench.batches()) == 1
    assert bench.states() == {"captioned": 2}
    bench.balanced()


def test_9_files_that_are_too_large(making):
    """Elsewhere a file was split by its rows and never by its bytes, or a single large row sank
    the run with a 413."""
    bench = making(7)
    bench.flags = {"limits.max_bytes": "6000"}
    with bench.serving(max_upload_bytes=6000):
        bench.sent()
        files = sorted((bench.state / "tasks").glob("*.jsonl"))
        assert len(files) > 2
        assert all(path.stat().st_size <= 6000 for path in files)
        bench.flags = {"limits.max_bytes": "1000"}
        (bench.root / "photo" / "large").mkdir()
        bench.paint("large/one.jpg")
        refused = bench.build()
        assert refused.exit_code == 1
        assert [(each.code, each.photo) for each in refused.problems if each.photo] == [
            ("too_large_to_send", "large/one.jpg")
        ]
        bench.poll()
        bench.join()
        assert len(bench.batches()) == len(files)
    assert bench.states() == {"captioned": 7, "unreadable": 1}
    bench.balanced()


def test_9_a_413_loses_nothing(making):
    """Where the provider takes less than was thought, nothing is lost and nothing sent twice."""
    bench = making(3)
    with bench.serving(max_upload_bytes=2000):
        bench.build()
        with pytest.raises(ProviderRefused, match="413"):
            bench.submit()
        assert bench.batches() == []
    with bench.serving():
        bench.submit()
        bench.poll()
        bench.join()
        assert len(bench.batches()) == 1
    assert bench.states() == {"captioned": 3}
    bench.balanced()


def test_9_a_file_that_is_refused_does_not_hold_up_the_others(making):
    """One file that the provider will not take ends a round, and comes last in the next one."""
    bench = making(6)
    bench.flags = {"limits.max_requests": "2"}
    refused = {"on": "create", "kind": "error", "status": 400, "message": "Not this one."}
    with bench.serving({"http": [{**refused, "nth": [1, 4]}]}):
        bench.build()
        for _ in range(2):
            with pytest.raises(ProviderRefused, match="Not this one"):
                bench.submit()
        bench.poll(timeout=30)
        bench.join()
        assert len(bench.batches()) == 3
        bench.finish()
    assert bench.states() == {"captioned": 6}
    assert bench.asked() == {1: 6}
    bench.balanced()


def test_10_a_crash_loses_the_run(making):
    """Elsewhere state that was written could not be read again, or of two request files only the
    first was ever sent. Here every command is a life of its own, and so is the server's."""
    bench = making(20)
    bench.flags = {"limits.max_requests": "13"}
    with bench.serving():
        assert bench.build().counts["task_files"] == 2
    with bench.serving(validating=0.5, pace=1.0):
        assert bench.submit().counts["submitted"] == 2
    with bench.serving():
        bench.poll()
    with bench.serving():
        assert bench.join().counts["accepted"] == 20
        assert sum(each["request_counts"]["total"] for each in bench.batches()) == 20
    assert bench.states() == {"captioned": 20}
    bench.balanced()
