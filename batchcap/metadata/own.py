"""Which words in a photo are batchcap's: the ledger knows, and a mark in the photo says it too.

Takes words, present tags and a policy; gives the plan with its mark. Pure. The mark outlives a lost
ledger and a move to another machine. It holds digests, a few bytes for each word: a photo that is
sold carries no second list of keywords, and one text costs ExifTool less than fifty.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from batchcap.metadata.limits import items_of, words_of
from batchcap.metadata.tagmap import COPIES, ECHOES, TAGS, Kind
from batchcap.metadata.tags import TagPolicy, Words, authored, plan
from batchcap.records import Severity, TagPlan

MARK = "XMP-batchcap:OwnWords"

_FORM = "1"  # a mark of another form says nothing to this version
_BYTES = 6  # of a digest: two words of fifty are taken for one another once in 10**12 photos
_FIELD = re.compile(r"(\w+):([\w,-]+)")


def knowing(policy: TagPolicy, present: Mapping[str, Any]) -> TagPolicy:
    """Return the policy that also knows as ours what the photo's mark says."""
    told = _told(present)
    ours: dict[str, tuple[str, ...]] = {tag: tuple(value) for tag, value in policy.ours.items()}
    for name, marked in told.items():
        for tag in _tags(name, policy):
            there = items_of(present.get(tag))
            found = [each for each in there if _digest(_key(name, each)) in marked]
            ours[tag] = tuple(dict.fromkeys((*ours.get(tag, ()), *found)))
    return replace(policy, ours={tag: value for tag, value in ours.items() if value})


def plan_own(path: str, words: Words, present: Mapping[str, Any], policy: TagPolicy) -> TagPlan:
    """Plan as ``tags.plan`` does, and mark what will be ours; ``policy`` is a knowing one.

    Without ``policy.mark`` a mark that is there goes: it would grow stale.
    """
    made = plan(path, words, present, policy)
    if any(each.severity is Severity.HOLD for each in made.findings):
        return made
    old, new = words_of(present, MARK), _mark(made, words, present, policy) if policy.mark else ""
    if old == new:
        return made
    # In the list for people only where nothing else changes: it is no word of anybody.
    changes = made.changes or ((MARK, old, new),)
    if new:
        return replace(made, values={**made.values, MARK: new}, changes=changes)
    return replace(made, delete=(*made.delete, MARK), changes=changes)


def written_by_us(
    made: TagPlan, words: Words, present: Mapping[str, Any], policy: TagPolicy
) -> dict[str, tuple[str, ...]]:
    """Return what of the file's words is batchcap's once ``made`` is written, the mark with it."""
    mark = made.values.get(MARK)
    ours = authored(made, words, present, policy)
    return {**ours, MARK: (mark,)} if isinstance(mark, str) else ours


def words_after(
    made: TagPlan, present: Mapping[str, Any], policy: TagPolicy
) -> dict[str, str | tuple[str, ...]]:
    """Return what the photo says once ``made`` is written: field → text, or → keywords.

    A tag without a limit is believed before one that may hold a cut text.
    """
    after = _after(made, present)
    said: dict[str, str | tuple[str, ...]] = {}
    for name, named in policy.tags.items():
        tags = sorted(dict.fromkeys((*named, *COPIES.get(name, ()))), key=_limited)
        if name == "keywords":
            lists = [items_of(after.get(tag)) for tag in tags if TAGS[tag].kind is Kind.LIST]
            said[name] = next((each for each in lists if each), ())
        else:
            said[name] = next((text for tag in tags if (text := words_of(after, tag))), "")
    return {name: value for name, value in said.items() if value}


def _after(made: TagPlan, present: Mapping[str, Any]) -> dict[str, Any]:
    kept = {tag: value for tag, value in present.items() if tag not in made.delete}
    return {**kept, **made.values}


def _limited(tag: str) -> bool:
    return TAGS[tag].limit > 0 or TAGS[tag].exact > 0


def _mark(made: TagPlan, words: Words, present: Mapping[str, Any], policy: TagPolicy) -> str:
    """Return the mark of what is ours among the words that the file will hold, "" for none."""
    ours = authored(made, words, present, policy)
    after = _after(made, present)
    fields = []
    for name in sorted(policy.tags):
        stand: set[str] = set()
        for tag in _tags(name, policy):
            own = {_key(name, each) for each in ours.get(tag, ())}
            stand |= own and own & {_key(name, each) for each in items_of(after.get(tag))}
        if stand:
            fields.append(f"{name}:{','.join(sorted(map(_digest, stand)))}")
    return " ".join((_FORM, *fields)) if fields else ""


def _told(present: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the digests that the mark holds, by field."""
    form, _, fields = words_of(present, MARK).partition(" ")
    if form != _FORM:
        return {}
    return {name: frozenset(listed.split(",")) for name, listed in _FIELD.findall(fields)}


def _tags(name: str, policy: TagPolicy) -> Iterable[str]:
    named = policy.tags.get(name, ())
    return dict.fromkeys((*named, *COPIES.get(name, ()), *ECHOES.get(name, ())))


def _key(name: str, text: str) -> str:
    """Return what two texts must share to be one; a text that a person recased is the person's."""
    plain = unicodedata.normalize("NFC", text.strip())
    return plain.casefold() if name == "keywords" else plain


def _digest(key: str) -> str:
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[:_BYTES]).decode("ascii")
