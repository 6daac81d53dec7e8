"""Each way in which a batch can end, and each shape it can be told in, through the real client over
the socket: what is seen, what is fetched, and what becomes of every photo."""

import time

import pytest

from batchcap.errors import Unreachable
from batchcap.records import BatchError, BatchState, Exit

NAMES = tuple(f"France/Paris/commercial/{name}.jpg" for name in "abcd")
FOUR = {"captioned": 4}
ALL_FAIL = {"row": [{"kind": "http_error", "status": 400, "code": "invalid_value"}]}


def sent(desk) -> None:
    desk.build(*NAMES)
    assert desk.submit().counts["submitted"] == 1


def seen(desk):
    """Poll to the end; gives the view that the provider shows and the files that were fetched."""
    desk.poll()
    with desk.open() as workspace:
        (one,) = workspace.ledger.submissions.open()
        files = {each.kind: each for each in workspace.ledger.submissions.files(one.submission)}
        return workspace.provider.view(one.submission.remote_id), files


def batch(**fault):
    return {"batch": [fault]}


def content(kind, **more):
    return {"http": [{"on": "content", "kind": kind, **more}]}


def test_completed_with_an_output_file_only(served) -> None:
    with served() as desk:
        sent(desk)
        view, files = seen(desk)
        assert (view.state, view.error_file_id) == (BatchState.COMPLETED, "")
        assert view.output_file_id
        assert (files["output"].bytes > 0, files["error"].name) == (True, "")
        assert desk.finish() == FOUR


def test_completed_with_an_error_file_only(served) -> None:
    with served(faults=ALL_FAIL) as desk:
        sent(desk)
        view, files = seen(desk)
        assert (view.state, view.output_file_id) == (BatchState.COMPLETED, "")
        assert (files["output"].name, files["error"].bytes > 0) == ("", True)
        joined = desk.join()
        assert joined.counts["failed"] == 4
        assert {each.code for each in joined.problems} == {"failed"}


def test_completed_without_any_file(served) -> None:
    with served(faults=batch(files="none", nth=[1])) as desk:
        sent(desk)
        view, files = seen(desk)
        assert (view.output_file_id, view.error_file_id) == ("", "")
        assert {each.name for each in files.values()} == {""}
        assert desk.join().counts["missing"] == 4
        assert desk.states() == {"retry": 4}


@pytest.mark.parametrize("end", ["expired", "cancelled"])
@pytest.mark.parametrize("unworked", ["lines", "missing"])
def test_ended_early_with_half_of_the_answers(served, end, unworked) -> None:
    with served(faults=batch(end=end, at=0.5, unworked=unworked, nth=[1])) as desk:
        sent(desk)
        view, _ = seen(desk)
        assert view.state == end
        joined = desk.join()
        assert joined.counts["accepted"] + joined.counts["repaired"] == 2
        assert joined.counts["retry"] + joined.counts["missing"] == 2
        assert desk.states() == {"captioned": 2, "retry": 2}


def test_failed_with_a_line_named(served) -> None:
    fault = batch(end="failed", code="invalid_value", message="This is odd.", line=2, nth=[1])
    with served(faults=fault) as desk:
        sent(desk)
        view, files = seen(desk)
        assert view.state is BatchState.FAILED
        assert [(each.code, each.line) for each in view.errors] == [("invalid_value", 2)]
        assert {each.name for each in files.values()} == {""}
        joined = desk.join()
        (problem,) = joined.problems
        assert (problem.code, problem.photo) == ("invalid_line", NAMES[1])
        assert "This is odd." in problem.message
        assert desk.states() == {"retry": 4}


def test_a_batch_that_is_gone_is_left_to_a_person(served) -> None:
    gone = {"http": [{"on": "retrieve", "kind": "error", "status": 404, "message": "No batch."}]}
    with served(faults=gone) as desk:
        sent(desk)
        polled = desk.poll(wait=False)
        assert polled.exit_code == Exit.HELD
        assert [each.code for each in polled.problems] == ["batch_gone"]
        assert "--resend 0001.jsonl" in polled.problems[0].hint
        assert desk.states() == {"submitted": 4}


