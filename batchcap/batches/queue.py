"""How much may be sent now, how long to wait, and what the provider's refusals say about it.

Takes messages, headers and figures; gives limits, room and pauses. Never sleeps and never asks.
"""

import math
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from batchcap.records import BatchError

TOKENS, REQUESTS = "tokens", "requests"
SHORTEST_BACKOFF, LONGEST_BACKOFF = 60.0, 3600.0
SHORTEST_POLL, LONGEST_POLL = 1.0, 300.0
# How long a limit is believed as it was named, and then doubled again and again: seconds, times.
BELIEVED, MOST_DOUBLED = 7 * 86_400.0, 16

_FULL_CODES = frozenset({"token_limit_exceeded", "request_limit_exceeded", "batch_queue_full"})
_FULL_WORDS = re.compile(r"enqueued\s+(?:token|request)s?\b.*\blimit\b", re.IGNORECASE | re.DOTALL)
_LIMIT = re.compile(
    r"\blimit(?:\s+of|\s*:|\s+is)?\s*(\d+(?:[,_]\d{3})*(?:\.\d+)?)\s*([kmb]\b)?", re.IGNORECASE
)
_BY_REQUESTS = re.compile(r"\benqueued\s+requests?\b", re.IGNORECASE)
_SCALE = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}

_UNITS = r"milliseconds?|ms|seconds?|s|minutes?|m|hours?|h|days?|d"
_WAIT = re.compile(
    rf"(?:try again|retry)\s+(?:in|after)\s*((?:\d+(?:\.\d+)?\s*(?:{_UNITS})\s*)+)", re.IGNORECASE
)
_PIECE = re.compile(rf"(\d+(?:\.\d+)?)\s*({_UNITS})", re.IGNORECASE)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class QueueLimit:
    """How much may be enqueued at once; ``amount`` 0: no limit is known.

    ``unit`` is tokens (prompt tokens of all batches that are not at their end) or requests.
    """

    amount: int
    unit: str = TOKENS


def queue_limit(message: str) -> QueueLimit | None:
    """Return the limit that a refusal names; None where it is no refusal by the batch queue.

    Understands «Limit: 90,000 enqueued tokens», the variant by requests, and Azure's «limit of
    30K». A rate limit per minute is not one of these.
    """
    if "enqueued" not in message.lower():
        return None
    found = _LIMIT.search(message)
    if found is None:
        return None
    number = float(found[1].replace(",", "").replace("_", ""))
    amount = round(number * _SCALE[(found[2] or "").lower()])
    unit = REQUESTS if _BY_REQUESTS.search(message) else TOKENS
    return QueueLimit(amount, unit) if amount else None


def hoped(limit: int, age_seconds: float) -> int:
    """Return what is tried of a limit that was named so long ago: twice as much with each week.

    Limits rise with what an account spends, and no provider says when. The refusal that a try may
    meet costs nothing, names the limit anew and so begins the week again.
    """
    weeks = int(max(0.0, age_seconds) // BELIEVED)
    return limit << min(weeks, MOST_DOUBLED)


def is_queue_full(errors: Iterable[BatchError]) -> bool:
    """Return whether a batch or a create was refused only because the queue is full.

    By code or by words, for providers agree on neither. Such a refusal costs nothing and is no
    attempt.
    """
    return any(
        each.code.lower() in _FULL_CODES or _FULL_WORDS.search(each.message) for each in errors
    )


def room(limit: int, enqueued: int) -> int:
    """Return how much more fits into the queue; without a limit (0), more than anyone has."""
    return max(0, limit - max(0, enqueued)) if limit > 0 else sys.maxsize


def retry_after(message: str, headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the provider asks to wait; None where it does not say.

    ``retry-after-ms`` before ``retry-after`` (seconds, or an HTTP date measured against the
    answer's own Date) before the words of the message («in 1m9.696s», «after 20 seconds»).
    """
    named = {key.lower(): value.strip() for key, value in headers.items()}
    millis = _positive(named.get("retry-after-ms", ""))
    if millis is not None:
        return millis / 1000
    after = named.get("retry-after", "")
    asked = _positive(after)
    if asked is None:
        asked = _between(named.get("date", ""), after)
    return _spoken(message) if asked is None else asked


def backoff(tries: int) -> float:
    """Return the seconds to wait after the ``tries``-th refusal in a row: 60, 120 … 3600."""
    return min(LONGEST_BACKOFF, SHORTEST_BACKOFF * 2.0 ** min(max(0, tries - 1), 16))


def poll_pause(age_seconds: float, done_part: float) -> float:
    """Return the seconds to wait before the next look at a batch, 1 to 300.

    A thirtieth of its age, and less where the end is near: a quarter of the time that is left if
    it goes on at its pace, but never under a tenth of the calm pause, for a provider's counts may
    say 1.0 for an hour. ``done_part`` is 0 to 1.
    """
    age = age_seconds if math.isfinite(age_seconds) else 0.0
    done = min(1.0, done_part) if math.isfinite(done_part) else 0.0
    calm = min(LONGEST_POLL, max(SHORTEST_POLL, age / 30))
    if done <= 0:
        return calm
    left = age * (1 - done) / done
    return max(SHORTEST_POLL, calm / 10, min(calm, left / 4))


def _spoken(message: str) -> float | None:
    found = _WAIT.search(message)
    if found is None:
        return None
    total = 0.0
    for number, unit in _PIECE.findall(found[1]):
        word = unit.lower()
        millis = word == "ms" or word.startswith("milli")
        total += float(number) * (0.001 if millis else _SECONDS[word[0]])
    return total


def _positive(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _between(start: str, end: str) -> float | None:
    try:
        span = parsedate_to_datetime(end) - parsedate_to_datetime(start)
    except (TypeError, ValueError):  # not a date, or one with a zone and one without
        return None
    return max(0.0, span.total_seconds())
