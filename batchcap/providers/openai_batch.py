"""OpenAI's Batch API, and every server that speaks it, through the ``openai`` client.

Takes submissions and task files; gives batch views and result files. Uploads and creates are sent
once, with the client's own retries off: what may exist is looked for, never made again. The key
is handed to the client and stands nowhere else.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai

from batchcap.batches.states import batch_view, seconds
from batchcap.errors import CannotTell, ProviderRefused, Unreachable
from batchcap.providers.faults import in_our_words
from batchcap.records import BatchState, BatchView, Dialect, Fetched, Submission

KEY = "batchcap_key"
SHA256 = "batchcap_sha256"
# Clocks differ: a batch is looked for back to this many seconds before its intent.
SLACK = 86_400.0
CHUNK = 1 << 20
# A download that breaks off is begun anew this often in one call.
DOWNLOADS = 3
GONE = (404, 410)
NOT_OFFERED = {"404", "405", "501"}


class OpenAIBatch:
    """The provider protocol over the Batch API."""

    def __init__(self, dialect: Dialect, *, base_url: str, api_key: str) -> None:
        self._dialect = dialect
        self._base_url = base_url
        # Reading may be repeated; what creates something is sent through _once.
        self._client = openai.OpenAI(
            api_key=api_key or "none", base_url=base_url, max_retries=2, timeout=120
        )
        self._once = self._client.with_options(max_retries=0, timeout=900)

    def submit(self, submission: Submission, path: Path, *, again: bool) -> str:
        """Send a task file and return the batch's id."""
        file_id = self._uploaded(submission) if again else ""
        if not file_id:
            file_id = self._upload(submission, path)
        with in_our_words(f"creating the batch of {submission.file.name}", self._base_url):
            batch = self._once.batches.create(
                input_file_id=file_id,
                endpoint=self._dialect.endpoint,  # type: ignore[arg-type]  # other servers' too
                completion_window=self._dialect.completion_window,  # type: ignore[arg-type]
                metadata={KEY: submission.key, SHA256: submission.file.sha256}
                if self._dialect.metadata
                else None,
            )
        remote_id = batch.id if isinstance(getattr(batch, "id", None), str) else ""
        if not remote_id:
            raise Unreachable(f"The answer to creating {submission.file.name} names no batch.")
        return remote_id

    def _upload(self, submission: Submission, path: Path) -> str:
        name = _remote_name(submission)
        with (
            in_our_words(f"uploading {submission.file.name}", self._base_url),
            path.open("rb") as stream,
        ):
            uploaded = self._once.files.create(
                file=(name, stream, "application/jsonl"),
                purpose=self._dialect.purpose,  # type: ignore[arg-type]  # Together: batch-api
            )
        file_id = uploaded.id if isinstance(getattr(uploaded, "id", None), str) else ""
        if not file_id:
            raise Unreachable(f"The answer to uploading {submission.file.name} names no file.")
        return file_id

    def _uploaded(self, submission: Submission) -> str:
        """Return the id of an upload that no batch used yet, found by name and size."""
        name = _remote_name(submission)
        for file in self._files(submission):
            if file.get("filename") == name and file.get("bytes") == submission.file.bytes:
                return str(file.get("id") or "")
        return ""

    def find(self, submission: Submission) -> str:
        """Return the id of the batch that a submission became, or ""."""
        if not self._dialect.listing:
            raise self._cannot_tell(submission)
        uploads = {
            str(each.get("id"))
            for each in self._files(submission)
            if each.get("filename") == _remote_name(submission)
        }
        for batch in self._batches(submission):
            metadata = batch.get("metadata") or {}
            by_key = isinstance(metadata, dict) and (
                metadata.get(KEY) == submission.key
                and metadata.get(SHA256) == submission.file.sha256
            )
            if by_key or batch.get("input_file_id") in uploads:
                return str(batch.get("id") or "")
        if not self._dialect.metadata and not uploads:
            raise self._cannot_tell(submission)
        return ""

    def _cannot_tell(self, submission: Submission) -> CannotTell:
        name = submission.file.name
        return CannotTell(
            f"{name} may have been sent, and {self._base_url} cannot say.",
            kept="Nothing was sent again.",
            hint=f"batchcap submit --adopt BATCH {name}, or batchcap submit --resend {name}",
        )

    def _batches(self, submission: Submission) -> Iterator[dict[str, Any]]:
        oldest = submission.created_at - SLACK
        try:
            with in_our_words("looking for what was sent", self._base_url):
                for batch in self._client.batches.list(limit=100):
                    found = batch.model_dump()
                    if 0 < seconds(found.get("created_at")) < oldest:
                        return
                    yield found
        except ProviderRefused as error:
            raise self._cannot_tell(submission) from error

    def _files(self, submission: Submission) -> Iterator[dict[str, Any]]:
        oldest = submission.created_at - SLACK
        purpose = self._dialect.purpose
        try:
            with in_our_words("looking for what was uploaded", self._base_url):
                for file in self._client.files.list(limit=100, purpose=purpose, order="desc"):
                    found = file.model_dump()
                    if 0 < seconds(found.get("created_at")) < oldest:
                        return
                    yield found
        except ProviderRefused as error:
            # A server without a list of files still has its list of batches.
            if error.provider_code not in NOT_OFFERED and not self._dialect.metadata:
                raise self._cannot_tell(submission) from error

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
        shown = batch.model_dump() if hasattr(batch, "model_dump") else {}
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
                if left == 0:
                    raise
            except ProviderRefused as error:
                cause = error.__cause__
                if isinstance(cause, openai.APIStatusError) and cause.status_code in GONE:
                    return Fetched(kind, "", "", 0)
                raise
            else:
                os.replace(part, into)  # noqa: PTH105 - Path.replace says the same
                return Fetched(kind, into.name, digest, size)
        raise Unreachable(f"{file_id} could not be fetched.")  # pragma: no cover - loop returns

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
        with in_our_words("asking for a list of batches", self._base_url):
            self._client.batches.list(limit=1)
        return f"{self._base_url} answers and takes the key."

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _remote_name(submission: Submission) -> str:
    """Return the name an upload bears at the provider: no other submission has it."""
    return f"{submission.key}.jsonl"
