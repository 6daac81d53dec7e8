"""OpenAI's Batch API, and every server that speaks it, through the ``openai`` client.

Takes submissions and task files; gives batch views and result files. Uploads and creates are sent
once, with the client's own retries off: what may exist is looked for, never made again. The key
is handed to the client and stands nowhere else.
"""

import contextlib
import hashlib
import io
import math
import os
import urllib.parse
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import httpx2
import openai

from batchcap.atomic import sync_folder
from batchcap.batches.lenient import count_of
from batchcap.batches.states import batch_view
from batchcap.errors import KeyMissing, ProviderRefused, Unreachable
from batchcap.providers.base import KEY, SHA256, TOKENS, Marks
from batchcap.providers.faults import in_our_words
from batchcap.providers.listing import Listing, remote_name
from batchcap.records import BatchState, BatchView, Dialect, Enqueued, Fetched, Submission

CHUNK = 1 << 20
# A download that breaks off is begun anew this often in one call.
DOWNLOADS = 3
GONE = (404, 410)
# OpenAI's path of uploads; where it is another one, a field names the file.
UPLOAD = "/files"
# Seconds that a read is given at least, and at most without a word; and what is sent at most.
SHORTEST, LONGEST, SENDING = 0.1, 120.0, 900.0
# What making a batch is given at least: one that is cut off leaves a doubt.
MAKING = 10.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class OpenAIBatch:
    """The provider protocol over the Batch API.

    ``left`` says for how many seconds there is time to wait. An upload that is cut off then has
    cost nothing; a batch that is being made is given some seconds more.
    """

    def __init__(
        self,
        dialect: Dialect,
        *,
        base_url: str,
        api_key: str,
        left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._dialect = dialect
        self._base_url = base_url
        self._left = left
        key = api_key or "none"
        hooks = {"request": [self._in_time, *([_as_api_key] if dialect.auth == "api-key" else [])]}
        # A proxy for the world is none for this machine.
        near = (urllib.parse.urlsplit(base_url).hostname or "") in LOOPBACK
        http = openai.DefaultHttpxClient(event_hooks=hooks, trust_env=not near)
        # Reading may be repeated; what creates something is sent through _once.
        self._client = openai.OpenAI(
            api_key=key,
            base_url=base_url,
            max_retries=2,
            timeout=LONGEST,
            http_client=http,
        )
        self._once = self._client.with_options(max_retries=0, timeout=SENDING)
        self._lists = Listing(self._client, dialect, base_url)

    def submit(self, submission: Submission, path: Path, *, again: bool) -> str:
        """Send a task file and return the batch's id."""
        file_id = self._lists.upload(submission) if again else ""
        if not file_id:
            file_id = self._upload(submission, path)
        metadata = {
            KEY: submission.key,
            SHA256: submission.file.sha256,
            TOKENS: str(submission.file.input_tokens),
        }
        with in_our_words(f"creating the batch of {submission.file.name}", self._base_url):
            batch = self._once.batches.create(
                input_file_id=file_id,
                endpoint=self._dialect.endpoint,  # type: ignore[arg-type]  # other servers' too
                completion_window=self._dialect.completion_window,  # type: ignore[arg-type]
                metadata=metadata if self._dialect.metadata else None,
                timeout=self._given(MAKING),
            )
        remote_id = _shown(batch).get("id")
        if not isinstance(remote_id, str) or not remote_id:
            raise Unreachable(f"The answer to creating {submission.file.name} names no batch.")
        return remote_id

    def _upload(self, submission: Submission, path: Path) -> str:
        name = remote_name(submission)
        purpose, to = self._dialect.purpose, self._dialect.upload_path
        with (
            in_our_words(f"uploading {submission.file.name}", self._base_url),
            _Timely(path, self._left) as stream,
        ):
            uploaded: Any = self._once.post(
                to,
                cast_to=object,
                body={"purpose": purpose} | ({} if to == UPLOAD else {"file_name": name}),
                files=[("file", (name, stream, "application/jsonl"))],
                options={
                    "headers": {"Content-Type": "multipart/form-data"},
                    "timeout": self._given(SHORTEST),
                },
            )
        file_id = _shown(uploaded).get("id")
        if not isinstance(file_id, str) or not file_id:
            raise Unreachable(f"The answer to uploading {submission.file.name} names no file.")
        return file_id

    def find(self, submission: Submission, others: Collection[str]) -> str:
        """Return the id of the batch that a submission became, or ""."""
        return self._lists.find(submission, others)

    def marked(self, since: float) -> dict[str, Marks]:
        """Return the batches made since then that bear batchcap's marks, by their ids."""
        return self._lists.marked(since)

    def enqueued(self, ours: Collection[str], model: str, since: float) -> Enqueued:
        """Return what others have waiting there, as far as the list shows it."""
        return self._lists.enqueued(ours, model, since)

    def view(self, remote_id: str) -> BatchView:
        """Return a batch as it stands; GONE where the provider knows it no longer."""
        try:
            with in_our_words(f"looking at {remote_id}", self._base_url):
                batch = self._client.batches.retrieve(remote_id)
        except ProviderRefused as error:
            cause = error.__cause__
            if isinstance(cause, openai.APIStatusError) and cause.status_code in GONE:
                return BatchView(remote_id, BatchState.GONE, str(cause.status_code))
            raise
        shown = _shown(batch)
        if not shown.get("status"):
            raise Unreachable(f"The answer about {remote_id} names no state.")
        return batch_view({**shown, "id": remote_id})

    def fetch(self, file_id: str, kind: str, into: Path) -> Fetched:
        """Bring a result file to ``into``: part file, fsync, rename."""
        part = into.with_name(into.name + ".part")
        for left in reversed(range(DOWNLOADS)):
            try:
                digest, size = self._download(file_id, part)
            except Unreachable:
                if left == 0 or self._left() <= 0:
                    raise
            except ProviderRefused as error:
                cause = error.__cause__
                if isinstance(cause, openai.APIStatusError) and cause.status_code in GONE:
                    return Fetched(kind, "", "", 0)
                raise
            else:
                os.replace(part, into)  # noqa: PTH105 - Path.replace says the same
                sync_folder(into.parent)
                return Fetched(kind, into.name, digest, size)
        raise Unreachable(f"{file_id} could not be fetched.")  # pragma: no cover - loop returns

    def size(self, file_id: str) -> int:
        """Return how many bytes a result file is said to have; 0 where nobody says."""
        try:
            with in_our_words(f"asking for the size of {file_id}", self._base_url):
                return count_of(_shown(self._client.files.retrieve(file_id)).get("bytes"))
        except (Unreachable, ProviderRefused, KeyMissing):
            return 0  # not every server shows a file's own entry to whom it gives its content

    def _download(self, file_id: str, part: Path) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with (
            in_our_words(f"fetching {file_id}", self._base_url),
            self._client.files.with_streaming_response.content(file_id) as response,
            part.open("wb") as stream,
        ):
            for chunk in response.iter_bytes(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        return f"sha256:{digest.hexdigest()}", size

    def cancel(self, remote_id: str) -> None:
        """Ask for a batch to be cancelled; what is done so far is still paid and fetched."""
        with in_our_words(f"cancelling {remote_id}", self._base_url):
            self._once.batches.cancel(remote_id)

    def check(self) -> str:
        """Return a sentence that says the provider answers and takes the key."""
        if self._dialect.listing:
            with in_our_words("asking for a list of batches", self._base_url):
                self._client.get("/batches", cast_to=object, options={"params": {"limit": 1}})
        else:
            # «There is no such batch», in whatever words, comes from a server that let us in.
            with contextlib.suppress(ProviderRefused):
                self.view("batch_0")
        return f"{self._base_url} answers and takes the key."

    def _given(self, least: float) -> float:
        """Return how many seconds without a word are given to what is sent."""
        return min(SENDING, max(least, self._left()))

    def _in_time(self, request: httpx2.Request) -> None:
        """Let a read take no longer than there is time, and each of its repetitions."""
        left = max(SHORTEST, self._left())
        if request.method == "GET":
            given = request.extensions.get("timeout", {})
            request.extensions["timeout"] = {
                name: left if seconds is None else min(seconds, left)
                for name, seconds in given.items()
            }

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class _Timely(io.FileIO):
    """A file that is read while there is time: a slow upload ends as one that hangs."""

    def __init__(self, path: Path, left: Callable[[], float]) -> None:
        super().__init__(path)
        self._file, self._left = path.name, left

    def read(self, size: int | None = -1) -> bytes:
        """Read on; raises Unreachable where the time is up."""
        if self._left() <= 0:
            raise Unreachable(f"The time was up before {self._file} was uploaded.")
        return super().read(size)


def _as_api_key(request: httpx2.Request) -> None:
    """Send the key as Azure wants it; the client itself insists on a bearer token."""
    token = request.headers.pop("Authorization", "")
    if token:  # a request that was redirected went through here before
        request.headers["api-key"] = token.removeprefix("Bearer ")


def _shown(answer: Any) -> dict[str, Any]:
    """Return an answer as a mapping; Together wraps a new batch into «job»."""
    # Other servers' shapes are no surprise here, and no warning on anyone's terminal.
    shown = answer.model_dump(warnings=False) if hasattr(answer, "model_dump") else answer
    if not isinstance(shown, dict):
        return {}
    job = shown.get("job")
    return job if isinstance(job, dict) else shown
