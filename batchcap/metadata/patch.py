"""What restores the original bytes of a file from the written one.

Takes two files, gives bytes for the journal, and back. What both files share is named by where it
lies in the new one, so that a TIFF whose picture moved needs no second copy of it. Never changes a
file that is already there.

Layout: magic, lengths of old, new, common beginning and common end (8 bytes each, big-endian),
digest of old and of new, each as far as the common end, digest of that end, the file's name (its
length in 2 bytes), then, deflated, the number of moves, the moves, and the bytes that stand in the
old file alone. A move is three lengths of 8 bytes: how many of those bytes come first, where in the
new file the following ones lie, how many. An old digest of zeros says that there was no file. The
magic tells how the digests are made: bcp4 by BLAKE3; in older ledgers of whole files and with none
of the end, bcp3 by BLAKE3 and bcp2 by SHA-256.
"""

import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from blake3 import blake3

from batchcap.metadata.moves import Move, alike, moves

MAGIC = b"bcp4"
_HASHES: Mapping[bytes, Callable[[], Any]] = {
    MAGIC: blake3,
    b"bcp3": blake3,
    b"bcp2": hashlib.sha256,
}
_HEAD = struct.Struct(">4sQQQQ32s32s32sH")
_WHOLE_HEAD = struct.Struct(">4sQQQQ32s32sH")  # of the older ones
_COUNT = struct.Struct(">Q")
_MOVE = struct.Struct(">QQQ")
_BLOCK = 1 << 17
_NONE = bytes(32)


class PatchHead(NamedTuple):
    """What a patch says of itself: lengths in bytes, and digests of 32 bytes.

    ``old`` is None where there was no such file. ``shared`` is the digest of the common end, None
    where ``old`` and ``new`` are those of whole files. ``name`` is that of a file beside the photo,
    "" for the photo itself. ``size`` is how many bytes of the patch say all this.
    """

    magic: bytes
    old_size: int
    new_size: int
    start: int
    end: int
    old: bytes | None
    new: bytes
    shared: bytes | None
    name: str
    size: int


def make_patch(old: Path | None, new: Path, name: str = "", *, tail: int = 0) -> bytes:
    """Return what turns ``new`` back into ``old`` (None: into nothing).

    ``tail`` bytes at the end of both are known to be the same and not compared, unless a file has
    become shorter since.
    """
    said = name.encode("utf-8")
    if old is None:
        with new.open("rb") as file:
            size = _size(file)
            digest, shared = _digest(file, MAGIC, 0, size), _digest(file, MAGIC, size, size)
        return _HEAD.pack(MAGIC, 0, size, 0, 0, _NONE, digest, shared, len(said)) + said
    with old.open("rb") as one, new.open("rb") as two:
        sizes = _size(one), _size(two)
        known = tail if tail <= min(sizes) else 0
        start = min(_common_start(one, two), min(sizes) - known)
        end = _common_end(one, two, min(sizes) - start, known)
        fronts = sizes[0] - end, sizes[1] - end
        found = moves(one, two, (start, fronts[0]), (start, fronts[1]))
        body = _deflated(one, start, found)
        digests = _digest(one, MAGIC, 0, fronts[0]), _digest(two, MAGIC, 0, fronts[1])
        shared = _digest(two, MAGIC, fronts[1], sizes[1])
    return _HEAD.pack(MAGIC, *sizes, start, end, *digests, shared, len(said)) + said + body


def read_head(patch: bytes) -> PatchHead:
    """Return which file a patch restores from which; raises ValueError where it is none."""
    magic = patch[:4]
    layout = _HEAD if magic == MAGIC else _WHOLE_HEAD
    if magic not in _HASHES or len(patch) < layout.size:
        raise ValueError("this is no patch")
    _, old_size, new_size, start, end, old, new, *shared, length = layout.unpack_from(patch)
    size = layout.size + length
    try:
        name = patch[layout.size : size].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("this patch is damaged") from error
    if start + end > min(old_size, new_size):
        raise ValueError("this patch is damaged")
    was, common = None if old == _NONE else old, shared[0] if shared else None
    return PatchHead(magic, old_size, new_size, start, end, was, new, common, name, size)


def file_of(photo: Path, patch: bytes) -> Path:
    """Return the file that a photo's patch restores: a sidecar beside it, else the photo itself."""
    head = _head(patch)
    return photo.with_name(head.name) if head and head.name else photo


def made_new(patch: bytes) -> bool:
    """Whether there was no file before the one that was written."""
    head = _head(patch)
    return head is not None and head.old is None


def is_written(path: Path, patch: bytes) -> bool:
    """Whether a file is the one that was written; raises OSError."""
    head = _head(patch)
    return head is not None and _is(path, head, head.new_size, head.new)


