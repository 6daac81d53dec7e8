"""Replies judged on other processes are judged alike, and only those to the batch are checked."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from batchcap.judging import Ending, Judged
from batchcap.panel import MANY, PART, in_batches, pages, panel
from batchcap.records import Outcome, Policy, Trouble
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
    ready = list(workspace.ledger.submissions.open())
    with panel(workspace, replies) as by:
        return [found for _, found in by(pages(workspace, ready))]


def test_other_processes_judge_alike_and_in_order(fetched) -> None:
    with opened(fetched) as workspace:
        (output,) = files(workspace)
        path = workspace.replies / output.name
        (row, *_) = path.read_bytes().splitlines(keepends=True)
        stranger = json.loads(row) | {"custom_id": "stranger"}
        enough = 2 * PART // len(row)
        more = (row * enough, b"{broken\n\n", json.dumps(stranger).encode() + b"\n", row)
        path.write_bytes(path.read_bytes() + b"".join(more))
        here, apart = judged(workspace, 1), judged(workspace, MANY)
    assert here == apart
    assert len(here) == 3
    found = [each for judged in here for each in judged]
    assert sum(isinstance(each, Trouble) for each in found) == 1
    known = [each for each in found if isinstance(each, Judged)]
    numbers = range(1, len(PHOTOS) + enough + 1)
    assert [each.line for each in known] == [*numbers, numbers[-1] + 3, numbers[-1] + 4]
    assert [each.custom_id for each in known if each.task is None] == ["stranger"]
    assert sum(bool(each.ending.words) for each in known) == len(known) - 1


def test_a_custom_id_is_read_as_json_wherever_it_stands(fetched) -> None:
    with opened(fetched) as workspace:
        (output,) = files(workspace)
        path = workspace.replies / output.name
        lines = path.read_text(encoding="utf-8").splitlines()
        escaped = "".join(f"\\u{ord(each):04x}" for each in json.loads(lines[0])["custom_id"])
        odd = json.dumps({"note": '"custom_id": "x"'} | json.loads(lines[0]) | {"custom_id": "#"})
        path.write_text(odd.replace("#", escaped) + "\n", encoding="utf-8")
        ((found,),) = judged(workspace, 1)
    assert found.custom_id == json.loads(lines[0])["custom_id"]
    assert found.task is not None
    assert found.ending.words


def test_an_answer_to_another_batch_is_told_but_not_checked(fetched) -> None:
    with opened(fetched) as workspace, panel(workspace, 1) as by:
        ready = list(workspace.ledger.submissions.open())
        (page,) = pages(workspace, ready)
        ((_, found),) = by([page._replace(task_file_id=page.task_file_id + 1)])
    assert sorted(each.task.path for each in found) == sorted(PHOTOS)
    assert {each.ending for each in found} == {Ending(Outcome.ANSWERED, "", Policy.KEEP, "")}


def test_each_batch_gets_its_pages_also_where_it_has_none(fetched) -> None:
    with opened(fetched) as workspace:
        (sent,) = workspace.ledger.submissions.open()
        (page,) = pages(workspace, [sent])
        ready = [replace(sent, submission=replace(sent.submission, id=n)) for n in range(5)]
        judged = [(page._replace(submission_id=n), []) for n in (1, 1, 3)]
        shared = [
            (each.submission.id, [page.submission_id for page, _ in found])
            for each, found in in_batches(iter(judged), ready)
        ]
    assert shared == [(0, []), (1, [1, 1]), (2, []), (3, [3]), (4, [])]


def test_a_result_file_that_is_gone_stops_join(fetched) -> None:
    with opened(fetched) as workspace:
        (output,) = files(workspace)
        (workspace.replies / output.name).unlink()
    told = fetched.run("join")
    assert (told.code, told.problem["code"]) == (5, "books")
    assert output.name in told.problem["message"]


def test_what_no_longer_fits_the_photos_states_is_found(fetched) -> None:
    """Sums are kept until something changes: what went past the ledger's door shows."""
    fetched.done("join")
    assert fetched.done("verify").counts["wrong"] == 0
    with sqlite3.connect(fetched.state / "ledger.sqlite") as connection:
        connection.execute("UPDATE outcome SET result = 'held'")
    connection.close()
    told = fetched.run("verify")
    assert (told.code, told.problem["code"]) == (5, "books")
