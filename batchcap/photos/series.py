"""Series: the frames of one burst, alike in time and picture.

Takes pictures and what is known of each frame; gives a likeness, and whose series a frame belongs
to. Pure. Where anything differs, place and notes among it, a frame stands for itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

GAP = 3.0
"""Seconds between two frames of a series, at most; a burst has several a second."""

_SMALL = (72, 64)  # what both are made from, for speed
_SIDE = 8
_TONES = 4
_HASH = _SIDE * _SIDE // 8
# Bits of 64 in which the outlines may differ, and levels of 255 in which a part's colour may. A
# re-encoded copy differs in 0 to 3 bits, 13 real photos among themselves in 18 to 45; a subject
# that walks on moves some of them.
_MOST_BITS = 10
_MOST_LEVELS = 24


@dataclass(frozen=True, slots=True)
class Frame:
    """A photo as a frame: ``taken`` in seconds on the camera's clock, ``told`` what is known of it.

    ``series`` is the path of the first frame of its series, its own where it is alone.
    """

    path: str
    taken: float
    camera: str
    likeness: bytes
    told: str
    series: str


def likeness(image: Image.Image) -> bytes:
    """Return what a small picture looks like: a difference hash, and the colours of its parts.

    The hash has a bit for each of 8 x 8 places: whether it is brighter than its right neighbour.
    """
    small = image.convert("RGB") if image.mode in {"1", "P", "CMYK"} else image
    small = small.resize(_SMALL, Image.Resampling.BOX, reducing_gap=1.5)
    grey = small.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(_SIDE):
        for column in range(_SIDE):
            at = row * (_SIDE + 1) + column
            bits = bits << 1 | (grey[at] > grey[at + 1])
    tones = small.convert("RGB").resize((_TONES, _TONES), Image.Resampling.BOX).tobytes()
    return bits.to_bytes(_HASH, "big") + tones


def alike(one: bytes, other: bytes) -> bool:
    """Whether two pictures may be frames of one burst; never where a likeness is not known."""
    if len(one) != len(other) or len(one) <= _HASH:
        return False
    bits = int.from_bytes(one[:_HASH], "big") ^ int.from_bytes(other[:_HASH], "big")
    if bits.bit_count() > _MOST_BITS:
        return False
    return all(abs(a - b) <= _MOST_LEVELS for a, b in zip(one[_HASH:], other[_HASH:], strict=True))


def series_of(frame: Frame, near: Iterable[Frame], firsts: Iterable[Frame]) -> str:
    """Return the first frame of the series that a frame belongs to, "" where there is none.

    ``near`` are other frames of its folder, ``firsts`` the first ones of their series. The nearest
    in time counts, and the first frame must be alike: it is the one that may speak for all.
    """
    known = {each.path: each for each in firsts}
    for each in sorted(near, key=lambda other: (abs(other.taken - frame.taken), other.path)):
        if abs(each.taken - frame.taken) > GAP:
            break
        first = known.get(each.series)
        if first is not None and _one_scene(frame, first):
            return first.path
    return ""


def _one_scene(frame: Frame, first: Frame) -> bool:
    return (
        frame.camera == first.camera
        and frame.told == first.told
        and alike(frame.likeness, first.likeness)
    )
