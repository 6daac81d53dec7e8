"""What goes wrong, as data: a table of row, batch and HTTP faults, none by default.

Takes a mapping or a TOML file. Gives a frozen Faults. Never acts itself: row_faults.py, worker.py
and http_faults.py do. Counts are kept with the state, so ``nth = [1]`` means once, over restarts.

    [server]                   # how the server is all the time; see options.py
    queue_tokens = 90000       # enqueued prompt tokens of a model at once; 0: no limit
    queue_requests = 0         # the same in requests
    max_requests = 0           # of an input file; 0: as many as the dialect takes
    max_upload_bytes = 0
    pace = 1.0                 # 0: as fast as it goes; the seconds below are multiplied by it
    validating = 0.2           # seconds in each state; per_request is added to running
    running = 0.3
    per_request = 0.0002
    finalizing = 0.1
    cancelling = 0.1

    [answers]                  # the literal answer of rows whose custom_id holds the text; "*" all
    "*" = "No."

    [[row]]                    # one row; the first entry that fits a row is used
    kind = "http_error"        # http_error status code message | no_response | refusal text | empty
                               # truncated | content_filter | chatter | bad_json | body_string
                               # status_zero | error_in_output | expired | timeout | lost code
                               # missing | duplicate text | stranger | broken_line
    match = "a1"               # part of the custom_id (of the prompt, in /chat/completions)
    every = 3                  # only each third row that stands in the file
    batches = [1]              # only in the first batch that was ever created here

    [[batch]]                  # one batch; the first entry that fits is used
    nth = [1, 2]               # which batches, 1 is the first created here; none: all
    end = "expired"            # completed | failed (code, message, line) | expired | cancelled
    at = 0.5                   # the share of rows that are worked before expired or cancelled
    unworked = "missing"       # the rest of them: "lines" in the error file, or "missing"
    files = "none"             # keep | none (ended without any file) | empty_error (a 0-byte one)
    late_files = 2             # so many looks at the ended batch do not name its files yet
    blank_ids = true           # "" where a file id is null
    show = {status = "DONE"}   # members of the batch object, replaced once it has ended
    show_open = {}             # the same while it is open
    hold = {validating = 5.0}  # extra seconds in a state

    [[http]]                   # one exchange; the first entry that fits is used
    on = "create"              # upload files file content delete | create batches retrieve cancel
                               # chat models | any
    kind = "drop_before"       # drop_before | drop_after: hang up before or after the act
                               # error | error_after: status, code, message, headers
                               # broken_body: half the JSON | cut: hang up after ``bytes`` of body
                               # short: the whole lines in ``bytes`` of body, as if those were all
                               # delay: ``seconds`` before the act | slow: ``seconds`` a body chunk
    nth = [1, 2]               # which occurrences, or
    every = 2                  # each second one; neither: all
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

ROW_KINDS = (
    *("http_error", "no_response", "refusal", "empty", "truncated", "content_filter", "chatter"),
    *("bad_json", "body_string", "status_zero", "error_in_output", "expired", "timeout", "lost"),
    *("missing", "duplicate", "stranger", "broken_line"),
)
HTTP_KINDS = (
    *("drop_before", "drop_after", "error", "error_after"),
    *("broken_body", "cut", "short", "delay", "slow"),
)
OPERATIONS = (
    *("upload", "files", "file", "content", "delete", "create", "batches", "retrieve", "cancel"),
    *("chat", "models", "any"),
)
SERVER_COUNTS = ("queue_tokens", "queue_requests", "max_requests", "max_upload_bytes")
SERVER_SECONDS = ("pace", "validating", "running", "per_request", "finalizing", "cancelling")
ENDS = ("completed", "failed", "expired", "cancelled")


def _among(word: str, known: Iterable[str], what: str) -> None:
    if word in (known := sorted(known)):
        return
    near = difflib.get_close_matches(word, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise ValueError(f"faults: unknown {what} {word!r}; {hint}")


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing that happens to a row; ValueError for an unknown kind."""

    kind: str
    match: str = ""
    every: int = 0
    batches: tuple[int, ...] = ()
    status: int = 500
    code: str = ""
    message: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        _among(self.kind, ROW_KINDS, "row kind")

    def fits(self, text: str, number: int, batch: int) -> bool:
        """Tell whether this row is hit: its custom_id, its number from 1, its batch's from 1."""
        if self.batches and batch not in self.batches:
            return False
        return self.match in text and (not self.every or number % self.every == 0)


