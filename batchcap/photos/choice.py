"""The paths a person named, turned into the names that really stand on the disk.

Takes the root and what was typed; gives a Choice that the walk asks. Never lets anything outside
the root in, nor a second spelling of one photo: that would be paid for twice.
"""

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from batchcap.errors import DiskTrouble, UsageError


@dataclass(frozen=True, slots=True)
class Choice:
    """What to walk: everything, or what lies on the way to, at or below the chosen paths."""

    everything: bool
    chosen: frozenset[tuple[str, ...]]
    ways: frozenset[tuple[str, ...]]

    def takes(self, parts: tuple[str, ...]) -> bool:
        """Whether a file or folder, as its names below the root, belongs to the walk."""
        if self.everything or parts in self.ways:
            return True
        return any(parts[:size] in self.chosen for size in range(1, len(parts) + 1))


def choose(root: Path, paths: Sequence[str]) -> Choice:
    """Return the choice that ``paths`` make; none at all mean everything.

    Raises UsageError naming a path that does not exist below the root, DiskTrouble where a folder
    on the way may not be looked into.
    """
    listings: dict[Path, frozenset[str]] = {}
    try:
        chosen = {_real(root, path, listings) for path in paths}
    except PermissionError as error:
        raise DiskTrouble(
            f"{error.filename or root} cannot be read ({error.strerror}).",
            kept="Nothing was changed.",
            hint="allow it to be read and entered, then type the same command again",
        ) from error
    ways = {parts[:size] for parts in chosen for size in range(1, len(parts))}
    return Choice(not paths or () in chosen, frozenset(chosen), frozenset(ways))


def _real(root: Path, path: str, listings: dict[Path, frozenset[str]]) -> tuple[str, ...]:
    """Return the parts of a typed path, each spelt as its folder spells it."""
    real: list[str] = []
    for part in _parts(root, path):
        place = root.joinpath(*real)
        if real and place.is_symlink():
            raise UsageError(
                f"{path} lies behind a link, and links are not followed.",
                hint="Put the photos themselves below photos.root, or set photos.root there.",
            )
        name = _spelt(place, part, listings)
        if name is None:
            raise _unknown(root, path)
        real.append(name)
    return tuple(real)


def _parts(root: Path, path: str) -> tuple[str, ...]:
    typed = path if os.path.lexists(root / path) else path.replace("\\", "/")
    for top in (Path(os.path.normpath(root.absolute())), root.resolve()):
        full = Path(os.path.normpath(top / typed))
        if full.is_relative_to(top):  # on Windows without regard to case
            return full.relative_to(top).parts
    raise UsageError(
        f"{path} does not lie in the photo folder {root}.",
        hint="name what lies below photos.root, which this shows: batchcap config",
    )


def _spelt(place: Path, part: str, listings: dict[Path, frozenset[str]]) -> str | None:
    """Return the name in ``place`` that ``part`` means.

    Windows and macOS find a file under other capitals, and macOS under composed letters too.
    """
    if place not in listings:
        try:
            listings[place] = frozenset(each.name for each in place.iterdir())
        except PermissionError:
            raise
        except OSError:
            listings[place] = frozenset()
    names = listings[place]
    if part in names:
        return part
    if not os.path.lexists(place / part):
        return None
    return next((each for each in sorted(names) if _loose(each) == _loose(part)), None)


def _loose(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _unknown(root: Path, path: str) -> UsageError:
    return UsageError(
        f"There is no {path} in the photo folder {root}.",
        hint="name what lies below photos.root, spaces in quotes; this shows it: batchcap config",
    )
