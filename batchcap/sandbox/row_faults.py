"""What a fault makes of one row: the lines that go into the output and the error file.

Takes: a row's true answer and its fault. Gives: the lines, in order. Never reads a clock or a file.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from batchcap.sandbox.dialects import Dialect
from batchcap.sandbox.faults import RowFault
from batchcap.sandbox.shapes import answered_line, error, unanswered_line
from batchcap.sandbox.speech import result_line

OUTPUT, ERROR = "output", "error"
EXPIRED = "This request could not be executed before the completion window expired."
CANCELLED = "This request was not executed because the batch was cancelled."
_OK = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One request of a batch, its true answer, and how that is said."""

    custom_id: str
    status: int
    body: Any
    spoken: Dialect


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a result file, with its line end."""

    file: str
    text: str


def lines(fault: RowFault | None, row: Row) -> list[Line]:
    """Give the lines of a row: one, unless its fault wants none or more."""
    if fault is None:
        return [_true(row)]
    if fault.kind in BODIES:
        status, body = bend(fault, row.status, row.body)
        return [_true(replace(row, status=status, body=body))]
    return _LINES[fault.kind](fault, row)


def bend(fault: RowFault, status: int, body: Any) -> tuple[int, Any]:
    """Apply a fault that changes an answer; those that change lines leave it alone."""
    if fault.kind == "http_error":
        text = fault.message or _MESSAGES.get(fault.status, "This request failed.")
        code = fault.code or _CODES.get(fault.status)
        return fault.status, error(fault.status, text, code=code)
    if fault.kind not in BODIES or status != _OK:
        return status, body
    return status, BODIES[fault.kind](fault, body)


def unworked(custom_id: str, state: str, spoken: Dialect) -> Line:
    """Give the line of a request that its batch never came to; ``state`` is how the batch ended."""
    code, text = (
        ("batch_expired", EXPIRED) if state == "expired" else ("batch_cancelled", CANCELLED)
    )
    return _said_line(ERROR, unanswered_line(custom_id, code, text), spoken)


def _true(row: Row) -> Line:
    file = OUTPUT if row.status == _OK else ERROR
    return _said_line(file, answered_line(row.custom_id, row.status, row.body), row.spoken)


def _said_line(file: str, line: dict[str, Any], spoken: Dialect) -> Line:
    return _line(file, result_line(line, spoken, failed=file == ERROR))


def _line(file: str, line: dict[str, Any]) -> Line:
    return Line(file, json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _said(body: Any, finish: str = "", **message: Any) -> Any:
    choices = [
        {
            **choice,
            "message": {**choice["message"], **message},
            "finish_reason": finish or choice["finish_reason"],
        }
        for choice in body["choices"]
    ]
    return {**body, "choices": choices}


def _content(body: Any) -> str:
    return str(body["choices"][0]["message"]["content"])


def _refusal(fault: RowFault, body: Any) -> Any:
    return _said(body, content=None, refusal=fault.text or "I'm sorry, I can't help with that.")


def _half(body: Any) -> str:
    content = _content(body)
    return content[: len(content) // 2]


BODIES: dict[str, Callable[[RowFault, Any], Any]] = {
    "http_error": lambda _fault, body: body,
    "refusal": _refusal,
    "empty": lambda _fault, body: _said(body, content=""),
    "truncated": lambda _fault, body: _said(body, "length", content=_half(body)),
    "content_filter": lambda _fault, body: _said(body, "content_filter", content=""),
    "chatter": lambda fault, body: _said(
        body,
        content=f"{fault.text or 'Certainly! Here is what you asked for:'}\n\n{_content(body)}",
    ),
    "bad_json": lambda _fault, body: _said(body, content=_content(body).rstrip("}") + ",,"),
    "body_string": lambda _fault, body: json.dumps(body),
}


def _error_line(row: Row, code: str, text: str) -> list[Line]:
    return [_said_line(ERROR, unanswered_line(row.custom_id, code, text), row.spoken)]


def _lost(fault: RowFault, row: Row) -> list[Line]:
    return _error_line(row, fault.code or "server_error", fault.message or "This request was lost.")


def _status_zero(_fault: RowFault, row: Row) -> list[Line]:
    return [_line(OUTPUT, answered_line(row.custom_id, 0, {}))]


def _error_in_output(_fault: RowFault, row: Row) -> list[Line]:
    body = error(500, _MESSAGES[500])
    return [_line(OUTPUT, answered_line(row.custom_id, _OK, body))]


def _no_response(fault: RowFault, row: Row) -> list[Line]:
    text = fault.message or "This request failed."
    return [_line(ERROR, {"custom_id": row.custom_id, "error": {"message": text}})]


def _duplicate(fault: RowFault, row: Row) -> list[Line]:
    second = row
    if fault.text and row.status == _OK:
        second = replace(row, body=_said(row.body, content=fault.text))
    return [_true(row), _true(second)]


def _stranger(_fault: RowFault, row: Row) -> list[Line]:
    return [_true(row), _true(replace(row, custom_id=f"stranger-{row.custom_id}"[:64]))]


def _broken_line(_fault: RowFault, row: Row) -> list[Line]:
    whole = _true(row)
    return [Line(whole.file, whole.text[: len(whole.text) * 2 // 3] + "\n")]


_LINES: dict[str, Callable[[RowFault, Row], list[Line]]] = {
    "status_zero": _status_zero,
    "error_in_output": _error_in_output,
    "expired": lambda _fault, row: _error_line(row, "batch_expired", EXPIRED),
    "timeout": lambda _fault, row: _error_line(row, "request_timeout", "This request timed out."),
    "lost": _lost,
    "no_response": _no_response,
    "missing": lambda _fault, _row: [],
    "duplicate": _duplicate,
    "stranger": _stranger,
    "broken_line": _broken_line,
}
_CODES = {429: "rate_limit_exceeded", 400: "invalid_value"}
_MESSAGES = {
    429: "Rate limit reached for this model on tokens per min (TPM). Please try again in 644ms.",
    500: "The server had an error while processing your request.",
    400: "This request is invalid.",
}
