"""What the endpoints read out of a request: the world, JSON, page limits, metadata, life times.

Takes: a Starlette request or parsed JSON. Gives: checked values, or raises Refused.
Never touches the store.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from batchcap.sandbox.options import Options
from batchcap.sandbox.shapes import Refused
from batchcap.sandbox.store import Store

_MOST_PAIRS, _MOST_KEY, _MOST_VALUE = 16, 64, 512
_SHORTEST, _LONGEST = 3_600, 2_592_000


@dataclass(frozen=True, slots=True)
class World:
    """What every endpoint works on; ``wake`` tells the worker that there is something new."""

    options: Options
    store: Store
    wake: Callable[[], None]


def world(request: Request) -> World:
    """Give the world of the application that a request came to."""
    found: World = request.app.state.world
    return found


async def json_object(request: Request) -> dict[str, Any]:
    """Read a request's body as a JSON object; raises Refused with status 400."""
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "We could not parse the JSON body of your request.")
    return body


def page_limit(request: Request, *, default: int, most: int) -> int:
    """Read the query's ``limit``; raises Refused outside 1 to ``most``."""
    text = request.query_params.get("limit", str(default))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        text = f"Invalid 'limit': expected a whole number from 1 to {most}."
        raise Refused(400, text, param="limit", code="invalid_value")
    return int(text)


def metadata(value: Any) -> dict[str, str] | None:
    """Check a batch's metadata: at most 16 pairs of strings; raises Refused."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _wrong("metadata", "expected an object")
    if len(value) > _MOST_PAIRS:
        raise _wrong("metadata", f"expected at most {_MOST_PAIRS} pairs")
    for key, text in value.items():
        if not isinstance(text, str):
            raise _wrong(f"metadata.{key}", "expected a string")
        if len(key) > _MOST_KEY or len(text) > _MOST_VALUE:
            wish = f"expected at most {_MOST_KEY} characters a key and {_MOST_VALUE} a value"
            raise _wrong("metadata", wish)
    return value


def lifetime(value: Any, param: str, default: int) -> int:
    """Read an ``expires_after`` object; gives seconds."""
    if value is None:
        return default
    if not isinstance(value, Mapping) or value.get("anchor") != "created_at":
        raise _wrong(f"{param}.anchor", "expected 'created_at'")
    text = str(value.get("seconds"))
    if not text.isdecimal() or not _SHORTEST <= int(text) <= _LONGEST:
        raise _wrong(f"{param}.seconds", f"expected {_SHORTEST} to {_LONGEST}")
    return int(text)


def _wrong(param: str, wish: str) -> Refused:
    return Refused(400, f"Invalid '{param}': {wish}.", param=param, code="invalid_value")
