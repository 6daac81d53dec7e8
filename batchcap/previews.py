"""The pictures inside RAW and DNG files, taken out before the photos are read.

Takes sightings in their order; gives each with its preview, in a file that goes away again.
ExifTool is started only where such a photo comes.
"""

import contextlib
import functools
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from batchcap.errors import DiskTrouble
from batchcap.metadata.exiftool import ExifTool, find_exiftool
from batchcap.metadata.pool import ExifToolPool
from batchcap.metadata.raw import look_inside
from batchcap.photos.kinds import has_preview
from batchcap.photos.preview import Preview, largest, raw_camera, raw_size
from batchcap.records import Sighting, Trouble

# Photos that one ExifTool looks into at once: some megabytes each.
CHUNK = 4

# A photo, and what was taken out of it where that is how it is seen.
Seen = tuple[Sighting, Preview | Trouble | None]


@dataclass(frozen=True, slots=True)
class Archive:
    """Where photos lie, which extensions count, where ExifTool is ("": PATH), how many of it."""

    root: Path
    extensions: tuple[str, ...]
    exiftool: str
    processes: int


@contextlib.contextmanager
def with_previews(archive: Archive, sightings: Iterable[Sighting]) -> Iterator[Iterable[Seen]]:
    """Give each sighting with the preview inside it; call ``done`` when it has been read.

    Raises ToolMissing where RAW or DNG are among the extensions and there is no ExifTool, and
    DiskTrouble where a preview cannot be stored.
    """
    if not any(has_preview(f"a.{each.lstrip('.')}") for each in archive.extensions):
        yield ((each, None) for each in sightings)
        return
    executable = find_exiftool(archive.exiftool)
    with (
        tempfile.TemporaryDirectory("-batchcap", ignore_cleanup_errors=True) as folder,
        ExifToolPool(executable, archive.processes) as pool,
    ):
        take_out = functools.partial(_take_out, archive.root, Path(folder))
        yield itertools.chain.from_iterable(pool.map_chunks(take_out, sightings, CHUNK))


def shipped(seen: Seen) -> Seen:
    """Return a photo with its preview's bytes, for a worker that does not see the file."""
    sighting, preview = seen
    if not isinstance(preview, Preview):
        return seen
    return sighting, replace(preview, data=preview.picture.read_bytes())


def done(seen: Seen) -> None:
    """Remove a preview that has been read."""
    preview = seen[1]
    if isinstance(preview, Preview):
        with contextlib.suppress(OSError):  # its folder goes away at the end
            preview.picture.unlink()


def _take_out(
    root: Path, folder: Path, tool: ExifTool, sightings: Sequence[Sighting]
) -> list[Seen]:
    """Take the largest picture out of each RAW and DNG of a chunk."""
    raw = {
        each.path: root / each.path
        for each in sightings
        if each.trouble is None and has_preview(each.path)
    }
    inside = look_inside(tool, list(raw.values())) if raw else {}
    seen: list[Seen] = []
    for sighting in sightings:
        path = raw.get(sighting.path)
        found = inside[path] if path else None
        if found is None or isinstance(found, Trouble):
            seen.append((sighting, found))
            continue
        picture = largest(found.pictures)
        if isinstance(picture, Trouble):
            seen.append((sighting, picture))
            continue
        file = _stored(folder, picture)
        seen.append((sighting, Preview(file, raw_camera(found.tags), *raw_size(found.tags))))
    return seen


def _stored(folder: Path, picture: bytes) -> Path:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(picture)
    except OSError as error:
        raise DiskTrouble(
            f"A preview cannot be stored in {folder}: {error.strerror}.",
            kept="What was recorded before is kept.",
            hint="free some space, then type the same command again",
        ) from error
    return Path(file.name)
