import contextlib
import subprocess
import sys
import time

import openai
import pytest
from openai import OpenAI


def test_a_batch_passes_through_its_states_to_its_answers(bench, line):
    with bench.serve(pace=1.0, validating=0.1, running=0.4, finalizing=0.1) as client:
        batch = bench.create(client, [line("a"), line("b")], metadata={"run": "7"})
        assert batch.status == "validating"
        assert batch.request_counts.total == 0
        assert (batch.output_file_id, batch.error_file_id, batch.errors) == (None, None, None)
        seen = []
        while batch.status != "completed":
            if batch.status not in seen:
                seen.append(batch.status)
            time.sleep(0.005)
            batch = client.batches.retrieve(batch.id)
        output = bench.output(client, batch)
        result = client.files.retrieve(batch.output_file_id)
    assert seen == ["validating", "in_progress", "finalizing"]
    assert (batch.model, batch.endpoint) == ("gpt-6-luna", "/v1/chat/completions")
    assert batch.metadata == {"run": "7"}
    assert batch.expires_at == batch.created_at + 86_400
    assert batch.created_at <= batch.in_progress_at <= batch.finalizing_at <= batch.completed_at
    assert (batch.failed_at, batch.cancelled_at, batch.error_file_id) == (None, None, None)
    assert batch.request_counts.model_dump() == {"total": 2, "completed": 2, "failed": 0}
    assert [row["custom_id"] for row in output] == ["a", "b"]
    usages = [row["response"]["body"]["usage"] for row in output]
    assert batch.usage.input_tokens == sum(usage["prompt_tokens"] for usage in usages)
    assert batch.usage.output_tokens == sum(usage["completion_tokens"] for usage in usages)
    assert (result.purpose, result.filename) == ("batch_output", f"{batch.id}_output.jsonl")


def test_an_output_line_has_the_shape_of_the_api(still, line):
    bench, client = still
    batch = bench.run(client, [line("a")])
    (row,) = bench.output(client, batch)
    assert set(row) == {"id", "custom_id", "response", "error"}
    assert row["error"] is None
    assert set(row["response"]) == {"status_code", "request_id", "body"}
    body = row["response"]["body"]
    assert (body["object"], body["model"]) == ("chat.completion", "gpt-6-luna")
    (choice,) = body["choices"]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["refusal"] is None
    assert "Rome" in choice["message"]["content"]
    usage = body["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_tokens_details"]["cached_tokens"] == 0
    assert usage["completion_tokens_details"]["reasoning_tokens"] == 0


def test_bad_rows_go_to_the_error_file(still, line, body):
    bench, client = still
    bad = line("bad", body(url="data:image/png;base64,AAAA"))
    batch = bench.run(client, [line("good"), bad])
    assert batch.status == "completed"
    assert batch.request_counts.model_dump() == {"total": 2, "completed": 1, "failed": 1}
    (row,) = bench.errors(client, batch)
    assert (row["custom_id"], row["error"]) == ("bad", None)
    assert row["response"]["status_code"] == 400
    assert row["response"]["body"]["error"]["code"] == "invalid_image_format"
    only_bad = bench.run(client, [bad])
    assert (only_bad.status, only_bad.output_file_id) == ("completed", None)
    assert only_bad.error_file_id


def test_blank_lines_are_passed_over(still, line):
    bench, client = still
    batch = bench.run(client, [line("a"), "", line("b"), "", ""])
    assert batch.request_counts.total == 2
    assert [row["custom_id"] for row in bench.output(client, batch)] == ["a", "b"]


