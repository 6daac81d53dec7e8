"""A ledger that was deleted: what its workspace has sent is found again, and not paid for twice."""

import shutil
from typing import Any

DAY = 86_400.0


def sent(bench: Any) -> None:
    bench.flags = {"limits.max_requests": "2"}
    assert bench.sent().counts["submitted"] == 2


def lose(bench: Any) -> None:
    for each in bench.state.glob("ledger.sqlite*"):
        each.unlink()


def test_the_same_task_files_find_their_batches_again(making) -> None:
    """Also weeks later, when the list has long gone beyond what a doubtful sending looks at."""
    bench = making(4)
    clock = bench.jumping()
    with bench.serving():
        sent(bench)
        lose(bench)
        clock.waited += 20 * DAY
        bench.build()
        told = bench.submit()
        assert (told.exit_code, told.counts) == (0, {"submitted": 0, "adopted": 2, "waiting": 0})
        assert told.problems == ()
        bench.poll()
        assert bench.join().counts["accepted"] == 4
        assert len(bench.batches()) == 2
    assert bench.states() == {"captioned": 4}
    bench.balanced()


def test_what_was_sent_in_other_task_files_stops_the_first_sending(making) -> None:
    """No command sends then, until a person says so; from then on nothing is in the way."""
    bench = making(4)
    with bench.serving():
        sent(bench)
        lose(bench)
        bench.paint("000 another.jpg")
        bench.build()
        for told in (bench.submit(), bench.poll(wait=False)):
            assert told.exit_code == 4
            (problem,) = told.problems
            assert problem.code == "ledger_lost"
            assert "2 batches" in problem.message
            assert problem.hint.endswith("batchcap submit --anew")
        assert len(bench.batches()) == 2
        assert bench.submit(anew=True).counts["submitted"] == 3
        bench.paint("later.jpg")
        assert bench.sent().counts["submitted"] == 1
        bench.poll()
        bench.join()
    assert bench.states() == {"captioned": 6}
    bench.balanced()


def test_what_is_still_the_same_is_adopted_before_it_stops(making) -> None:
    bench = making(4)
    with bench.serving():
        sent(bench)
        lose(bench)
        (bench.root / "photo" / "003.jpg").unlink()
        bench.build()
        for adopted in (1, 0):
            told = bench.submit()
            assert told.exit_code == 4
            assert told.counts == {"submitted": 0, "adopted": adopted, "waiting": 1}
            assert "1 batch " in told.problems[0].message
        assert bench.submit(anew=True).counts["submitted"] == 1
        bench.poll()
        bench.join()
    assert bench.states() == {"captioned": 3}
    bench.balanced()


def test_another_workspace_of_the_account_is_told_of_and_stops_nobody(making) -> None:
    """Also where all of .batchcap is gone: nothing says then that those batches were its own."""
    bench = making(4)
    with bench.serving():
        sent(bench)
        shutil.rmtree(bench.state)
        (bench.state / "tiktoken").mkdir(parents=True)
        (bench.state / "tiktoken" / "o200k_base.unreachable").touch()
        bench.build()
        told = bench.submit()
        assert (told.exit_code, told.counts["submitted"]) == (0, 2)
        assert [each.code for each in told.problems] == ["other_workspaces"]
        assert "2 batches" in told.problems[0].message
        bench.paint("later.jpg")
        assert bench.sent().problems == ()
