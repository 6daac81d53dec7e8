"""What is to be written into a photo."""

from collections.abc import Mapping
from dataclasses import dataclass

from batchcap.records.captions import Finding


@dataclass(frozen=True, slots=True)
class TagPlan:
    """What to change in one photo: ``values`` are written, ``delete`` are removed.

    A list value keeps its order. ``path`` is relative to ``photos.root``; ``changes`` are
    (tag, old, new) for people to read.
    """

    path: str
    values: Mapping[str, str | tuple[str, ...]]
    delete: tuple[str, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the photo already says all this."""
        return not self.values and not self.delete
