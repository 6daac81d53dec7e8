"""Doubt: what may have been paid already is found, adopted or left to a person, never sent again."""

import shutil
import threading
import time
from typing import Any

import pytest

from batchcap.errors import BatchcapError, BooksDoNotBalance, UsageError, WorkspaceBusy

LOST = {"on": "create", "kind": "drop_after", "nth": [1]}
NOT_FOUND = {"kind": "error", "status": 404, "message": "There is no such path here."}


def settle(bench: Any, photos: int) -> None:
    bench.finish()
    assert bench.states() == {"captioned": photos}
    bench.balanced()


def test_a_batch_that_is_gone_is_left_to_a_person_who_resends_it(making):
    bench = making(3)
    with bench.serving({"http": [{"on": "retrieve", **NOT_FOUND}]}):
        bench.sent()
        told = bench.poll()
        assert told.exit_code == 4
        assert [each.code for each in told.problems] == ["batch_gone"]
        assert "--adopt" in told.problems[0].hint
        assert "--resend" in told.problems[0].hint
        assert bench.submit().counts["submitted"] == 0
        assert bench.submit(resend="0001").counts["submitted"] == 1
    with bench.serving():
        settle(bench, 3)
        assert len(bench.batches()) == 2


@pytest.mark.parametrize("nth", [[1], [1, 2], [2]])
def test_half_a_result_file_is_fetched_again_and_nothing_is_asked_again(making, nth):
    bench = making(6)
    half = {"on": "content", "kind": "broken_body", "nth": nth}
    rows = [{"kind": "http_error", "status": 500, "every": 6, "batches": [1]}]
    with bench.serving({"http": [half], "row": rows}):
        settle(bench, 6)
        asked = [batch["request_counts"]["total"] for batch in bench.batches()]
        assert sorted(asked) == [1, 6]


SHORT = {"on": "content", "kind": "short", "bytes": 2500}


@pytest.mark.parametrize("nth", [[1], [1, 2]])
def test_a_result_file_cut_between_two_lines_is_fetched_again(making, nth):
    bench = making(6)
    with bench.serving({"http": [{**SHORT, "nth": nth}]}):
        settle(bench, 6)
        assert [batch["request_counts"]["total"] for batch in bench.batches()] == [6]


def test_a_result_file_that_stays_shorter_than_is_said_is_believed(making):
    """A provider may be wrong of its sizes: what is not in the file is missing, and asked again."""
    bench = making(6)
    with bench.serving({"http": [{**SHORT, "nth": [1, 2, 3]}]}):
        settle(bench, 6)
        first, second = sorted(batch["request_counts"]["total"] for batch in bench.batches())
        assert (second, 0 < first < 6) == (6, True)


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_server_that_says_no_size_is_believed(making, status):
    bench = making(3)
    with bench.serving({"http": [{"on": "file", "kind": "error", "status": status}]}):
        settle(bench, 3)
        assert len(bench.batches()) == 1


def test_a_batch_that_was_gone_for_a_moment_is_not_resent(making):
    bench = making(3)
    with bench.serving({"http": [{"on": "retrieve", **NOT_FOUND}]}):
        bench.sent()
        assert bench.poll().exit_code == 4
    with bench.serving():
        assert bench.submit(resend="0001").counts["submitted"] == 0
        settle(bench, 3)
        assert len(bench.batches()) == 1


def test_a_batch_that_is_gone_can_have_become_another(making):
    bench = making(3)
    with bench.serving({"http": [{"on": "retrieve", **NOT_FOUND}]}):
        bench.sent()
        bench.poll()
    with bench.serving():
        first = bench.batches()[0]
        with bench.client() as client:
            second = client.batches.create(
                input_file_id=first["input_file_id"],
                endpoint=first["endpoint"],
                completion_window="24h",
            )
        adopted = bench.submit(adopt=second.id, file="0001.jsonl")
        assert (adopted.counts["adopted"], adopted.counts["submitted"]) == (1, 0)
        settle(bench, 3)
        assert len(bench.batches()) == 2


