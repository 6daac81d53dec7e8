"""Why a photo cannot be used: one exception inside this package, one ``Trouble`` outside it.

Takes what Pillow, piexif and the file system raise; gives a stable code and a sentence that reads
on from the photo's name. Never raises on its own account.
"""

import struct
import zlib

from PIL.Image import DecompressionBombError

from batchcap.records import Trouble

# What broken files make Pillow and piexif raise, beside the OSError they are meant to raise.
GARBAGE: tuple[type[Exception], ...] = (
    OSError,  # truncated and undecodable data, UnidentifiedImageError, and the disk itself
    SyntaxError,  # Pillow's word for a header that does not parse
    ValueError,  # bad numbers in headers, piexif's InvalidImageDataError, our own Refused
    struct.error,  # a field that ends too early
    zlib.error,  # PNG data
    EOFError,  # frames that are not there
    IndexError,  # tables shorter than they claim
    KeyError,  # modes and tags nobody knows
    TypeError,  # a tag of another type than its number promises
    AttributeError,  # the same, seen from inside a plugin
    ArithmeticError,  # zero denominators and numbers too large
    RuntimeError,  # nested too deep, or a codec that is not built in (NotImplementedError)
    MemoryError,  # sizes no machine has
    DecompressionBombError,  # Pillow's own limit, in tiles and frames
)


class Refused(ValueError):
    """A photo that cannot be used; ``trouble`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.trouble = Trouble(code, message)


def as_trouble(error: BaseException) -> Trouble:
    """Return the row for an error that one photo caused."""
    if isinstance(error, Refused):
        return error.trouble
    if isinstance(error, MemoryError | DecompressionBombError):
        return Trouble("too_large", "is too large to be opened in this machine's memory")
    if isinstance(error, OSError) and error.errno is not None:
        return unreadable(error)
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return Trouble("truncated", "ends before the picture does: copy it again")
    return Trouble("broken", f"cannot be decoded ({_words(error)})")


def unreadable(error: OSError) -> Trouble:
    """Return the row for a file or folder that the system does not let us read."""
    return Trouble("unreadable", f"cannot be read ({error.strerror or type(error).__name__})")


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split())[:120]
    return text or type(error).__name__
