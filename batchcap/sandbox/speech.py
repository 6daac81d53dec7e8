"""How a dialect says what the sandbox knows: batches, lists, ids and result lines.

Takes rows of the store and OpenAI's shapes; gives the vendor's. Never touches a socket or a file.
"""

import base64
import json
import secrets
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from batchcap.sandbox.dialects import Dialect
from batchcap.sandbox.faults import BatchFault
from batchcap.sandbox.shapes import Refused, batch_object
from batchcap.sandbox.store import OPEN, BatchRow

_FILES = ("output_file_id", "error_file_id")
_ULID = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32


def new_id(template: str) -> str:
    """Make an id by a dialect's template."""
    return template.format(
        hex16=secrets.token_hex(8),
        hex24=secrets.token_hex(12),
        hex32=secrets.token_hex(16),
        uuid=uuid.uuid4(),
        ulid="".join(secrets.choice(_ULID) for _ in range(24)),
    )


def batch(row: BatchRow, spoken: Dialect, fault: BatchFault) -> dict[str, Any]:
    """Show a batch as the vendor does, and then as its fault wants it."""
    plain = batch_object(row)
    shown = _job(row, plain, spoken) if spoken.job else _members(row, plain, spoken)
    if fault.blank_ids:
        shown |= {name: "" for name in _FILES if plain[name] is None}
    return {**shown, **(fault.show_open if row.status in OPEN else fault.show)}


def created(shown: dict[str, Any], spoken: Dialect) -> tuple[dict[str, Any], int]:
    """Give the answer to a create, and its HTTP status."""
    return ({"job": shown, "warning": ""}, 201) if spoken.job else (shown, 200)


def cursor_page(
    shown: list[dict[str, Any]], limit: int, rows: Iterable[BatchRow]
) -> dict[str, Any]:
    """Show a page that names its successor by a cursor; whoever trusts ``has_more`` stops here."""
    last = [row.seq for row in rows][:limit]
    more = _cursor(last[-1]) if len(shown) > limit else None
    paging = {"next_cursor": more}
    return {"object": "list", "data": shown[:limit], "has_more": False, "paging": paging}


def after_cursor(text: str) -> int:
    """Read a cursor back; raises Refused where it is none of ours."""
    try:
        return int(base64.urlsafe_b64decode(text.encode()).removeprefix(b"seq:"))
    except ValueError as error:
        raise Refused(400, "Invalid cursor.", param="cursor", code="invalid_value") from error


def _cursor(seq: int) -> str:
    return base64.urlsafe_b64encode(f"seq:{seq}".encode()).decode()


def result_line(line: dict[str, Any], spoken: Dialect, *, failed: bool) -> dict[str, Any]:
    """Shape a result line; ``failed`` says that it goes into the error file."""
    response = line["response"]
    if failed and spoken.bare_errors:
        return {"custom_id": line["custom_id"], "error": _bare(line)}
    if spoken.text_body and response is not None:
        body = response["body"]
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        told = {name: line[name] for name in line if name != "error"}
        return {**told, "response": {**response, "body": text}}
    return line


def _bare(line: dict[str, Any]) -> dict[str, Any]:
    """Say in an error of its own what went wrong, with no more than the vendors say."""
    if line["error"] is not None:
        return {"type": line["error"]["code"], "message": line["error"]["message"]}
    told = line["response"]["body"]
    inner = told.get("error") if isinstance(told, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else told
    return {"type": "request_failed", "message": str(message)}


def _members(row: BatchRow, plain: dict[str, Any], spoken: Dialect) -> dict[str, Any]:
    counts = plain["request_counts"]
    if spoken.late_counts and row.status in OPEN:
        counts = dict.fromkeys(counts)
    return {
        **plain,
        **{name: plain[name] or spoken.absent for name in _FILES},
        **{name: _time(plain[name], spoken) for name in plain if name.endswith("_at")},
        "status": spoken.states.get(row.status, row.status),
        "errors": _errors(row, spoken),
        "request_counts": counts,
        "metadata": _metadata(plain["metadata"], spoken),
    }


def _job(row: BatchRow, plain: dict[str, Any], spoken: Dialect) -> dict[str, Any]:
    """Show a batch in Together's members: no counts, no metadata, one text for all errors."""
    told = "; ".join(each["message"] for each in _noted(row))
    return {
        "id": row.id,
        "user_id": "user-sandbox",
        "input_file_id": row.input_file_id,
        "status": spoken.states.get(row.status, row.status),
        "endpoint": row.endpoint,
        "model_id": row.model,
        "progress": 100 * (row.completed + row.failed) / row.total if row.total else 0,
        "created_at": _time(plain["created_at"], spoken),
        "job_deadline": _time(plain["expires_at"], spoken),
        "completed_at": _time(plain["completed_at"], spoken),
        **{name: plain[name] for name in _FILES if plain[name] is not None},
        **({"error": told} if told else {}),
    }


def _noted(row: BatchRow) -> list[dict[str, Any]]:
    return [] if row.errors is None else list(json.loads(row.errors))


def _errors(row: BatchRow, spoken: Dialect) -> Any:
    noted = _noted(row)
    if spoken.row_errors and row.failed and row.status not in OPEN:
        text = f"{row.failed} requests of this batch failed."
        noted.append({"code": "request_failed", "message": text, "param": None, "line": None})
    if spoken.errors == "text":
        return "; ".join(each["message"] for each in noted)
    if not noted:
        return None
    return noted if spoken.errors == "list" else {"object": "list", "data": noted}


def _metadata(pairs: dict[str, str] | None, spoken: Dialect) -> Any:
    if spoken.metadata == "lists" and pairs is not None:
        return {key: [value] for key, value in pairs.items()}
    return pairs


def _time(moment: int | None, spoken: Dialect) -> int | str | None:
    if moment is None or spoken.times == "seconds":
        return moment
    if spoken.times == "milliseconds":
        return moment * 1000
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")
