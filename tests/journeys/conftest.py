"""A desk to work at: an archive of small painted photos, a sandbox on a real socket, the command
line in this process, and the bytes of everything before and after."""

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import piexif
import pytest
from openai import OpenAI
from PIL import Image, ImageDraw

from batchcap.__main__ import main
from batchcap.render import Silent
from batchcap.sandbox import Faults, Options, serving
from batchcap.workspace import Outside, Workspace, open_workspace

ENVELOPE = ["version", "command", "status", "exit_code", "counts", "problems", "data", "next"]
STATUS = {0: "done", 1: "failed", 3: "waiting", 4: "held"}
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TOML = """
[photos]
root = "photo"
[provider]
name = "sandbox"
[poll]
interval = 0.02
[work]
processes = 1
"""


@dataclass(frozen=True)
class Told:
    """What a command said: its exit code, its envelope, and its two streams."""

    code: int
    json: dict[str, Any]
    out: str
    err: str

    @property
    def counts(self) -> dict[str, Any]:
        return self.json["counts"]

    @property
    def codes(self) -> list[str]:
        return [each["code"] for each in self.json["problems"]]

    @property
    def problem(self) -> dict[str, str]:
        """The one thing that went wrong; a note on how tokens are counted is none."""
        found = [each for each in self.json["problems"] if each["code"] != "tokens"]
        assert len(found) == 1, found
        return found[0]


