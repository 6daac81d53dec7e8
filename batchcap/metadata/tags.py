"""What to change in a photo: words + present tags + policy → TagPlan.

Takes plain values, gives a frozen plan; reads and writes nothing. A photo that already says all
this gets an empty plan, so a second write writes nothing. Human words are never lost in merge and
fill; a place that a user gave is never overwritten in any mode.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from batchcap.metadata.keywords import Merge, joined_keywords, merge
from batchcap.metadata.limits import fit, items_of, same, size, unsafe, words_of
from batchcap.metadata.tagmap import (
    COPIES,
    ECHOES,
    HOMES,
    OLD_IIM_LIMITS,
    PLACE_FIELDS,
    TAGS,
    Home,
    Kind,
)
from batchcap.records import Finding, Severity, TagPlan

CHARSET = "IPTC:CodedCharacterSet"
DIGEST = "Photoshop:IPTCDigest"
FILE_TYPE = "File:FileType"

_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Mode(StrEnum):
    """What happens to words that are already there."""

    MERGE = "merge"
    REPLACE = "replace"
    FILL = "fill"


@dataclass(frozen=True, slots=True)
class Words:
    """What a photo shall say: field → text, or → keywords in order; empty fields are left out."""

    fields: Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class TagPolicy:
    """Where the words go and what gives way.

    ``tags`` maps a field to its tags; ``ours`` maps a tag to what batchcap wrote there earlier
    (see ``authored``) and so may replace; ``keyword_limit`` counts human and own keywords;
    ``mark`` asks ``own.plan_own`` for a mark of our words in the photo.
    """

    tags: Mapping[str, tuple[str, ...]]
    mode: Mode = Mode.MERGE
    ours: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    keyword_limit: int = 50
    mark: bool = False


def check_map(tags: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return what is wrong with a tag map, a sentence each; nothing where it is right."""
    wrong = []
    home: dict[str, str] = {}
    for name, targets in tags.items():
        for tag in targets:
            if tag not in TAGS:
                wrong.append(f"{tag} is not a tag that batchcap writes")
            elif (name == "keywords") != (TAGS[tag].kind is Kind.LIST):
                wrong.append(f"{tag} cannot hold {name}")
            elif home.setdefault(tag, name) != name:
                wrong.append(f"{tag} is named for {home[tag]} and for {name}")
    return tuple(wrong)


def plan(path: str, words: Words, present: Mapping[str, Any], policy: TagPolicy) -> TagPlan:
    """Say what to change so that the photo carries the words; ``present`` is a whole reading.

    A text that must not reach a file holds the photo, and so does a kind of file that takes no
    words: the plan is empty and says why. Raises ValueError where the tag map is wrong (ask
    ``check_map`` first).
    """
    if wrong := check_map(policy.tags):
        raise ValueError("; ".join(wrong))
    home = HOMES.get(kind_of(present))
    if held := _held(words, policy) or _homeless(home, present):
        return TagPlan(path, {}, findings=held)
    draft = _Draft(present, policy, home or HOMES[""])
    for name in policy.tags:
        value = words.fields.get(name)
        if isinstance(value, str) and value.strip():
            draft.text(name, value.strip())
        elif isinstance(value, tuple) and (kept := tuple(v.strip() for v in value if v.strip())):
            draft.list(name, kept)
        elif name != "keywords":
            draft.withdraw(name)
    draft.finish_iptc()
    return TagPlan(path, draft.values, tuple(draft.delete), draft.changes(), tuple(draft.findings))


def authored(
    made: TagPlan, words: Words, present: Mapping[str, Any], policy: TagPolicy
) -> dict[str, tuple[str, ...]]:
    """Return what of the file's words is batchcap's once ``made`` is written: the next ``ours``.

    Human words that the plan carries along or copies into an empty tag stay human.
    """
    ours = {tag: texts for tag, texts in policy.ours.items() if tag not in made.delete}
    for name, named in policy.tags.items():
        value = words.fields.get(name)
        tags = {*named, *COPIES.get(name, ()), *ECHOES.get(name, ())}
        earlier = {_key(text) for tag in tags for text in policy.ours.get(tag, ())}
        there = {_key(text) for tag in tags for text in items_of(present.get(tag))}
        if name == "keywords":
            there |= {_key(text) for text in joined_keywords(present)}
        human = there - earlier
        for tag in tags & made.values.keys():
            new = made.values[tag]
            if isinstance(new, tuple):
                own = ({_key(each) for each in items_of(value)} | earlier) - human
                ours[tag] = tuple(each for each in new if _key(each) in own)
            elif isinstance(value, str) and fit(tag, value.strip()) == new:
                ours[tag] = () if _key(value) in human else (new,)
    return ours


