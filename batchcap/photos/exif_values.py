"""EXIF values as people mean them.

Takes what piexif (bytes, pairs of integers) or Pillow (text, rationals) read; gives a text, a
moment, degrees or None. Pure and total: no value makes it raise. Never completes what is missing.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

_MOMENT = re.compile(r"(\d{4})[:/-](\d{2})[:/-](\d{2})[ T](\d{2}):(\d{2}):(\d{2})", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1826, 2100  # the oldest photograph there is; a clock gone wrong
_LONGEST_NAME = 80
_HALF_TURN, _QUARTER_TURN = 180.0, 90.0
_UNITS = ((1, _HALF_TURN), (60, 60), (3600, 60))  # a degree's parts, and the most of each
_FURTHEST_ZONE = timedelta(hours=14)
_PAIR = 2


def text(value: Any) -> str:
    """Return a text up to its first null byte, on one line and without control characters."""
    if isinstance(value, str):  # Pillow reads every byte as Latin-1
        value = value.encode("latin-1", "replace")
    if not isinstance(value, bytes):
        return ""
    first = value.strip(b"\x00 ").split(b"\x00", 1)[0]
    try:
        words = first.decode("utf-8")
    except UnicodeDecodeError:
        words = first.decode("latin-1")
    printable = "".join(each if each.isprintable() else " " for each in words)
    return " ".join(printable.split())


def moment(date: Any, offset: Any, parts: Any = "") -> datetime | None:
    """Return the time of a date tag, aware where its offset tag is sound, or None.

    ``parts`` are the digits after the second's point, as SubSecTimeOriginal has them.
    """
    found = _MOMENT.match(text(date))
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(each) for each in found.groups())
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        whole = datetime(year, month, day, hour, minute, second, tzinfo=_zone(text(offset)))
    except ValueError:
        return None
    digits = text(parts)
    known = digits.isascii() and digits.isdecimal()
    return whole.replace(microsecond=int(digits[:6].ljust(6, "0")) if known else 0)


def camera_name(make: Any, model: Any) -> str:
    """Return make and model, at most 80 characters, the make once: «Canon EOS 5D»."""
    maker, name = text(make), text(model)
    if not maker or not name:
        return (maker or name)[:_LONGEST_NAME].strip()
    first = maker.split()[0].casefold()
    said = re.match(r"\w+", name.casefold())
    if said and said.group() == first:
        return name[:_LONGEST_NAME].strip()
    return f"{maker} {name}"[:_LONGEST_NAME].strip()


def orientation(value: Any) -> int:
    """Return 1 to 8; whatever else is written there means upright."""
    if isinstance(value, tuple) and value:
        value = value[0]
    return value if isinstance(value, int) and value in range(1, 9) else 1


def position(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees, or None.

    Both and their references must be there and in range; 0, 0 is what a camera without a fix
    writes, and counts as nothing.
    """
    latitude = _signed(gps.get(2), text(gps.get(1)), "NS", _QUARTER_TURN)
    longitude = _signed(gps.get(4), text(gps.get(3)), "EW", _HALF_TURN)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    return latitude, longitude


def _signed(value: Any, reference: str, signs: str, limit: float) -> float | None:
    """Without its reference a coordinate may lie in the other hemisphere: then it is None."""
    sign = reference[:1].upper()
    size = degrees(value)
    if size is None or not sign or sign not in signs or size > limit:
        return None
    return size if sign == signs[0] else -size


def degrees(value: Any) -> float | None:
    """Return degrees from degrees, minutes and seconds (the latter may be missing), or None."""
    parts = [number(each) for each in _listed(value)]
    if not parts or len(parts) > len(_UNITS):
        return None
    total = 0.0
    for part, (unit, limit) in zip(parts, _UNITS, strict=False):
        if part is None or not 0 <= part <= limit:
            return None
        total += part / unit
    return round(total, 7)  # a centimetre


def number(value: Any) -> float | None:
    """Return a rational, a pair or a plain number as a finite float, or None."""
    try:
        if isinstance(value, tuple):
            above, below = value
            result = float(above) / float(below)
        else:
            result = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return result if math.isfinite(result) else None


def _listed(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, tuple):
        return () if value is None else (value,)
    pair = len(value) == _PAIR and all(isinstance(each, int) for each in value)
    return (value,) if pair else value  # piexif gives a single rational as a bare pair


def _zone(offset: str) -> timezone | None:
    if offset in {"Z", "z"}:
        return timezone(timedelta())
    found = _OFFSET.fullmatch(offset)
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    span = timedelta(hours=int(hours), minutes=int(minutes))
    if span > _FURTHEST_ZONE:
        return None
    return timezone(-span if sign == "-" else span)
