"""One line of a result file, understood.

Takes the bytes of a line from an output or error file, of OpenAI or a server like it; gives a
Reply, or a Trouble where not even its custom_id can be told. Never raises, whatever the bytes.
"""

import re
from collections.abc import Mapping
from typing import Any

from batchcap.batches.jsonl import decode
from batchcap.batches.lenient import MOST, count_of, text_of
from batchcap.records import Reply, Trouble, Usage

OK_STATUS = 200
UNREADABLE_LINE = "unreadable_line"
EMPTY_ANSWER = "empty_answer"

# ours are at most 64 characters of this set: a longer text cannot be ours
_SALVAGE = re.compile(rb'"custom_id"\s*:\s*"([A-Za-z0-9_-]{1,64})"')
_TOP_STATUS = 999
_ID_CHARS, _CODE_CHARS, _MESSAGE_CHARS = 200, 100, 1000
_STOP = "stop"
_INCOMPLETE = {"max_output_tokens": "length", "max_tokens": "length"}

Json = Mapping[str, Any]
_NOTHING: Json = {}


def read_reply(number: int, raw: bytes) -> Reply | Trouble:
    """Return what line ``number`` (1-based) says.

    A line that does not parse gives a Reply with ``error_code`` "unreadable_line" where exactly one
    custom_id can be read in it, else a Trouble "unreadable". Lines without ``response``, without
    ``code``, with a ``body`` that is a JSON string or an ``error`` that is a text are understood.
    """
    try:
        value = decode(raw)
    except ValueError:
        return _salvaged(number, raw)
    if not isinstance(value, dict):
        return _unreadable(number, "is no JSON object")
    custom_id = text_of(value.get("custom_id"))[:_ID_CHARS]
    if not custom_id:
        return _unreadable(number, "names no custom_id")
    return _usual(custom_id, number, value) or _reply(custom_id, number, value)


def _usual(custom_id: str, number: int, value: Any) -> Reply | None:
    """Return what a line of the form of nearly all says, as ``_reply`` does; None for any other."""
    try:
        response = value["response"]
        body = response["body"]
        (choice,) = body["choices"]
        message, usage = choice["message"], body["usage"]
        text = text_of(message["content"])
        taken, given = usage["prompt_tokens"], usage["completion_tokens"]
        cached = usage["prompt_tokens_details"]["cached_tokens"]
        thought = usage["completion_tokens_details"]["reasoning_tokens"]
        amiss = value.get("error") or response.get("error") or body.get("error")
        usual = response["status_code"] == OK_STATUS and choice["finish_reason"] == _STOP
    except (KeyError, TypeError, ValueError):
        return None
    if amiss or not (usual and text) or message.get("refusal") or body.get("status"):
        return None
    if not (type(taken) is type(given) is type(cached) is type(thought) is int):
        return None
    if not (0 <= cached <= taken <= MOST and 0 <= thought <= given <= MOST):
        return None
    usage = Usage(taken, given, cached, thought)
    return Reply(custom_id, number, OK_STATUS, text, "", _STOP, usage=usage)


def _reply(custom_id: str, number: int, value: Json) -> Reply:
    response = _object(value.get("response"))
    body = _body(value, response)
    status = _status(response, answered=bool(body))
    error = _first_error(value, response, body)
    text, refusal, finish = _answer(body)
    code, message = _error(error, body, status)
    if not code and not text and not refusal and not finish:
        code, message = EMPTY_ANSWER, "The line holds neither an answer nor an error."
    return Reply(
        custom_id=custom_id,
        line=number,
        status=status,
        text=text,
        refusal=refusal,
        finish=finish,
        error_code=code,
        error_message=message,
        usage=_usage(_object(body.get("usage"))),
    )


def _salvaged(number: int, raw: bytes) -> Reply | Trouble:
    found = set(_SALVAGE.findall(raw))
    if len(found) != 1:
        return _unreadable(number, "is no valid JSON")
    return Reply(
        custom_id=found.pop().decode("ascii"),
        line=number,
        error_code=UNREADABLE_LINE,
        error_message=f"Line {number} is no valid JSON; only its custom_id could be read.",
    )


def _unreadable(number: int, why: str) -> Trouble:
    return Trouble("unreadable", f"Line {number} {why}.")


def _body(value: Json, response: Json) -> Json:
    """Return the endpoint's own answer, wherever the server put it."""
    for place in (response.get("body"), value.get("body")):
        body = _object(place)
        if body:
            return body
    if any(key in response for key in ("choices", "output", "error")):
        return response
    return _NOTHING