def without_exif(made: TagPlan) -> TagPlan:
    """Return the plan less its EXIF tags, with a finding: for a photo whose EXIF is damaged."""
    kept = {tag: value for tag, value in made.values.items() if not tag.startswith("EXIF:")}
    if kept == made.values:
        return made
    said = "the photo's EXIF block is damaged and stays as it is; IPTC and XMP are written"
    return TagPlan(
        made.path,
        kept,
        made.delete,
        tuple(each for each in made.changes if not each[0].startswith("EXIF:")),
        (*made.findings, Finding("exif_left", Severity.REPAIRED, "", said)),
    )


def _held(words: Words, policy: TagPolicy) -> tuple[Finding, ...]:
    """Return a finding for each value that must not be written."""
    found = []
    for name in policy.tags:
        value = words.fields.get(name, "")
        wants_list = name == "keywords"
        if value and isinstance(value, tuple) != wants_list:
            reasons = [f"it is {type(value).__name__}"]
        else:
            parts: Iterable[object] = value if isinstance(value, tuple) else (value,)
            reasons = [reason for part in parts if (reason := unsafe(part))]
        found += [
            Finding("unsafe_text", Severity.HOLD, name, f"{name} cannot be written: {reason}")
            for reason in reasons[:1]
        ]
    return tuple(found)


