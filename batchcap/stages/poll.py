"""batches → result files: look, fetch, send the next wave.

Takes an open workspace; gives both files of every batch that ended, on disk and hashed. A look
that fails is «unknown», never a state. With patience it goes on for days, calm after Ctrl-C.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from batchcap.balance import check
from batchcap.batches.queue import is_queue_full, poll_pause
from batchcap.errors import ProviderRefused, Unreachable
from batchcap.ledger.submissions import Sent
from batchcap.records import BatchState, BatchView, Exit, Fetched, Problem, StageResult
from batchcap.workspace import Workspace

# Between two looks others may work; Ctrl-C is obeyed within this many seconds.
NAP = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on looking: once, until all has ended, or for ``timeout`` seconds."""

    wait: bool = False
    timeout: float = 0.0


@dataclass(slots=True)
class Round:
    """What one round of looks found."""

    problems: list[Problem] = field(default_factory=list)
    unreachable: bool = False
    gone: bool = False


# Sends the next wave; stages never import one another, so the command line hands it in.
SendNext = Callable[[Workspace], tuple[list[Problem], Exit]]


def poll(workspace: Workspace, patience: Patience, send_next: SendNext) -> StageResult:
    """Look at every open batch and fetch what has ended.

    Without ``wait`` an unreachable provider is exit 1; with it the next look is awaited. Raises
    KeyMissing where the key is no longer accepted.
    """
    with workspace.recorded("poll"):
        until = workspace.now() + patience.timeout if patience.timeout else math.inf
        with workspace.progress.bar("requests answered", _total(workspace)) as bar:
            shown = 0
            while True:
                found = look(workspace)
                problems, code = send_next(workspace) if not found.unreachable else ([], Exit.DONE)
                done = _done(workspace)
                bar.advance(done - shown)
                shown = done
                if not patience.wait or not _more(workspace, code):
                    break
                if workspace.now() >= until:
                    break
                _pause(workspace, bar.note, until)
        check(workspace)
    return result(workspace, found, problems, code)


def look(workspace: Workspace) -> Round:
    """View every open batch once, and fetch both files of each one that ended."""
    found = Round()
    for sent in workspace.ledger.submissions.open():
        view = sent.view
        ended = view is not None and view.state.terminal and view.state is not BatchState.GONE
        try:
            _after(workspace, sent if ended else _view(workspace, sent), found)
        except (Unreachable, ProviderRefused) as error:
            found.unreachable = True
            found.problems.append(
                Problem(error.code, f"{sent.submission.remote_id}: {error}", hint=error.hint)
            )
            workspace.progress.say(f"no answer about {sent.submission.remote_id}: {error}")
    return found


def _view(workspace: Workspace, sent: Sent) -> Sent:
    view = workspace.provider.view(sent.submission.remote_id)
    now = workspace.now()
    with workspace.ledger.change():
        workspace.ledger.submissions.saw(sent.submission, view, now)
    return Sent(sent.submission, view, now, sent.ended, sent.message)


def _after(workspace: Workspace, sent: Sent, found: Round) -> None:
    view = sent.view
    if view is None or not view.state.terminal:
        return
    if view.state is BatchState.GONE:
        found.gone = True
        name = sent.submission.file.name
        found.problems.append(
            Problem(
                "batch_gone",
                f"The provider knows {view.remote_id} ({name}) no longer. Nothing was sent again.",
                hint=f"batchcap submit --adopt BATCH {name}, or batchcap submit --resend {name}",
            )
        )
        return
    if view.state is BatchState.FAILED and is_queue_full(view.errors) and not view.output_file_id:
        said = " ".join(each.message for each in view.errors)
        wait = workspace.note_queue_full(sent.submission, said)
        name = sent.submission.file.name
        workspace.progress.say(f"no room for {name} yet, it waits {wait:.0f} s: {said}")
        return
    _fetch(workspace, sent, view)


