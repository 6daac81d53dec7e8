"""One task file → one batch: an intent, a look at what is there, and then the money.

Takes an open workspace whose lock is held; gives a batch that is recorded under its key, or a
doubt that is settled later. Never sends what may exist already without looking for it.
"""

from dataclasses import dataclass, field

from batchcap.batches.queue import REQUESTS, TOKENS, backoff, is_queue_full, queue_limit
from batchcap.errors import (
    AskedToWait,
    BatchcapError,
    CannotTell,
    ProviderRefused,
    Unreachable,
    UsageError,
)
from batchcap.fetching import fetch, is_fetched, record, viewed
from batchcap.providers.base import SHA256
from batchcap.records import (
    BatchError,
    BatchState,
    BatchView,
    Exit,
    Fetched,
    Problem,
    Submission,
    TaskFile,
)
from batchcap.splitting import whole
from batchcap.workspace import Workspace

# A provider's list may lag behind its creations: an intent is looked for this often, with a
# pause, before it is taken as never carried out.
LOOKS = 3
# What a provider that asks to wait is granted at most: seconds.
LONGEST_WAIT = 86_400.0
# What would meet the next file of a round, too.
ENDS_ROUND = ("queue_full", CannotTell.code, AskedToWait.code)


@dataclass(slots=True)
class Sending:
    """What a round of sending did; ``anew``: batches of a lost ledger are no reason to stop."""

    submitted: int = 0
    adopted: int = 0
    problems: list[Problem] = field(default_factory=list)
    code: Exit = Exit.DONE
    anew: bool = False

    @property
    def ended(self) -> bool:
        """Whether something was met that the next file would meet, too."""
        return any(each.code in ENDS_ROUND for each in self.problems)


def send_file(workspace: Workspace, file: TaskFile, sending: Sending) -> bool:
    """Send one file; False where the round ends here.

    Raises Unreachable where the provider does not answer even to the look, and what the provider
    refuses (ProviderRefused, KeyMissing).
    """
    with workspace.ledger.change():
        submission = intend(workspace, file)
    requests = f"{file.requests:,} request{'s' * (file.requests != 1)}"
    workspace.progress.say(f"sending {file.name}: {requests}, {file.bytes:,} bytes")
    try:
        if not _known_there(workspace, submission, sending):
            _carry_out(workspace, submission, sending)
    except AskedToWait as error:
        _later(workspace, submission, error, sending)
    except Unreachable:
        if workspace.time_is_up:
            raise  # the next command looks for it
        # The reply was lost, not necessarily the request.
        settle_or_hold(workspace, submission, sending)
    return not sending.ended


def intend(workspace: Workspace, file: TaskFile) -> Submission:
    """Record the intent to send a file, inside the caller's transaction."""
    key, submissions = key_of(workspace, file), workspace.ledger.submissions
    return submissions.intend(file, key, workspace.now(), workspace.run_id)


def key_of(workspace: Workspace, file: TaskFile) -> str:
    """Return the key under which a file is sent next."""
    stem, number = file.name.removesuffix(".jsonl"), workspace.ledger.submissions.next_number(file)
    return f"{mark_of(workspace)}{stem}-{number}"


def mark_of(workspace: Workspace) -> str:
    """Return how the keys of all that this workspace sends begin."""
    return f"batchcap-{workspace.ledger.workspace_id[:12]}-"


def _known_there(workspace: Workspace, submission: Submission, sending: Sending) -> bool:
    """Look before money is spent: a ledger put back from a backup forgot what was sent since."""
    try:
        return _adopted(workspace, submission, sending)
    except CannotTell:
        # Nothing speaks for it having been sent, and this provider cannot say more.
        return False


def _adopted(workspace: Workspace, submission: Submission, sending: Sending) -> bool:
    others = workspace.ledger.submissions.remote_ids()
    remote_id = workspace.provider.find(submission, others)
    if not remote_id:
        return False
    with workspace.ledger.change():
        workspace.ledger.submissions.sent(submission, remote_id, "adopted", workspace.now())
    sending.adopted += 1
    return True


