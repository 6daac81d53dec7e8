"""How a stage tells what it is doing; the terminal stands behind it."""

from types import TracebackType
from typing import Protocol, Self


class Bar(Protocol):
    """One running progress display."""

    def advance(self, step: int = 1) -> None:
        """Count ``step`` more."""

    def note(self, text: str) -> None:
        """Show what is being done now."""


class ProgressBar(Bar, Protocol):
    """A bar that is shown while its context is open."""

    def __enter__(self) -> Self:
        """Start showing."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop showing."""


class Progress(Protocol):
    """Where a stage reports what it is doing; never decides anything."""

    def bar(self, title: str, total: int | None) -> ProgressBar:
        """Return a display that counts to ``total`` (None: unknown)."""

    def say(self, text: str) -> None:
        """Tell one line on the way."""
