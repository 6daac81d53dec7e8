"""Ctrl-C: noted in calm work and obeyed at a safe place; the second one is meant."""

import io
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from batchcap.interrupt import calm

ROOT = Path(__file__).resolve().parents[1]
POSIX = sys.platform != "win32"
# A command that has not ended by now never will: seconds.
HANGS = 60
NEW_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_in_the_background_of_a_shell_it_is_meant_for_others() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with calm() as interrupt:
            press()
            press()
        assert not interrupt.asked
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


# Ctrl-C at the moment in which a module is being imported.
EARLY = """
import signal, sys

class Press:
    def find_spec(self, name, *_):
        if name == MODULE:
            PRESS

sys.meta_path.insert(0, Press())
from batchcap.__main__ import main
main(["status"])
"""
WRAPPED = "raise RuntimeError('Error calling __set_name__') from KeyboardInterrupt()"


def pressed(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("module", ["click", "batchcap.cli", "batchcap.boundary"])
@pytest.mark.parametrize("how", ["signal.raise_signal(signal.SIGINT)", WRAPPED])
def test_one_that_comes_before_the_command_leaves_no_traceback(
    tmp_path: Path, module: str, how: str
) -> None:
    code = EARLY.replace("MODULE", repr(module)).replace("PRESS", how)
    told = pressed(code, tmp_path)
    assert told.returncode == 130
    assert "Stopped." in told.stderr
    assert "Next: batchcap status" in told.stderr
    assert "Traceback" not in told.stderr


def test_one_while_a_stage_is_imported_is_told_as_any_other(tmp_path: Path) -> None:
    code = EARLY.replace("MODULE", "'batchcap.workspace'").replace("PRESS", WRAPPED)
    told = pressed(code, tmp_path)
    assert told.returncode == 130
    assert "→ batchcap status" in told.stderr


def test_the_first_is_noted_and_obeyed_when_asked() -> None:
    before = signal.getsignal(signal.SIGINT)
    with calm() as interrupt:
        interrupt.obey()
        assert not interrupt.asked
        press()
        assert interrupt.asked
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt):
        interrupt.obey()


def test_the_second_stops_at_once_and_the_old_handler_returns() -> None:
    before = signal.getsignal(signal.SIGINT)
    with calm():
        press()
        with pytest.raises(KeyboardInterrupt):
            press()
    assert signal.getsignal(signal.SIGINT) is before


def test_calm_within_calm_gives_back_the_outer_one() -> None:
    with calm() as outer:
        with calm() as inner:
            press()
        assert (outer.asked, inner.asked) == (False, True)
        press()
        assert outer.asked


def test_elsewhere_than_in_the_main_thread_nothing_changes() -> None:
    before, found = signal.getsignal(signal.SIGINT), []

    def work() -> None:
        with calm() as interrupt:
            found.append((signal.getsignal(signal.SIGINT), interrupt.asked))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(before, False)]


def workspace(folder: Path) -> int:
    """Make a workspace with enough photos that a build is at work for a while."""
    painted = io.BytesIO()
    Image.new("RGB", (1400, 1000), "teal").save(painted, "JPEG")
    photos = folder / "photo" / "France" / "Paris" / "commercial"
    photos.mkdir(parents=True)
    for number in range(150):
        (photos / f"{number:03d}.jpg").write_bytes(painted.getvalue())
    (folder / ".batchcap" / "tiktoken").mkdir(parents=True)
    (folder / ".batchcap" / "tiktoken" / "o200k_base.unreachable").touch()
    toml = '[provider]\nname = "sandbox"\n[limits]\nmax_requests = 5\n'
    (folder / "batchcap.toml").write_text(toml, encoding="utf-8")
    return 150


