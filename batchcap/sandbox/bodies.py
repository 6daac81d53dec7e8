"""What a chat completions body must be, apart from its pictures.

Takes: the body as parsed JSON. Gives: nothing, or raises Refused as OpenAI answers HTTP 400.
Never opens a picture.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from batchcap.sandbox import checks, models, strict_schema
from batchcap.sandbox.shapes import Refused

MOST_IMAGES = 1_500
_KNOWN = frozenset(
    (  # noqa: SIM905  a list of so many quoted words reads worse
        "model messages max_tokens max_completion_tokens temperature top_p n stop seed stream "
        "stream_options response_format tools tool_choice parallel_tool_calls functions "
        "function_call frequency_penalty presence_penalty logit_bias logprobs top_logprobs user "
        "store metadata reasoning_effort verbosity service_tier modalities audio prediction "
        "prompt_cache_key prompt_cache_retention prompt_cache_options safety_identifier "
        "web_search_options moderation"
    ).split()
)
_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_PARTS = ("text", "image_url", "input_audio", "refusal", "file")
_DETAILS = ("auto", "low", "high", "original")
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def check(body: Mapping[str, Any], refuses: Collection[str] = ()) -> None:
    """Refuse a body that OpenAI would refuse, or one of the parameters that a vendor ``refuses``.

    Raises Refused with status 400.
    """
    for name in body:
        if name not in _KNOWN or name in refuses:
            raise Refused(400, f"Unrecognized request argument supplied: {name}")
    _check_model(body.get("model"))
    if body.get("stream"):
        raise Refused(
            400, "Streaming is not supported here.", param="stream", code="unsupported_value"
        )
    _check_messages(body.get("messages"))
    _check_numbers(body)
    _check_sampling(body, str(body["model"]))
    _check_format(body)


def _check_model(model: Any) -> None:
    if not isinstance(model, str) or not model:
        raise _missing("model")
    if models.retired(model):
        raise Refused(
            404,
            f"The model `{model}` does not exist or you do not have access to it.",
            code="model_not_found",
        )


def _check_messages(messages: Any) -> None:
    if messages is None:
        raise _missing("messages")
    if not isinstance(messages, list) or not messages:
        raise _wrong("messages", "expected an array with at least one message")
    images = 0
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        if not isinstance(message, dict):
            raise _wrong(where, "expected an object")
        if message.get("role") not in _ROLES:
            raise _unknown(f"{where}.role", message.get("role"), _ROLES)
        images += _check_content(message, f"{where}.content")
    if images > MOST_IMAGES:
        raise Refused(
            400,
            f"Too many images in request: {images}, maximum allowed: {MOST_IMAGES}.",
            param="messages",
            code="invalid_value",
        )


def _check_content(message: dict[str, Any], where: str) -> int:
    content = message.get("content")
    if isinstance(content, str) or (content is None and message["role"] == "assistant"):
        return 0
    if not isinstance(content, list) or not content:
        raise _wrong(where, "expected a string or an array of content parts")
    images = 0
    for index, part in enumerate(content):
        here = f"{where}[{index}]"
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in _PARTS:
            raise _unknown(f"{here}.type", kind, _PARTS)
        if kind == "text" and not isinstance(part.get("text"), str):
            raise _missing(f"{here}.text")
        if kind == "image_url":
            images += 1
            _check_image(part, message["role"], here)
    return images


def _check_image(part: dict[str, Any], role: str, where: str) -> None:
    if role != "user":
        raise Refused(
            400,
            f"Image URLs are only allowed for messages with role 'user', but this message has"
            f" role '{role}'.",
            param=where,
            code="invalid_value",
        )
    image = part.get("image_url")
    if not isinstance(image, dict):
        raise _wrong(f"{where}.image_url", "expected an object")
    if not isinstance(image.get("url"), str):
        raise _missing(f"{where}.image_url.url")
    detail = image.get("detail", "auto")
    if detail not in _DETAILS:
        raise _unknown(f"{where}.image_url.detail", detail, _DETAILS)


def _check_numbers(body: Mapping[str, Any]) -> None:
    for name in ("max_tokens", "max_completion_tokens", "n"):
        value = body.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise _wrong(name, "expected an integer")
        if isinstance(value, int) and value < 1:
            raise _wrong(name, "expected a value of at least 1")
    for name, most in (("temperature", 2), ("top_p", 1)):
        value = body.get(name)
        if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
            raise _wrong(name, "expected a number")
        if value is not None and not 0 <= value <= most:
            raise _wrong(name, f"expected a value from 0 to {most}")


def _check_sampling(body: Mapping[str, Any], model: str) -> None:
    effort = body.get("reasoning_effort")
    if effort is not None and effort not in _EFFORTS:
        raise _unknown("reasoning_effort", effort, _EFFORTS)
    if not models.reasons(model):
        return
    if body.get("max_tokens") is not None:
        raise Refused(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
            " 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        )
    if effort == "none":
        if models.can_skip_reasoning(model):
            return
        raise _unsupported("reasoning_effort", "none", "a higher effort")
    for name in ("temperature", "top_p"):
        if body.get(name) not in (None, 1):
            raise _unsupported(name, body[name], "the default (1)")


def _check_format(body: Mapping[str, Any]) -> None:
    wanted = body.get("response_format")
    if wanted is None:
        return
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind not in ("text", "json_object", "json_schema"):
        raise _unknown("response_format.type", kind, ("text", "json_object", "json_schema"))
    if kind == "json_object" and not _mentions_json(body):
        raise Refused(
            400,
            "'messages' must contain the word 'json' in some form to use 'response_format' of"
            " type 'json_object'.",
            param="messages",
        )
    if kind == "json_schema":
        _check_schema(wanted.get("json_schema"))


def _check_schema(wanted: Any) -> None:
    where = "response_format.json_schema"
    if not isinstance(wanted, dict):
        raise _missing(where)
    name = wanted.get("name")
    if name is None:
        raise _missing(f"{where}.name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _wrong(f"{where}.name", "expected 1 to 64 of the characters A-Z a-z 0-9 _ -")
    schema = wanted.get("schema")
    if schema is None and not wanted.get("strict"):
        return
    if not isinstance(schema, dict):
        raise _missing(f"{where}.schema")
    if wanted.get("strict") and (trouble := strict_schema.trouble(schema)):
        raise Refused(
            400,
            f"Invalid schema for response_format '{name}': {trouble}",
            param="response_format",
        )


def _mentions_json(body: Mapping[str, Any]) -> bool:
    parts = checks.message_parts(dict(body))
    return any("json" in str(part.get("text", "")).casefold() for part in parts)


def _missing(param: str) -> Refused:
    return Refused(
        400,
        f"Missing required parameter: '{param}'.",
        param=param,
        code="missing_required_parameter",
    )


def _wrong(param: str, wish: str) -> Refused:
    return Refused(400, f"Invalid '{param}': {wish}.", param=param, code="invalid_value")


def _unknown(param: str, value: Any, known: tuple[str, ...]) -> Refused:
    names = ", ".join(f"'{name}'" for name in known)
    text = f"Invalid value: '{value}'. Supported values are: {names}."
    return Refused(400, text, param=param, code="invalid_value")


def _unsupported(param: str, value: Any, instead: str) -> Refused:
    text = f"Unsupported value: '{param}' does not support {value} with this model. Use {instead}."
    return Refused(400, text, param=param, code="unsupported_value")
