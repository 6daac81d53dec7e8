"""photos → task files: walk, read, ask.

Takes an open workspace; gives task files under .batchcap/tasks, recorded with their tasks. Sends
nothing. A photo that cannot be read is a row with a reason; one that is captioned and unchanged
is left alone.
"""

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from types import TracebackType
from typing import Self

from batchcap.archive import Evidence, asking, picked, read, unshown, walk
from batchcap.atomic import AtomicFile, sweep
from batchcap.balance import check
from batchcap.batches.packing import Budgets, Load, Place, place
from batchcap.batches.tokens import ImageRefused
from batchcap.bursts import Bursts, pass_on
from batchcap.errors import BatchcapError, UsageError
from batchcap.families import Families
from batchcap.fan_out import grouped
from batchcap.interrupt import Interrupt, calm
from batchcap.ledger.photos import Known, Look
from batchcap.ledger.tasks import Asked, Made
from batchcap.photos.family import clock
from batchcap.problems import Problems
from batchcap.records import (
    Exit,
    Prepared,
    Problem,
    Sighting,
    StageResult,
    Task,
    TaskFile,
    Trouble,
)
from batchcap.request import Asking, Picked, make_task
from batchcap.workspace import Workspace

Seen = tuple[Sighting, Prepared | Trouble]
# Photos recorded in one transaction.
GROUP = 64
ASK_STATES = ("new", "retry")
ASKED_STATES = ("built", "submitted")


@dataclass(frozen=True, slots=True)
class Order:
    """Which photos to take: ``limit`` requests at most (0: all)."""

    paths: tuple[str, ...] = ()
    limit: int = 0
    regenerate: bool = False


@dataclass(slots=True)
class Tally:
    """What a build has done so far; ``closed`` folders could not be looked into."""

    photos: int = 0
    closed: int = 0
    requests: int = 0
    unreadable: int = 0
    files: list[TaskFile] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)


