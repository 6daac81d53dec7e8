"""Lines of a result file, read and judged: how each request ended, and in which checked words.

Takes a part of a file and a ledger to look tasks up in; gives one judgement a line, in order, ready
to be recorded. Does the part of join that other processes can do: never writes to the ledger, never
knows which of two replies counts.
"""

import functools
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from batchcap.batches.jsonl import Part, lines_of
from batchcap.batches.outcomes import REFUSAL, fingerprint, outcome, policy
from batchcap.batches.replies import read_reply
from batchcap.captions.quality import review
from batchcap.captions.reply import parse
from batchcap.ledger import open_captions
from batchcap.ledger.captions import Captions, OpenTask, findings_to_json, words_to_json
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
_NO_FINDINGS = findings_to_json(())
PresetOf = Callable[[str], Preset]
Plain = tuple[Any, ...]


class Page(NamedTuple):
    """Some lines of a result file, and the batch that they answer with its task file."""

    path: Path
    part: Part
    submission_id: int
    task_file_id: int


class Basis(NamedTuple):
    """What lines are judged by: presets by name, and the tasks that were asked for."""

    preset_of: PresetOf
    captions: Captions


class Ending(NamedTuple):
    """How a request ended; ``words`` and ``findings`` are JSON, "" where there is no caption."""

    outcome: Outcome
    code: str
    policy: Policy
    message: str
    severity: Severity | None = None
    words: str = ""
    findings: str = ""


class Candidate(NamedTuple):
    """An answer that is a caption, and what it is checked by."""

    preset: Preset
    caption: Caption
    facts: Facts


class Judged(NamedTuple):
    """What one line says, and of which task: None for a stranger.

    Only an answer to a task of the page's own file is checked: no other one counts.
    """

    custom_id: str
    line: int
    mark: str
    usage: Usage
    ending: Ending
    task: OpenTask | None


def judge(by: Basis, page: Page) -> list[Judged | Trouble]:
    """Return what each line of a page says; a Trouble where not even its custom_id can be told."""
    with page.path.open("rb") as stream:
        # One kind of work after the other, each on all lines: line by line it takes a fifth longer,
        # since the processor has to fetch each part of it anew.
        told = [read_reply(number, raw) for number, raw in lines_of(page.part, stream)]
    replies = [each for each in told if isinstance(each, Reply)]
    tasks = by.captions.tasks({each.custom_id for each in replies})
    known = [tasks.get(each.custom_id) for each in replies]
    marks = [fingerprint(each) for each in replies]
    ours = [each if each and each.task_file_id == page.task_file_id else None for each in known]
    candidates = [_candidate(by.preset_of, *each) for each in zip(replies, ours, strict=True)]
    verdicts = [each if isinstance(each, Ending) else review(*each) for each in candidates]
    endings = [each if isinstance(each, Ending) else _checked(each) for each in verdicts]
    judged = (
        Judged(reply.custom_id, reply.line, mark, reply.usage, ending, task)
        for reply, mark, ending, task in zip(replies, marks, endings, known, strict=True)
    )
    return [each if isinstance(each, Trouble) else next(judged) for each in told]


def judge_apart(given: tuple[Page, Path, Path]) -> list[Plain | Trouble]:
    """Do the same in another process, by the file that ``pack`` made and the ledger's."""
    page, presets, ledger = given
    found = judge(_basis(presets, ledger), page)
    return [each if isinstance(each, Trouble) else _plain(each) for each in found]


def _plain(judged: Judged) -> Plain:
    """Return a judgement as plain values: they travel in a quarter of the time."""
    *said, usage, ending, task = judged
    return *said, tuple(usage), tuple(ending), task and tuple(task)


def whole(plain: Plain) -> Judged:
    """Return the judgement that another process sent."""
    custom_id, line, mark, usage, ending, task = plain
    known = task and OpenTask(*task)
    return Judged(custom_id, line, mark, Usage(*usage), Ending(*ending), known)


def pack(presets: Mapping[str, Preset], path: Path) -> None:
    """Write presets into a file for another process: too much to go with every page."""
    path.write_bytes(pickle.dumps(dict(presets)))


# A worker has no other place to keep what it was handed.
@functools.lru_cache(maxsize=1)
def _basis(presets: Path, ledger: Path) -> Basis:
    found: Mapping[str, Preset] = pickle.loads(presets.read_bytes())  # noqa: S301 our parent's own
    return Basis(found.__getitem__, open_captions(ledger))


def _candidate(preset_of: PresetOf, reply: Reply, task: OpenTask | None) -> Candidate | Ending:
    """Return an answer as it is to be checked, or how else the request ended."""
    ended, code = outcome(reply)
    if task is None or ended is not Outcome.ANSWERED:
        return Ending(ended, code, policy(ended, code), _why(ended, code, reply))
    preset = preset_of(task.preset)
    parsed = parse(preset, reply.text)
    if isinstance(parsed, Caption):
        return Candidate(preset, parsed, _facts(preset, task.facts))
    if parsed.code == REFUSAL:
        told = _why(Outcome.REFUSED, parsed.code, reply)
        return Ending(Outcome.REFUSED, parsed.code, Policy.NEVER, told)
    return Ending(Outcome.FAILED, parsed.code, Policy.DIFFERENT, parsed.message)


def _checked(verdict: Verdict) -> Ending:
    words = words_to_json(verdict.caption)
    if not verdict.findings:
        return Ending(Outcome.ANSWERED, "", Policy.KEEP, "", None, words, _NO_FINDINGS)
    grave = [each.message for each in verdict.findings if each.severity is not Severity.REPAIRED]
    return Ending(
        Outcome.ANSWERED,
        "",
        Policy.KEEP,
        " ".join(grave),
        verdict.severity,
        words,
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
