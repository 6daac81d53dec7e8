"""Names of files and folders, as the ledger and ExifTool can take them.

Takes names as the file system gives them; gives a trouble, or a text that can be printed and
stored. Pure. Never normalises a good name: macOS hands out decomposed letters, and means it.
"""

import hashlib

from batchcap.records import Trouble

_THUMBNAILS = "@eaDir"  # where a Synology keeps its thumbnails


def skipped(name: str) -> bool:
    """Whether a file or folder is none of a photographer's: hidden, AppleDouble, a temporary."""
    return name.startswith(".") or name == _THUMBNAILS


def name_trouble(name: str) -> Trouble | None:
    """Return why a name cannot be worked with, or None (code name)."""
    if not _encodes(name):
        return Trouble("name", "has a name that is not UTF-8: rename it")
    if "\n" in name or "\r" in name:
        # ExifTool reads file names line by line.
        return Trouble("name", "has a line break in its name or its folder's: rename it")
    return None


def printable(name: str) -> str:
    """Return a name that prints on one line and encodes as UTF-8; a good name as it is.

    Two names stay two: a changed one carries a hash of its own bytes.
    """
    if name_trouble(name) is None:
        return name
    raw = name.encode("utf-8", "surrogatepass")
    clean = "".join("\N{REPLACEMENT CHARACTER}" if _bad(each) else each for each in name)
    return f"{clean}~{hashlib.sha256(raw).hexdigest()[:12]}"


def _bad(character: str) -> bool:
    return character in "\n\r" or not _encodes(character)


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