def test_batches_are_listed_newest_first_in_pages(bench, line):
    with bench.serve() as client:
        made = [bench.create(client, [line("a")]).id for _ in range(5)]
        assert [batch.id for batch in client.batches.list(limit=2)] == made[::-1]
        page = client.batches.list(limit=2)
        assert (len(page.data), page.has_more, page.last_id) == (2, True, made[3])
        assert not client.batches.list(limit=5).has_more
        for limit in (0, 101):
            with pytest.raises(openai.BadRequestError):
                client.batches.list(limit=limit)
        with pytest.raises(openai.NotFoundError):
            client.batches.list(after="batch_none")
        with pytest.raises(openai.NotFoundError):
            client.batches.retrieve("batch_none")


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"input_file_id": "file-none"}, "file_id"),
        ({"endpoint": "/v1/embeddings"}, "endpoint"),
        ({"endpoint": "/v1/pictures"}, "endpoint"),
        ({"completion_window": "48h"}, "completion_window"),
        ({"metadata": {str(number): "" for number in range(17)}}, "metadata"),
        ({"metadata": {"k" * 65: ""}}, "metadata"),
        ({"metadata": {"k": "v" * 513}}, "metadata"),
        ({"metadata": {"k": 1}}, "metadata.k"),
        (
            {"output_expires_after": {"anchor": "created_at", "seconds": 1}},
            "output_expires_after.seconds",
        ),
        ({"extra_body": {"priority": 1}}, "priority"),
    ],
)
def test_a_batch_is_refused_at_once(still, changes, param):
    bench, client = still
    good = {"endpoint": "/v1/chat/completions", "completion_window": "24h"}
    file_id = bench.upload(client, ["{}"])
    before = len(list(client.batches.list()))
    with pytest.raises(openai.BadRequestError) as caught:
        client.batches.create(**{"input_file_id": file_id, **good, **changes})
    assert caught.value.param == param
    assert caught.value.body["type"] == "invalid_request_error"
    assert len(list(client.batches.list())) == before


def test_metadata_at_its_limits_is_kept(still, line):
    bench, client = still
    pairs = {f"{number:064}": "v" * 512 for number in range(16)}
    batch = bench.create(client, [line("a")], metadata=pairs)
    assert client.batches.retrieve(batch.id).metadata == pairs


def test_a_vision_file_is_no_input(still):
    _, client = still
    file = client.files.create(file=("a.jsonl", b"{}"), purpose="vision")
    with pytest.raises(openai.BadRequestError):
        client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )


def test_a_cancelled_batch_keeps_what_was_answered(bench, line):
    with bench.serve(pace=1.0, validating=0.0, running=0.0, per_request=0.02) as client:
        batch = bench.create(client, [line(f"r{number}") for number in range(200)])
        while client.batches.retrieve(batch.id).request_counts.completed < 3:
            time.sleep(0.005)
        cancelling = client.batches.cancel(batch.id)
        assert cancelling.status == "cancelling"
        assert client.batches.cancel(batch.id).status in ("cancelling", "cancelled")
        batch = bench.ended(client, batch)
        output, errors = bench.output(client, batch), bench.errors(client, batch)
        with pytest.raises(openai.ConflictError):
            client.batches.cancel(batch.id)
    assert batch.status == "cancelled"
    assert batch.cancelling_at <= batch.cancelled_at
    assert 3 <= len(output) < 200
    ids = [row["custom_id"] for row in (*output, *errors)]
    assert ids == [f"r{number}" for number in range(200)]
    assert {row["error"]["code"] for row in errors} == {"batch_cancelled"}


def test_a_batch_cancelled_while_validating_has_no_files(bench, line):
    with bench.serve(pace=1.0, validating=60) as client:
        batch = bench.create(client, [line("a")])
        client.batches.cancel(batch.id)
        batch = bench.ended(client, batch)
    assert (batch.status, batch.output_file_id, batch.error_file_id) == ("cancelled", None, None)


def test_a_full_queue_fails_the_batch_in_openais_words(bench, line):
    options = {"queue_tokens": 2500, "pace": 1.0, "validating": 0.0, "running": 60.0}
    with bench.serve(**options) as client:
        first = bench.create(client, [line("a"), line("b")])
        second = bench.ended(client, bench.create(client, [line("c")]))
        assert second.status == "failed"
        (error,) = second.errors.data
        assert error.code == "token_limit_exceeded"
        assert "Limit: 2,500 enqueued tokens" in error.message
        assert "gpt-6-luna" in error.message
        assert (error.line, second.request_counts.total) == (None, 0)
        client.batches.cancel(first.id)
        bench.ended(client, first)
        third = bench.create(client, [line("c")])
        while (third := client.batches.retrieve(third.id)).status == "validating":
            time.sleep(0.005)
        assert third.status == "in_progress"


def test_a_queue_can_be_full_of_requests(bench, line):
    options = {"queue_requests": 2, "pace": 1.0, "validating": 0.0, "running": 60.0}
    with bench.serve(**options) as client:
        bench.create(client, [line("a"), line("b")])
        second = bench.ended(client, bench.create(client, [line("c")]))
    (error,) = second.errors.data
    assert error.code == "request_limit_exceeded"
    assert "Limit: 2 enqueued requests" in error.message


