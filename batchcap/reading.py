"""One photo read in a worker: its digest, its EXIF, its place fields and the copy to send.

Takes and gives plain values that can be pickled. Imports little: every process that starts pays
for it, and nothing of the settings or the ledger belongs there.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from batchcap.batches.reduced_size import best_side
from batchcap.batches.tokens import ImageRefused, fit
from batchcap.photos.embedded import embedded_place, with_position
from batchcap.photos.prepare import prepare
from batchcap.records import Model, Prepared, Recipe, Trouble

if TYPE_CHECKING:
    from batchcap.previews import Seen


@dataclass(frozen=True, slots=True)
class Reader:
    """How the photos below ``root`` are read; ``max_side`` in pixels, ``quality`` 1 to 95."""

    root: str
    model: Model
    max_side: int
    detail: str
    quality: int

    def read(self, seen: "Seen") -> Prepared | Trouble:
        """Read one photo; trouble as ``prepare`` gives it."""
        sighting, preview = seen
        found = prepare(self.root, sighting, self._recipe(), preview)
        if isinstance(found, Trouble):
            return found
        path = Path(self.root, sighting.path)
        return replace(found, place=embedded_place(path), camera=with_position(found.camera, path))

    def _recipe(self) -> Recipe:
        return Recipe(self.max_side, self.quality, self._size)

    def _size(self, width: int, height: int) -> tuple[int, int]:
        """Return the copy's size; a detail the model does not offer is left to the request."""
        try:
            return best_side(self.model, width, height, self.max_side, self.detail)
        except ImageRefused:
            return fit(width, height, self.max_side)
