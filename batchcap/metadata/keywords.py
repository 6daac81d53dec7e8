"""Keywords of a person and of the model, merged: human ones first, ours after, no doubles.

Takes the lists as they stand in the file, gives what to write into each tag. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from batchcap.metadata.limits import fit, items_of, size, stem, unsafe
from batchcap.metadata.tagmap import KEYWORD_STRINGS, KEYWORD_TREES, TAGS
from batchcap.records import Finding, Severity

CUT_MARGIN = 4  # bytes: a cut never loses more of a character than this


@dataclass(frozen=True, slots=True)
class Merge:
    """New keywords in order, the present lists by tag, own earlier ones (casefolded), the limit.

    The lists of ``only_read`` tags are heard and not written.
    """

    new: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]]
    ours: frozenset[str]
    limit: int
    replace: bool = False
    only_read: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Merged:
    """What to write and remove; ``human`` are the keywords that a person gave."""

    human: tuple[str, ...]
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    delete: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def merge(asked: Merge, present: Mapping[str, Any]) -> Merged:
    """Say what each keyword tag shall hold; tags that hold it already are left out."""
    human = human_keywords(asked, present)
    wanted = _without_doubles(() if asked.replace else human, asked.new, asked.limit)
    odd = frozenset(each for each in wanted if unsafe(each))
    values: dict[str, str | tuple[str, ...]] = {}
    findings = []
    for tag, old in asked.lists.items():
        if tag in asked.only_read:
            continue
        limit = TAGS[tag].limit
        long = tuple(each for each in wanted if limit and size(each) > limit)
        # An odd keyword is not spread further.
        kept = tuple(e for e in wanted if e not in long and (e not in odd or e in old))
        if kept and kept != old:
            values[tag] = kept
        findings += [
            Finding("long_keyword", Severity.REPAIRED, "keywords", f"too long for {tag}: «{each}»")
            for each in long
        ]
    for tag in KEYWORD_STRINGS:
        there = items_of(present.get(tag))
        joined = ";".join(each.replace(";", ",") for each in wanted if there and each not in odd)
        if there and (fitting := fit(tag, joined)) and there != (fitting,):
            values[tag] = fitting
    trees, delete = _trees(asked, wanted, present)
    return Merged(human, {**values, **trees}, delete, tuple(findings))


def human_keywords(asked: Merge, present: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what people wrote, over all copies, each once and in its first spelling."""
    seen: dict[str, str] = {}
    for each in _all_present(asked, present):
        key = each.strip().casefold()
        if key and key not in asked.ours and not _is_cut(each, seen.values()):
            seen.setdefault(key, each)
    return tuple(seen.values())


def _all_present(asked: Merge, present: Mapping[str, Any]) -> list[str]:
    """Return every keyword in the file, the fullest copy of a cut one first."""
    lists = [each for items in asked.lists.values() for each in items]
    strings = joined_keywords(present)
    known = {fit(KEYWORD_STRINGS[0], each.replace(";", ",")).casefold() for each in lists}
    return lists + [each for each in strings if each.strip().casefold() not in known]


def joined_keywords(present: Mapping[str, Any]) -> list[str]:
    """Return the keywords that stand in one string, apart."""
    return [part for tag in KEYWORD_STRINGS for part in _parts(present.get(tag))]


def _parts(value: object) -> list[str]:
    return [part.strip() for each in items_of(value) for part in each.split(";")]


def _is_cut(text: str, whole: Any) -> bool:
    """Whether a keyword is the IIM-sized beginning of a longer one already met."""
    limit = TAGS["IPTC:Keywords"].limit
    return size(text) > limit - CUT_MARGIN and any(
        each != text and each.startswith(text) and size(each) > limit for each in whole
    )


def _without_doubles(human: tuple[str, ...], new: tuple[str, ...], limit: int) -> tuple[str, ...]:
    """Put ours after the human ones, up to the limit; human ones are never dropped."""
    wanted = list(human)
    stems = {stem(each) for each in human}
    for each in new:
        if len(wanted) >= limit:
            break
        if (key := stem(each)) not in stems:
            stems.add(key)
            wanted.append(each)
    return tuple(wanted)


def _trees(
    asked: Merge, wanted: tuple[str, ...], present: Mapping[str, Any]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Take leaves out of keyword trees whose keyword is gone: readers would bring them back."""
    stay = {each.casefold() for each in wanted}
    gone = {e.casefold() for items in asked.lists.values() for e in items} - stay
    values: dict[str, tuple[str, ...]] = {}
    delete = []
    for tag in KEYWORD_TREES:
        old = items_of(present.get(tag))
        separator = TAGS[tag].separator
        kept = tuple(e for e in old if e.rsplit(separator, 1)[-1].strip().casefold() not in gone)
        if kept == old:
            continue
        if kept:
            values[tag] = kept
        else:
            delete.append(tag)
    return values, tuple(delete)
