"""A queue limit that the provider named is tried higher again, at most once a week."""

from typing import Any

import pytest

WEEK = 7 * 86_400.0
NAMED = {
    "on": "create",
    "kind": "error",
    "status": 429,
    "code": "token_limit_exceeded",
    "message": "Enqueued token limit reached. Limit: 2,500 enqueued tokens.",
    "nth": [1],
}


def more(bench: Any, photos: int) -> None:
    for _ in range(photos):
        bench.paint(f"{len(bench.photos()):03}.jpg")


def sizes(bench: Any) -> list[int]:
    """Return the requests of each batch, the largest first."""
    return sorted((each["request_counts"]["total"] for each in bench.batches()), reverse=True)


def refusals(bench: Any) -> int:
    with bench.open() as workspace:
        return [each.ended for each in workspace.ledger.submissions.all()].count("queue_full")


def test_after_a_week_twice_as_much_is_sent(making):
    bench = making(8)
    clock = bench.jumping()
    with bench.serving({"http": [NAMED]}):
        bench.joined()
        assert sizes(bench) == [3, 3, 2]
        clock.waited += WEEK - clock.waited - 60
        more(bench, 6)
        bench.joined()
        assert sizes(bench) == [3, 3, 3, 3, 2]
        clock.waited += WEEK
        more(bench, 6)
        bench.joined()
        assert sizes(bench) == [6, 3, 3, 3, 3, 2]
    assert bench.states() == {"captioned": 20}
    bench.balanced()


@pytest.mark.parametrize("words", [NAMED["message"], "The queue is full of enqueued tokens."])
def test_a_limit_that_stays_is_met_once_a_week_and_not_with_every_look(making, words):
    bench = making(8)
    clock = bench.jumping()
    # The fifth is the first one of the second week.
    with bench.serving({"http": [NAMED, {**NAMED, "message": words, "nth": [5]}]}):
        bench.joined()
        clock.waited += WEEK
        more(bench, 6)
        bench.joined()
        assert refusals(bench) == 2
        assert max(sizes(bench)) == 3
        for _ in range(3):
            clock.waited += WEEK / 4
            more(bench, 6)
            bench.joined()
            assert max(sizes(bench)) == 3
        assert refusals(bench) == 2
        clock.waited += WEEK / 4
        more(bench, 6)
        bench.joined()
        assert sizes(bench)[:2] == [6, 3]
    assert bench.states() == {"captioned": 38}
    bench.balanced()


def test_what_a_person_sets_is_never_tried_higher(making):
    bench = making(8)
    bench.flags = {"limits.queue_tokens": "2500"}
    clock = bench.jumping()
    with bench.serving():
        bench.joined()
        clock.waited += 9 * WEEK
        more(bench, 6)
        bench.joined()
        assert sizes(bench) == [3, 3, 3, 3, 2]
