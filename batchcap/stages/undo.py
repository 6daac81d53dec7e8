"""The old metadata back into the photos: the same bytes as before.

Takes an open workspace; gives photos as they were before a run, or one photo's last write. A photo
that somebody changed since is left alone, unless forced: then only the tags that still hold our
words go back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from batchcap.errors import UsageError
from batchcap.interrupt import calm
from batchcap.ledger.writes import Entry
from batchcap.metadata.exiftool import Draft, Job
from batchcap.metadata.limits import items_of
from batchcap.metadata.patch import apply_patch, file_of, is_restored, made_new
from batchcap.metadata.readback import verify
from batchcap.metadata.replace import discard, draft_path, obstacle, remove, stamp, swap
from batchcap.metadata.tags import DIGEST
from batchcap.photos.digest import image_digest
from batchcap.problems import Problems
from batchcap.records import Exit, Problem, StageResult, TagPlan, Trouble
from batchcap.workspace import Workspace

# What was put back is not met again.
AGAIN = "see to those that are listed, then: batchcap undo"


@dataclass(slots=True)
class Tally:
    """What an undo has done so far."""

    restored: int = 0
    changed_since: int = 0
    failed: int = 0
    problems: Problems = field(default_factory=lambda: Problems(AGAIN))


def undo(
    workspace: Workspace, *, run_id: int = 0, force: bool = False, paths: Sequence[str] = ()
) -> StageResult:
    """Undo what a run wrote (the last one where nothing is named), or the last write of photos.

    Raises UsageError where there is nothing to undo.
    """
    tally = Tally()
    with workspace.recorded("undo"):
        numbers = _numbers(workspace, run_id, paths)
        with calm() as interrupt, workspace.progress.bar("undoing", len(numbers)) as bar:
            for number in numbers:
                _undo_one(workspace, workspace.ledger.writes.entry(number), tally, force=force)
                bar.advance()
                if interrupt.asked:
                    break
        interrupt.obey()
    code = Exit.FAILED if tally.failed else Exit.HELD if tally.changed_since else Exit.DONE
    return StageResult(
        "undo",
        code,
        {
            "restored": tally.restored,
            "changed_since": tally.changed_since,
            "failed": tally.failed,
        },
        tally.problems.told(),
        {},
        "batchcap status",
    )


def _numbers(workspace: Workspace, run_id: int, paths: Sequence[str]) -> list[int]:
    """Return the journal's numbers of what is to be undone."""
    writes = workspace.ledger.writes
    numbers: list[int] = []
    for path in paths:
        found = writes.below(workspace.inside(path), run_id)
        if not found:
            raise UsageError(
                f"Nothing was written into {path} that is still there.",
                kept="Nothing was changed.",
                hint=f"batchcap status --photo {path}",
            )
        numbers += found
    if not paths:
        numbers = writes.of_run(run_id or writes.last_run())
    if not numbers:
        which = f"by run {run_id}" if run_id else "yet"
        raise UsageError(
            f"Nothing was written {which} that is still there.",
            kept="Nothing was changed.",
            hint="batchcap status",
        )
    return list(dict.fromkeys(numbers))


def _undo_one(workspace: Workspace, entry: Entry, tally: Tally, *, force: bool) -> None:
    photo = workspace.photos / entry.path
    patch = workspace.ledger.writes.patch(entry)
    path = file_of(photo, patch)
    if made_new(patch):
        trouble = remove(path, patch)
    else:
        trouble = obstacle(path) or _old_bytes(workspace, patch, path)
    if trouble and trouble.code == "changed" and force:
        trouble = _old_tags(workspace, entry, path)
    if trouble:
        changed = trouble.code == "changed"
        tally.changed_since += int(changed)
        tally.failed += int(not changed)
        hint = f"batchcap undo --force {entry.path}" if changed else ""
        tally.problems.append(Problem(trouble.code, trouble.message, entry.path, hint))
        return
    with workspace.ledger.change():
        workspace.ledger.writes.came_of(entry, "undone", workspace.now())
        if photo.is_file():
            seen = stamp(photo)
            workspace.ledger.photos.signed(entry.photo_id, seen.size, seen.mtime_ns)
    tally.restored += 1


def _old_bytes(workspace: Workspace, patch: bytes, path: Path) -> Trouble | None:
    """Put the file back that was there before, byte for byte."""
    draft = draft_path(path)
    discard(draft)
    seen = stamp(path)
    try:
        apply_patch(path, patch, draft)
    except ValueError as error:
        if is_restored(path, patch):
            return None  # an undo that was cut off between the file and the ledger
        if str(error) == "changed":
            return Trouble("changed", "Somebody changed the photo since: it was left alone.")
        return Trouble("journal", f"The way back is damaged: {error}. The photo was left alone.")
    return swap(draft, path, keep_time=workspace.settings.write.keep_time, seen=seen)


def _old_tags(workspace: Workspace, entry: Entry, path: Path) -> Trouble | None:
    """Put back what stood in those of our tags that still hold our words; leave all else."""
    read = workspace.exiftool.read([path])[path]
    if isinstance(read, Trouble):
        return read
    still = {
        tag: old
        for tag, old in entry.before.items()
        if tag in entry.ours and items_of(read.get(tag)) == tuple(entry.ours[tag])
    }
    values = {
        tag: tuple(old) if isinstance(old, list) else old for tag, old in still.items() if old
    }
    gone = [tag for tag, old in still.items() if not old]
    if DIGEST in read and any(tag.startswith("IPTC:") for tag in still):
        gone.append(DIGEST)  # a stale one would make readers believe IPTC rather than XMP
    made = TagPlan(entry.path, values, tuple(gone))
    if made.empty:
        return None
    seen, digest = stamp(path), _picture(path)
    draft = workspace.exiftool.write([Job(path, made)])[path]
    if not isinstance(draft, Draft):
        return draft
    after = workspace.exiftool.read([draft.path])[draft.path]
    if isinstance(after, Trouble):
        trouble: Trouble | None = after
    elif _picture(draft.path) != digest:
        trouble = Trouble("harmed", "The picture itself would have changed: nothing was written.")
    else:
        trouble = verify(draft.plan, read, after)
    if trouble:
        discard(draft.path)
        return trouble
    return swap(draft.path, path, keep_time=workspace.settings.write.keep_time, seen=seen)


def _picture(path: Path) -> str:
    """Return the image digest, "" of a sidecar."""
    return "" if path.suffix.lower() == ".xmp" else image_digest(path)
