"""The XMP sidecar of a photo: what it is called, and how a new one begins.

Takes paths and what ExifTool read; gives paths and text. Writes nothing itself.

``name.xmp`` is how Adobe, Capture One, DxO and Photo Mechanic call the sidecar of a RAW,
``name.ext.xmp`` how darktable and digiKam do. One that is there is used, whichever it is. Beside
a JPEG only ``name.ext.xmp`` is read by anybody: Adobe writes into the photo itself, and
``name.xmp`` may be that of the RAW of the same name.
"""

import contextlib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from batchcap.metadata.replace import PREFIX, is_draft
from batchcap.records import Trouble

BELONGS = "XMP-photoshop:SidecarForExtension"  # Adobe's own note in a sidecar

_SUFFIX = ".xmp"
_SEED = f"{PREFIX}new~"
_PACKET = """\
<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 photoshop:SidecarForExtension={extension}/>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


class Target(StrEnum):
    """Where words go: into the photo, beside it, or beside a proprietary RAW only."""

    AUTO = "auto"
    EMBED = "embed"
    SIDECAR = "sidecar"


class Folders:
    """The names in a few folders, each listed once; lives as long as one chunk of photos."""

    def __init__(self, takes_sidecar: Callable[[str], bool]) -> None:
        self._takes_sidecar = takes_sidecar
        self._listed: dict[Path, _Names] = {}

    def sidecars(self, photo: Path) -> dict[str, Path]:
        """Return the sidecars that lie there, by ``short`` and ``full``; case does not matter."""
        found = {}
        for form, name in (("short", photo.stem), ("full", photo.name)):
            there = self._in(photo.parent).sidecars.get(_loose(name + _SUFFIX), [])
            if there:
                exact = name + _SUFFIX
                found[form] = photo.with_name(exact if exact in there else there[0])
        return found

    def shared(self, photo: Path) -> bool:
        """Whether another photo that takes a sidecar has this one's name but for the extension."""
        twins = self._in(photo.parent).photos.get(_loose(photo.stem), [])
        return any(each != photo.name for each in twins)

    def _in(self, folder: Path) -> "_Names":
        if folder not in self._listed:
            names = _Names()
            with contextlib.suppress(OSError):  # a folder that cannot be listed is told elsewhere
                for each in sorted(path.name for path in folder.iterdir()):
                    if is_draft(each):
                        continue
                    if _loose(each).endswith(_SUFFIX):
                        names.sidecars.setdefault(_loose(each), []).append(each)
                    elif self._takes_sidecar(each):
                        stem = _loose(each.rpartition(".")[0])
                        names.photos.setdefault(stem, []).append(each)
            self._listed[folder] = names
        return self._listed[folder]


@dataclass(slots=True)
class _Names:
    """Sidecars by their whole name, photos that take one by what stands before the extension."""

    sidecars: dict[str, list[str]] = field(default_factory=dict)
    photos: dict[str, list[str]] = field(default_factory=dict)


def choose(
    photo: Path,
    there: Mapping[str, Path],
    read: Mapping[Path, Mapping[str, Any] | Trouble],
    *,
    alone: bool,
) -> Path:
    """Return the sidecar of a photo, which may not exist yet.

    ``there`` is from ``Folders.sidecars``, ``read`` what stands in those; ``alone`` says that
    ``name.xmp`` can be nobody else's: the photo is a RAW, and no other one has its stem.
    """
    short = there.get("short")
    if short is not None:
        tags = read.get(short)
        belongs = "" if tags is None or isinstance(tags, Trouble) else str(tags.get(BELONGS, ""))
        mine = belongs.lower().lstrip(".") == photo.suffix.lower().lstrip(".")
        if mine or (alone and not belongs):
            return short
    if "full" in there:
        return there["full"]
    if alone and short is None:
        return photo.with_suffix(_SUFFIX)
    return photo.with_name(photo.name + _SUFFIX)


def seed_path(sidecar: Path) -> Path:
    """Return where the beginning of a new sidecar stands until it gets its name."""
    return sidecar.with_name(_SEED + sidecar.name)


def seed(photo: Path, packet: str) -> str:
    """Return what a new sidecar begins with: the XMP inside the photo, else an empty packet.

    A reader that finds a sidecar looks at the photo's own XMP no more.
    """
    if packet.lstrip("\N{ZERO WIDTH NO-BREAK SPACE} \r\n\t").startswith("<"):
        return packet
    return _PACKET.format(extension=quoteattr(photo.suffix.lstrip(".").upper()))


def _loose(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
