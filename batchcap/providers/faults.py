"""What the openai client raises, in our words."""

import contextlib
import json
import math
from collections.abc import Iterator

import httpx2
import openai

from batchcap.batches.outcomes import NO_BALANCE
from batchcap.batches.queue import SHORTEST_BACKOFF, is_queue_full, retry_after
from batchcap.errors import AskedToWait, KeyMissing, ProviderRefused, Unreachable
from batchcap.records import BatchError

# No clear answer came: the request may have been carried out.
SERVER_TROUBLE = 500
TOO_MANY = 429
UNAUTHORISED = (401, 403)
CONFLICT = (408, 409, 425)
KEY_HEADERS = ("authorization", "api-key")


@contextlib.contextmanager
def in_our_words(doing: str, base_url: str) -> Iterator[None]:
    """Turn every error of the client into Unreachable, KeyMissing or ProviderRefused.

    ``doing`` completes the sentence «While …», such as "sending 0001.jsonl".
    """
    try:
        yield
    except openai.APIStatusError as error:
        raise _status(error, doing, base_url) from error
    except openai.APIConnectionError as error:
        kind = "timed out" if isinstance(error, openai.APITimeoutError) else "could not be reached"
        raise Unreachable(
            f"While {doing}: {base_url} {kind}.",
            hint="check the connection and provider.base_url, then type the same command again",
        ) from error
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise Unreachable(
            f"While {doing}: the connection to {base_url} broke ({type(error).__name__}).",
            hint="type the same command again",
        ) from error
    except (json.JSONDecodeError, UnicodeDecodeError, openai.APIError) as error:
        raise Unreachable(
            f"While {doing}: {base_url} answered with something that is no answer.",
            hint="check provider.base_url, then type the same command again",
        ) from error


def _status(
    error: openai.APIStatusError, doing: str, base_url: str
) -> KeyMissing | ProviderRefused | Unreachable:
    status = error.status_code
    said = _said(error)
    code = str(error.code or error.type or status)
    if status in UNAUTHORISED:
        return KeyMissing(
            f"While {doing}: {base_url} does not accept the API key ({status}).",
            kept="Nothing was sent.",
            hint="set a valid key in the variable that provider.api_key_env names",
        )
    # A full batch queue is a clear no, under whatever status: nothing was made.
    full = is_queue_full([BatchError(code, said)])
    if status == TOO_MANY and code not in NO_BALANCE and not full:
        asked = retry_after(said, error.response.headers)
        seconds = SHORTEST_BACKOFF if asked is None else asked
        return AskedToWait(
            f"While {doing}: {base_url} asks to wait: {said}",
            seconds=seconds,
            hint=f"type the same command again in {math.ceil(seconds)} s",
        )
    if status >= SERVER_TROUBLE or status in CONFLICT:
        return Unreachable(
            f"While {doing}: {base_url} has trouble of its own ({status}): {said}",
            hint="type the same command again",
        )
    hint = "see to the account's balance, then type the same command again"
    return ProviderRefused(
        f"While {doing}: {base_url} says no ({status}): {said}",
        provider_code=code,
        hint=hint if code in NO_BALANCE else "",
    )


def _said(error: openai.APIStatusError) -> str:
    """Return the server's words, without the key where it repeats it."""
    body = error.body
    message = body.get("message") if isinstance(body, dict) else None
    said = str(message or error.message)
    for header in KEY_HEADERS:
        key = error.request.headers.get(header, "").removeprefix("Bearer ").strip()
        said = said.replace(key, "[key]") if key else said
    return said[:500]
