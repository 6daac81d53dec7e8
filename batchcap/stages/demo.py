"""The whole job on painted sample photos: the workspace before, the gallery after."""

import unicodedata
from pathlib import Path
from typing import Any

from batchcap.captions.dateline import headline_of
from batchcap.config import read_toml
from batchcap.demo import paint
from batchcap.demo.places import SAMPLES
from batchcap.errors import DiskTrouble, UsageError
from batchcap.photos.kinds import promised_kind
from batchcap.records import Progress, StageResult
from batchcap.shell import quoted
from batchcap.workspace import Workspace

PHOTOS = "photo"  # the folder of the sample photos
# What is shown of one photo: enough to see headline, place words and keywords in each standard.
SHOWN_TAGS = (
    "IPTC:ObjectName",
    "IPTC:Headline",
    "IPTC:Caption-Abstract",
    "IPTC:Keywords",
    "XMP-dc:Title",
    "XMP-dc:Description",
    "XMP-dc:Subject",
    "XMP-photoshop:City",
    "XMP-photoshop:Country",
    "EXIF:ImageDescription",
)
HONEST = (
    "The sandbox that answered here describes colours and light. It is no vision model: with a "
    "real one the captions say what is in the picture."
)


def paint_workspace(folder: Path, progress: Progress) -> None:
    """Paint the sample photos; what is there already stays as it is.

    Raises UsageError where the folder is no demo's: all photos there would be sent and written.
    """
    if not _is_demo(folder):
        raise UsageError(
            f"{folder} holds photos or settings that are none of the demo's.",
            kept="Nothing was painted, sent or written.",
            hint="name a new folder: batchcap demo my-demo",
        )
    progress.say(f"painting sample photos in {folder}")
    try:
        paint(folder, progress)
    except OSError as error:
        raise DiskTrouble(
            f"{folder} cannot be written: {error.strerror or error}.", hint="batchcap demo DIR"
        ) from error


def _is_demo(folder: Path) -> bool:
    """Whether a folder is free, or has but sample photos and settings for the sandbox."""
    settings = folder / "batchcap.toml"
    if settings.exists():
        given = read_toml(settings)
        photos, provider = given.get("photos"), given.get("provider")
        if not isinstance(photos, dict) or photos.get("root") != PHOTOS:
            return False
        if not isinstance(provider, dict) or provider.get("name") != "sandbox":
            return False
    samples = {str(each.path) for each in SAMPLES}
    return all(
        each.name.startswith(".")  # a draft
        or not promised_kind(each.name)
        or unicodedata.normalize("NFC", each.relative_to(folder).as_posix()) in samples
        for each in (folder / PHOTOS).rglob("*")
    )


def gallery(workspace: Workspace, ran: StageResult) -> StageResult:
    """Return a table of the photos, what ExifTool reads in one, and what to type next."""
    photos = list(workspace.ledger.photos.in_state(*workspace.ledger.photos.counts()))
    rows: list[dict[str, Any]] = []
    for photo in photos:
        found = (
            workspace.ledger.captions.caption(photo.task_id, photo.id) if photo.task_id else None
        )
        caption = found[0] if found else None
        rows.append(
            {
                "photo": photo.path,
                "state": photo.state,
                "headline": headline_of(caption) if caption else "",
                "keywords": list(caption.keywords) if caption else [],
            }
        )
    editorial = [each for each in rows if each["state"] == "written"]
    chosen = next((each for each in editorial if "/editorial/" in each["photo"]), None)
    data: dict[str, Any] = {"photos": rows, "told": [HONEST, _where(workspace), _next(workspace)]}
    if chosen:
        data["read_back_of"] = chosen["photo"]
        data["read_back"] = _read_back(workspace, chosen["photo"])
    return StageResult("demo", ran.exit_code, ran.counts, ran.problems, data, "")


def _read_back(workspace: Workspace, path: str) -> list[tuple[str, str]]:
    file = workspace.photos / path
    tags = workspace.exiftool.read([file])[file]
    shown = []
    for name in SHOWN_TAGS:
        value = tags.get(name) if not hasattr(tags, "code") else None
        if value:
            shown.append((name, ", ".join(value) if isinstance(value, list) else str(value)))
    return shown


def _where(workspace: Workspace) -> str:
    return (
        "Where everything lies:\n"
        f"  photos      {workspace.photos}\n"
        f"  settings    {workspace.root / 'batchcap.toml'}\n"
        f"  task files  {workspace.tasks}\n"
        f"  replies     {workspace.replies}\n"
        f"  ledger      {workspace.state / 'ledger.sqlite'}"
    )


def _next(workspace: Workspace) -> str:
    return (
        "To put these photos back as they were:\n"
        f"  batchcap undo -w {quoted(workspace.root)}\n"
        "To do the same with your own photos, laid out as COUNTRY/CITY/editorial and\n"
        "COUNTRY/CITY/commercial, and a real key:\n"
        "  export OPENAI_API_KEY=…            (Windows: set OPENAI_API_KEY=…)\n"
        "  batchcap init my-archive --photos FOLDER\n"
        "  cd my-archive\n"
        "  batchcap estimate\n"
        "  batchcap run --wait"
    )
