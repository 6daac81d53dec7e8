"""The open workspace: what is opened when, who may work in it, and what it refuses."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from batchcap.errors import (
    ConfigError,
    DiskTrouble,
    KeyMissing,
    ToolMissing,
    WorkspaceBusy,
    WorkspaceMissing,
)
from batchcap.records import TaskFile
from batchcap.render import Terminal
from batchcap.sending import note_queue_full
from batchcap.workspace import Outside, Workspace, open_workspace

TOML = '[photos]\nroot = "photo"\n[provider]\nname = "sandbox"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "photo").mkdir()
    (tmp_path / "batchcap.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


class Server:
    """Stands where the embedded server stands, and tells whether it runs."""

    def __init__(self) -> None:
        self.running: list[Path] = []
        self.ended = 0

    @contextlib.contextmanager
    def __call__(self, folder: Path) -> Iterator[str]:
        self.running.append(folder)
        yield "http://127.0.0.1:9/v1"
        self.ended += 1


def outside(environ: dict[str, str] | None = None, **more: object) -> Outside:
    terminal = Terminal(sys.stderr, sys.stderr, as_json=False, quiet=True)
    given = {"serving": Server(), **more}
    return Outside(environ or {}, terminal, **given)


def opened(root: Path, environ: dict[str, str] | None = None, **more: object) -> Workspace:
    return open_workspace(root, outside(environ, **more))


def test_a_folder_without_settings_is_none(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceMissing) as caught:
        opened(tmp_path)
    assert caught.value.hint.startswith("batchcap init")


def test_looking_makes_no_file(root: Path) -> None:
    with opened(root) as workspace:
        assert workspace.ledger.photos.total() == 0
        assert workspace.settings.photos.root == "photo"
    assert sorted(each.name for each in root.iterdir()) == ["batchcap.toml", "photo"]


def test_folders_lie_below_the_root_and_the_archive_where_it_is_said_to(root: Path) -> None:
    with opened(root) as workspace:
        assert workspace.photos == (root / "photo").resolve()
        assert workspace.state == root.resolve() / ".batchcap"
        for folder in (workspace.tasks, workspace.replies):
            assert folder.parent == workspace.state
    (root / "photo").rmdir()
    with opened(root) as workspace, pytest.raises(ConfigError) as caught:
        _ = workspace.photos
    assert "photos.root" in caught.value.hint


def test_the_clock_and_the_pause_come_from_outside(root: Path) -> None:
    slept: list[float] = []
    with opened(root, clock=lambda: 1_790_000_000.0, sleep=slept.append) as workspace:
        assert workspace.now() == 1_790_000_000.0
        assert workspace.today().isoformat() == "2026-09-21"
        workspace.sleep(3.0)
    assert slept == [3.0]


def test_the_embedded_server_starts_with_the_first_question_and_ends_with_the_workspace(
    root: Path,
) -> None:
    server = Server()
    with opened(root, serving=server) as workspace:
        assert server.running == []
        assert workspace.provider is workspace.provider
        assert server.running == [workspace.state / "sandbox"]
        assert server.ended == 0
    assert server.ended == 1


KEYED = {"provider.name": "openai", "provider.base_url": "http://127.0.0.1:9/v1"}


@pytest.mark.parametrize("key", ["", "   ", "two words", "schlüssel", "line\nbreak"])
def test_a_key_that_is_none_is_refused_before_anything_is_sent(root: Path, key: str) -> None:
    environ = {"OPENAI_API_KEY": key}
    with opened(root, environ, flags=KEYED) as workspace, pytest.raises(KeyMissing) as caught:
        _ = workspace.provider
    assert "OPENAI_API_KEY" in str(caught.value)
    assert not key.strip() or key not in str(caught.value)


def test_a_key_is_taken_from_the_environment_that_is_handed_in(root: Path, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-this-one")
    with opened(root, flags=KEYED) as workspace, pytest.raises(KeyMissing):
        _ = workspace.provider
    with opened(root, {"OPENAI_API_KEY": " sk-this "}, flags=KEYED) as workspace:
        assert workspace.provider._client.api_key == "sk-this"
        assert "sk-this" not in repr((workspace.settings, workspace.config, workspace.provider))


def test_a_provider_without_an_address_is_named(root: Path) -> None:
    (root / "p.toml").write_text('summary = "x"\n[settings.provider]\napi_key_env = ""\n', "utf-8")
    flags = {"provider.name": "p.toml"}
    with opened(root, flags=flags) as workspace, pytest.raises(ConfigError) as caught:
        _ = workspace.provider
    assert "provider.base_url" in caught.value.hint


def test_no_exiftool_is_told_when_it_is_needed(root: Path) -> None:
    flags = {"tools.exiftool": "no-such-tool"}
    with opened(root, flags=flags) as workspace, pytest.raises(ToolMissing):
        _ = workspace.exiftool


def holder(root: Path) -> FileLock:
    (root / ".batchcap").mkdir(exist_ok=True)
    return FileLock(root / ".batchcap" / "lock", thread_local=False)


def test_only_one_may_change_something_at_a_time(root: Path) -> None:
    with holder(root), opened(root) as workspace:
        with pytest.raises(WorkspaceBusy) as caught, workspace.recorded("build"):
            pass
        assert "batchcap status" in caught.value.hint
    with opened(root) as workspace, workspace.recorded("build"):
        assert workspace.run_id == 1


def test_a_short_wait_is_waited(root: Path) -> None:
    lock = holder(root)
    lock.acquire()
    threading.Timer(0.3, lambda: lock.release(force=True)).start()
    with opened(root) as workspace, workspace.recorded("build"):
        assert workspace.run_id == 1


def test_a_dead_process_leaves_no_lock(root: Path) -> None:
    (root / ".batchcap").mkdir()
    script = (
        "import os, sys\nfrom filelock import FileLock\n"
        "FileLock(sys.argv[1]).acquire()\nos._exit(9)\n"
    )
    path = str(root / ".batchcap" / "lock")
    assert subprocess.run([sys.executable, "-c", script, path], check=False).returncode == 9
    with opened(root) as workspace, workspace.recorded("build"):
        assert workspace.run_id == 1


def test_while_it_rests_others_may_work(root: Path) -> None:
    with opened(root) as one, one.recorded("poll"), opened(root) as two:
        with pytest.raises(WorkspaceBusy), two.recorded("build"):
            pass
        with one.resting(), two.recorded("build"):
            assert two.run_id > one.run_id


@pytest.mark.parametrize(
    ("error", "code"), [(None, 0), (ValueError, 1), (KeyboardInterrupt, 130), (ConfigError, 2)]
)
def test_each_run_is_recorded_with_how_it_ended(root: Path, error, code) -> None:
    expected = pytest.raises(error) if error else contextlib.nullcontext()
    with opened(root) as workspace:
        with expected, workspace.recorded("build"):
            if error:
                raise error("x")
        rows = workspace.ledger._connection.execute("SELECT command, exit_code FROM run")
        assert rows.fetchall() == [("build", code)]


def test_a_state_folder_that_cannot_be_made_is_trouble_with_the_disk(root: Path) -> None:
    (root / ".batchcap").write_bytes(b"in the way")
    with opened(root) as workspace, pytest.raises(DiskTrouble), workspace.recorded("build"):
        pass


def test_a_full_queue_teaches_its_limit_and_the_waits_grow(root: Path) -> None:
    said = "Enqueued token limit reached for gpt-6-luna. Limit: 90,000 enqueued tokens."
    with opened(root, clock=lambda: 1000.0) as workspace, workspace.recorded("submit"):
        ledger, waits = workspace.ledger, []
        file = TaskFile(0, "0001.jsonl", "s", 1, 0, 0, 0, "gpt-6-luna", "/v1")
        with ledger.change():
            ledger.tasks.record(file, [], workspace.run_id)
        file = ledger.tasks.file("0001.jsonl")
        known = workspace.queue_tokens
        for number in range(3):
            with ledger.change():
                sent = ledger.submissions.intend(file, f"k{number}", 0.0, workspace.run_id)
            waits.append(note_queue_full(workspace, sent, said))
        assert waits == [60.0, 120.0, 240.0]
        assert ledger.tasks.not_before(file.id) == 1000.0 + 240.0
        assert known != workspace.queue_tokens == workspace.told_tokens == 90_000
    with opened(root, flags={"limits.queue_tokens": "7"}) as workspace:
        assert workspace.queue_tokens == 7


def test_the_pool_is_closed_with_its_context(root: Path) -> None:
    with opened(root) as workspace, workspace.crew(100) as crew:
        assert list(crew.executor.map(abs, [-1, -2])) == [1, 2]
    with pytest.raises(RuntimeError):
        crew.executor.submit(abs, -1)
    assert workspace.processes >= 1
