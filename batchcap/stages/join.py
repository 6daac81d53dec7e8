"""result files → outcomes → captions, by custom_id and nothing else.

Takes an open workspace; gives one outcome for each task of every batch that was fetched, and a
caption where the model answered. Each batch is joined in one transaction, and only where its
sums close.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from batchcap import balance
from batchcap.batches.outcomes import CANCELLED, NO_BALANCE
from batchcap.bursts import agreed, pass_on
from batchcap.errors import BooksDoNotBalance
from batchcap.judging import Ending, Judged
from batchcap.ledger.captions import OpenTask, Settled
from batchcap.ledger.submissions import Sent
from batchcap.panel import Judgements, check_there, in_batches, pages, panel
from batchcap.problems import Problems
from batchcap.records import (
    BatchState,
    BatchView,
    Exit,
    Outcome,
    Policy,
    Problem,
    ProgressBar,
    Severity,
    StageResult,
    Trouble,
)
from batchcap.workspace import Workspace

RESULTS = ("accepted", "repaired", "held", "retry", "refused", "failed")
BESIDE = ("duplicate", "stranger", "unreadable_line")
UNPAID = "no_balance"
GIVEN_UP = "given_up"  # missing, and no attempt is left
REPLIES = "look into .batchcap/replies"


@dataclass(slots=True)
class Joining:
    """One batch while it is joined.

    ``marks`` holds the fingerprint of the reply that counted for each task by its id, ``read`` how
    many lines were read.
    """

    sent: Sent
    marks: dict[int, str]
    problems: Problems
    counts: Counter[str] = field(default_factory=Counter)
    read: int = 0


def join(workspace: Workspace) -> StageResult:
    """Join every batch whose result files are here.

    Raises BooksDoNotBalance where a batch's sums do not close; that batch stays as it was.
    """
    total: Counter[str] = Counter()
    problems = Problems(elsewhere=dict.fromkeys(BESIDE, REPLIES))
    with workspace.recorded("join"):
        ready = [each for each in workspace.ledger.submissions.open() if _ready(workspace, each)]
        requests = sum(each.submission.file.requests for each in ready)
        with (
            workspace.progress.bar("joining answers", requests) as bar,
            panel(workspace, requests) as by,
        ):
            for sent, judged in in_batches(by(pages(workspace, ready)), ready):
                bar.note(sent.submission.file.name)
                with workspace.ledger.change():
                    total.update(join_batch(workspace, sent, judged, problems, bar).counts)
        pass_on(workspace)
        balance.check(workspace)
    return result(workspace, total, problems)


def _ready(workspace: Workspace, sent: Sent) -> bool:
    if sent.view is None or not sent.view.state.terminal or sent.view.state is BatchState.GONE:
        return False
    return len(workspace.ledger.submissions.files(sent.submission)) > 1


def join_batch(
    workspace: Workspace, sent: Sent, judged: Judgements, problems: Problems, bar: ProgressBar
) -> Joining:
    """Join one batch inside the caller's transaction."""
    ledger, asked = workspace.ledger, sent.submission.file
    requests = asked.requests
    check_there(workspace, ledger.submissions.files(sent.submission))
    joining = Joining(sent, ledger.captions.marks(asked.id), problems)
    for page, found in judged:
        before = min(joining.read, requests)
        joining.read += len(found)
        _settle(workspace, joining, page.path.name, found)
        bar.advance(min(joining.read, requests) - before)
    bar.advance(requests - min(joining.read, requests))
    _without_reply(workspace, joining)
    _close(workspace, joining)
    return joining


def _settle(
    workspace: Workspace, joining: Joining, name: str, found: Iterable[Judged | Trouble]
) -> None:
    """Record what a page says of the batch's tasks; the rest is counted and kept out."""
    ready = Ready(workspace, joining.sent)
    for judged in found:
        if isinstance(judged, Trouble):
            joining.counts["unreadable_line"] += 1
            joining.problems.append(Problem("unreadable_line", f"{name}: {judged.message}"))
            continue
        task = judged.task
        ours = task is not None and task.task_file_id == joining.sent.submission.file.id
        if task is None or not ours or task.id in joining.marks:
            _beside(joining, name, judged)
            continue
        joining.marks[task.id] = judged.mark
        if task.in_series:
            ready.record()  # the other frames of this page are among those it is compared with
            judged = agreed(workspace, task, judged)  # noqa: PLW2901 the same, compared
        ready.add(_ended(joining, judged, task, ready.spent), judged)
    ready.record()


