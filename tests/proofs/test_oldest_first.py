"""Results that expire in 30 days are fetched first: the oldest batch's before all others."""

import time
from pathlib import Path
from typing import Any

import pytest

DAY = 86_400.0
FILES = [f"000{number}.jsonl" for number in range(1, 6)]


def finished(bench: Any) -> Any:
    """Send five batches, one a day, and let four weeks pass; gives the clock that jumps."""
    clock = bench.jumping()
    for number in range(5):
        bench.paint(f"{number:03}.jpg")
        bench.sent()
        clock.waited += DAY
    clock.waited += 24 * DAY
    while {each["status"] for each in bench.batches()} != {"completed"}:
        time.sleep(0.01)
    return clock


def fetched(bench: Any) -> list[str]:
    """Return the task files whose answers are here, in the order in which they were fetched."""
    with bench.open() as workspace:
        rows = workspace.ledger._connection.execute(
            "SELECT f.name FROM fetched AS g JOIN submission AS s ON s.id = g.submission_id"
            " JOIN task_file AS f ON f.id = s.task_file_id"
            " WHERE g.kind = 'output' AND g.name <> '' ORDER BY g.rowid"
        )
        return [name for (name,) in rows]


def test_of_many_finished_batches_the_oldest_results_are_fetched_first(making) -> None:
    bench = making()
    with bench.serving():
        finished(bench)
        assert bench.poll(wait=False).exit_code == 0
        assert fetched(bench) == FILES
        bench.join()
    assert bench.states() == {"captioned": 5}


class Stopping:
    """A clock under which somebody types Ctrl-C when so many result files lie in a folder."""

    def __init__(self, clock: Any, replies: Path, files: int) -> None:
        self._clock, self._replies, self._files = clock, replies, files

    def __call__(self) -> float:
        if len(list(self._replies.glob("*.jsonl"))) == self._files:
            raise KeyboardInterrupt
        return float(self._clock())


def test_an_interrupted_poll_goes_on_with_the_oldest_that_is_left(making) -> None:
    """Stopped between a download and its record, the next poll begins with that very batch."""
    bench = making()
    with bench.serving():
        clock = finished(bench)
        replies = bench.state / "replies"
        bench.outside["clock"] = Stopping(clock, replies, 3)
        with pytest.raises(KeyboardInterrupt):
            bench.poll(wait=False)
        assert fetched(bench) == FILES[:2]
        kept = {each: each.stat().st_mtime_ns for each in sorted(replies.glob("*.jsonl"))[:2]}
        bench.outside["clock"] = clock
        assert bench.poll(wait=False).exit_code == 0
        assert fetched(bench) == FILES
        assert {each: each.stat().st_mtime_ns for each in kept} == kept
        bench.join()
    assert bench.states() == {"captioned": 5}
    bench.balanced()
