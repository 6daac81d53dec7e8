"""Replies judged on other processes are judged alike, and a wrong guess of a task costs nothing."""

import json
import sqlite3
from pathlib import Path

import pytest

from batchcap.panel import LINES, MANY, Sheet, judges, known, sheets
from batchcap.records import Outcome, Trouble
from batchcap.render import standard
from batchcap.workspace import Outside, open_workspace

PHOTOS = [f"France/Paris/commercial/{number}.jpg" for number in range(3)]


@pytest.fixture
def fetched(served):
    with served({}) as desk:
        for each in PHOTOS:
            desk.paint(each)
        desk.done("build")
        desk.done("submit")
        desk.done("poll", "--wait")
        yield desk


def opened(desk):
    outside = Outside({}, standard(as_json=True, quiet=True), lambda _: None)
    return open_workspace(Path(desk.root), outside)


def files(workspace):
    (sent,) = workspace.ledger.submissions.open()
    return [each for each in workspace.ledger.submissions.files(sent.submission) if each.name]


def judged(workspace, replies):
    with judges(workspace, replies) as by:
        return [list(by(sheets(workspace, each))) for each in files(workspace)]


def test_other_processes_judge_alike_and_in_order(fetched) -> None:
    with opened(fetched) as workspace:
        (output,) = files(workspace)
        path = workspace.replies / output.name
        (row, *_) = path.read_bytes().splitlines(keepends=True)
        stranger = json.loads(row) | {"custom_id": "stranger"}
        more = (row * LINES, b"{broken\n", json.dumps(stranger).encode() + b"\n", row * LINES)
        path.write_bytes(path.read_bytes() + b"".join(more))
        here, apart = judged(workspace, 1), judged(workspace, MANY)
    assert here == apart
    assert [len(sheet.lines) for sheet, _ in here[0]] == [LINES, LINES, 5]
    found = [each for _, judged in here[0] for each in judged]
    assert sum(isinstance(each, Trouble) for each in found) == 1
    assert (
        sum(bool(each.ending.words) for each in found if not isinstance(each, Trouble))
        == 3 + 2 * LINES
    )


def test_an_answer_whose_task_was_not_guessed_is_judged_none_the_less(fetched) -> None:
    with opened(fetched) as workspace, judges(workspace, 1) as by:
        (output,) = files(workspace)
        ((sheet, found),) = by(sheets(workspace, output))
        blind = Sheet(sheet.lines, {})
        ((_, unknown),) = by([blind])
        assert not any(each.ending.words for each in unknown)
        assert {each.ending.outcome for each in unknown} == {Outcome.ANSWERED}
        again = [known(workspace, blind, each) for each in unknown]
    assert [each for each, _ in again] == found
    assert [task.path for _, task in again] == [sheet.tasks[each.custom_id].path for each in found]


def test_what_no_longer_fits_the_photos_states_is_found(fetched) -> None:
    """Sums are kept until something changes: what went past the ledger's door shows."""
    fetched.done("join")
    assert fetched.done("verify").counts["wrong"] == 0
    with sqlite3.connect(fetched.state / "ledger.sqlite") as connection:
        connection.execute("UPDATE outcome SET result = 'held'")
    connection.close()
    told = fetched.run("verify")
    assert (told.code, told.problem["code"]) == (5, "books")
