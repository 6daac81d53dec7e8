"""The open workspace: what every stage is handed.

Holds the settings, the ledger, the folders, the clock and the outside tools, each opened when it
is first asked for and closed with the workspace. Knows no stage.
"""

import contextlib
import datetime as dt
import math
import os
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from batchcap.batches.queue import REQUESTS, TOKENS, hoped
from batchcap.config import Config, configs_folder, load_config
from batchcap.errors import BatchcapError, ConfigError, DiskTrouble, KeyMissing
from batchcap.fan_out import Crew, local_crew
from batchcap.ledger import Ledger, open_ledger, open_to_look
from batchcap.lock import Lock
from batchcap.models import Models, load_models
from batchcap.preset import load_preset
from batchcap.records import Dialect, Model, Preset, Progress
from batchcap.settings import Settings

if TYPE_CHECKING:
    from batchcap.metadata.exiftool import ExifTool
    from batchcap.providers.base import Provider
    from batchcap.tokenizer import Tokenizer

STATE = ".batchcap"
LEDGER = "ledger.sqlite"

Serving = Callable[[Path], contextlib.AbstractContextManager[str]]


@dataclass(frozen=True, slots=True)
class Outside:
    """What a workspace is opened with: environment, display, clock and the embedded server.

    ``serving`` starts the sandbox on a folder and gives its address.
    """

    environ: Mapping[str, str]
    progress: Progress
    serving: Serving
    flags: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