def _status(response: Json, *, answered: bool) -> int:
    """Return the HTTP status; 200 for an answer without one, 0 where there is no answer."""
    for key in ("status_code", "status"):
        told = response.get(key)
        if told is not None:
            status = count_of(told)
            # the status word of a responses body is no number
            if status or str(told).strip() in {"0", "0.0"}:
                return min(status, _TOP_STATUS)
    return OK_STATUS if answered else 0


def _first_error(value: Json, response: Json, body: Json) -> Any:
    for place in (value, body, response):
        error = place.get("error")
        if error:
            return error
    return None


def _error(error: Any, body: Json, status: int) -> tuple[str, str]:
    """Return code and message of whatever says that the request failed; "" where nothing does."""
    if error:
        return _named_error(error, status)
    word = text_of(body.get("status")).lower()
    if word in {"failed", "cancelled", "queued", "in_progress"}:
        return f"response_{word}", f"The response is {word}."
    if status != OK_STATUS:
        message = text_of(body.get("message"))[:_MESSAGE_CHARS]
        return _status_code(status), message or f"The server answered with status {status}."
    return "", ""


def _named_error(error: Any, status: int) -> tuple[str, str]:
    error = error[0] if isinstance(error, list) else error
    inner = _object(error)
    inner = _object(inner.get("error")) or inner
    if not inner:
        message = text_of(error) or "The error has no words."
        return _status_code(status), message[:_MESSAGE_CHARS]
    code = _word(inner.get("code")) or _word(inner.get("type")) or _status_code(status)
    message = text_of(inner.get("message")) or text_of(inner.get("detail")) or code
    return code[:_CODE_CHARS], message[:_MESSAGE_CHARS]


def _status_code(status: int) -> str:
    return "error" if status == OK_STATUS else f"status_{status}"


def _answer(body: Json) -> tuple[str, str, str]:
    """Return text, refusal and finish reason of a chat, completions or responses body."""
    choices = body.get("choices")
    if isinstance(choices, list) and choices:
        return _chat(_object(choices[0]))
    output = body.get("output")
    if isinstance(output, list):
        return _responses(body, output)
    return "", "", ""


def _chat(choice: Json) -> tuple[str, str, str]:
    message = _object(choice.get("message"))
    text, refusal = _content(message.get("content"))
    text = text or text_of(choice.get("text"))
    finish = text_of(choice.get("finish_reason"))[:_CODE_CHARS]
    return text, text_of(message.get("refusal")) or refusal, finish


def _responses(body: Json, output: list[Any]) -> tuple[str, str, str]:
    texts: list[str] = []
    refusals: list[str] = []
    for item in output:
        entry = _object(item)
        if entry.get("type", "message") == "message":
            text, refusal = _content(entry.get("content"))
            texts.append(text)
            refusals.append(refusal)
    word = text_of(body.get("status"))
    finish = "stop" if word in {"", "completed"} else word
    if word == "incomplete":
        reason = text_of(_object(body.get("incomplete_details")).get("reason"))
        finish = _INCOMPLETE.get(reason, reason or word)
    return "".join(texts), "".join(refusals), finish[:_CODE_CHARS]


def _content(content: Any) -> tuple[str, str]:
    """Return text and refusal of a message's content: a text, or a list of parts."""
    if not isinstance(content, list):
        return text_of(content), ""
    texts: list[str] = []
    refusals: list[str] = []
    for part in content:
        entry = _object(part)
        texts.append(text_of(part) if isinstance(part, str) else text_of(entry.get("text")))
        refusals.append(text_of(entry.get("refusal")))
    return "".join(texts), "".join(refusals)


def _usage(usage: Json) -> Usage:
    taken = _either(usage, "prompt_tokens", "input_tokens")
    given = _either(usage, "completion_tokens", "output_tokens")
    cached = _detail(usage, ("prompt_tokens_details", "input_tokens_details"), "cached_tokens")
    thought = _detail(
        usage, ("completion_tokens_details", "output_tokens_details"), "reasoning_tokens"
    )
    # a part larger than its whole would make a negative bill
    return Usage(taken, given, min(cached, taken), min(thought, given))


def _either(usage: Json, *keys: str) -> int:
    for key in keys:
        told = usage.get(key)
        if told is not None:
            return count_of(told)
    return 0


def _detail(usage: Json, places: tuple[str, ...], key: str) -> int:
    for place in places:
        if place in usage:
            return count_of(_object(usage[place]).get(key))
    return 0


def _object(value: Any) -> Json:
    """Return a JSON object, also one that came as a JSON string; empty for anything else."""
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = decode(value.encode("utf-8", "replace"))
        except ValueError:
            return _NOTHING
    return value if isinstance(value, dict) else _NOTHING


def _word(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"status_{min(max(0, value), _TOP_STATUS)}"
    return text_of(value).strip()
