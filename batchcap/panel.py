"""Who judges replies: this process, or others where there are many.

Takes an open workspace and result files; gives what their lines say, page by page and in order.
Only this process writes to the ledger; the others look tasks up in it.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from functools import partial

from batchcap.batches.jsonl import parts
from batchcap.errors import BatchcapError, BooksDoNotBalance
from batchcap.fan_out import Crew, in_order, local_crew
from batchcap.judging import Judged, Judges, Page, judge, judge_apart, packed, whole
from batchcap.records import Fetched, TaskFile, Trouble
from batchcap.workspace import LEDGER, Workspace

# Bytes of a result file that are judged at a time, some hundred lines; and from how many replies on
# processes are worth starting.
PART = 1 << 19
MANY = 4000

Panel = Callable[[TaskFile, Iterable[Page]], Iterator[list[Judged | Trouble]]]


@contextlib.contextmanager
def panel(workspace: Workspace, replies: int) -> Iterator[Panel]:
    """Give what judges the pages of a task file, in order: over the cores where that pays.

    Raises BatchcapError where one of the processes died.
    """
    workers = workspace.processes
    if replies < MANY or workers == 1 or not workspace.ledger.shared:
        work = partial(judge, Judges(workspace.preset_named, workspace.ledger.captions))
        yield lambda _, pages: map(work, pages)
        return
    try:
        with local_crew(workers, replies) as crew:
            yield partial(_apart, workspace, crew)
    except BrokenExecutor as error:
        raise BatchcapError(
            "A process that checks captions died, as for want of memory.",
            kept="The batches that were joined before are kept.",
            hint="batchcap join --set work.processes=1",
        ) from error


def _apart(
    workspace: Workspace, crew: Crew, file: TaskFile, pages: Iterable[Page]
) -> Iterator[list[Judged | Trouble]]:
    names = workspace.ledger.captions.presets(file.id)
    presets = packed({name: workspace.preset_named(name) for name in names})
    ledger = workspace.state / LEDGER
    given = ((each, presets, ledger) for each in pages)
    for _, found in in_order(crew, judge_apart, given):
        yield [each if isinstance(each, Trouble) else whole(each) for each in found]


def pages(workspace: Workspace, task_file: TaskFile, file: Fetched) -> Iterator[Page]:
    """Yield the pages of a result file; BooksDoNotBalance where it is gone."""
    path = workspace.replies / file.name
    if not path.is_file():
        raise BooksDoNotBalance(
            f"The result file {path} is gone; it was fetched and {file.bytes:,} bytes long.",
            kept="Nothing was changed.",
            hint="fetch it again: batchcap poll, or put it back, then: batchcap join",
        )
    with path.open("rb") as stream:
        for part in parts(stream, PART):
            yield Page(path, part, task_file.id)
