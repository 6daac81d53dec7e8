"""Where each photo's words stand: in the photo, in its sidecar, or in one that is yet to be made.

Takes an ExifTool and photos; gives for each the file to write and the words a person put there
already. Writes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batchcap.metadata.exiftool import ExifTool
from batchcap.metadata.raw import PACKET, words_inside
from batchcap.metadata.replace import Stamp, no_place, obstacle, stamp
from batchcap.metadata.sidecar import Folders, choose, seed
from batchcap.metadata.tags import FILE_TYPE, kind_of
from batchcap.records import Trouble


@dataclass(frozen=True, slots=True)
class Ask:
    """A photo, and whether its words go beside it; ``raw``: nobody writes into such a photo."""

    photo: Path
    sidecar: bool = False
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """The file that carries a photo's words, and what stands there.

    ``seed`` is what a file that does not exist yet begins with, "" for one that does; ``seen`` is
    the stamp of the latter. ``present`` of a new sidecar is what stands in the photo itself.
    """

    path: Path
    present: Mapping[str, Any] = field(default_factory=dict)
    seen: Stamp | None = None
    seed: str = ""


def find_homes(
    tool: ExifTool,
    asks: Sequence[Ask],
    takes_sidecar: Callable[[str], bool],
    *,
    to_write: bool = True,
) -> dict[Path, Home | Trouble]:
    """Return each photo's home, by the photo; ``takes_sidecar`` tells by a file's name.

    What stands against writing is no trouble where nothing is ``to_write``.
    """
    against = obstacle if to_write else _absent
    folders = Folders(takes_sidecar)
    beside = {each.photo: folders.sidecars(each.photo) for each in asks if each.sidecar}
    embedded = [each.photo for each in asks if not each.sidecar]
    candidates = [path for there in beside.values() for path in there.values()]
    found: dict[Path, Home | Trouble] = {
        path: trouble for path in (*embedded, *candidates) if (trouble := against(path))
    }
    sound = [path for path in dict.fromkeys((*embedded, *candidates)) if path not in found]
    stamps = {path: stamp(path) for path in sound}
    read = tool.read(sound) if sound else {}
    for path, present in read.items():
        if isinstance(present, Trouble):
            found[path] = present
        elif path in candidates and kind_of(present) != "XMP":
            found[path] = Trouble("unreadable", f"{path.name} is no XMP: move it away")
        else:
            found[path] = Home(path, present, stamps[path])
    chosen = {
        each.photo: choose(
            each.photo, beside[each.photo], read, alone=each.raw and not folders.shared(each.photo)
        )
        for each in asks
        if each.sidecar
    }
    new = {photo: path for photo, path in chosen.items() if path not in found}
    homes = {photo: found[path] for photo, path in chosen.items() if path in found}
    return {
        **{path: found[path] for path in embedded},
        **homes,
        **_new_homes(tool, new, no_place if to_write else _anywhere),
    }


def _absent(path: Path) -> Trouble | None:
    try:
        return None if path.is_file() else Trouble("gone", f"{path.name} is not there")
    except OSError as error:
        return Trouble("unreadable", f"{path.name} cannot be read: {error.strerror}")


def _anywhere(_path: Path) -> Trouble | None:
    return None


def _new_homes(
    tool: ExifTool, new: Mapping[Path, Path], against: Callable[[Path], Trouble | None]
) -> dict[Path, Home | Trouble]:
    """Return the homes of photos whose sidecar has to be made, with the words inside the photo."""
    homes: dict[Path, Home | Trouble] = {
        photo: trouble for photo, path in new.items() if (trouble := against(path))
    }
    asked = [photo for photo in new if photo not in homes]
    for photo, words in (words_inside(tool, asked) if asked else {}).items():
        if isinstance(words, Trouble):
            homes[photo] = words
            continue
        present = {tag: value for tag, value in words.items() if tag.partition("#")[0] != PACKET}
        begin = seed(photo, str(words.get(PACKET, "")))
        homes[photo] = Home(new[photo], {**present, FILE_TYPE: "XMP"}, seed=begin)
    return homes
