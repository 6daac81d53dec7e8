"""task files → batches: intent first, then money.

Takes an open workspace; gives batches at the provider, each recorded under its key. What may
already exist is looked for before anything is sent again; only as much is sent as the queue and
the budget have room for.
"""

import math
from dataclasses import dataclass, field

from batchcap.balance import check
from batchcap.batches.cost import estimate
from batchcap.batches.queue import is_queue_full, room
from batchcap.errors import BatchcapError, CannotTell, ProviderRefused, Unreachable, UsageError
from batchcap.interrupt import calm
from batchcap.records import BatchError, Enqueued, Exit, Problem, StageResult, Submission, TaskFile
from batchcap.splitting import most_of, split, too_large, whole
from batchcap.workspace import Workspace

# A provider's list may lag behind its creations: an intent is looked for this often, with a
# pause, before it is taken as never carried out.
LOOKS = 3
# What would meet the next file of a round, too.
ENDS_ROUND = ("queue_full", CannotTell.code)
# A batch lives for a day, and is cancelled or expired soon after: seconds.
QUEUED = 2 * 86_400.0


@dataclass(slots=True)
class Sending:
    """What a round of sending did."""

    submitted: int = 0
    adopted: int = 0
    problems: list[Problem] = field(default_factory=list)
    code: Exit = Exit.DONE


def submit(
    workspace: Workspace, *, adopt: str = "", resend: str = "", file: str = ""
) -> StageResult:
    """Send what the queue limit and the budget have room for.

    ``adopt`` names a batch that ``file`` became (where only one is in doubt it need not be
    named); ``resend`` names a file whose doubtful submission is given up, unless it is found after
    all. Raises Unreachable where the provider does not answer, KeyMissing, ProviderRefused.
    """
    with workspace.recorded("submit"):
        sending = Sending()
        if adopt:
            _adopt(workspace, adopt, file)
            sending.adopted += 1
        if resend:
            _give_up(workspace, resend, sending)
        send(workspace, sending)
        check(workspace)
    waiting = len(workspace.ledger.tasks.files("waiting"))
    code = sending.code or (Exit.WAITING if waiting else Exit.DONE)
    opened = workspace.ledger.submissions.open()
    return StageResult(
        "submit",
        code,
        {
            "submitted": sending.submitted,
            "adopted": sending.adopted,
            "waiting": waiting,
        },
        tuple(sending.problems),
        {"batches": [_shown(each.submission) for each in opened]},
        "batchcap poll --wait" if opened or waiting else "batchcap build",
    )


def _shown(submission: Submission) -> dict[str, str | int]:
    file = submission.file
    return {
        "file": file.name,
        "batch": submission.remote_id,
        "requests": file.requests,
        "input_tokens": file.input_tokens,
    }


def send(workspace: Workspace, sending: Sending) -> None:
    """Resolve what is in doubt, then send as far as there is room; the lock must be held."""
    with calm() as interrupt:
        for submission in workspace.ledger.submissions.in_doubt():
            interrupt.obey()
            _settle_or_hold(workspace, submission, sending)
        due = _due(workspace)
        others = _others(workspace) if due else Enqueued()
        for file in due:
            interrupt.obey()
            if not _has_room(workspace, file, others):
                continue
            if not _affordable(workspace, file, sending):
                break
            if not _send_file(workspace, file, sending):
                break


def send_next(workspace: Workspace) -> tuple[list[Problem], Exit]:
    """Send the next wave for ``poll``, which holds the lock; gives problems and an exit code.

    What stops one round does not stop the wait for batches that run: it is told, and tried again.
    WAITING is for time to heal, FAILED and HELD for a person.
    """
    if not workspace.ledger.tasks.files("waiting", "doubt"):
        return [], Exit.DONE
    sending = Sending()
    try:
        send(workspace, sending)
    except (Unreachable, ProviderRefused) as error:
        workspace.progress.say(str(error))
        code = Exit.WAITING if isinstance(error, Unreachable) else Exit.FAILED
        return [*sending.problems, Problem(error.code, str(error), hint=error.hint)], code
    return sending.problems, sending.code


def _due(workspace: Workspace) -> list[TaskFile]:
    """Return the files that may be sent now; one larger than the whole queue is split first."""
    tasks = workspace.ledger.tasks
    with workspace.ledger.change():
        # What was asked anew before it was sent is not paid for a second time.
        tasks.drop_superseded(workspace.run_id)
    for file in tasks.files("waiting"):
        most = most_of(workspace, file)
        if too_large(file, most):
            split(workspace, file, most)
    due = [each for each in tasks.files("waiting") if tasks.not_before(each.id) <= workspace.now()]
    # A file that was refused ends the round it is refused in: all others go first.
    return sorted(due, key=workspace.ledger.submissions.refused)


def _others(workspace: Workspace) -> Enqueued:
    """Return what others have waiting at the provider, where a limit makes that matter."""
    if not workspace.queue_tokens and not workspace.queue_requests:
        return Enqueued()
    ours = workspace.ledger.submissions.remote_ids()
    return workspace.provider.enqueued(ours, workspace.model.name, workspace.now() - QUEUED)


def _has_room(workspace: Workspace, file: TaskFile, others: Enqueued) -> bool:
    tokens, requests = workspace.ledger.tasks.in_flight()
    guessed = others.requests * workspace.ledger.tasks.average_tokens()
    tokens += others.tokens + round(guessed)
    requests += others.requests
    # The limit is a guess until the provider says its own: one file alone is always tried.
    if not requests and not tokens:
        return True
    return file.input_tokens <= room(workspace.queue_tokens, tokens) and file.requests <= room(
        workspace.queue_requests, requests
    )


