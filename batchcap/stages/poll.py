"""batches → result files: look, fetch, send the next wave.

Takes an open workspace; gives both files of every batch that ended, on disk and hashed. A look
that fails is «unknown», never a state. With patience it goes on for days, calm after Ctrl-C.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from batchcap.balance import check
from batchcap.batches.queue import is_queue_full, poll_pause
from batchcap.errors import AskedToWait, ProviderRefused, Unreachable
from batchcap.fetching import fetch, is_fetched, viewed
from batchcap.ledger.submissions import Sent
from batchcap.records import BatchState, BatchView, Exit, Problem, StageResult
from batchcap.sending import asked_wait, note_queue_full
from batchcap.workspace import Workspace

# Between two looks others may work; Ctrl-C is obeyed within this many seconds.
NAP = 1.0
# Errors of a failed batch that are told; the rest of them mostly say the same.
TOLD_ERRORS = 3


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on looking: once, until all has ended, or for ``timeout`` seconds."""

    wait: bool = False
    timeout: float = 0.0

    @property
    def goes_on(self) -> bool:
        """Whether one look is not all: who names a time has time."""
        return self.wait or self.timeout > 0


@dataclass(slots=True)
class Round:
    """What one round of looks found.

    ``silent`` are batches of which no answer came, ``lost`` those a person must decide about;
    ``wait`` is how long the provider asks to be left alone, in seconds.
    """

    problems: list[Problem] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    looks: int = 0
    refused: bool = False
    wait: float = 0.0

    @property
    def heard(self) -> bool:
        """Whether the provider answers at all, as far as it was asked."""
        return not self.looks or self.looks > len(self.silent)


# Sends the next wave; stages never import one another, so the command line hands it in.
SendNext = Callable[[Workspace], tuple[list[Problem], Exit]]


def poll(workspace: Workspace, patience: Patience, send_next: SendNext) -> StageResult:
    """Look at every open batch and fetch what has ended.

    An unreachable provider is exit 1 where one look is all; else the next look is awaited, and a
    timeout is exit 3. Raises KeyMissing where the key is no longer accepted.
    """
    with workspace.recorded("poll"):
        until = workspace.now() + patience.timeout if patience.timeout else math.inf
        workspace.deadline = until
        with workspace.progress.bar("requests answered", _total(workspace)) as bar:
            shown = 0
            found = Round()
            while True:
                found = look(workspace, found)
                problems, code = send_next(workspace) if found.heard else ([], Exit.DONE)
                done = _done(workspace)
                bar.advance(done - shown)
                shown = done
                if not patience.goes_on or not _more(workspace, found, code):
                    break
                if workspace.now() >= until:
                    found.wait = max(found.wait, NAP)
                    break
                _pause(workspace, found, bar.note, until)
        check(workspace)
    return result(workspace, found, problems, code)


def look(workspace: Workspace, before: Round) -> Round:
    """View every open batch once, and fetch both files of each one that ended.

    The oldest come first, for results expire 30 days after their end. A silence is told once.
    """
    found = Round()
    for sent in workspace.ledger.submissions.open():
        remote_id = sent.submission.remote_id
        found.looks += 1
        try:
            ended = _is_over(sent)
            _after(workspace, sent if ended else viewed(workspace, sent.submission), found)
        except (Unreachable, ProviderRefused) as error:
            found.silent.add(remote_id)
            found.refused = found.refused or isinstance(error, ProviderRefused)
            if isinstance(error, AskedToWait):
                found.wait = max(found.wait, error.seconds)
            found.problems.append(Problem(error.code, f"{remote_id}: {error}", hint=error.hint))
            if remote_id not in before.silent:
                workspace.progress.say(f"no answer about {remote_id}: {error}")
            if workspace.time_is_up:
                break  # the others would not be answered either
    return found


def _is_over(sent: Sent) -> bool:
    """Return whether nothing new can be seen of a batch: it has ended and names its files."""
    view = sent.view
    if view is None or not view.state.terminal or view.state is BatchState.GONE:
        return False
    return bool(view.output_file_id or view.error_file_id or view.state is BatchState.FAILED)


def _after(workspace: Workspace, sent: Sent, found: Round) -> None:
    view = sent.view
    if view is None or not view.state.terminal:
        return
    if view.state is BatchState.GONE:
        found.lost.add(view.remote_id)
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
        wait = note_queue_full(workspace, sent.submission, said)
        name = sent.submission.file.name
        workspace.progress.say(f"no room for {name} yet, it waits {wait:.0f} s: {said}")
        return
    name = sent.submission.file.name
    for kind in fetch(workspace, sent.submission, view):
        found.lost.add(view.remote_id)
        found.problems.append(
            Problem(
                "result_gone",
                f"{name}: the provider no longer has the {kind} file that {view.remote_id} names."
                " What it holds is paid for, so nothing was asked again.",
                hint=f"batchcap poll looks again; batchcap submit --resend {name} gives it up",
            )
        )


def _more(workspace: Workspace, found: Round, code: Exit) -> bool:
    """Return whether there is something to wait for; where a person is needed, only what runs."""
    if any(
        not is_fetched(workspace, each) and each.submission.remote_id not in found.lost
        for each in workspace.ledger.submissions.open()
    ):
        return True
    if code in (Exit.HELD, Exit.FAILED):
        return False
    return bool(workspace.ledger.tasks.files("waiting", "doubt"))


def _pause(workspace: Workspace, found: Round, note: Callable[[str], None], end: float) -> None:
    """Wait until the next look: calm with the youngest batch's age, quicker near its end."""
    seconds = workspace.settings.poll.interval
    if not seconds:
        now = workspace.now()
        pauses = [
            poll_pause(now - each.submission.created_at, _part(each.view))
            for each in workspace.ledger.submissions.open()
        ]
        seconds = min(pauses, default=asked_wait(workspace) or 60.0)
    seconds = max(seconds, found.wait)
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
    stuck = code in (Exit.HELD, Exit.FAILED)
    if found.silent and (found.refused or not found.wait):
        exit_code = Exit.FAILED
    elif found.lost or code == Exit.HELD:
        exit_code = Exit.HELD
    elif found.silent:
        exit_code = Exit.WAITING
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
        (*found.problems, *_failed(opened), *problems),
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
        _next(workspace, opened, running + len(found.silent) + (0 if stuck else waiting)),
    )


def _failed(opened: list[Sent]) -> list[Problem]:
    """Say why the provider failed a batch, in its own words; what follows is for join to settle."""
    told = []
    for each in opened:
        if each.view is None or each.view.state is not BatchState.FAILED:
            continue
        errors = each.view.errors
        words = [
            f"{' '.join(filter(None, (error.code, error.message)))}"
            + (f" (line {error.line})" if error.line else "")
            for error in errors[:TOLD_ERRORS]
        ]
        more = [f"and {len(errors) - TOLD_ERRORS:,} more"] if len(errors) > TOLD_ERRORS else []
        why = "; ".join([*words, *more]) or "no reason is given"
        name = each.submission.file.name
        told.append(Problem("batch_failed", f"{name}: the provider failed the batch: {why}"))
    return told


def _next(workspace: Workspace, opened: list[Sent], left: int) -> str:
    if any(is_fetched(workspace, each) for each in opened):
        return "batchcap join"
    return "batchcap poll --wait" if left else "batchcap status"
