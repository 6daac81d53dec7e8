"""The API key is handed to the client and stands nowhere else."""

from pathlib import Path

import pytest

KEY = "sk-test-Zu9wq3KpLm77RtYv1XsD"


@pytest.fixture
def keyed(served, monkeypatch: pytest.MonkeyPatch):
    """Serve a workspace whose provider wants a key, with whatever goes wrong."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def serve(http=()):
        return served({"http": list(http)})

    return serve


def holders(folder: Path) -> list[str]:
    """Return every file below a folder that holds the key, in its name or its bytes."""
    return [
        str(path)
        for path in folder.rglob("*")
        if KEY in path.name or (path.is_file() and KEY.encode() in path.read_bytes())
    ]


PROVIDER = """
summary = "A server that wants a key."
[settings.provider]
api_key_env = "OPENAI_API_KEY"
[dialect]
settle_seconds = 0.0
"""


def with_key(desk) -> None:
    (desk.root / "keyed.toml").write_text(PROVIDER, encoding="utf-8")
    desk.settings["provider.name"] = "./keyed.toml"


def test_a_whole_run_leaves_no_key_behind(keyed) -> None:
    with keyed() as desk:
        with_key(desk)
        desk.paint("Italy/Rome/editorial/a.jpg")
        said = [desk.say("run", "--wait", "-v")]
        said += [desk.say(*each) for each in (("config",), ("doctor", "-v"), ("status",))]
        assert [code for code, _, _ in said] == [0, 0, 0, 0]
        assert desk.states() == {"written": 1}
        assert KEY not in repr(said)
        assert not holders(desk.root)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "status": 401, "message": "Incorrect API key provided."},
        {"kind": "error", "status": 400, "message": f"Bearer {KEY} may not do this."},
        {"kind": "error", "status": 403, "message": f"{KEY} has no access."},
        {"kind": "error", "status": 500, "message": f"no {KEY}", "on": "create"},
        {"kind": "error", "status": 429, "message": f"{KEY}?", "on": "create"},
        {"kind": "drop_before", "on": "create"},
        {"kind": "broken_body", "on": "upload"},
    ],
)
def test_no_failure_tells_the_key_even_where_the_server_does(keyed, fault) -> None:
    with keyed([{"on": "any", **fault}]) as desk:
        with_key(desk)
        desk.paint("Italy/Rome/editorial/a.jpg")
        desk.done("build")
        told = [desk.run(name, "-v") for name in ("submit", "poll", "doctor", "status", "run")]
        said = desk.say("submit", "-v")
        assert all(each.code in (0, 1, 2, 3) for each in told)
        assert KEY not in repr((told, said))
        assert not holders(desk.root)


def test_a_crash_inside_leaves_its_traceback_in_the_log_without_the_key(keyed) -> None:
    with keyed() as desk:
        with_key(desk)
        desk.paint("Italy/Rome/editorial/a.jpg")
        desk.done("build")
        (desk.state / "replies").rmdir()
        (desk.state / "replies").write_bytes(b"in the way")
        told = desk.run("submit", "-v")
        assert told.code == 1
        assert "Traceback" in (desk.state / "log").read_text(encoding="utf-8")
        assert KEY not in repr(told)
        assert not holders(desk.root)


@pytest.mark.parametrize("where", ["provider.api_key_env", "provider.model", "preset"])
def test_a_key_pasted_into_a_setting_is_refused_and_not_repeated(desk, where) -> None:
    told = desk.run("status", "--set", f"{where}={KEY}")
    assert (told.code, told.codes) == (2, ["config"])
    assert KEY not in repr(told)
    assert "environment variable" in told.problem["message"]
    assert not holders(desk.root)
