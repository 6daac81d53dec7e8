"""A provider's words for a batch, in ours.

Takes the JSON of a batch as a plain mapping, of OpenAI or a server like it; gives a BatchView and
its parts. Never raises, whatever the shape; a word that nobody knows is UNKNOWN and kept.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from batchcap.batches.lenient import count_of, text_of
from batchcap.records import BatchError, BatchState, BatchView

# OpenAI's own words are the values of BatchState; these are other servers'.
_WORDS = {
    "created": BatchState.VALIDATING,
    "validation": BatchState.VALIDATING,
    "queued": BatchState.IN_PROGRESS,
    "pending": BatchState.IN_PROGRESS,
    "running": BatchState.IN_PROGRESS,
    "progress": BatchState.IN_PROGRESS,
    "processing": BatchState.IN_PROGRESS,
    "canceling": BatchState.CANCELLING,
    "cancellation_requested": BatchState.CANCELLING,
    "success": BatchState.COMPLETED,
    "succeeded": BatchState.COMPLETED,
    "complete": BatchState.COMPLETED,
    "ended": BatchState.COMPLETED,
    "done": BatchState.COMPLETED,
    "failure": BatchState.FAILED,
    "error": BatchState.FAILED,
    "errored": BatchState.FAILED,
    "timeout_exceeded": BatchState.EXPIRED,
    "timed_out": BatchState.EXPIRED,
    "timeout": BatchState.EXPIRED,
    "canceled": BatchState.CANCELLED,
    "deleted": BatchState.GONE,
    "not_found": BatchState.GONE,
}
_PREFIXES = ("job_state_", "batch_state_")
# 1e11 seconds is the year 5138, 1e11 milliseconds is 1973: above it, a number is not in seconds
_NOT_SECONDS = 1e11
_MAX_ERRORS = 1000
_MESSAGE_CHARS = 1000
_WORD_CHARS = 200

Json = Mapping[str, Any]
_NOTHING: Json = {}


def batch_state(raw: Any) -> BatchState:
    """Return the state behind a provider's word, in any case and several dialects."""
    word = text_of(raw).strip().lower().replace("-", "_").replace(" ", "_")
    for prefix in _PREFIXES:
        word = word.removeprefix(prefix)
    if word in _WORDS:
        return _WORDS[word]
    try:
        return BatchState(word)
    except ValueError:
        return BatchState.UNKNOWN


def seconds(value: Any) -> float:
    """Return seconds since 1970 from seconds, milliseconds or an ISO text; 0 for anything else.

    An ISO text without a zone is taken as UTC.
    """
    if isinstance(value, str):
        try:
            return seconds(float(value))
        except ValueError:
            return _iso_seconds(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    if isinstance(value, int):
        value = min(value, 10**30)  # a larger one does not fit a float
    if not math.isfinite(value) or value <= 0:
        return 0.0
    number = float(value)
    while number >= _NOT_SECONDS:
        number /= 1000
    return number


def file_id(value: Any) -> str:
    """Return a file's id; "" for None, an empty text and anything that is no text."""
    return text_of(value).strip()


def batch_errors(value: Any) -> tuple[BatchError, ...]:
    """Return a batch's errors from an object with ``data``, a bare list, one object or a text.

    At most 1000 of them, for they are read by people.
    """
    if isinstance(value, Mapping):
        inner = value.get("data", value.get("error"))
        entries = inner if isinstance(inner, list | tuple) else [inner or value]
    elif isinstance(value, list | tuple):
        entries = value
    else:
        entries = [value]
    found = (_batch_error(each) for each in entries[:_MAX_ERRORS])
    return tuple(each for each in found if each is not None)


def batch_view(mapping: Json) -> BatchView:
    """Return a batch as the provider shows it, from the plain mapping of its JSON."""
    wrapped = mapping.get("job")
    batch = wrapped if isinstance(wrapped, Mapping) and "id" not in mapping else mapping
    raw_state = text_of(batch.get("status")) or text_of(batch.get("processing_status"))
    counts = _object(batch.get("request_counts"))
    return BatchView(
        remote_id=text_of(batch.get("id"))[:_WORD_CHARS],
        state=batch_state(raw_state),
        raw_state=raw_state[:_WORD_CHARS],
        output_file_id=file_id(batch.get("output_file_id") or batch.get("output_file")),
        error_file_id=file_id(batch.get("error_file_id") or batch.get("error_file")),
        total=count_of(counts.get("total")),
        completed=count_of(counts.get("completed", counts.get("succeeded"))),
        failed=count_of(counts.get("failed", counts.get("errored"))),
        created_at=seconds(batch.get("created_at")),
        errors=batch_errors(batch.get("errors") or batch.get("error")),
        metadata=_metadata(batch.get("metadata")),
    )


def _iso_seconds(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, aware.timestamp())
    except (ValueError, OverflowError):
        return 0.0


def _batch_error(entry: Any) -> BatchError | None:
    if isinstance(entry, str) and entry.strip():
        return BatchError("", text_of(entry)[:_MESSAGE_CHARS])
    if not isinstance(entry, Mapping):
        return None
    code, message = text_of(entry.get("code")), text_of(entry.get("message"))
    if not code and not message:
        return None
    return BatchError(code[:_WORD_CHARS], message[:_MESSAGE_CHARS], count_of(entry.get("line")))


def _metadata(value: Any) -> dict[str, str]:
    """Return metadata as texts; some servers send each value back as a list."""
    found: dict[str, str] = {}
    for key, each in _object(value).items():
        inner = each[0] if isinstance(each, list | tuple) and len(each) == 1 else each
        if isinstance(inner, str | int | float):
            found[text_of(str(key))] = text_of(str(inner))
    return found


def _object(value: Any) -> Json:
    return value if isinstance(value, Mapping) else _NOTHING
