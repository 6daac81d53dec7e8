"""Families: the files that hold one and the same picture, such as a RAW and the JPEG beside it.

Takes paths, and what their cameras say; gives who follows whom. One of them, the leader, is shown
to the model; all of them get its caption. Pure.
"""

import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from batchcap.photos.kinds import promised_kind
from batchcap.records import Camera

# Whom the model is shown: what the photographer rendered comes before what the camera recorded.
_ORDER = ("JPEG", "HEIC", "TIFF", "PNG", "WebP", "AVIF", "GIF", "BMP", "DNG", "RAW")


def leaders(paths: Iterable[str]) -> dict[str, str]:
    """Return the leader of each file that has one; leaders and single files are left out.

    A family lies in one folder and shares the name before the extension, whatever its case. Two
    files of one kind (a.jpg and a.jpeg, a.cr2 and a.nef) may be two pictures: then all of that
    name stand alone.
    """
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(_name(path), []).append(path)
    found: dict[str, str] = {}
    for group in groups.values():
        kinds = [promised_kind(each) for each in group]
        if len(group) == 1 or len(set(kinds)) < len(kinds) or not set(kinds) <= set(_ORDER):
            continue
        first = min(group, key=lambda path: _ORDER.index(promised_kind(path)))
        found |= {each: first for each in group if each != first}
    return found


def one_picture(leader: Camera, follower: Camera) -> bool:
    """Whether nothing speaks against two files of a family being one picture.

    Cameras count to 9999 and start again: IMG_0001 may be two photos of two years.
    """
    taken, also = leader.taken, follower.taken
    if taken is None or also is None:
        return True
    # A zone that one of them does not name is no difference.
    return taken.replace(tzinfo=None, microsecond=0) == also.replace(tzinfo=None, microsecond=0)


def _name(path: str) -> str:
    whole = PurePosixPath(path)
    return unicodedata.normalize("NFC", str(whole.with_suffix(""))).casefold()
