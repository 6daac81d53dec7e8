"""The new file takes the original's place, in one step, or nothing happens.

Takes two paths beside one another. Never leaves half a file: the original is whole at every
instant. A sidecar that was not there gets its name and, undone, loses it again. What stands
against it (a read-only or hard-linked file) is a Trouble, a full disk an error.
"""

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
from pathlib import Path
from typing import NamedTuple

from batchcap.errors import DiskTrouble
from batchcap.metadata.patch import is_written
from batchcap.records import Trouble

# How a draft's name begins, before that of its file; with a mark it is as long, so that a name that
# has room for one has room for the other.
PREFIX = ".~batchcap~"
_MARKED = re.compile(r"\.~bc[0-9a-f]{6}~")
FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class Stamp(NamedTuple):
    """What tells that a file was changed meanwhile: bytes and nanoseconds."""

    size: int
    mtime_ns: int


def stamp(path: Path) -> Stamp:
    """Return a file's size and time; raises OSError where it is gone."""
    seen = path.stat()
    return Stamp(seen.st_size, seen.st_mtime_ns)


def own_prefix() -> str:
    """Return a beginning of drafts' names by which they are told from those of anyone else."""
    return f".~bc{secrets.token_hex(3)}~"


def is_draft(name: str) -> bool:
    """Whether a file of this name is a draft, whoever made it."""
    return name.startswith(PREFIX) or _MARKED.match(name) is not None


def draft_path(original: Path, prefix: str = PREFIX) -> Path:
    """Return where the new file stands until it takes the original's place."""
    return original.with_name(f"{prefix}{original.name}")


def obstacle(original: Path, *, hard_links: bool = False) -> Trouble | None:
    """Return why a file must not be replaced; ask before any work is spent on it.

    ``hard_links`` allows a file that has other names, which would then keep the old content.
    """
    try:
        seen = original.lstat()
    except OSError as error:
        return Trouble("gone", f"{original.name} cannot be opened: {error.strerror}")
    folder = original.parent
    against = (
        (stat.S_ISLNK(seen.st_mode), "symlink", "is a link to another file"),
        (not stat.S_ISREG(seen.st_mode), "not_a_file", "is not a file"),
        (not _writable(original, seen), "read_only", "is read-only"),
        (not _writable(folder, folder.stat()), "read_only_folder", "lies in a read-only folder"),
        (seen.st_nlink > 1 and not hard_links, "hard_link", "has other names (hard links)"),
    )
    return next(
        (Trouble(code, f"{original.name} {said}") for hit, code, said in against if hit), None
    )


def _writable(path: Path, seen: os.stat_result) -> bool:
    """Whether a person may write here: the super-user's right to do it anyway does not count."""
    return bool(seen.st_mode & _WRITE_BITS) and os.access(path, os.W_OK)


def swap(
    new: Path,
    original: Path,
    *,
    keep_time: bool,
    seen: Stamp | None = None,
    hard_links: bool = False,
    synced: bool = False,
) -> Trouble | None:
    """Put the new file in the original's place, durably; a Trouble says why it was not done.

    ``seen`` is the original's stamp from before the work: a file changed since is left alone.
    ``keep_time`` keeps its modification time. ``synced`` says that the new file is durable already,
    and that the caller makes the folder so, for many files at once. Raises DiskTrouble where the
    disk is full. The new file is removed where the original stays.
    """
    try:
        trouble = obstacle(original, hard_links=hard_links) or _changed(original, seen)
        if trouble is None:
            if not synced:
                durable(new)
            _take_over(new, original, keep_time=keep_time)
            new.replace(original)
            if not synced:
                durable_folder(original.parent)
    except OSError as error:
        discard(new)
        if error.errno in FULL:
            raise full_disk(original) from error
        return Trouble("not_replaced", f"{original.name} was not replaced: {error.strerror}")
    if trouble:
        discard(new)
    return trouble