def test_a_file_deleted_under_an_open_batch_is_still_answered(bench, line):
    with bench.serve(pace=1.0, running=0.3) as client:
        batch = bench.create(client, [line("a")])
        client.files.delete(batch.input_file_id)
        batch = bench.ended(client, batch)
        assert batch.status == "completed"
        assert len(bench.output(client, batch)) == 1
        names = {path.name for path in bench.directory.glob("w*/files/*")}
        assert names == {batch.output_file_id}


def test_work_waits_for_the_clock_and_goes_on_in_another_process(bench, line):
    slow = {"pace": 1.0, "validating": 0.05, "running": 0.0, "per_request": 0.01}
    ids = [f"r{number}" for number in range(300)]
    with bench.serve(**slow) as client:
        batch = bench.create(client, [line(custom_id) for custom_id in ids])
        while (batch := client.batches.retrieve(batch.id)).request_counts.completed < 5:
            time.sleep(0.005)
    assert batch.status == "in_progress"
    with bench.serve(**slow) as client:
        batch = client.batches.retrieve(batch.id)
        assert batch.status == "in_progress"
        assert batch.output_file_id is None
    with bench.serve(pace=0.0) as client:
        batch = bench.ended(client, batch)
        assert [row["custom_id"] for row in bench.output(client, batch)] == ids


_CHILD = """
import sys, threading
from pathlib import Path
from batchcap.sandbox import Options, serving
with serving(Options(Path(sys.argv[1]), validating=0.0, running=0.0, per_request=0.01)) as url:
    print(url, flush=True)
    threading.Event().wait(60)
"""


def test_a_killed_server_answers_no_row_twice(bench, line):
    ids = [f"r{number}" for number in range(500)]
    directory = bench.directory / "wörld 🌍"
    batch = None
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(directory)], stdout=subprocess.PIPE, text=True
        )
        try:
            url = child.stdout.readline().strip()
            with OpenAI(base_url=url, api_key="k", max_retries=0) as client:
                batch = batch or bench.create(client, [line(custom_id) for custom_id in ids])
                before = client.batches.retrieve(batch.id).request_counts.completed
                while client.batches.retrieve(batch.id).request_counts.completed <= before:
                    time.sleep(0.005)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()
    for part in directory.glob("files/*"):
        if part.name != batch.input_file_id:
            with part.open("ab") as file:
                file.write(b'{"custom_id": "half a li')  # what a kill may leave behind
    with bench.serve() as client:
        batch = bench.ended(client, batch)
        assert [row["custom_id"] for row in bench.output(client, batch)] == ids
        assert batch.request_counts.completed == 500
        assert batch.error_file_id is None


def test_two_servers_of_one_directory_work_each_row_once(bench, line):
    ids = [f"r{number}" for number in range(400)]
    with bench.serve() as first, bench.serve() as second:
        one = bench.create(first, [line(custom_id) for custom_id in ids])
        two = bench.create(second, [line(custom_id) for custom_id in ids])
        for client, batch in ((second, one), (first, two)):
            done = bench.ended(client, batch)
            assert [row["custom_id"] for row in bench.output(client, done)] == ids


def test_when_the_working_server_leaves_another_one_takes_over(bench, line):
    slow = {"pace": 1.0, "validating": 0.0, "running": 0.0, "per_request": 0.02}
    ids = [f"r{number}" for number in range(50)]
    with contextlib.ExitStack() as first_one, contextlib.ExitStack() as second_one:
        first = first_one.enter_context(bench.serve(**slow))
        batch = bench.create(first, [line(custom_id) for custom_id in ids])
        while not first.batches.retrieve(batch.id).request_counts.completed:
            time.sleep(0.005)
        second = second_one.enter_context(bench.serve(**slow))
        first_one.close()
        batch = bench.ended(second, batch)
        assert [row["custom_id"] for row in bench.output(second, batch)] == ids


def test_two_directories_share_nothing(tmp_path, bench, line):
    other = type(bench)(tmp_path / "other")
    other.directory.mkdir()
    with bench.serve() as first, other.serve() as second:
        batch = bench.create(first, [line("a")])
        assert list(second.batches.list()) == []
        with pytest.raises(openai.NotFoundError):
            second.batches.retrieve(batch.id)
