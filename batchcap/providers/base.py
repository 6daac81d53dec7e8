"""What every provider can do, in five verbs."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple, Protocol

from batchcap.records import BatchView, Enqueued, Fetched, Submission

# The marks a batch carries in its metadata: whose it is, what it was made of, how large that is.
KEY = "batchcap_key"
SHA256 = "batchcap_sha256"
TOKENS = "batchcap_input_tokens"


class Marks(NamedTuple):
    """What a batch of batchcap's says of itself, and when it was made: seconds since 1970."""

    key: str
    sha256: str
    created_at: float


class Provider(Protocol):
    """A place that takes task files and gives results.

    Every verb raises Unreachable where no clear answer came (nothing is known to have changed),
    ProviderRefused where the answer was no, KeyMissing where the key is not accepted.
    """

    def submit(self, submission: Submission, path: Path, *, again: bool) -> str:
        """Send a task file and return the batch's id; never retried blindly.

        ``again`` says that an earlier try may have left an upload to be used.
        """

    def find(self, submission: Submission, others: Collection[str]) -> str:
        """Return the id of the batch that a submission became, or "".

        ``others`` are batches that belong to other submissions. Raises CannotTell where the
        provider keeps no mark to find it by.
        """

    def marked(self, since: float) -> dict[str, Marks]:
        """Return the batches made since then that bear batchcap's marks, by their ids."""

    def enqueued(self, ours: Collection[str], model: str, since: float) -> Enqueued:
        """Return what others have waiting there for that model, as far as the list shows it."""

    def view(self, remote_id: str) -> BatchView:
        """Return a batch as it stands; a provider's error is never a state."""

    def fetch(self, file_id: str, kind: str, into: Path) -> Fetched:
        """Bring a result file to ``into``, byte for byte; name "" where it is gone."""

    def size(self, file_id: str) -> int:
        """Return how many bytes the provider says a result file has; 0 where it does not say."""

    def cancel(self, remote_id: str) -> None:
        """Ask for a batch to be cancelled."""

    def check(self) -> str:
        """Return a sentence that says the provider answers and takes the key."""