def test_a_result_file_that_is_gone_for_a_moment(served) -> None:
    gone = content("error", status=404, message="No such File object", nth=[1, 2])
    with served(faults=gone) as desk:
        sent(desk)
        _, files = seen(desk)
        assert files["output"].bytes > 0
        assert desk.finish() == FOUR
        assert len(desk.batches()) == 1


def test_a_result_file_that_is_gone_is_left_to_a_person(served) -> None:
    """Its answers are paid for: they are asked for again only where a person says so."""
    with served(faults=content("error", status=404, message="No such File object")) as desk:
        sent(desk)
        polled = desk.poll()
        assert polled.exit_code == Exit.HELD
        assert [each.code for each in polled.problems] == ["result_gone"]
        assert "--resend 0001.jsonl" in polled.problems[0].hint
        assert polled.next == "batchcap status"
        assert sum(desk.join().counts.values()) == 0
        assert desk.states() == {"submitted": 4}
        assert desk.submit(resend="0001.jsonl").counts["submitted"] == 0
        assert desk.join().counts["missing"] == 4
        assert desk.states() == {"retry": 4}
    with served() as desk:
        sent(desk)
        assert desk.finish() == FOUR
        assert len(desk.batches()) == 2


def test_a_result_file_that_comes_back_is_not_given_up(served) -> None:
    with served(faults=content("error", status=404, message="No such File object")) as desk:
        sent(desk)
        assert desk.poll().exit_code == Exit.HELD
    with served() as desk:
        desk.submit(resend="0001")
        assert desk.join().counts["missing"] == 0
        assert desk.finish() == FOUR
        assert len(desk.batches()) == 1


def test_an_end_that_names_its_files_a_moment_later(served) -> None:
    """Counts speak of answers and no file is named yet: the look is repeated."""
    with served(faults=batch(late_files=2)) as desk:
        sent(desk)
        desk.poll()
        assert sum(desk.join().counts.values()) == 4
        assert desk.states() == FOUR
        assert len(desk.batches()) == 1


@pytest.mark.parametrize("word", ["hibernating", "QUANTUM_PHASE", "…"])
def test_a_state_of_the_future_is_kept_shown_and_not_the_end(served, word) -> None:
    with served(faults=batch(show={"status": word})) as desk:
        sent(desk)
        while not desk.batches()[0].has_output:
            time.sleep(0.01)
        polled = desk.poll(wait=False)
        assert polled.exit_code == Exit.WAITING
        assert polled.data["batches"][0]["state"] == word
        assert polled.counts["in_progress"] == 1
        assert sum(desk.join().counts.values()) == 0
    with served() as desk:
        assert desk.finish() == FOUR


@pytest.mark.parametrize("word", ["Completed", "COMPLETED", "completed "])
def test_a_state_in_capitals(served, word) -> None:
    with served(faults=batch(show={"status": word})) as desk:
        sent(desk)
        view, _ = seen(desk)
        assert (view.state, view.raw_state) == (BatchState.COMPLETED, word)
        assert desk.finish() == FOUR


def test_an_empty_text_where_a_file_is_absent(served) -> None:
    with served(faults=batch(blank_ids=True)) as desk:
        sent(desk)
        view, files = seen(desk)
        assert (view.error_file_id, files["error"].name) == ("", "")
        assert desk.finish() == FOUR


TEXTS = {"line_method": False, "completion_window": "48h"}
MUTE = {"metadata": False, "listing": False}


