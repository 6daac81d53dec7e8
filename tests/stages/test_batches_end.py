"""How batches end, and what of them is kept: both files, whatever the state."""

import pytest

PHOTOS = [f"France/Paris/commercial/{number}.jpg" for number in range(4)]
FIRST_SEVEN = ("accepted", "repaired", "held", "retry", "refused", "failed", "missing")


def ended(served, fault: dict, more: dict | None = None):
    """A first batch that ends so; the next ones end well."""
    return served({"batch": [{"nth": [1], **fault}], **(more or {})})


def fetched(desk):
    desk.paint(*PHOTOS)
    desk.done("build")
    desk.done("submit")
    polled = desk.run("poll", "--wait")
    told = desk.run("join")
    assert sum(told.counts[name] for name in FIRST_SEVEN) == len(PHOTOS)
    return polled, told


def all_come_right(desk) -> None:
    assert desk.done("run", "--wait").code == 0
    assert desk.states() == {"written": len(PHOTOS)}
    assert len(desk.batches()) == 2


@pytest.mark.parametrize("end", ["expired", "cancelled"])
@pytest.mark.parametrize("unworked", ["lines", "missing"])
def test_the_paid_answers_of_a_batch_that_stopped_half_way_are_kept(served, end, unworked) -> None:
    with ended(served, {"end": end, "at": 0.5, "unworked": unworked}) as desk:
        polled, told = fetched(desk)
        assert polled.counts[end] == 1
        assert polled.json["next"] == "batchcap join"
        assert told.counts["accepted"] == 2
        assert told.counts["retry"] + told.counts["missing"] == 2
        assert desk.states() == {"captioned": 2, "retry": 2}
        all_come_right(desk)


@pytest.mark.parametrize("files", ["none", "empty_error"])
def test_a_batch_that_completes_without_answers_loses_nothing(served, files) -> None:
    fault = {"end": "expired", "at": 0.0, "unworked": "missing", "files": files}
    with ended(served, fault) as desk:
        _, told = fetched(desk)
        assert told.counts["missing"] + told.counts["retry"] == 4
        assert desk.states() == {"retry": 4}
        all_come_right(desk)


def test_a_batch_with_nothing_but_errors_has_no_output_file(served) -> None:
    errors = {"row": [{"kind": "http_error", "status": 500, "batches": [1]}]}
    with served(errors) as desk:
        _, told = fetched(desk)
        assert told.counts["retry"] == 4
        (sent,) = desk.batches()
        assert sent["output_file_id"] is None
        all_come_right(desk)


def test_blank_ids_are_no_files(served) -> None:
    with ended(served, {"blank_ids": True}) as desk:
        _, told = fetched(desk)
        assert told.counts["accepted"] == 4


def test_a_batch_that_failed_for_one_line_sends_the_others_again(served) -> None:
    fault = {"end": "failed", "code": "invalid_json_line", "message": "No JSON.", "line": 2}
    with ended(served, fault) as desk:
        polled, told = fetched(desk)
        assert polled.counts["failed"] == 1
        assert told.counts["accepted"] == 0
        assert [each["photo"] for each in told.json["problems"]] == [PHOTOS[1]]
        assert "No JSON." in told.json["problems"][0]["message"]
        all_come_right(desk)
        history = desk.about(PHOTOS[0])["history"]
        assert [each["result"] for each in history] == ["retry", "accepted"]


def test_a_line_that_always_fails_is_given_up_and_the_rest_is_not(served) -> None:
    fault = {"end": "failed", "code": "invalid_json_line", "message": "No JSON.", "line": 2}
    with served({"batch": [{"nth": [1, 2, 3], **fault}]}) as desk:
        desk.settings["limits.attempts"] = "2"
        fetched(desk)
        for _ in range(3):
            desk.run("run", "--wait")
        states = desk.states()
        assert sum(states.values()) == 4
        assert set(states) <= {"written", "failed"}
        assert states["written"] >= 2


def test_a_batch_that_failed_as_a_whole_is_an_attempt_and_told(served) -> None:
    fault = {"end": "failed", "code": "internal_error", "message": "Something broke."}
    with served({"batch": [fault]}) as desk:
        desk.settings["limits.attempts"] = "2"
        fetched(desk)
        desk.run("run", "--wait")
        assert desk.states() == {"failed": 4}
        assert "Something broke." in desk.about(PHOTOS[0])["reason"]


@pytest.mark.parametrize("word", ["thinking", "", None, 7])
def test_a_state_nobody_knows_is_kept_and_looked_at_again(served, word) -> None:
    hold = {"hold": {"in_progress": 0.4}}
    with served({"batch": [{"show_open": {"status": word}, **hold}]}) as desk:
        desk.paint(PHOTOS[0])
        desk.done("build")
        desk.done("submit")
        polled = desk.run("poll")
        assert polled.code in (1, 3)
        assert sum(polled.counts[n] for n in ("completed", "failed", "expired", "cancelled")) == 0
        assert desk.states() == {"submitted": 1}
        assert desk.done("run", "--wait").counts["written"] == 1
        assert len(desk.batches()) == 1


def test_the_provider_s_counts_are_never_trusted(served) -> None:
    lie = {"request_counts": {"total": 900, "completed": 1, "failed": 899}}
    with served({"batch": [{"show": lie}]}) as desk:
        _, told = fetched(desk)
        assert told.counts["accepted"] == 4
        assert desk.done("verify").counts["wrong"] == 0


def test_a_batch_that_is_gone_is_a_person_s_to_decide(served) -> None:
    with served() as desk:
        desk.paint(PHOTOS[0])
        desk.done("build")
        desk.done("submit")
    gone = {"kind": "error", "on": "retrieve", "status": 404, "message": "No such batch."}
    with served({"http": [gone]}) as desk:
        told = desk.run("poll")
        assert (told.code, told.codes) == (4, ["batch_gone"])
        assert "--resend" in told.problem["hint"]
        assert desk.states() == {"submitted": 1}
        assert desk.done("submit", "--resend", "0001").counts["submitted"] == 1
    with served() as desk:
        assert desk.done("run", "--wait").counts["written"] == 1
        assert len(desk.batches()) == 2


def test_cancel_keeps_what_was_answered(served) -> None:
    with served(running=30.0, pace=1.0, validating=0.0) as desk:
        desk.paint(*PHOTOS)
        desk.done("build")
        desk.done("submit")
        cancelled = desk.run("cancel")
        assert (cancelled.code, cancelled.counts["cancelled"]) == (3, 1)
        polled = desk.done("poll", "--wait")
        assert polled.counts["cancelled"] == 1
        told = desk.run("join")
        assert sum(told.counts[name] for name in FIRST_SEVEN) == 4
        assert desk.run("cancel").counts["cancelled"] == 0
    with served() as desk:
        all_come_right(desk)
