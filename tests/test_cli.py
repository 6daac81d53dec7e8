"""The command line itself: a quick start, help, shared options, one JSON object, completion."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from batchcap import __version__
from batchcap.__main__ import main
from batchcap.cli import SHARED, SHARED_NAMES
from batchcap.cli import batchcap as root
from batchcap.demo import paint

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {
    "openai",
    "PIL",
    "tiktoken",
    "rich",
    "uvicorn",
    "pydantic",
    "starlette",
    "httpx",
    "sqlite3",
}
ENVELOPE = ["version", "command", "status", "exit_code", "counts", "problems", "data", "next"]
LOADED = (
    "import atexit, sys;"
    "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr));"
    "from batchcap.__main__ import main; main(sys.argv[1:])"
)

Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def documented() -> Mapping[str, str]:
    """Return the counts by command that docs/cli.md promises."""
    place = ROOT / "docs" / "generate.py"
    spec = importlib.util.spec_from_file_location("generate", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    counts: Mapping[str, str] = module.COUNTS
    return counts


def commands(group: click.Group, *prefix: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*prefix, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *prefix, name)


COMMANDS = dict(commands(root))


def child(*arguments: str, code: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *(["-c", code] if code else ["-m", "batchcap"]), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environ},
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs the command line in this process: arguments → exit code and stdout."""

    def typed(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        assert isinstance(left.value.code, int)
        return left.value.code, capsys.readouterr().out

    return typed


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace with nothing in its photo folder."""
    (tmp_path / "photo").mkdir()
    (tmp_path / "batchcap.toml").write_text('[provider]\nname = "sandbox"\n', encoding="utf-8")
    return tmp_path


def envelope(text: str) -> dict[str, Any]:
    """Return the one JSON object that stands on stdout, and nothing beside it."""
    assert text.endswith("\n")
    assert text.count("\n") == 1
    read: dict[str, Any] = json.loads(text)
    assert list(read) == ENVELOPE
    assert read["version"] == 1
    assert isinstance(read["counts"], dict)
    assert isinstance(read["data"], dict)
    assert isinstance(read["next"], str)
    for problem in read["problems"]:
        assert list(problem) == ["code", "message", "photo", "hint"]
        assert all(isinstance(each, str) for each in problem.values())
    return read


# --- start and help --------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], [], ["build", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    done = child(*arguments, code=LOADED)
    assert done.returncode == 0, done.stderr
    loaded = {each.partition(".")[0] for each in done.stderr.split()}
    assert "click" in loaded
    assert loaded & HEAVY == set()


def test_a_mistake_on_the_command_line_loads_nothing_heavy_either() -> None:
    done = child("biuld", code=LOADED)
    assert done.returncode == 2
    loaded = {each.partition(".")[0] for each in done.stderr.splitlines()[-1].split()}
    assert "click" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_every_command_and_every_option_has_help(run: Run, name: tuple[str, ...]) -> None:
    code, told = run(*name, "--help")
    assert code == 0
    assert told.startswith(f"Usage: batchcap {' '.join(name)} ")
    command = COMMANDS[name]
    assert command.help
    assert command.help.endswith(".")
    silent = [
        each.name
        for each in command.params
        if isinstance(each, click.Option) and not each.help and not each.default
    ]
    assert silent == []


def test_no_command_at_all_is_a_question_for_help(run: Run) -> None:
    code, told = run()
    assert code == 0
    assert told == run("-h")[1]


def test_the_version(run: Run) -> None:
    assert run("--version") == (0, f"batchcap, version {__version__}\n")


# --- the options that stand before or after the name -----------------------------------------------


def test_shared_options_are_options_of_every_command() -> None:
    asked = {option for command in COMMANDS.values() for option in _names(command)}
    assert set(SHARED_NAMES) <= asked
    assert len(SHARED) == len(SHARED_NAMES)
    for name, command in COMMANDS.items():
        if not isinstance(command, click.Group):
            assert set(SHARED_NAMES) <= _names(command), name


def _names(command: click.Command) -> set[str]:
    return {each.name or "" for each in command.params}


@pytest.mark.parametrize("shared", [["--json"], ["--json", "-v"], ["--json", "-q"]])
def test_shared_options_before_and_after_are_the_same(
    run: Run, workspace: Path, shared: list[str]
) -> None:
    given = ["-w", str(workspace), "--set", "image.max_side=333", *shared]
    before, after = run(*given, "config"), run("config", *given)
    assert before == after
    assert before[0] == 0
    settings = {each["key"]: each for each in envelope(before[1])["data"]["settings"]}
    assert settings["image.max_side"] == {"key": "image.max_side", "value": 333, "origin": "--set"}


def test_what_stands_after_the_name_goes_before_what_stands_before_it(
    run: Run, workspace: Path
) -> None:
    code, told = run(
        *("-w", str(workspace / "nowhere"), "--set", "image.max_side=333"),
        *("config", "-w", str(workspace), "--set", "image.max_side=444", "--json"),
    )
    assert code == 0
    settings = {each["key"]: each["value"] for each in envelope(told)["data"]["settings"]}
    assert settings["image.max_side"] == 444


def test_the_workspace_may_be_named_in_the_environment(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHCAP_WORKSPACE", str(workspace))
    assert run("config", "--json")[0] == 0
    assert run("config", "--json", "-w", str(workspace / "nowhere"))[0] == 2


# --- one JSON object -------------------------------------------------------------------------------


def test_json_on_success(run: Run, workspace: Path) -> None:
    code, told = run("status", "-w", str(workspace), "--json")
    read = envelope(told)
    assert (code, read["command"], read["status"], read["exit_code"]) == (0, "status", "done", 0)
    assert read["problems"] == []
    assert sum(read["counts"].values()) == 2 * read["counts"]["photos"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["biuld"],
        ["build", "--nope"],
        ["build", "--limit", "many"],
        ["build", "--limit", "-1"],
        ["init"],
        ["undo", "--run"],
        ["sandbox", "nope"],
        ["--set", "no-value", "config"],
        [],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("place", ["before", "after"])
def test_json_on_a_mistake_in_the_command(run: Run, arguments: list[str], place: str) -> None:
    typed = ["--json", *arguments] if place == "before" else [*arguments, "--json"]
    if typed[-2:] == ["--run", "--json"]:
        typed.append("--json")  # the first one is taken for the value of --run
    code, told = run(*typed)
    read = envelope(told)
    assert (code, read["status"], read["exit_code"]) == (2, "error", 2)
    (problem,) = read["problems"]
    assert problem["code"] == "usage"
    assert problem["message"]
    assert read["next"].startswith("batchcap ")
    assert problem["hint"] == read["next"]


def test_json_without_a_workspace(run: Run, tmp_path: Path) -> None:
    code, told = run("build", "--json", "-w", str(tmp_path))
    read = envelope(told)
    assert (code, read["command"], read["status"]) == (2, "build", "error")
    assert read["problems"][0]["code"] == "no_workspace"
    assert read["next"].startswith("batchcap init ")


@pytest.mark.parametrize("text", ["preset = ", "presset = 'stock'", "preset = 'stok'"])
@pytest.mark.parametrize("command", ["build", "status", "config", "write"])
def test_json_on_a_mistake_in_the_settings(
    run: Run, workspace: Path, command: str, text: str
) -> None:
    (workspace / "batchcap.toml").write_text(text, encoding="utf-8")
    code, told = run(command, "--json", "-w", str(workspace))
    read = envelope(told)
    assert (code, read["command"], read["status"], read["exit_code"]) == (2, command, "error", 2)
    assert read["problems"][0]["code"] == "config"
    assert read["counts"] == {}


def test_json_is_alone_on_stdout_of_a_real_process(workspace: Path) -> None:
    done = child("--json", "doctor", "-w", str(workspace))
    assert envelope(done.stdout)["command"] == "doctor"
    assert done.returncode == envelope(done.stdout)["exit_code"]


def test_every_command_has_the_counts_that_the_page_promises(
    run: Run,
    tmp_path: Path,
    documented: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing is fetched in a test
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    paint(tmp_path)
    typed = [
        ["init", str(tmp_path), "--photos", "photo", "--provider", "sandbox"],
        *(["doctor"], ["config"], ["estimate"], ["build", "--limit", "2"], ["submit"]),
        *(["poll", "--wait"], ["join"], ["status"], ["write"], ["check", "--agency", "alamy"]),
        *(["export", "--agency", "alamy"], ["verify"], ["undo"], ["cancel"]),
    ]
    assert {each[0] for each in typed} == set(documented)
    for arguments in typed:
        code, told = run(*arguments, "-w", str(tmp_path), "--json")
        read = envelope(told)
        assert code == 0, told
        assert set(documented[arguments[0]].split()) <= set(read["counts"]), arguments


# --- completion ------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_come_out_of_click(shell: str) -> None:
    done = child(_BATCHCAP_COMPLETE=f"{shell}_source")
    assert done.returncode == 0, done.stderr
    assert "_BATCHCAP_COMPLETE" in done.stdout
    assert f"{shell}_complete" in done.stdout


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("batchcap st", {"status"}),
        ("batchcap sandbox ", {"serve"}),
        ("batchcap poll --w", {"--wait", "--workspace"}),
    ],
)
def test_completion_knows_commands_and_options(words: str, wanted: set[str]) -> None:
    done = child(
        _BATCHCAP_COMPLETE="bash_complete",
        COMP_WORDS=words,
        COMP_CWORD=str(len(words.split(" ")) - 1),
    )
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == wanted
