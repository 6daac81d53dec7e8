"""The proof: in the new file is what was planned, and nothing else changed.

Takes the plan and the tags before and after, or both files; gives a Trouble or None.
ExifTool's own «1 image files created» is no proof: an unknown tag or a cut value ends so too.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from batchcap.metadata.limits import items_of
from batchcap.metadata.reading import flat_text
from batchcap.metadata.tags import CHARSET, DIGEST, FILE_TYPE, kind_of, says_utf8
from batchcap.records import TagPlan, Trouble

# Groups that describe the file or the reading and not what is stored in it.
_ABOUT_THE_FILE = frozenset({"ExifTool", "System", "Composite", "XMP-x"})
_CURRENT_DIGEST = "File:CurrentIPTCDigest"
# Where a block begins may move; what is in it may not.
_MOVES = re.compile(r"(Offsets?|Start|StartOfs|Pointer)$")
# What ExifTool adds because the block it makes must have it.
_MANDATORY = re.compile(
    r"^(IPTC:(ApplicationRecordVersion|EnvelopeRecordVersion)"
    r"|IFD0:(XResolution|YResolution|ResolutionUnit|YCbCrPositioning)"
    r"|ExifIFD:(ExifVersion|ComponentsConfiguration|FlashpixVersion|ColorSpace)"
    r"|File:ExifByteOrder)$"
)

# A container's own books: how much there is in it, and that it now holds words too. The picture
# itself is proven by its digest.
_BOOKS = re.compile(r"^(QuickTime:MediaDataSize|GIF:GIFVersion|RIFF:WebP_Flags)$")

_MARKER, _SOS, _EOI = 0xFF, 0xDA, 0xD9
_APP1, _APP2, _APP13 = 0xE1, 0xE2, 0xED
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def verify(plan: TagPlan, before: Mapping[str, Any], after: Mapping[str, Any]) -> Trouble | None:
    """Compare the new file's tags with the plan, and all others with those of the original."""
    for tag, value in plan.values.items():
        if trouble := _not_written(tag, value, after):
            return trouble
    if left := next((tag for tag in plan.delete if tag in after), None):
        return Trouble("not_written", f"{left} is still there")
    touched = {*plan.values, *plan.delete}
    if plan.delete:  # a block that is left with nothing of its own goes as a whole
        touched |= {tag for tag in before if _MANDATORY.match(tag) and tag not in after}
    if kind_of(before) == kind_of(after):
        touched.add(FILE_TYPE)  # a WEBP with words in it is an Extended WEBP
    for tag in sorted({*before, *after} - touched):
        # An Extended WEBP tells its width and height once more.
        if tag.startswith("RIFF:") and before.get(tag.partition("#")[0]) == after.get(tag):
            continue
        if trouble := _harmed(tag, before.get(tag), after.get(tag)):
            return trouble
    return None


def _not_written(
    tag: str, value: str | tuple[str, ...], after: Mapping[str, Any]
) -> Trouble | None:
    """Return a Trouble where a planned tag does not hold its value."""
    if tag == CHARSET:
        right = says_utf8(after)
    elif tag == DIGEST:
        right = flat_text(after, DIGEST) == flat_text(after, _CURRENT_DIGEST) != ""
    else:
        right = items_of(after.get(tag)) == items_of(value)
    if right:
        return None
    got = flat_text(after, tag) or "nothing"
    return Trouble("not_written", f"{tag} holds {_short(got)} and not {_short(value)}")


def _harmed(tag: str, old: Any, new: Any) -> Trouble | None:
    """Return a Trouble where a tag that was not planned is gone, changed or new."""
    if _alike(old, new) or tag.partition(":")[0] in _ABOUT_THE_FILE or tag == _CURRENT_DIGEST:
        return None
    name = tag.partition("#")[0]
    moved = _MOVES.search(name) and old is not None and new is not None
    if moved or _BOOKS.match(name):
        return None
    if old is None:
        if _MANDATORY.match(name):
            return None
        return Trouble("harmed", f"{tag} appeared: {_short(new)}")
    if new is None:
        return Trouble("harmed", f"{tag} would be lost: {_short(old)}")
    return Trouble("harmed", f"{tag} would change from {_short(old)} to {_short(new)}")


def _alike(old: Any, new: Any) -> bool:
    """Whether two values are one; where ExifTool printed a boolean, its case is not known."""
    if old == new:
        return True
    one, two = items_of(old), items_of(new)
    known = not any(isinstance(each, bool) for value in (old, new) for each in _each(value))
    return not known and [e.casefold() for e in one] == [e.casefold() for e in two]


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _short(value: object) -> str:
    text = ", ".join(items_of(value))
    return f"«{text[:60]}…»" if len(text) > 60 else f"«{text}»"  # noqa: PLR2004


def same_segments(old: Path, new: Path) -> Trouble | None:
    """Compare, byte for byte, all JPEG segments that a metadata write has no business with.

    Those are all before the picture but EXIF and XMP (APP1), Photoshop (APP13) and the MPF
    index (APP2), whose offsets move: colour profile, Content Credentials, comments, tables.
    """
    with old.open("rb") as one, new.open("rb") as two:
        if list(_kept_segments(one)) == list(_kept_segments(two)):
            return None
    return Trouble("harmed", f"{old.name}: a part other than its words would change")


def _kept_segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, content) of the segments before the picture, as far as it is a JPEG."""
    if file.read(2) != b"\xff\xd8":
        return
    while (marker := _next_marker(file)) not in {-1, _SOS, _EOI}:
        if marker in _ALONE:
            continue
        length = int.from_bytes(file.read(2))
        content = file.read(max(0, length - 2))
        mpf = marker == _APP2 and content.startswith(b"MPF\0")
        if marker not in {_APP1, _APP13} and not mpf:
            yield marker, content


def _next_marker(file: BinaryIO) -> int:
    """Return the next segment's marker, -1 at the end or where there is none."""
    if file.read(1) != b"\xff":
        return -1
    while (byte := file.read(1)) == b"\xff":
        pass
    return byte[0] if byte else -1