def _beside(joining: Joining, name: str, judged: Judged) -> None:
    """Count a reply that is not used; only an equal second one is not worth a word."""
    task = judged.task
    ours = task is not None and task.task_file_id == joining.sent.submission.file.id
    kind = "duplicate" if ours else "stranger"
    joining.counts[kind] += 1
    if task is not None and ours and joining.marks[task.id] == judged.mark:
        return
    said = "a second, different answer" if ours else "a custom_id of no task here"
    told = f"{name} line {judged.line}: {said} ({judged.custom_id[:64]}). It was not used."
    joining.problems.append(Problem(kind, told, task.path if task else ""))


class Attempts:
    """How often photos were asked for; what is not recorded yet is counted here."""

    def __init__(self, workspace: Workspace) -> None:
        self._tasks = workspace.ledger.tasks
        self._most = workspace.settings.limits.attempts
        self._pending: dict[tuple[int, int], int] = {}

    def ended(self, task: OpenTask, *, counted: bool) -> None:
        """Note the end of a task."""
        key = (task.photo_id, task.generation)
        self._pending[key] = self._pending.get(key, 0) + counted

    def left(self, task: OpenTask) -> bool:
        """Whether the photo of a task may be asked for again."""
        key = (task.photo_id, task.generation)
        return self._tasks.counted(*key) + self._pending.get(key, 0) < self._most


class Ready:
    """What is known of tasks and not recorded yet."""

    def __init__(self, workspace: Workspace, sent: Sent) -> None:
        self._workspace = workspace
        self._submission = sent.submission
        self._settled: list[Settled] = []
        self._captions: list[tuple[int, str, str]] = []
        self.spent = Attempts(workspace)

    def add(self, settled: Settled, judged: Judged) -> None:
        """Keep how a task ended, and its caption where it has one."""
        self._settled.append(settled)
        ending = judged.ending
        if ending.words:
            self._captions.append((settled.task_id, ending.words, ending.findings))

    def record(self) -> None:
        """Record all that is kept, at once."""
        self._workspace.ledger.captions.settle(self._submission, self._settled)
        self._workspace.ledger.captions.record(self._captions)
        self._settled, self._captions = [], []
        self.spent = Attempts(self._workspace)


def _ended(joining: Joining, judged: Judged, task: OpenTask, spent: Attempts) -> Settled:
    # Of a request that was cancelled or could not be paid nothing was asked: no attempt is spent.
    ending = judged.ending
    unpaid = ending.code in NO_BALANCE
    joining.counts[UNPAID] += int(unpaid)
    counted = ending.code != CANCELLED and not unpaid
    spent.ended(task, counted=counted)
    outcome = _result(ending, task, spent)
    joining.counts[outcome] += 1
    if outcome in ("held", "refused", "failed"):
        hint = "batchcap status --photo PATH" if outcome == "held" else ""
        joining.problems.append(Problem(outcome, ending.message, task.path, hint))
    return Settled(
        task.id,
        ending.outcome,
        ending.code,
        ending.message,
        outcome,
        counted=counted,
        usage=judged.usage,
        fingerprint=judged.mark,
    )


def _result(ending: Ending, task: OpenTask, spent: Attempts) -> str:
    if ending.outcome is Outcome.REFUSED:
        return "refused"
    if not ending.words:
        again = ending.policy in (Policy.AGAIN, Policy.DIFFERENT)
        return "retry" if again and spent.left(task) else "failed"
    if ending.severity is Severity.HOLD:
        return "held"
    if ending.severity is Severity.AGAIN:
        return "retry" if spent.left(task) else "held"
    return "repaired" if ending.severity else "accepted"


