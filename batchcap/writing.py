"""A chunk of photos → drafts proven harmless, each with the way back.

Takes ExifTool and what each photo is to say; gives drafts beside the originals, or why not. Never
touches an original: putting a draft in its place is the caller's step, after the way back is
recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batchcap.captions.dateline import headline_of, with_dateline
from batchcap.metadata.exiftool import Draft, ExifTool, Job
from batchcap.metadata.patch import PatchHead, make_patch, read_head
from batchcap.metadata.readback import same_segments, verify
from batchcap.metadata.replace import Stamp, discard, obstacle, stamp
from batchcap.metadata.tags import TagPolicy, Words, authored, plan
from batchcap.photos.digest import image_digest
from batchcap.records import Caption, Facts, Release, Severity, TagPlan, Trouble

TEXT_FIELDS = ("title", "description", "alt_text", "long_description")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one photo is to say; ``digest`` is that of the picture its caption was made from."""

    path: str
    file: Path
    digest: str
    words: Words
    policy: TagPolicy


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft that may take its photo's place.

    ``ours`` is what of the new file's words is batchcap's; ``before`` what stood in the tags that
    change ("" where nothing did).
    """

    wanted: Wanted
    plan: TagPlan
    draft: Path
    patch: bytes
    head: PatchHead
    seen: Stamp
    ours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to change in a photo, with the tags and the stamp it was planned on."""

    wanted: Wanted
    plan: TagPlan
    present: Mapping[str, Any]
    seen: Stamp


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The photo says all this already; ``plan`` carries the findings."""

    wanted: Wanted
    plan: TagPlan


@dataclass(frozen=True, slots=True)
class Refused:
    """A photo that is not written, and why; ``hold`` leaves it to a person."""

    wanted: Wanted
    trouble: Trouble
    hold: bool = False


Result = Ready | Unchanged | Refused


def words_of(caption: Caption, facts: Facts) -> Words | Trouble:
    """Return what a photo is to say; an editorial one opens with its dateline.

    Trouble "no_dateline" where an editorial photo's place or date is not known.
    """
    release = facts.release.value if facts.release else caption.release
    if release == Release.EDITORIAL:
        dated = with_dateline(caption, facts)
        if isinstance(dated, Trouble):
            return dated
        caption = dated
    fields: dict[str, str | tuple[str, ...]] = {
        name: value for name in TEXT_FIELDS if (value := str(getattr(caption, name)))
    }
    fields["headline"] = headline_of(caption)
    fields["keywords"] = caption.keywords
    for name, fact in (("city", facts.city), ("country", facts.country)):
        if fact:
            fields[name] = fact.value
    return Words({name: value for name, value in fields.items() if value})


def plan_chunk(tool: ExifTool, chunk: Sequence[Wanted]) -> list[Result | Planned]:
    """Read a chunk's tags in one call and plan each photo."""
    planned: list[Result | Planned] = []
    sound = []
    for wanted in chunk:
        trouble = obstacle(wanted.file) or _changed(wanted)
        if trouble:
            planned.append(Refused(wanted, trouble, hold=trouble.code == "picture_changed"))
        else:
            sound.append((wanted, stamp(wanted.file)))
    read = tool.read([wanted.file for wanted, _ in sound]) if sound else {}
    for wanted, seen in sound:
        present = read[wanted.file]
        if isinstance(present, Trouble):
            planned.append(Refused(wanted, present))
            continue
        made = plan(wanted.path, wanted.words, present, wanted.policy)
        grave = [each for each in made.findings if each.severity is Severity.HOLD]
        if grave:
            told = Trouble(grave[0].rule, " ".join(each.message for each in grave))
            planned.append(Refused(wanted, told, hold=True))
        elif made.empty:
            planned.append(Unchanged(wanted, made))
        else:
            planned.append(Planned(wanted, made, present, seen))
    return planned


def draft_chunk(tool: ExifTool, chunk: Sequence[Wanted]) -> list[Result | Planned]:
    """Plan a chunk, write its drafts, read them back and prove each one harmless."""
    looked_at = plan_chunk(tool, chunk)
    planned = [each for each in looked_at if isinstance(each, Planned)]
    results = [each for each in looked_at if not isinstance(each, Planned)]
    if not planned:
        return [*results]
    written = tool.write([Job(each.wanted.file, each.plan) for each in planned])
    drafts = [each.path for each in written.values() if isinstance(each, Draft)]
    after = tool.read(drafts) if drafts else {}
    for known in planned:
        wanted = known.wanted
        draft = written[wanted.file]
        if isinstance(draft, Draft):
            result = _prove(known, draft, after[draft.path])
            if isinstance(result, Refused):
                discard(draft.path)
            results.append(result)
        elif draft.code == "exif_left":
            results.append(Unchanged(wanted, known.plan))
        else:
            results.append(Refused(wanted, draft))
    return [*results]


def _prove(known: Planned, draft: Draft, after: Mapping[str, Any] | Trouble) -> Ready | Refused:
    """Compare the draft with the plan and the original: tags, segments and picture."""
    wanted, present = known.wanted, known.present
    if isinstance(after, Trouble):
        return Refused(wanted, after)
    trouble = (
        verify(draft.plan, present, after)
        or same_segments(wanted.file, draft.path)
        or _other_picture(wanted, draft.path)
    )
    if trouble:
        return Refused(wanted, trouble)
    patch = make_patch(wanted.file, draft.path)
    touched = (*draft.plan.values, *draft.plan.delete)
    return Ready(
        wanted,
        draft.plan,
        draft.path,
        patch,
        read_head(patch),
        known.seen,
        authored(draft.plan, wanted.words, present, wanted.policy),
        {tag: present.get(tag, "") for tag in touched},
    )


def _changed(wanted: Wanted) -> Trouble | None:
    if _picture(wanted.file) == wanted.digest:
        return None
    return Trouble(
        "picture_changed",
        "The picture is not the one its caption was made from. Ask anew: batchcap build",
    )


def _other_picture(wanted: Wanted, draft: Path) -> Trouble | None:
    if _picture(draft) == wanted.digest:
        return None
    return Trouble("harmed", "The picture itself would have changed: nothing was written.")


def _picture(path: Path) -> str:
    try:
        return image_digest(path)
    except (OSError, ValueError):
        return ""