def _carry_out(workspace: Workspace, submission: Submission, sending: Sending) -> None:
    try:
        path = whole(workspace, submission.file)
        remote_id = workspace.provider.submit(submission, path, again=True)
    except Unreachable:
        raise
    except ProviderRefused as error:
        if not is_queue_full([BatchError(error.provider_code, error.message)]):
            _not_accepted(workspace, submission, str(error))
            raise
        _queue_full(workspace, submission, str(error), sending)
        return
    except BatchcapError as error:
        _not_accepted(workspace, submission, str(error))
        raise
    with workspace.ledger.change():
        workspace.ledger.submissions.sent(submission, remote_id, "created", workspace.now())
    sending.submitted += 1


def _not_accepted(workspace: Workspace, submission: Submission, message: str) -> None:
    with workspace.ledger.change():
        workspace.ledger.submissions.end(submission, "refused", workspace.now(), message=message)


def note_queue_full(workspace: Workspace, submission: Submission, message: str) -> float:
    """Record that a file found no room, and the limit that was named; gives seconds to wait."""
    ledger, now = workspace.ledger, workspace.now()
    wait = backoff(ledger.submissions.queue_full(submission.file) + 1)
    learned = queue_limit(message)
    with ledger.change():
        ledger.submissions.end(
            submission, "queue_full", now, message=message, not_before=now + wait
        )
        for unit in (TOKENS, REQUESTS):
            # A refusal that names no limit confirms the one that was named before.
            named = learned.amount if learned and learned.unit == unit else 0
            key = workspace.queue_key(unit)
            if amount := str(named or ledger.learned(key)):
                ledger.learn(key, amount, now)
    return wait


def _queue_full(
    workspace: Workspace, submission: Submission, message: str, sending: Sending
) -> None:
    wait = note_queue_full(workspace, submission, message)
    sending.problems.append(
        Problem(
            "queue_full",
            f"The provider's queue is full; {submission.file.name} waits {wait:.0f} s. {message}",
            hint="batchcap poll --wait",
        )
    )


def settle_or_hold(workspace: Workspace, submission: Submission, sending: Sending) -> None:
    """Settle a doubt, or leave it to a person where the provider cannot tell."""
    try:
        # An upload that stands there is used.
        if not _found(workspace, submission, sending) and not workspace.time_is_up:
            _carry_out(workspace, submission, sending)
    except AskedToWait as error:
        _later(workspace, submission, error, sending)
    except CannotTell as error:
        _held(error, sending)


def _held(error: CannotTell, sending: Sending) -> None:
    sending.code = Exit.HELD
    sending.problems.append(Problem(error.code, str(error), hint=error.hint))


def _found(workspace: Workspace, submission: Submission, sending: Sending) -> bool:
    """Find what a submission became, with the patience that a list may need."""
    for number in range(LOOKS):
        if number:
            workspace.sleep(workspace.dialect.settle_seconds)
        if _adopted(workspace, submission, sending):
            return True
    return False


def _later(
    workspace: Workspace, submission: Submission, error: AskedToWait, sending: Sending
) -> None:
    """Let a file wait as long as the provider asks, once its list shows that nothing was made."""
    until = workspace.now() + min(error.seconds, LONGEST_WAIT)
    with workspace.ledger.change():
        workspace.ledger.learn(_wait_key(workspace), str(until), workspace.now())
    try:
        if _found(workspace, submission, sending):
            return
    except CannotTell as doubt:
        _held(doubt, sending)
        return
    _not_accepted(workspace, submission, str(error))
    sending.problems.append(Problem(error.code, str(error), hint="batchcap poll --wait"))


