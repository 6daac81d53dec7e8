"""captions → IPTC, XMP and EXIF in the photos, proven harmless and with a way back.

Takes an open workspace; gives photos that carry their captions. A draft is written beside each
photo, read back and compared; the way back is recorded; then the draft takes the photo's place.
Writing twice equals writing once.
"""

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from batchcap.balance import check
from batchcap.drafting import draft_chunk, put
from batchcap.errors import UsageError
from batchcap.interrupt import calm
from batchcap.ledger.photos import Known
from batchcap.ledger.writes import Entry
from batchcap.metadata.patch import file_of, is_written
from batchcap.metadata.pool import CHUNK
from batchcap.metadata.replace import durable_folder, stamp
from batchcap.problems import Problems
from batchcap.records import Exit, Problem, StageResult, TagPlan, Trouble
from batchcap.wanted import captioned, wanted_of
from batchcap.workspace import Workspace
from batchcap.writers import cleaned, swept, writers
from batchcap.writing import (
    Planned,
    Ready,
    Refused,
    Result,
    Unchanged,
    Wanted,
    plan_chunk,
)

# Chunks for each ExifTool at least, and photos in a chunk at least: the last ones end together.
SHARES = 4
LEAST_CHUNK = 10
# Photos whose changes a dry run shows one by one.
SHOWN = 1000
DUE = ("captioned", "write_failed", "held")


@dataclass(slots=True)
class Tally:
    """What a write has done so far."""

    written: int = 0
    unchanged: int = 0
    held: int = 0
    failed: int = 0
    problems: Problems = field(default_factory=Problems)
    changes: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """Which photos are to be written: their states, and below which paths; how many at most."""

    states: tuple[str, ...]
    places: tuple[str, ...]
    number: int
    unchanged: int = 0


