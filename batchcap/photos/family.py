"""Families: the files that hold one and the same picture, such as a RAW and the JPEG beside it.

Takes paths, and what is known of the files; gives who follows whom. One of them, the leader, is
shown to the model; all of them get its caption. Pure.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import PurePosixPath

from batchcap.photos.kinds import promised_kind
from batchcap.records import Camera

# Whom the model is shown: what the photographer rendered comes before what the camera recorded.
_ORDER = ("JPEG", "HEIC", "TIFF", "PNG", "WebP", "AVIF", "GIF", "BMP", "DNG", "RAW")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a family; ``taken`` is in seconds on the camera's clock.

    ``usable``: it is there and can be read, as far as is known. ``promising``: it has a caption of
    its own that stands, or one is under way; such a file leads even when it is gone. ``told`` is
    what is known of the picture, and counts once the leader is gone.
    """

    path: str
    present: bool = True
    usable: bool = True
    taken: float | None = None
    promising: bool = False
    told: Mapping[str, str] = field(default_factory=dict)


def groups(paths: Callable[[], Iterable[str]]) -> list[tuple[str, ...]]:
    """Return the files that may be families; ``paths`` gives them twice, in any order.

    A family lies in one folder and shares the name before the extension, whatever its case.
    """
    once, twice = set[int](), set[int]()
    for path in paths():  # the names themselves, of a large archive, would not fit into memory
        mark = hash(_name(path))
        (twice if mark in once else once).add(mark)
    if not twice:
        return []
    found: dict[str, list[str]] = {}
    for path in paths():
        name = _name(path)
        if hash(name) in twice:
            found.setdefault(name, []).append(path)
    return [tuple(sorted(each)) for each in found.values() if len(each) > 1]


def leaders(members: Sequence[Member]) -> dict[str, str]:
    """Return the leader of each file of one name that has one; the others stand alone.

    Two files of one kind (a.jpg and a.jpeg, a.cr2 and a.nef) may be two pictures: then all of that
    name stand alone. What was asked for already leads, for no picture is paid for twice.
    """
    able = [each for each in members if each.usable or each.promising]
    kinds = [promised_kind(each.path) for each in able]
    if len(able) < 2 or len(set(kinds)) < len(kinds) or not set(kinds) <= set(_ORDER):  # noqa: PLR2004
        return {}
    first = min(able, key=lambda each: (not each.promising, _rank(each.path)))
    return {
        each.path: first.path
        for each in able
        if each.usable and not each.promising and each != first and _one_picture(first, each)
    }


def first_of(paths: Iterable[str]) -> str:
    """Return the file of a family that is shown and sold."""
    return min(paths, key=lambda path: (_rank(path), path))


def clock(camera: Camera) -> float | None:
    """Return when a photo was taken in seconds on its camera's clock, None where it does not say.

    A zone that one file names and another one does not is no difference.
    """
    return camera.taken.replace(tzinfo=UTC).timestamp() if camera.taken else None


def _one_picture(leader: Member, follower: Member) -> bool:
    """Whether nothing speaks against two files of one name being one picture.

    Cameras count to 9999 and start again: IMG_0001 may be two photos of two years. Not every file
    tells the parts of a second.
    """
    taken, also = leader.taken, follower.taken
    if taken is not None and also is not None and int(taken) != int(also):
        return False
    if leader.present or not follower.told:
        return True
    return all(follower.told.get(name) == word for name, word in leader.told.items())


def _rank(path: str) -> int:
    kind = promised_kind(path)
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _name(path: str) -> str:
    whole = PurePosixPath(path)
    return unicodedata.normalize("NFC", str(whole.with_suffix(""))).casefold()
