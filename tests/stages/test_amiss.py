"""An archive in which nearly every photo has trouble: told in part, counted in full, all found."""

import csv

from batchcap.ledger.captions import Settled
from batchcap.ledger.tasks import Made
from batchcap.problems import LISTED
from batchcap.records import Facts, Outcome, Sighting, TaskFile

MANY = LISTED + 7


def held(desk, number: int, *, fine: int = 0) -> None:
    """Bring photos into the ledger of which all but ``fine`` are held, as join does."""
    with desk.open() as opened, opened.locked(), opened.ledger.change():
        ledger, run = opened.ledger, opened.ledger.begin_run("build", 1.0)
        made = []
        for each in range(number + fine):
            path = f"{each // 500}/{each:05}.jpg"
            ledger.photos.see(Sighting(path, 1, 1), f"digest {each}", Facts())
            made.append(Made(f"t{each}", path, 1, f"digest {each}", "stock", Facts(), 1, 1))
        name = ledger.tasks.next_name()
        model = "gpt-6-luna"
        file = TaskFile(0, name, "00", 1, len(made), len(made), len(made), model, "/v1")
        ledger.tasks.record(file, made, run)
        submission = ledger.submissions.intend(ledger.tasks.file(name), "key", 1.0, run)
        ledger.submissions.sent(submission, "batch_1", "created", 1.0)
        tasks = [each for page in ledger.captions.unsettled(submission.file.id) for each in page]
        results = ["held"] * number + ["accepted"] * fine
        ledger.captions.settle(
            submission,
            [
                Settled(task.id, Outcome.ANSWERED, "", f"=why {task.path}", result)
                for task, result in zip(tasks, results, strict=True)
            ],
        )
        ledger.submissions.end(submission, "joined", 1.0)


def test_status_lists_the_first_of_very_many_and_counts_them_all(desk) -> None:
    held(desk, MANY)
    told = desk.done("status")
    assert told.counts["held"] == MANY
    assert told.codes.count("held") == LISTED
    last = told.json["problems"][-1]
    assert (last["code"], last["message"]) == ("more", "held: 7 more than are listed.")
    assert last["hint"] == "batchcap status --amiss FILE.csv"
    assert [each["photo"] for each in told.json["problems"][:2]] == ["0/00000.jpg", "0/00001.jpg"]


def test_a_person_sees_twenty_and_where_the_rest_is(desk) -> None:
    held(desk, MANY)
    _, _, messages = desk.say("status")
    assert messages.count("=why") == 20
    assert "… and 980 more: add --json" in messages
    assert "held: 7 more than are listed.\n    → batchcap status --amiss FILE.csv" in messages


def test_the_few_among_very_many_good_ones_are_all_found(desk) -> None:
    held(desk, 3, fine=400)
    told = desk.done("status")
    assert [each["photo"] for each in told.json["problems"]] == [
        f"0/{each:05}.jpg" for each in range(3)
    ]


def test_the_list_holds_every_photo_and_no_formula(desk, tmp_path) -> None:
    held(desk, MANY, fine=2)
    path = tmp_path / "amiss 🌍.csv"
    desk.done("status", "--amiss", str(path))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["photo", "state", "reason"]
    assert [row[0] for row in rows[1:]] == [f"{each // 500}/{each:05}.jpg" for each in range(MANY)]
    assert {row[1] for row in rows[1:]} == {"held"}
    assert rows[1][2] == "why 0/00000.jpg"


def test_a_photo_whose_name_begins_a_formula_keeps_its_name(desk, tmp_path) -> None:
    desk.paint("=1+1.jpg")
    (desk.photos / "=1+1.jpg").write_bytes(b"broken")
    desk.run("build")
    path = tmp_path / "amiss.csv"
    desk.done("status", "--amiss", str(path))
    row = path.read_text(encoding="utf-8-sig").splitlines()[1]
    assert row.startswith("./=1+1.jpg,unreadable,")


def test_a_list_takes_the_place_of_no_photo(desk) -> None:
    desk.paint("a.jpg")
    photo = desk.photos / "a.jpg"
    before = photo.read_bytes()
    told = desk.run("status", "--amiss", str(photo))
    assert (told.code, told.codes) == (2, ["usage"])
    assert photo.read_bytes() == before


def test_a_list_that_cannot_be_written_is_told(desk, tmp_path) -> None:
    told = desk.run("status", "--amiss", str(tmp_path / "gone" / "amiss.csv"))
    assert (told.code, told.codes) == (1, ["disk"])


def test_a_build_of_very_many_broken_files_counts_them_all(desk) -> None:
    for each in range(MANY):
        (desk.photos / f"{each:05}.jpg").write_bytes(b"broken")
    told = desk.run("build")
    assert (told.code, told.counts["unreadable"]) == (1, MANY)
    listed = [each for each in told.codes if each != "more"]
    assert len(listed) == LISTED
    assert told.codes[-1] == "more"
