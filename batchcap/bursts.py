"""The bursts of a workspace: frames alike in time and picture, whose captions agree.

Takes an open workspace and photos that were read; marks in the ledger who is a frame of whose
series and, where one frame is asked for all, gives the others its words. Asks nothing.
"""

from collections.abc import Iterable
from dataclasses import replace

from batchcap.captions.series import agree, inherited
from batchcap.judging import Judged
from batchcap.ledger.captions import (
    OpenTask,
    findings_from_json,
    findings_to_json,
    words_from_json,
    words_to_json,
)
from batchcap.ledger.facts import facts_from_json, told_to_json
from batchcap.ledger.series import Shot
from batchcap.photos.family import clock
from batchcap.photos.series import GAP, Frame, series_of
from batchcap.records import Facts, Finding, Prepared, Severity, Verdict
from batchcap.workspace import Workspace

ONE = "one"


class Bursts:
    """Who is a frame of whose series among the photos that are read."""

    def __init__(self, workspace: Workspace) -> None:
        self._ledger = workspace.ledger.series
        self._one = workspace.settings.photos.series == ONE

    def free(self) -> None:
        """Let frames be asked for whose first one has no words to give them."""
        for path in self._ledger.lost(keep=self._one):
            self._ledger.inherit(path, inherits=False)

    def seen(self, path: str) -> None:
        """Find the series of a photo that was read, among the frames that were read before it."""
        shot = self._ledger.shot(path)
        if shot is None or shot.leader or shot.first:
            return
        near = self._ledger.near(shot, GAP)
        firsts = (self._ledger.shot(each) for each in dict.fromkeys(each.series for each in near))
        able = (each for each in firsts if each and self._able(each.path))
        first = series_of(_frame(shot), _frames(near), _frames(able))
        if first in ("", path):
            if shot.series != path:
                self._ledger.inherit(path, inherits=False)
                self._ledger.join(path, "")
            return
        self._ledger.join(path, first)
        if self._one and not shot.asked:
            self._ledger.inherit(path, inherits=True)

    def _able(self, first: str) -> bool:
        """Whether a frame can be the first: one that is to speak for others has to have words."""
        return not self._one or self._ledger.can_give(first)


class Guessed:
    """Who would take over the words of whom, among photos that are looked at and not recorded."""

    def __init__(self, workspace: Workspace) -> None:
        self._ledger = workspace.ledger.series
        self._seen: dict[str, tuple[Frame, str]] = {}

    def inherits(self, found: Prepared, facts: Facts) -> bool:
        """Return whether a photo would not be asked for; those that were seen before it count."""
        taken = clock(found.camera)
        if taken is None:
            return False
        told, camera = told_to_json(facts), facts.camera.value if facts.camera else ""
        frame = Frame(found.path, taken, camera, found.likeness, told, found.path)
        shot = Shot(found.path, taken, camera, found.likeness, told, found.path, found.digest)
        known = self._ledger.near(shot, GAP)
        seen = [
            each
            for each, digest in self._seen.values()
            if _folder(each.path) == _folder(found.path) and digest != found.digest
        ]
        firsts = (self._ledger.shot(each) for each in dict.fromkeys(each.series for each in known))
        able = [_frame(each) for each in firsts if each and self._ledger.can_give(each.path)]
        able += [each for each, _ in self._seen.values() if each.series == each.path]
        first = series_of(frame, [*_frames(known), *seen], able)
        self._seen[found.path] = (replace(frame, series=first or found.path), found.digest)
        return first not in ("", found.path)


def agreed(workspace: Workspace, task: OpenTask, judged: Judged) -> Judged:
    """Return a checked answer after it was compared with those recorded of its series."""
    others = [caption for _, caption in workspace.ledger.series.others(task.photo_id)]
    ending = judged.ending
    if not others or not ending.words:
        return judged
    preset, caption = workspace.preset_named(task.preset), words_from_json(ending.words)
    more = agree(preset, caption, facts_from_json(task.facts), others)
    whole = Verdict(more.caption, (*findings_from_json(ending.findings), *more.findings))
    grave = [each.message for each in more.findings if each.severity is not Severity.REPAIRED]
    whole_ending = ending._replace(
        message=" ".join(filter(None, (ending.message, *grave))),
        severity=whole.severity,
        words=words_to_json(whole.caption),
        findings=findings_to_json(whole.findings),
    )
    return judged._replace(ending=whole_ending)


def pass_on(workspace: Workspace) -> None:
    """Give each frame that inherits the words of its series' first one, as soon as there are any.

    One for which no title of its own can be found is asked for by the next build.
    """
    series, captions = workspace.ledger.series, workspace.ledger.captions
    for heir in series.heirs():
        answer = captions.caption(heir.task_id)
        if answer is None:
            continue
        with workspace.ledger.change():
            others = series.others(heir.photo_id)
            preset = workspace.preset_named(heir.preset)
            verdict = inherited(preset, answer[0], heir.facts, [each for _, each in others])
            if verdict is None:
                series.inherit(heir.path, inherits=False)
                continue
            told = f"Taken over from {heir.first}, a frame of the same series."
            said = Finding("inherited", Severity.REPAIRED, "", told)
            series.give(heir, verdict.caption, (said, *answer[1], *verdict.findings))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _frames(shots: Iterable[Shot]) -> list[Frame]:
    return [_frame(each) for each in shots]


def _frame(shot: Shot) -> Frame:
    return Frame(shot.path, shot.taken, shot.camera, shot.likeness, shot.told, shot.series)
