"""Hash the files again, join again from scratch, compare. Changes nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from batchcap.balance import unbalanced
from batchcap.batches.jsonl import lines
from batchcap.batches.outcomes import fingerprint, outcome
from batchcap.batches.replies import read_reply
from batchcap.fan_out import grouped
from batchcap.ledger.submissions import Sent
from batchcap.problems import Problems
from batchcap.records import Exit, Outcome, Problem, Reply, StageResult, TaskFile, Trouble
from batchcap.workspace import Workspace

CHUNK = 1 << 20
# Replies that are looked up at a time.
LINES = 500
# Bytes of a task file's line that hold its custom_id.
HEAD = 100
BESIDE = ("duplicate", "stranger", "unreadable_line")
# What the rules make of an answer is a failure of its own; the reply itself was an answer.
ANSWERED = (Outcome.ANSWERED, Outcome.FAILED, Outcome.REFUSED)


def verify(workspace: Workspace) -> StageResult:
    """Check the ledger, every task file and every reply; exit 5 where something disagrees."""
    ledger = workspace.ledger
    wrong = Problems("see to those that are listed, then: batchcap verify")
    wrong.extend(Problem("ledger", each) for each in ledger.sound())
    if wrong.number:
        # What such a ledger says of anything else is worth nothing.
        return _result(1, wrong)
    wrong.extend(Problem("books", each) for each in unbalanced(workspace))
    checked = 2
    files, sent = ledger.tasks.files(), list(ledger.submissions.all())
    with workspace.progress.bar("checking files", len(files) + len(sent)) as bar:
        for file in files:
            checked += 1
            wrong.extend(_task_file(workspace, file))
            bar.advance()
        for each in sent:
            for reply in ledger.submissions.files(each.submission):
                if reply.name:
                    checked += 1
                    wrong.extend(
                        _compare(workspace.replies / reply.name, reply.sha256, reply.bytes)
                    )
            if each.ended == "joined":
                checked += each.submission.file.requests
                wrong.extend(_joined_again(workspace, each))
            bar.advance()
    return _result(checked, wrong)


def _result(checked: int, wrong: Problems) -> StageResult:
    return StageResult(
        "verify",
        Exit.UNBALANCED if wrong.number else Exit.DONE,
        {"checked": checked, "wrong": wrong.number},
        wrong.told(),
        {},
        "" if wrong.number else "batchcap status",
    )


def _task_file(workspace: Workspace, file: TaskFile) -> list[Problem]:
    """Compare a task file with what was recorded: its bytes, and the custom_id of each line."""
    path = workspace.tasks / file.name
    wrong = _compare(path, file.sha256, file.bytes)
    if wrong:
        return wrong
    with path.open("rb") as stream:
        heads = [raw[:HEAD] for _, raw in lines(stream)]
    if len(heads) != file.requests:
        told = f"{file.name}: {file.requests} requests, but {len(heads)} lines."
        return [Problem("books", told)]
    # A file that was split has no tasks: they stand in its parts.
    for (line, name), head in zip(workspace.ledger.tasks.lines(file.id), heads, strict=False):
        if not head.startswith(b'{"custom_id":"%s"' % name.encode()):
            return [Problem("books", f"{file.name}: line {line} is not the task {name}.")]
    return []


def _joined_again(workspace: Workspace, sent: Sent) -> Iterator[Problem]:
    """Join a batch's replies again and compare each outcome with the one that was recorded."""
    captions = workspace.ledger.captions
    seen: set[str] = set()
    beside: Counter[str] = Counter()
    name = sent.submission.file.name
    for file in workspace.ledger.submissions.files(sent.submission):
        path = workspace.replies / file.name
        if not file.name or not path.is_file():
            continue
        with path.open("rb") as stream:
            for group in grouped(lines(stream), LINES):
                replies = [read_reply(number, raw) for number, raw in group]
                heard = [each for each in replies if not isinstance(each, Trouble)]
                beside["unreadable_line"] += len(replies) - len(heard)
                known = captions.recorded(each.custom_id for each in heard)
                for reply in heard:
                    if reply.custom_id in seen:
                        beside["duplicate"] += 1
                        continue
                    recorded = known.get(reply.custom_id)
                    if recorded is None or recorded[0] != sent.submission.id:
                        beside["stranger"] += 1
                        continue
                    seen.add(reply.custom_id)
                    if told := _differs(reply, recorded):
                        yield Problem("outcome", f"{name}, {told} of {file.name}.")
    unheard = captions.heard(sent.submission) - len(seen)
    if unheard:
        yield Problem("books", f"{name}: {unheard} recorded answers stand in no result file.")
    counted = workspace.ledger.submissions.ended_counts(sent.submission)
    for kind in BESIDE:
        had = counted.get(kind, 0)
        if beside[kind] != had:
            told = f"{name}: {kind} was counted {had} times, and is there {beside[kind]} times."
            yield Problem("books", told)


def _differs(reply: Reply, recorded: tuple[int, str, str, str]) -> str:
    """Return what a reply says otherwise than was recorded, or ""."""
    _, kind, code, mark = recorded
    ended, _ = outcome(reply)
    same = str(ended) == kind or (ended is Outcome.ANSWERED and kind in ANSWERED)
    if same and mark == fingerprint(reply):
        return ""
    return f"{reply.custom_id}: recorded as {kind} {code}, but {ended} on line {reply.line}"


def _compare(path: Path, sha256: str, size: int) -> list[Problem]:
    try:
        with path.open("rb") as stream:
            digest = hashlib.sha256()
            length = 0
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                length += len(chunk)
    except OSError as error:
        return [Problem("file_gone", f"{path} cannot be read: {error.strerror}.")]
    if digest.hexdigest() != sha256.removeprefix("sha256:") or length != size:
        return [Problem("file_changed", f"{path} is not the file that was recorded.")]
    return []
