"""A ledger on disk, and short ways to fill it."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batchcap.ledger import Ledger, open_ledger
from batchcap.ledger.captions import Settled
from batchcap.ledger.tasks import Made
from batchcap.records import Facts, Outcome, Sighting, Submission, TaskFile


class Books:
    """An open ledger and what a stage would do with it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.at = 1_790_000_000.0
        self.run = ledger.begin_run("test", self.at)
        self.tasks = 0

    def meet(self, *paths: str) -> None:
        """Walk over photos and read them; the digest follows the path."""
        photos = self.ledger.photos
        with self.ledger.change():
            photos.start_walk()
            photos.met([Sighting(path, 100, 1) for path in paths])
            photos.mark_gone()
            photos.add_met()
            for path in paths:
                photos.see(Sighting(path, 100, 1), f"sha256:{path}", Facts())

    def build(self, *paths: str, generation: int = 1) -> TaskFile:
        """Record a task file that asks for these photos."""
        made = []
        for path in paths:
            self.tasks += 1
            known = self.ledger.photos.get(path)
            made.append(
                Made(f"t{self.tasks}", path, generation, known.digest, "stock", Facts(), 10, 5)
            )
        name = self.ledger.tasks.next_name()
        total = 10 * len(made), 5 * len(made)
        file = TaskFile(0, name, f"sha of {name}", 9, len(made), *total, "gpt-6-luna", "/v1/chat")
        with self.ledger.change():
            self.ledger.tasks.record(file, made, self.run)
        return self.ledger.tasks.file(name)

    def intend(self, file: TaskFile) -> Submission:
        number = self.ledger.submissions.next_number(file)
        with self.ledger.change():
            return self.ledger.submissions.intend(
                file, f"key-{file.name}-{number}", self.at, self.run
            )

    def send(self, file: TaskFile) -> Submission:
        submission = self.intend(file)
        with self.ledger.change():
            self.ledger.submissions.sent(submission, f"batch_{submission.id}", "created", self.at)
        return submission

    def settle(self, submission: Submission, *results: str) -> None:
        """End the tasks of a submission's file in these results, and join it."""
        captions = self.ledger.captions
        with self.ledger.change():
            tasks = [each for page in captions.unsettled(submission.file.id) for each in page]
            for task, result in zip(tasks, results, strict=True):
                kind = Outcome.ANSWERED if result in ("accepted", "repaired") else Outcome.FAILED
                captions.settle(submission, [Settled(task.id, kind, "code", "why", result)])
            self.ledger.submissions.end(submission, "joined", self.at)

    def states(self) -> dict[str, int]:
        """Return the states that are not empty; they must sum to the photos."""
        counts = self.ledger.photos.counts()
        assert sum(counts.values()) == self.ledger.photos.total()
        return {state: number for state, number in counts.items() if number}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Büro 🌍" / "ledger.sqlite"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[[], Books]]:
    """Open the ledger anew, as the next command does."""
    path.parent.mkdir()
    ledgers: list[Ledger] = []

    def again() -> Books:
        for each in ledgers:
            each.close()
        ledgers.append(open_ledger(path))
        return Books(ledgers[-1])

    yield again
    for each in ledgers:
        each.close()


@pytest.fixture
def books(opened: Callable[[], Books]) -> Books:
    return opened()


@pytest.fixture(scope="session")
def make_books(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], object]:
    """Make a ledger for one example of many."""

    @contextlib.contextmanager
    def make() -> Iterator[Books]:
        path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"
        with open_ledger(path) as ledger:
            ledger._connection.execute("PRAGMA synchronous = OFF")  # many small ledgers
            books = Books(ledger)
            books.path = path
            yield books

    return make
