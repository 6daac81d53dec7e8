"""Models, tasks, batches and replies, in the words of the Batch API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Model:
    """What configs/models.toml knows of a model.

    ``image_rule`` is patch or tile; ``sizing`` maps a detail (low, high, auto, original) to its
    ``max_side`` in pixels and ``budget`` in patches (0: none). Prices are US dollars per million
    tokens at full price; ``batch_discount`` is the part taken off in a batch. ``queue_tokens`` is
    the enqueued-token limit to start with; ``effort`` the least reasoning a model can be asked
    for ("": it is not asked).
    """

    name: str
    image_rule: str
    prices: Mapping[str, float]
    multiplier: float = 1.2
    sizing: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    tile_base: int = 0
    tile_each: int = 0
    batch_discount: float = 0.5
    queue_tokens: int = 0
    temperature: bool = False
    structured: bool = True
    effort: str = ""
    encoding: str = "o200k_base"
    shutdown: str = ""
    source: str = ""
    dated: str = ""
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One request, ready to be packed: ``line`` is its JSONL line without the newline."""

    custom_id: str
    path: str
    line: bytes
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A JSONL file of tasks under ``.batchcap/tasks``."""

    id: int
    name: str
    sha256: str
    bytes: int
    requests: int
    input_tokens: int
    output_tokens: int
    model: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Submission:
    """The intent to send a task file, recorded before any money; ``key`` finds it again."""

    id: int
    file: TaskFile
    key: str
    created_at: float
    remote_id: str = ""


class BatchState(StrEnum):
    """Where a batch stands at the provider; UNKNOWN keeps what we have no word for."""

    VALIDATING = "validating"
    IN_PROGRESS = "in_progress"
    FINALIZING = "finalizing"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    GONE = "gone"
    UNKNOWN = "unknown"

    @property
    def terminal(self) -> bool:
        """Whether the provider will do no more for this batch."""
        return self in {
            BatchState.COMPLETED,
            BatchState.FAILED,
            BatchState.EXPIRED,
            BatchState.CANCELLED,
            BatchState.GONE,
        }


@dataclass(frozen=True, slots=True)
class BatchError:
    """One entry of a batch's errors; ``line`` is 1-based, 0 where none is named."""

    code: str
    message: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as the provider shows it; counts are shown to people and never trusted.

    ``output_file_id`` and ``error_file_id`` are "" where there is no such file; ``created_at`` is
    seconds since 1970.
    """

    remote_id: str
    state: BatchState
    raw_state: str = ""
    output_file_id: str = ""
    error_file_id: str = ""
    total: int = 0
    completed: int = 0
    failed: int = 0
    created_at: float = 0.0
    errors: tuple[BatchError, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One result file on disk, byte for byte; ``kind`` is output or error."""

    kind: str
    name: str
    sha256: str
    bytes: int


class Usage(NamedTuple):
    """Tokens as the provider billed them."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0


class Reply(NamedTuple):
    """One line of a result file, whichever file it stood in.

    ``text`` is the model's answer; ``error_code`` and ``error_message`` are set where the request
    failed; ``finish`` is the finish reason. ``line`` is 1-based.
    """

    custom_id: str
    line: int
    status: int = 0
    text: str = ""
    refusal: str = ""
    finish: str = ""
    error_code: str = ""
    error_message: str = ""
    usage: Usage = Usage()


class Outcome(StrEnum):
    """How a task ended; STRANGER and DUPLICATE describe replies that belong to no open task."""

    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"
    MISSING = "missing"
    DUPLICATE = "duplicate"
    STRANGER = "stranger"


class Policy(StrEnum):
    """What follows from an outcome: ask again, ask differently, or never."""

    KEEP = "keep"
    AGAIN = "again"
    DIFFERENT = "different"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a provider speaks the Batch API; ``max_bytes`` and ``max_requests`` hold a task file.

    ``metadata`` says whether a batch keeps what we attach to it, ``listing`` whether batches can
    be listed: without both a doubtful submission cannot be resolved by looking. ``paging`` is
    after or cursor, ``auth`` bearer or api-key. ``upload_path`` follows the base URL; one other
    than OpenAI's /files also wants the file's name as a field. ``line_method`` says whether a line
    names method and url, ``ceiling`` which parameter bounds the answer. ``settle_seconds`` is how
    long the list may lag behind a creation, per look.
    """

    endpoint: str = "/v1/chat/completions"
    line_url: str = "/v1/chat/completions"
    line_method: bool = True
    purpose: str = "batch"
    upload_path: str = "/files"
    completion_window: str = "24h"
    metadata: bool = True
    listing: bool = True
    paging: str = "after"
    auth: str = "bearer"
    ceiling: str = "max_completion_tokens"
    structured: bool = True
    max_requests: int = 50_000
    max_bytes: int = 200_000_000
    settle_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What others have waiting at the provider: batches whose tokens we can only guess."""

    tokens: int = 0
    requests: int = 0
