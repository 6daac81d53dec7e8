"""A desk with one provider file and a sandbox that speaks its dialect, over a real socket."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import piexif
import pytest
from PIL import Image

from batchcap.records import StageResult
from batchcap.sandbox import Faults, Options, serving
from batchcap.sandbox.store import BatchRow, FileRow, Store
from batchcap.stages.build import Order, build
from batchcap.stages.join import join
from batchcap.stages.poll import Patience, poll
from batchcap.stages.submit import send_next, submit
from batchcap.workspace import Outside, Workspace, open_workspace

PHOTOS = (
    "Italy/Rome/editorial/forum.jpg",
    "France/Paris/commercial/seine.jpg",
    "Spain/Madrid/commercial/retiro.jpg",
)
TOML = """
[photos]
root = "photo"
[poll]
interval = 0.02
[work]
processes = 1
"""
OWN = """
summary = "A server of this test."
[settings.provider]
model = "gpt-4o"
base_url = "http://127.0.0.1:9/v1"
api_key_env = "TEST_KEY"
[dialect]
settle_seconds = 0.0
"""
KEYS = (
    *("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "GROQ_API_KEY", "TOGETHER_API_KEY"),
    *("INFERENCE_API_KEY", "DOUBLEWORD_API_KEY", "TEST_KEY"),
)


class Quiet:
    """A display that keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @contextlib.contextmanager
    def bar(self, _title: str, _total: int | None) -> Iterator["Quiet"]:
        yield self

    def advance(self, _count: int = 1) -> None:
        pass

    def note(self, _text: str) -> None:
        pass

    def say(self, text: str) -> None:
        self.lines.append(text)


def no_server(folder: Path) -> contextlib.AbstractContextManager[str]:
    raise AssertionError(f"no embedded server is wanted in {folder}")


@dataclass
class Desk:
    """A workspace, the provider it names, and the sandbox's own memory to compare with."""

    root: Path
    provider: str
    url: str = ""
    told: Quiet = field(default_factory=Quiet)

    def open(self) -> Workspace:
        """Open the workspace anew, as each command does; only the longest waits are cut short."""
        flags = {"provider.name": self.provider, "provider.base_url": self.url}
        environ = dict.fromkeys(KEYS, "key-of-this-test")
        outside = Outside(
            environ, self.told, no_server, flags, sleep=lambda wait: time.sleep(min(wait, 0.02))
        )
        return open_workspace(self.root, outside)

    def run(self, stage: Callable[..., StageResult], *given: Any, **named: Any) -> StageResult:
        """Run a stage in a workspace of its own."""
        with self.open() as workspace:
            return stage(workspace, *given, **named)

    def build(self, *names: str) -> StageResult:
        """Paint photos and build their task file."""
        for number, name in enumerate(names or PHOTOS):
            paint(self.root / "photo" / name, 40 + 60 * number)
        return self.run(build, Order())

    def submit(self, **how: str) -> StageResult:
        return self.run(submit, **how)

    def poll(self, *, wait: bool = True) -> StageResult:
        return self.run(poll, Patience(wait=wait, timeout=30.0 if wait else 0.0), send_next)

    def join(self) -> StageResult:
        return self.run(join)

    def finish(self) -> dict[str, int]:
        """Poll to the end and join; gives the states that are not empty."""
        self.poll()
        self.join()
        return self.states()

    def states(self) -> dict[str, int]:
        with self.open() as workspace:
            return {name: n for name, n in workspace.ledger.photos.counts().items() if n}

    def batches(self) -> list[BatchRow]:
        """What the server really has, whatever it would list."""
        with closing(Store(self.root.parent / "server")) as store:
            return store.batches(None, -1)

    def uploads(self) -> list[FileRow]:
        with closing(Store(self.root.parent / "server")) as store:
            every = store.files("", after=None, limit=-1, oldest=True)
        return [each for each in every if each.purpose != "batch_output"]


def paint(path: Path, green: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    taken = {piexif.ExifIFD.DateTimeOriginal: b"2025:05:01 10:00:00"}
    exif = piexif.dump({"Exif": taken})
    Image.new("RGB", (64, 48), (20, green, 120)).save(path, "JPEG", exif=exif)


def make_desk(folder: Path, provider: str, dialect: Mapping[str, Any]) -> Desk:
    """Make a workspace; a ``dialect`` makes a provider file of its own beside it."""
    root = folder / "Mein Archiv 🌍"
    (root / ".batchcap" / "tiktoken").mkdir(parents=True)
    # no tokenizer is fetched from the network
    (root / ".batchcap" / "tiktoken" / "o200k_base.unreachable").touch()
    (root / "batchcap.toml").write_text(TOML, encoding="utf-8")
    (root / "photo").mkdir()
    if provider != "own":
        return Desk(root, provider)
    lines = [
        f"{key} = {str(each).lower() if isinstance(each, bool) else repr(each)}\n"
        for key, each in dialect.items()
    ]
    (root / "own.toml").write_text(OWN + "".join(lines), encoding="utf-8")
    return Desk(root, "./own.toml")


Served = Callable[..., contextlib.AbstractContextManager[Desk]]


@pytest.fixture
def served(tmp_path: Path) -> Served:
    """Serve a sandbox in a dialect to a desk with a provider file, as often as asked."""
    desks: dict[str, Desk] = {}

    @contextlib.contextmanager
    def serve(
        provider: str = "openai",
        speaks: str = "",
        faults: Mapping[str, Any] | None = None,
        own: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Iterator[Desk]:
        desk = desks.get(provider) or make_desk(tmp_path, provider, own or {})
        desks[provider] = desk
        given = {"pace": 0.0, "dialect": speaks or provider, **options}
        torn = Faults.from_mapping(faults or {})
        with serving(Options(tmp_path / "server", faults=torn, **given)) as url:
            desk.url = url
            yield desk

    return serve