def command_line(*arguments: str) -> tuple[int, str, str]:
    """Run the command line in this process: exit code, stdout, stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, out.getvalue(), err.getvalue()


def told(*arguments: str) -> Told:
    """Run a command with --json and hold it to the envelope that is promised."""
    code, out, err = command_line(*arguments, "--json")
    assert out.count("\n") == 1, f"more than one line on stdout: {out!r}"
    found = json.loads(out)
    assert list(found) == ENVELOPE
    assert found["version"] == 1
    assert found["exit_code"] == code
    assert found["status"] == STATUS.get(code, "error")
    assert "Traceback" not in out + err
    for problem in found["problems"]:
        assert list(problem) == ["code", "message", "photo", "hint"]
        assert all(isinstance(each, str) for each in problem.values())
    return Told(code, found, out, err)


def paint(
    path: Path,
    colour: str = "navy",
    *,
    taken: str = "2025:05:01 10:00:00",
    gps: bool = False,
    size: tuple[int, int] = (64, 48),
) -> Path:
    """Paint a small photo with a camera, and a date and a place where they are asked for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).rectangle((4, size[1] // 2, size[0] - 4, size[1] - 4), fill="olive")
    exif: dict[str, dict[int, Any]] = {"0th": {piexif.ImageIFD.Model: b"Cam 7"}}
    if taken:
        exif["Exif"] = {piexif.ExifIFD.DateTimeOriginal: taken.encode()}
    if gps:
        exif["GPS"] = {
            piexif.GPSIFD.GPSLatitudeRef: b"N",
            piexif.GPSIFD.GPSLatitude: ((41, 1), (53, 1), (2468, 100)),
            piexif.GPSIFD.GPSLongitudeRef: b"E",
            piexif.GPSIFD.GPSLongitude: ((12, 1), (29, 1), (3210, 100)),
        }
    image.save(path, "JPEG", quality=90, exif=piexif.dump(exif))
    return path


def pixels(path: Path) -> str:
    """Return a hash of what Pillow decodes."""
    with Image.open(path) as image:
        return hashlib.sha256(image.tobytes()).hexdigest()


@dataclass
class Desk:
    """A workspace, its photos and its sandbox."""

    root: Path
    url: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def photos(self) -> Path:
        return self.root / "photo"

    @property
    def state(self) -> Path:
        return self.root / ".batchcap"

    def paint(self, *names: str, **how: Any) -> list[Path]:
        colours = ("navy", "orange", "darkgreen", "crimson", "skyblue", "gold")
        return [
            paint(self.photos / name, colours[number % len(colours)], **how)
            for number, name in enumerate(names)
        ]

    def flags(self, **more: str) -> list[str]:
        given = {"provider.base_url": self.url} if self.url else {}
        return [
            text
            for key, value in (given | self.settings | more).items()
            for text in ("--set", f"{key}={value}")
        ]

    def run(self, *arguments: str, **more: str) -> Told:
        """Run a command; its envelope is checked on the way."""
        return told(*arguments, "-w", str(self.root), *self.flags(**more))

    def say(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command as a person does, without --json."""
        return command_line(*arguments, "-w", str(self.root), *self.flags())

    def done(self, *arguments: str) -> Told:
        """Run a command that must succeed."""
        found = self.run(*arguments)
        assert found.code == 0, found
        return found

    def fetched(self) -> None:
        """Build, submit and poll to the end."""
        for arguments in (("build",), ("submit",), ("poll", "--wait")):
            self.done(*arguments)

    def states(self) -> dict[str, int]:
        """Return the states that are not empty; they must sum to the photos."""
        counts = dict(self.done("status").counts)
        total = counts.pop("photos")
        assert sum(counts.values()) == total
        return {state: number for state, number in counts.items() if number}

    def about(self, photo: str) -> dict[str, Any]:
        """Return what status says of one photo."""
        return self.done("status", "--photo", photo).json["data"]

    def bytes(self) -> dict[str, bytes]:
        """Return every file below the photo folder, but for drafts of a run that was cut off."""
        return {
            path.relative_to(self.photos).as_posix(): path.read_bytes()
            for path in sorted(self.photos.rglob("*"))
            if path.is_file() and not path.name.startswith(".~b")
        }

    def strays(self) -> list[Path]:
        """Return half files: drafts beside photos, parts of task files and of replies."""
        half = (".~b", ".batchcap-")
        return [
            each
            for each in self.root.rglob("*")
            if each.name.startswith(half) or each.name.endswith(".part")
        ]

    def times(self) -> dict[str, int]:
        return {name: (self.photos / name).stat().st_mtime_ns for name in self.bytes()}

    def pixels(self) -> dict[str, str]:
        return {name: pixels(self.photos / name) for name in self.bytes()}

    def tasks(self) -> list[dict[str, Any]]:
        """Return every request of every task file."""
        return [
            json.loads(line)
            for path in sorted((self.state / "tasks").glob("*.jsonl"))
            for line in path.read_text(encoding="utf-8").splitlines()
        ]

    def open(self, **outside: Any) -> contextlib.AbstractContextManager[Workspace]:
        """Open the workspace as the command line does; clock and sleep may be handed in."""
        flags = ({"provider.base_url": self.url} if self.url else {}) | self.settings
        return open_workspace(self.root, Outside({}, Quiet(), no_server, flags, **outside))

    def batches(self) -> list[dict[str, Any]]:
        """Ask the server for every batch it has, the newest first."""
        with OpenAI(base_url=self.url, api_key="sk-test", max_retries=0) as client:
            return [each.model_dump() for each in client.batches.list(limit=100)]


class Quiet:
    """A display that shows nothing."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def bar(self, *_: object) -> Silent:
        return Silent()

    def say(self, text: str) -> None:
        self.lines.append(text)


def no_server(folder: Path) -> contextlib.AbstractContextManager[str]:
    raise AssertionError(f"no embedded server is wanted in {folder}")


@contextlib.contextmanager
def sandbox(folder: Path, faults: Mapping[str, Any] | None = None, **options: Any) -> Iterator[str]:
    """Serve a sandbox from a folder, as fast as it goes, with what shall go wrong."""
    given = {"pace": 0.0, "faults": Faults.from_mapping(faults or {}), **options}
    with serving(Options(folder, **given)) as url:
        yield url


def workspace(folder: Path, toml: str = TOML) -> Desk:
    """Make a workspace in which no tokenizer is fetched from the network."""
    (folder / ".batchcap" / "tiktoken").mkdir(parents=True)
    (folder / ".batchcap" / "tiktoken" / "o200k_base.unreachable").touch()
    (folder / "batchcap.toml").write_text(toml, encoding="utf-8")
    (folder / "photo").mkdir()
    return Desk(folder)


LLMOCK = """
import sys
from llmock.testing import LLMockServer
with LLMockServer() as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def serving_llmock() -> Iterator[str]:
    """Serve llmock from a process of its own (it leaves uploads open); ends with its stdin."""
    command = [sys.executable, "-c", LLMOCK]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **pipes) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(30)


@pytest.fixture(scope="session")
def llmock_url() -> Iterator[str]:
    """The root address of one llmock for all tests."""
    with serving_llmock() as url:
        yield url


Served = Callable[..., contextlib.AbstractContextManager[Desk]]


@pytest.fixture
def bare(tmp_path: Path) -> Desk:
    """A workspace without a server and without photos; its path holds what paths hold."""
    folder = tmp_path / "Mein Archiv 🌍"
    folder.mkdir()
    return workspace(folder)


@pytest.fixture
def served(bare: Desk) -> Served:
    """Serve the workspace's sandbox; the same one again, with other faults, as often as asked."""

    @contextlib.contextmanager
    def serve(faults: Mapping[str, Any] | None = None, **options: Any) -> Iterator[Desk]:
        with sandbox(bare.root.parent / "server", faults, **options) as url:
            bare.url = url
            yield bare

    return serve


@pytest.fixture
def desk(served: Served) -> Iterator[Desk]:
    """A workspace with a sandbox at which nothing goes wrong."""
    with served() as desk:
        yield desk


@pytest.fixture
def real_photos() -> Path | None:
    """The real photos beside the project; a clone elsewhere has to do without."""
    folder = SHARED / "photos" / "photo"
    return folder if folder.is_dir() else None


@pytest.fixture
def environment() -> dict[str, str]:
    """What a child process gets: this package, and nobody's settings."""
    package = Path(__file__).resolve().parents[2]
    return {**os.environ, "PYTHONPATH": str(package), "PYTHONUTF8": "1"}