@pytest.mark.parametrize("command", ["adopt", "resend"])
def test_a_server_that_cannot_list_leaves_it_to_a_person(making, command):
    bench = making(3)
    bench.build()
    deaf = [{"on": "batches", **NOT_FOUND}, {"on": "files", **NOT_FOUND}]
    with bench.serving({"http": [LOST, *deaf]}):
        told = bench.submit()
        assert told.exit_code == 4
        assert "0001.jsonl may have been sent" in told.problems[0].message
        again = bench.submit()
        assert again.exit_code == 4
        assert again.counts["submitted"] == 0
    with bench.serving():
        (batch,) = bench.batches()
    with bench.serving({"http": deaf}):
        if command == "adopt":
            assert bench.submit(adopt=batch["id"]).counts["adopted"] == 1
        else:
            assert bench.submit(resend="0001.jsonl").counts["submitted"] == 1
        settle(bench, 3)
    with bench.serving():
        assert len(bench.batches()) == (1 if command == "adopt" else 2)


def test_what_is_found_after_all_is_not_resent(making):
    """A person gives it up, but by now the list shows it: it is adopted and not paid twice."""
    bench = making(3)
    bench.build()
    deaf = [{"on": "batches", **NOT_FOUND}, {"on": "files", **NOT_FOUND}]
    with bench.serving({"http": [LOST, *deaf]}):
        assert bench.submit().exit_code == 4
    with bench.serving():
        found = bench.submit(resend="0001.jsonl")
        assert (found.counts["adopted"], found.counts["submitted"]) == (1, 0)
        settle(bench, 3)
        assert len(bench.batches()) == 1


def test_a_server_that_cannot_list_still_takes_what_is_new(making):
    """A list that is refused is no reason to send nothing, where nothing is in doubt."""
    bench = making(2)
    deaf = [{"on": "batches", **NOT_FOUND}, {"on": "files", **NOT_FOUND}]
    with bench.serving({"http": deaf}):
        settle(bench, 2)


def test_one_doubt_does_not_end_a_wait(making):
    """The batch that runs is waited for and fetched, then exit 4 tells of the other."""
    bench = making(4)
    bench.flags = {"limits.max_requests": "2"}
    bench.build()
    deaf = [{"on": "batches", **NOT_FOUND}, {"on": "files", **NOT_FOUND}]
    faults = {"http": [{**LOST, "nth": [2]}, *deaf], "batch": [{"hold": {"in_progress": 0.3}}]}
    with bench.serving(faults):
        assert bench.submit().exit_code == 4
        told = bench.poll()
        assert told.exit_code == 4
        assert told.counts["completed"] == 1
        assert bench.join().counts["accepted"] == 2
    with bench.serving():
        settle(bench, 4)
        assert len(bench.batches()) == 2


def test_a_server_that_drops_metadata_is_searched_by_its_uploads(making):
    bench = making(3)
    bench.build()
    fault = {"show": {"metadata": None}, "show_open": {"metadata": None}}
    with bench.serving({"http": [LOST], "batch": [fault]}):
        assert bench.submit().counts["adopted"] == 1
        settle(bench, 3)
        assert len(bench.batches()) == 1


def test_a_clock_that_runs_days_ahead_finds_what_was_sent(making):
    bench = making(3)
    bench.build()
    ahead = 5 * 86_400.0
    bench.outside = {"clock": lambda: time.time() + ahead}
    with bench.serving({"http": [LOST]}):
        assert bench.submit().counts["adopted"] == 1
        settle(bench, 3)
        assert len(bench.batches()) == 1


def test_a_ledger_from_an_older_day_finds_what_was_sent(making):
    """A backup that was put back knows nothing of a batch; the provider does."""
    bench = making(3)
    bench.build()
    backup = bench.home / "backup"
    shutil.copytree(bench.state, backup)
    with bench.serving():
        bench.submit()
        bench.poll()
        shutil.rmtree(bench.state)
        shutil.copytree(backup, bench.state)
        found = bench.submit()
        assert (found.counts["adopted"], found.counts["submitted"]) == (1, 0)
        settle(bench, 3)
        assert len(bench.batches()) == 1