def build(workspace: Workspace, order: Order) -> StageResult:
    """Turn photos into task files.

    Raises UsageError for a path that is not in the archive, ConfigError for a layout or notes that
    cannot be used, DiskTrouble where a task file cannot be written; what was packed before is kept.
    """
    with workspace.recorded("build"):
        sweep(workspace.tasks)
        tally = Tally()
        evidence = Evidence(workspace)
        photos = workspace.ledger.photos
        met = walk(workspace, order.paths)
        tally.photos, tally.closed = met.photos, len(met.closed)
        with workspace.ledger.change():
            if not order.paths:
                photos.mark_gone(each.path for each in met.closed)
            photos.add_met()
            families = Families(workspace)
            families.tie()
            families.look()
            bursts = Bursts(workspace)
            bursts.free()
        tally.problems.extend(met.problems)
        everything = not (order.paths or met.closed)
        tally.problems.extend(evidence.problems(everything=everything))
        again = order.regenerate
        outdated = [] if again else evidence.outdated()
        number = photos.count_to_look_at(again=again) + len(outdated)
        seen_again = chain(photos.to_look_at(again=again), outdated)
        found = read(workspace, seen_again, min(number, order.limit or number))
        known = Reading(evidence, families, bursts)
        with calm() as interrupt, Packer(workspace, tally) as packer:
            size = min(GROUP, order.limit or GROUP)
            for group in grouped(_until_stopped(found, interrupt), size):
                with workspace.ledger.change():
                    for seen in group:
                        take(workspace, known, order, packer, seen)
                if interrupt.asked or (order.limit and tally.requests >= order.limit):
                    break
        pass_on(workspace)
        check(workspace)
        interrupt.obey()
    return result(workspace, tally)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a photo that was read is seen beside: evidence, its family and its burst."""

    evidence: Evidence
    families: Families
    bursts: Bursts


def _until_stopped(found: Iterator[Seen], interrupt: Interrupt) -> Iterator[Seen]:
    """Yield what is read; Ctrl-C in a terminal ends workers that only start, too: that is no error.

    Raises BatchcapError where a worker died without it, as for want of memory.
    """
    try:
        yield from found
    except BrokenExecutor as error:
        if not interrupt.asked:
            raise BatchcapError(
                "A process that reads photos died, as for want of memory.",
                kept="What was read before is kept.",
                hint="batchcap build --set work.processes=1",
            ) from error


class Packer:
    """Writes requests into task files, each under the budgets, and records them when whole.

    Leaving it finishes the last file; after an error the last file is dropped.
    """

    def __init__(self, workspace: Workspace, tally: Tally) -> None:
        self._workspace = workspace
        self.tally = tally
        limits, dialect = workspace.settings.limits, workspace.dialect
        self._budgets = Budgets(
            min(limits.max_requests, dialect.max_requests),
            min(limits.max_bytes, dialect.max_bytes),
            min(limits.task_file_tokens, workspace.queue_tokens or limits.task_file_tokens),
        )
        self._load = Load()
        self._file: AtomicFile | None = None
        self._made: list[Made] = []
        self._name = ""

    @cached_property
    def asking(self) -> Asking:
        """How photos are asked for; the tokenizer is opened for the first one."""
        return asking(self._workspace)

    def add(self, task: Task, made: Made) -> Trouble | None:
        """Put a request into a file; gives a Trouble where it fits none."""
        placement = place(self._load, task, self._budgets)
        if placement.place is Place.REFUSED:
            return placement.trouble
        if placement.place is Place.NEW:
            self.close()
        if self._file is None:
            self._name = self._workspace.ledger.tasks.next_name()
            self._file = AtomicFile(self._workspace.tasks / self._name)
            self._file.__enter__()
        self._file.write(task.line + b"\n")
        self._load = placement.load
        self._made.append(made)
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        elif self._file is not None:
            self._file.__exit__(kind, error, trace)

    def close(self) -> None:
        """Finish the file at hand: fsync, rename, record."""
        file, self._file = self._file, None
        if file is None:
            return
        file.__exit__(None, None, None)
        made, self._made = self._made, []
        self._load = Load()
        task_file = TaskFile(
            id=0,
            name=self._name,
            sha256=file.sha256,
            bytes=file.bytes,
            requests=len(made),
            input_tokens=sum(each.input_tokens for each in made),
            output_tokens=sum(each.output_tokens for each in made),
            model=self._workspace.model.name,
            endpoint=self._workspace.dialect.endpoint,
        )
        with self._workspace.ledger.change():
            self._workspace.ledger.tasks.record(task_file, made, self._workspace.run_id)
        self.tally.files.append(task_file)


def take(
    workspace: Workspace,
    reading: Reading,
    order: Order,
    packer: Packer,
    seen: Seen,
) -> None:
    """Record what a photo was found to be, and ask for it where that is due."""
    sighting, found = seen
    photos, tally = workspace.ledger.photos, packer.tally
    if order.limit and tally.requests >= order.limit:
        return
    if isinstance(found, Trouble):
        photos.refuse(sighting, found)
        reading.families.seen(sighting.path)
        _refuse(tally, sighting.path, found)
        return
    photos.moved(sighting.path, found.digest)
    facts, heard = reading.evidence.of(found), reading.evidence.heard(found.path)
    look = Look(clock(found.camera), heard, found.likeness)
    photos.see(sighting, found.digest, facts, look)
    reading.families.seen(sighting.path)
    reading.bursts.seen(sighting.path)
    known = photos.get(sighting.path)
    if known is None or not _due(workspace, order, known):
        _tell_leader(reading, order, tally, known)
        return
    asked = workspace.ledger.tasks.asked(sighting.path)
    generation = _generation(order, known, asked)
    trouble = unshown(workspace, sighting.path) or _ask(
        workspace, packer, picked(workspace, found, facts, asked), generation
    )
    if trouble:
        photos.refuse(sighting, trouble)
        reading.families.seen(sighting.path)
        _refuse(tally, sighting.path, trouble)
    else:
        tally.requests += 1


def _tell_leader(reading: Reading, order: Order, tally: Tally, known: Known | None) -> None:
    """Tell who is to be named where a follower alone was to be asked for anew."""
    if known is None or not (known.leader and order.regenerate):
        return
    if reading.families.met(known.leader):
        return
    said = f"It gets the caption of {known.leader}, which was not asked for anew."
    hint = f"batchcap build --regenerate {known.leader}"
    tally.problems.append(Problem("follows", said, known.path, hint))


def _due(workspace: Workspace, order: Order, known: Known) -> bool:
    """Return whether a photo is to be asked for; what is asked already is not paid for twice."""
    if known.state in ASK_STATES:
        return True
    if known.leader or not order.regenerate:
        return False
    if known.state not in ASKED_STATES:
        return True
    # Its task file may have been lost before it was sent.
    return not (workspace.tasks / workspace.ledger.tasks.file_of(known.task_id)).is_file()


def _generation(order: Order, known: Known, asked: Asked) -> int:
    """Return the generation: another picture, or other facts, begin with no attempt spent."""
    anew = asked.tasks and (order.regenerate or known.state == "new")
    return asked.generation + (1 if anew else 0)


def _ask(workspace: Workspace, packer: Packer, photo: Picked, generation: int) -> Trouble | None:
    try:
        task = make_task(packer.asking, photo)
    except ImageRefused as error:
        return error.trouble
    made = Made(
        custom_id=task.custom_id,
        path=photo.path,
        generation=generation,
        digest=photo.digest,
        preset=workspace.settings.preset,
        facts=photo.facts,
        input_tokens=task.input_tokens,
        output_tokens=task.output_tokens,
    )
    return packer.add(task, made)


def _refuse(tally: Tally, path: str, trouble: Trouble) -> None:
    tally.unreadable += 1
    tally.problems.append(Problem(trouble.code, trouble.message, path))


def result(workspace: Workspace, tally: Tally) -> StageResult:
    """Return what a build did; photos = requests + skipped + unreadable."""
    skipped = tally.photos - tally.requests - tally.unreadable
    waiting = workspace.ledger.tasks.files("waiting")
    if not (tally.photos or tally.closed):
        raise UsageError(
            f"There are no photos under {workspace.photos}.",
            hint="correct photos.root or photos.extensions in batchcap.toml",
        )
    if tally.requests and not workspace.tokenizer.exact:
        tally.problems.append(Problem("tokens", workspace.tokenizer.note))
    return StageResult(
        "build",
        Exit.FAILED if tally.unreadable or tally.closed else Exit.DONE,
        {
            "photos": tally.photos,
            "requests": tally.requests,
            "task_files": len(tally.files),
            "bytes": sum(each.bytes for each in tally.files),
            "input_tokens": sum(each.input_tokens for each in tally.files),
            "skipped": skipped,
            "unreadable": tally.unreadable,
        },
        tally.problems.told(),
        {"files": [each.name for each in tally.files]},
        "batchcap submit" if waiting else "batchcap status",
    )
