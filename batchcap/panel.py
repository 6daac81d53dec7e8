"""Who judges replies: this process, or others where there are many.

Takes an open workspace and result files; gives what their lines say, page by page and in order.
Only this process writes to the ledger; the others look tasks up in it.
"""

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from batchcap.batches.jsonl import parts
from batchcap.errors import BatchcapError, BooksDoNotBalance
from batchcap.fan_out import Crew, few_searches, in_order, local_crew
from batchcap.judging import Basis, Judged, Page, judge, judge_apart, pack, whole
from batchcap.ledger.submissions import Sent
from batchcap.records import Fetched, Trouble
from batchcap.workspace import LEDGER, Workspace

# Bytes of a result file that are judged at a time, some hundred lines; and from how many replies on
# processes are worth starting.
PART = 1 << 20
MANY = 4000

Judgements = Iterator[tuple[Page, list[Judged | Trouble]]]
Panel = Callable[[Iterable[Page]], Judgements]


@contextlib.contextmanager
def panel(workspace: Workspace, replies: int) -> Iterator[Panel]:
    """Give what judges pages, in order: over the cores where that pays.

    Raises BatchcapError where one of the processes died.
    """
    workers = workspace.processes
    if replies < MANY or workers == 1 or not workspace.ledger.shared:
        work = partial(judge, Basis(workspace.preset_named, workspace.ledger.captions))
        with few_searches():
            yield lambda pages: ((each, work(each)) for each in pages)
        return
    try:
        with (
            tempfile.TemporaryDirectory(prefix="batchcap-") as folder,
            local_crew(workers, replies) as crew,
            few_searches(),
        ):
            yield partial(_apart, workspace, crew, Path(folder))
    except BrokenExecutor as error:
        raise BatchcapError(
            "A process that checks captions died, as for want of memory.",
            kept="The batches that were joined before are kept.",
            hint="batchcap join --set work.processes=1",
        ) from error


def _apart(workspace: Workspace, crew: Crew, folder: Path, pages: Iterable[Page]) -> Judgements:
    """Judge pages in other processes; what they judge by is handed over in files, once."""
    ledger = workspace.state / LEDGER

    def given() -> Iterator[tuple[Page, Path, Path]]:
        made: dict[tuple[str, ...], Path] = {}
        for file_id, group in groupby(pages, attrgetter("task_file_id")):
            names = tuple(workspace.ledger.captions.presets(file_id))
            if names not in made:
                made[names] = folder / f"{len(made)}.presets"
                pack({name: workspace.preset_named(name) for name in names}, made[names])
            for page in group:
                yield page, made[names], ledger

    for (page, *_), found in in_order(crew, judge_apart, given()):
        yield page, [each if isinstance(each, Trouble) else whole(each) for each in found]


def pages(workspace: Workspace, ready: Iterable[Sent]) -> Iterator[Page]:
    """Yield the pages of batches, one after the other; a result file that is gone has none."""
    for sent in ready:
        submission = sent.submission
        for file in workspace.ledger.submissions.files(submission):
            path = workspace.replies / file.name
            if file.name and path.is_file():
                with path.open("rb") as stream:
                    for part in parts(stream, PART):
                        yield Page(path, part, submission.id, submission.file.id)


def in_batches(judged: Judgements, ready: Iterable[Sent]) -> Iterator[tuple[Sent, Judgements]]:
    """Yield each batch with what its pages say, which may be nothing.

    The first page of the next batch is asked for before the last one is recorded: nobody waits.
    """
    groups = groupby(judged, lambda each: each[0].submission_id)
    ahead = next(groups, None)
    for sent in ready:
        if ahead is None or ahead[0] != sent.submission.id:
            yield sent, iter(())
            continue
        yield sent, ahead[1]
        ahead = next(groups, None)


def check_there(workspace: Workspace, files: Iterable[Fetched]) -> None:
    """Raise BooksDoNotBalance where a result file is gone."""
    for file in files:
        path = workspace.replies / file.name
        if file.name and not path.is_file():
            raise BooksDoNotBalance(
                f"The result file {path} is gone; it was fetched and {file.bytes:,} bytes long.",
                kept="Nothing was changed.",
                hint="fetch it again: batchcap poll, or put it back, then: batchcap join",
            )
