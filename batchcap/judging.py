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


class Judged(NamedTuple):
    """What one line says.

    ``known`` is set where the page held its task: only then was an answer checked. ``usage`` is
    input, output, cached and reasoning tokens.
    """

    custom_id: str
    line: int
    known: bool
    mark: str
    usage: tuple[int, int, int, int]
    ending: Ending


def judge(preset_of: PresetOf, page: Page) -> list[Judged | Trouble]:
    """Return what each line of a page says; a Trouble where not even its custom_id can be told."""
    found: list[Judged | Trouble] = []
    for number, raw in page.lines:
        reply = read_reply(number, raw)
        if isinstance(reply, Trouble):
            found.append(reply)
            continue
        asked = page.asked.get(reply.custom_id)
        ended, code = outcome(reply)
        if asked is not None and ended is Outcome.ANSWERED:
            ending = _checked(preset_of(asked[0]), reply, asked[1])
        else:
            ending = Ending(ended, code, policy(ended, code), _why(ended, code, reply))
        usage = reply.usage
        tokens = (usage.input_tokens, usage.output_tokens, usage.cached_tokens)
        spent = (*tokens, usage.reasoning_tokens)
        known, mark = asked is not None, fingerprint(reply)
        found.append(Judged(reply.custom_id, reply.line, known, mark, spent, ending))
    return found


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


def _checked(preset: Preset, reply: Reply, facts: str) -> Ending:
    """Turn an answer into a checked caption, or into a failure that is asked differently."""
    parsed = parse(preset, reply.text)
    if isinstance(parsed, Caption):
        verdict = review(preset, parsed, _facts(preset, facts))
        grave = [
            each.message for each in verdict.findings if each.severity is not Severity.REPAIRED
        ]
        return Ending(
            Outcome.ANSWERED,
            "",
            Policy.KEEP,
            " ".join(grave),
            verdict.severity,
            words_to_json(verdict.caption),
            findings_to_json(verdict.findings),
        )
    if parsed.code == REFUSAL:
        told = _why(Outcome.REFUSED, parsed.code, reply)
        return Ending(Outcome.REFUSED, parsed.code, Policy.NEVER, told)
    return Ending(Outcome.FAILED, parsed.code, Policy.DIFFERENT, parsed.message)


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
