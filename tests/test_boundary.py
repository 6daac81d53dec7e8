"""The one place that catches: each error becomes an exit code, a message and a next command."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from batchcap import errors
from batchcap.boundary import Options, run, usage
from batchcap.records import Exit, Problem, StageResult

CODES = {
    "UsageError": 2,
    "ConfigError": 2,
    "WorkspaceMissing": 2,
    "WorkspaceBusy": 3,
    "ToolMissing": 2,
    "KeyMissing": 2,
    "Unreachable": 1,
    "ProviderRefused": 1,
    "CannotTell": 4,
    "DiskTrouble": 1,
    "LedgerTrouble": 1,
    "BooksDoNotBalance": 5,
    "ClusterUnreachable": 1,
    "AskedToWait": 3,
}


def told(command, tmp_path: Path, **options) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run("build", Options(tmp_path, **options), command)
    return code, out.getvalue(), err.getvalue()


def failing(error: BaseException):
    def command(_terminal) -> StageResult:
        raise error

    return command


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / ".batchcap").mkdir()
    return tmp_path / ".batchcap"


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_each_error_has_its_exit_code_and_is_told_whole(tmp_path, name, code) -> None:
    kind = getattr(errors, name)
    error = kind("It broke.", kept="All is safe.", hint="batchcap status")
    assert name in (errors.__doc__ or "")
    found, out, err = told(failing(error), tmp_path, as_json=True)
    shown = json.loads(out)
    assert found == shown["exit_code"] == code
    assert shown["problems"] == [
        {
            "code": kind.code,
            "message": "It broke. All is safe.",
            "photo": "",
            "hint": "batchcap status",
        }
    ]
    assert shown["next"] == "batchcap status"
    assert (found, "", True) == (
        code,
        err,
        shown["status"] in ("failed", "error", "held", "waiting"),
    )
    found, out, err = told(failing(error), tmp_path)
    assert (found, out) == (code, "")
    assert "It broke. All is safe." in err
    assert "→ batchcap status" in err


def test_every_error_of_ours_is_in_the_table() -> None:
    ours = {
        name
        for name, each in vars(errors).items()
        if isinstance(each, type) and issubclass(each, errors.BatchcapError)
    }
    assert ours == {*CODES, "BatchcapError"}


def test_what_nobody_foresaw_leaves_its_traceback_in_the_log(tmp_path, state) -> None:
    code, out, err = told(failing(RuntimeError("odd")), tmp_path)
    assert (code, out) == (1, "")
    assert "RuntimeError: odd" in err
    assert "Traceback" not in err
    assert str(state / "log") in err
    assert "Traceback" in (state / "log").read_text(encoding="utf-8")


def test_without_a_workspace_there_is_no_log_and_none_is_made(tmp_path) -> None:
    code, _, err = told(failing(RuntimeError("odd")), tmp_path)
    assert code == 1
    assert "Details" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_log_that_cannot_be_written_hides_nothing(tmp_path, state) -> None:
    (state / "log").mkdir()
    code, _, err = told(failing(RuntimeError("odd")), tmp_path)
    assert code == 1
    assert "odd" in err


@pytest.mark.parametrize("verbose", [True, False])
def test_verbose_logs_foreseen_errors_too(tmp_path, state, verbose) -> None:
    told(failing(errors.UsageError("no")), tmp_path, verbose=verbose)
    assert (state / "log").exists() == verbose


def test_an_error_of_the_system_is_trouble_with_the_disk(tmp_path) -> None:
    code, out, _ = told(failing(OSError(28, "No space left", "x.jpg")), tmp_path, as_json=True)
    (problem,) = json.loads(out)["problems"]
    assert (code, problem["code"]) == (1, "disk")
    assert "No space left (x.jpg)" in problem["message"]
    assert problem["hint"]


def test_memory_that_runs_out_is_told(tmp_path) -> None:
    code, _, err = told(failing(MemoryError()), tmp_path)
    assert code == 1
    assert "memory" in err


def test_ctrl_c_is_130_with_the_command_that_goes_on(tmp_path) -> None:
    code, out, _ = told(failing(KeyboardInterrupt()), tmp_path, as_json=True)
    shown = json.loads(out)
    assert code == shown["exit_code"] == 130
    assert shown["next"] == "batchcap build"
    assert shown["problems"][0]["code"] == "interrupted"


def test_a_mistake_on_the_command_line_is_told_in_both_forms(capsys) -> None:
    assert usage("build", "No such option.", "batchcap build --help", as_json=True) == 2
    shown = json.loads(capsys.readouterr().out)
    assert shown["problems"][0]["hint"] == "batchcap build --help"
    assert usage("batchcap", "No such command.", "batchcap --help", as_json=False) == 2
    assert "batchcap --help" in capsys.readouterr().err


def test_a_result_is_shown_and_its_code_given(tmp_path) -> None:
    result = StageResult("build", Exit.HELD, {"photos": 2}, (Problem("x", "look"),))
    code, out, err = told(lambda _: result, tmp_path)
    assert code == 4
    assert "photos 2" in out
    assert "look" in err


@pytest.mark.parametrize(
    "command", ["status", "write", "config", "doctor", "demo", "poll", "submit", "estimate"]
)
def test_every_command_can_fail_in_words(tmp_path, command) -> None:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(command, Options(tmp_path), failing(errors.UsageError("no", hint="yes")))
    assert (code, out.getvalue()) == (2, "")
    assert "no" in err.getvalue()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is full")
@pytest.mark.parametrize("words", ["status", "status --json", "--help", "status --help", "sandbox"])
def test_a_screen_that_takes_no_words_gives_no_traceback(tmp_path, words) -> None:
    (tmp_path / "photo").mkdir()
    (tmp_path / "batchcap.toml").write_text('[photos]\nroot = "photo"\n', encoding="utf-8")
    command = [sys.executable, "-m", "batchcap", *words.split()]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, text=True, check=False
        )
    assert ended.returncode == 1
    assert "could not be shown (OSError: [Errno 28]" in ended.stderr
    assert "→ batchcap status" in ended.stderr
    assert "Traceback" not in ended.stderr
