"""An ended batch → its result files on disk, hashed and recorded.

Takes an open workspace whose lock is held. A file that the batch names and the provider does not
have was paid for: it is looked for again, and never taken as lost without a person's word.
"""

from collections import deque
from pathlib import Path

from batchcap.batches.jsonl import lines
from batchcap.batches.replies import UNREADABLE_LINE, read_reply
from batchcap.ledger.submissions import Sent
from batchcap.records import BatchState, BatchView, Fetched, Reply, Submission
from batchcap.workspace import Workspace

# What is not there yet, or not whole, may be a moment later: so many looks, with a pause between.
LOOKS = 3
ANSWERING = (BatchState.COMPLETED, BatchState.EXPIRED, BatchState.CANCELLED)


def viewed(workspace: Workspace, submission: Submission) -> Sent:
    """View a batch and record what is shown.

    Where answers are counted at the end and no file of them is named, the look is repeated.
    """
    view = workspace.provider.view(submission.remote_id)
    for _ in range(LOOKS - 1):
        if view.output_file_id or not view.completed or view.state not in ANSWERING:
            break
        workspace.sleep(workspace.dialect.settle_seconds)
        view = workspace.provider.view(submission.remote_id)
    now = workspace.now()
    with workspace.ledger.change():
        workspace.ledger.submissions.saw(submission, view, now)
    return Sent(submission, view, now, "", "")


def fetch(workspace: Workspace, submission: Submission, view: BatchView) -> list[str]:
    """Fetch both files of an ended batch; gives the kinds that are named and not there.

    Raises Unreachable or ProviderRefused; what was fetched before is recorded.
    """
    known = {each.kind: each.name for each in workspace.ledger.submissions.files(submission)}
    lost = []
    for kind, file_id in (("output", view.output_file_id), ("error", view.error_file_id)):
        had = known.get(kind)
        if had is not None and (not had or (workspace.replies / had).is_file()):
            continue
        fetched = _fetched(workspace, submission, kind, file_id)
        if fetched.name or not file_id:
            record(workspace, submission, fetched)
        elif had is None:
            lost.append(kind)
        # Else it is lost here and there: what was recorded stands, so that join does not pass it.
    return lost


def _fetched(workspace: Workspace, submission: Submission, kind: str, file_id: str) -> Fetched:
    found = Fetched(kind, "", "", 0)
    stem = f"{submission.file.name.removesuffix('.jsonl')}-{submission.id}"
    # A proxy may cut between two lines as well. Who says a wrong size is believed in the end.
    for number in range(LOOKS if file_id else 0):
        if number:
            workspace.sleep(workspace.dialect.settle_seconds)
        into = workspace.replies / f"{stem}.{kind}.jsonl"
        seen = workspace.provider.fetch(file_id, kind, into)
        found = seen if seen.name else found
        if seen.name and _ends_whole(into) and workspace.provider.size(file_id) <= seen.bytes:
            break
    return found


def _ends_whole(path: Path) -> bool:
    """Whether a result file's last line is one; half a file, as a proxy may give, ends within it.

    What is missing would be asked and paid for again.
    """
    with path.open("rb") as stream:
        last = next(iter(deque(lines(stream), maxlen=1)), None)
    if last is None:
        return True
    reply = read_reply(*last)
    return isinstance(reply, Reply) and reply.error_code != UNREADABLE_LINE


def record(workspace: Workspace, submission: Submission, fetched: Fetched) -> None:
    """Record a result file; one without a name is one that is not, or no longer, to be had."""
    with workspace.ledger.change():
        workspace.ledger.submissions.fetched(submission, fetched, workspace.now())


def is_fetched(workspace: Workspace, sent: Sent) -> bool:
    """Return whether a batch has ended and both its files are settled."""
    if sent.view is None or not sent.view.state.terminal or sent.view.state is BatchState.GONE:
        return False
    return len(workspace.ledger.submissions.files(sent.submission)) > 1