def is_restored(path: Path, patch: bytes) -> bool:
    """Whether a file is the one from before it was written; raises OSError."""
    head = _head(patch)
    return head is not None and _is(path, head, head.old_size, head.old)


def _head(patch: bytes) -> PatchHead | None:
    """Return what a patch says; what is wrong with a damaged one is told by who applies it."""
    try:
        return read_head(patch)
    except ValueError:
        return None


def _must_be(path: Path, head: PatchHead) -> None:
    if not _is(path, head, head.old_size, head.old):
        raise ValueError("this patch is damaged")


def _is(path: Path, head: PatchHead, size: int, digest: bytes | None) -> bool:
    with path.open("rb") as file:
        if _size(file) != size:
            return False
        if head.shared is None:
            return _digest(file, head.magic, 0, size) == digest
        front = size - head.end
        same = _digest(file, head.magic, 0, front) == digest
        return same and _digest(file, head.magic, front, size) == head.shared


def apply_patch(current: Path, patch: bytes, target: Path) -> None:
    """Write the old bytes into ``target``, a new file.

    Raises ValueError("changed") where ``current`` is not the file that was written, and
    ValueError where the patch is damaged or there was no old file; ``target`` is then not there.
    """
    head = read_head(patch)
    if head.old is None:
        raise ValueError("this patch leads back to no file")
    if not _is(current, head, head.new_size, head.new):
        raise ValueError("changed")
    with current.open("rb") as source:
        found, literal = _inflated(patch[head.size :], head)
        try:
            with target.open("xb") as out:
                source.seek(0)
                _copy(source, out, head.start)
                for move in found:
                    out.write(literal[: move.literal])
                    literal = literal[move.literal :]
                    source.seek(move.offset)
                    _copy(source, out, move.length)
                out.write(literal)
                source.seek(head.new_size - head.end)
                _copy(source, out, head.end)
            _must_be(target, head)
        except FileExistsError:
            raise
        except BaseException:
            target.unlink(missing_ok=True)
            raise


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


def _digest(file: BinaryIO, magic: bytes, begin: int, end: int) -> bytes:
    digest = _HASHES[magic]()
    file.seek(begin)
    while begin < end and (block := file.read(min(_BLOCK, end - begin))):
        digest.update(block)
        begin += len(block)
    found: bytes = digest.digest()
    return found


def _common_start(one: BinaryIO, two: BinaryIO) -> int:
    """Return how many bytes both files begin with."""
    one.seek(0)
    two.seek(0)
    start = 0
    while True:
        a, b = one.read(_BLOCK), two.read(_BLOCK)
        if a != b or not a:
            return start + alike(a, b)
        start += len(a)


def _common_end(one: BinaryIO, two: BinaryIO, most: int, end: int) -> int:
    """Return how many bytes both files end with, ``most`` at the most; ``end`` are known."""
    one_size, two_size = _size(one), _size(two)
    while end < most:
        step = min(_BLOCK, most - end)
        one.seek(one_size - end - step)
        two.seek(two_size - end - step)
        a, b = one.read(step), two.read(step)
        if a != b:
            return end + alike(a[::-1], b[::-1])
        end += step
    return end


def _deflated(old: BinaryIO, start: int, found: tuple[Move, ...]) -> bytes:
    """Return the moves and, after them, what the old file alone has."""
    deflate = zlib.compressobj(6)
    parts = [deflate.compress(_COUNT.pack(len(found)))]
    parts += [deflate.compress(_MOVE.pack(*move)) for move in found]
    old.seek(start)
    for move in found:
        count = move.literal
        while count and (block := old.read(min(_BLOCK, count))):
            parts.append(deflate.compress(block))
            count -= len(block)
        old.seek(move.length, os.SEEK_CUR)
    return b"".join((*parts, deflate.flush()))


def _inflated(data: bytes, head: PatchHead) -> tuple[list[Move], bytes]:
    """Return the moves and the bytes of the old file alone; never more than it can have."""
    inflate = zlib.decompressobj()
    middle = head.old_size - head.start - head.end
    try:
        (count,) = _COUNT.unpack(inflate.decompress(data, _COUNT.size))
        # A move without a byte to copy ends the list; all others bring at least one.
        table = inflate.decompress(inflate.unconsumed_tail, _MOVE.size * min(count, middle + 1))
        found = [Move(*each) for each in _MOVE.iter_unpack(table)]
        literal = inflate.decompress(inflate.unconsumed_tail, middle + 1)
    except (zlib.error, struct.error, OverflowError) as error:
        raise ValueError("this patch is damaged") from error
    told = sum(each.literal + each.length for each in found)
    if len(found) != count or told != middle or not inflate.eof:
        raise ValueError("this patch is damaged")
    return found, literal


def _copy(source: BinaryIO, out: BinaryIO, count: int) -> None:
    while count and (block := source.read(min(_BLOCK, count))):
        out.write(block)
        count -= len(block)
