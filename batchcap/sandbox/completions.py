"""One chat completion: a body in, an HTTP status and a body out.

Takes: the body of a request, from a batch line or from /v1/chat/completions.
Gives: what OpenAI would answer, good or bad. Never raises for what a body or a picture holds.
"""

import hashlib
import secrets
import time
from collections.abc import Iterator
from typing import Any

from batchcap.sandbox import answers, bodies, checks, pictures
from batchcap.sandbox.describer import Describer, read_facts
from batchcap.sandbox.look import Look, look_at, unseen
from batchcap.sandbox.options import Options
from batchcap.sandbox.shapes import Refused, error

_BYTES_PER_TOKEN = 4


def complete(body: dict[str, Any], options: Options, literal: str | None) -> tuple[int, Any]:
    """Answer a body; ``literal`` is the answer's text where a fault prescribes one."""
    try:
        bodies.check(body, options.spoken.refuses)
        look, image_tokens = _look(body, options)
    except Refused as refusal:
        return refusal.status, refusal.body()
    except Exception:  # noqa: BLE001  a hostile picture may raise anything in a decoder
        return 500, error(500, "The server had an error while processing your request.")
    text = _answer(body, look) if literal is None else literal
    return 200, completion(body, text, image_tokens)


def completion(body: dict[str, Any], text: str, image_tokens: int) -> dict[str, Any]:
    """Build the completion object around a text, cut where the body's ceiling is too low."""
    ceiling = body.get("max_completion_tokens") or body.get("max_tokens")
    raw = text.encode("utf-8", "replace")
    finish = "stop"
    if ceiling is not None and _tokens(raw) > ceiling:
        raw, finish = raw[: ceiling * _BYTES_PER_TOKEN], "length"
        text = raw.decode("utf-8", "ignore")
    choice: dict[str, Any] = {
        "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
        "logprobs": None,
        "finish_reason": finish,
    }
    asked = checks.prompt_tokens(body, image_tokens=0) + image_tokens + 8
    told = _tokens(raw)
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": body["model"],
        "choices": [{"index": index, **choice} for index in range(body.get("n") or 1)],
        "usage": {
            "prompt_tokens": asked,
            "completion_tokens": told,
            "total_tokens": asked + told,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": None,
    }


def last_user_text(body: dict[str, Any]) -> str:
    """Give the text of the last user message, where a prompt states its facts."""
    messages = body.get("messages")
    users = [
        message
        for message in (messages if isinstance(messages, list) else ())
        if isinstance(message, dict) and message.get("role") == "user"
    ]
    return "\n".join(_texts({"messages": users[-1:]}))


def _look(body: dict[str, Any], options: Options) -> tuple[Look | None, int]:
    """Look at the first picture; all of them are checked and counted."""
    parts = [part for part in checks.message_parts(body) if part.get("type") == "image_url"]
    if not parts:
        return None, 0
    if not options.look:
        seed = _seed(str(parts[0]["image_url"]["url"]))
        return unseen(seed), len(parts) * checks.IMAGE_TOKENS
    seen = pictures.load(parts[0], body["model"], fetch=options.fetch)
    more = (pictures.load(part, body["model"], fetch=options.fetch).tokens for part in parts[1:])
    return look_at(seen), seen.tokens + sum(more)


def _answer(body: dict[str, Any], look: Look | None) -> str:
    prompt = "\n".join(_texts(body))
    schema = (body.get("response_format") or {}).get("type") in ("json_schema", "json_object")
    if look is None and not schema:
        return answers.no_picture()
    facts = read_facts(last_user_text(body))
    return answers.answer(Describer(look or unseen(_seed(prompt)), facts), body, prompt)


def _texts(body: dict[str, Any]) -> Iterator[str]:
    return (str(part["text"]) for part in checks.message_parts(body) if part.get("text"))


def _seed(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _tokens(raw: bytes) -> int:
    return -(-len(raw) // _BYTES_PER_TOKEN)
