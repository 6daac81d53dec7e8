"""Every bad input: its exit code, one JSON object, a message with what to type next, no traceback,
and nothing lost. Each row breaks one thing in a workspace whose photos are built."""

import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

PHOTO = "France/Paris/commercial/b.jpg"
EVERY_COMMAND = (
    *("estimate", "build", "submit", "poll", "join", "write", "run", "status", "undo", "verify"),
    *("cancel", "config"),
)
KEYED = """
summary = "A server that wants a key."
[settings.provider]
api_key_env = "MY_KEY"
[dialect]
settle_seconds = 0.0
"""


def settings(text: str, encoding: str = "utf-8") -> Callable:
    """Replace batchcap.toml."""
    return lambda desk, _: (desk.root / "batchcap.toml").write_text(text, encoding)


def setting(key: str, value: str) -> Callable:
    return lambda desk, _: desk.settings.update({key: value})


def keyed(key: str) -> Callable:
    def arrange(desk, monkeypatch) -> None:
        (desk.root / "keyed.toml").write_text(KEYED, encoding="utf-8")
        desk.settings["provider.name"] = "keyed.toml"
        if key:
            monkeypatch.setenv("MY_KEY", key)

    return arrange


def closed_port(desk, _) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        desk.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


def no_path(desk, monkeypatch) -> None:
    empty = desk.root / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))


def old_exiftool(desk, _) -> None:
    """An ExifTool of version 10.0, as far as it is asked."""
    script = desk.root / "exiftool.py"
    script.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        "args = []\n"
        "for line in sys.stdin.buffer:\n"
        "    arg = line.decode().rstrip()\n"
        "    args.append(arg)\n"
        "    if arg.startswith('-execute'):\n"
        "        if '-echo4' in args:\n"
        "            sys.stderr.write(args[args.index('-echo4') + 1] + '\\n')\n"
        "            sys.stderr.flush()\n"
        "        sys.stdout.write('10.0\\n{ready' + arg[8:] + '}\\n')\n"
        "        sys.stdout.flush()\n"
        "        args = []\n",
        encoding="utf-8",
    )
    program = script
    if sys.platform == "win32":
        program = script.with_suffix(".cmd")
        program.write_text(f'@"{sys.executable}" "{script}" %*\n', encoding="utf-8")
    script.chmod(0o755)
    desk.settings["tools.exiftool"] = str(program)


def no_archive(desk, _) -> None:
    desk.photos.rename(desk.root / "moved away")


def empty_archive(desk, _) -> None:
    (desk.root / "nothing").mkdir()
    desk.settings["photos.root"] = "nothing"


