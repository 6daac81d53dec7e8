"""Work over an executor: in order, bounded, cancelled when nobody wants it any more."""

import gc
import subprocess
import sys
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.fan_out import AHEAD, CIRCLES, Crew, few_searches, grouped, in_order


class Counting(Executor):
    """An executor that runs nothing until it is asked for a result, and counts what waits."""

    def __init__(self) -> None:
        self.given = 0
        self.futures: list[Future] = []

    def submit(self, fn, /, *args, **kwargs):
        self.given += 1
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        self.futures.append(future)
        return future


@given(st.lists(st.integers()), st.integers(1, 5))
def test_results_come_in_the_order_given(items, workers) -> None:
    with ThreadPoolExecutor(workers) as executor:
        found = list(in_order(Crew(executor, workers), str, items))
    assert found == [(each, str(each)) for each in items]


@given(st.lists(st.integers()), st.integers(1, 9))
def test_groups_hold_all_in_order_and_only_the_last_is_short(items, size) -> None:
    groups = list(grouped(items, size))
    assert [each for group in groups for each in group] == items
    assert all(len(group) == size for group in groups[:-1])
    assert all(groups)


def test_circles_are_searched_for_as_before_when_the_work_is_done() -> None:
    before = gc.get_threshold()
    with few_searches():
        assert gc.get_threshold()[0] == CIRCLES
    assert gc.get_threshold() == before


def test_only_so_much_is_under_way() -> None:
    executor, workers = Counting(), 3
    stream = in_order(Crew(executor, workers), str, iter(range(10_000)))
    for number in range(5):
        next(stream)
        assert executor.given <= workers * AHEAD + number
    stream.close()
    assert executor.given < workers * AHEAD + 8


def test_what_is_not_wanted_any_more_is_cancelled() -> None:
    begun, go_on = [], threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        go_on.wait(10)
        return number

    with ThreadPoolExecutor(1) as executor:
        stream = in_order(Crew(executor, 1), work, range(100))
        threading.Timer(0.05, go_on.set).start()
        assert next(stream) == (0, 0)
        stream.close()
    assert len(begun) <= AHEAD


def test_an_error_of_the_work_reaches_the_caller() -> None:
    def work(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        return number

    with ThreadPoolExecutor(2) as executor, pytest.raises(ValueError, match="two"):
        list(in_order(Crew(executor, 2), work, range(5)))


# A parent whose workers would wait for work for ever; they hold its stdout open as long as they
# live.
PARENT = """
import time
from batchcap.fan_out import FEW, local_crew

if __name__ == "__main__":
    with local_crew(2, FEW) as crew:
        list(crew.executor.map(time.sleep, [0.1, 0.1]))
        print("started", flush=True)
        time.sleep(600)
"""


def test_workers_end_with_a_parent_that_was_killed(tmp_path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline().strip() == b"started"
        parent.kill()
        parent.communicate(timeout=60)  # ends once nobody holds the pipe any more
