"""Every photo is in exactly one state, whatever was done in whatever order."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.ledger import open_ledger
from batchcap.ledger.captions import RESULTS
from batchcap.ledger.photos import STATES
from batchcap.ledger.writes import Entry
from batchcap.records import BatchState, BatchView, Facts, Fetched, Sighting, Trouble

PATHS = ("a.jpg", "b/ü.jpg", "c d.jpg", "e.jpg")
ENDS = ("queue_full", "refused", "abandoned")
WRITES = ("written", "unchanged", "held", "failed", "undone", "void")


def write(books, path: str, kind: str) -> None:
    known = books.ledger.photos.get(path)
    if known is None or not known.task_id:
        return
    entry = Entry(0, books.run, known.id, known.task_id, path, b"p", {}, {}, "")
    with books.ledger.change():
        number = books.ledger.writes.journal(entry, books.at)
        books.ledger.writes.came_of(replace(entry, id=number), kind, books.at)


def unfinished(books, number: int):
    """Return a submission that has not ended, or None."""
    found = [each.submission for each in books.ledger.submissions.all() if not each.ended]
    return found[number % len(found)] if found else None


class Doing:
    """What a random sequence may do; each step is one that a stage could do next."""

    def __init__(self, books) -> None:
        self.books = books

    def walk(self, number: int) -> None:
        self.books.meet(*(path for bit, path in enumerate(PATHS) if number >> bit & 1))

    def spoil(self, number: int) -> None:
        path = PATHS[number % len(PATHS)]
        with self.books.ledger.change():
            trouble = Trouble("broken", "cannot be decoded")
            self.books.ledger.photos.refuse(Sighting(path, 1, 2), trouble)

    def repaint(self, number: int) -> None:
        path = PATHS[number % len(PATHS)]
        with self.books.ledger.change():
            photos = self.books.ledger.photos
            photos.see(Sighting(path, number, number), f"sha256:{number}", Facts())

    def move(self, number: int) -> None:
        with self.books.ledger.change():
            self.books.ledger.photos.moved(PATHS[number % 4], f"sha256:{PATHS[number // 4 % 4]}")

    def follow(self, number: int) -> None:
        path, leader = PATHS[number % 4], ("", *PATHS)[number // 4 % 5]
        families = self.books.ledger.families
        if leader != path and not families.relative(leader).leader:
            if leader and any(families.relative(each).leader == path for each in PATHS):
                return
            with self.books.ledger.change():
                families.follow(path, leader)

    def build(self, number: int) -> None:
        photos = self.books.ledger.photos
        known = photos.in_state("new", "retry", "captioned")
        due = [each.path for each in known if not each.leader]
        if due:
            self.books.build(*due[: 1 + number % len(due)])

    def intend(self, number: int) -> None:
        waiting = self.books.ledger.tasks.files("waiting")
        if waiting:
            self.books.intend(waiting[number % len(waiting)])

    def arrive(self, number: int) -> None:
        doubtful = self.books.ledger.submissions.in_doubt()
        if doubtful:
            found = doubtful[number % len(doubtful)]
            with self.books.ledger.change():
                self.books.ledger.submissions.sent(found, f"batch_{found.id}", "adopted", 1.0)

    def see(self, number: int) -> None:
        running = self.books.ledger.submissions.open()
        if running:
            found = running[number % len(running)].submission
            state = list(BatchState)[number % len(BatchState)]
            with self.books.ledger.change():
                view = BatchView(found.remote_id, state, str(state), total=number)
                self.books.ledger.submissions.saw(found, view, 1.0)
                self.books.ledger.submissions.fetched(found, Fetched("output", "", "", 0), 1.0)

    def give_up(self, number: int) -> None:
        found = unfinished(self.books, number)
        if found:
            with self.books.ledger.change():
                self.books.ledger.submissions.end(found, ENDS[number % 3], 1.0)

    def join(self, number: int) -> None:
        running = self.books.ledger.submissions.open()
        if running:
            found = running[number % len(running)].submission
            endless = itertools.cycle(RESULTS[number % len(RESULTS) :] + RESULTS)
            self.books.settle(found, *itertools.islice(endless, found.file.requests))

    def write(self, number: int) -> None:
        write(self.books, PATHS[number % 4], WRITES[number // 4 % len(WRITES)])


STEPS = [name for name in vars(Doing) if not name.startswith("_")]
SEQUENCES = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 60)), max_size=40)


def balanced(books) -> None:
    ledger = books.ledger
    counts, total = ledger.photos.counts(), ledger.photos.total()
    assert list(counts) == list(STATES)
    assert sum(counts.values()) == total
    rows = ledger._connection.execute("SELECT photo_id, count(*) FROM photo_state GROUP BY 1")
    found = dict(rows.fetchall())
    assert len(found) == total
    assert set(found.values()) <= {1}
    files = ledger.tasks.files()
    by_state = [ledger.tasks.files(each) for each in ("waiting", "doubt", "open", "done")]
    assert sum(map(len, by_state)) == len(files)
    tasks = ledger._connection.execute("SELECT count(*) FROM task").fetchone()[0]
    assert sum(file.requests for file in files) == tasks
    for file in by_state[3]:
        assert sum(ledger.captions.count_file(file.id).values()) == file.requests
    assert ledger.sound() == []


@given(SEQUENCES)
def test_the_states_sum_to_the_photos_after_any_sequence(make_books, sequence) -> None:
    with make_books() as books:
        doing = Doing(books)
        for name, number in sequence:
            getattr(doing, name)(number)
            balanced(books)


@given(SEQUENCES)
def test_nothing_is_forgotten_by_closing(make_books, sequence) -> None:
    with make_books() as books:
        doing = Doing(books)
        for name, number in sequence:
            getattr(doing, name)(number)
        before = books.ledger.photos.counts()
        path = books.path
        with open_ledger(path) as again:
            assert again.photos.counts() == before


@pytest.mark.parametrize(
    ("result", "state"),
    [
        ("accepted", "captioned"),
        ("repaired", "captioned"),
        ("held", "held"),
        ("retry", "retry"),
        ("refused", "refused"),
        ("failed", "failed"),
    ],
)
def test_the_way_of_a_photo(books, result, state) -> None:
    books.meet("a.jpg")
    assert books.states() == {"new": 1}
    file = books.build("a.jpg")
    assert books.states() == {"built": 1}
    submission = books.intend(file)
    assert books.states() == {"submitted": 1}
    with books.ledger.change():
        books.ledger.submissions.sent(submission, "batch_1", "created", 1.0)
    books.settle(submission, result)
    assert books.states() == {state: 1}


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("written", "written"),
        ("unchanged", "written"),
        ("held", "held"),
        ("failed", "write_failed"),
        ("undone", "captioned"),
        ("void", "captioned"),
    ],
)
def test_what_came_of_writing(books, kind, state) -> None:
    books.meet("a.jpg")
    books.settle(books.send(books.build("a.jpg")), "accepted")
    write(books, "a.jpg", kind)
    assert books.states() == {state: 1}


def test_the_newest_task_decides(books) -> None:
    books.meet("a.jpg")
    books.settle(books.send(books.build("a.jpg")), "retry")
    file = books.build("a.jpg")
    assert books.states() == {"built": 1}
    books.settle(books.send(file), "accepted")
    known = books.ledger.photos.get("a.jpg")
    assert [step.result for step in books.ledger.photos.history(known.id)] == ["retry", "accepted"]
    assert books.ledger.tasks.asked("a.jpg").tasks == 2


@pytest.mark.parametrize("how", ENDS)
def test_a_file_that_was_not_taken_waits_again(books, how) -> None:
    books.meet("a.jpg")
    file = books.build("a.jpg")
    submission = books.intend(file)
    with books.ledger.change():
        books.ledger.submissions.end(submission, how, 1.0, not_before=9.0)
    assert books.states() == {"built": 1}
    assert [each.name for each in books.ledger.tasks.files("waiting")] == [file.name]
    assert books.ledger.tasks.not_before(file.id) == 9.0
    assert books.ledger.submissions.next_number(file) == 2
    assert books.ledger.submissions.in_doubt() == []


def test_a_batch_view_is_recorded_where_it_differs(books) -> None:
    books.meet("a.jpg")
    submission = books.send(books.build("a.jpg"))
    view = BatchView("batch_1", BatchState.IN_PROGRESS, "in_progress", total=1)
    with books.ledger.change():
        for _ in range(3):
            books.ledger.submissions.saw(submission, view, 1.0)
    count = books.ledger._connection.execute("SELECT count(*) FROM batch_view").fetchone()[0]
    assert count == 1
    (sent,) = books.ledger.submissions.open()
    assert sent.view is not None
    assert sent.view.state is BatchState.IN_PROGRESS


def test_money_is_what_was_built_reserved_and_billed(books) -> None:
    books.meet("a.jpg", "b.jpg")
    books.settle(books.send(books.build("a.jpg")), "accepted")
    books.send(books.build("b.jpg"))
    (money,) = books.ledger.captions.money()
    assert (money.built_input, money.built_output) == (20, 10)
    assert (money.reserved_input, money.reserved_output) == (10, 5)
