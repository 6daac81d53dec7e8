"""The commands that only look: status, estimate, verify, config, doctor; and init and serve."""

import json
import subprocess
import sys

import pytest
from openai import OpenAI

PHOTO = "France/Paris/commercial/b.jpg"
OTHER = "Italy/Rome/editorial/a.jpg"


def everything(desk) -> dict[str, bytes]:
    """Return all that lies in the workspace but for what SQLite keeps beside its file."""
    return {
        str(path.relative_to(desk.root)): path.read_bytes()
        for path in desk.root.rglob("*")
        if path.is_file() and "ledger.sqlite" not in path.name and path.name != "lock"
    }


def test_estimate_promises_what_build_makes_and_writes_nothing(desk) -> None:
    desk.paint(PHOTO, OTHER)
    before = everything(desk)
    estimated = desk.done("estimate")
    assert everything(desk) == before
    assert desk.states() == {}
    assert estimated.counts["cost_usd"] > 0
    assert estimated.counts["waves"] == 1
    built = desk.done("build")
    shared = set(built.counts) & set(estimated.counts)
    assert {name: built.counts[name] for name in shared} == {
        name: estimated.counts[name] for name in shared
    }
    assert desk.done("estimate").counts["requests"] == 0


def test_estimate_compares_the_models_with_one_another_and_with_the_originals(desk) -> None:
    desk.paint(PHOTO, OTHER, size=(1800, 1200))
    estimated = desk.done("estimate")
    models = {each["model"]: each for each in estimated.json["data"]["models"]}
    mine = models[estimated.json["data"]["model"]]
    per_photo = estimated.counts["cost_usd"] / estimated.counts["requests"]
    assert mine["sent"]["usd"] == pytest.approx(per_photo * 1000, rel=0.01)
    assert mine["sent"]["usd_without_batch"] == pytest.approx(2 * mine["sent"]["usd"])
    assert mine["full_size"]["auto"]["input_tokens"] > mine["sent"]["input_tokens"]
    prices = [each["sent"]["usd"] for each in models.values() if each["sent"]["usd"] is not None]
    assert len(prices) > 10
    assert prices == sorted(prices)
    assert "o4-mini" not in models  # switched off
    _, told, _ = desk.say("estimate")
    assert f"→ {mine['model']}" in told
    assert "full size" in told


def test_status_of_an_empty_workspace_says_what_is_next(desk) -> None:
    told = desk.done("status")
    assert sum(told.counts.values()) == 0
    assert told.json["next"] == "batchcap build"


def test_status_leads_from_command_to_command(desk) -> None:
    desk.paint(PHOTO)
    walked = []
    for _ in range(10):
        following = desk.done("status").json["next"]
        if not following:
            break
        walked.append(following)
        desk.done(*following.split()[1:])
    assert walked == [
        f"batchcap {each}" for each in ("build", "submit", "poll --wait", "join", "write")
    ]
    assert desk.states() == {"written": 1}


def test_status_of_a_photo_tells_its_whole_history(served) -> None:
    with served({"row": [{"kind": "status_zero", "batches": [1]}]}) as desk:
        desk.paint(PHOTO)
        desk.run("run", "--wait")
        about = desk.about(PHOTO)
        assert about["state"] == "written"
        assert [each["task_file"] for each in about["history"]] == ["0001.jsonl", "0002.jsonl"]
        assert [each["result"] for each in about["history"]] == ["retry", "accepted"]
        city = about["facts"]["city"]
        assert (city["value"], city["evidence"]) == ("Paris", "folder")
        assert about["caption"]["keywords"]
        code, out, _ = desk.say("status", "--photo", PHOTO)
        assert code == 0
        for word in (PHOTO, "written", "Paris (folder)", "0001.jsonl", "retry"):
            assert word in out


def test_status_may_be_asked_of_a_photo_by_any_of_its_paths(desk) -> None:
    desk.paint(PHOTO)
    desk.done("build")
    assert desk.about(PHOTO)["path"] == PHOTO
    assert desk.about(PHOTO.replace("/", "\\"))["path"] == PHOTO


@pytest.mark.parametrize("which", ["tasks", "replies"])
@pytest.mark.parametrize("how", ["gone", "changed", "longer"])
def test_verify_finds_what_was_touched(desk, which, how) -> None:
    desk.paint(PHOTO)
    desk.done("run", "--wait")
    assert desk.done("verify").counts["wrong"] == 0
    path = next((desk.state / which).glob("*.jsonl"))
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:-2] + b"!\n" if how == "changed" else data + b"\n")
    told = desk.run("verify")
    assert told.code == 5
    assert told.counts["wrong"] == len(told.json["problems"]) >= 1
    assert path.name in told.json["problems"][0]["message"]
    path.write_bytes(data)
    assert desk.done("verify").counts["wrong"] == 0