def _fetch(workspace: Workspace, sent: Sent, view: BatchView) -> None:
    known = {each.kind: each.name for each in workspace.ledger.submissions.files(sent.submission)}
    for kind, file_id in (("output", view.output_file_id), ("error", view.error_file_id)):
        had = known.get(kind)
        if had is not None and (not had or (workspace.replies / had).is_file()):
            continue
        if file_id:
            name = f"{sent.submission.file.name.removesuffix('.jsonl')}-{sent.submission.id}"
            into = workspace.replies / f"{name}.{kind}.jsonl"
            fetched = workspace.provider.fetch(file_id, kind, into)
        else:
            fetched = Fetched(kind, "", "", 0)
        if had and not fetched.name:
            # Lost here and there: what was recorded stands, so that join does not pass over it.
            continue
        with workspace.ledger.change():
            workspace.ledger.submissions.fetched(sent.submission, fetched, workspace.now())


def _ended(workspace: Workspace, sent: Sent) -> bool:
    if sent.view is None or not sent.view.state.terminal:
        return False
    return sent.view.state == "gone" or len(workspace.ledger.submissions.files(sent.submission)) > 1


def _more(workspace: Workspace, code: Exit) -> bool:
    """Return whether there is something to wait for; where a person is needed, only what runs."""
    if any(not _ended(workspace, each) for each in workspace.ledger.submissions.open()):
        return True
    if code in (Exit.HELD, Exit.FAILED):
        return False
    return bool(workspace.ledger.tasks.files("waiting", "doubt"))


def _pause(workspace: Workspace, note: Callable[[str], None], end: float) -> None:
    """Wait until the next look: calm with the youngest batch's age, quicker near its end."""
    seconds = workspace.settings.poll.interval
    if not seconds:
        now = workspace.now()
        pauses = [
            poll_pause(now - each.submission.created_at, _part(each.view))
            for each in workspace.ledger.submissions.open()
        ]
        seconds = min(pauses, default=60.0)
    note(f"next look in {seconds:.0f} s" if seconds >= 1 else "")
    until = min(workspace.now() + seconds, end)
    with workspace.resting():
        while (left := until - workspace.now()) > 0:
            workspace.sleep(min(NAP, left))


def _part(view: BatchView | None) -> float:
    return (view.completed + view.failed) / view.total if view and view.total else 0.0


def _total(workspace: Workspace) -> int:
    opened = workspace.ledger.submissions.open()
    waiting = workspace.ledger.tasks.files("waiting", "doubt")
    return sum(each.submission.file.requests for each in opened) + sum(
        each.requests for each in waiting
    )


def _done(workspace: Workspace) -> int:
    return sum(
        each.view.completed + each.view.failed
        for each in workspace.ledger.submissions.open()
        if each.view
    )


def result(workspace: Workspace, found: Round, problems: list[Problem], code: Exit) -> StageResult:
    """Return where every open batch stands."""
    opened = workspace.ledger.submissions.open()
    states = [each.view.state for each in opened if each.view]
    ended = {
        str(state): states.count(state)
        for state in (
            BatchState.COMPLETED,
            BatchState.FAILED,
            BatchState.EXPIRED,
            BatchState.CANCELLED,
        )
    }
    running = len(opened) - sum(ended.values()) - states.count(BatchState.GONE)
    waiting = len(workspace.ledger.tasks.files("waiting", "doubt"))
    if found.unreachable:
        exit_code = Exit.FAILED
    elif found.gone or code == Exit.HELD:
        exit_code = Exit.HELD
    elif code == Exit.FAILED and not running:
        exit_code = Exit.FAILED
    else:
        exit_code = Exit.WAITING if running or waiting else code
    return StageResult(
        "poll",
        exit_code,
        {
            "in_progress": running,
            **ended,
            "requests_done": _done(workspace),
            "requests_total": _total(workspace),
        },
        (*found.problems, *problems),
        {
            "batches": [
                {
                    "file": each.submission.file.name,
                    "batch": each.submission.remote_id,
                    "state": each.view.raw_state or str(each.view.state) if each.view else "",
                    "completed": each.view.completed if each.view else 0,
                    "failed": each.view.failed if each.view else 0,
                    "requests": each.submission.file.requests,
                }
                for each in opened
            ],
            "waiting": waiting,
        },
        _next(running or waiting, ended),
    )


def _next(running: int, ended: dict[str, int]) -> str:
    if any(ended.values()):
        return "batchcap join"
    return "batchcap poll --wait" if running else "batchcap status"
