"""A bench to prove things at: tiny photos, a workspace, and a sandbox that can be torn and restarted.

Every command opens the workspace anew, as a command line of its own would.
"""

import contextlib
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI
from PIL import Image

from batchcap.balance import unbalanced
from batchcap.ledger.photos import STATES
from batchcap.records import StageResult
from batchcap.render import Silent
from batchcap.sandbox import Faults, Options, serving
from batchcap.stages.build import Order, build
from batchcap.stages.cancel import cancel
from batchcap.stages.join import join
from batchcap.stages.poll import Patience, poll
from batchcap.stages.status import photo_status, status
from batchcap.stages.submit import send_next, submit
from batchcap.stages.verify import verify
from batchcap.workspace import Outside, Workspace, open_workspace

TOML = """
preset = "alt-text"
[photos]
root = "photo"
layout = ""
[provider]
name = "sandbox"
model = "gpt-6-luna"
[poll]
interval = 0.03
[work]
processes = 1
"""
FOREIGN = ("OPENAI_", "BATCHCAP_")
FINAL = ("captioned", "held", "refused", "failed", "unreadable", "gone")


class Told:
    """A display that shows nothing and remembers what was said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def bar(self, *_: Any) -> Any:
        return Silent()

    def say(self, text: str) -> None:
        self.lines.append(text)


@dataclass
class Clock:
    """A clock that jumps where a program sleeps; ``waited`` is how long it slept, in seconds."""

    begun: float = field(default_factory=time.time)
    waited: float = 0.0

    def __call__(self) -> float:
        return self.begun + self.waited

    def sleep(self, seconds: float) -> None:
        self.waited += seconds


@dataclass
class Bench:
    """A workspace, its photos and its sandbox; ``flags`` are settings for every command."""

    home: Path
    url: str = ""
    flags: dict[str, str] = field(default_factory=dict)
    outside: dict[str, Any] = field(default_factory=dict)
    told: Told = field(default_factory=Told)

    @property
    def root(self) -> Path:
        return self.home / "space"

    @property
    def state(self) -> Path:
        return self.root / ".batchcap"

    @property
    def ledger(self) -> Path:
        return self.state / "ledger.sqlite"

    @property
    def server(self) -> Path:
        return self.home / "server"

    def make(self, photos: int = 0) -> "Bench":
        """Make the workspace; no tokenizer is fetched from the network."""
        (self.state / "tiktoken").mkdir(parents=True)
        (self.state / "tiktoken" / "o200k_base.unreachable").touch()
        (self.root / "batchcap.toml").write_text(TOML, encoding="utf-8")
        (self.root / "photo").mkdir()
        for number in range(photos):
            self.paint(f"{number:03}.jpg")
        return self

    def jumping(self) -> Clock:
        """Let time jump from now on; the server's goes on as ever."""
        clock = Clock()
        self.outside = {"clock": clock, "sleep": clock.sleep}
        return clock

    def paint(self, name: str, seed: str = "") -> Path:
        """Paint a photo of 32 pixels a side whose colour hangs on its name, or on ``seed``."""
        path = self.root / "photo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        colour = tuple(hashlib.sha256((seed or name).encode()).digest()[:3])
        Image.new("RGB", (32, 32), colour).save(path, "JPEG", quality=95)
        return path

    def photos(self) -> list[Path]:
        return sorted((self.root / "photo").rglob("*.jpg"))

    @contextlib.contextmanager
    def serving(self, faults: Mapping[str, Any] | None = None, **options: Any) -> Iterator[str]:
        """Serve the sandbox on the address it had before, with what shall go wrong."""
        given = {"pace": 0.0, "look": False, "faults": Faults.from_mapping(faults or {}), **options}
        port = int(self.url.rpartition(":")[2].removesuffix("/v1")) if self.url else 0
        with serving(Options(self.server, **given), port=port) as url:
            self.url = url
            yield url

    def open(self) -> contextlib.AbstractContextManager[Workspace]:
        """Open the workspace, as each command does."""
        flags = {"provider.base_url": self.url, **self.flags}
        return open_workspace(self.root, Outside({}, self.told, no_server, flags, **self.outside))

    def build(self, *paths: str, **order: Any) -> StageResult:
        with self.open() as workspace:
            return build(workspace, Order(paths, **order))

    def submit(self, **named: str) -> StageResult:
        with self.open() as workspace:
            return submit(workspace, **named)

    def poll(self, *, wait: bool = True, timeout: float = 60.0) -> StageResult:
        with self.open() as workspace:
            return poll(workspace, Patience(wait, timeout if wait else 0.0), send_next)

    def join(self) -> StageResult:
        with self.open() as workspace:
            return join(workspace)

    def cancel(self, *batches: str) -> StageResult:
        with self.open() as workspace:
            return cancel(workspace, batches)

    def verify(self) -> StageResult:
        with self.open() as workspace:
            return verify(workspace)

    def sent(self) -> StageResult:
        """Build and submit."""
        self.build()
        return self.submit()

    def joined(self) -> StageResult:
        """Build, submit, poll to the end and join."""
        self.sent()
        self.poll()
        return self.join()

    def finish(self, rounds: int = 12) -> None:
        """Go round until every photo is at its end, as a person would who types what comes next."""
        for _ in range(rounds):
            self.joined()
            if not self.unfinished():
                return
        raise AssertionError(f"no end after {rounds} rounds: {self.states()}")

    def unfinished(self) -> dict[str, int]:
        return {state: count for state, count in self.states().items() if state not in FINAL}

    def states(self) -> dict[str, int]:
        """Return the states that are not empty; they sum to the photos."""
        with self.open() as workspace:
            counts = dict(status(workspace).counts)
        total = counts.pop("photos")
        assert sum(counts.values()) == total
        return {state: int(count) for state, count in counts.items() if count}

    def about(self, photo: str) -> dict[str, Any]:
        with self.open() as workspace:
            return dict(photo_status(workspace, photo).data)

    def captions(self) -> dict[str, Any]:
        """Return every photo's state and words."""
        with self.open() as workspace:
            return {
                photo.path: (photo.state, workspace.ledger.captions.caption(photo.task_id))
                for photo in workspace.ledger.photos.in_state(*STATES)
            }

    def asked(self) -> Counter[int]:
        """Return how many photos were asked for once, twice … in all task files."""
        with self.open() as workspace:
            photos = list(workspace.ledger.photos.in_state(*STATES))
            return Counter(len(workspace.ledger.photos.history(each.id)) for each in photos)

    def balanced(self) -> None:
        """Hold the books to their sums, and the disk to the books."""
        with self.open() as workspace:
            assert unbalanced(workspace) == []
        found = self.verify()
        assert (found.exit_code, found.problems) == (0, ())

    def tasks(self) -> list[dict[str, Any]]:
        """Return every request of every task file, in order."""
        return [
            json.loads(line)
            for path in sorted((self.state / "tasks").glob("*.jsonl"))
            for line in path.read_bytes().splitlines()
        ]

    @contextlib.contextmanager
    def client(self) -> Iterator[OpenAI]:
        """Another client of the same account."""
        with OpenAI(base_url=self.url, api_key="sk-other", max_retries=0) as client:
            yield client

    def batches(self) -> list[dict[str, Any]]:
        """Ask the server for every batch it has, the oldest first."""
        with self.client() as client:
            page: Any = client.get("/batches", cast_to=object, options={"params": {"limit": 100}})
        assert not page["has_more"]
        return list(page["data"])[::-1]

    def uploads(self) -> int:
        with self.client() as client:
            return sum(1 for _ in client.files.list(purpose="batch"))


def no_server(folder: Path) -> contextlib.AbstractContextManager[str]:
    raise AssertionError(f"no embedded server is wanted in {folder}")


@dataclass(frozen=True)
class Making:
    """Makes benches, each in a folder of its own."""

    folders: pytest.TempPathFactory

    def __call__(self, photos: int = 0) -> Bench:
        return self.empty().make(photos)

    def empty(self) -> Bench:
        """Return a bench without even a workspace."""
        return Bench(self.folders.mktemp("bench é "))


@pytest.fixture(scope="session")
def making(tmp_path_factory: pytest.TempPathFactory) -> Making:
    """Make a bench, as often as asked."""
    return Making(tmp_path_factory)


@pytest.fixture
def bench(making: Making) -> Bench:
    """A workspace without photos, and no server yet."""
    return making()


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a child process gets: this package, compiled once, and nobody's settings."""
    package = Path(__file__).resolve().parents[2]
    ours = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    ours.pop("PYTHONDONTWRITEBYTECODE", None)
    compiled = str(tmp_path_factory.mktemp("compiled"))
    return {
        **ours,
        "PYTHONPATH": str(package),
        "PYTHONPYCACHEPREFIX": compiled,
        "PYTHONUTF8": "1",
    }
