"""Files that are there whole or not at all.

Takes bytes; gives a file, its size and its SHA-256. Never leaves half a file under the final name,
and never makes a folder: a folder that is gone may be a drive that was pulled out.
"""

import contextlib
import errno
import hashlib
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from batchcap.errors import DiskTrouble

_BEGINNING, _END = ".batchcap-", ".part"
_AGAIN = "then run the same command again"

# errno → what happened, and what to do; EDQUOT is not on every platform
_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_REFUSED = (errno.EACCES, errno.EPERM)
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ENXIO, errno.ENODEV)


class AtomicFile:
    """A file under way: written beside its final place, moved there when the block ends well.

    ``bytes`` and ``sha256`` describe what was written so far. Where the block raises, what was
    written is removed and an older file stays as it was. Raises DiskTrouble.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = 0
        self._digest = hashlib.sha256()
        # a short name of its own: the final one may be as long as the file system allows
        self._part = path.parent / f"{_BEGINNING}{secrets.token_hex(8)}{_END}"
        self._file: BinaryIO | None = None

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written so far, in hex."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        """Write all of ``data``; return its length in bytes."""
        if self._file is None:
            raise ValueError(f"{self.path.name} is not open")
        try:
            self._file.write(data)
        except OSError as error:
            raise disk_trouble(error, self.path) from error
        self.bytes += len(data)
        self._digest.update(data)
        return len(data)

    def finish(self) -> None:
        """Write what is left and close the file; it takes its final place with the block's end."""
        if self._file is None or self._file.closed:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise disk_trouble(error, self.path) from error

    def __enter__(self) -> Self:
        try:
            self._file = self._part.open("xb")
        except OSError as error:
            raise disk_trouble(error, self.path) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._drop()
            return
        try:
            self.finish()
            self._part.replace(self.path)
        except DiskTrouble:
            self._drop()
            raise
        except OSError as trouble:
            self._drop()
            raise disk_trouble(trouble, self.path) from trouble
        sync_folder(self.path.parent)

    def _drop(self) -> None:
        # the disk may be the trouble: what went wrong first is what is told
        with contextlib.suppress(OSError):
            if self._file is not None:
                self._file.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole, as UTF-8 with the line ends that it has; raise DiskTrouble.

    Half a surrogate pair, as in a file name that is no Unicode, becomes a question mark.
    """
    with AtomicFile(path) as file:
        file.write(text.encode("utf-8", "replace"))


def sweep(folder: Path) -> int:
    """Remove what a killed run left half written in ``folder``; return how many files that was.

    Only under the workspace's lock: another run's file under way looks the same.
    """
    count = 0
    for part in folder.glob(f"{_BEGINNING}*{_END}"):
        with contextlib.suppress(OSError):
            part.unlink()
            count += 1
    return count


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` survive a power cut, where the platform has a way."""
    with contextlib.suppress(OSError):  # Windows opens no folders, network drives may refuse
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def disk_trouble(error: OSError, path: Path) -> DiskTrouble:
    """Return what an OSError at ``path`` means for a person: what happened, what to do."""
    folder = path.parent
    if error.errno in _FULL:
        happened, hint = f"There is no room left for {path}.", f"free space on the drive, {_AGAIN}"
    elif error.errno == errno.EROFS:
        happened = f"{path} cannot be written: the drive is read-only."
        hint = f"make {folder} writable, {_AGAIN}"
    elif error.errno in _REFUSED:
        happened = f"{path} cannot be written: it or its folder is read-only, or in use."
        hint = f"make {folder} writable or close the program that has it open, {_AGAIN}"
    elif error.errno in _GONE:
        happened = f"{path} cannot be written: the folder is not there."
        hint = f"see that {folder} exists and its drive is connected, {_AGAIN}"
    else:
        happened = f"{path} cannot be written: {error.strerror or error}."
        hint = f"see to {folder}, {_AGAIN}"
    return DiskTrouble(
        happened, kept="What was there before is unchanged, and no half file stays.", hint=hint
    )