def no_place(path: Path) -> Trouble | None:
    """Return why no new file can be made at this path."""
    folder = path.parent
    try:
        if path.is_symlink() or path.exists():
            return Trouble("changed", f"{path.name} was made by another program meanwhile")
        if not _writable(folder, folder.stat()):
            return Trouble("read_only_folder", f"{path.name} would lie in a read-only folder")
    except OSError as error:
        return Trouble("gone", f"{path.name} cannot be made: {error.strerror}")
    return None


def place(new: Path, path: Path) -> Trouble | None:
    """Give the new file its name, durably, where no file has that name yet.

    A Trouble says why it was not done; the new file is then removed. Raises DiskTrouble where the
    disk is full.
    """
    try:
        trouble = no_place(path)
        if trouble is None:
            durable(new)
            _rename(new, path)
            durable_folder(path.parent)
    except FileExistsError:
        trouble = Trouble("changed", f"{path.name} was made by another program meanwhile")
    except OSError as error:
        discard(new)
        if error.errno in FULL:
            raise full_disk(path) from error
        return Trouble("not_replaced", f"{path.name} was not made: {error.strerror}")
    if trouble:
        discard(new)
    return trouble


def _rename(new: Path, path: Path) -> None:
    """Rename, and never over another file."""
    try:
        os.link(new, path)  # where a rename replaces without asking, a link does not
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError from None
        new.rename(path)
    else:
        discard(new)


def remove(path: Path, patch: bytes) -> Trouble | None:
    """Remove a file that we made, where it is still as ``patch`` has it; gone already is as good.

    Trouble "changed" where somebody wrote into it since.
    """
    if not os.path.lexists(path):
        return None
    trouble = obstacle(path)
    if trouble is None and not is_written(path, patch):
        trouble = Trouble("changed", f"{path.name} was changed since: it was left alone")
    if trouble is None:
        try:
            path.unlink()
            durable_folder(path.parent)
        except OSError as error:
            trouble = Trouble("not_replaced", f"{path.name} was not removed: {error.strerror}")
    return trouble


def full_disk(path: Path) -> DiskTrouble:
    """Return the error for a disk without room."""
    return DiskTrouble(
        f"There is no room left for {path.name}.",
        kept="Every photo is whole.",
        hint="Free some space, then: batchcap write",
    )


def no_room(original: Path) -> bool:
    """Whether the disk has too little room for a second copy of this photo."""
    try:
        return shutil.disk_usage(original.parent).free < original.stat().st_size
    except OSError:
        return False  # gone is another trouble than full


def copy(original: Path, draft: Path) -> Trouble | None:
    """Copy a file's content into its draft; a Trouble says why there is none.

    Raises DiskTrouble where the disk is full.
    """
    discard(draft)
    try:
        shutil.copyfile(original, draft)
    except OSError as error:
        discard(draft)
        if error.errno in FULL:
            raise full_disk(original) from error
        return Trouble("unreadable", f"{original.name} cannot be copied: {error.strerror}")
    return None


def discard(path: Path) -> None:
    """Remove a file of ours, if it is there."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def clean(folder: Path) -> int:
    """Remove what an interrupted write left in a folder; returns how many files."""
    stray = [each for each in folder.iterdir() if is_draft(each.name)]
    stray = [each for each in stray if each.is_file() or each.is_symlink()]
    for each in stray:
        discard(each)
    return len(stray)


def _changed(original: Path, seen: Stamp | None) -> Trouble | None:
    if seen is None or stamp(original) == seen:
        return None
    return Trouble("changed", f"{original.name} was changed by another program meanwhile")


def durable(path: Path) -> None:
    """Bring a file's content to the disk; raises OSError."""
    with path.open("rb+") as file:  # Windows flushes only what is open for writing
        os.fsync(file.fileno())


def _take_over(new: Path, original: Path, *, keep_time: bool) -> None:
    """Give the new file the original's permissions, owner, extended attributes and time."""
    before = original.stat()
    time_now = new.stat().st_mtime_ns
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):  # only the super-user may give files away
            os.chown(new, before.st_uid, before.st_gid)
    with contextlib.suppress(OSError):  # a network folder may know no permissions or attributes
        shutil.copystat(original, new)
    os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns if keep_time else time_now))


def durable_folder(folder: Path) -> None:
    """Make the new name durable where a folder can be opened (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
