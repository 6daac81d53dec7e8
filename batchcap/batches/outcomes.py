"""How a request ended, by what its reply says, and what follows from it.

Takes replies and classes of failure; gives outcomes and policies. Pure.
"""

import hashlib

from batchcap.records import Outcome, Policy, Reply

TRUNCATED = "truncated"
MISSING = "missing"
REFUSAL = "refusal"
RATE_LIMITED = "rate_limit_exceeded"
SERVER_ERROR = "server_error"
TIMEOUT = "request_timeout"
BAD_KEY = "invalid_api_key"
CANCELLED = "batch_cancelled"
# What no waiting heals: only the account's owner can. Nothing was asked of the model.
NO_BALANCE = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})

_EXPIRED = frozenset({"batch_expired", "expired", "response_expired"})
_REFUSED = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "image_content_policy_violation",
        "moderation_blocked",
        "responsibleaipolicyviolation",
        "safety",
    }
)
# What comes right by itself, or with the same request sent another time. What lacks money is here
# because the account may be filled up by then.
_AGAIN = frozenset(
    {
        RATE_LIMITED,
        SERVER_ERROR,
        TIMEOUT,
        TRUNCATED,
        MISSING,
        "status_0",
        CANCELLED,
        "response_cancelled",
        "response_in_progress",
        "response_queued",
        "response_failed",
        "unreadable_line",
        "empty_answer",
        "error",
        *NO_BALANCE,
        "failed_to_download_image",
        "invalid_image_url",
        "conflict",
    }
)
# What comes right with another picture, or with a reason in the prompt.
_DIFFERENT = frozenset(
    {
        "image_parse_error",
        "image_too_large",
        "image_file_too_large",
        "invalid_image_format",
        "invalid_image_mode",
        "invalid_base64_image",
        "unsupported_image_media_type",
        "empty_image_file",
        "too_many_images",
        "context_length_exceeded",
        "request_too_large",
        "string_above_max_length",
        "image_refused",
        "bad_json",
        "json_validate_failed",
    }
)
# What meets the same answer until a person changes the photo, the model, the key or a setting.
_NEVER = frozenset(
    {
        "invalid_image",
        "image_too_small",
        "image_file_not_found",
        "invalid_prompt",
        "model_not_found",
        BAD_KEY,
        "permission_denied",
        "not_found",
        "missing_required_parameter",
        "unsupported_parameter",
        "unsupported_value",
        "unknown_parameter",
        "invalid_type",
        "invalid_value",
        "invalid_json_schema",
    }
)
# Other providers' words for the same.
_SAME_AS = {
    "rate_limit": RATE_LIMITED,
    "rate_limit_error": RATE_LIMITED,
    "rate_limit_reached": RATE_LIMITED,
    "too_many_requests": RATE_LIMITED,
    "tokens": RATE_LIMITED,
    "requests": RATE_LIMITED,
    "internal_error": SERVER_ERROR,
    "internal_server_error": SERVER_ERROR,
    "overloaded": SERVER_ERROR,
    "overloaded_error": SERVER_ERROR,
    "service_unavailable": SERVER_ERROR,
    "timeout": TIMEOUT,
    "timeout_error": TIMEOUT,
    "request_cancelled": CANCELLED,
    "cancelled": CANCELLED,
    "canceled": CANCELLED,
    "status_401": BAD_KEY,
    "status_403": "permission_denied",
    "status_404": "not_found",
    "status_408": TIMEOUT,
    "status_409": "conflict",
    "status_413": "request_too_large",
    "status_429": RATE_LIMITED,
}
# Words that name a family of errors and say less than the HTTP status beside them.
_VAGUE = frozenset({"", "error", "invalid_request_error", "api_error", "invalid_request"})
_POLICY_OF = {
    Outcome.ANSWERED: Policy.KEEP,
    Outcome.REFUSED: Policy.NEVER,
    Outcome.EXPIRED: Policy.AGAIN,
    Outcome.MISSING: Policy.AGAIN,
    Outcome.DUPLICATE: Policy.KEEP,
    Outcome.STRANGER: Policy.KEEP,
}
_SERVER_ERRORS = range(500, 600)
_CLIENT_ERRORS = range(400, 500)


def outcome(reply: Reply) -> tuple[Outcome, str]:
    """Return how the task of a reply ended, with the class of failure ("" for an answer).

    A refusal and a content filter are REFUSED; an answer cut at its token limit is FAILED
    "truncated". The provider's own word is the class where it says more than the HTTP status.
    """
    if reply.error_code:
        return _failure(reply)
    finish = reply.finish.lower()
    if finish in _REFUSED:
        return Outcome.REFUSED, "content_filter"
    if reply.refusal:
        return Outcome.REFUSED, REFUSAL
    if finish in {"length", "max_tokens"}:
        return Outcome.FAILED, TRUNCATED
    if not reply.text.strip():
        return Outcome.FAILED, "empty_answer"
    return Outcome.ANSWERED, ""


def policy(ended: Outcome, code: str) -> Policy:
    """Return what follows: KEEP, ask AGAIN, ask DIFFERENT, or NEVER.

    A failure that nobody knows is asked again, for attempts are counted; a refusal by HTTP status
    4xx is not, for the same request would meet the same answer.
    """
    if ended is not Outcome.FAILED:
        return _POLICY_OF[ended]
    if code in _DIFFERENT:
        return Policy.DIFFERENT
    if code in _NEVER or _status_of(code) in _CLIENT_ERRORS:
        return Policy.NEVER
    return Policy.AGAIN


def fingerprint(reply: Reply) -> str:
    """Return 32 characters that are equal for replies that say the same."""
    text, refusal, finish, code = reply.text, reply.refusal, reply.finish, reply.error_code
    packed = (
        f"{len(text)}:{text}\0{len(refusal)}:{refusal}\0{len(finish)}:{finish}\0{len(code)}:{code}"
    )
    return hashlib.sha256(packed.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _failure(reply: Reply) -> tuple[Outcome, str]:
    word = reply.error_code.lower()
    if word in _EXPIRED:
        return Outcome.EXPIRED, "batch_expired"
    if word in _REFUSED:
        return Outcome.REFUSED, word
    return Outcome.FAILED, _failure_class(word, reply.status)


def _failure_class(word: str, status: int) -> str:
    by_status = _SAME_AS.get(f"status_{status}", f"status_{status}")
    code = _SAME_AS.get(word, word)
    if code in _VAGUE and status:
        code = by_status
    if status in _SERVER_ERRORS or _status_of(code) in _SERVER_ERRORS:
        return SERVER_ERROR
    if code in _AGAIN or code in _DIFFERENT or code in _NEVER:
        return code
    if "image" in code:
        return "image_refused"
    return by_status if status in _CLIENT_ERRORS else code


def _status_of(code: str) -> int:
    number = code.removeprefix("status_")
    return int(number) if number != code and number.isdecimal() else 0