@pytest.mark.parametrize(
    ("speaks", "own", "error"),
    [
        ("openai", None, BatchError("odd", "Something is odd.", 3)),
        ("groq", None, BatchError("odd", "Something is odd.", 3)),
        ("novita", TEXTS, BatchError("", "Something is odd.")),
        ("together", None, BatchError("", "Something is odd.")),
    ],
    ids=["object", "list", "text", "text of a job"],
)
def test_errors_of_every_form(served, speaks, own, error) -> None:
    fault = batch(end="failed", code="odd", message="Something is odd.", line=3)
    with served("own" if own else speaks, speaks, fault, own) as desk:
        sent(desk)
        view, _ = seen(desk)
        assert (view.state, view.errors) == (BatchState.FAILED, (error,))
        assert sum(desk.join().counts.values()) == 4
        assert desk.states() == {"retry": 4}


def test_a_batch_that_completed_and_has_errors(served) -> None:
    with served("groq", "groq", {"row": [{"kind": "http_error", "every": 2}]}) as desk:
        sent(desk)
        view, _ = seen(desk)
        assert (view.state, len(view.errors)) == (BatchState.COMPLETED, 1)
        desk.join()
        assert desk.states() == {"captioned": 2, "retry": 2}


@pytest.mark.parametrize(
    ("speaks", "own"),
    [("openai", None), ("mute", MUTE), ("together", None)],
    ids=["seconds", "milliseconds", "iso"],
)
def test_times_of_every_form(served, speaks, own) -> None:
    with served("own" if own else speaks, speaks, own=own) as desk:
        sent(desk)
        view, _ = seen(desk)
        assert view.created_at == int(desk.batches()[0].created_at)


@pytest.mark.parametrize("counts", [None, {"total": None}, {"total": 4, "completed": 0}, "4", -1])
def test_counts_that_lie(served, counts) -> None:
    with served(faults=batch(show={"request_counts": counts})) as desk:
        sent(desk)
        joined = (desk.poll(), desk.join())[1]
        assert joined.counts["accepted"] + joined.counts["repaired"] == 4
        assert desk.states() == FOUR


def test_a_body_that_is_a_json_string(served) -> None:
    with served(faults={"row": [{"kind": "body_string"}]}) as desk:
        sent(desk)
        assert desk.finish() == FOUR


def test_an_error_line_without_a_response(served) -> None:
    with served(faults={"row": [{"kind": "no_response", "every": 2}]}) as desk:
        sent(desk)
        joined = (desk.poll(), desk.join())[1]
        assert joined.counts["retry"] == 2
        assert desk.states() == {"captioned": 2, "retry": 2}


def content_of(desk):
    """Return the output file as the server has it, and as it was fetched."""
    (one,) = desk.batches()
    server = desk.root.parent / "server" / "files" / one.output_id
    (fetched,) = (desk.root / ".batchcap" / "replies").glob("*.output.jsonl")
    return server.read_bytes(), fetched.read_bytes()


@pytest.mark.parametrize("bytes_", [0, 1, 700])
def test_a_cut_download_is_repeated(served, bytes_) -> None:
    with served(faults=content("cut", bytes=bytes_, nth=[1, 2])) as desk:
        sent(desk)
        desk.poll()
        theirs, ours = content_of(desk)
        assert ours == theirs
        assert desk.finish() == FOUR
        assert not list((desk.root / ".batchcap" / "replies").glob("*.part"))


def test_a_download_that_is_always_cut_is_no_result_yet(served) -> None:
    with served(faults=content("cut", bytes=100)) as desk:
        sent(desk)
        while not desk.batches()[0].has_output:
            time.sleep(0.01)
        polled = desk.poll(wait=False)
        assert polled.exit_code == Exit.FAILED
        assert [each.code for each in polled.problems] == [Unreachable.code]
        assert sum(desk.join().counts.values()) == 0
    with served() as desk:
        assert desk.finish() == FOUR
        theirs, ours = content_of(desk)
        assert ours == theirs


def test_a_slow_download_is_waited_for(served) -> None:
    with served(faults=content("slow", seconds=0.2)) as desk:
        sent(desk)
        assert desk.finish() == FOUR
