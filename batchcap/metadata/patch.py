"""What restores the original bytes of a photo from the written one: the differing middle.

Takes two files, gives bytes for the journal, and back. Streams: a photo of any size needs a few
hundred kilobytes of memory beyond the patch itself. Never changes a file that is already there.

Layout: magic, lengths of old, new, common beginning and common end (8 bytes each, big-endian),
SHA-256 of old and of new, then the old middle, deflated.
"""

import hashlib
import os
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple

MAGIC = b"bcp1"
_HEAD = struct.Struct(">4sQQQQ32s32s")
_BLOCK = 1 << 17


class PatchHead(NamedTuple):
    """What a patch says of itself: bytes and SHA-256 in hexadecimal."""

    old_size: int
    new_size: int
    start: int
    end: int
    old_sha256: str
    new_sha256: str


def make_patch(old: Path, new: Path) -> bytes:
    """Return what turns ``new`` back into ``old``."""
    with old.open("rb") as one, new.open("rb") as two:
        old_size, new_size = _size(one), _size(two)
        start = _common_start(one, two)
        end = _common_end(one, two, min(old_size, new_size) - start)
        one.seek(start)
        middle = _deflated(one, old_size - start - end)
        head = _HEAD.pack(MAGIC, old_size, new_size, start, end, _sha(one), _sha(two))
    return head + middle


def read_head(patch: bytes) -> PatchHead:
    """Return which file a patch restores from which; raises ValueError where it is none."""
    if len(patch) < _HEAD.size or patch[:4] != MAGIC:
        raise ValueError("this is no patch")
    _, old_size, new_size, start, end, old_sha, new_sha = _HEAD.unpack_from(patch)
    if start + end > min(old_size, new_size):
        raise ValueError("this patch is damaged")
    return PatchHead(old_size, new_size, start, end, old_sha.hex(), new_sha.hex())


def apply_patch(current: Path, patch: bytes, target: Path) -> None:
    """Write the old bytes into ``target``, a new file.

    Raises ValueError("changed") where ``current`` is not the file that was written, and
    ValueError where the patch is damaged; ``target`` is then not there.
    """
    head = read_head(patch)
    with current.open("rb") as source:
        if _size(source) != head.new_size or _sha(source).hex() != head.new_sha256:
            raise ValueError("changed")
        middle = _inflated(patch[_HEAD.size :], head.old_size - head.start - head.end)
        try:
            with target.open("xb") as out:
                source.seek(0)
                _copy(source, out, head.start)
                out.write(middle)
                source.seek(head.new_size - head.end)
                _copy(source, out, head.end)
            _must_be(target, head.old_sha256)
        except FileExistsError:
            raise
        except BaseException:
            target.unlink(missing_ok=True)
            raise


def _must_be(path: Path, sha256: str) -> None:
    if file_sha256(path) != sha256:
        raise ValueError("this patch is damaged")


def file_sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return _sha(file).hex()


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


def _sha(file: BinaryIO) -> bytes:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.digest()


def _common_start(one: BinaryIO, two: BinaryIO) -> int:
    """Return how many bytes both files begin with."""
    one.seek(0)
    two.seek(0)
    start = 0
    while True:
        a, b = one.read(_BLOCK), two.read(_BLOCK)
        if a != b or not a:
            return start + _match(a, b)
        start += len(a)


def _common_end(one: BinaryIO, two: BinaryIO, most: int) -> int:
    """Return how many bytes both files end with, ``most`` at the most."""
    one_size, two_size = _size(one), _size(two)
    end = 0
    while end < most:
        step = min(_BLOCK, most - end)
        one.seek(one_size - end - step)
        two.seek(two_size - end - step)
        a, b = one.read(step), two.read(step)
        if a != b:
            return end + _match(a[::-1], b[::-1])
        end += step
    return end


def _match(a: bytes, b: bytes) -> int:
    """Return how many bytes two blocks begin with alike, by halving."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _deflated(file: BinaryIO, count: int) -> bytes:
    deflate = zlib.compressobj(6)
    parts = []
    while count and (block := file.read(min(_BLOCK, count))):
        parts.append(deflate.compress(block))
        count -= len(block)
    return b"".join((*parts, deflate.flush()))


def _inflated(data: bytes, count: int) -> bytes:
    """Return the old middle; a damaged one cannot grow beyond its stated length."""
    inflate = zlib.decompressobj()
    try:
        middle = inflate.decompress(data, count + 1)
    except zlib.error as error:
        raise ValueError("this patch is damaged") from error
    if len(middle) != count or not inflate.eof:
        raise ValueError("this patch is damaged")
    return middle


def _copy(source: BinaryIO, out: BinaryIO, count: int) -> None:
    while count and (block := source.read(min(_BLOCK, count))):
        out.write(block)
        count -= len(block)