@dataclass(frozen=True, slots=True)
class BatchFault:
    """How a batch ends, and how it is shown; ValueError for an unknown end."""

    nth: tuple[int, ...] = ()
    end: str = "completed"
    at: float = 1.0
    code: str = "internal_error"
    message: str = "The batch could not be processed."
    line: int = 0
    unworked: str = "lines"
    files: str = "keep"
    late_files: int = 0
    blank_ids: bool = False
    show: Mapping[str, Any] = field(default_factory=dict)
    show_open: Mapping[str, Any] = field(default_factory=dict)
    hold: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _among(self.end, ENDS, "end")
        _among(self.unworked, ("lines", "missing"), "unworked")
        _among(self.files, ("keep", "none", "empty_error"), "files")
        for state in self.hold:
            _among(state, ("validating", "in_progress", "finalizing", "cancelling"), "state")


@dataclass(frozen=True, slots=True)
class HttpFault:
    """One thing that happens to an exchange; ValueError for an unknown kind or operation."""

    kind: str
    on: str = "any"
    nth: tuple[int, ...] = ()
    every: int = 0
    status: int = 500
    code: str = ""
    message: str = "The server had an error while processing your request."
    headers: Mapping[str, str] = field(default_factory=dict)
    bytes: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        _among(self.kind, HTTP_KINDS, "http kind")
        _among(self.on, OPERATIONS, "operation")

    def fits(self, operation: str, occurrence: int) -> bool:
        """Tell whether this exchange is hit; the occurrence of its operation counts from 1."""
        if self.on not in ("any", operation):
            return False
        if self.nth:
            return occurrence in self.nth
        return not self.every or occurrence % self.every == 0


NO_BATCH_FAULT = BatchFault()


@dataclass(frozen=True, slots=True)
class Faults:
    """Everything that goes wrong in one sandbox; nothing by default.

    ``server`` holds what a server is told of its clock and its limits, by the names in options.py.
    """

    rows: tuple[RowFault, ...] = ()
    batches: tuple[BatchFault, ...] = ()
    http: tuple[HttpFault, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    server: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> "Faults":
        """Read the five tables; ValueError names what is unknown."""
        for key in data:
            _among(key, ("answers", "row", "batch", "http", "server"), "table")
        answers = data.get("answers", {})
        if not isinstance(answers, Mapping) or not all(
            isinstance(text, str) for text in answers.values()
        ):
            raise ValueError('faults: [answers] must be a table: "part of a custom_id" = "text"')
        return cls(
            rows=_records(RowFault, data, "row"),
            batches=_records(BatchFault, data, "batch"),
            http=_records(HttpFault, data, "http"),
            answers=dict(answers),
            server=_server(data.get("server", {})),
        )

    def of_batch(self, ordinal: int) -> BatchFault:
        """Give the fault of the batch that was created as number ``ordinal``, from 1."""
        fitting = (fault for fault in self.batches if not fault.nth or ordinal in fault.nth)
        return next(fitting, NO_BATCH_FAULT)

    def of_row(self, text: str, number: int, batch: int) -> RowFault | None:
        """Give the first fault that fits a row."""
        return next((fault for fault in self.rows if fault.fits(text, number, batch)), None)

    def answer(self, custom_id: str) -> str | None:
        """Give the literal answer of a row; a part of its custom_id goes before ``*``."""
        parts = (text for part, text in self.answers.items() if part != "*" and part in custom_id)
        return next(parts, self.answers.get("*"))


def _server(table: Any) -> dict[str, float]:
    if not isinstance(table, Mapping):
        raise ValueError("faults: [server] must be a table")  # noqa: TRY004  as all of them
    for name, value in table.items():
        _among(name, (*SERVER_COUNTS, *SERVER_SECONDS), "key in [server]")
        wanted = int if name in SERVER_COUNTS else (int, float)
        if not isinstance(value, wanted) or isinstance(value, bool) or not 0 <= value < math.inf:
            kind = "a whole number" if name in SERVER_COUNTS else "a number"
            raise ValueError(f"faults: {name} in [server] must be {kind} from 0 up")
    return dict(table)


_T = TypeVar("_T", RowFault, BatchFault, HttpFault)


def _records(kind: type[_T], data: Mapping[str, Any], table: str) -> tuple[_T, ...]:
    entries = data.get(table, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"faults: write [[{table}]], once an entry")
    return tuple(_record(kind, entry, table) for entry in entries)


def _record(kind: type[_T], entry: dict[str, Any], table: str) -> _T:
    known = {item.name: item for item in fields(kind)}
    for name, value in entry.items():
        _among(name, known, f"key in [[{table}]]")
        item = known[name]
        default = item.default_factory() if item.default_factory is not MISSING else item.default
        wanted = str if default is MISSING else type(default)
        accepted = {float: (int, float), tuple: (list, tuple)}.get(wanted, wanted)
        if not isinstance(value, accepted) or (isinstance(value, bool) and wanted is not bool):
            raise ValueError(f"faults: {name} in [[{table}]] must be of type {wanted.__name__}")
    if "kind" in known and "kind" not in entry:
        raise ValueError(f"faults: an entry of [[{table}]] has no kind")
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    return kind(**values)
