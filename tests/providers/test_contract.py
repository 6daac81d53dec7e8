"""What every provider owes, asked of the sandbox and of a server that nobody here wrote."""

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from batchcap.errors import KeyMissing, ProviderRefused, Unreachable
from batchcap.providers.openai_batch import OpenAIBatch
from batchcap.records import BatchState, Dialect, Submission

ENDED = {BatchState.COMPLETED, BatchState.FAILED, BatchState.CANCELLED, BatchState.EXPIRED}
LLMOCK = """
summary = "llmock"
[settings.provider]
model = "gpt-4o"
base_url = "{url}/v1"
api_key_env = ""
[dialect]
settle_seconds = 0.0
"""


@pytest.fixture(params=["sandbox", "llmock"])
def place(request: pytest.FixtureRequest, served, bare) -> Iterator:
    """A workspace at one of the providers, with one task file that waits."""
    bare.paint("France/Paris/commercial/b.jpg", "Italy/Rome/editorial/a.jpg")
    if request.param == "sandbox":
        with served(queue_tokens=0) as desk:
            desk.done("build")
            yield desk
        return
    url = request.getfixturevalue("llmock_url")
    (bare.root / "llmock.toml").write_text(LLMOCK.format(url=url), encoding="utf-8")
    bare.settings["provider.name"] = "./llmock.toml"
    bare.done("build")
    yield bare


@contextmanager
def opened(place, key: str = "") -> Iterator:
    """Give the provider and a submission of the file that waits."""
    with place.open() as workspace:
        (file,) = workspace.ledger.tasks.files()
        key = key or f"batchcap-{workspace.ledger.workspace_id[:12]}-0001-1"
        yield (
            workspace.provider,
            Submission(1, file, key, time.time()),
            workspace.tasks / file.name,
        )


def ended(provider, remote_id: str):
    for _ in range(600):
        view = provider.view(remote_id)
        if view.state in ENDED:
            return view
        time.sleep(0.02)
    raise AssertionError(f"{remote_id} is still {view.state}")


def test_what_was_sent_is_found_seen_and_fetched(place, tmp_path) -> None:
    with opened(place) as (provider, submission, path):
        assert provider.find(submission, ()) == ""
        remote_id = provider.submit(submission, path, again=False)
        assert provider.find(submission, ()) == remote_id
        other = replace(submission, key="batchcap-another-0001-1")
        assert provider.find(other, (remote_id,)) == ""
        view = ended(provider, remote_id)
        assert view.remote_id == remote_id
        assert view.state is BatchState.COMPLETED
        assert view.metadata["batchcap_key"] == submission.key
        into = tmp_path / "out put.jsonl"
        fetched = provider.fetch(view.output_file_id, "output", into)
        data = into.read_bytes()
        assert (fetched.kind, fetched.name, fetched.bytes) == ("output", into.name, len(data))
        assert fetched.sha256.removeprefix("sha256:") == hashlib.sha256(data).hexdigest()
        asked = {json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()}
        assert {json.loads(line)["custom_id"] for line in data.splitlines()} == asked
        assert [each.name for each in tmp_path.glob("*.part")] == []


def test_another_file_under_the_same_key_is_another_one(place) -> None:
    with opened(place) as (provider, submission, path):
        provider.submit(submission, path, again=False)
        other = replace(submission, file=replace(submission.file, sha256="sha256:" + "0" * 64))
        assert provider.find(other, ()) == ""


def test_what_is_not_there_is_gone_and_no_failure(place, tmp_path) -> None:
    with opened(place) as (provider, _, _):
        assert provider.view("batch_" + "0" * 24).state is BatchState.GONE
        fetched = provider.fetch("file-" + "0" * 24, "error", tmp_path / "x")
        assert (fetched.kind, fetched.name) == ("error", "")
        assert not (tmp_path / "x").exists()


def test_a_cancelled_batch_comes_to_its_end(place) -> None:
    with opened(place) as (provider, submission, path):
        remote_id = provider.submit(submission, path, again=False)
        try:
            provider.cancel(remote_id)
        except ProviderRefused:
            assert provider.view(remote_id).state in ENDED
        assert ended(provider, remote_id).state in (BatchState.CANCELLED, BatchState.COMPLETED)


def test_it_answers_and_takes_the_key(place) -> None:
    with opened(place) as (provider, _, _):
        assert "answers" in provider.check()


def test_a_server_that_is_not_there_is_unreachable_by_every_verb(place, tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    provider = OpenAIBatch(Dialect(), base_url=url, api_key="sk-test")
    provider._client = provider._client.with_options(max_retries=0)
    provider._lists._client = provider._client
    with opened(place) as (_, submission, path):
        for verb in (
            lambda: provider.submit(submission, path, again=False),
            lambda: provider.find(submission, ()),
            lambda: provider.view("batch_1"),
            lambda: provider.fetch("file-1", "output", tmp_path / "x"),
            lambda: provider.cancel("batch_1"),
            provider.check,
        ):
            with pytest.raises(Unreachable) as caught:
                verb()
            assert caught.value.hint
    provider.close()
    assert list(tmp_path.glob("x*")) == []


def test_a_key_that_is_not_taken_is_named_so_by_every_verb(desk, tmp_path) -> None:
    desk.paint("France/Paris/commercial/b.jpg")
    desk.done("build")
    provider = OpenAIBatch(Dialect(), base_url=desk.url, api_key="sk-invalid-1")
    with opened(desk) as (_, submission, path):
        for verb in (
            lambda: provider.submit(submission, path, again=False),
            lambda: provider.find(submission, ()),
            lambda: provider.view("batch_1"),
            lambda: provider.fetch("file-1", "output", tmp_path / "x"),
            lambda: provider.cancel("batch_1"),
            provider.check,
        ):
            with pytest.raises(KeyMissing) as caught:
                verb()
            assert "sk-invalid" not in str(caught.value)
    provider.close()


@pytest.mark.parametrize("said", [b"not json", b"[]", b"{}", b'{"object": "batch"}', b"null", b""])
def test_an_answer_that_is_none_leaves_doubt_and_no_batch(desk, said) -> None:
    """A proxy, a login page, a half answer: never taken for a batch, never a crash."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Odd(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    desk.paint("France/Paris/commercial/b.jpg")
    desk.done("build")
    with ThreadingHTTPServer(("127.0.0.1", 0), Odd) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/v1"
        provider = OpenAIBatch(Dialect(), base_url=url, api_key="sk-test")
        try:
            with opened(desk) as (_, submission, path):
                with pytest.raises(Unreachable):
                    provider.submit(submission, path, again=False)
                with pytest.raises(Unreachable):
                    provider.view("batch_1")
                if said != b"[]":  # a server may list in a bare array
                    with pytest.raises(Unreachable):
                        provider.find(submission, ())
        finally:
            provider.close()
            server.shutdown()
            thread.join()