def _affordable(workspace: Workspace, file: TaskFile, sending: Sending) -> bool:
    budget = workspace.settings.limits.budget_usd
    if not budget:
        return True
    cost = _dollars(workspace, file.model, file.input_tokens, file.output_tokens)
    spent = 0.0
    for money in workspace.ledger.captions.money():
        usage = money.usage
        spent += _dollars(
            workspace,
            money.model,
            usage.input_tokens + money.reserved_input,
            usage.output_tokens + money.reserved_output,
        )
    if spent + cost <= budget:
        return True
    sending.code = Exit.HELD
    told = f"{file.name} would cost about ${cost:.4f}; ${spent:.4f} is spent or reserved"
    if cost == math.inf:
        told = f"no price is known for {file.model}"
    sending.problems.append(
        Problem(
            "budget",
            f"limits.budget_usd is ${budget:.2f}, and {told}. It was not sent.",
            hint="raise limits.budget_usd in batchcap.toml (0.0: no cap), then: batchcap submit",
        )
    )
    return False


def _dollars(workspace: Workspace, model: str, given: int, made: int) -> float:
    """Return the price; what has none is over every budget."""
    price = estimate(workspace.models.get(model), given, made)
    if price is None:
        return math.inf if given or made else 0.0
    return price


def _send_file(workspace: Workspace, file: TaskFile, sending: Sending) -> bool:
    """Send one file; False where the round ends here."""
    with workspace.ledger.change():
        submission = _intend(workspace, file)
    workspace.progress.say(f"sending {file.name}: {file.requests:,} requests, {file.bytes:,} bytes")
    try:
        if not _known_there(workspace, submission, sending):
            _carry_out(workspace, submission, sending)
    except Unreachable:
        # The reply was lost, not necessarily the request.
        _settle_or_hold(workspace, submission, sending)
    return not any(each.code in ENDS_ROUND for each in sending.problems)


def _intend(workspace: Workspace, file: TaskFile) -> Submission:
    submissions = workspace.ledger.submissions
    stem = file.name.removesuffix(".jsonl")
    key = f"batchcap-{workspace.ledger.workspace_id[:12]}-{stem}-{submissions.next_number(file)}"
    return submissions.intend(file, key, workspace.now(), workspace.run_id)


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


def _queue_full(
    workspace: Workspace, submission: Submission, message: str, sending: Sending
) -> None:
    wait = workspace.note_queue_full(submission, message)
    sending.problems.append(
        Problem(
            "queue_full",
            f"The provider's queue is full; {submission.file.name} waits {wait:.0f} s. {message}",
            hint="batchcap poll --wait",
        )
    )


def _settle_or_hold(workspace: Workspace, submission: Submission, sending: Sending) -> None:
    """Settle a doubt, or leave it to a person where the provider cannot tell."""
    try:
        _settle_doubt(workspace, submission, sending)
    except CannotTell as error:
        sending.code = Exit.HELD
        sending.problems.append(Problem(error.code, str(error), hint=error.hint))


def _settle_doubt(workspace: Workspace, submission: Submission, sending: Sending) -> None:
    """Find what a submission became, or send it: an upload that stands there is used."""
    for number in range(LOOKS):
        if number:
            workspace.sleep(workspace.dialect.settle_seconds)
        if _adopted(workspace, submission, sending):
            return
    _carry_out(workspace, submission, sending)


def _adopt(workspace: Workspace, remote_id: str, name: str) -> None:
    submission = _doubtful(workspace, name)
    view = workspace.provider.view(remote_id)
    if workspace.ledger.submissions.owner(remote_id):
        raise UsageError(f"{remote_id} belongs to a task file already.", hint="batchcap status")
    if view.state == "gone":
        raise UsageError(
            f"The provider knows no batch {remote_id}.",
            hint="look the batch's id up at the provider and try again",
        )
    with workspace.ledger.change():
        if submission.remote_id:
            _abandon(workspace, submission, f"gone; {remote_id} takes its place")
            submission = _intend(workspace, submission.file)
        workspace.ledger.submissions.sent(submission, remote_id, "adopted", workspace.now())


def _give_up(workspace: Workspace, name: str, sending: Sending) -> None:
    submission = _doubtful(workspace, name)
    if not submission.remote_id and _known_there(workspace, submission, sending):
        return
    with workspace.ledger.change():
        _abandon(workspace, submission, "given up by hand")


def _abandon(workspace: Workspace, submission: Submission, message: str) -> None:
    workspace.ledger.submissions.end(submission, "abandoned", workspace.now(), message=message)


def _doubtful(workspace: Workspace, name: str) -> Submission:
    """Return the one submission that is meant: in doubt, or of a batch that is gone."""
    submissions = workspace.ledger.submissions
    gone = [
        each.submission
        for each in submissions.open()
        if each.view is not None and each.view.state == "gone"
    ]
    doubtful = [
        each
        for each in [*submissions.in_doubt(), *gone]
        if not name or name in (each.file.name, each.file.name.removesuffix(".jsonl"))
    ]
    if len(doubtful) == 1:
        return doubtful[0]
    names = ", ".join(each.file.name for each in doubtful)
    raise UsageError(
        f"Which task file is meant? In doubt are {names}."
        if doubtful
        else f"{name or 'No task file'} is not in doubt.",
        kept="Nothing was sent.",
        hint="batchcap submit --adopt BATCH FILE, or batchcap status",
    )