def test_a_task_file_that_was_changed_is_not_sent(making):
    bench = making(3)
    bench.build()
    (path,) = (bench.state / "tasks").glob("*.jsonl")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"POST", b"Post"))
    with bench.serving():
        with pytest.raises(BooksDoNotBalance, match=r"0001\.jsonl"):
            bench.submit()
        assert (bench.uploads(), bench.batches()) == (0, [])
        path.write_bytes(whole)
        settle(bench, 3)
        assert len(bench.batches()) == 1


def test_a_cancelled_batch_that_had_ended_is_no_error(making):
    """All that run are cancelled, also where the first one ended a moment ago."""
    bench = making(4)
    bench.flags = {"limits.max_requests": "2"}
    with bench.serving({"batch": [{"nth": [2], "hold": {"in_progress": 600.0}}]}):
        bench.sent()
        while bench.batches()[0]["status"] != "completed":
            time.sleep(0.01)
        assert bench.cancel().counts["cancelled"] == 1
        assert bench.poll().exit_code == 0
        assert [each["status"] for each in bench.batches()] == ["completed", "cancelled"]
        settle(bench, 4)
        assert len(bench.batches()) == 3


def test_what_a_person_cancels_is_no_attempt(making):
    bench = making(2)
    bench.flags = {"limits.attempts": "1"}
    with bench.serving({"batch": [{"nth": [1, 2], "hold": {"in_progress": 600.0}}]}):
        for _ in range(2):
            bench.sent()
            bench.cancel()
            bench.poll()
            bench.join()
            assert bench.states() == {"retry": 2}
        settle(bench, 2)
        assert len(bench.batches()) == 3


def test_two_terminals_at_once(making):
    """The second one is told to wait, and nothing is sent twice."""
    bench = making(2)
    bench.build()
    told: list[Any] = []
    with bench.serving({"http": [{"on": "create", "kind": "delay", "seconds": 3.0}]}):
        first = threading.Thread(target=lambda: told.append(bench.submit()))
        first.start()
        while not any("sending" in line for line in bench.told.lines):
            time.sleep(0.01)
        with pytest.raises(WorkspaceBusy):
            bench.submit()
        first.join()
        assert told[0].counts["submitted"] == 1
        settle(bench, 2)
        assert len(bench.batches()) == 1


def test_a_result_file_that_was_lost_is_fetched_again(making):
    bench = making(3)
    with bench.serving():
        bench.sent()
        bench.poll()
        (path,) = (bench.state / "replies").glob("*.jsonl")
        path.unlink()
        with pytest.raises(BooksDoNotBalance, match="is gone"):
            bench.join()
        assert bench.poll().exit_code == 0
        settle(bench, 3)
        assert len(bench.batches()) == 1


def test_a_photo_that_moved_and_left_a_copy_behind_is_asked_for(making):
    """A name that was taken once is not taken again, though path and picture are the same."""
    bench = making()
    photo = bench.paint("a.jpg")
    bench.build()
    photo.rename(photo.with_name("b.jpg"))
    bench.build()
    shutil.copy(photo.with_name("b.jpg"), photo)
    assert bench.build().counts["requests"] == 1
    assert len({each["custom_id"] for each in bench.tasks()}) == 2
    with bench.serving():
        settle(bench, 2)


def test_an_unknown_batch_is_not_adopted(making):
    bench = making(2)
    bench.build()
    deaf = [{"on": "batches", **NOT_FOUND}, {"on": "files", **NOT_FOUND}]
    with bench.serving({"http": [LOST, *deaf]}):
        bench.submit()
        with pytest.raises(UsageError, match="knows no batch"):
            bench.submit(adopt="batch_of_nobody")
        with pytest.raises(UsageError, match="not in doubt"):
            bench.submit(resend="0007.jsonl")


def test_the_wrong_key_ends_a_wait_and_loses_nothing(making):
    bench = making(2)
    bad = {"on": "retrieve", "kind": "error", "status": 401, "nth": [1]}
    with bench.serving({"http": [bad], "batch": [{"hold": {"in_progress": 0.1}}]}):
        bench.sent()
        with pytest.raises(BatchcapError) as told:
            bench.poll()
        assert told.value.exit_code == 2
        settle(bench, 2)
        assert len(bench.batches()) == 1
