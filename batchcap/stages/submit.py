"""task files → batches: intent first, then money.

Takes an open workspace; gives batches at the provider, each recorded under its key. What may
already exist is looked for before anything is sent again; only as much is sent as the queue and
the budget have room for.
"""

import math

from batchcap.balance import check
from batchcap.batches.cost import estimate
from batchcap.batches.queue import room
from batchcap.errors import AskedToWait, ProviderRefused, Unreachable, UsageError
from batchcap.interrupt import calm
from batchcap.records import Enqueued, Exit, Problem, StageResult, Submission, TaskFile
from batchcap.recovering import recover
from batchcap.sending import (
    Sending,
    adopt_batch,
    asked_wait,
    give_up,
    send_file,
    settle_or_hold,
)
from batchcap.splitting import most_of, split, too_large
from batchcap.workspace import Workspace

# A batch lives for a day, and is cancelled or expired soon after: seconds.
QUEUED = 2 * 86_400.0


def submit(
    workspace: Workspace, *, adopt: str = "", resend: str = "", file: str = "", anew: bool = False
) -> StageResult:
    """Send what the queue limit and the budget have room for.

    ``adopt`` names a batch that ``file`` became (where only one is in doubt it need not be
    named); ``resend`` names a file whose doubtful submission is given up, unless it is found after
    all; ``anew`` sends though batches of a lost ledger are there. Raises Unreachable where the
    provider does not answer, KeyMissing, ProviderRefused, and UsageError for words that do not go
    together.
    """
    _check_words(adopt=adopt, resend=resend, file=file)
    with workspace.recorded("submit"):
        sending = Sending(anew=anew)
        if adopt:
            adopt_batch(workspace, adopt, file)
            sending.adopted += 1
        if resend:
            give_up(workspace, resend, sending)
        send(workspace, sending)
        check(workspace)
    waiting = len(workspace.ledger.tasks.files("waiting"))
    code = sending.code or (Exit.WAITING if waiting else Exit.DONE)
    opened = workspace.ledger.submissions.open()
    if code == Exit.HELD and not opened:
        then = "batchcap status"
    else:
        then = "batchcap poll --wait" if opened or waiting else "batchcap build"
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
        then,
    )


def _check_words(*, adopt: str, resend: str, file: str) -> None:
    if adopt and resend:
        raise UsageError(
            "--adopt and --resend say two different things of a task file.",
            kept="Nothing was sent.",
            hint="batchcap submit --adopt BATCH FILE, or batchcap submit --resend FILE",
        )
    if file and not adopt:
        raise UsageError(
            f"{file} stands alone: a task file is named after --adopt BATCH or --resend.",
            kept="Nothing was sent.",
            hint=f"batchcap submit sends all that waits; or batchcap submit --adopt BATCH {file}",
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
    """Resolve what is in doubt, then send as far as there is room and time.

    The lock must be held.
    """
    with calm() as interrupt:
        for submission in workspace.ledger.submissions.in_doubt():
            interrupt.obey()
            if workspace.time_is_up:
                return
            settle_or_hold(workspace, submission, sending)
        if _asked_to_wait(workspace, sending):
            return
        due = _due(workspace)
        _tell_hopeless(workspace, sending)
        if due and workspace.ledger.submissions.none():
            if not recover(workspace, due, sending):
                return
            due = _due(workspace)
        others = _others(workspace) if due else Enqueued()
        for file in due:
            interrupt.obey()
            if workspace.time_is_up:
                break
            if not _has_room(workspace, file, others):
                continue
            if not _affordable(workspace, file, sending):
                break
            if not send_file(workspace, file, sending):
                break


def _asked_to_wait(workspace: Workspace, sending: Sending) -> bool:
    """Return whether the provider asks to be sent nothing yet, and say so once."""
    if any(each.code == AskedToWait.code for each in sending.problems):
        return True
    left = asked_wait(workspace)
    if not left or not workspace.ledger.tasks.files("waiting"):
        return False
    told = f"The provider asks to be sent nothing for another {math.ceil(left)} s."
    sending.problems.append(Problem(AskedToWait.code, told, hint="batchcap poll --wait"))
    return True


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


def _tell_hopeless(workspace: Workspace, sending: Sending) -> None:
    """Tell of requests that no emptied queue would take, by the limit that was named."""
    told = workspace.told_tokens
    alone = [each for each in workspace.ledger.tasks.files("waiting") if each.requests == 1]
    over = [each for each in alone if 0 < told < each.input_tokens]
    if not over:
        return
    largest = max(each.input_tokens for each in over)
    sending.problems.append(
        Problem(
            "over_the_limit",
            f"{len(over)} of the waiting requests are larger than the whole queue of {told:,}"
            f" tokens, by up to {largest - told:,}. They are tried again, and will hardly fit.",
            hint="lower image.max_side or image.detail, then: batchcap build --regenerate",
        )
    )


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
    cap = f"{budget:.6f}".rstrip("0").rstrip(".")
    sending.problems.append(
        Problem(
            "budget",
            f"limits.budget_usd is ${cap}, and {told}. It was not sent.",
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
