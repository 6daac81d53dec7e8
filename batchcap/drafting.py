"""Plans → drafts proven harmless, each with the way back.

Takes ExifTool and a chunk of photos; gives drafts beside the originals, or why not. Never touches
an original: putting a draft in its place is the caller's step, after the way back is recorded.
"""

import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from batchcap.errors import DiskTrouble
from batchcap.heads import Head, join_head, take_heads
from batchcap.metadata.exiftool import GONE, Draft, ExifTool, Job
from batchcap.metadata.own import written_by_us
from batchcap.metadata.patch import make_patch
from batchcap.metadata.readback import verify
from batchcap.metadata.replace import (
    FULL,
    discard,
    draft_path,
    durable,
    full_disk,
    place,
    swap,
)
from batchcap.proof import harmed
from batchcap.records import Trouble
from batchcap.writing import (
    Planned,
    Ready,
    Refused,
    Result,
    Unchanged,
    Wanted,
    plan_chunk,
    refused,
)


def draft_chunk(tool: ExifTool, chunk: Sequence[Wanted]) -> list[Result | Planned]:
    """Plan a chunk, write its drafts, read them back and prove each one harmless.

    Raises DiskTrouble where the disk is full.
    """
    looked_at = plan_chunk(tool, chunk)
    planned = [each for each in looked_at if isinstance(each, Planned)]
    results = [each for each in looked_at if not isinstance(each, Planned)]
    new = [each for each in planned if each.home.seed]
    try:
        begun = {each.wanted.file: _begin(each) for each in new}
        results += [each for each in begun.values() if each is not None]
        results += _drafted(tool, [each for each in planned if not begun.get(each.wanted.file)])
    finally:
        for each in new:
            discard(each.source)
    return [*results]


def put(ready: Ready, *, keep_time: bool) -> Trouble | None:
    """Put a draft in its place; a Trouble says why it was not done.

    The caller makes the folder durable, once for many.
    """
    if ready.home.seen is None:
        return place(ready.draft, ready.home.path)
    seen = ready.home.seen
    return swap(ready.draft, ready.home.path, keep_time=keep_time, seen=seen, synced=True)


def _begin(planned: Planned) -> Refused | None:
    """Write the beginning of a new sidecar."""
    path = planned.source
    try:
        discard(path)
        path.write_text(planned.home.seed, encoding="utf-8", newline="")
    except OSError as error:
        if error.errno in FULL:
            raise full_disk(planned.home.path) from error
        said = f"{planned.home.path.name} cannot be made: {error.strerror}"
        return Refused(planned.wanted, Trouble("not_replaced", said))
    return None


def _drafted(tool: ExifTool, planned: Sequence[Planned], *, whole: bool = False) -> list[Result]:
    """Write, read back and prove; ``whole`` lets ExifTool copy each picture, too.

    Else it is given heads alone, where that will do; what does not come right so is written whole,
    unless ExifTool broke down over it.
    """
    if not planned:
        return []
    seeds = [each.source for each in planned if each.home.seed]
    begun = tool.read(seeds) if seeds else {}
    written, heads = (_by_whole(tool, planned), {}) if whole else _by_head(tool, planned)
    drafts = [each.path for each in written.values() if isinstance(each, Draft)]
    # The disk takes one draft after the other while they are read back and proven.
    with ThreadPoolExecutor(1) as disk:
        kept = {each: disk.submit(durable, each) for each in drafts}
        after = tool.read(drafts) if drafts else {}
        results: list[Result] = []
        again = []
        for known in planned:
            draft, head = written[known.source], heads.get(known.source)
            result: Result
            if isinstance(draft, Draft):
                before = begun.get(known.source, known.home.present)
                proven = _prove(known, draft, (before, after[draft.path]), head)
                result = _synced(proven, kept[draft.path].exception())
                if isinstance(result, Refused):
                    discard(draft.path)
            elif draft.code == "exif_left" and not head:
                result = Unchanged(known.wanted, known.plan)
            else:
                result = refused(known.wanted, draft)
            if head and isinstance(result, Refused) and _may_come_right(result):
                again.append(known)
            else:
                results.append(result)
    return results + _drafted(tool, again, whole=True)


