"""One lock a workspace, on every platform: one command changes it at a time.

Takes the file that stands for the lock. Who only looks takes none; who only waits lets go of it.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from batchcap.errors import DiskTrouble, WorkspaceBusy

# A command that only finishes takes less; and what a resting one waits for the others: seconds.
LOCK_SECONDS = 2.0
REST_SECONDS = 24 * 3600.0


class Lock:
    """The lock of a workspace; not held before ``held`` is entered."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = FileLock(path)

    @property
    def taken(self) -> bool:
        """Whether this command holds the lock."""
        return bool(self._file.is_locked)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; WorkspaceBusy where another command has it, DiskTrouble without a disk."""
        self._acquire(LOCK_SECONDS)
        try:
            yield
        finally:
            self._file.release()

    @contextlib.contextmanager
    def resting(self) -> Iterator[None]:
        """Let go of the lock while there is only waiting to do; Ctrl-C leaves it free."""
        if not self.taken:
            yield
            return
        self._file.release()
        yield
        self._acquire(REST_SECONDS)

    def _acquire(self, seconds: float) -> None:
        folder = self._path.parent
        try:
            self._file.acquire(timeout=seconds)
        except Timeout as error:
            raise WorkspaceBusy(
                f"Another batchcap works in {folder.parent}.",
                kept="Nothing was changed.",
                hint="wait for it, or look on with: batchcap status",
            ) from error
        except OSError as error:
            raise DiskTrouble(
                f"{folder} cannot be written: {error.strerror}.",
                kept="Nothing was changed.",
                hint="make the workspace writable, then type the same command again",
            ) from error
