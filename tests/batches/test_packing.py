import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.packing import Budgets, Load, Place, pack, place
from batchcap.records import Task


@st.composite
def task_lists(draw):
    sizes = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=40))
    return [
        Task(f"id-{index}", f"photo/{index}.jpg", b"x" * size, tokens, 10)
        for index, (size, tokens) in enumerate(sizes)
    ]


BUDGETS = st.builds(Budgets, st.integers(1, 10), st.integers(1, 120), st.integers(1, 120))


def files_of(tasks, budgets):
    files, refused = [], []
    for task, placement in pack(tasks, budgets):
        if placement.place is Place.REFUSED:
            refused.append((task, placement))
        elif placement.place is Place.NEW:
            files.append([task])
        else:
            files[-1].append(task)
    return files, refused


def load_of(tasks):
    load = Load()
    for task in tasks:
        load = load.plus(task)
    return load


@given(task_lists(), BUDGETS)
def test_every_task_is_in_one_file_or_refused_and_order_is_kept(tasks, budgets):
    files, refused = files_of(tasks, budgets)
    placed = [task for file in files for task in file]
    turned_away = [task for task, _ in refused]
    assert len(placed) + len(turned_away) == len(tasks)
    assert placed == [task for task in tasks if task not in turned_away]


@given(task_lists(), BUDGETS)
def test_no_file_is_over_any_limit(tasks, budgets):
    for file in files_of(tasks, budgets)[0]:
        assert len(file) <= budgets.max_requests
        assert len(b"".join(task.line + b"\n" for task in file)) <= budgets.max_bytes
        assert sum(task.input_tokens for task in file) <= budgets.max_tokens


@given(task_lists(), BUDGETS)
def test_no_file_could_have_taken_the_next_task(tasks, budgets):
    files, _ = files_of(tasks, budgets)
    for file, following in itertools.pairwise(files):
        assert not load_of([*file, following[0]]).within(budgets)


@given(task_lists(), BUDGETS)
def test_only_what_fits_no_file_is_refused_and_aloud(tasks, budgets):
    for task, placement in files_of(tasks, budgets)[1]:
        assert not load_of([task]).within(budgets)
        assert placement.trouble is not None
        assert task.path in placement.trouble.message


@pytest.mark.parametrize(
    ("task", "key"),
    [
        (Task("a", "p.jpg", b"x" * 100, 1, 1), "limits.max_bytes"),
        (Task("a", "p.jpg", b"x", 1_001, 1), "limits.task_file_tokens"),
    ],
)
def test_a_refusal_names_the_budget_and_leaves_the_file_as_it_is(task, key):
    load = Load(3, 50, 700)
    placement = place(load, task, Budgets(10, 100, 1000))
    assert placement.place is Place.REFUSED
    assert placement.load == load
    assert placement.trouble.code == "too_large_to_send"
    assert key in placement.trouble.message


def test_the_newline_counts():
    task = Task("a", "p.jpg", b"x" * 99, 1, 1)
    assert place(Load(), task, Budgets(10, 100, 1000)).load == Load(1, 100, 1)
    assert place(Load(), task, Budgets(10, 99, 1000)).place is Place.REFUSED


def test_a_budget_of_no_requests_refuses_everything():
    placement = place(Load(), Task("a", "p.jpg", b"x", 1, 1), Budgets(0, 100, 1000))
    assert "limits.max_requests" in placement.trouble.message
