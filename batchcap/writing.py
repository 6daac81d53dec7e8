"""A chunk of photos and what each is to say → what is to change in it, or why nothing will.

Takes ExifTool, which reads; gives plans. Changes no file: ``drafting`` does what is planned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from batchcap.captions.dateline import headline_of, with_dateline
from batchcap.metadata.exiftool import ExifTool
from batchcap.metadata.homes import Ask, Home, find_homes
from batchcap.metadata.own import knowing, plan_own, words_after
from batchcap.metadata.replace import Stamp
from batchcap.metadata.sidecar import Target, seed_path
from batchcap.metadata.tags import TagPolicy, Words, plan
from batchcap.photos.kinds import raw_name
from batchcap.proof import PICTURE_CHANGED, changed
from batchcap.records import Caption, Facts, Release, Severity, TagPlan, Trouble

PLACE_FIELDS = ("city", "state", "country", "location", "country_code", "country_code3")
TEXT_FIELDS = ("title", "description", "alt_text", "long_description")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one photo is to say; ``digest`` is that of the picture its caption was made from.

    ``seen`` is the file's stamp from when its picture had that digest, None where it is not known.
    """

    path: str
    file: Path
    digest: str
    words: Words
    policy: TagPolicy
    target: Target = Target.AUTO
    seen: Stamp | None = None

    @property
    def sidecar(self) -> bool:
        """Whether the words go beside the photo."""
        return self.target is Target.SIDECAR or (
            self.target is Target.AUTO and raw_name(self.file.name)
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to change, and where; ``home`` carries the tags and the stamp it was planned on."""

    wanted: Wanted
    plan: TagPlan
    home: Home

    @property
    def source(self) -> Path:
        """What ExifTool reads: the file itself, or the beginning of one that is to be made."""
        return seed_path(self.home.path) if self.home.seed else self.home.path


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft that may take its place.

    ``ours`` is what of the new file's words is batchcap's; ``before`` what stood in the tags that
    change ("" where nothing did).
    """

    wanted: Wanted
    home: Home
    plan: TagPlan
    draft: Path
    patch: bytes
    ours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)


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
    for name in PLACE_FIELDS:
        fact = getattr(facts, name)
        if fact:
            fields[name] = fact.value
    return Words({name: value for name, value in fields.items() if value})


def plan_chunk(tool: ExifTool, chunk: Sequence[Wanted]) -> list[Result | Planned]:
    """Read a chunk's tags in one call and plan each photo."""
    planned: list[Result | Planned] = []
    sound = []
    for wanted in chunk:
        # What is embedded has its picture proven in the draft.
        trouble = changed(wanted.file, wanted.digest, None if wanted.sidecar else wanted.seen)
        if trouble:
            planned.append(Refused(wanted, trouble, hold=trouble.code == PICTURE_CHANGED))
        else:
            sound.append(wanted)
    asks = [Ask(each.file, each.sidecar, raw_name(each.file.name)) for each in sound]
    homes = find_homes(tool, asks, raw_name) if asks else {}
    for wanted in sound:
        home = homes[wanted.file]
        if isinstance(home, Trouble):
            planned.append(refused(wanted, home))
            continue
        known = replace(wanted, policy=knowing(wanted.policy, home.present))
        made = _plan(tool, known, home)
        grave = [each for each in made.findings if each.severity is Severity.HOLD]
        if grave:
            told = Trouble(grave[0].rule, " ".join(each.message for each in grave))
            planned.append(Refused(wanted, told, hold=True))
        elif made.empty:
            planned.append(Unchanged(wanted, made))
        else:
            planned.append(Planned(known, made, home))
    return planned


def say_chunk(
    tool: ExifTool, chunk: Sequence[Wanted]
) -> list[tuple[Wanted, dict[str, str | tuple[str, ...]]]]:
    """Return what each photo says, or will say once it is written; nothing where that is not known.

    Read-only files are looked at too. Nothing is written.
    """
    asks = [Ask(each.file, each.sidecar, raw_name(each.file.name)) for each in chunk]
    homes = find_homes(tool, asks, raw_name, to_write=False)
    said: list[tuple[Wanted, dict[str, str | tuple[str, ...]]]] = []
    for wanted in chunk:
        home = homes[wanted.file]
        if isinstance(home, Trouble):
            said.append((wanted, {}))
            continue
        known = replace(wanted, policy=knowing(wanted.policy, home.present))
        made = plan(known.path, known.words, home.present, known.policy)
        held = any(each.severity is Severity.HOLD for each in made.findings)
        said.append((wanted, {} if held else words_after(made, home.present, known.policy)))
    return said


def _plan(tool: ExifTool, known: Wanted, home: Home) -> TagPlan:
    """Plan one photo; an ExifTool that does not know our mark leaves it as it is."""
    planner = plan_own if tool.marks else plan
    return planner(known.path, known.words, home.present, known.policy)


def refused(wanted: Wanted, trouble: Trouble) -> Refused:
    """Refuse a photo, and say first where it is not the one that was captioned."""
    first = None if wanted.sidecar else changed(wanted.file, wanted.digest)
    told = first or trouble
    return Refused(wanted, told, hold=told.code == PICTURE_CHANGED)
