"""A photo and its draft → the same picture with other words, or why not.

Takes paths and the digest of the picture that was captioned; gives a Trouble or None. What ExifTool
reads as tags is compared in ``metadata.readback``. Changes no file.
"""

from pathlib import Path

from batchcap.metadata.readback import same_segments
from batchcap.metadata.replace import Stamp, stamp
from batchcap.photos.digest import ends_with, rest_digest, shows
from batchcap.records import Trouble

PICTURE_CHANGED = "picture_changed"


def changed(photo: Path, digest: str, seen: Stamp | None = None) -> Trouble | None:
    """Return why a photo is not the one that was captioned: it is gone, or shows something else.

    ``seen`` is its stamp from when its picture had that digest; where it has that stamp, no byte of
    it is read.
    """
    try:
        if stamp(photo) == seen:
            return None
    except OSError:
        return Trouble("gone", f"{photo.name} is not there any more")
    if _shows(photo, digest):
        return None
    return Trouble(
        PICTURE_CHANGED,
        "The picture is not the one its caption was made from. Ask anew: batchcap build",
    )


def harmed(photo: Path, draft: Path, digest: str, *, ends: bool = False) -> Trouble | None:
    """Return what of a photo besides its words would be another one with this draft.

    ``ends`` asks that the draft ends with its picture.
    """
    trouble = same_segments(photo, draft)
    if trouble is None and _rest(photo) != _rest(draft):
        trouble = Trouble("harmed", f"{photo.name}: a part other than its words would change")
    if trouble is None and not (_ends(draft, digest) if ends else _shows(draft, digest)):
        trouble = Trouble("harmed", "The picture itself would have changed: nothing was written.")
    return trouble


def _shows(path: Path, digest: str) -> bool:
    try:
        return shows(path, digest)
    except (OSError, ValueError):
        return False


def _ends(path: Path, digest: str) -> bool:
    try:
        return ends_with(path, digest)
    except (OSError, ValueError):
        return False


def _rest(path: Path) -> str:
    try:
        return rest_digest(path)
    except (OSError, ValueError):
        return ""  # of no picture
