"""The archive as a workspace sees it: what lies there, and what has to be read.

Takes an open workspace; fills the ledger's walk and prepares photos over the cores. Knows no stage
and records nothing for good.
"""

import functools
from collections.abc import Iterable, Iterator, Sequence

from batchcap.fan_out import in_order
from batchcap.ledger.tasks import Asked
from batchcap.photos.prepare import prepare
from batchcap.photos.scan import scan
from batchcap.records import Facts, Prepared, Recipe, Sighting, Trouble
from batchcap.request import Asking, Picked
from batchcap.workspace import Workspace

# Sightings noted at once.
CHUNK = 500


def walk(workspace: Workspace, paths: Sequence[str]) -> int:
    """Note every photo under ``paths`` (the whole archive without any); gives how many."""
    settings, photos = workspace.settings.photos, workspace.ledger.photos
    photos.start_walk()
    chunk: list[Sighting] = []
    with workspace.progress.bar("looking for photos", None) as bar:
        for sighting in scan(workspace.photos, settings.extensions, paths):
            chunk.append(sighting)
            bar.advance()
            if len(chunk) >= CHUNK:
                photos.met(chunk)
                chunk.clear()
        photos.met(chunk)
    return photos.count_met()


def read(
    workspace: Workspace, sightings: Iterable[Sighting], number: int
) -> Iterator[tuple[Sighting, Prepared | Trouble]]:
    """Read ``number`` photos over the cores and yield them in the order given."""
    if not number:
        return
    recipe = Recipe(workspace.settings.image.max_side, workspace.settings.image.quality)
    work = functools.partial(_prepare, str(workspace.photos), recipe)
    workers = min(workspace.processes, number)
    with (
        workspace.executor(workers) as executor,
        workspace.progress.bar("reading photos", number) as bar,
    ):
        for sighting, found in in_order(executor, work, sightings, workers):
            yield sighting, found
            bar.advance()


def _prepare(root: str, recipe: Recipe, sighting: Sighting) -> Prepared | Trouble:
    return prepare(root, sighting, recipe)


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
    """Return a photo as it is asked for; a hosted picture is seen at its full size."""
    hosted = workspace.settings.image.send == "hosted"
    return Picked(
        path=found.path,
        digest=found.digest,
        facts=facts,
        jpeg=found.jpeg,
        width=found.original_width if hosted else found.width,
        height=found.original_height if hosted else found.height,
        ordinal=asked.tasks,
        reason=asked.reason,
    )
