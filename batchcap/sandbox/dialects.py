"""How other vendors' Batch APIs differ from OpenAI's, as data: one entry a vendor.

Takes a name; gives a frozen Dialect. Never acts itself: files.py, batches.py, checks.py and
speech.py do. Where no text says what a vendor does, the stricter reading stands here.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

CHAT = "/v1/chat/completions"
_DAYS = (*(f"{hours}h" for hours in range(24, 169)), *(f"{days}d" for days in range(1, 8)))
_CAPITALS = {
    state: state.upper()
    for state in (
        *("validating", "in_progress", "finalizing", "completed"),
        *("failed", "expired", "cancelling", "cancelled"),
    )
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One vendor's way of speaking; every default is OpenAI's.

    What it takes. ``auth``: bearer or api-key. ``upload``: the path of uploads; one other than
    /v1/files also wants ``file_name``. ``purposes``: the first is the one of a batch's input.
    ``windows``: values of completion_window. ``options``: further keys of a create. ``metadata``:
    kept, dropped, or given back as lists of one text. ``lines``: full, or bare where a line has
    custom_id and body only. ``most_id``: characters of a custom_id, 0 for no bound. ``refuses``:
    parameters of a body. ``codes``: other names for the codes of a file's errors.

    What it says. ``batch_id``, ``file_id``: templates of ids. ``job``: a batch is Together's job,
    wrapped where it is created. ``states``: other words for states. ``absent``: what stands for no
    file. ``times``: seconds, milliseconds or iso. ``errors``: an object, a list or a text;
    ``row_errors`` are told there too. ``late_counts``: null until the end. ``always``: the result
    files that are there even with no line in them. ``batches``: listed in pages, by cursor, whole
    (a bare array, oldest first) or not; ``files``: in pages, whole or not. ``text_body``: a
    response's body is JSON in a string. ``bare_errors``: error lines have no ``response``.
    """

    auth: str = "bearer"
    upload: str = "/v1/files"
    purposes: tuple[str, ...] = ("batch", "assistants", "fine-tune", "vision", "user_data", "evals")
    endpoints: tuple[str, ...] = (CHAT,)
    windows: tuple[str, ...] = ("24h",)
    options: tuple[str, ...] = ()
    metadata: str = "kept"
    lines: str = "full"
    most_id: int = 0
    one_model: bool = True
    refuses: tuple[str, ...] = ()
    most_requests: int = 50_000
    most_bytes: int = 209_715_200
    codes: Mapping[str, str] = field(default_factory=dict)
    too_many: str = "invalid_request"
    full: str = (
        "Enqueued token limit reached for {model} in organization org-sandbox. Limit: {limit:,}"
        " enqueued tokens. Please try again once some in_progress batches have been completed."
    )
    batch_id: str = "batch_{hex32}"
    file_id: str = "file-{hex24}"
    job: bool = False
    states: Mapping[str, str] = field(default_factory=dict)
    absent: str | None = None
    times: str = "seconds"
    errors: str = "object"
    row_errors: bool = False
    late_counts: bool = False
    always: tuple[str, ...] = ()
    batches: str = "pages"
    files: str = "pages"
    text_body: bool = False
    bare_errors: bool = False


# Sources: the vendors' own API pages and client libraries, and recorded answers, as read in
# November 2026. No service was asked.
DIALECTS: Mapping[str, Dialect] = {
    "openai": Dialect(),
    "azure": Dialect(
        auth="api-key",
        endpoints=(CHAT, "/chat/completions"),
        most_requests=100_000,
        batch_id="batch_{uuid}",
        file_id="file-{hex32}",
        states={"completed": "Completed", "failed": "Failed", "cancelled": "Cancelled"},
        absent="",
        late_counts=True,
        always=("error",),
        too_many="too_many_tasks",
        codes={
            "mismatched_model": "model_mismatch",
            "invalid_url": "url_mismatch",
            "invalid_method": "invalid_request",
            "invalid_type": "invalid_request",
            "missing_required_parameter": "invalid_request",
        },
        full=(
            "The number of enqueued tokens has surpassed the configured limit of {thousands:g}K"
            " for the deployment '{model}'. Wait until batches have ended, or ask for more quota."
        ),
    ),
    "groq": Dialect(
        windows=_DAYS,
        one_model=False,
        most_bytes=100_000_000,
        batch_id="batch_01{ulid}",
        file_id="file_01{ulid}",
        errors="list",
        row_errors=True,
        always=("error",),
        batches="cursor",
        files="whole",
    ),
    "together": Dialect(
        upload="/v1/files/upload",
        purposes=("batch-api", "fine-tune", "eval"),
        options=("priority", "model_id"),
        metadata="dropped",
        lines="bare",
        most_id=64,
        refuses=("max_completion_tokens",),
        most_bytes=100_000_000,
        batch_id="{uuid}",
        file_id="file-{uuid}",
        job=True,
        # it has no words for these two
        states={**_CAPITALS, "finalizing": "IN_PROGRESS", "cancelling": "IN_PROGRESS"},
        times="iso",
        batches="whole",
        files="whole",
        bare_errors=True,
    ),
    "inference-net": Dialect(options=("webhook_url",)),
    "doubleword": Dialect(
        windows=("24h", "1h"),
        most_id=64,
        most_bytes=200_000_000,
        batch_id="{uuid}",
        file_id="{uuid}",
    ),
    "ogx": Dialect(
        options=("idempotency_key",),
        batch_id="batch_{hex16}",
        file_id="file-{hex32}",
        always=("output", "error"),
        text_body=True,
        bare_errors=True,
    ),
    "novita": Dialect(
        windows=("48h",),
        metadata="dropped",
        lines="bare",
        states={**_CAPITALS, "in_progress": "PROGRESS", "finalizing": "PROGRESS"},
        absent="",
        times="iso",
        errors="text",
    ),
    "cerebras": Dialect(metadata="lists"),
    # no vendor: a server that creates, shows and cancels, and offers nothing to find a batch by
    "mute": Dialect(metadata="dropped", times="milliseconds", batches="none", files="none"),
}


def dialect(name: str) -> Dialect:
    """Give the dialect of that name; ValueError names what is near."""
    if name in DIALECTS:
        return DIALECTS[name]
    near = difflib.get_close_matches(name, DIALECTS, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(DIALECTS))}"
    raise ValueError(f"unknown dialect {name!r}; {hint}")
