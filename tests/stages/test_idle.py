"""A command with nothing to do says so in one line; its JSON stays as it is."""

import pytest

PHOTO = "France/Paris/commercial/b.jpg"
OTHER = "Italy/Rome/commercial/a.jpg"


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (("submit",), "submit: nothing to do (no task file waits to be sent)"),
        (("poll",), "poll: nothing to do (no batch is under way, and none waits to be sent)"),
        (("join",), "join: nothing to do (no fetched answers wait to be joined)"),
        (("cancel",), "cancel: nothing to do (no batch runs)"),
        (("write",), "write: written 0, nothing to do (no caption waits to be written)"),
    ],
)
def test_before_anything_is_built(desk, command, line) -> None:
    code, out, messages = desk.say(*command)
    assert (code, out) == (0, f"{line}\n")
    assert messages.splitlines()[-1].startswith("Next: batchcap ")
    assert not any(desk.done(*command).counts.values())


def test_a_dry_run(desk) -> None:
    _, out, _ = desk.say("write", "--dry-run")
    assert out.startswith("write --dry-run, which would give: written 0, nothing to do (")


def test_a_second_time(desk) -> None:
    desk.paint(PHOTO, OTHER)
    idle = {
        "build": "photos 2, requests 0, skipped 2, nothing to do (no photo is new, or due",
        "submit": "nothing to do (",
        "poll": "nothing to do (",
        "join": "nothing to do (",
        "write": "written 0, unchanged 2, nothing to do (",
    }
    for command in idle:
        _, out, _ = desk.say(command, *["--wait"][: command == "poll"])
        assert "nothing to do" not in out
    for command, told in idle.items():
        code, out, _ = desk.say(command)
        assert code == 0
        assert out.startswith(f"{command}: {told}")
    _, out, _ = desk.say("run")
    assert out.endswith("nothing to do (nothing waits at any stage)\n")


def test_where_something_else_waits_only_this_stage_is_idle(served) -> None:
    """Nor is a stage idle that holds something; and who asked for quiet is told nothing."""
    with served({"batch": [{"hold": {"in_progress": 600}}]}) as desk:
        desk.paint(PHOTO)
        desk.done("build")
        desk.done("submit")
        code, out, _ = desk.say("join")
        assert (code, out) == (3, "join: nothing to do (no fetched answers wait to be joined)\n")
        _, out, _ = desk.say("poll")
        assert "nothing to do" not in out
        assert desk.say("submit", "-q") == (0, "", "")
