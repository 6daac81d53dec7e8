"""A server that takes every connection and never answers: ``--timeout`` ends the wait all the same.

Without a bound each look would take six minutes: two of the client's repetitions, two minutes each;
and an upload a quarter of an hour.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batchcap.errors import Unreachable
from batchcap.providers.openai_batch import OpenAIBatch
from batchcap.records import Dialect, Submission, TaskFile


@contextlib.contextmanager
def silent(bench: Any) -> Iterator[None]:
    """Listen where the sandbox did; take what comes and say nothing."""
    port = int(bench.url.rpartition(":")[2].removesuffix("/v1"))
    taken: list[socket.socket] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                taken.append(listener.accept()[0])

    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    for each in taken:
        each.close()


def polled(bench: Any, timeout: float) -> Any:
    """Poll in a thread that is not awaited for ever."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(bench.poll(timeout=timeout)), daemon=True)
    thread.start()
    thread.join(100)
    assert found, "the look outlived its time by far"
    return found[0]


@pytest.mark.parametrize("answered", ["in_progress", "completed"])
def test_a_look_that_hangs_ends_with_the_timeout(making, answered) -> None:
    """Also where it is the download that hangs, and where there are more batches to look at."""
    bench = making(6)
    bench.flags = {"limits.max_requests": "2"}
    hold = 600.0 if answered == "in_progress" else 0.0
    refused = {"on": "content", "kind": "error", "status": 400, "message": "Not now."}
    with bench.serving({"batch": [{"hold": {"in_progress": hold}}], "http": [refused]}):
        bench.sent()
        while {each["status"] for each in bench.batches()} != {answered}:
            time.sleep(0.01)
        # Of what has ended, the files are all that is left to ask for.
        assert bench.poll(wait=False).exit_code == (3 if answered == "in_progress" else 1)
    with silent(bench):
        told = polled(bench, 1.0)
    assert (told.exit_code, told.next) == (3, "batchcap poll --wait")
    assert [each.code for each in told.problems] == ["unreachable"]
    assert bench.states() == {"submitted": 6}


@pytest.mark.parametrize("hung", ["upload", "create"])
def test_a_sending_that_hangs_ends_with_the_timeout_and_is_paid_once(making, hung) -> None:
    """What comes of it is looked for by the next command; nothing else is begun meanwhile."""
    bench = making(4)
    bench.flags = {"limits.max_requests": "2"}
    bench.build()
    seconds = 2.5 if hung == "create" else 20.0  # a batch that is being made is waited for
    with bench.serving({"http": [{"on": hung, "kind": "delay", "seconds": seconds, "nth": [1]}]}):
        told = polled(bench, 2.0)
        assert (told.exit_code, told.next) == (3, "batchcap poll --wait")
        assert bench.states() == {"built": 2, "submitted": 2}
        made = hung == "create"
        assert [each.code for each in told.problems] == [] if made else ["unreachable"]
        assert len(bench.batches()) == made
        bench.poll()
        bench.join()
        assert len(bench.batches()) == 2
    assert bench.states() == {"captioned": 4}
    bench.balanced()


def test_an_upload_that_crawls_is_cut_off(tmp_path: Path) -> None:
    """Each of its pieces is taken in time, and the whole of it would not be."""
    path = tmp_path / "0001.jsonl"
    with path.open("wb") as file:
        file.truncate(1 << 28)
    end = time.monotonic() + 0.5
    read = 0

    def crawl() -> None:
        nonlocal read
        taken, _ = listener.accept()
        with taken, contextlib.suppress(OSError):
            while part := taken.recv(1 << 16):
                read += len(part)
                time.sleep(0.01)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=crawl, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        file = TaskFile(1, path.name, "sha256:0", 1 << 28, 1, 1, 1, "m", "e")
        provider = OpenAIBatch(
            Dialect(), base_url=url, api_key="sk", left=lambda: end - time.monotonic()
        )
        with pytest.raises(Unreachable, match=r"before 0001.jsonl was uploaded"):
            provider.submit(Submission(1, file, "batchcap-a-0001-1", 0.0), path, again=False)
        provider.close()
    thread.join(60)
    assert 0 < read < 1 << 27
