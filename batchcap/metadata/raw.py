"""What ExifTool finds inside photos that are not opened here: pictures, and a person's words.

Takes an ExifTool and paths; gives plain values. Never writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batchcap.metadata.exiftool import ExifTool
from batchcap.metadata.reading import PICTURE_ARGUMENTS, WORDS_ARGUMENTS, binary
from batchcap.records import Trouble

PACKET = "XMP:XMP"

# Where a tag that several directories have is believed first.
_BELIEVED = ("IFD0", "ExifIFD", "Composite")


@dataclass(frozen=True, slots=True)
class Inside:
    """The pictures in a RAW, and its tags by plain name, numbers as text."""

    pictures: tuple[bytes, ...]
    tags: Mapping[str, str]


def look_inside(tool: ExifTool, paths: Sequence[Path]) -> dict[Path, Inside | Trouble]:
    """Take out the embedded pictures of each RAW, with what its camera says.

    A few files at once: a picture is some megabytes, and all are held in memory.
    """
    read = tool.read(paths, PICTURE_ARGUMENTS)
    return {
        path: each if isinstance(each, Trouble) else _inside(each) for path, each in read.items()
    }


def words_inside(tool: ExifTool, paths: Sequence[Path]) -> dict[Path, Mapping[str, Any] | Trouble]:
    """Return the words a person put into each RAW; ``PACKET`` is its whole XMP."""
    return tool.read(paths, WORDS_ARGUMENTS)


def _inside(read: Mapping[str, Any]) -> Inside:
    found = {tag: binary(value) for tag, value in read.items()}
    tags: dict[str, str] = {}
    for tag, value in read.items():
        group, _, name = tag.partition("#")[0].partition(":")
        if not found[tag] and (name not in tags or group in _BELIEVED):
            tags[name] = str(value)
    return Inside(tuple(each for each in found.values() if each), tags)
