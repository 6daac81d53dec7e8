"""The walk over the photo folders: what lies there, in an order that never changes.

Takes the root, the extensions and perhaps some paths below the root; gives one Sighting after the
other, files before folders and each by name. Never opens a photo, never follows a link, and never
stops for what it cannot read: that is a row.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from batchcap.errors import DiskTrouble, UsageError
from batchcap.photos.choice import Choice, choose
from batchcap.photos.names import name_trouble, printable, skipped
from batchcap.photos.refusals import unreadable
from batchcap.records import Sighting, Trouble

_JUNCTION = 0xA0000003  # the reparse tag of a Windows folder junction
_CANNOT_RESOLVE = 1921  # Windows' word for a link that leads to itself


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to be listed: where it lies, its parts below the root, and what may be printed.

    Text and not a Path: one for each file doubles the time of a walk.
    """

    place: str
    parts: tuple[str, ...]
    shown: str
    trouble: Trouble | None


def scan(root: Path, extensions: Sequence[str], paths: Sequence[str] = ()) -> Iterator[Sighting]:
    r"""Walk the photos below ``root``, or only those at or below ``paths``.

    ``paths`` are relative to the root, or absolute and below it, with "/" or "\". A sighting's
    path keeps the names as the file system spells them, with "/" between. Trouble: empty, name,
    not_a_file, symlink, symlink_loop, unreadable; a folder that is a link is a row of its own, and
    one that cannot be listed or entered a sighting that says so. Raises UsageError at once where
    the root or a path does not exist or lies outside the root; DiskTrouble where the root itself
    cannot be read.
    """
    if not _is_there(root):
        raise UsageError(
            f"There is no photo folder {root}.",
            hint="Set photos.root in batchcap.toml to the folder your photos lie in.",
        )
    choice = choose(root, paths)
    wanted = frozenset("." + each.lower().lstrip(".") for each in extensions)
    return _walk(_Folder(str(root.absolute()), (), "", None), wanted, choice)


def _is_there(root: Path) -> bool:
    try:
        return root.is_dir()
    except OSError:  # its parent may not be entered
        return False


def _walk(root: _Folder, wanted: frozenset[str], choice: Choice) -> Iterator[Sighting]:
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            entries = _listed(folder)
        except OSError as error:
            if folder is root:
                raise _closed(root, error) from error
            yield Sighting(folder.shown, 0, 0, folder.trouble or unreadable(error), folder=True)
            continue
        seen = [each for each in entries if _counts(each, folder, choice)]
        inner = [each for each in seen if _is_folder(each)]
        yield from _rows(seen, folder, wanted)
        waiting.extend(_below(folder, each.name) for each in reversed(inner))


def _listed(folder: _Folder) -> list[os.DirEntry[str]]:
    with os.scandir(folder.place) as listing:
        entries = sorted(listing, key=lambda each: each.name)
    # Who may list a folder and not enter it sees names, and no file.
    os.stat(os.path.join(folder.place, os.curdir))  # noqa: PTH116, PTH118 see _Folder
    return entries


def _closed(root: _Folder, error: OSError) -> DiskTrouble:
    return DiskTrouble(
        f"The photo folder {root.place} cannot be read ({error.strerror or type(error).__name__}).",
        kept="Nothing was changed.",
        hint="allow it to be read and entered, then type the same command again",
    )


def _counts(entry: os.DirEntry[str], folder: _Folder, choice: Choice) -> bool:
    return not skipped(entry.name) and choice.takes((*folder.parts, entry.name))


def _rows(
    entries: Iterable[os.DirEntry[str]], folder: _Folder, wanted: frozenset[str]
) -> Iterator[Sighting]:
    for entry in entries:
        photo = os.path.splitext(entry.name)[1].lower() in wanted  # noqa: PTH122 see _Folder
        if _is_folder(entry) or not (photo or _links_to_folder(entry)):
            continue
        yield _sighting(entry, folder)


def _sighting(entry: os.DirEntry[str], folder: _Folder) -> Sighting:
    shown, named = _shown(folder, entry.name), folder.trouble or name_trouble(entry.name)
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError as error:
        return Sighting(shown, 0, 0, named or unreadable(error))
    return Sighting(shown, found.st_size, found.st_mtime_ns, named or _trouble(entry, found))


def _trouble(entry: os.DirEntry[str], found: os.stat_result) -> Trouble | None:
    if _is_link(entry):
        return _link_trouble(entry)
    if not stat.S_ISREG(found.st_mode):
        return Trouble("not_a_file", "is no file, but a pipe, a socket or a device")
    if found.st_size == 0:
        return Trouble("empty", "is empty: zero bytes")
    if not os.access(entry.path, os.R_OK):
        return unreadable(PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    return None


def _link_trouble(entry: os.DirEntry[str]) -> Trouble:
    """Tell a good link from one that leads nowhere or in a circle; none of them is followed."""
    try:
        link = Path(entry.path)
        leads_to_folder = stat.S_ISDIR(link.stat().st_mode)
        here, end = link.parent.resolve(), link.resolve()
    except OSError as error:
        looped = error.errno == errno.ELOOP or getattr(error, "winerror", 0) == _CANNOT_RESOLVE
        if looped:
            return _loop()
        return Trouble("symlink", "is a link that leads nowhere")
    if leads_to_folder and here.is_relative_to(end):
        return _loop()
    return Trouble("symlink", "is a link, which is not followed: put the photos themselves here")


def _loop() -> Trouble:
    return Trouble("symlink_loop", "is a link that leads back to itself: remove it")


def _is_link(entry: os.DirEntry[str]) -> bool:
    if entry.is_symlink():
        return True
    if not entry.is_dir(follow_symlinks=False):
        return False
    # A junction links folders on Windows, and Python calls it a folder.
    tag: int = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    return tag == _JUNCTION


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether to walk into it; what cannot be asked is walked into, and then says why not."""
    try:
        return entry.is_dir(follow_symlinks=False) and not _is_link(entry)
    except OSError:
        return True


def _links_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return _is_link(entry) and entry.is_dir()
    except OSError:
        return False


def _shown(folder: _Folder, name: str) -> str:
    return f"{folder.shown}/{printable(name)}" if folder.shown else printable(name)


def _below(folder: _Folder, name: str) -> _Folder:
    return _Folder(
        place=os.path.join(folder.place, name),  # noqa: PTH118 see _Folder
        parts=(*folder.parts, name),
        shown=_shown(folder, name),
        trouble=folder.trouble or name_trouble(name),
    )
