"""A folder → a workspace: batchcap.toml, and run configurations where they are wanted."""

import os
from dataclasses import dataclass
from pathlib import Path

from batchcap.atomic import write_text
from batchcap.config import FILE, layered
from batchcap.errors import DiskTrouble, UsageError
from batchcap.ide import files
from batchcap.records import Exit, Problem, StageResult
from batchcap.shell import quoted
from batchcap.workspace import STATE

HEAD = """\
# The settings of this workspace: only what differs from the defaults.
# `batchcap config` shows every setting and where it came from.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the new workspace is to say; "" leaves a setting at its default."""

    photos: str
    preset: str = ""
    provider: str = ""
    ide: bool = False


def init(folder: Path, plan: Plan) -> StageResult:
    """Write batchcap.toml into ``folder``; an existing one is left alone.

    Raises UsageError where one is there or the photos are not, ConfigError for an unknown preset
    or provider.
    """
    path = folder / FILE
    if path.exists():
        raise UsageError(
            f"{path} is there already.",
            kept="It was left as it is.",
            hint=f"edit {path}, or look at what is set: {_in(folder, 'config')}",
        )
    photos = _photos(folder, plan.photos)
    own: dict[str, object] = {"photos": {"root": photos}}
    if plan.preset:
        own["preset"] = plan.preset
    if plan.provider:
        own["provider"] = {"name": plan.provider}
    layered(own, {}, {}, folder)
    try:
        (folder / STATE).mkdir(parents=True, exist_ok=True)
        write_text(path, _toml(plan, photos))
        written, problems = _configurations(folder) if plan.ide else ([], [])
    except OSError as error:
        raise DiskTrouble(
            f"{folder} cannot be written: {error.strerror}.",
            kept="Nothing was changed.",
            hint="choose another folder: batchcap init DIR --photos FOLDER",
        ) from error
    listed = {"files": [str(path), *written]}
    return StageResult("init", Exit.DONE, {}, tuple(problems), listed, _in(folder, "estimate"))


def _in(folder: Path, command: str) -> str:
    """Return a command as it is typed from here for the workspace in ``folder``."""
    here = folder.resolve() == Path.cwd().resolve()
    return f"batchcap {command}" if here else f"batchcap {command} -w {quoted(folder)}"


def _photos(folder: Path, photos: str) -> str:
    """Return the archive's path as batchcap.toml says it: relative where it lies below."""
    given = Path(photos).expanduser()
    found = next((each for each in (folder / given, Path.cwd() / given) if each.is_dir()), None)
    if found is None:
        raise UsageError(
            f"There is no folder {photos}.",
            kept="Nothing was written.",
            hint="batchcap init --photos FOLDER",
        )
    try:
        relative = os.path.relpath(found.resolve(), folder.resolve())
    except ValueError:
        # Another drive on Windows.
        return found.resolve().as_posix()
    below = not relative.startswith("..")
    return (Path(relative) if below else found.resolve()).as_posix()


def _toml(plan: Plan, photos: str) -> str:
    lines = [HEAD]
    if plan.preset:
        lines.append(f"preset = {_string(plan.preset)}\n")
    lines.append(f"[photos]\nroot = {_string(photos)}\n")
    if plan.provider:
        lines.append(f"[provider]\nname = {_string(plan.provider)}\n")
    return "\n".join(lines)


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _configurations(folder: Path) -> tuple[list[str], list[Problem]]:
    written, problems = [], []
    for name, content in files().items():
        path = folder / name
        if path.exists():
            problems.append(Problem("kept", f"{path} is there already and was left as it is."))
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, content)
        written.append(str(path))
    return written, problems
