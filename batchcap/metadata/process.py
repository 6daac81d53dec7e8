"""One running ExifTool: PyExifTool starts it, a read loop that ends listens to it.

Takes arguments, gives what ExifTool printed. PyExifTool's own loop never sees the end of a dead
process and reads the two streams one after the other; here each has a thread, each call a
deadline. Never hangs, never retries.
"""

import contextlib
import os
import queue
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import exiftool

from batchcap.interrupt import undisturbed

# Before the text of any command: names are UTF-8 on every platform.
COMMON = ("-charset", "filename=utf8")
# Our namespace; with it nothing in ~/.ExifTool_config changes a result.
CONFIG = Path(__file__).with_name("batchcap.config")
# What that file says when it is read: on Windows ExifTool opens no path beyond the system's code
# page. The file's name would not do, for it may stand in the complaint that it cannot be opened.
_READ = "XMP-batchcap is known"
START_SECONDS = 30.0
END_SECONDS = 5.0
_BLOCK = 65536


class ProcessGone(Exception):
    """ExifTool died, did not answer in time or answered nonsense; ``how`` says which."""

    def __init__(self, how: str, message: str) -> None:
        super().__init__(message)
        self.how = how
        self.message = message


class Answer(NamedTuple):
    """What one command printed."""

    out: str
    err: str


class Said:
    """What ExifTool said on its error stream, by file."""

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.split())
        self._lines = [line.strip() for line in text.splitlines() if line.strip()]

    def error(self, path: Path) -> str:
        """Return the first error about a file, "" where there is none."""
        return next(iter(self._about(path, "Error: ")), "")

    def warnings(self, path: Path) -> tuple[str, ...]:
        """Return the warnings about a file."""
        return tuple(self._about(path, "Warning: "))

    def _about(self, path: Path, kind: str) -> list[str]:
        end = f" - {path.as_posix()}"
        return [
            line[len(kind) : -len(end)]
            for line in self._lines
            if line.startswith(kind) and line.endswith(end)
        ]


class _Streams:
    """The two output streams of one process, each emptied by its own thread."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.boxes: list[queue.SimpleQueue[bytes]] = []
        self.threads: list[threading.Thread] = []
        for stream in (process.stdout, process.stderr):
            box: queue.SimpleQueue[bytes] = queue.SimpleQueue()
            thread = threading.Thread(target=_pump, args=(stream, box), daemon=True)
            thread.start()
            self.boxes.append(box)
            self.threads.append(thread)

    def join(self) -> bool:
        """Wait shortly for both threads; False where something still holds a stream open."""
        for thread in self.threads:
            thread.join(END_SECONDS)
        return not any(thread.is_alive() for thread in self.threads)


def _pump(stream: IO[bytes], box: "queue.SimpleQueue[bytes]") -> None:
    """Move a stream's bytes into a box; an empty piece is its end."""
    piece = b"."
    while piece:
        try:
            piece = os.read(stream.fileno(), _BLOCK)
        except (OSError, ValueError):
            piece = b""
        box.put(piece)


def _send(stream: IO[bytes], data: bytes) -> None:
    # A dead process shows itself on its output; a hung one would block the writer.
    with contextlib.suppress(OSError, ValueError):
        stream.write(data)
        stream.flush()


def _until(box: "queue.SimpleQueue[bytes]", mark: bytes, deadline: float) -> bytes:
    """Return what comes before the mark; raises ProcessGone at the end or at the deadline."""
    got = bytearray()
    while not bytes(got[-len(mark) - 4 :]).rstrip().endswith(mark):
        try:
            piece = box.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise ProcessGone("hung", "ExifTool did not answer in time") from None
        if not piece:
            raise ProcessGone("died", "ExifTool ended in the middle of its work")
        got += piece
    return bytes(got).rstrip()[: -len(mark)]


class Process(exiftool.ExifTool):  # type: ignore[misc]  # PyExifTool carries no types
    """A stay-open ExifTool whose calls end: with an answer or with ProcessGone.

    ``marks`` says whether it knows batchcap's own namespace.
    """

    def __init__(self, executable: str) -> None:
        super().__init__(
            executable=executable,
            common_args=list(COMMON),
            config_file=str(CONFIG) if CONFIG.is_file() else "",
            encoding="utf-8",
        )
        self._streams: _Streams | None = None
        self.marks = False

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def run(self) -> None:
        """Start the process, deaf to Ctrl-C: it is for batchcap to end it, between two photos."""
        with undisturbed():
            super().run()

    def execute(self, *params: str | bytes, raw_bytes: bool = False) -> Any:
        """Answer PyExifTool's own question for the version."""
        answer = self.ask([p if isinstance(p, str) else p.decode() for p in params], START_SECONDS)
        self.marks = self.marks or _READ in answer.err
        return answer.out.encode() if raw_bytes else answer.out

    def ask(self, arguments: Sequence[str], seconds: float) -> Answer:
        """Run one command; raises ProcessGone, and the process is then no more."""
        if self._process is None:
            raise ProcessGone("died", "ExifTool is not running")
        process = self._process
        streams = self._streams = self._streams or _Streams(process)
        # A number that no text in a photo can know.
        number = 10**8 + secrets.randbelow(9 * 10**8)
        lines = [*arguments, "-echo4", f"{{post{number}}}", f"-execute{number}", ""]
        command = "\n".join(lines).encode("utf-8")
        deadline = time.monotonic() + seconds
        threading.Thread(target=_send, args=(process.stdin, command), daemon=True).start()
        try:
            out = _until(streams.boxes[0], f"{{ready{number}}}".encode(), deadline)
            err = _until(streams.boxes[1], f"{{post{number}}}".encode(), deadline)
        except BaseException:
            self.kill()
            raise
        return Answer(out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def terminate(self, timeout: float = END_SECONDS, _del: bool = False) -> None:  # noqa: FBT001, FBT002
        """End the process politely, by force where it does not listen."""
        if self._process is None:
            return
        if self.running and not _del:
            _send(self._process.stdin, b"-stay_open\nFalse\n")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
        self.kill()

    def kill(self) -> None:
        """End the process at once, with what it started."""
        process, streams = self._process, self._streams
        self._streams = None
        self._flag_running_false()
        if process is None:
            return
        if process.poll() is None:
            if sys.platform == "win32":  # the Windows ExifTool is a launcher with a child
                command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
                subprocess.run(command, capture_output=True, check=False)
            process.kill()
            process.wait()
        # Where a child of a dead launcher holds a pipe, its thread keeps waiting, and the pipe
        # stays open with it: closing it under the thread could hit another file's number.
        if streams is None or streams.join():
            for stream in (process.stdin, process.stdout, process.stderr):
                with contextlib.suppress(OSError):
                    stream.close()
