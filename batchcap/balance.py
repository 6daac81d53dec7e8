"""The sums that must close, asked of the ledger after each stage.

Takes an open workspace; raises BooksDoNotBalance, or returns. Changes nothing.
"""

from batchcap.errors import BooksDoNotBalance
from batchcap.workspace import Workspace


def check(workspace: Workspace) -> None:
    """Check that states sum to photos, tasks to their files and outcomes to joined batches."""
    if wrong := unbalanced(workspace):
        raise BooksDoNotBalance(
            " ".join(wrong[:5]),
            kept="Nothing more was done; photos, task files and replies are as they were.",
            hint="batchcap verify",
        )


def unbalanced(workspace: Workspace) -> list[str]:
    """Return a sentence for each sum that does not close."""
    ledger = workspace.ledger
    wrong = []
    counts, total = ledger.photos.counts(), ledger.photos.total()
    if sum(counts.values()) != total:
        wrong.append(f"{total} photos, but their states sum to {sum(counts.values())}.")
    for name, requests, tasks, outcomes, state in ledger.tasks.sums():
        if state != "split" and tasks != requests:
            wrong.append(f"{name}: {requests} requests, but {tasks} tasks.")
        if state == "done" and outcomes != tasks:
            wrong.append(f"{name}: {tasks} tasks, but {outcomes} outcomes.")
        if state == "waiting" and outcomes:
            wrong.append(f"{name}: not sent, but {outcomes} outcomes.")
    return wrong
