"""Ctrl-C between two photos, never inside one.

The first Ctrl-C is noted and acted on at the next safe place; a second one is meant, and stops at
once. What was committed before is safe either way.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Interrupt:
    """Whether the user has asked to stop."""

    def __init__(self) -> None:
        self.asked = False

    def note(self, number: int, frame: FrameType | None) -> None:
        """Note the first Ctrl-C; raise KeyboardInterrupt for the second."""
        if self.asked:
            signal.default_int_handler(number, frame)
        self.asked = True

    def obey(self) -> None:
        """Stop here with KeyboardInterrupt where it was asked for."""
        if self.asked:
            raise KeyboardInterrupt


@contextlib.contextmanager
def calm() -> Iterator[Interrupt]:
    """Hold Ctrl-C back while the context is open; ``obey`` is called at safe places.

    Only the main thread receives signals: elsewhere nothing changes, nor where a shell started the
    program in the background and Ctrl-C is meant for others.
    """
    interrupt = Interrupt()
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield interrupt
        return
    before = signal.signal(signal.SIGINT, interrupt.note)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back while processes start: until they are deaf to it, it would end them.

    They inherit what is blocked here. Windows has no such mask; a console's Ctrl-C is rarer there.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
