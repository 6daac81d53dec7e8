"""A life that ends at a chosen moment: all stages in this process, killed at its N-th event.

Run as a script: child.py WORKSPACE SERVER KIND N EVENTS. An event is a commit of the ledger, a
rename of a file, a request on its way to the server, or an answer on its way back; the kill comes
just before the N-th of that kind ("*": of any). N = 0 lives on. What happened is written to the
file EVENTS, a line an event.

Nothing of the program is replaced: commits are seen by SQLite's own trace, renames by Python's
audit events, requests by a proxy between the client and the server.
"""

import contextlib
import http.client
import http.server
import os
import signal
import sqlite3
import sys
import threading
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

Event = Callable[[str], None]
SHOWN = ("content-type", "content-length", "retry-after")


class Life:
    """Counts events and ends at the one that was chosen."""

    def __init__(self, root: Path, kind: str, last: int, told: Path) -> None:
        self.root = root
        self.kind = kind
        self.last = last
        self.told = told.open("w", encoding="utf-8")
        self.count = 0
        self.lock = threading.Lock()

    def event(self, what: str) -> None:
        with self.lock:
            self.count += self.kind in ("*", what)
            self.told.write(f"{what}\n")
            self.told.flush()
            if self.kind in ("*", what) and self.count == self.last:
                # On Windows, which has no SIGKILL, every signal is TerminateProcess.
                os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
                threading.Event().wait()

    def watch(self, event: str, details: tuple[Any, ...]) -> None:
        """Hear Python's audit events."""
        if event == "sqlite3.connect/handle":
            trace(details[0], self.event)
        elif event == "os.rename":
            path = Path(os.fsdecode(details[1]))
            if path.is_relative_to(self.root):  # Python renames what it compiled, elsewhere
                self.event(f"rename {path.suffix}")


def trace(connection: sqlite3.Connection, event: Event) -> None:
    """Tell of every statement that makes something last."""

    def heard(statement: str) -> None:
        word = statement.lstrip().split(maxsplit=1)[0].rstrip(";").upper()
        alone = word in ("INSERT", "UPDATE", "DELETE") and not connection.in_transaction
        if word == "COMMIT" or (alone and "temp." not in statement):
            event("commit")

    def ready(*_: Any) -> None:
        # The audit event comes a moment before the connection can be used.
        with contextlib.suppress(sqlite3.ProgrammingError):
            connection.set_trace_callback(heard)
            sys.setprofile(None)

    sys.setprofile(ready)


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands a request on and its answer back, and tells of both before it does."""

    protocol_version = "HTTP/1.1"
    event: ClassVar[Event]
    server_address: ClassVar[str]

    def do_GET(self) -> None:
        self.hand_on()

    def do_POST(self) -> None:
        self.hand_on()

    def hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        steps = urllib.parse.urlsplit(self.path).path.split("/")[2:]
        kind = "/".join("ID" if step.startswith(("file-", "batch_")) else step for step in steps)
        type(self).event(f"ask {self.command} {kind}")
        upstream = http.client.HTTPConnection(self.server_address, timeout=60)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        said = answer.read()
        type(self).event(f"hear {self.command} {kind}")
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() in SHOWN:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)
        upstream.close()

    def log_message(self, *_: Any) -> None:
        """Say nothing on the way."""


def proxied(server: str, event: Event) -> str:
    """Start the proxy before a server and return its address."""
    Proxy.event = staticmethod(event)
    Proxy.server_address = urllib.parse.urlsplit(server).netloc
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    listening.daemon_threads = True
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{listening.server_port}/v1"


class Dumb:
    """A display that shows nothing."""

    def bar(self, *_: Any) -> Any:
        from batchcap.render import Silent

        return Silent()

    def say(self, _text: str) -> None:
        """Show nothing."""


def live(root: Path, server: str) -> None:
    """Run all stages to the end, each on a workspace opened anew."""
    from batchcap.stages.build import Order, build
    from batchcap.stages.join import join
    from batchcap.stages.poll import Patience, poll
    from batchcap.stages.submit import send_next, submit
    from batchcap.workspace import Outside, open_workspace

    outside = Outside({}, Dumb(), lambda _: None, {"provider.base_url": server})
    for stage in (
        lambda workspace: build(workspace, Order()),
        submit,
        lambda workspace: poll(workspace, Patience(wait=True), send_next),
        join,
    ):
        with open_workspace(root, outside) as workspace:
            stage(workspace)


def main() -> None:
    root, server, kind, last, told = sys.argv[1:]
    life = Life(Path(root), kind, int(last), Path(told))
    sys.addaudithook(life.watch)
    live(Path(root), proxied(server, life.event))
    life.event("end")


if __name__ == "__main__":
    main()
