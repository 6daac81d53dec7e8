"""What the folders say: the layout of an archive, matched against a photo's path.

Takes a relative path and the layout; gives words by field. Pure. Never guesses: a path that does
not fit says nothing.
"""

import re
import unicodedata

from batchcap.errors import ConfigError
from batchcap.records import Release

FIELDS = ("country", "state", "city", "location", "release")
"""What a layout may name, beside ``{any}`` or ``{}`` for a folder that says nothing."""

_FIELD = re.compile(r"\{(\w*)\}")
_IGNORED = ("", "any")


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
        if name not in FIELDS:
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
        said = release_word(value) if name == "release" else value
        if not said:
            return None
        found[name] = said
    return found


def release_word(text: str) -> str:
    """Return editorial or commercial, or "" where the text is neither."""
    word = text.strip().casefold()
    return word if word in {each.value for each in Release} else ""


def _parts(layout: str) -> list[str]:
    path = layout.strip().replace("\\", "/").strip("/")
    return path.split("/") if path else []


def _field(part: str) -> str | None:
    """Return the name between the braces, or None where the part is plain text."""
    found = _FIELD.fullmatch(part.strip())
    return found.group(1) if found else None


def _spoken(folder: str) -> str:
    """Return a folder's name as words: underscores are spaces, letters composed."""
    return " ".join(unicodedata.normalize("NFC", folder.replace("_", " ")).split())


def _wrong(layout: str, why: str) -> ConfigError:
    fields = ", ".join(f"{{{each}}}" for each in (*FIELDS, "any"))
    return ConfigError(
        f"The layout «{layout}» cannot be matched: {why}.",
        hint=f"Set photos.layout to folders of {fields} or plain names, or to an empty text.",
    )
