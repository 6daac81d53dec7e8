"""result files → outcomes → captions, by custom_id and nothing else.

Takes an open workspace; gives one outcome for each task of every batch that was fetched, and a
caption where the model answered. Each batch is joined in one transaction, and only where its
sums close.
"""

from collections import Counter
from dataclasses import dataclass, field

from batchcap.balance import check
from batchcap.batches.jsonl import lines
from batchcap.batches.pairing import CANCELLED, REFUSAL, fingerprint, settle
from batchcap.batches.pairing import Settled as Paired
from batchcap.batches.replies import read_reply
from batchcap.captions.quality import review
from batchcap.captions.reply import parse
from batchcap.errors import BooksDoNotBalance
from batchcap.ledger.captions import OpenTask, Settled
from batchcap.ledger.submissions import Sent
from batchcap.records import (
    BatchState,
    BatchView,
    Caption,
    Exit,
    Finding,
    Outcome,
    Policy,
    Problem,
    Reply,
    Severity,
    StageResult,
    Trouble,
)
from batchcap.workspace import Workspace

RESULTS = ("accepted", "repaired", "held", "retry", "refused", "failed")
BESIDE = ("duplicate", "stranger", "unreadable_line")


@dataclass(slots=True)
class Joining:
    """One batch while it is joined."""

    sent: Sent
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def join(workspace: Workspace) -> StageResult:
    """Join every batch whose result files are here.

    Raises BooksDoNotBalance where a batch's sums do not close; that batch stays as it was.
    """
    total: Counter[str] = Counter()
    problems: list[Problem] = []
    with workspace.recorded("join"):
        ready = [each for each in workspace.ledger.submissions.open() if _ready(workspace, each)]
        requests = sum(each.submission.file.requests for each in ready)
        with workspace.progress.bar("joining answers", requests) as bar:
            for sent in ready:
                bar.note(sent.submission.file.name)
                with workspace.ledger.change():
                    joined = join_batch(workspace, sent)
                bar.advance(sent.submission.file.requests)
                total.update(joined.counts)
                problems.extend(joined.problems)
        check(workspace)
    return result(workspace, total, problems)


def _ready(workspace: Workspace, sent: Sent) -> bool:
    if sent.view is None or not sent.view.state.terminal or sent.view.state is BatchState.GONE:
        return False
    return len(workspace.ledger.submissions.files(sent.submission)) > 1


def join_batch(workspace: Workspace, sent: Sent) -> Joining:
    """Join one batch inside the caller's transaction."""
    joining = Joining(sent)
    read = 0
    for file in workspace.ledger.submissions.files(sent.submission):
        if not file.name:
            continue
        path = workspace.replies / file.name
        if not path.is_file():
            raise BooksDoNotBalance(
                f"The result file {path} is gone; it was fetched and {file.bytes:,} bytes long.",
                kept="Nothing was changed.",
                hint="fetch it again: batchcap poll, or put it back, then: batchcap join",
            )
        with path.open("rb") as stream:
            for number, raw in lines(stream):
                read += 1
                _reply(workspace, joining, read_reply(number, raw), file.name)
    _without_reply(workspace, joining)
    _close(workspace, joining, read)
    return joining


def _reply(workspace: Workspace, joining: Joining, reply: Reply | Trouble, name: str) -> None:
    if isinstance(reply, Trouble):
        joining.counts["unreadable_line"] += 1
        joining.problems.append(Problem("unreadable_line", f"{name}: {reply.message}"))
        return
    task = workspace.ledger.captions.task(reply.custom_id)
    ours = task is not None and task.task_file_id == joining.sent.submission.file.id
    paired = settle(reply, ours=ours, first=task.fingerprint if task and ours else None)
    if task is None or paired.outcome in (Outcome.STRANGER, Outcome.DUPLICATE):
        joining.counts[str(paired.outcome)] += 1
        if paired.differs or paired.outcome is Outcome.STRANGER:
            said = "a second, different answer" if paired.differs else "a custom_id of no task here"
            joining.problems.append(
                Problem(
                    str(paired.outcome),
                    f"{name} line {reply.line}: {said} ({reply.custom_id[:64]}). It was not used.",
                    task.path if task else "",
                )
            )
        return
    caption: Caption | None = None
    findings: tuple[Finding, ...] = ()
    if paired.outcome is Outcome.ANSWERED:
        paired, caption, findings = _judge(workspace, task, reply, paired)
    _record(workspace, joining, task, (paired, reply), (caption, findings))


def _judge(
    workspace: Workspace, task: OpenTask, reply: Reply, paired: Paired
) -> tuple[Paired, Caption | None, tuple[Finding, ...]]:
    """Turn an answer into a checked caption, or into a failure that is asked differently."""
    preset = workspace.preset_named(task.preset)
    parsed = parse(preset, reply.text)
    if isinstance(parsed, Trouble) and parsed.code == REFUSAL:
        return Paired(reply.custom_id, Outcome.REFUSED, parsed.code, Policy.NEVER), None, ()
    if isinstance(parsed, Trouble):
        failed = Paired(reply.custom_id, Outcome.FAILED, parsed.code, Policy.DIFFERENT)
        finding = Finding(parsed.code, Severity.AGAIN, "", parsed.message)
        return failed, None, (finding,)
    verdict = review(preset, parsed, task.facts)
    return paired, verdict.caption, verdict.findings


