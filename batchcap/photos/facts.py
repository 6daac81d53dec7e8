"""What is known of a photo without looking at it, and who says so.

Takes a relative path, the layout, what EXIF says and a person's notes; gives Facts. Pure. Never
guesses: where two sources disagree the first one speaks, and the disagreement is written down.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from batchcap.errors import ConfigError
from batchcap.records import Camera, Fact, Facts, Release

PLACES = ("country", "city", "release")
"""What a layout may name, beside ``{any}`` or ``{}`` for a folder that says nothing."""

_FIELD = re.compile(r"\{(\w*)\}")
_IGNORED = ("", "any")
_DAY = len("2026-11-20")


def check_layout(layout: str) -> None:
    """Pass a layout that can be matched; "" says that folders tell nothing.

    Raises ConfigError for an unknown or doubled field, and for a part that is neither one field
    nor plain text.
    """
    seen: set[str] = set()
    for part in _parts(layout):
        name = _field(part)
        if name is None and (not part.strip() or "{" in part or "}" in part):
            raise _wrong(layout, f"the part «{part}» is neither one {{field}} nor a folder's name")
        if name is None or name in _IGNORED:
            continue
        if name not in PLACES:
            raise _wrong(layout, f"«{{{name}}}» is not a field")
        if name in seen:
            raise _wrong(layout, f"«{{{name}}}» stands there twice")
        seen.add(name)


def folder_facts(path: str, layout: str) -> dict[str, str] | None:
    """Return what the folders of a relative path say, or None where the layout does not fit.

    The folders must begin with the layout's parts, and may go deeper. A release must read
    editorial or commercial; any folder name is matched without regard to case. Raises ConfigError.
    """
    check_layout(layout)
    parts = _parts(layout)
    folders = path.replace("\\", "/").split("/")[:-1]
    if not parts or len(folders) < len(parts):
        return None
    found: dict[str, str] = {}
    for part, folder in zip(parts, folders, strict=False):
        name, value = _field(part), _spoken(folder)
        if name is None and value.casefold() != _spoken(part).casefold():
            return None
        if name is None or name in _IGNORED:
            continue
        said = _release(value) if name == "release" else value
        if not said:
            return None
        found[name] = said
    return found


def gather(path: str, layout: str, camera: Camera, notes: Mapping[str, str] | None = None) -> Facts:
    """Return the facts of one photo: notes before folder before EXIF.

    ``notes`` may hold country, city, release, taken (an ISO date and time) and notes (free text);
    what else it holds is not looked at. Raises ConfigError for a layout that cannot be matched.
    """
    words = {name: _one_line(text) for name, text in (notes or {}).items()}
    folder = folder_facts(path, layout) or {}
    exif = camera.taken.isoformat() if camera.taken else ""
    release, date = _release(words.get("release", "")), _date(words.get("taken", ""))
    noted = {name: words.get(name, "") for name in ("country", "city")}
    noted |= {"release": release, "taken": date}
    return Facts(
        country=_first(noted["country"], folder.get("country", "")),
        city=_first(noted["city"], folder.get("city", "")),
        release=_first(release, folder.get("release", "")),
        taken=_fact(date, "notes") or _fact(exif, "exif"),
        camera=_fact(camera.camera, "exif"),
        notes=_fact(words.get("notes", ""), "notes"),
        contradictions=(*_unusable(words, noted), *_disagreements(noted, folder, exif)),
    )


def _unusable(words: Mapping[str, str], noted: Mapping[str, str]) -> list[str]:
    """Name what a person noted and nobody can use, rather than drop it in silence."""
    kinds = {"release": "neither editorial nor commercial", "taken": "not an ISO date and time"}
    return [
        f"{name}: the notes say «{words[name]}», which is {why}"
        for name, why in kinds.items()
        if words.get(name) and not noted[name]
    ]


def _disagreements(noted: Mapping[str, str], folder: Mapping[str, str], exif: str) -> list[str]:
    found = [
        f"{name}: the notes say {noted[name]}, the folder says {folder[name]}"
        for name in PLACES
        if noted[name] and name in folder and not _same(noted[name], folder[name])
    ]
    day, exif_day = noted["taken"][:_DAY], exif[:_DAY]
    if day and exif_day and day != exif_day:
        found.append(f"taken: the notes say {day}, EXIF says {exif_day}")
    return found


def _first(note: str, folder: str) -> Fact | None:
    return _fact(note, "notes") or _fact(folder, "folder")


def _fact(value: str, evidence: str) -> Fact | None:
    return Fact(value, evidence) if value else None


def _parts(layout: str) -> list[str]:
    path = layout.strip().replace("\\", "/").strip("/")
    return path.split("/") if path else []


def _field(part: str) -> str | None:
    """Return the name between the braces, or None where the part is plain text."""
    found = _FIELD.fullmatch(part.strip())
    return found.group(1) if found else None


def _spoken(folder: str) -> str:
    """Return a folder's name as words: underscores are spaces, letters composed."""
    return _one_line(folder.replace("_", " "))


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _same(one: str, other: str) -> bool:
    return _spoken(one).casefold() == _spoken(other).casefold()


def _release(text: str) -> str:
    """Return editorial or commercial, or "" where the text is neither."""
    word = text.strip().casefold()
    return word if word in {each.value for each in Release} else ""


def _date(text: str) -> str:
    """Return an ISO date and time, or "" where the text is none."""
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _wrong(layout: str, why: str) -> ConfigError:
    fields = ", ".join(f"{{{each}}}" for each in (*PLACES, "any"))
    return ConfigError(
        f"The layout «{layout}» cannot be matched: {why}.",
        hint=f"Set photos.layout to folders of {fields} or plain names, or to an empty text.",
    )