def newer_ledger(desk, _) -> None:
    connection = sqlite3.connect(desk.state / "ledger.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def damaged_ledger(desk, _) -> None:
    for left in desk.state.glob("ledger.sqlite*"):
        left.unlink()
    (desk.state / "ledger.sqlite").write_bytes(b"no database at all " * 500)


def file_for_folder(name: str) -> Callable:
    def arrange(desk, _) -> None:
        shutil.rmtree(desk.state / name)
        (desk.state / name).write_bytes(b"in the way")

    return arrange


def no_task_file(desk, _) -> None:
    (desk.state / "tasks" / "0001.jsonl").unlink()


def elsewhere(desk, _) -> None:
    desk.root = desk.root.parent


def folder_for_state(desk, _) -> None:
    desk.state.rename(desk.root / "kept")
    desk.state.write_bytes(b"in the way")


@dataclass(frozen=True)
class Bad:
    """What is broken, what is typed, and what has to be said."""

    name: str
    arrange: Callable
    typed: str
    code: int
    word: str
    hint: str
    said: str = ""


TABLE = (
    Bad("wrong key", keyed("sk-invalid-1"), "submit", 2, "api_key", "api_key_env", "401"),
    Bad("missing key", keyed(""), "submit", 2, "api_key", "set MY_KEY", "MY_KEY"),
    Bad("blank key", keyed("  "), "submit", 2, "api_key", "set MY_KEY", "MY_KEY"),
    Bad("key of two words", keyed("a b"), "submit", 2, "api_key", "MY_KEY"),
    Bad("no workspace", elsewhere, "status", 2, "no_workspace", "batchcap init --photos FOLDER"),
    Bad("no workspace, build", elsewhere, "build", 2, "no_workspace", "batchcap init"),
    Bad("broken TOML", settings("[photos\n"), "status", 2, "config", "correct", "line 1"),
    Bad("not UTF-8", settings("preset = 'größe'", "latin-1"), "status", 2, "config", "",
        "not UTF-8"),
    Bad("unknown key", settings("[photos]\nrooot = 'x'\n"), "build", 2, "config",
        "batchcap config", "photos.root"),
    Bad("unknown table", settings("[foto]\nroot = 'x'\n"), "build", 2, "config", "batchcap config"),
    Bad("wrong type", settings("[limits]\nattempts = 'x'\n"), "run", 2, "config",
        "attempts", "attempts"),
    Bad("unknown preset", setting("preset", "stok"), "build", 2, "config", "stock", "stock"),
    Bad("unknown provider", setting("provider.name", "opnai"), "build", 2, "config",
        "provider.name", "openai"),
    Bad("hosted without address", setting("image.send", "hosted"), "build", 2, "config",
        "image.base_url", "image.base_url is empty"),
    Bad("unknown flag", setting("no.such", "1"), "build", 2, "config", "batchcap config"),
    Bad("wrong layout", setting("photos.layout", "{land}"), "build", 2, "config", "photos.layout"),
    Bad("closed port", closed_port, "submit", 1, "unreachable", "base_url", "could not be reached"),
    Bad("no address", setting("provider.base_url", "nonsense"), "submit", 2, "config",
        "base_url", "https://"),
    Bad("no ExifTool", no_path, "write", 2, "exiftool", "exiftool", "not installed"),
    Bad("wrong tools.exiftool", setting("tools.exiftool", "no-such-tool"), "write", 2, "exiftool",
        "tools.exiftool", "no-such-tool"),
    Bad("old ExifTool", old_exiftool, "write", 2, "exiftool", "exiftool", "too old"),
    Bad("no archive", no_archive, "build", 2, "config", "photos.root"),
    Bad("empty archive", empty_archive, "build", 2, "usage", "photos.root"),
    Bad("empty archive, estimate", empty_archive, "estimate", 2, "usage", "photos.root"),
    Bad("path outside", setting("work.processes", "1"), "build ..", 2, "usage", ""),
    Bad("path that is not there", setting("work.processes", "1"), "build Atlantis", 2, "usage", ""),
    Bad("uncaptioned path", setting("work.processes", "1"), f"write {PHOTO}", 2, "usage",
        "batchcap status"),
    Bad("nothing to undo", setting("work.processes", "1"), "undo", 2, "usage", "batchcap status"),
    Bad("undo of no such run", setting("work.processes", "1"), "undo --run 77", 2, "usage",
        "batchcap status"),
    Bad("no such photo", setting("work.processes", "1"), "status --photo x.jpg", 2, "usage",
        "batchcap"),
    Bad("no such batch", setting("work.processes", "1"), "cancel batch_1", 2, "usage",
        "batchcap status"),
    Bad("nothing in doubt", setting("work.processes", "1"), "submit --resend 0001", 2, "usage",
        "batchcap status"),
    Bad("nothing in doubt, no file named", setting("work.processes", "1"), "submit --adopt x", 2,
        "usage", "batchcap status", "No task file is in doubt."),
    Bad("newer ledger", newer_ledger, "status", 1, "ledger", "pip install --upgrade batchcap"),
    Bad("damaged ledger", damaged_ledger, "status", 1, "ledger", "batchcap"),
    Bad("damaged ledger, build", damaged_ledger, "build", 1, "ledger", "batchcap"),
    Bad("a file for .batchcap", folder_for_state, "build", 1, "disk", "writable"),
    Bad("a file for tasks", file_for_folder("tasks"), "build --regenerate", 1, "disk", "writable"),
    Bad("task file gone", no_task_file, "submit", 2, "usage", "batchcap build --regenerate"),
    Bad("unknown option", setting("work.processes", "1"), "build --fast", 2, "usage",
        "batchcap build --help"),
    Bad("unknown agency", setting("work.processes", "1"), "export --agency nobody", 2, "",
        "batchcap check --agency", "shutterstock"),
    Bad("nearly an agency", setting("work.processes", "1"), "check --agency alamyy", 2, "",
        "batchcap check --agency alamy", "Did you mean 'alamy'"),
    Bad("no such faults", setting("work.processes", "1"), "sandbox serve --faults nope.toml", 2,
        "usage", "batchcap sandbox serve --faults FILE.toml", "nope.toml"),
)  # fmt: skip


@pytest.mark.parametrize("bad", TABLE, ids=[each.name for each in TABLE])
def test_bad_input(desk, monkeypatch: pytest.MonkeyPatch, bad: Bad) -> None:
    desk.paint(PHOTO, "Italy/Rome/editorial/a.jpg")
    desk.done("build")
    before = desk.bytes()
    home = desk.root
    bad.arrange(desk, monkeypatch)

    told = desk.run(*bad.typed.split())

    assert told.code == bad.code, told
    assert bad.word in (told.problem["code"], "")
    assert bad.hint in told.problem["hint"]
    assert told.problem["hint"], "a message without what to do next"
    assert bad.said in told.problem["message"]
    code, out, err = desk.say(*bad.typed.split())
    assert code == bad.code
    assert out == ""
    assert told.problem["message"] in err
    assert "Traceback" not in err
    moved = home / "moved away"
    if moved.is_dir():
        moved.rename(home / "photo")
    desk.root = home
    assert desk.bytes() == before
    assert not (home.parent / ".batchcap").exists()


def test_after_a_wrong_key_the_right_one_sends_each_file_once(desk, monkeypatch) -> None:
    desk.paint(PHOTO)
    desk.done("build")
    keyed("sk-invalid-1")(desk, monkeypatch)
    assert desk.run("submit").code == 2
    assert desk.states() == {"built": 1}
    monkeypatch.setenv("MY_KEY", "sk-good")
    assert desk.done("submit").counts["submitted"] == 1
    monkeypatch.setenv("MY_KEY", "sk-invalid-1")
    told = desk.run("poll")
    assert (told.code, told.codes) == (2, ["api_key"])
    monkeypatch.setenv("MY_KEY", "sk-good")
    assert desk.done("run", "--wait").counts["written"] == 1
    assert len(desk.batches()) == 1


def test_after_an_unreachable_server_nothing_is_sent_twice(desk) -> None:
    desk.paint(PHOTO)
    desk.done("build")
    url = desk.url
    closed_port(desk, None)
    assert desk.run("submit").code == 1
    assert desk.run("submit").code == 1
    desk.url = url
    desk.done("submit")
    closed_port(desk, None)
    polled = desk.run("poll")
    assert (polled.code, polled.codes) == (1, ["unreachable"])
    assert polled.json["next"].startswith("batchcap poll")
    desk.url = url
    assert desk.done("run", "--wait").counts["written"] == 1
    assert len(desk.batches()) == 1


def test_a_task_file_that_is_gone_can_be_built_anew(desk) -> None:
    desk.paint(PHOTO)
    desk.done("build")
    no_task_file(desk, None)
    assert desk.run("submit").code == 2
    desk.done("build", "--regenerate")
    assert desk.done("submit").counts["submitted"] == 1


def test_no_workspace_here_leaves_no_trace(tmp_path: Path, bare) -> None:
    bare.root = tmp_path / "nowhere"
    bare.root.mkdir()
    for typed in EVERY_COMMAND:
        assert bare.run(typed).codes == ["no_workspace"]
        code, out, err = bare.say(typed)
        assert (code, out) == (2, "")
        assert "batchcap init" in err
    assert list(bare.root.iterdir()) == []
