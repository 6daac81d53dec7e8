"""A JPEG's head as a small JPEG of its own, and the photo that comes of it.

Takes a photo and a folder; gives a head for ExifTool to write into, later a draft: the new head and
behind it the picture's own bytes. So no picture passes through Perl. Only for a JPEG that seems to
end with its picture: what lies behind one is found by offsets in the head. Never changes the photo.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from batchcap.metadata.replace import FULL, discard, full_disk
from batchcap.photos.jpeg import read_header
from batchcap.photos.refusals import Refused
from batchcap.records import Trouble

_EOI = b"\xff\xd9"
# What stands for the picture behind a head. It has no end: where ExifTool needs that, to look there
# for a preview or to make offsets lead there, it refuses the head, and the photo is written whole.
_REST = b"\0"
_BLOCK = 2**18


class Head(NamedTuple):
    """A photo's head in a file of its own; ``length`` and ``rest``, the picture's, are in bytes."""

    path: Path
    length: int
    rest: int


def take_heads(photos: Iterable[Path], folder: Path) -> dict[Path, Head]:
    """Copy the heads of those photos that can be written by theirs into an empty folder."""
    heads = {}
    for number, photo in enumerate(photos):
        path = folder / str(number) / photo.name  # ExifTool names a photo in what it says
        if head := _taken(photo, path):
            heads[photo] = head
    return heads


def join_head(photo: Path, length: int, new: Path, draft: Path) -> Trouble | None:
    """Make the draft of a photo from its new head and from what follows ``length`` in the photo.

    A Trouble says why there is none. Raises DiskTrouble where the disk is full.
    """
    try:
        with new.open("rb") as stream:
            scan = read_header(stream).scan
            if stream.read() != _REST:
                return Trouble("head", f"{photo.name}: more than its head would change")
            stream.seek(0)
            head = stream.read(scan)
        discard(draft)
        with photo.open("rb") as source, draft.open("xb") as out:
            out.write(head)
            source.seek(length)
            shutil.copyfileobj(source, out, _BLOCK)
    except (OSError, Refused) as error:
        discard(draft)
        if isinstance(error, OSError) and error.errno in FULL:
            raise full_disk(photo) from error
        return Trouble("head", f"{photo.name} was not written: {error}")
    return None


def _taken(photo: Path, path: Path) -> Head | None:
    try:
        with photo.open("rb") as stream:
            header = read_header(stream)
            if header.indexed or not _has_end(stream):
                return None
            rest = stream.tell() - header.scan
            stream.seek(0)
            path.parent.mkdir()
            path.write_bytes(stream.read(header.scan) + _REST)
    except (OSError, Refused):
        return None  # ExifTool tells what is wrong with the photo
    return Head(path, header.scan, rest)


def _has_end(stream: BinaryIO) -> bool:
    """Whether a file seems to end with a picture; that it does, the draft's digest proves."""
    stream.seek(-len(_EOI), os.SEEK_END)
    return stream.read() == _EOI
