"""Is everything here: Python, ExifTool, tokenizer, workspace, provider? Changes nothing."""

import contextlib
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from batchcap.config import FILE
from batchcap.errors import BatchcapError
from batchcap.metadata.exiftool import ExifTool, find_exiftool
from batchcap.records import Exit, Problem, StageResult
from batchcap.workspace import Workspace

# A task file, its replies and a photo's copy fit well into this: bytes.
ROOM = 2_000_000_000

Open = Callable[[], contextlib.AbstractContextManager[Workspace]]


def doctor(folder: Path, open_workspace: Open) -> StageResult:
    """Check what a whole run needs; exit 2 where something needed is missing."""
    checks = [
        _check("Python", platform.python_version),
        _check("room on the disk", lambda: _room(folder)),
    ]
    if (folder / FILE).is_file():
        with contextlib.ExitStack() as stack:
            opened: list[Workspace] = []

            def settings() -> str:
                opened.append(stack.enter_context(open_workspace()))
                return f"{folder.resolve() / FILE} is sound"

            checks.append(_check("settings", settings))
            if opened:
                checks += _inside(opened[0])
    else:
        checks.append(_check("ExifTool", lambda: _exiftool("")))
        checks.append(
            {"what": "workspace", "ok": False, "needed": False, "told": f"no {FILE} in {folder}"}
        )
    missing = [each for each in checks if not each["ok"] and each["needed"]]
    return StageResult(
        "doctor",
        Exit.USAGE if missing else Exit.DONE,
        {"checked": len(checks), "missing": len(missing)},
        tuple(
            Problem("missing", f"{each['what']}: {each['told']}", hint=each.get("hint", ""))
            for each in missing
        ),
        {"checks": checks},
        "" if missing else _next(folder),
    )


def _next(folder: Path) -> str:
    there = (folder / FILE).is_file()
    return "batchcap estimate" if there else "batchcap init --photos FOLDER"


def _inside(workspace: Workspace) -> list[dict[str, Any]]:
    return [
        _check("ExifTool", lambda: _exiftool(workspace.settings.tools.exiftool)),
        _check("photos", lambda: str(workspace.photos)),
        _check("preset", lambda: f"{workspace.preset.name}: {workspace.preset.summary}"),
        _check("ledger", lambda: f"{workspace.ledger.photos.total():,} photos known"),
        _check(
            "tokenizer",
            lambda: workspace.tokenizer.note or "counts tokens exactly",
            needed=False,
        ),
        _check("provider", lambda: _answers(workspace)),
    ]


def _check(what: str, look: Callable[[], str], *, needed: bool = True) -> dict[str, Any]:
    try:
        return {"what": what, "ok": True, "needed": needed, "told": look(), "hint": ""}
    except BatchcapError as error:
        told, hint = error.message, error.hint
    except OSError as error:
        told, hint = error.strerror or str(error), "make room on the disk, or allow access"
    return {"what": what, "ok": False, "needed": needed, "told": told, "hint": hint}


def _answers(workspace: Workspace) -> str:
    return workspace.provider.check()


def _exiftool(configured: str) -> str:
    with ExifTool(find_exiftool(configured)) as tool:
        return f"version {tool.version}"


def _room(folder: Path) -> str:
    there = next(each for each in (folder.resolve(), *folder.resolve().parents) if each.exists())
    free = shutil.disk_usage(there).free
    if free < ROOM:
        raise BatchcapError(f"only {free / 1e9:.1f} GB are free", hint="make room on the disk")
    return f"{free / 1e9:.0f} GB free"