def write(workspace: Workspace, *, dry_run: bool = False, paths: Sequence[str] = ()) -> StageResult:
    """Write captions into photos, or show with ``dry_run`` what would change.

    Without ``paths``, photos that carry their caption are left alone and counted as unchanged.
    However many captions wait, a few chunks of them are held in memory. Raises ToolMissing where
    ExifTool is missing or too old, UsageError for an unknown path.
    """
    tally = Tally()
    with workspace.recorded("write"):
        finish(workspace)
        due = _due(workspace, paths)
        under_way: dict[str, Known] = {}
        with contextlib.ExitStack() as stack:
            stack.callback(_clear, workspace, under_way)
            pool = stack.enter_context(writers(workspace))
            interrupt = stack.enter_context(calm())
            bar = stack.enter_context(workspace.progress.bar("writing photos", due.number))
            chunk = chunk_size(due.number, pool.size)
            pool.start(-(-due.number // chunk))
            # One call before the first photo: a missing or old ExifTool stops here.
            workspace.progress.say(f"ExifTool {pool.version}")
            tally.unchanged = due.unchanged
            wanted = itertools.takewhile(
                lambda _: not interrupt.asked,  # what is under way by then is finished
                _wanted(workspace, due, under_way, tally, dry_run=dry_run),
            )
            work = plan_chunk if dry_run else draft_chunk
            for results in swept(pool, work, wanted, chunk):
                if dry_run:
                    _show(results, tally)
                else:
                    _settle(workspace, under_way, results, tally)
                for each in results:
                    del under_way[each.wanted.path]
                bar.advance(len(results))
        check(workspace)
        interrupt.obey()
    return _result(tally, dry_run=dry_run)


def _clear(workspace: Workspace, under_way: Mapping[str, Known]) -> None:
    """Remove the drafts of photos that were not settled, when something stopped the work."""
    for folder in {(workspace.photos / path).parent for path in under_way}:
        cleaned(folder)


def chunk_size(photos: int, tools: int) -> int:
    """Return how many photos go into one call: few photos are shared among all ExifTools."""
    return max(LEAST_CHUNK, min(CHUNK, -(-photos // (tools * SHARES))))


def finish(workspace: Workspace) -> None:
    """Clear up after a write that was cut off between its two commits."""
    writes = workspace.ledger.writes
    for entry in writes.unfinished():
        photo = workspace.photos / entry.path
        patch = writes.patch(entry)
        path = file_of(photo, patch)
        try:
            there = path.is_file() and is_written(path, patch)
        except PermissionError:
            continue  # what became of it shows when its folder may be looked into again
        with workspace.ledger.change():
            writes.came_of(entry, "written" if there else "void", workspace.now())
            if there and photo.is_file():
                seen = stamp(photo)
                workspace.ledger.photos.signed(entry.photo_id, seen.size, seen.mtime_ns)
        cleaned(path.parent)


def _due(workspace: Workspace, paths: Sequence[str]) -> Due:
    """Return what is to be written, and how many photos carry their caption already."""
    photos = workspace.ledger.photos
    if not paths:
        return Due(DUE, ("",), photos.count_in(*DUE), photos.counts()["written"])
    states = (*DUE, "written")
    places = []
    for path in paths:
        inside = workspace.inside(path)
        if next(photos.pages(*states, inside=inside), None) is None:
            raise UsageError(
                f"No photo with a caption is at {path}.",
                kept="Nothing was written.",
                hint="batchcap status",
            )
        places.append(inside)
    apart = tuple(
        each
        for each in dict.fromkeys(places)
        if not any(other != each and _below(each, other) for other in places)
    )
    return Due(states, apart, sum(photos.count_in(*states, inside=each) for each in apart))


def _below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _wanted(
    workspace: Workspace, due: Due, under_way: dict[str, Known], tally: Tally, *, dry_run: bool
) -> Iterator[Wanted]:
    """Yield what each photo is to say; an editorial one without place or date is held.

    ``under_way`` gets each photo, for whoever settles it.
    """
    pages = workspace.ledger.photos.pages
    for photo in (each for place in due.places for each in pages(*due.states, inside=place)):
        if not captioned(workspace, photo):
            continue
        wanted = wanted_of(workspace, photo)
        if isinstance(wanted, Wanted):
            under_way[photo.path] = photo
            yield wanted
            continue
        if not dry_run:
            with workspace.ledger.change():
                _came_of(workspace, photo, "held", wanted)
        _count(tally, "held", photo.path, wanted)


def _show(results: Sequence[Result | Planned], tally: Tally) -> None:
    """Count what a write would do, and keep the differences to be shown."""
    for result in results:
        if isinstance(result, Planned):
            tally.written += 1
            if len(tally.changes) == SHOWN:
                tally.more += 1
                continue
            changes = _changes(result.plan)
            tally.changes.append({"photo": result.wanted.path, "changes": changes})
        elif isinstance(result, Unchanged):
            tally.unchanged += 1
        elif isinstance(result, Refused):
            _count(tally, "held" if result.hold else "failed", result.wanted.path, result.trouble)


def _changes(made: TagPlan) -> list[dict[str, str]]:
    return [{"tag": tag, "old": old, "new": new} for tag, old, new in made.changes]


def _settle(
    workspace: Workspace, due: dict[str, Known], results: Sequence[Result | Planned], tally: Tally
) -> None:
    """Record the way back of a chunk, put its drafts in place, record what came of it."""
    ready = [each for each in results if isinstance(each, Ready)]
    entries = []
    with workspace.ledger.change():
        for each in ready:
            entry = _entry(workspace, due[each.wanted.path], each)
            number = workspace.ledger.writes.journal(entry, workspace.now())
            entries.append((each, entry, number))
    keep_time = workspace.settings.write.keep_time
    done = [
        (each, entry, number, put(each, keep_time=keep_time)) for each, entry, number in entries
    ]
    for folder in dict.fromkeys(each.home.path.parent for each in ready):
        durable_folder(folder)
    with workspace.ledger.change():
        for each, entry, number, trouble in done:
            kind = "void" if trouble else "written"
            workspace.ledger.writes.came_of(replace(entry, id=number), kind, workspace.now())
            photo = due[each.wanted.path]
            if trouble:
                _came_of(workspace, photo, "failed", trouble)
                _count(tally, "failed", photo.path, trouble)
                continue
            seen = stamp(each.wanted.file)
            workspace.ledger.photos.signed(photo.id, seen.size, seen.mtime_ns)
            tally.written += 1
        for result in results:
            if isinstance(result, Unchanged | Refused):
                _record(workspace, due[result.wanted.path], result, tally)


def _record(workspace: Workspace, photo: Known, result: Unchanged | Refused, tally: Tally) -> None:
    if isinstance(result, Unchanged):
        tally.unchanged += 1
        if photo.state != "written":
            _came_of(workspace, photo, "unchanged", Trouble("", ""))
        return
    kind = "held" if result.hold else "failed"
    _came_of(workspace, photo, kind, result.trouble)
    _count(tally, kind, photo.path, result.trouble)


def _count(tally: Tally, kind: str, path: str, trouble: Trouble) -> None:
    if kind == "held":
        tally.held += 1
    else:
        tally.failed += 1
    tally.problems.append(Problem(trouble.code, trouble.message, path))


def _entry(workspace: Workspace, photo: Known, ready: Ready) -> Entry:
    return Entry(
        id=0,
        run_id=workspace.run_id,
        photo_id=photo.id,
        task_id=photo.task_id,
        path=photo.path,
        patch=ready.patch,
        ours={tag: list(value) for tag, value in ready.ours.items()},
        before=dict(ready.before),
        state="",
    )


def _came_of(workspace: Workspace, photo: Known, kind: str, trouble: Trouble) -> None:
    entry = Entry(0, workspace.run_id, photo.id, photo.task_id, photo.path, b"", {}, {}, "")
    workspace.ledger.writes.came_of(
        entry, kind, workspace.now(), code=trouble.code, text=trouble.message
    )


def _result(tally: Tally, *, dry_run: bool) -> StageResult:
    code = Exit.FAILED if tally.failed else Exit.HELD if tally.held else Exit.DONE
    return StageResult(
        "write",
        code,
        {
            "written": tally.written,
            "unchanged": tally.unchanged,
            "held": tally.held,
            "failed": tally.failed,
        },
        tally.problems.told(),
        {"dry_run": dry_run, "changes": tally.changes, "more": tally.more},
        "batchcap write" if dry_run and tally.written else "batchcap status",
    )
