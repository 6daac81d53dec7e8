"""Which task file a request goes into.

Takes tasks in order and three budgets; gives a placement for each. Holds one task at a time and
never writes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from batchcap.records import Task, Trouble


@dataclass(frozen=True, slots=True)
class Budgets:
    """What one task file may hold: requests, bytes with newlines, prompt tokens."""

    max_requests: int
    max_bytes: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Load:
    """What a task file holds so far: requests, bytes with newlines, prompt tokens."""

    requests: int = 0
    bytes: int = 0
    tokens: int = 0

    def plus(self, task: Task) -> "Load":
        """Return the load with one more task; its line's newline counts."""
        return Load(
            self.requests + 1, self.bytes + len(task.line) + 1, self.tokens + task.input_tokens
        )

    def within(self, budgets: Budgets) -> bool:
        """Return whether no budget is passed."""
        return (
            self.requests <= budgets.max_requests
            and self.bytes <= budgets.max_bytes
            and self.tokens <= budgets.max_tokens
        )


class Place(StrEnum):
    """Where a task goes: the file that is open, a new one, or nowhere."""

    SAME = "same"
    NEW = "new"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one task goes, and the load of the open file after it; ``trouble`` if refused."""

    place: Place
    load: Load
    trouble: Trouble | None = None


def place(load: Load, task: Task, budgets: Budgets) -> Placement:
    """Place one task; a refusal names the budget that the task alone would pass.

    An empty load stands for a file not yet begun: the first task that fits goes into a NEW one.
    """
    alone = Load().plus(task)
    if not alone.within(budgets):
        return Placement(Place.REFUSED, load, _refusal(task, alone, budgets))
    together = load.plus(task)
    if load.requests and together.within(budgets):
        return Placement(Place.SAME, together)
    return Placement(Place.NEW, alone)


def pack(tasks: Iterable[Task], budgets: Budgets) -> Iterator[tuple[Task, Placement]]:
    """Yield each task with its placement, in the order in which they come."""
    load = Load()
    for task in tasks:
        placement = place(load, task, budgets)
        load = placement.load
        yield task, placement


def _refusal(task: Task, alone: Load, budgets: Budgets) -> Trouble:
    if alone.bytes > budgets.max_bytes:
        what, key = f"{alone.bytes:,} of {budgets.max_bytes:,} bytes", "max_bytes"
    elif alone.tokens > budgets.max_tokens:
        what, key = f"{alone.tokens:,} of {budgets.max_tokens:,} tokens", "task_file_tokens"
    else:
        what, key = f"1 of {budgets.max_requests:,} requests", "max_requests"
    return Trouble(
        "too_large_to_send",
        f"{task.path}: its request alone takes {what} of a task file (limits.{key}).",
    )