class Workspace:
    """A folder with batchcap.toml and .batchcap, opened for one command."""

    def __init__(self, root: Path, config: Config, outside: Outside) -> None:
        self.root = root
        self.config = config
        self.outside = outside
        self.run_id = 0
        self.deadline = math.inf
        self._stack = contextlib.ExitStack()
        self._presets: dict[str, Preset] = {}
        self._lock = Lock(root / STATE / "lock")

    @property
    def settings(self) -> Settings:
        """The settings, from all layers."""
        return self.config.settings

    @property
    def preset(self) -> Preset:
        """What to ask, how to check and where to write."""
        return self.config.preset

    def preset_named(self, name: str) -> Preset:
        """Return the preset a task was made with: what was paid for is judged by its own rules."""
        if name == self.settings.preset:
            return self.preset
        if name not in self._presets:
            path = str((self.root / name).resolve()) if name.endswith(".toml") else name
            self._presets[name] = load_preset(path, configs_folder())[0]
        return self._presets[name]

    @property
    def dialect(self) -> Dialect:
        """How the provider speaks."""
        return self.config.dialect

    @property
    def cache(self) -> Path:
        """The folder for what is the same for all workspaces and can be made anew."""
        import platformdirs

        return platformdirs.user_cache_path("batchcap", appauthor=False)

    @property
    def progress(self) -> Progress:
        """Where a stage reports."""
        return self.outside.progress

    @property
    def state(self) -> Path:
        """The folder .batchcap."""
        return self.root / STATE

    @property
    def tasks(self) -> Path:
        """The folder of task files."""
        return self.state / "tasks"

    @property
    def replies(self) -> Path:
        """The folder of result files."""
        return self.state / "replies"

    @property
    def photos(self) -> Path:
        """The archive's folder; ConfigError where there is none."""
        root = (self.root / self.settings.photos.root).resolve()
        if not root.is_dir():
            raise ConfigError(
                f"photos.root is {root}, and there is no such folder.",
                hint="correct photos.root in batchcap.toml",
            )
        return root

    def inside(self, path: str) -> str:
        """Return a typed path as the ledger says it: relative to photos.root, with "/".

        As a shell completes it from here, or as batchcap shows it, with é in one letter or, as from
        a Mac, in two; "" is the whole archive. What lies elsewhere comes back as it was typed.
        """
        root = self.photos
        spelt = (path, *(unicodedata.normalize(form, path) for form in ("NFC", "NFD")))
        for base in (where / each for each in spelt for where in (Path(), root)):
            there = base.resolve()
            if _may_be(base) and there.is_relative_to(root):
                return "/".join(there.relative_to(root).parts)
        return path.replace("\\", "/").strip("/")

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return self.outside.clock()

    @property
    def time_is_up(self) -> bool:
        """Whether the time is over that this command was given."""
        return self.now() >= self.deadline

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.outside.sleep(seconds)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, opened when first asked for; who only looks makes no file."""
        path = self.state / LEDGER
        if self._lock.taken:
            return self._stack.enter_context(open_ledger(path))
        opened = open_to_look(path) if path.exists() else open_ledger(Path(":memory:"))
        return self._stack.enter_context(opened)

    @cached_property
    def models(self) -> Models:
        """What is known of models."""
        return load_models(configs_folder() / "models.toml")

    @cached_property
    def model(self) -> Model:
        """The model that the settings name."""
        return self.models.get(self.settings.provider.model)

    def queue_key(self, unit: str) -> str:
        """Return under which name the queue limit of this provider and model is learned."""
        return f"queue_{unit}/{self.settings.provider.name}/{self.model.name}"

    def _hoped(self, unit: str) -> int:
        """Return what is tried of the limit that the provider named; 0: it named none."""
        key = self.queue_key(unit)
        learned = int(self.ledger.learned(key) or 0)
        return hoped(learned, self.now() - self.ledger.learned_at(key))

    @property
    def told_tokens(self) -> int:
        """The queue limit that a person or the provider named, in input tokens; 0: none did."""
        return self.settings.limits.queue_tokens or self._hoped(TOKENS)

    @property
    def queue_requests(self) -> int:
        """Requests that may wait at the provider, where it named such a limit; else 0."""
        return self._hoped(REQUESTS)

    @property
    def queue_tokens(self) -> int:
        """Input tokens that may wait at the provider: set, learned or known; 0 without limit."""
        return self.told_tokens or self.model.queue_tokens

    @cached_property
    def tokenizer(self) -> "Tokenizer":
        """What counts tokens of text."""
        from batchcap.tokenizer import open_tokenizer

        return open_tokenizer(self.model.encoding, self.state / "tiktoken")

    @cached_property
    def provider(self) -> "Provider":
        """Whom to ask; KeyMissing without a key, which is read here and stored nowhere."""
        from batchcap.providers.openai_batch import OpenAIBatch

        provider = OpenAIBatch(
            self.dialect,
            base_url=self._base_url(),
            api_key=self._key(),
            left=lambda: self.deadline - self.now(),
        )
        self._stack.callback(provider.close)
        return provider

    def _base_url(self) -> str:
        configured = self.settings.provider.base_url
        if configured:
            return configured
        if self.settings.provider.name != "sandbox":
            raise ConfigError(
                f"The provider {self.settings.provider.name} has no address.",
                hint="set provider.base_url in batchcap.toml",
            )
        folder = self.state / "sandbox"
        self._folder(folder)
        return self._stack.enter_context(self.outside.serving(folder))

    def _key(self) -> str:
        name = self.settings.provider.api_key_env
        if not name:
            return "sandbox"
        key = self.outside.environ.get(name, "").strip()
        if not key:
            raise KeyMissing(
                f"There is no API key: the environment variable {name} is not set.",
                kept="Nothing was sent.",
                hint=f"set {name}, then type the same command again",
            )
        if not key.isascii() or any(each.isspace() for each in key):
            raise KeyMissing(
                f"The API key in {name} holds characters that no key has.",
                kept="Nothing was sent.",
                hint=f"set {name} to the key alone, then type the same command again",
            )
        return key

    @cached_property
    def exiftool(self) -> "ExifTool":
        """ExifTool, started when first asked for; ToolMissing where it is absent or too old."""
        from batchcap.metadata.exiftool import ExifTool, find_exiftool

        return self._stack.enter_context(ExifTool(find_exiftool(self.settings.tools.exiftool)))

    @property
    def processes(self) -> int:
        """How many processes or threads work side by side."""
        return self.settings.work.processes or os.cpu_count() or 1

    def crew(self, number: int) -> contextlib.AbstractContextManager[Crew]:
        """Open who does ``number`` pieces of work: this machine's cores, or a cluster."""
        if self.settings.work.executor:
            from batchcap.cluster import joined

            return joined(self.settings.work.executor, self.photos)
        return local_crew(self.processes, number)

    def prepare_folders(self) -> None:
        """Make the folders of task files and replies."""
        for folder in (self.state, self.tasks, self.replies):
            self._folder(folder)

    def _folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DiskTrouble(
                f"{folder} cannot be made: {error.strerror}.",
                kept="Nothing was changed.",
                hint="make the workspace writable, then type the same command again",
            ) from error

    @contextlib.contextmanager
    def recorded(self, command: str) -> Iterator[None]:
        """Hold the workspace's lock and record the run while a stage changes something."""
        with self.locked():
            self.prepare_folders()
            self.run_id = self.ledger.begin_run(command, self.now())
            code = 1
            try:
                yield
                code = 0
            except KeyboardInterrupt:
                code = 130
                raise
            except BatchcapError as error:
                code = error.exit_code
                raise
            finally:
                with contextlib.suppress(BatchcapError):
                    # A full disk must not hide what happened before it.
                    self.ledger.end_run(self.run_id, self.now(), code)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace's lock; WorkspaceBusy where another command has it."""
        self._folder(self.state)
        with self._lock.held():
            if not (self.state / LEDGER).exists():
                # What was only looked at so far stood in memory.
                self.__dict__.pop("ledger", None)
            yield

    def resting(self) -> contextlib.AbstractContextManager[None]:
        """Let other commands work while this one only waits."""
        return self._lock.resting()

    def today(self) -> dt.date:
        """Return today's date in UTC."""
        return dt.datetime.fromtimestamp(self.now(), dt.UTC).date()

    def close(self) -> None:
        """Close what was opened."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _may_be(path: Path) -> bool:
    try:
        return bool(path.stat())
    except (OSError, ValueError) as error:
        return isinstance(error, PermissionError)  # its folder may not be looked into


def open_workspace(root: Path, outside: Outside) -> Workspace:
    """Open the workspace in ``root``; WorkspaceMissing or ConfigError where it cannot be."""
    root = root.resolve()
    return Workspace(root, load_config(root, outside.environ, outside.flags), outside)
