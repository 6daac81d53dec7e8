"""A task file on disk: whole as it was recorded, or split where the provider's queue is smaller.

Takes an open workspace and the file; gives its path, or files of the same lines, recorded in its
place. The old file stays on disk as it was; nothing is read from the photos again.
"""

import contextlib
import hashlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from batchcap.atomic import AtomicFile
from batchcap.batches.jsonl import CAP, lines
from batchcap.batches.queue import TOKENS, queue_limit
from batchcap.errors import BooksDoNotBalance, UsageError
from batchcap.ledger.tasks import Line
from batchcap.records import TaskFile
from batchcap.workspace import Workspace

# A file that met a full queue so often, though by our count it fits, is too large by the
# provider's own; what is this small a part of the limit is not: then the queue really was full.
REFUSALS = 2
SMALL = 1 / 16


@dataclass(frozen=True, slots=True)
class Most:
    """What one part may hold; 0: no limit."""

    tokens: int = 0
    requests: int = 0


def whole(workspace: Workspace, file: TaskFile) -> Path:
    """Return a task file's path; it is used as it was recorded, or not at all.

    Raises UsageError where it is gone, BooksDoNotBalance where its bytes are others.
    """
    path = workspace.tasks / file.name
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise UsageError(
            f"The task file {path} is gone.",
            kept="Nothing was sent.",
            hint="put it back, or build its photos anew: batchcap build --regenerate",
        ) from error
    if found != file.sha256.removeprefix("sha256:"):
        raise BooksDoNotBalance(
            f"The task file {path} is not the one that was built.",
            kept="Nothing was sent.",
            hint="put it back as it was, then: batchcap submit",
        )
    return path


def most_of(workspace: Workspace, file: TaskFile) -> Most:
    """Return what a file may hold: the told limit, or less where the provider counts more."""
    submissions = workspace.ledger.submissions
    most = Most(workspace.told_tokens, workspace.queue_requests)
    if submissions.queue_full(file) < REFUSALS:
        return most
    told = queue_limit(submissions.queue_full_words(file))
    if told is None or told.unit != TOKENS:
        return most
    if file.input_tokens > told.amount:
        return Most(told.amount, most.requests)
    if file.input_tokens > told.amount * SMALL:
        return Most(-(-file.input_tokens // 2), most.requests)
    return most


def too_large(file: TaskFile, most: Most) -> bool:
    """Return whether a file alone is over a limit, and can be made smaller."""
    over = (most.tokens and file.input_tokens > most.tokens) or (
        most.requests and file.requests > most.requests
    )
    return bool(over) and file.requests > 1


def split(workspace: Workspace, file: TaskFile, most: Most) -> list[TaskFile]:
    """Put a file's lines into smaller files, each within ``most`` where a line alone allows it."""
    ledger = workspace.ledger
    groups = list(_groups(list(ledger.tasks.file_lines(file.id)), most))
    if len(groups) < 2:  # noqa: PLR2004 - one group is the file itself
        return [file]
    stem = file.name.removesuffix(".jsonl")
    parts: list[tuple[TaskFile, list[Line]]] = []
    with contextlib.closing(_raw_lines(workspace, file)) as raw:
        for number, group in enumerate(groups, 1):
            name = f"{stem}-{number}.jsonl"
            with AtomicFile(workspace.tasks / name) as target:
                for _ in group:
                    target.write(next(raw) + b"\n")
            parts.append((_part(file, name, target, group), group))
    with ledger.change():
        ledger.tasks.split(file, parts, workspace.run_id)
    workspace.progress.say(f"{file.name} is larger than the queue: split into {len(parts)} files")
    return [part for part, _ in parts]


def _raw_lines(workspace: Workspace, file: TaskFile) -> Generator[bytes]:
    with whole(workspace, file).open("rb") as stream:
        for _, raw in lines(stream, max(CAP, file.bytes)):
            yield raw


def _groups(tasks: list[Line], most: Most) -> Iterator[list[Line]]:
    group: list[Line] = []
    tokens = 0
    for task in tasks:
        over = most.tokens and tokens + task.input_tokens > most.tokens
        full = most.requests and len(group) >= most.requests
        if group and (over or full):
            yield group
            group, tokens = [], 0
        group.append(task)
        tokens += task.input_tokens
    if group:
        yield group


def _part(file: TaskFile, name: str, written: AtomicFile, group: list[Line]) -> TaskFile:
    return TaskFile(
        id=0,
        name=name,
        sha256=written.sha256,
        bytes=written.bytes,
        requests=len(group),
        input_tokens=sum(each.input_tokens for each in group),
        output_tokens=sum(each.output_tokens for each in group),
        model=file.model,
        endpoint=file.endpoint,
    )
