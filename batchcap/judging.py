"""Lines of a result file, read and judged: how each request ended, and in which checked words.

Takes lines and what was asked for; gives one judgement a line, in order, ready for the ledger.
Does the part of join that other processes can do: never opens the ledger, never knows which of two
replies counts.
"""

import functools
import pickle
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from batchcap.batches.outcomes import REFUSAL, fingerprint, outcome, policy
from batchcap.batches.replies import read_reply
from batchcap.captions.quality import review
from batchcap.captions.reply import parse
from batchcap.ledger.captions import findings_to_json, words_to_json
from batchcap.ledger.facts import facts_from_json, undated
from batchcap.records import (
    Caption,
    Facts,
    Outcome,
    Policy,
    Preset,
    Reply,
    Severity,
    Trouble,
    Usage,
    Verdict,
)
from batchcap.records.captions import Checks

_KNOWN = 1024
PresetOf = Callable[[str], Preset]
# By custom_id the preset that was asked with, and the facts that were known, as JSON.
Asked = Mapping[str, tuple[str, str]]


class Page(NamedTuple):
    """Some lines of a result file as (1-based number, bytes), and what they seem to answer.

    Plain values, for hundreds go to another process at a time.
    """

    lines: Sequence[tuple[int, bytes]]
    asked: Asked


class Ending(NamedTuple):
    """How a request ended; ``words`` and ``findings`` are JSON, "" where there is no caption."""

    outcome: Outcome
    code: str
    policy: Policy
    message: str
    severity: Severity | None = None
    words: str = ""
    findings: str = ""


class Draft(NamedTuple):
    """An answer that is a caption, and what it is checked by."""

    preset: Preset
    caption: Caption
    facts: Facts


class Judged(NamedTuple):
    """What one line says.

    ``known`` is set where the page held its task: only then was an answer checked.
    """

    custom_id: str
    line: int
    known: bool
    mark: str
    usage: Usage
    ending: Ending


def judge(preset_of: PresetOf, page: Page) -> list[Judged | Trouble]:
    """Return what each line of a page says; a Trouble where not even its custom_id can be told."""
    # One kind of work after the other, each on all lines: line by line it takes a fifth longer,
    # since the processor has to fetch each part of it anew.
    told = [read_reply(number, raw) for number, raw in page.lines]
    replies = [each for each in told if isinstance(each, Reply)]
    known = [page.asked.get(each.custom_id) for each in replies]
    marks = [fingerprint(each) for each in replies]
    drafts = [_draft(preset_of, *each) for each in zip(replies, known, strict=True)]
    verdicts = [each if isinstance(each, Ending) else review(*each) for each in drafts]
    endings = [each if isinstance(each, Ending) else _checked(each) for each in verdicts]
    judged = (
        Judged(reply.custom_id, reply.line, asked is not None, mark, reply.usage, ending)
        for reply, asked, mark, ending in zip(replies, known, marks, endings, strict=True)
    )
    return [each if isinstance(each, Trouble) else next(judged) for each in told]


def judge_apart(given: tuple[Page, bytes]) -> list[Judged | Trouble]:
    """Do the same in another process, with presets by name as ``packed`` gave them."""
    page, presets = given
    return judge(_unpacked(presets).__getitem__, page)


def packed(presets: Mapping[str, Preset]) -> bytes:
    """Return presets for another process."""
    return pickle.dumps(dict(presets))


# A worker has no other place to keep what comes with every page: as bytes they are always the same.
@functools.lru_cache(maxsize=1)
def _unpacked(presets: bytes) -> Mapping[str, Preset]:
    found: Mapping[str, Preset] = pickle.loads(presets)  # noqa: S301 our parent's own
    return found


def _draft(preset_of: PresetOf, reply: Reply, asked: tuple[str, str] | None) -> Draft | Ending:
    """Return an answer as it is to be checked, or how else the request ended."""
    ended, code = outcome(reply)
    if asked is None or ended is not Outcome.ANSWERED:
        return Ending(ended, code, policy(ended, code), _why(ended, code, reply))
    preset = preset_of(asked[0])
    parsed = parse(preset, reply.text)
    if isinstance(parsed, Caption):
        return Draft(preset, parsed, _facts(preset, asked[1]))
    if parsed.code == REFUSAL:
        told = _why(Outcome.REFUSED, parsed.code, reply)
        return Ending(Outcome.REFUSED, parsed.code, Policy.NEVER, told)
    return Ending(Outcome.FAILED, parsed.code, Policy.DIFFERENT, parsed.message)


def _checked(verdict: Verdict) -> Ending:
    grave = [each.message for each in verdict.findings if each.severity is not Severity.REPAIRED]
    return Ending(
        Outcome.ANSWERED,
        "",
        Policy.KEEP,
        " ".join(grave),
        verdict.severity,
        words_to_json(verdict.caption),
        findings_to_json(verdict.findings),
    )


def _facts(preset: Preset, text: str) -> Facts:
    """Return what is known of a photo but its time, which no rule asks for.

    Of an archive's photos many know the same but for that: then it is the same object.
    """
    return preset.lists.remembered(_known, _KNOWN)(undated(text))


def _known(_lists: Checks, text: str) -> Facts:
    return facts_from_json(text)


def _why(ended: Outcome, code: str, reply: Reply) -> str:
    if ended is Outcome.ANSWERED:
        return ""
    if ended is Outcome.REFUSED:
        return f"The model refused: {(reply.refusal or reply.error_message or code)[:300]}"
    said = reply.error_message or reply.error_code or code
    return f"The request failed ({code}): {said[:300]}"