def test_verify_finds_a_ledger_that_was_edited(desk) -> None:
    desk.paint(PHOTO, OTHER)
    desk.done("run", "--wait")
    with desk.open() as opened:
        opened.ledger._connection.execute("PRAGMA foreign_keys = OFF")
        opened.ledger._connection.execute("DELETE FROM outcome WHERE task_id = 1")
    assert desk.run("verify").code == 5


def test_verify_finds_a_ledger_damaged_in_its_middle(desk) -> None:
    desk.paint(PHOTO, OTHER)
    desk.done("run", "--wait")
    path = desk.state / "ledger.sqlite"
    data = bytearray(path.read_bytes())
    page = 4096
    for number in range(2, len(data) // page):
        data[number * page : number * page + 200] = b"\xa5" * 200
    path.write_bytes(data)
    told = desk.run("verify")
    assert told.code in (1, 5)
    assert told.codes[0] in ("ledger", "books")
    assert "unforeseen" not in told.out
    status = desk.run("status")
    assert (status.code, status.codes[:1]) == (1, ["ledger"])


def test_config_names_where_each_setting_came_from(desk, monkeypatch) -> None:
    monkeypatch.setenv("BATCHCAP_LIMITS__ATTEMPTS", "7")
    desk.settings["image.max_side"] = "512"
    shown = {each["key"]: each for each in desk.done("config").json["data"]["settings"]}
    assert shown["limits.attempts"] == {
        "key": "limits.attempts",
        "value": 7,
        "origin": "environment",
    }
    assert shown["image.max_side"]["origin"] == "--set"
    assert shown["photos.root"]["origin"] == "batchcap.toml"
    assert shown["image.detail"]["origin"] == "default"
    assert shown["provider.api_key_env"]["origin"].startswith("provider")


def test_doctor_finds_all_well_and_what_is_not(desk, monkeypatch) -> None:
    well = desk.done("doctor")
    assert well.counts["missing"] == 0 < well.counts["checked"]
    monkeypatch.setenv("PATH", str(desk.photos))
    ill = desk.run("doctor")
    assert (ill.code, ill.counts["missing"]) == (2, 1)
    assert "ExifTool" in ill.problem["message"]
    assert ill.problem["hint"]


def test_init_makes_a_workspace_that_works(bare, tmp_path, monkeypatch) -> None:
    bare.paint(PHOTO)
    folder = tmp_path / "new one"
    photos = bare.photos
    bare.root = folder
    monkeypatch.chdir(tmp_path)
    told = bare.run("init", "--photos", str(photos), "--provider", "sandbox", "--ide")
    assert told.code == 0
    assert str(folder / "batchcap.toml") in told.json["data"]["files"]
    assert (folder / ".vscode" / "launch.json").is_file()
    assert "batchcap estimate" in told.json["next"]
    assert bare.done("build").counts["requests"] == 1
    again = bare.run("init", "--photos", str(photos))
    assert (again.code, again.codes) == (2, ["usage"])
    assert "sandbox" in (folder / "batchcap.toml").read_text(encoding="utf-8")
    _, _, messages = bare.say("init", "--photos", str(photos))
    assert messages.endswith(f'Next: batchcap config -w "{folder}"\n')
    monkeypatch.chdir(folder)
    assert bare.run("init", "--photos", str(photos)).json["next"] == "batchcap config"


@pytest.mark.parametrize(
    "wrong", [("--photos", "no such folder"), ("--photos", ".", "--preset", "stok")]
)
def test_init_writes_nothing_where_it_is_told_something_wrong(bare, tmp_path, wrong) -> None:
    bare.root = tmp_path / "new"
    bare.root.mkdir()
    told = bare.run("init", *wrong)
    assert told.code == 2
    assert told.problem["hint"]
    assert list(bare.root.iterdir()) == []


def test_the_sandbox_serves_any_client_and_ends_with_ctrl_c(bare, environment) -> None:
    import signal

    command = [sys.executable, "-m", "batchcap", "sandbox", "serve", "--port", "0", "--json"]
    with subprocess.Popen(
        [*command, "-w", str(bare.root)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        line = server.stderr.readline()
        assert "http" in line, line + server.stderr.read()
        url = next(word for word in line.split() if word.startswith("http")).rstrip(";")
        with OpenAI(base_url=url, api_key="sk-any") as client:
            assert client.batches.list().data == []
        if sys.platform == "win32":
            server.kill()
            return
        server.send_signal(signal.SIGINT)
        out, _ = server.communicate()
    assert server.returncode == 0
    assert json.loads(out)["status"] == "done"
