"""What a batch's input file must be: the checks of the state ``validating``.

Takes: the lines of the file as bytes, and whose file it is. Gives: a Survey with the vendor's
errors, each with its 1-based line. Never looks at pictures or parameters: those fail a single
request, not the batch.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from batchcap.sandbox import models
from batchcap.sandbox.dialects import Dialect

IMAGE_TOKENS = 1_000
"""What a picture counts in the enqueued estimate: OpenAI documents no rule, this is a round one."""
MOST_ERRORS = 100
_BOM = b"\xef\xbb\xbf"

Error = dict[str, Any]


@dataclass(slots=True)
class Survey:
    """What validation found; ``tokens`` is the estimate that counts against the queue limit."""

    model: str = ""
    total: int = 0
    tokens: int = 0
    errors: list[Error] = field(default_factory=list)


def batch_error(
    code: str, message: str, *, param: str | None = None, line: int | None = None
) -> Error:
    """Build an entry of a batch's errors list."""
    return {"code": code, "message": message, "param": param, "line": line}


def survey(lines: Iterable[bytes], endpoint: str, most: int, spoken: Dialect) -> Survey:
    """Check every line of an input file against what a batch at ``endpoint`` takes.

    ``most`` is the number of requests allowed. Stops early at 100 errors.
    """
    found = Survey()
    file = _File(endpoint, spoken, found, set())
    for number, raw in enumerate(lines, 1):
        if raw.strip():
            found.total += 1
            found.errors.extend(_line_errors(raw, number, file))
        if found.total > most:
            text = f"The batch input file contains more than the maximum of {most} requests."
            found.errors.append(batch_error(spoken.too_many, text))
            break
        if len(found.errors) >= MOST_ERRORS:
            break
    if found.total == 0 and not found.errors:
        found.errors.append(batch_error("empty_file", "The batch input file is empty."))
    for error in found.errors:
        error["code"] = spoken.codes.get(error["code"], error["code"])
    return found


def queue_error(model: str, limit: int, spoken: Dialect) -> Error:
    """Say, in the vendor's words, that a model's queue is full."""
    text = spoken.full.format(model=model, limit=limit, thousands=limit / 1000)
    return batch_error("token_limit_exceeded", text)


def request_queue_error(model: str, limit: int) -> Error:
    """Say that a model's queue holds no more requests, as OpenAI does of embeddings."""
    text = f"Enqueued request limit reached for {model}. Limit: {limit:,} enqueued requests."
    return batch_error("request_limit_exceeded", text)


def prompt_tokens(body: dict[str, Any], *, image_tokens: int = IMAGE_TOKENS) -> int:
    """Estimate the prompt tokens of a body: a quarter of its text's bytes, and its pictures."""
    size = images = 0
    for part in message_parts(body):
        if part.get("type") == "image_url":
            images += 1
        elif isinstance(text := part.get("text"), str):
            size += len(text.encode("utf-8", "replace"))
    return (size + 3) // 4 + images * image_tokens


def message_parts(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give all parts of all messages; a plain string is a text part."""
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, str):
            yield {"type": "text", "text": content}
        elif isinstance(content, list):
            yield from (part for part in content if isinstance(part, dict))


@dataclass(frozen=True, slots=True)
class _File:
    """A file under check: what it is for, and what its lines said so far."""

    endpoint: str
    spoken: Dialect
    found: Survey
    seen: set[str]


def _line_errors(raw: bytes, number: int, file: _File) -> Iterator[Error]:
    request = _parsed(raw)
    if request is None:
        text = "This line is not parseable as valid JSON."
        yield batch_error("invalid_json_line", text, line=number)
        return
    yield from _id_errors(request, number, file)
    if file.spoken.lines == "bare":
        for name in sorted(request.keys() & {"method", "url"}):
            text = f"Unknown field '{name}': a line has custom_id and body."
            yield batch_error("invalid_request", text, param=name, line=number)
    else:
        yield from _address_errors(request, number, file.endpoint)
    body = request.get("body")
    if not isinstance(body, dict):
        yield _missing("body", "body", number)
        return
    yield from _body_errors(body, number, file)
    file.found.tokens += prompt_tokens(body)


def _address_errors(request: dict[str, Any], number: int, endpoint: str) -> Iterator[Error]:
    method, url = request.get("method"), request.get("url")
    if method != "POST":
        code = "missing_required_parameter" if method is None else "invalid_method"
        text = "The method of each request must be POST."
        yield batch_error(code, text, param="method", line=number)
    if url != endpoint:
        code = "missing_required_parameter" if url is None else "invalid_url"
        text = f"The url of each request must be the batch's endpoint, {endpoint}."
        yield batch_error(code, text, param="url", line=number)


def _parsed(raw: bytes) -> dict[str, Any] | None:
    if raw.startswith(_BOM):
        return None
    try:
        request = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return request if isinstance(request, dict) else None


def _id_errors(request: dict[str, Any], number: int, file: _File) -> Iterator[Error]:
    custom_id, most = request.get("custom_id"), file.spoken.most_id
    if custom_id is None:
        yield _missing("custom_id", "custom_id", number)
    elif not isinstance(custom_id, str) or not custom_id:
        text = "Invalid type for 'custom_id': expected a string that is not empty."
        yield batch_error("invalid_type", text, param="custom_id", line=number)
    elif most and len(custom_id) > most:
        text = f"The custom_id of a request has {most} characters at most."
        yield batch_error("invalid_request", text, param="custom_id", line=number)
    elif custom_id in file.seen:
        text = "The custom_id for this request is a duplicate of another request in this batch."
        yield batch_error("duplicate_custom_id", text, param="custom_id", line=number)
    else:
        file.seen.add(custom_id)


def _body_errors(body: dict[str, Any], number: int, file: _File) -> Iterator[Error]:
    model, found = body.get("model"), file.found
    if not isinstance(model, str) or not model:
        yield _missing("model", "body.model", number)
    elif models.retired(model):
        text = f"The model `{model}` does not exist or you do not have access to it."
        yield batch_error("model_not_found", text, param="body.model", line=number)
    elif file.spoken.one_model and found.model and model != found.model:
        text = "Each batch must contain requests for a single model."
        yield batch_error("mismatched_model", text, param="body.model", line=number)
    else:
        found.model = found.model or model
    if "messages" not in body:
        yield _missing("messages", "body.messages", number)


def _missing(name: str, param: str, number: int) -> Error:
    text = f"Missing required parameter: '{name}'."
    return batch_error("missing_required_parameter", text, param=param, line=number)