def build(folder: Path, *more: str) -> dict:
    command = [sys.executable, "-m", "batchcap", "build", "-w", str(folder), *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return {"args": command, "env": environment, "encoding": "utf-8"}


def at_work(folder: Path, _child: subprocess.Popen) -> bool:
    """Whether the first task file is there."""
    return any((folder / ".batchcap" / "tasks").glob("*.jsonl"))


def starting(folder: Path, child: subprocess.Popen) -> bool:
    """Whether its first worker starts, where the system tells (Linux); else as ``at_work``.

    The first child of all is multiprocessing's own tracker.
    """
    listed = Path(f"/proc/{child.pid}/task/{child.pid}/children")
    try:
        return len(listed.read_text(encoding="ascii").split()) > 1
    except OSError:
        return at_work(folder, child)


def stop(child: subprocess.Popen, *, group: bool) -> None:
    if not POSIX:
        child.send_signal(signal.CTRL_C_EVENT)
    elif group:
        os.killpg(child.pid, signal.SIGINT)
    else:
        child.send_signal(signal.SIGINT)


def end(child: subprocess.Popen) -> None:
    """End what hangs, with its workers."""
    if POSIX:
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()


@pytest.mark.parametrize(
    ("when", "group"),
    [(at_work, False), (at_work, True), (starting, True)],
    ids=["the command", "its group, as a terminal does", "its group while workers start"],
)
def test_ctrl_c_in_build_keeps_what_is_done_and_goes_on(
    tmp_path: Path, when: Callable, *, group: bool
) -> None:
    total = workspace(tmp_path)
    with subprocess.Popen(
        **build(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **({"start_new_session": True} if POSIX else {"creationflags": NEW_GROUP}),
    ) as child:
        while not when(tmp_path, child) and child.poll() is None:
            threading.Event().wait(0.002)
        stop(child, group=group)
        try:
            out, said = child.communicate(timeout=HANGS)
        except subprocess.TimeoutExpired:
            end(child)
            raise
    assert child.returncode == 130, said
    assert "Stopped." in said
    assert "batchcap build" in said
    assert "Traceback" not in out + said
    tasks = tmp_path / ".batchcap" / "tasks"
    first = {path.name: path.read_bytes() for path in tasks.glob("*")}
    assert len(first) < total / 5
    assert all(re.fullmatch(r"\d{4}\.jsonl", name) for name in first)

    again = subprocess.run(**build(tmp_path, "--json"), capture_output=True, check=True)

    assert '"unreadable": 0' in again.stdout
    lines = [line for path in sorted(tasks.iterdir()) for line in path.read_bytes().splitlines()]
    assert len(lines) == len(set(lines)) == total
    assert {name: (tasks / name).read_bytes() for name in first} == first


LISTING = """
import sys
from batchcap.boundary import Options, run
from batchcap.records import StageResult
shown = {"changes": [{"photo": f"{n}.jpg", "changes": []} for n in range(100_000)]}
options = Options(as_json="--json" in sys.argv, typed="batchcap write --dry-run")
sys.exit(run("write", options, lambda _: StageResult("write", data=shown)))
"""


@pytest.mark.parametrize("form", ["", "--json"])
def test_ctrl_c_while_a_long_list_is_shown_is_told_beside_it(tmp_path: Path, form: str) -> None:
    """As of someone who has seen enough of ``write --dry-run | less``."""
    script = tmp_path / "listing.py"
    script.write_text(LISTING, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script), form],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **({"start_new_session": True} if POSIX else {"creationflags": NEW_GROUP}),
    ) as child:
        assert child.stdout.read(1)  # the rest is more than a pipe holds
        stop(child, group=False)
        _, said = child.communicate(timeout=HANGS)
    assert child.returncode == 130
    assert said.startswith("  ! Stopped. ")
    assert said.endswith("Next: batchcap write --dry-run\n")


@pytest.mark.skipif(not POSIX, reason="Windows ends a console program at once that starts up")
def test_ctrl_c_before_a_command_begins_shows_no_traceback(tmp_path: Path) -> None:
    """Its modules are imported in the meantime; the first of them tells when."""
    # Many short naps: what comes just before one begins is heard after it.
    naps = "import time\nprint(flush=True)\nfor _ in range(1200): time.sleep(0.05)"
    (tmp_path / "click.py").write_text(naps)
    with subprocess.Popen(
        [sys.executable, "-m", "batchcap", "write", "--dry-run", "a b"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as child:
        assert child.stdout.readline() == "\n"
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=HANGS)
    assert said == (
        '  ! Stopped. What was recorded before is safe.\nNext: batchcap write --dry-run "a b"\n'
    )
