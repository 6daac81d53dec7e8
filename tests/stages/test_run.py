"""What an earlier run left is told by every later one, with the same exit code."""

import pytest

PHOTO = "France/Paris/commercial/a.jpg"
UNDATED = "Italy/Rome/editorial/b.jpg"
GIVEN_UP = {"kind": "http_error", "status": 500}


def again(desk, code: int) -> dict[str, str]:
    """Run twice more: nothing is asked, the exit code stays, and each photo is told once."""
    asked = len(desk.tasks())
    for _ in range(2):
        ran = desk.run("run", "--wait")
        assert ran.code == code
        photos = [each["photo"] for each in ran.json["problems"] if each["photo"]]
        assert len(photos) == len(set(photos))
    assert len(desk.tasks()) == asked
    return {each["photo"]: each["hint"] for each in ran.json["problems"] if each["photo"]}


@pytest.mark.parametrize(
    ("fault", "state"), [({"kind": "refusal"}, "refused"), (GIVEN_UP, "failed")]
)
def test_photos_that_failed_are_told_again_with_what_to_do(served, fault, state) -> None:
    with served({"row": [fault]}) as desk:
        desk.paint(PHOTO, "France/Paris/commercial/b.jpg")
        assert desk.run("run", "--wait").code == 1
        assert desk.states() == {state: 2}
        hints = again(desk, 1)
        assert hints[PHOTO] == "batchcap build --regenerate PATH"
        assert len(hints) == 2
        told = {each["photo"]: each["hint"] for each in desk.done("status").json["problems"]}
        assert told == hints
    with served() as desk:
        assert desk.done("build", "--regenerate").counts["requests"] == 2
        assert desk.done("run", "--wait").counts["written"] == 2


def test_photos_that_are_held_are_told_again(desk) -> None:
    desk.paint(UNDATED, taken="")
    assert desk.run("run", "--wait").code == 4
    assert desk.states() == {"held": 1}
    assert set(again(desk, 4)) == {UNDATED}


def test_a_photo_that_could_not_be_written_is_tried_again(desk) -> None:
    (photo,) = desk.paint(PHOTO)
    photo.chmod(0o444)
    assert desk.run("run", "--wait").code == 1
    assert set(again(desk, 1)) == {PHOTO}
    photo.chmod(0o644)
    assert desk.done("run", "--wait").counts["written"] == 1


def test_a_photo_that_cannot_be_read_is_told_once(desk) -> None:
    desk.paint(PHOTO)
    (desk.photos / PHOTO).with_name("empty.jpg").touch()
    assert desk.run("run", "--wait").code == 1
    assert set(again(desk, 1)) == {PHOTO.replace("a.jpg", "empty.jpg")}
