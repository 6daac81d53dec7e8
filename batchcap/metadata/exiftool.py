"""ExifTool as batchcap uses it: read chunks of photos, write each into a new file beside it.

Takes paths and plans, gives tags, drafts and troubles. Values reach ExifTool through a JSON file
alone, since a newline in an argument is a new argument. Never touches an original, never hangs:
a call has a deadline, and a chunk that fails is done again file by file.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from exiftool.exceptions import ExifToolException

from batchcap.errors import ToolMissing
from batchcap.metadata.importing import to_import
from batchcap.metadata.paths import name_trouble, numbered
from batchcap.metadata.process import Answer, Process, ProcessGone, Said
from batchcap.metadata.reading import MARKING, READ_ARGUMENTS, lost_case, parse
from batchcap.metadata.replace import PREFIX, copy, discard, draft_path, full_disk, no_room
from batchcap.metadata.tags import without_exif
from batchcap.records import TagPlan, Trouble

OLDEST = (12, 15)  # -echo4, JSON import and -api Filter all work from here on
TIMEOUT = 60.0  # seconds for one call
PER_FILE = 5.0  # seconds more for each file of the call
PER_MEGABYTE = 1.0  # and for each megabyte: a PNG's check sums are made in Perl, 10 MB a second
REFUSED = "exiftool"
# Of a photo over which ExifTool breaks down each time.
GONE = ("exiftool_hung", "exiftool_died")

_INSTALL = {
    "linux": "sudo apt install libimage-exiftool-perl",
    "darwin": "brew install exiftool",
    "win32": "winget install OliverBetz.ExifTool",
}


class HasSource(Protocol):
    """What can be done file by file."""

    @property
    def source(self) -> Path:
        """Return the photo."""


@dataclass(frozen=True, slots=True)
class Job:
    """One photo and what to change in it; the path is absolute."""

    source: Path
    plan: TagPlan


@dataclass(frozen=True, slots=True)
class _Look:
    source: Path
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """The new file beside the original, what was written, and what ExifTool warned of.

    ``plan`` is the job's, less its EXIF tags where the photo's EXIF block cannot be rewritten.
    """

    path: Path
    plan: TagPlan
    warnings: tuple[str, ...] = ()


R = TypeVar("R")
W = TypeVar("W", bound=HasSource)


def install_hint() -> str:
    """Return the command that installs ExifTool here."""
    return _INSTALL.get(sys.platform, "see https://exiftool.org/install.html")


def find_exiftool(configured: str) -> str:
    """Return ExifTool's path: the configured one, else the one on PATH.

    Raises ToolMissing with the command that installs it.
    """
    found = shutil.which(str(Path(configured).expanduser()) if configured else "exiftool")
    if found:
        return str(Path(found).absolute())
    if configured:
        raise ToolMissing(
            f"tools.exiftool names {configured}, and there is no such program.",
            kept="No photo was touched.",
            hint=f'correct tools.exiftool, or leave it "" and: {install_hint()}',
        )
    raise ToolMissing(
        "ExifTool is not installed, or not on PATH.",
        kept="No photo was touched.",
        hint=install_hint(),
    )


class ExifTool:
    """One stay-open ExifTool for one thread at a time; starts when first asked.

    The names of its drafts begin with ``prefix``, so that no other one writes over them.
    """

    def __init__(
        self,
        executable: str,
        *,
        timeout: float = TIMEOUT,
        per_file: float = PER_FILE,
        prefix: str = PREFIX,
    ) -> None:
        self._executable = executable
        self.prefix = prefix
        self._timeout = timeout
        self._per_file = per_file
        self._process: Process | None = None
        self._version = ""
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        self._started()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def version(self) -> str:
        """Return ExifTool's version; raises ToolMissing where it does not start or is too old."""
        self._started()
        return self._version

    @property
    def marks(self) -> bool:
        """Whether it can write our own namespace; raises as ``version`` does."""
        return bool(self._started().marks)

    def close(self) -> None:
        """End the process and remove its working files."""
        if self._process is not None:
            self._process.terminate()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def read(
        self, paths: Sequence[Path], arguments: tuple[str, ...] = READ_ARGUMENTS
    ) -> dict[Path, Mapping[str, Any] | Trouble]:
        """Return all tags of each photo as ``group:name`` → text or list of texts.

        Paths are absolute; ``arguments`` (constants of ``reading``) may ask for some tags only.
        The answer holds each path; a photo that cannot be read is a Trouble.
        """
        return self._by_file([_Look(path, arguments) for path in paths], self._read_chunk)

    def write(self, jobs: Sequence[Job]) -> dict[Path, Draft | Trouble]:
        """Write each plan into a new file beside its photo, by the photo's path.

        ExifTool's word is no proof: read the drafts back and ask ``readback.verify``. A Trouble
        ``exif_left`` means that all but a damaged EXIF block says it already. Raises ValueError
        for an empty plan and DiskTrouble where the disk is full.
        """
        if idle := [job.source for job in jobs if job.plan.empty]:
            raise ValueError(f"nothing to write into {idle[0]}")
        written = self._by_file(jobs, self._write_chunk)
        # Some cameras' EXIF cannot be rewritten; IPTC and XMP beside it can.
        refused = [job for job in jobs if _refused(written[job.source])]
        lesser = [Job(job.source, without_exif(job.plan)) for job in refused]
        again = [less for less, job in zip(lesser, refused, strict=True) if less.plan != job.plan]
        written |= {job.source: _exif_left(job.source) for job in again if job.plan.empty}
        second = self._by_file([job for job in again if not job.plan.empty], self._write_chunk)
        return written | {path: it for path, it in second.items() if isinstance(it, Draft)}

    def _by_file(
        self,
        items: Sequence[W],
        chunk: Callable[[Sequence[W]], dict[Path, R | Trouble]],
        tries: int = 2,
    ) -> dict[Path, R | Trouble]:
        """Do a chunk at once; where ExifTool dies or hangs over it, each file on its own.

        A photo alone over which it died gets a second, fresh one: the first may have died before.
        """
        done: dict[Path, R | Trouble] = {}
        named = []
        for item in items:
            if trouble := name_trouble(item.source):
                done[item.source] = trouble
            else:
                named.append(item)
        if not named:
            return done
        try:
            return done | chunk(named)
        except ProcessGone as gone:
            if len(named) == 1 and (tries == 1 or gone.how == "hung"):
                said = f"{gone.message} over {named[0].source.name}"
                return done | {named[0].source: Trouble(f"exiftool_{gone.how}", said)}
        for item in named:
            done |= self._by_file([item], chunk, tries=1)
        return done

    def _read_chunk(self, items: Sequence[_Look]) -> dict[Path, Mapping[str, Any] | Trouble]:
        arguments = items[0].arguments
        rows, said = self._tags_of(items, arguments)
        if again := [item for item in items if lost_case(rows.get(item.source.as_posix(), {}))]:
            rows |= self._tags_of(again, (*arguments, *MARKING))[0]
        read: dict[Path, Mapping[str, Any] | Trouble] = {}
        for item in items:
            tags = rows.get(item.source.as_posix(), {})
            wrong = tags.get("ExifTool:Error") or said.error(item.source)
            read[item.source] = _unreadable(item.source, wrong) if wrong or not tags else tags
        return read

    def _tags_of(
        self, items: Sequence[_Look], arguments: Sequence[str]
    ) -> tuple[dict[str, dict[str, Any]], Said]:
        answer = self._ask([*arguments, *(item.source.as_posix() for item in items)], items)
        try:
            return parse(answer.out), Said(answer.err)
        except ValueError as error:
            self._drop()
            raise ProcessGone("died", f"ExifTool answered nonsense ({error})") from error

    def _write_chunk(self, jobs: Sequence[Job]) -> dict[Path, Draft | Trouble]:
        drafts = {job.source: draft_path(job.source, self.prefix) for job in jobs}
        beside = {job.source: job.source for job in jobs if not numbered(job.source)}
        try:
            for source in beside:
                discard(drafts[source])
            new = [job for job in jobs if job.source in beside]
            done = self._import(new, beside, ("-o", f"%d{self.prefix}%f.%e"))
            # With a number in its path a new file could come to lie elsewhere: a copy is edited.
            others = [source for source in drafts if source not in beside]
            done |= {each: said for each in others if (said := copy(each, drafts[each]))}
            copies = [job for job in jobs if job.source not in done]
            return done | self._import(copies, drafts, ("-overwrite_original",))
        except BaseException:
            for draft in drafts.values():
                discard(draft)
            raise

    def _import(
        self, jobs: Sequence[Job], given: Mapping[Path, Path], output: tuple[str, ...]
    ) -> dict[Path, Draft | Trouble]:
        """Let ExifTool write into the files that it is ``given`` for the photos."""
        if not jobs:
            return {}
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory("-batchcap", ignore_cleanup_errors=True)
        values = Path(self._folder.name) / "values.json"
        text, splitting = to_import([(given[job.source], job.plan) for job in jobs])
        values.write_text(text, "utf-8")
        arguments = [f"-json={values.as_posix()}", *splitting, *output]
        files = [given[job.source].as_posix() for job in jobs]
        said = Said(self._ask([*arguments, *files], jobs).err)
        return {job.source: self._written(job, said, given[job.source]) for job in jobs}

    def _written(self, job: Job, said: Said, given: Path) -> Draft | Trouble:
        draft = draft_path(job.source, self.prefix)
        error = said.error(given)
        if not error and draft.is_file():
            return Draft(draft, job.plan, said.warnings(given))
        discard(draft)
        if no_room(job.source):
            raise full_disk(job.source)
        why = error or "; ".join(said.warnings(given)) or said.text or "it gave no reason"
        return Trouble(REFUSED, f"ExifTool could not write {job.source.name}: {why}")

    def _ask(self, arguments: Sequence[str], files: Sequence[HasSource]) -> Answer:
        process = self._started()
        size = sum(_size(each.source) for each in files) / 2**20
        seconds = self._timeout + self._per_file * len(files) + PER_MEGABYTE * size
        try:
            return process.ask(arguments, seconds)
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        """Let go of a process that cannot be trusted any more."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _started(self) -> Process:
        """Return a living process of a version that will do; raises ToolMissing."""
        if self._process is not None and self._process.running:
            return self._process
        self._drop()
        try:
            process = Process(self._executable)
            process.run()
        except (OSError, ValueError, RuntimeError, ExifToolException, ProcessGone) as error:
            raise ToolMissing(
                f"ExifTool at {self._executable} does not start: {str(error).rstrip('.')}.",
                kept="No photo was touched.",
                hint=f"see to tools.exiftool, or: {install_hint()}",
            ) from error
        self._process = process
        self._version = str(process.version)
        if _numbers(self._version) < OLDEST:
            self._drop()
            raise ToolMissing(
                f"ExifTool {self._version or '(of no version)'} is too old: "
                f"{OLDEST[0]}.{OLDEST[1]} or later is needed.",
                kept="No photo was touched.",
                hint=install_hint(),
            )
        return process


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # ExifTool tells what is wrong with it


def _refused(written: Draft | Trouble) -> bool:
    return isinstance(written, Trouble) and written.code == REFUSED


def _exif_left(path: Path) -> Trouble:
    said = "its EXIF block is damaged and stays as it is, all else says so already"
    return Trouble("exif_left", f"{path.name}: {said}")


def _unreadable(path: Path, error: object) -> Trouble:
    said = str(error or "ExifTool said nothing of it")
    return Trouble("unreadable", f"ExifTool cannot read {path.name}: {said}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
