"""Who judges replies: this process, or others where there are many.

Takes an open workspace and result files; gives their lines, sheet by sheet and in order, with what
they say.
Only this process knows the ledger: others are handed the tasks.
"""

import contextlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from functools import partial

from batchcap.batches.jsonl import lines
from batchcap.errors import BatchcapError, BooksDoNotBalance
from batchcap.fan_out import Crew, grouped, in_order, local_crew
from batchcap.judging import Judged, Page, judge, judge_apart, packed
from batchcap.ledger.captions import OpenTask
from batchcap.records import Fetched, Outcome, Trouble
from batchcap.workspace import Workspace

# Lines that are judged at a time, and from how many replies on processes are worth starting.
LINES = 250
MANY = 4000
# Where a line most likely names its task. A wrong guess only means that this process judges it.
NAME = re.compile(rb'"custom_id"\s*:\s*"([A-Za-z0-9_-]{1,64})"')


@dataclass(frozen=True, slots=True)
class Sheet:
    """Some lines of a result file as (1-based number, bytes), and the tasks they seem to name."""

    lines: Sequence[tuple[int, bytes]]
    tasks: Mapping[str, OpenTask]

    @property
    def page(self) -> Page:
        """What a judge needs of it."""
        asked = {name: (each.preset, each.facts) for name, each in self.tasks.items()}
        return Page(self.lines, asked)


Judgements = Iterator[tuple[Sheet, list[Judged | Trouble]]]
Judges = Callable[[Iterable[Sheet]], Judgements]


@contextlib.contextmanager
def judges(workspace: Workspace, replies: int) -> Iterator[Judges]:
    """Give what judges pages, in order: over the cores where that pays, else right here.

    Raises BatchcapError where one of the processes died.
    """
    workers = workspace.processes
    if replies < MANY or workers == 1:
        work = partial(judge, workspace.preset_named)
        yield lambda sheets: ((each, work(each.page)) for each in sheets)
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


def _apart(workspace: Workspace, crew: Crew, sheets: Iterable[Sheet]) -> Judgements:
    waiting: deque[Sheet] = deque()

    def pages() -> Iterator[tuple[Page, bytes]]:
        made: dict[frozenset[str], bytes] = {}
        for sheet in sheets:
            names = frozenset(each.preset for each in sheet.tasks.values())
            if names not in made:
                made[names] = packed({name: workspace.preset_named(name) for name in names})
            waiting.append(sheet)
            yield sheet.page, made[names]

    for _, found in in_order(crew, judge_apart, pages()):
        yield waiting.popleft(), found


def sheets(workspace: Workspace, file: Fetched) -> Iterator[Sheet]:
    """Yield the lines of a result file, with the tasks that they seem to name.

    Raises BooksDoNotBalance where the file is gone.
    """
    path = workspace.replies / file.name
    if not path.is_file():
        raise BooksDoNotBalance(
            f"The result file {path} is gone; it was fetched and {file.bytes:,} bytes long.",
            kept="Nothing was changed.",
            hint="fetch it again: batchcap poll, or put it back, then: batchcap join",
        )
    with path.open("rb") as stream:
        for group in grouped(lines(stream), LINES):
            found = (NAME.search(raw) for _, raw in group)
            named = {each[1].decode("ascii") for each in found if each}
            yield Sheet(group, workspace.ledger.captions.tasks(named))


def known(workspace: Workspace, sheet: Sheet, judged: Judged) -> tuple[Judged, OpenTask | None]:
    """Return a judgement with its task, None for a stranger; judged here if it was not yet."""
    if judged.known:
        return judged, sheet.tasks[judged.custom_id]
    task = workspace.ledger.captions.task(judged.custom_id)
    if task is None or judged.ending.outcome is not Outcome.ANSWERED:
        return judged, task
    line = next(each for each in sheet.lines if each[0] == judged.line)
    (again,) = judge(workspace.preset_named, Sheet([line], {task.custom_id: task}).page)
    return (judged if isinstance(again, Trouble) else again), task
