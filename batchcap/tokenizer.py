"""Text tokens, counted with tiktoken where its vocabulary can be had, bounded where it cannot.

Takes an encoding's name and a cache folder; gives a Tokenizer. Tries the network once, in a child
process with a time-out; never deletes a file in a folder of the user's, and never raises.
"""

import contextlib
import functools
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CACHE_VARIABLES = ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR")
QUIET_SECONDS = 3600

# encoding: name of its file in tiktoken's cache (SHA-1 of the address), SHA-256 of its content;
# read from tiktoken 0.14.0
_FILES = {
    "o200k_base": (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": (
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}
_FETCH = "import sys, tiktoken; tiktoken.get_encoding(sys.argv[1])"


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Counts the tokens of a text; ``exact`` is False for an upper bound, ``note`` says why."""

    counter: Callable[[str], int]
    exact: bool
    note: str

    def count(self, text: str) -> int:
        """Return how many tokens the text is, or at most is."""
        return self.counter(text)

    def __call__(self, text: str) -> int:
        """Count, so that a Tokenizer stands wherever a counting function is asked for."""
        return self.counter(text)


def open_tokenizer(encoding: str, cache: Path, timeout: float = 20) -> Tokenizer:
    """Return the tokenizer of an encoding, or an upper bound that says so in ``note``.

    Looks for the vocabulary where TIKTOKEN_CACHE_DIR or DATA_GYM_CACHE_DIR point and in ``cache``;
    else fetches it into ``cache``, for at most ``timeout`` seconds (0: does not try), and not
    again within the hour after a failure.
    """
    if encoding not in _FILES:
        return _bound(f"the vocabulary {encoding!r} is not known")
    folder = _holder(encoding, _folders(cache))
    if folder is None and timeout > 0:
        folder = _fetched(encoding, cache, timeout)
    if folder is None:
        return _bound(f"tiktoken's vocabulary {encoding} is not here and could not be fetched")
    return _loaded(encoding, folder)


def upper_bound(text: str) -> int:
    """Return the UTF-8 bytes of a text: a token of a byte-pair encoding is one byte at least."""
    return len(text.encode("utf-8", "surrogatepass"))


def _bound(why: str) -> Tokenizer:
    note = f"{why}: text is counted as one token a byte, an upper bound"
    return Tokenizer(upper_bound, exact=False, note=note)


def _folders(cache: Path) -> Iterator[Path]:
    for name in CACHE_VARIABLES:
        value = os.environ.get(name)
        if value:
            yield Path(value)
    yield cache


def _holder(encoding: str, folders: Iterator[Path]) -> Path | None:
    """Return the first folder that holds the vocabulary, whole and true.

    Checked here and not left to tiktoken, which deletes a file with another hash.
    """
    name, wanted = _FILES[encoding]
    for folder in folders:
        with contextlib.suppress(OSError):
            data = (folder / name).read_bytes()
            if hashlib.sha256(data).hexdigest() == wanted:
                return folder
    return None


def _loaded(encoding: str, folder: Path) -> Tokenizer:
    try:
        import tiktoken  # 0.1 s, and only build and estimate count

        with _cache_at(folder):
            known = tiktoken.get_encoding(encoding)
    except (ImportError, OSError, ValueError) as error:
        return _bound(f"tiktoken did not load {encoding} ({type(error).__name__})")

    # the constant text of a prompt comes once a photo
    @functools.lru_cache(maxsize=64)
    def count(text: str) -> int:
        return len(known.encode_ordinary(text))

    return Tokenizer(count, exact=True, note=f"tiktoken {encoding}")


@contextlib.contextmanager
def _cache_at(folder: Path) -> Iterator[None]:
    """Point tiktoken at a folder while it loads: it takes the place from the environment alone."""
    name = CACHE_VARIABLES[0]
    before = os.environ.get(name)
    os.environ[name] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _fetched(encoding: str, cache: Path, timeout: float) -> Path | None:
    """Return ``cache`` once tiktoken has put the vocabulary there, None where it could not.

    In a child, for tiktoken's own download has no time-out.
    """
    marker = cache / f"{encoding}.unreachable"
    if not sys.executable or getattr(sys, "frozen", False) or _recent(marker):
        return None
    try:
        cache.mkdir(parents=True, exist_ok=True)
        marker.touch()  # before the attempt: one that is killed has failed as well
        subprocess.run(
            [sys.executable, "-P", "-c", _FETCH, encoding],
            env={**os.environ, CACHE_VARIABLES[0]: str(cache)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if _holder(encoding, iter([cache])) is None:
        return None
    with contextlib.suppress(OSError):
        marker.unlink()
    return cache


def _recent(marker: Path) -> bool:
    try:
        age = time.time() - marker.stat().st_mtime
    except OSError:
        return False
    return 0 <= age < QUIET_SECONDS