def _may_come_right(result: Refused) -> bool:
    return not result.hold and result.trouble.code not in GONE


def _by_whole(tool: ExifTool, planned: Sequence[Planned]) -> dict[Path, Draft | Trouble]:
    """Return the draft of each photo, by what ExifTool was to read."""
    return tool.write([Job(each.source, each.plan) for each in planned])


def _by_head(
    tool: ExifTool, planned: Sequence[Planned]
) -> tuple[dict[Path, Draft | Trouble], dict[Path, Head]]:
    """Return the same, and which photos were written by their heads."""
    embedded = [each.source for each in planned if not each.wanted.sidecar]
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(tempfile.TemporaryDirectory("-batchcap"))
            heads = take_heads(embedded, Path(folder))
            given = {each.source: each.source for each in planned}
            given |= {photo: head.path for photo, head in heads.items()}
            written = tool.write([Job(given[each.source], each.plan) for each in planned])
        except (DiskTrouble, OSError):
            heads = {}  # without room for them the photos' own disk may have enough
        else:
            made = {each.source: written[given[each.source]] for each in planned}
            prefix = tool.prefix
            joined = {
                each.source: _joined(each, head, made[each.source], prefix)
                for each in planned
                if (head := heads.get(each.source))
            }
            return made | joined, heads
    return _by_whole(tool, planned), {}


def _joined(known: Planned, head: Head, made: Draft | Trouble, prefix: str) -> Draft | Trouble:
    """Return a photo's draft from that of its head, which must hold all that is planned."""
    if isinstance(made, Trouble):
        return made
    if made.plan != known.plan:
        return Trouble("head", f"{known.source.name}: its head does not take all that is planned")
    path = draft_path(known.source, prefix)
    trouble = join_head(known.source, head.length, made.path, path)
    return trouble or replace(made, path=path)


def _prove(
    known: Planned,
    draft: Draft,
    tags: tuple[Mapping[str, Any] | Trouble, Mapping[str, Any] | Trouble],
    head: Head | None,
) -> Ready | Refused:
    """Compare the draft with the plan and with what was there: tags, other parts and picture.

    ``tags`` are those of before and after. What was made by a head must end with its picture.
    """
    wanted, home = known.wanted, known.home
    before, after = tags
    if isinstance(before, Trouble):
        return refused(wanted, before)
    if isinstance(after, Trouble):
        return refused(wanted, after)
    trouble = verify(draft.plan, before, after)
    old = None if home.seed else home.path
    name, tail = home.path.name if wanted.sidecar else "", head.rest if head else 0
    try:
        if not wanted.sidecar:
            ends = head is not None
            trouble = trouble or harmed(wanted.file, draft.path, wanted.digest, ends=ends)
        if trouble:
            return refused(wanted, trouble)
        patch = make_patch(old, draft.path, name, tail=tail)
    except OSError as error:  # another program took one of the files away
        said = f"{home.path.name} was not replaced: {error.strerror}"
        return refused(wanted, Trouble("not_replaced", said))
    touched = (*draft.plan.values, *draft.plan.delete)
    return Ready(
        wanted,
        home,
        draft.plan,
        draft.path,
        patch,
        written_by_us(draft.plan, wanted.words, home.present, wanted.policy),
        {tag: before.get(tag, "") for tag in touched},
    )


def _synced(result: Ready | Refused, error: BaseException | None) -> Ready | Refused:
    """Refuse a proven draft that could not be brought to the disk."""
    if isinstance(result, Refused) or error is None:
        return result
    if not isinstance(error, OSError):
        raise error
    if error.errno in FULL:
        raise full_disk(result.wanted.file) from error
    said = f"{result.wanted.file.name} was not replaced: {error.strerror}"
    return Refused(result.wanted, Trouble("not_replaced", said))
