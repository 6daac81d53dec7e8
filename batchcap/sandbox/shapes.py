"""OpenAI's JSON shapes: errors, files, batches, pages and result lines.

Takes: rows of the store. Gives: what a client reads. Never touches a socket or a file.
"""

import json
import secrets
from collections.abc import Iterable
from typing import Any

from batchcap.sandbox.store import BatchRow, FileRow

DAY = 86_400


class Refused(Exception):
    """The API says no: an HTTP status and OpenAI's error object."""

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code

    def body(self) -> dict[str, Any]:
        """Give the error object that goes over the wire."""
        return error(self.status, self.message, param=self.param, code=self.code)


def error(
    status: int, message: str, *, param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """Build an error object; its type follows from the HTTP status."""
    kinds = {401: "invalid_request_error", 429: "tokens"}
    kind = kinds.get(status, "server_error" if status >= 500 else "invalid_request_error")  # noqa: PLR2004
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def file_object(row: FileRow) -> dict[str, Any]:
    """Show a file."""
    return {
        "id": row.id,
        "object": "file",
        "bytes": row.bytes,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "filename": row.filename,
        "purpose": row.purpose,
        "status": "processed",
        "status_details": None,
    }


def batch_object(row: BatchRow) -> dict[str, Any]:
    """Show a batch."""
    created_at = int(row.created_at)
    return {
        "id": row.id,
        "object": "batch",
        "endpoint": row.endpoint,
        "model": row.model or None,
        "errors": None
        if row.errors is None
        else {"object": "list", "data": json.loads(row.errors)},
        "input_file_id": row.input_file_id,
        "completion_window": row.completion_window,
        "status": row.status,
        "output_file_id": row.output_id if row.has_output else None,
        "error_file_id": row.error_id if row.has_error else None,
        "created_at": created_at,
        "in_progress_at": _second(row.in_progress_at),
        "expires_at": created_at + _span(row.completion_window),
        "finalizing_at": _second(row.finalizing_at),
        "completed_at": _second(row.completed_at),
        "failed_at": _second(row.failed_at),
        "expired_at": _second(row.expired_at),
        "cancelling_at": _second(row.cancelling_at),
        "cancelled_at": _second(row.cancelled_at),
        "request_counts": {
            "total": row.total,
            "completed": row.completed,
            "failed": row.failed,
        },
        "usage": {
            "input_tokens": row.input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": row.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": row.input_tokens + row.output_tokens,
        },
        "metadata": None if row.metadata is None else json.loads(row.metadata),
    }


def page(objects: Iterable[dict[str, Any]], limit: int) -> dict[str, Any]:
    """Show a page of a list that was read one entry beyond its limit."""
    data = list(objects)
    shown = data[:limit]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": len(data) > limit,
    }


def answered_line(custom_id: str, status: int, body: Any) -> dict[str, Any]:
    """Build the line of a request that got an HTTP answer, good or bad."""
    return {
        "id": f"batch_req_{secrets.token_hex(12)}",
        "custom_id": custom_id,
        "response": {
            "status_code": status,
            "request_id": secrets.token_hex(16),
            "body": body,
        },
        "error": None,
    }


def unanswered_line(custom_id: str, code: str, message: str) -> dict[str, Any]:
    """Build the line of a request that was never answered."""
    return {
        "id": f"batch_req_{secrets.token_hex(12)}",
        "custom_id": custom_id,
        "response": None,
        "error": {"code": code, "message": message},
    }


def _span(window: str) -> int:
    """Give the seconds of a completion window such as 24h or 7d."""
    return int(window[:-1]) * (DAY if window.endswith("d") else 3_600)


def _second(moment: float | None) -> int | None:
    return None if moment is None else int(moment)