def _homeless(home: Home | None, present: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return a finding where the file is of a kind that takes no words."""
    if home is not None:
        return ()
    said = (
        f"A {present[FILE_TYPE]} takes no embedded words: "
        'set write.target to "auto" or "sidecar", and they go into a file beside it.'
    )
    return (Finding("no_embed", Severity.HOLD, "", said),)


class _Draft:
    """A plan while it grows; lives inside one call of ``plan``."""

    def __init__(self, present: Mapping[str, Any], policy: TagPolicy, home: Home) -> None:
        self.present = present
        self.policy = policy
        self.home = home
        self.values: dict[str, str | tuple[str, ...]] = {}
        self.delete: list[str] = []
        self.findings: list[Finding] = []
        self.mapped = {tag for tags in policy.tags.values() for tag in tags}

    def copies(self, name: str) -> tuple[str, ...]:
        """Return the field's tags: those named, then other copies that the file already has.

        What stands in a tag that this kind of file is not given is read all the same.
        """
        named = self.policy.tags[name]
        stale = (
            tag
            for tag in COPIES.get(name, ())
            if tag not in self.mapped and words_of(self.present, tag)
        )
        return (*named, *stale)

    def writable(self, tag: str) -> bool:
        """Whether this kind of file is given this tag."""
        return self.home.takes(tag, there=bool(words_of(self.present, tag)))

    def text(self, name: str, new: str) -> None:
        """Plan a field of one text."""
        tags = self.copies(name)
        old = {tag: words_of(self.present, tag) for tag in tags}
        own = {text for tag in (*tags, *ECHOES.get(name, ())) for text in self.ours(tag)}
        human = [tag for tag in tags if old[tag] and not _among(tag, old[tag], own)]
        stays = bool(human) and (self.policy.mode is not Mode.REPLACE or name in PLACE_FIELDS)
        if stays and self.policy.mode is Mode.FILL:
            return
        wanted = old[human[0]] if stays else new
        if unsafe(wanted):
            return  # an odd human text stays where it is and is not spread
        for tag in tags:
            if not (stays and tag in human):
                self.put(name, tag, wanted)
        replaced = {text for tag, text in old.items() if tag in self.values and text}
        for tag in ECHOES.get(name, ()):
            echo = words_of(self.present, tag)
            if tag not in self.mapped and echo and _among(tag, echo, own | replaced):
                self.put(name, tag, wanted)

    def withdraw(self, name: str) -> None:
        """Take out what batchcap said of a field that is not known any more, as of a place."""
        for tag in self.copies(name):
            old = words_of(self.present, tag)
            if old and self.writable(tag) and _among(tag, old, self.ours(tag)):
                self.delete.append(tag)

    def put(self, name: str, tag: str, wanted: str) -> None:
        """Write a text into one tag, cut to its limit, unless it says so already."""
        if not self.writable(tag):
            return
        target = fit(tag, wanted)
        limit = TAGS[tag].limit
        if target and limit and size(wanted) > limit:
            said = f"{tag} holds {limit} bytes: it gets «{target}»"
            self.findings.append(Finding("iim_cut", Severity.REPAIRED, name, said))
        if not target and wanted:
            said = f"{tag} cannot hold «{wanted}»"
            self.findings.append(Finding("does_not_fit", Severity.REPAIRED, name, said))
        if target and not same(target, words_of(self.present, tag)):
            self.values[tag] = target

    def list(self, name: str, new: tuple[str, ...]) -> None:
        """Plan the keywords."""
        tags = self.copies(name)
        lists = {tag: items_of(self.present.get(tag)) for tag in tags}
        own = {text.casefold() for tag in tags for text in self.ours(tag)}
        merged = merge(
            Merge(
                new,
                lists,
                frozenset(own),
                self.policy.keyword_limit,
                replace=self.policy.mode is Mode.REPLACE,
                only_read=frozenset(tag for tag in tags if not self.writable(tag)),
            ),
            self.present,
        )
        if self.policy.mode is Mode.FILL and merged.human:
            return
        self.values.update({t: v for t, v in merged.values.items() if self.writable(t)})
        self.delete += [tag for tag in merged.delete if self.writable(tag)]
        self.findings += merged.findings

    def ours(self, tag: str) -> tuple[str, ...]:
        """Return what batchcap wrote into a tag earlier."""
        return tuple(self.policy.ours.get(tag, ()))

    def finish_iptc(self) -> None:
        """Say the charset and renew the digest where IPTC is written; old Latin-1 is carried over.

        The flag alone would turn «José» into a broken name, so every other text of the block is
        written again. Where one would then be too long, the block is left as it is.
        """
        if not any(tag.startswith("IPTC:") for tag in (*self.values, *self.delete)):
            return
        if not says_utf8(self.present):
            old = {
                tag: value
                for tag, value in self.present.items()
                if tag.startswith("IPTC:")
                and "#" not in tag  # a second block's copy: ExifTool cannot write it by name
                and tag not in self.values
                and _foreign(value)
            }
            tight = [tag for tag, value in old.items() if not _fits_again(tag, value)]
            if tight:
                self.leave_iptc(tight[0])
                return
            for tag, value in old.items():
                self.values[tag] = tuple(value) if isinstance(value, (list, tuple)) else str(value)
        self.values[CHARSET] = "UTF8"
        if self.home.digest and any(tag.startswith("XMP-") for tag in self.mapped):
            self.values[DIGEST] = "new"
        elif DIGEST in self.present:
            self.delete.append(DIGEST)  # without one readers take XMP, which is in step

    def leave_iptc(self, tag: str) -> None:
        """Take all IPTC out of the plan: a human value would be cut."""
        self.values = {t: v for t, v in self.values.items() if not t.startswith("IPTC:")}
        said = f"{tag} would not fit in UTF-8, so the old IPTC block stays as it is"
        self.findings.append(Finding("iptc_left", Severity.REPAIRED, "", said))

    def changes(self) -> tuple[tuple[str, str, str], ...]:
        """Return (tag, old, new) of each change, for people."""
        new = {**self.values, **dict.fromkeys(self.delete, "")}
        return tuple(
            (tag, ", ".join(items_of(self.present.get(tag))), ", ".join(items_of(value)))
            for tag, value in new.items()
            if tag not in {CHARSET, DIGEST} and items_of(self.present.get(tag)) != items_of(value)
        )


def kind_of(present: Mapping[str, Any]) -> str:
    """Return the kind of file as ``HOMES`` names it; an Extended WEBP is a WEBP too."""
    told = str(present.get(FILE_TYPE, ""))
    return next((word for word in told.split() if word in HOMES), told)


def says_utf8(present: Mapping[str, Any]) -> bool:
    """Whether the file's IPTC block is flagged as UTF-8."""
    return str(present.get(CHARSET, "")) in {"UTF8", "\x1b%G"}


def _key(text: str) -> str:
    """Return what two texts must share to be one: case, blanks around and composition aside."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def _among(tag: str, text: str, known: Iterable[str]) -> bool:
    """Whether a text is one of those known, or that one as the tag holds it."""
    return any(same(text, each) or same(text, fit(tag, each)) for each in known)


def _foreign(value: object) -> bool:
    return any(not each.isascii() for each in items_of(value))


def _fits_again(tag: str, value: object) -> bool:
    limit = TAGS[tag].limit if tag in TAGS else OLD_IIM_LIMITS.get(tag, 0)
    return not limit or all(size(each) <= limit for each in items_of(value))
