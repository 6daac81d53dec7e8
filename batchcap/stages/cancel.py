"""Batches that should not go on: asked of the provider, and what was answered is kept."""

from collections.abc import Sequence

from batchcap.errors import UsageError
from batchcap.records import BatchState, Exit, StageResult
from batchcap.workspace import Workspace


def cancel(workspace: Workspace, batches: Sequence[str]) -> StageResult:
    """Cancel the named batches, or all that run; answers so far are paid, and fetched by poll.

    Raises UsageError for a batch that is not ours or has ended.
    """
    with workspace.recorded("cancel"):
        running = {
            each.submission.remote_id: each
            for each in workspace.ledger.submissions.open()
            if each.view is None or not each.view.state.terminal
        }
        if unknown := [each for each in batches if each not in running]:
            raise UsageError(
                f"{unknown[0]} is no batch of this workspace that still runs.",
                kept="Nothing was cancelled.",
                hint="batchcap status",
            )
        for remote_id in batches or running:
            workspace.provider.cancel(remote_id)
            view = workspace.provider.view(remote_id)
            with workspace.ledger.change():
                workspace.ledger.submissions.saw(
                    running[remote_id].submission, view, workspace.now()
                )
            workspace.progress.say(f"{remote_id}: {view.raw_state or BatchState.CANCELLING}")
    cancelled = len(batches) or len(running)
    return StageResult(
        "cancel",
        Exit.WAITING if cancelled else Exit.DONE,
        {"cancelled": cancelled},
        next="batchcap poll --wait" if cancelled else "batchcap status",
    )
