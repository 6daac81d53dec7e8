"""The sums that must close, asked of the ledger after each stage.

Takes an open workspace; raises BooksDoNotBalance, or returns. Changes nothing but what is
kept of its sums.
"""

from collections.abc import Mapping
from dataclasses import asdict

from batchcap.errors import BooksDoNotBalance
from batchcap.ledger.captions import Money
from batchcap.records import Usage
from batchcap.workspace import Workspace

STATES, MONEY = "states", "money"


def check(workspace: Workspace) -> None:
    """Check that states sum to photos, tasks to their files and outcomes to joined batches.

    What was counted for that is kept until something changes.
    """
    ledger = workspace.ledger
    counts = ledger.photos.counts()
    if wrong := _unbalanced(workspace, counts):
        raise BooksDoNotBalance(
            " ".join(wrong[:5]),
            kept="Nothing more was done; photos, task files and replies are as they were.",
            hint="batchcap verify",
        )
    spent = [{**asdict(each), "usage": each.usage._asdict()} for each in ledger.captions.money()]
    ledger.keep({STATES: counts, MONEY: spent})


def states(workspace: Workspace) -> dict[str, int]:
    """Return how many photos are in each state, from the last check if nothing changed since."""
    kept: dict[str, int] | None = workspace.ledger.kept.get(STATES)
    return kept or workspace.ledger.photos.counts()


def money(workspace: Workspace) -> list[Money]:
    """Return the tokens of each model, from the last check if nothing changed since."""
    kept = workspace.ledger.kept.get(MONEY)
    if kept is None:
        return workspace.ledger.captions.money()
    return [Money(**{**each, "usage": Usage(**each["usage"])}) for each in kept]


def unbalanced(workspace: Workspace) -> list[str]:
    """Return a sentence for each sum that does not close, all counted anew."""
    counts = workspace.ledger.photos.counts()
    wrong = _unbalanced(workspace, counts)
    if counts != states(workspace):
        wrong.append("The photos' states are not what was counted after the last change.")
    return wrong


def _unbalanced(workspace: Workspace, counts: Mapping[str, int]) -> list[str]:
    ledger = workspace.ledger
    wrong = []
    total = ledger.photos.total()
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
