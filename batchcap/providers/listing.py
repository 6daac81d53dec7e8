"""What stands at the provider already: batches and uploads, found by their marks.

Takes submissions; gives ids of what they became. Reads lists page by page, the newest first, and
stops where everything is older than the intent.
"""

from collections.abc import Collection, Iterator
from typing import Any

import openai

from batchcap.batches.states import batch_state, seconds
from batchcap.errors import CannotTell, ProviderRefused, Unreachable
from batchcap.providers.faults import in_our_words
from batchcap.records import Dialect, Enqueued, Submission

KEY = "batchcap_key"
SHA256 = "batchcap_sha256"
TOKENS = "batchcap_input_tokens"
# Clocks differ: a batch is looked for back to this many seconds before its intent.
SLACK = 86_400.0
PAGE = 100


def remote_name(submission: Submission) -> str:
    """Return the name an upload bears at the provider: that of its content, in its workspace."""
    workspace = submission.key.rpartition("-")[0]
    return f"{workspace}-{submission.file.sha256.removeprefix('sha256:')[:12]}.jsonl"


class Listing:
    """The provider's lists of batches and files, in its own way of paging."""

    def __init__(self, client: openai.OpenAI, dialect: Dialect, base_url: str) -> None:
        self._client = client
        self._dialect = dialect
        self._base_url = base_url

    def find(self, submission: Submission, others: Collection[str]) -> str:
        """Return the id of the batch that a submission became, or "".

        By our key and the file's SHA-256 in its metadata; a batch whose metadata was dropped is
        known by its input file. Raises CannotTell where neither can be.
        """
        if not self._dialect.listing:
            raise self._cannot_tell(submission)
        uploads = {str(each.get("id")) for each in self._uploads(submission)}
        for batch in self._batches(submission):
            if batch.get("id") in others:
                continue
            metadata = batch.get("metadata")
            marked = isinstance(metadata, dict) and KEY in metadata
            if marked and isinstance(metadata, dict):
                same = metadata[KEY] == submission.key
                if same and metadata.get(SHA256) == submission.file.sha256:
                    return str(batch.get("id") or "")
            elif batch.get("input_file_id") in uploads:
                return str(batch.get("id") or "")
        return ""

    def upload(self, submission: Submission) -> str:
        """Return the id of an upload of this very file, found by name and size, or ""."""
        return next(
            (
                str(each.get("id") or "")
                for each in self._uploads(submission)
                if each.get("bytes") in (None, submission.file.bytes)
            ),
            "",
        )

    def enqueued(self, ours: Collection[str], model: str, since: float) -> Enqueued:
        """Return what others have waiting there for that model.

        Another batchcap's batches name their tokens; of all others only the requests are known.
        """
        tokens = requests = 0
        if not self._dialect.listing:
            return Enqueued()
        with in_our_words("looking for what waits there", self._base_url):
            for batch in self._pages("/batches", {}):
                if 0 < seconds(batch.get("created_at")) < since:
                    break
                said = batch.get("model")
                other = isinstance(said, str) and said and not said.startswith(model)
                ended = batch_state(str(batch.get("status") or "")).terminal
                if batch.get("id") in ours or ended or other:
                    continue
                named, counted = _size(batch)
                tokens += named
                requests += 0 if named else counted
        return Enqueued(tokens, requests)

    def _batches(self, submission: Submission) -> Iterator[dict[str, Any]]:
        try:
            with in_our_words("looking for what was sent", self._base_url):
                yield from self._since(submission, "/batches", {})
        except ProviderRefused as error:
            raise self._cannot_tell(submission) from error

    def _uploads(self, submission: Submission) -> Iterator[dict[str, Any]]:
        name = remote_name(submission)
        asked = {"purpose": self._dialect.purpose, "order": "desc"}
        try:
            with in_our_words("looking for what was uploaded", self._base_url):
                for file in self._since(submission, "/files", asked):
                    if file.get("filename") == name:
                        yield file
        except ProviderRefused as error:
            # A server without a list of files still has its list of batches and their marks.
            if not self._dialect.metadata:
                raise self._cannot_tell(submission) from error

    def _since(
        self, submission: Submission, path: str, asked: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        oldest = submission.created_at - SLACK
        for found in self._pages(path, asked):
            if 0 < seconds(found.get("created_at")) < oldest:
                return
            yield found

    def _pages(self, path: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield every entry of a list, page by page, until a page leads nowhere new."""
        cursor, been = "", {""}
        mark = "cursor" if self._dialect.paging == "cursor" else "after"
        while True:
            params = {"limit": PAGE, **asked, **({mark: cursor} if cursor else {})}
            page: Any = self._client.get(path, cast_to=object, options={"params": params})
            data = page.get("data") if isinstance(page, dict) else page
            if not isinstance(data, list):
                # «Nothing is there» would send it again: an answer that is no list says nothing.
                raise Unreachable(f"{self._base_url} answered with something that is no list.")
            found = [each for each in data if isinstance(each, dict)]
            yield from found
            cursor = _next_page(page, found, by_cursor=mark == "cursor")
            if cursor in been:
                return
            been.add(cursor)

    def _cannot_tell(self, submission: Submission) -> CannotTell:
        name = submission.file.name
        return CannotTell(
            f"{name} may have been sent, and {self._base_url} cannot say.",
            kept="Nothing was sent again.",
            hint=f"batchcap submit --adopt BATCH {name}, or batchcap submit --resend {name}",
        )


def _next_page(page: Any, found: list[dict[str, Any]], *, by_cursor: bool) -> str:
    if not isinstance(page, dict) or not found:
        return ""
    if by_cursor:
        paging = page.get("paging")
        return str(paging.get("next_cursor") or "") if isinstance(paging, dict) else ""
    return str(found[-1].get("id") or "") if page.get("has_more") else ""


def _size(batch: dict[str, Any]) -> tuple[int, int]:
    """Return the tokens a batch names of itself (0: none) and its requests."""
    metadata, counts = batch.get("metadata"), batch.get("request_counts")
    named = metadata.get(TOKENS) if isinstance(metadata, dict) else None
    total = counts.get("total") if isinstance(counts, dict) else None
    return (
        int(named) if isinstance(named, str) and named.isdecimal() else 0,
        total if isinstance(total, int) else 0,
    )
