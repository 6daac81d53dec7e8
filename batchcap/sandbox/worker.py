"""The worker: takes every open batch from state to state, row by row, as the clock allows.

Takes: the options and two events. Gives: batches that end, with their two result files.
Never works a row twice: one worker a directory (whoever holds the lock), and after a kill the
result files are cut back to what was recorded with the last chunk.
"""

import itertools
import json
import logging
import math
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from batchcap.sandbox import checks
from batchcap.sandbox.completions import complete
from batchcap.sandbox.faults import BatchFault
from batchcap.sandbox.options import Options
from batchcap.sandbox.row_faults import OUTPUT, Line, Row, lines, unworked
from batchcap.sandbox.store import BatchRow, Store

_CHUNK_SECONDS = 0.1
_CHUNK_ROWS = 500
_TICK = 0.01
_REST = 0.1
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Tally:
    """What a chunk of rows added to its batch."""

    row: int
    position: int
    completed: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(slots=True)
class Worker:
    """Works the batches of one directory until it is told to stop."""

    options: Options
    stop: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)
    _standing: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Work until ``stop`` is set; ``wake`` ends a rest early."""
        directory = self.options.directory
        with (
            closing(Store(directory)) as store,
            closing(sqlite3.connect(directory / "worker.sqlite3", timeout=0)) as lock,
        ):
            lock.isolation_level = None
            mine = False
            while not self.stop.is_set():
                mine = mine or _take(lock)
                self.wake.wait(self._turn(store) if mine else _REST)
                self.wake.clear()

    def _turn(self, store: Store) -> float:
        """Give each open batch its turn; gives the seconds to rest."""
        rest = _REST
        for batch in store.open_batches():
            if self.stop.is_set():
                return 0
            rest = _TICK
            try:
                self._step(store, batch)
                self._standing.pop(batch.id, None)
            except (OSError, sqlite3.OperationalError) as error:
                # a full disk may have room again: the batch stays where it is and is tried again
                if self._standing.get(batch.id) != str(error):
                    _log.warning("sandbox: %s stands still: %s", batch.id, error)
                self._standing[batch.id] = str(error)
                rest = _REST
        return rest

    def _step(self, store: Store, batch: BatchRow) -> None:
        fault = self.options.faults.of_batch(batch.seq)
        if batch.status == "validating":
            self._validate(store, batch, fault)
        elif batch.status == "in_progress":
            self._work(store, batch, fault)
        elif batch.status == "cancelling":
            self._cancel(store, batch, fault)
        elif self._due(batch.finalizing_at, "finalizing", fault) <= time.time():
            self._finish(store, batch, fault, fault.end if fault.end != "failed" else "completed")

    def _due(self, begun: float | None, state: str, fault: BatchFault) -> float:
        seconds = {
            "validating": self.options.validating,
            "finalizing": self.options.finalizing,
            "cancelling": self.options.cancelling,
        }[state]
        return (begun or 0) + seconds * self.options.pace + fault.hold.get(state, 0)

    def _validate(self, store: Store, batch: BatchRow, fault: BatchFault) -> None:
        due = self._due(batch.created_at, "validating", fault)
        if due > time.time():
            return
        found = self._survey(store, batch)
        if found is None:
            return
        if not found.errors and fault.end == "failed":
            line = fault.line or None
            found.errors.append(checks.batch_error(fault.code, fault.message, line=line))
        if not found.errors:
            self._queue(store, found)
        if found.errors:
            errors = json.dumps(found.errors)
            store.move(batch, "failed", errors=errors, model=found.model, failed_at=time.time())
            store.sweep(batch.input_file_id)
            return
        store.move(
            batch,
            "in_progress",
            model=found.model,
            total=found.total,
            queue_tokens=found.tokens,
            # what was due while no server ran counts as elapsed
            in_progress_at=due,
        )

    def _queue(self, store: Store, found: checks.Survey) -> None:
        """Refuse a file that the model's queue has no room for."""
        tokens, requests = store.enqueued(found.model)
        most = self.options.queue_tokens
        if most and tokens + found.tokens > most:
            found.errors.append(checks.queue_error(found.model, most, self.options.spoken))
        most = self.options.queue_requests
        if most and requests + found.total > most:
            found.errors.append(checks.request_queue_error(found.model, most))

    def _survey(self, store: Store, batch: BatchRow) -> checks.Survey | None:
        """Check the input file; None where the server stops meanwhile."""
        path = store.content(batch.input_file_id)
        if not path.exists():
            text = f"Cannot find file {batch.input_file_id}."
            return checks.Survey(errors=[checks.batch_error("invalid_request", text)])
        with path.open("rb") as file:
            going = itertools.takewhile(lambda _line: not self.stop.is_set(), file)
            most, spoken = self.options.most_requests, self.options.spoken
            found = checks.survey(going, batch.endpoint, most, spoken)
        return None if self.stop.is_set() else found

    def _work(self, store: Store, batch: BatchRow, fault: BatchFault) -> None:
        share = fault.at if fault.end in ("expired", "cancelled") else 1.0
        wanted = min(batch.total, math.ceil(batch.total * share))
        span = self.options.pace * (self.options.running + self.options.per_request * batch.total)
        elapsed = time.time() - (batch.in_progress_at or 0) - fault.hold.get("in_progress", 0)
        allowed = (
            batch.total if elapsed >= span else int(batch.total * max(0, elapsed) / (span or 1))
        )
        upto = min(allowed, wanted)
        if batch.row < upto:
            self._chunk(store, batch, upto, "")
        elif elapsed >= span and batch.row < batch.total:
            self._chunk(store, batch, batch.total, fault.end)
        elif elapsed >= span:
            store.move(batch, "finalizing", finalizing_at=time.time())

    def _cancel(self, store: Store, batch: BatchRow, fault: BatchFault) -> None:
        if self._due(batch.cancelling_at, "cancelling", fault) > time.time():
            return
        if batch.row < batch.total:
            self._chunk(store, batch, batch.total, "cancelled")
        else:
            self._finish(store, batch, fault, "cancelled")

    def _chunk(self, store: Store, batch: BatchRow, upto: int, ended: str) -> None:
        """Work rows up to number ``upto``; where the batch has ``ended``, only say so of each."""
        tally = _Tally(batch.row, batch.position)
        until = time.monotonic() + _CHUNK_SECONDS
        with (
            store.content(batch.input_file_id).open("rb") as source,
            _opened(store, batch.output_id, batch.output_bytes) as output,
            _opened(store, batch.error_id, batch.error_bytes) as errors,
        ):
            source.seek(batch.position)
            for request in _requests(source, tally):
                made = self._row(batch, request, tally, ended)
                for line in made:
                    file = output if line.file == OUTPUT else errors
                    file.write(line.text.encode("utf-8", "replace"))
                worked = tally.row - batch.row
                full = worked >= _CHUNK_ROWS or time.monotonic() > until
                if tally.row >= upto or full or self.stop.is_set():
                    break
            output_bytes, error_bytes = output.tell(), errors.tell()
        # after the files are closed: what is recorded is on disk
        store.note(
            batch,
            row=tally.row,
            position=tally.position,
            completed=batch.completed + tally.completed,
            failed=batch.failed + tally.failed,
            input_tokens=batch.input_tokens + tally.input_tokens,
            output_tokens=batch.output_tokens + tally.output_tokens,
            output_bytes=output_bytes,
            error_bytes=error_bytes,
        )

    def _row(
        self, batch: BatchRow, request: dict[str, Any], tally: _Tally, ended: str
    ) -> list[Line]:
        tally.row += 1
        custom_id = request["custom_id"]
        faults = self.options.faults
        if ended:
            if faults.of_batch(batch.seq).unworked == "missing":
                return []
            tally.failed += 1
            return [unworked(custom_id, ended, self.options.spoken)]
        status, body = complete(request["body"], self.options, faults.answer(custom_id))
        if status == 200:  # noqa: PLR2004  HTTP's own number
            tally.input_tokens += body["usage"]["prompt_tokens"]
            tally.output_tokens += body["usage"]["completion_tokens"]
        fault = faults.of_row(custom_id, tally.row, batch.seq)
        made = lines(fault, Row(custom_id, status, body, self.options.spoken))
        good = any(line.file == OUTPUT for line in made)
        tally.completed += good
        tally.failed += not good
        return made

    def _finish(self, store: Store, batch: BatchRow, fault: BatchFault, state: str) -> None:
        """End a batch: its result files appear and its last status with them."""
        keep, always = fault.files != "none", self.options.spoken.always
        empty_error = fault.files == "empty_error" or "error" in always
        has_output = keep and (batch.output_bytes > 0 or "output" in always)
        has_error = keep and (batch.error_bytes > 0 or empty_error)
        ends = {f"{state}_at": time.time(), "has_output": has_output, "has_error": has_error}
        with store.transaction():
            # a cancel that came first wins, and then no file appears
            moved = store.move(batch, state, **ends)
            for wanted, file_id, size, kind in (
                (has_output, batch.output_id, batch.output_bytes, "output"),
                (has_error, batch.error_id, batch.error_bytes, "error"),
            ):
                if moved and wanted:
                    store.content(file_id).touch()
                    name = f"{batch.id}_{kind}.jsonl"
                    lifetime = batch.result_seconds
                    store.add_file(file_id, name, "batch_output", size=size, lifetime=lifetime)
        if moved:
            for file_id in (batch.input_file_id, batch.output_id, batch.error_id):
                store.sweep(file_id)


def _take(lock: sqlite3.Connection) -> bool:
    """Try to become the one worker of the directory; the system frees the lock at any death."""
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True


def _opened(store: Store, file_id: str, size: int) -> BinaryIO:
    """Open a result file at its recorded size, without what was never recorded."""
    path = store.content(file_id)
    if not path.exists():
        path.touch()
    file = path.open("r+b")
    file.truncate(size)
    file.seek(size)
    return file


def _requests(source: BinaryIO, tally: _Tally) -> Iterator[dict[str, Any]]:
    for raw in source:
        tally.position += len(raw)
        if raw.strip():
            yield json.loads(raw)