def _without_reply(workspace: Workspace, joining: Joining) -> None:
    """Give every task that no file speaks of its outcome, by what became of the batch."""
    view, submission = joining.sent.view, joining.sent.submission
    if view is None:
        return
    named = {each.line: each for each in view.errors if each.line}
    unpaid = any(each.code in NO_BALANCE for each in view.errors)
    for tasks in workspace.ledger.captions.unsettled(submission.file.id):
        joining.counts[UNPAID] += len(tasks) * int(unpaid)
        spent = Attempts(workspace)
        settled = []
        for task in tasks:
            error = named.get(task.line)
            kind, code, message = _fate(view, error.message if error else "")
            # A batch that failed for another line or for want of money asked nothing, nor did one
            # that we cancelled.
            counted = not (
                unpaid
                or view.state is BatchState.CANCELLED
                or (view.state is BatchState.FAILED and bool(named) and error is None)
            )
            spent.ended(task, counted=counted)
            outcome = "retry" if spent.left(task) else "failed"
            settled.append(Settled(task.id, kind, code, message, outcome, counted=counted))
            joining.counts["missing" if kind is Outcome.MISSING else outcome] += 1
            joining.counts[GIVEN_UP] += outcome == "failed"
            if outcome == "failed" or error:
                joining.problems.append(Problem(code, message, task.path))
        workspace.ledger.captions.settle(submission, settled)


def _fate(view: BatchView, line_error: str) -> tuple[Outcome, str, str]:
    if line_error:
        return Outcome.FAILED, "invalid_line", f"The provider refused the line: {line_error}"
    if view.state is BatchState.EXPIRED:
        return Outcome.EXPIRED, "batch_expired", "The batch expired before this request ran."
    if view.state is BatchState.CANCELLED:
        return Outcome.MISSING, CANCELLED, "The batch was cancelled before this one ran."
    if view.state is BatchState.FAILED:
        said = "; ".join(f"{each.code}: {each.message}" for each in view.errors[:3])
        return Outcome.FAILED, "batch_failed", f"The batch failed. {said}".strip()
    return Outcome.MISSING, "missing", "No result file speaks of this request."


def _close(workspace: Workspace, joining: Joining) -> None:
    """Check that every line and every task is counted once, then record the end."""
    file = joining.sent.submission.file
    settled = workspace.ledger.captions.count_file(file.id)
    replied = joining.read - sum(joining.counts[each] for each in BESIDE)
    tasks = sum(settled.values())
    counted = sum(joining.counts[each] for each in (*RESULTS, "missing"))
    if tasks != file.requests or counted != tasks or replied > tasks:
        raise BooksDoNotBalance(
            f"{file.name}: {file.requests} requests, {tasks} outcomes, {counted} counted, "
            f"{replied} of {joining.read} lines used.",
            kept="The batch was not joined; nothing was changed.",
            hint="batchcap verify",
        )
    workspace.ledger.submissions.end(
        joining.sent.submission, "joined", workspace.now(), counts=joining.counts
    )


def _no_balance(requests: int) -> Problem:
    return Problem(
        UNPAID,
        f"{requests} requests met an account without balance. They count as no attempt.",
        hint="see to the account's balance, then: batchcap run",
    )


def result(workspace: Workspace, total: Counter[str], problems: Problems) -> StageResult:
    """Return what was joined; the first seven counts sum to the requests joined."""
    names = (*RESULTS, "missing", "duplicate", "stranger")
    opened = workspace.ledger.submissions.open()
    states = balance.states(workspace)
    if total[UNPAID]:
        problems.append(_no_balance(total[UNPAID]))
    if total["failed"] or total["refused"] or total[GIVEN_UP]:
        code = Exit.FAILED
    elif total["held"] or total[UNPAID]:
        code = Exit.HELD
    else:
        code = Exit.WAITING if opened else Exit.DONE
    if states["retry"]:
        then = "batchcap build"
    elif states["captioned"]:
        then = "batchcap write"
    else:
        then = "batchcap poll --wait" if opened else "batchcap status"
    counts = {each: total[each] for each in names}
    if total["unreadable_line"]:
        counts["unreadable_line"] = total["unreadable_line"]
    return StageResult("join", code, counts, problems.told(), {}, then)
