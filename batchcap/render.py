"""A result, an error or progress → the terminal, or one JSON object. Nothing else prints.

Results go to stdout; progress and messages go to stderr.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TextIO

from batchcap.errors import BatchcapError
from batchcap.problems import MORE
from batchcap.records import Exit, Problem, ProgressBar, StageResult
from batchcap.tables import shown

VERSION = 1
COMMAND = "batchcap "
# Problems a person is shown; --json lists more of them.
MOST_PROBLEMS = 20
# Progress is shown for what takes longer than this, and plain lines this far apart: seconds.
PATIENCE = 2.0
LINE_EVERY = 5.0
MINUTE = 60
HOUR = 3600

STATUS = {
    Exit.DONE: "done",
    Exit.FAILED: "failed",
    Exit.WAITING: "waiting",
    Exit.HELD: "held",
}


def envelope(result: StageResult) -> dict[str, Any]:
    """Return a result as the JSON object that scripts hold on to."""
    return {
        "version": VERSION,
        "command": result.command,
        "status": STATUS.get(result.exit_code, "error"),
        "exit_code": int(result.exit_code),
        "counts": dict(result.counts),
        "problems": [
            {"code": each.code, "message": each.message, "photo": each.photo, "hint": each.hint}
            for each in result.problems
        ],
        "data": dict(result.data),
        "next": result.next,
    }


def failure(command: str, error: BatchcapError) -> StageResult:
    """Return an error as a result: what happened, what was kept, what to type next."""
    problem = Problem(error.code, str(error), hint=error.hint)
    # A hint is a command, or ends with one: «make room, then: batchcap write».
    begun = error.hint.startswith(COMMAND)
    _, found, words = error.hint.partition(f": {COMMAND}")
    then = error.hint if begun else f"{COMMAND}{words}" if found else ""
    return StageResult(command, Exit(error.exit_code), problems=(problem,), next=then)


class Terminal:
    """Where a command shows what it does and what came of it."""

    def __init__(self, out: TextIO, messages: TextIO, *, as_json: bool, quiet: bool) -> None:
        self._out = out
        self._messages = messages
        self._as_json = as_json
        self._quiet = quiet

    def bar(self, title: str, total: int | None) -> ProgressBar:
        """Return a display that counts to ``total``."""
        if self._quiet:
            return Silent()
        if self._messages.isatty():
            return Live(title, total, self._messages)
        return Plain(title, total, self._messages)

    def say(self, text: str) -> None:
        """Tell one line on the way."""
        if not self._quiet:
            _print(self._messages, text)

    def show(self, result: StageResult) -> None:
        """Show a result: one JSON object on stdout, or words."""
        if self._as_json:
            _print(self._out, json.dumps(envelope(result), ensure_ascii=False))
            return
        words = shown(result)
        if words and not (self._quiet and result.exit_code == Exit.DONE):
            _print(self._out, words)
        for line in _listed(result.problems):
            _print(self._messages, line)
        if result.next and not self._quiet:
            _print(self._messages, f"Next: {result.next}")


def _listed(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield the first problems, how many there are besides, and where all of them are found."""
    each_one = [each for each in problems if each.code != MORE]
    yield from map(_told, each_one[:MOST_PROBLEMS])
    if (rest := len(each_one) - MOST_PROBLEMS) > 0:
        yield f"  … and {rest:,} more: add --json to see them"
    yield from (_told(each) for each in problems if each.code == MORE)


def _told(problem: Problem) -> str:
    then = f"\n    → {problem.hint}" if problem.hint else ""
    return f"  ! {_said(problem)}{then}"


def _said(problem: Problem) -> str:
    """Return whom it is about and what, the name once: many a message begins with it."""
    photo, message = problem.photo, problem.message
    if not photo:
        return message
    for name in (photo, photo.rpartition("/")[2]):
        if message.startswith((f"{name} ", f"{name}:")):
            return f"{photo}{message[len(name) :]}"
    return f"{photo}: {message}"


def _print(stream: TextIO, text: str) -> None:
    stream.write(f"{text}\n")
    stream.flush()


class Silent:
    """Shows nothing."""

    def advance(self, step: int = 1) -> None:
        """Count ``step`` more."""

    def note(self, text: str) -> None:
        """Show what is being done now."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop showing."""


class Plain(Silent):
    """Tells lines, now and then, where stderr is no terminal."""

    def __init__(self, title: str, total: int | None, stream: TextIO) -> None:
        self._title, self._total, self._stream = title, total, stream
        self._done = 0
        self._begun = self._told = time.monotonic()

    def advance(self, step: int = 1) -> None:
        """Count ``step`` more and tell it where some time has passed."""
        self._done += step
        now = time.monotonic()
        if now - self._begun >= PATIENCE and now - self._told >= LINE_EVERY:
            self._told = now
            _print(self._stream, f"{self._title}: {self.progress(now)}")

    def progress(self, now: float) -> str:
        """Return counts, rate and time left in words."""
        seconds = max(now - self._begun, 1e-9)
        rate = self._done / seconds
        if self._total is None:
            return f"{self._done:,} ({rate:,.1f}/s)"
        left = (self._total - self._done) / rate if rate else 0.0
        return f"{self._done:,} of {self._total:,} ({rate:,.1f}/s, {duration(left)} left)"


def duration(seconds: float) -> str:
    """Return a duration as people say it."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.1f} h"


class Live(Silent):
    """A bar with counts, rate and time left on a terminal, shown after two seconds."""

    def __init__(self, title: str, total: int | None, stream: TextIO) -> None:
        self._title, self._total, self._stream = title, total, stream
        self._begun = time.monotonic()
        self._done = 0
        self._note = ""
        self._progress: Any = None
        self._task: Any = None

    def advance(self, step: int = 1) -> None:
        """Count ``step`` more."""
        self._done += step
        self._show()

    def note(self, text: str) -> None:
        """Show what is being done now."""
        self._note = text
        self._show()

    def _show(self) -> None:
        if self._progress is None:
            if time.monotonic() - self._begun < PATIENCE:
                return
            self._start()
        rate = self._done / max(time.monotonic() - self._begun, 1e-9)
        self._progress.update(
            self._task, completed=self._done, note=self._note, rate=f"{rate:,.1f}/s"
        )

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=Console(file=self._stream),
            transient=True,
        )
        self._task = self._progress.add_task(
            self._title, total=self._total, note=self._note, rate=""
        )
        self._progress.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()


def ready_for_any_name(*streams: TextIO) -> None:
    """Let a terminal that lacks a letter show a mark instead of failing."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def standard(*, as_json: bool, quiet: bool) -> Terminal:
    """Return the terminal that this process was started on."""
    ready_for_any_name(sys.stdout, sys.stderr)
    return Terminal(sys.stdout, sys.stderr, as_json=as_json, quiet=quiet)
