import contextlib
import json

import openai
import pytest

from batchcap.sandbox.faults import OPERATIONS
from batchcap.sandbox.http_faults import operation_of


@pytest.mark.parametrize(("kind", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_create_may_or_may_not_have_happened(bench, line, kind, made):
    with bench.serve({"http": [{"on": "create", "kind": kind, "nth": [1]}]}) as client:
        with pytest.raises(openai.APIConnectionError):
            bench.create(client, [line("a")])
        assert len(list(client.batches.list())) == made
        assert bench.create(client, [line("a")]).status == "validating"


@pytest.mark.parametrize(("kind", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_upload_may_or_may_not_have_happened(bench, kind, made):
    with bench.serve({"http": [{"on": "upload", "kind": kind, "nth": [1]}]}) as client:
        with pytest.raises(openai.APIConnectionError):
            bench.upload(client, ["x" * 2_000_000])
        assert len(list(client.files.list())) == made
        assert bench.upload(client, ["{}"])


@pytest.mark.parametrize(("kind", "made"), [("error", 0), ("error_after", 1)])
@pytest.mark.parametrize("status", [500, 502, 429, 400])
def test_an_error_has_its_status_code_words_and_headers(bench, line, kind, made, status):
    fault = {
        "on": "create",
        "kind": kind,
        "nth": [1],
        "status": status,
        "code": "odd",
        "message": "Please try again in 644ms.",
        "headers": {"retry-after": "7"},
    }
    with bench.serve({"http": [fault]}) as client:
        with pytest.raises(openai.APIStatusError) as caught:
            bench.create(client, [line("a")])
        assert len(list(client.batches.list())) == made
    assert (caught.value.status_code, caught.value.code) == (status, "odd")
    assert caught.value.response.headers["retry-after"] == "7"
    assert caught.value.body["message"] == "Please try again in 644ms."


def test_a_broken_body_is_no_json(bench, line):
    faults = {"http": [{"on": name, "kind": "broken_body"} for name in ("create", "retrieve")]}
    with bench.serve(faults) as client:
        for ask in (lambda: bench.create(client, [line("a")]),
                    lambda: client.batches.retrieve("batch_x")):  # fmt: skip
            with pytest.raises(json.JSONDecodeError):
                ask()
        assert len(list(client.batches.list())) == 1


def test_a_download_is_cut_after_its_bytes_and_then_whole(bench):
    text = json.dumps("x" * 500_000) + "\n"
    got = bytearray()

    def download(client, file_id):
        with client.files.with_streaming_response.content(file_id) as answer:
            for part in answer.iter_bytes():
                got.extend(part)

    cut = {"on": "content", "kind": "cut", "bytes": 100_000, "nth": [1]}
    with bench.serve({"http": [cut]}) as client:
        file_id = bench.upload(client, [text.strip()])
        with pytest.raises(Exception, match=r"(?i)peer closed|incomplete"):
            download(client, file_id)
        assert bytes(got) == text.encode()[:100_000]
        got.clear()
        download(client, file_id)
        assert bytes(got) == text.encode()


def test_occurrences_are_counted_over_restarts(bench):
    faults = {"http": [{"on": "models", "kind": "error", "nth": [2]}]}
    outcomes = []
    for _ in range(3):
        with bench.serve(faults) as client:
            try:
                client.models.list()
                outcomes.append("good")
            except openai.InternalServerError:
                outcomes.append("bad")
    assert outcomes == ["good", "bad", "good"]


def test_every_other_exchange_and_any_operation(bench):
    with bench.serve({"http": [{"kind": "error", "every": 2, "status": 503}]}) as client:
        client.models.list()
        client.files.list()
        for ask in (client.models.list, client.files.list):
            with pytest.raises(openai.InternalServerError):
                ask()


@pytest.mark.parametrize("kind", ["delay", "slow"])
def test_a_late_answer_meets_the_clients_time_out(bench, kind):
    with bench.serve(
        {"http": [{"on": "models", "kind": kind, "seconds": 0.5, "nth": [1]}]}
    ) as client:
        with pytest.raises(openai.APITimeoutError):
            client.with_options(timeout=0.1).models.list()
        assert client.models.list().data


def test_the_client_retries_what_it_is_told_to(bench, line):
    faults = {"http": [{"on": "create", "kind": "drop_after", "nth": [1]}]}
    with bench.serve(faults) as client:
        file_id = bench.upload(client, [line("a")])
        client.with_options(max_retries=2).batches.create(
            input_file_id=file_id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        assert len(list(client.batches.list())) == 2


def test_each_endpoint_has_the_name_of_its_operation(bench, body):
    names = [name for name in OPERATIONS if name != "any"]
    faults = {
        "http": [{"on": name, "kind": "error", "status": 418, "code": name} for name in names]
    }
    with bench.serve(faults) as client:
        asks = {
            "upload": lambda: bench.upload(client, ["{}"]),
            "files": client.files.list,
            "file": lambda: client.files.retrieve("x"),
            "content": lambda: client.files.content("x"),
            "delete": lambda: client.files.delete("x"),
            "create": lambda: client.batches.create(
                input_file_id="x", endpoint="/v1/chat/completions", completion_window="24h"
            ),
            "batches": client.batches.list,
            "retrieve": lambda: client.batches.retrieve("x"),
            "cancel": lambda: client.batches.cancel("x"),
            "chat": lambda: client.chat.completions.create(**body()),
            "models": client.models.list,
        }
        assert set(asks) == set(names)
        for name, ask in asks.items():
            with pytest.raises(openai.APIStatusError) as caught:
                ask()
            assert caught.value.code == name
    assert operation_of("GET", "/") == operation_of("PUT", "/v1/files") == ""


def test_a_hung_up_server_still_stops(bench):
    with bench.serve({"http": [{"kind": "drop_before"}]}) as client:
        for _ in range(3):
            with contextlib.suppress(openai.APIConnectionError):
                client.models.list()
