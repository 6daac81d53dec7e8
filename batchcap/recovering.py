"""A ledger that has never sent anything, in a workspace that has: its batches are found again.

Takes an open workspace whose lock is held, before its first sending; adopts what was made of the
very same task files. What else this workspace sent is left to a person, and all of it where not
even the workspace's name was kept.
"""

import math
from collections.abc import Sequence

from batchcap.records import Exit, Problem, TaskFile
from batchcap.sending import Sending, intend, key_of, mark_of
from batchcap.workspace import Workspace

# Providers keep results for so long; what is older is asked for again at any rate: seconds.
KEPT = 30 * 86_400.0
# How many batches are named one by one.
NAMED = 3


def recover(workspace: Workspace, files: Sequence[TaskFile], sending: Sending) -> bool:
    """Adopt what was sent of these files before the ledger was lost; False where to stop.

    Where only the place speaks for it, nothing is adopted without a person's word. Raises
    Unreachable where the provider does not answer.
    """
    if not (workspace.dialect.listing and workspace.dialect.metadata):
        return True
    known, mark = workspace.ledger.submissions.remote_ids(), mark_of(workspace)
    found = workspace.provider.marked(workspace.now() - KEPT)
    marked = {remote_id: marks for remote_id, marks in found.items() if remote_id not in known}
    ours = {each[:2]: remote_id for remote_id, each in marked.items() if each.key.startswith(mark)}
    others = len(marked) - len(ours)
    # A backup of this ledger may know less than was sent since; what is older is not its own.
    begun = math.floor(workspace.ledger.begun)
    older = {marks: each for marks, each in ours.items() if marked[each].created_at < begun}
    if older and workspace.ledger.named_by_place and not sending.anew:
        same = sum((key_of(workspace, file), file.sha256) in older for file in files)
        sending.code = Exit.HELD
        sending.problems.append(_same_place(list(older.values()), same))
        return False
    for file in files:
        remote_id = ours.pop((key_of(workspace, file), file.sha256), "")
        if remote_id:
            with workspace.ledger.change():
                submission = intend(workspace, file)
                workspace.ledger.submissions.sent(submission, remote_id, "adopted", workspace.now())
            sending.adopted += 1
    if ours and not sending.anew:
        sending.code = Exit.HELD
        sending.problems.append(_lost(list(ours.values())))
        return False
    if others:
        sending.problems.append(_others(others))
    return True


def _batches(number: int) -> str:
    return f"{number:,} batch{'es' * (number != 1)}"


def _named(remote_ids: Sequence[str]) -> str:
    more = " and more" if len(remote_ids) > NAMED else ""
    return f"{_batches(len(remote_ids))} ({', '.join(remote_ids[:NAMED])}{more})"


def _same_place(remote_ids: Sequence[str], same: int) -> Problem:
    """Say what an earlier workspace sent from this folder, ``same`` of it of the files that wait.

    The folder may have been another archive's, or be moved: only a person knows.
    """
    then = f"take over {same:,} that ask the very same" if same else "pay for them again"
    rest = " and pay for the rest again" if 0 < same < len(remote_ids) else ""
    return Problem(
        "ledger_lost",
        f"A workspace in this folder has sent {_named(remote_ids)} of which this ledger knows"
        " nothing: its .batchcap folder was deleted or moved away. Nothing was sent.",
        hint=f"put that .batchcap back, or {then}{rest}: batchcap submit --anew",
    )


def _lost(remote_ids: Sequence[str]) -> Problem:
    return Problem(
        "ledger_lost",
        f"This workspace has sent {_named(remote_ids)} of which its ledger knows"
        " nothing, and the answers are paid for. Nothing was sent.",
        hint="put .batchcap back from a backup, or pay for them again: batchcap submit --anew",
    )


def _others(number: int) -> Problem:
    return Problem(
        "other_workspaces",
        f"The provider holds {_batches(number)} of other workspaces. If one of them is of these"
        " photos, and its .batchcap folder is lost, the photos are paid for again.",
    )
