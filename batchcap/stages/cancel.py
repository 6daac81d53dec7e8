"""Batches that should not go on: asked of the provider, and what was answered is kept."""

from collections.abc import Sequence

from batchcap.errors import ProviderRefused, Unreachable, UsageError
from batchcap.records import BatchState, BatchView, Exit, Problem, StageResult
from batchcap.workspace import Workspace


def cancel(workspace: Workspace, batches: Sequence[str]) -> StageResult:
    """Cancel the named batches, or all that run; answers so far are paid, and fetched by poll.

    One that turns out to have ended meanwhile is left as it is. Raises UsageError for a batch that
    is not ours or is known to have ended.
    """
    cancelled = 0
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
            view = _cancel(workspace, remote_id)
            cancelled += not view.state.terminal or view.state is BatchState.CANCELLED
            with workspace.ledger.change():
                workspace.ledger.submissions.saw(
                    running[remote_id].submission, view, workspace.now()
                )
            workspace.progress.say(f"{remote_id}: {view.raw_state or BatchState.CANCELLING}")
    return StageResult(
        "cancel",
        Exit.WAITING if cancelled else Exit.DONE,
        {"cancelled": cancelled},
        tuple(_unsent(workspace)),
        next="batchcap poll --wait" if cancelled else "batchcap status",
    )


def _unsent(workspace: Workspace) -> list[Problem]:
    """Say what the next poll would send, for who cancels may want nothing more to be sent."""
    waiting = len(workspace.ledger.tasks.files("waiting"))
    if not waiting:
        return []
    return [
        Problem(
            "unsent",
            f"{waiting:,} task files were not sent yet; poll and submit send them as room frees."
            if waiting > 1
            else "One task file was not sent yet; poll and submit send it as room frees.",
            hint="to fetch and send nothing: batchcap poll --set limits.budget_usd=0.000001",
        )
    ]


def _cancel(workspace: Workspace, remote_id: str) -> BatchView:
    """Ask for the cancellation and look: a batch that ended first refuses it."""
    try:
        workspace.provider.cancel(remote_id)
    except (ProviderRefused, Unreachable):
        view = workspace.provider.view(remote_id)
        if not view.state.terminal:
            raise
        return view
    return workspace.provider.view(remote_id)
