"""The archive as a workspace sees it: what lies there, what has to be read, and what is known.

Takes an open workspace; fills the ledger's walk, prepares photos over the cores and gathers their
facts. Knows no stage and records nothing for good.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from batchcap.fan_out import in_order
from batchcap.ledger.tasks import Asked
from batchcap.photos.facts import Told, gather
from batchcap.photos.kinds import addressable
from batchcap.photos.layout import check_layout, folder_facts
from batchcap.photos.notes import Notes, read_notes
from batchcap.photos.place import Atlas
from batchcap.photos.placefields import without
from batchcap.photos.scan import scan
from batchcap.photos.smaller import smaller
from batchcap.previews import Archive, done, shipped, with_previews
from batchcap.reading import Reader
from batchcap.records import Facts, Place, Prepared, Problem, Sighting, Trouble
from batchcap.request import Asking, Picked, custom_id
from batchcap.workspace import Workspace

# Sightings noted at once.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk met: how many photos, and the folders that it could not look into."""

    photos: int
    closed: tuple[Sighting, ...] = ()

    @property
    def problems(self) -> Iterator[Problem]:
        """A sentence for each folder that the walk could not look into."""
        for each in self.closed:
            why = each.trouble.message if each.trouble else "cannot be read"
            said = f"The folder {each.path} {why}. What is known of its photos stays as it is."
            hint = "allow it to be read and entered, then: batchcap build"
            yield Problem("folder", said, hint=hint)


def walk(workspace: Workspace, paths: Sequence[str]) -> Walk:
    """Note every photo under ``paths`` (the whole archive without any)."""
    settings, photos = workspace.settings.photos, workspace.ledger.photos
    photos.start_walk()
    chunk: list[Sighting] = []
    closed: list[Sighting] = []
    inside = [workspace.inside(each) or str(workspace.photos) for each in paths]
    with workspace.progress.bar("looking for photos", None) as bar:
        for sighting in scan(workspace.photos, settings.extensions, inside):
            if sighting.folder:
                closed.append(sighting)
                continue
            chunk.append(sighting)
            bar.advance()
            if len(chunk) >= CHUNK:
                photos.met(chunk)
                chunk.clear()
        photos.met(chunk)
    return Walk(photos.count_met(), tuple(closed))


def read(
    workspace: Workspace, sightings: Iterable[Sighting], number: int
) -> Iterator[tuple[Sighting, Prepared | Trouble]]:
    """Read photos over the cores and yield them in the order given.

    ``number`` is how many will be wanted: so few that they are not worth a process get none.
    Raises ToolMissing where RAW or DNG are among the extensions and there is no ExifTool.
    """
    if not number:
        return
    image, settings = workspace.settings.image, workspace.settings
    reader = Reader(
        root=str(workspace.photos),
        model=workspace.model,
        max_side=image.max_side,
        detail=image.detail,
        quality=image.quality,
    )
    extensions, exiftool = settings.photos.extensions, settings.tools.exiftool
    inside = Archive(workspace.photos, extensions, exiftool, workspace.processes)
    with (
        with_previews(inside, sightings) as all_seen,
        workspace.crew(number) as crew,
        workspace.progress.bar("reading photos", number) as bar,
    ):
        given = map(shipped, all_seen) if crew.elsewhere else all_seen
        for seen, found in in_order(crew, reader.read, given):
            done(seen)
            yield seen[0], found
            bar.advance()


def unshown(workspace: Workspace, path: str) -> Trouble | None:
    """Return why a photo cannot be shown to a model, which takes few kinds at an address."""
    if workspace.settings.image.send != "hosted" or addressable(path):
        return None
    said = 'cannot be shown to a model at an address: set image.send to "inline"'
    return Trouble("not_hosted", said)


class Evidence:
    """What is known of the photos of a workspace without looking at them.

    Raises ConfigError for a layout or notes that cannot be used.
    """

    def __init__(self, workspace: Workspace) -> None:
        settings = workspace.settings.photos
        check_layout(settings.layout)
        self._ledger, self._layout, self._atlas = (
            workspace.ledger,
            settings.layout,
            Atlas(workspace.cache),
        )
        self._notes = read_notes(workspace.root / settings.notes) if settings.notes else Notes()

    def of(self, found: Prepared) -> Facts:
        """Return the facts of a photo that was read."""
        told = Told(
            camera=found.camera,
            notes=self._notes.of(found.path),
            folder=self._folder(found.path),
            embedded=self._embedded(found),
        )
        return gather(told, self._atlas)

    def problems(self, *, everything: bool) -> tuple[Problem, ...]:
        """Return what is wrong with the notes; ``everything``: the last walk met all photos."""
        if not (everything and self._notes.rows):
            return self._notes.problems
        met = (each.path for each in self._ledger.photos.to_look_at(again=True))
        return self._notes.problems + self._notes.unmatched(met)

    def outdated(self) -> list[Sighting]:
        """Return the photos of the last walk that need no look, but of which more is told now.

        Without another look a photo would keep the words of an old layout, and one that is held
        for want of a place would stay so, whatever is noted.
        """
        settled = self._ledger.photos.settled()
        return [each for each, heard in settled if heard != self.heard(each.path)]

    def heard(self, path: str) -> str:
        """Return a mark of what folders and notes say of a photo, another one where they change."""
        told = json.dumps([self._folder(path), dict(self._notes.of(path))], sort_keys=True)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _folder(self, path: str) -> dict[str, str]:
        return folder_facts(path, self._layout) or {}

    def _embedded(self, found: Prepared) -> Place:
        """Return the file's place without what batchcap itself wrote there earlier."""
        known = self._ledger.photos.get(found.path) if found.place != Place() else None
        return without(found.place, self._ledger.writes.ours(known.id)) if known else found.place


def asking(workspace: Workspace) -> Asking:
    """Return how photos are asked for in this workspace."""
    return Asking(
        workspace.ledger.workspace_id,
        workspace.preset,
        workspace.model,
        workspace.dialect,
        workspace.settings.image,
        workspace.tokenizer.count,
    )


def picked(workspace: Workspace, found: Prepared, facts: Facts, asked: Asked) -> Picked:
    """Return a photo as it is asked for; a hosted picture is seen at its full size.

    A copy that the provider found too large is halved for each time that it did.
    """
    image = workspace.settings.image
    hosted = image.send == "hosted"
    photo = Picked(
        path=found.path,
        digest=found.digest,
        facts=facts,
        jpeg=found.jpeg,
        width=found.original_width if hosted else found.width,
        height=found.original_height if hosted else found.height,
        ordinal=asked.tasks,
        reason=asked.reason,
    )
    if asked.too_large and not hosted:
        jpeg, width, height = smaller(found.jpeg, asked.too_large, image.quality)
        photo = replace(photo, jpeg=jpeg, width=width, height=height)
    # The same picture may have been at this path before, and be known by another one now.
    ledger = workspace.ledger
    while ledger.tasks.taken(custom_id(ledger.workspace_id, photo)):
        photo = replace(photo, ordinal=photo.ordinal + 1)
    return photo