def asked_wait(workspace: Workspace) -> float:
    """Return the seconds for which the provider still asks to be sent nothing; 0: none."""
    left = float(workspace.ledger.learned(_wait_key(workspace)) or 0) - workspace.now()
    # A clock that was set back must not make a minute a year.
    return left if 0 < left <= LONGEST_WAIT else 0.0


def _wait_key(workspace: Workspace) -> str:
    return f"wait_until/{workspace.settings.provider.name}"


def adopt_batch(workspace: Workspace, remote_id: str, name: str) -> None:
    """Take a batch that a person names for the doubtful file ``name`` ("": the only one).

    Raises UsageError where it is not known there, was made of another file, or no one file is
    meant.
    """
    submission = _doubtful(workspace, name, lost=False)
    view = workspace.provider.view(remote_id)
    if workspace.ledger.submissions.owner(remote_id):
        raise UsageError(f"{remote_id} belongs to a task file already.", hint="batchcap status")
    if view.state == "gone":
        raise UsageError(
            f"The provider knows no batch {remote_id}.",
            hint="look the batch's id up at the provider and try again",
        )
    if view.metadata.get(SHA256, submission.file.sha256) != submission.file.sha256:
        raise UsageError(
            f"{remote_id} was made of another file than {submission.file.name}.",
            kept="Nothing was adopted.",
            hint="look the batch's id up at the provider and try again",
        )
    with workspace.ledger.change():
        if submission.remote_id:
            _abandon(workspace, submission, f"gone; {remote_id} takes its place")
            submission = intend(workspace, submission.file)
        workspace.ledger.submissions.sent(submission, remote_id, "adopted", workspace.now())


def give_up(workspace: Workspace, name: str, sending: Sending) -> None:
    """Let the doubtful file ``name`` be sent again, unless its batch is found after all.

    Of a batch that is there and whose results are not, only what they held is asked for anew.
    Raises UsageError where no one file is meant.
    """
    submission = _doubtful(workspace, name, lost=True)
    if submission.remote_id:
        # It was gone when it was last looked at, which need not be the last word.
        view = viewed(workspace, submission).view
        if view is not None and view.state is not BatchState.GONE:
            _give_up_results(workspace, submission, view)
            return
    elif _known_there(workspace, submission, sending):
        return
    with workspace.ledger.change():
        _abandon(workspace, submission, "given up by hand")


def _give_up_results(workspace: Workspace, submission: Submission, view: BatchView) -> None:
    lost = fetch(workspace, submission, view) if view.state.terminal else []
    for kind in lost:
        record(workspace, submission, Fetched(kind, "", "", 0))
        workspace.progress.say(f"the {kind} file of {submission.remote_id} is given up")
    if not lost:
        workspace.progress.say(f"{submission.remote_id} is there after all")


def _abandon(workspace: Workspace, submission: Submission, message: str) -> None:
    workspace.ledger.submissions.end(submission, "abandoned", workspace.now(), message=message)


def _doubtful(workspace: Workspace, name: str, *, lost: bool) -> Submission:
    """Return the one submission that is meant: in doubt, or of a batch that is gone.

    ``lost``: or of one that ended and whose results are not here.
    """
    submissions = workspace.ledger.submissions
    gone = [
        each.submission
        for each in submissions.open()
        if each.view is not None
        and each.view.state.terminal
        and (each.view.state is BatchState.GONE or (lost and not is_fetched(workspace, each)))
    ]
    doubtful = [
        each
        for each in [*submissions.in_doubt(), *gone]
        if not name or name in (each.file.name, each.file.name.removesuffix(".jsonl"))
    ]
    if len(doubtful) == 1:
        return doubtful[0]
    names = ", ".join(each.file.name for each in doubtful)
    none = f"{name} is not in doubt." if name else "No task file is in doubt."
    raise UsageError(
        f"Which task file is meant? In doubt are {names}." if doubtful else none,
        kept="Nothing was sent.",
        hint="batchcap submit --adopt BATCH FILE, or batchcap status",
    )
