"""A ledger that was deleted: what its workspace has sent is found again, and not paid for twice."""

import shutil
from typing import Any

import pytest

from batchcap.stages.run import run

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
    bench, other = making(4), making(4)
    with bench.serving() as url:
        sent(bench)
        other.url = url
        other.flags = bench.flags
        other.build()
        told = other.submit()
        assert (told.exit_code, told.counts["submitted"]) == (0, 2)
        assert [each.code for each in told.problems] == ["other_workspaces"]
        assert "2 batches" in told.problems[0].message
        other.paint("later.jpg")
        assert other.sent().problems == ()


def lose_all(bench: Any) -> None:
    """Delete all of .batchcap, a minute later; only the mark that no tokenizer is fetched stays."""
    bench.jumping().waited = 60.0
    shutil.rmtree(bench.state)
    (bench.state / "tiktoken").mkdir(parents=True)
    (bench.state / "tiktoken" / "o200k_base.unreachable").touch()


@pytest.mark.parametrize("joined", [False, True])
def test_without_its_folder_a_workspace_stops_and_takes_over_when_told(making, joined) -> None:
    """Whether the answers were there already or not: they are paid for once."""
    bench = making(4)
    with bench.serving():
        sent(bench)
        if joined:
            bench.poll()
            bench.join()
        lose_all(bench)
        bench.build()
        for told in (bench.submit(), bench.poll(wait=False)):
            assert told.exit_code == 4
            (problem,) = told.problems
            assert problem.code == "ledger_lost"
            assert "2 batches" in problem.message
            assert "take over 2 " in problem.hint
            assert problem.hint.endswith(": batchcap submit --anew")
        assert bench.states() == {"built": 4}
        told = bench.submit(anew=True)
        assert told.counts == {"submitted": 0, "adopted": 2, "waiting": 0}
        bench.poll()
        assert bench.join().counts["accepted"] == 4
        assert len(bench.batches()) == 2
    assert bench.states() == {"captioned": 4}
    bench.balanced()


@pytest.mark.parametrize("same", [0, 1])
def test_without_its_folder_and_with_other_photos_it_stops_as_well(making, same) -> None:
    bench = making(4)
    with bench.serving():
        sent(bench)
        lose_all(bench)
        bench.paint("zzz.jpg" if same else "000 first.jpg")
        if same:
            (bench.root / "photo" / "003.jpg").unlink()
        bench.build()
        told = bench.submit()
        (problem,) = told.problems
        assert (told.exit_code, problem.code) == (4, "ledger_lost")
        assert ("take over 1 " in problem.hint) == bool(same)
        assert "again: batchcap submit --anew" in problem.hint
        assert bench.submit(anew=True).counts["adopted"] == same
        bench.poll()
        bench.join()
        assert len(bench.batches()) == (3 if same else 5)
        bench.paint("later.jpg")
        assert bench.sent().problems == ()
    bench.balanced()


def test_a_moved_workspace_and_its_successor_in_the_old_place_keep_apart(making) -> None:
    """They bear one name: the second is stopped once, then each goes on with its own batches."""
    bench, moved = making(2), making.empty()
    with bench.serving() as url:
        bench.sent()
        bench.root.rename(moved.root)
        moved.url = url
        bench.make()
        bench.jumping().waited = 60.0
        for number in range(3):
            bench.paint(f"{number:03}.jpg", seed=f"another {number}")
        bench.build()
        assert bench.submit().exit_code == 4
        assert bench.submit(anew=True).counts == {"submitted": 1, "adopted": 0, "waiting": 0}
        moved.paint("more.jpg")
        assert moved.sent().counts == {"submitted": 1, "adopted": 0, "waiting": 0}
        for each in (bench, moved):
            each.finish()
            assert each.states() == {"captioned": 3}
            each.balanced()
        assert len(bench.batches()) == 3


def test_run_stops_there_with_the_exit_code_of_a_person(making) -> None:
    """Waiting would not help, so it is not what the command asks for next."""
    bench = making(2)
    with bench.serving():
        bench.sent()
        lose_all(bench)
        with bench.open() as workspace:
            told = run(workspace, wait=True)
        assert (told.exit_code, told.next) == (4, "batchcap status")
        assert [each.code for each in told.problems] == ["tokens", "ledger_lost"]
