"""Lists of batches that are longer than a page, in each way of paging."""

import json
import sqlite3
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from batchcap.providers.listing import KEY, SHA256, remote_name
from batchcap.records import Submission
from batchcap.sandbox.store import NewBatch, Store

MANY = 250
DAY = 86_400.0
# a fault without effect: where there is one, the sandbox counts what is asked
COUNTED = {"http": [{"on": "any", "kind": "delay", "seconds": 0.0}]}


@dataclass(frozen=True)
class Shelf:
    """The batches of a server: each is number 0 (the oldest) to 249; two or three pages."""

    folder: Path
    submission: Submission

    def fill(self, mine: int, *, recent: int = MANY, unmarked: bool = False) -> None:
        """Put 250 batches there, the last ``recent`` of today, and one of them ours."""
        name = "file-ours"
        now = time.time()
        with closing(Store(self.folder)) as store, store.transaction():
            for number in range(MANY):
                ours = number == mine
                marks = {
                    KEY: self.submission.key if ours else f"batchcap-other-0001-{number}",
                    SHA256: self.submission.file.sha256,
                }
                store.add_batch(
                    NewBatch(
                        id=f"batch_{number:04}",
                        output_id=f"out-{number}",
                        error_id=f"err-{number}",
                        endpoint="/v1/chat/completions",
                        input_file_id=name if ours else f"file-{number}",
                        completion_window="24h",
                        metadata=None if unmarked else marks,
                        result_seconds=3600,
                    )
                )
        with closing(sqlite3.connect(self.folder / "sandbox.sqlite3")) as db, db:
            # ended, so that nobody works them
            db.execute("UPDATE batches SET status = 'completed', created_at = ?", (now,))
            db.execute(
                "UPDATE batches SET created_at = ? WHERE seq <= ?", (now - 3 * DAY, MANY - recent)
            )

    def asked(self) -> int:
        """How many pages of batches were asked for."""
        with closing(sqlite3.connect(self.folder / "sandbox.sqlite3")) as db:
            return db.execute("SELECT n FROM counts WHERE name = 'http.batches'").fetchone()[0]


@pytest.fixture
def shelf(served):
    """Serve a dialect to a provider; gives the provider and the shelf behind it."""
    with ExitStack() as opened:

        def serve(name: str):
            desk = opened.enter_context(served(name, faults=COUNTED))
            desk.build("France/Paris/commercial/a.jpg")
            workspace = opened.enter_context(desk.open())
            (file,) = workspace.ledger.tasks.files("waiting")
            ours = Submission(1, file, "batchcap-ours-0001-1", time.time())
            return workspace.provider, Shelf(desk.root.parent / "server", ours)

        yield serve


@pytest.mark.parametrize("name", ["openai", "azure", "groq"])
@pytest.mark.parametrize(("mine", "pages"), [(MANY - 1, 1), (MANY - 100, 1), (120, 2), (0, 3)])
def test_ours_is_found_on_whichever_page(shelf, name, mine, pages) -> None:
    provider, there = shelf(name)
    there.fill(mine)
    assert provider.find(there.submission, frozenset()) == f"batch_{mine:04}"
    assert there.asked() == pages


@pytest.mark.parametrize("name", ["openai", "groq"])
@pytest.mark.parametrize(("recent", "pages"), [(1, 1), (99, 1), (100, 2), (120, 2), (MANY, 3)])
def test_the_search_ends_where_all_is_older_than_the_intent(shelf, name, recent, pages) -> None:
    provider, there = shelf(name)
    there.fill(-1, recent=recent)
    assert provider.find(there.submission, frozenset()) == ""
    assert there.asked() == pages


def test_a_batch_that_is_older_than_the_intent_is_not_ours(shelf) -> None:
    provider, there = shelf("openai")
    there.fill(10, recent=100)
    assert provider.find(there.submission, frozenset()) == ""


def test_a_list_in_another_order_is_read_to_its_end(shelf) -> None:
    """Together's comes whole, here the oldest first: its first entries say nothing of its last."""
    provider, there = shelf("together")
    there.fill(MANY - 1, recent=10, unmarked=True)
    with closing(Store(there.folder)) as store:
        name = remote_name(there.submission)
        size = there.submission.file.bytes
        store.add_file("file-ours", name, "batch-api", size=size, lifetime=3600)
    assert provider.find(there.submission, frozenset()) == f"batch_{MANY - 1:04}"
    assert there.asked() == 1


@pytest.mark.parametrize("name", ["openai", "groq", "together"])
def test_what_others_have_waiting_is_counted_over_all_pages(shelf, name) -> None:
    provider, there = shelf(name)
    there.fill(-1)
    with closing(sqlite3.connect(there.folder / "sandbox.sqlite3")) as db, db:
        marks = json.dumps({"batchcap_input_tokens": "1000"})
        # open, and it stays so
        db.execute(
            "UPDATE batches SET status = 'finalizing', finalizing_at = ?, metadata = ?",
            (time.time() + DAY, marks),
        )
    counted = provider.enqueued(frozenset({"batch_0000"}), "", time.time() - DAY)
    if name == "together":  # neither marks nor counts are shown there
        assert counted.tokens == counted.requests == 0
    else:
        assert counted.tokens == 1000 * (MANY - 1)