def _record(
    workspace: Workspace,
    joining: Joining,
    task: OpenTask,
    ended: tuple[Paired, Reply],
    words: tuple[Caption | None, tuple[Finding, ...]],
) -> None:
    paired, reply = ended
    caption, findings = words
    ledger = workspace.ledger
    # Of a request that was cancelled nothing was asked: no attempt is spent.
    counted = paired.code != CANCELLED
    asked = ledger.tasks.counted(task.photo_id, task.generation) + int(counted)
    more = asked < workspace.settings.limits.attempts
    outcome = _result(paired, findings, caption, more=more)
    message = _why(paired, reply, findings)
    ledger.captions.settle(
        Settled(
            task.id,
            paired.outcome,
            paired.code,
            message,
            outcome,
            counted=counted,
            usage=reply.usage,
            fingerprint=fingerprint(reply),
        ),
        joining.sent.submission,
    )
    if caption is not None:
        ledger.captions.record(task.id, caption, findings)
    joining.counts[outcome] += 1
    if outcome in ("held", "refused", "failed"):
        hint = "batchcap status --photo PATH" if outcome == "held" else ""
        joining.problems.append(Problem(outcome, message, task.path, hint))


def _result(
    paired: Paired, findings: tuple[Finding, ...], caption: Caption | None, *, more: bool
) -> str:
    if paired.outcome is Outcome.REFUSED:
        return "refused"
    if caption is None:
        again = paired.policy in (Policy.AGAIN, Policy.DIFFERENT)
        return "retry" if again and more else "failed"
    severities = {each.severity for each in findings}
    if Severity.HOLD in severities:
        return "held"
    if Severity.AGAIN in severities:
        return "retry" if more else "held"
    return "repaired" if severities else "accepted"


def _why(paired: Paired, reply: Reply, findings: tuple[Finding, ...]) -> str:
    grave = [each.message for each in findings if each.severity is not Severity.REPAIRED]
    if grave:
        return " ".join(grave)
    if paired.outcome is Outcome.REFUSED:
        return f"The model refused: {(reply.refusal or reply.error_message or paired.code)[:300]}"
    if paired.outcome is Outcome.ANSWERED:
        return ""
    said = reply.error_message or reply.error_code or paired.code
    return f"The request failed ({paired.code}): {said[:300]}"


def _without_reply(workspace: Workspace, joining: Joining) -> None:
    """Give every task that no file speaks of its outcome, by what became of the batch."""
    view = joining.sent.view
    ledger = workspace.ledger
    if view is None:
        return
    named = {each.line: each for each in view.errors if each.line}
    numbers = {name: line for line, name in ledger.tasks.lines(joining.sent.submission.file.id)}
    for custom_id in ledger.captions.unsettled(joining.sent.submission.file.id):
        task = ledger.captions.task(custom_id)
        if task is None:
            continue
        error = named.get(numbers[custom_id])
        kind, code, message = _fate(view, error.message if error else "")
        # A batch that failed for another line, or that we cancelled, asked nothing of the model.
        counted = not (
            view.state is BatchState.CANCELLED
            or (view.state is BatchState.FAILED and bool(named) and error is None)
        )
        spent = ledger.tasks.counted(task.photo_id, task.generation) + int(counted)
        outcome = "retry" if spent < workspace.settings.limits.attempts else "failed"
        ledger.captions.settle(
            Settled(task.id, kind, code, message, outcome, counted=counted),
            joining.sent.submission,
        )
        joining.counts["missing" if kind is Outcome.MISSING else outcome] += 1
        if outcome == "failed" or error:
            joining.problems.append(Problem(code, message, task.path))


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


def _close(workspace: Workspace, joining: Joining, read: int) -> None:
    """Check that every line and every task is counted once, then record the end."""
    file = joining.sent.submission.file
    settled = workspace.ledger.captions.count_file(file.id)
    replied = read - sum(joining.counts[each] for each in BESIDE)
    tasks = sum(settled.values())
    counted = sum(joining.counts[each] for each in (*RESULTS, "missing"))
    if tasks != file.requests or counted != tasks or replied > tasks:
        raise BooksDoNotBalance(
            f"{file.name}: {file.requests} requests, {tasks} outcomes, {counted} counted, "
            f"{replied} of {read} lines used.",
            kept="The batch was not joined; nothing was changed.",
            hint="batchcap verify",
        )
    workspace.ledger.submissions.end(
        joining.sent.submission, "joined", workspace.now(), counts=joining.counts
    )


def result(workspace: Workspace, total: Counter[str], problems: list[Problem]) -> StageResult:
    """Return what was joined; the first seven counts sum to the requests joined."""
    names = (*RESULTS, "missing", "duplicate", "stranger")
    opened = workspace.ledger.submissions.open()
    states = workspace.ledger.photos.counts()
    if total["failed"] or total["refused"]:
        code = Exit.FAILED
    elif total["held"]:
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
    return StageResult("join", code, counts, tuple(problems), {}, then)
