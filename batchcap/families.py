"""The families of a workspace: a RAW and the JPEG beside it are asked for once.

Takes an open workspace after a walk; marks in the ledger who follows whom, before the photos are
read by their names, and again by what each one turns out to be. Asks nothing and reads no file.
"""

from collections.abc import Iterable, Sequence

from batchcap.ledger.families import Relative
from batchcap.ledger.photos import Known
from batchcap.photos.choice import Choice
from batchcap.photos.family import Member, first_of, groups, leaders
from batchcap.photos.kinds import promised_kind
from batchcap.workspace import Workspace


class Families:
    """Who follows whom among the files that the last walk met."""

    def __init__(self, workspace: Workspace) -> None:
        self._ledger = workspace.ledger.families
        self._groups: dict[str, tuple[str, ...]] = {}
        kinds = {promised_kind(f"a{each}") for each in workspace.settings.photos.extensions}
        # Two files of one kind never are a family.
        if len(kinds) > 1 or self._ledger.followers():
            for group in groups(self._ledger.paths):
                self._groups |= dict.fromkeys(group, group)

    def look(self) -> None:
        """Let followers be read last: when their leaders are known."""
        for group in self._each():
            self._ledger.look_last(_wanted([self._ledger.relative(path) for path in group]))

    def tie(self) -> None:
        """Record who follows whom, as far as it is known before the photos are read."""
        for path in self._ledger.followers():
            if path not in self._groups:
                self._ledger.follow(path, "")
        for group in self._each():
            self._settle(group)

    def seen(self, path: str) -> None:
        """Look at a family again, after one of it was read.

        Whom that frees is asked for by the next build, where it was not still to be read.
        """
        if path in self._groups:
            self._settle(self._groups[path])
        elif self._ledger.relative(path).leader:
            self._ledger.follow(path, "")  # it was moved away from its family

    def met(self, path: str) -> bool:
        """Return whether the walk met a file."""
        return self._ledger.met(path)

    def _each(self) -> Iterable[tuple[str, ...]]:
        return dict.fromkeys(self._groups.values())

    def _settle(self, group: Sequence[str]) -> None:
        relatives = [self._ledger.relative(path) for path in group]
        wanted = _wanted(relatives)
        for each in relatives:
            leader = wanted.get(each.path, "")
            if each.present and each.leader != leader:
                self._ledger.follow(each.path, leader)


def is_sold(workspace: Workspace, photo: Known, choice: Choice | None = None) -> bool:
    """Whether this file is the one sold of its family, as far as that is chosen and captioned."""
    family = workspace.ledger.families.captioned(photo.id)
    named = [each for each in family if choice is None or choice.takes(tuple(each.split("/")))]
    return photo.path == first_of(named or [photo.path])


def _wanted(relatives: Iterable[Relative]) -> dict[str, str]:
    return leaders(
        [
            Member(
                path=each.path,
                present=each.present,
                usable=each.present and each.readable,
                taken=each.taken,
                promising=each.promising,
                told=each.told if each.read else {},
            )
            for each in relatives
        ]
    )
