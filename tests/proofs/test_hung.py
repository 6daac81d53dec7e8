"""A server that takes every connection and never answers: ``--timeout`` ends the look all the same.

Without a bound each look would take six minutes: two of the client's repetitions, two minutes each.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest


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
