"""What stands at the provider already: batches and uploads, found by their marks.

Takes submissions; gives ids of what they became. Reads lists page by page, and stops where what
is left is older than the intent.
"""

import contextlib
from collections.abc import Collection, Iterator
from typing import Any

import openai

from batchcap.batches.states import batch_state, batch_view, seconds
from batchcap.errors import CannotTell, ProviderRefused, Unreachable
from batchcap.providers.base import KEY, SHA256, TOKENS, Marks
from batchcap.providers.faults import in_our_words
from batchcap.records import BatchState, Dialect, Enqueued, Submission

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
        uploads = self._upload_ids(submission)
        kept = unmarked = False
        for batch in self._batches(submission):
            marks = batch_view(batch).metadata
            kept = kept or KEY in marks
            if batch.get("id") in others:
                continue
            if KEY in marks:
                same = marks[KEY] == submission.key
                if same and marks.get(SHA256) == submission.file.sha256:
                    return str(batch.get("id") or "")
            elif uploads is None:
                unmarked = True
            elif batch.get("input_file_id") in uploads:
                return str(batch.get("id") or "")
        if unmarked and not kept:
            # No mark of ours was ever seen here, and uploads are not listed: it may be this one.
            raise self._cannot_tell(submission)
        return ""

    def upload(self, submission: Submission) -> str:
        """Return the id of an upload of this very file, found by name and size, or ""."""
        try:
            found = self._uploads(submission)
            sizes = (None, submission.file.bytes)
            return next((str(each.get("id")) for each in found if each.get("bytes") in sizes), "")
        except ProviderRefused:
            return ""

    def marked(self, since: float) -> dict[str, Marks]:
        """Return the batches made since then that bear our marks, by their ids.

        A server that refuses its list shows none.
        """
        found = {}
        with (
            contextlib.suppress(ProviderRefused),
            in_our_words("looking for what was sent before", self._base_url),
        ):
            for batch in self._since(since, "/batches", {}):
                view = batch_view(batch)
                marks = view.metadata
                # Of a batch that failed as a whole nothing was asked.
                if KEY in marks and view.state is not BatchState.FAILED:
                    said = Marks(marks[KEY], marks.get(SHA256, ""), view.created_at)
                    found[str(batch.get("id") or "")] = said
        return found

    def enqueued(self, ours: Collection[str], model: str, since: float) -> Enqueued:
        """Return what others have waiting there for that model.

        Another batchcap's batches name their tokens; of all others only the requests are known.
        """
        tokens = requests = 0
        if not self._dialect.listing:
            return Enqueued()
        # A server that refuses its list shows nothing: the queue's own words will have to do.
        with (
            contextlib.suppress(ProviderRefused),
            in_our_words("looking for what waits there", self._base_url),
        ):
            for batch in self._since(since, "/batches", {}):
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
                yield from self._since(submission.created_at - SLACK, "/batches", {})
        except ProviderRefused as error:
            raise self._cannot_tell(submission) from error

    def _upload_ids(self, submission: Submission) -> set[str] | None:
        """Return the ids of this file's uploads; None where the server does not list them."""
        try:
            return {str(each.get("id")) for each in self._uploads(submission)}
        except ProviderRefused as error:
            # A server without a list of files still has its list of batches and their marks.
            if not self._dialect.metadata:
                raise self._cannot_tell(submission) from error
            return None

    def _uploads(self, submission: Submission) -> Iterator[dict[str, Any]]:
        name = remote_name(submission)
        asked = {"purpose": self._dialect.purpose, "order": "desc"}
        with in_our_words("looking for what was uploaded", self._base_url):
            for file in self._since(submission.created_at - SLACK, "/files", asked):
                if file.get("filename") == name:
                    yield file

    def _since(self, oldest: float, path: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield a list's entries made at ``oldest`` or later; those without a time, too.

        Ends with a page that runs from new to old and reaches what is older; a list in another
        order (Together's is in none that is promised) is read to its end.
        """
        newest = 0.0
        for page in self._pages(path, asked):
            made = [seconds(each.get("created_at")) for each in page]
            if not newest and made:
                # A clock here that runs ahead must not make what was sent just now look old.
                newest = max(made)
                oldest = min(oldest, newest - SLACK)
            for each, at in zip(page, made, strict=True):
                if not 0 < at < oldest:
                    yield each
            if made and 0 < made[-1] < oldest and made[-1] <= made[0]:
                return

    def _pages(self, path: str, asked: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
        """Yield a list, page by page, until a page leads nowhere new."""
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
            yield found
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
    view = batch_view(batch)
    named = view.metadata.get(TOKENS, "")
    return int(named) if named.isdecimal() else 0, view.total
