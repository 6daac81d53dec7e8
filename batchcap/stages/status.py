"""Where every photo and every batch stands, and what it costs. Changes nothing."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from batchcap.atomic import AtomicFile
from batchcap.balance import money, states
from batchcap.batches.cost import dollars
from batchcap.captions.agencies.wording import disarm
from batchcap.errors import BooksDoNotBalance, UsageError
from batchcap.ledger.photos import AMISS, Known
from batchcap.problems import LISTED, Problems
from batchcap.records import Exit, Problem, StageResult, Submission, Usage
from batchcap.workspace import Workspace

FACTS = (
    *("country", "country_code", "country_code3", "state", "city", "location"),
    *("release", "taken", "camera", "names", "notes"),
)
UNREADABLE = "unreadable"
# What to do about a photo in such a state.
THEN = {
    "held": "batchcap status --photo PATH",
    "refused": "batchcap build --regenerate PATH",
    "failed": "batchcap build --regenerate PATH",
    "write_failed": "batchcap write",
    UNREADABLE: "batchcap build",
}
# Where at least one photo in so many is in a state, its first ones are found by walking.
DENSE = 100


def status(workspace: Workspace) -> StageResult:
    """Return how many photos are in each state; the states sum to the photos.

    Raises BooksDoNotBalance where they do not.
    """
    ledger = workspace.ledger
    counts, total = states(workspace), ledger.photos.total()
    if sum(counts.values()) != total:
        raise BooksDoNotBalance(
            f"{total} photos, but the states sum to {sum(counts.values())}.",
            kept="Nothing was changed.",
            hint="batchcap verify",
        )
    return StageResult(
        "status",
        Exit.DONE,
        {"photos": total, **counts},
        _problems(workspace, counts).told(),
        {"batches": _batches(workspace), "queue": _queue(workspace), "money": _money(workspace)},
        _next(workspace, counts),
    )


def photo_status(workspace: Workspace, path: str) -> StageResult:
    """Return everything that is known of one photo; UsageError where there is no such one."""
    photo = workspace.ledger.photos.get(workspace.inside(path))
    if photo is None:
        raise UsageError(
            f"There is no photo {path} in the ledger.", hint="if it is new: batchcap build"
        )
    found = workspace.ledger.captions.caption(photo.task_id, photo.id) if photo.task_id else None
    history = workspace.ledger.photos.history(photo.id)
    facts = photo.facts
    data: dict[str, Any] = {
        "path": photo.path,
        "state": photo.state,
        "follows": photo.leader,
        "reason": _why(workspace, photo),
        "facts": {
            name: {"value": fact.value, "evidence": fact.evidence, "detail": fact.detail}
            for name in FACTS
            if (fact := getattr(facts, name))
        },
        "contradictions": list(facts.contradictions),
        "history": [
            {
                "custom_id": each.custom_id,
                "task_file": each.task_file,
                "outcome": each.outcome,
                "code": each.code,
                "message": each.message,
                "result": each.result,
            }
            for each in history
        ],
    }
    if found:
        caption, findings = found
        data["caption"] = {
            name: value
            for name in caption.__dataclass_fields__
            if (value := getattr(caption, name))
        }
        data["findings"] = [
            {"rule": each.rule, "severity": str(each.severity), "message": each.message}
            for each in findings
        ]
    return StageResult("status", Exit.DONE, {"photos": 1, photo.state: 1}, (), data, "")


def _reason(workspace: Workspace, photo: Known) -> str:
    if not photo.task_id:
        return ""
    outcome = workspace.ledger.captions.outcome_of(photo.task_id)
    said = workspace.ledger.writes.message(photo.id, photo.task_id)
    return said or (outcome.message if outcome else "")


def _batches(workspace: Workspace) -> list[dict[str, Any]]:
    shown = []
    for each in workspace.ledger.submissions.all():
        view = each.view
        shown.append(
            {
                "file": each.submission.file.name,
                "batch": each.submission.remote_id,
                "state": each.ended or (view.raw_state or str(view.state) if view else "sent"),
                "requests": each.submission.file.requests,
                "done": view.completed + view.failed if view else 0,
                "message": each.message,
                **_billed(workspace, each.submission),
            }
        )
    return shown


def _queue(workspace: Workspace) -> dict[str, Any]:
    """Return what may wait at the provider at once, and whose word that is."""
    if workspace.settings.limits.queue_tokens:
        origin = "limits.queue_tokens"
    elif workspace.told_tokens or workspace.queue_requests:
        origin = "the provider's own words, and twice as much with each week since"
    else:
        origin = "known of the model"
    return {
        "tokens": workspace.queue_tokens,
        "requests": workspace.queue_requests,
        "origin": origin,
        "files_waiting": len(workspace.ledger.tasks.files("waiting")),
    }


def _billed(workspace: Workspace, submission: Submission) -> dict[str, Any]:
    usage = workspace.ledger.captions.usage_of(submission)
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "usd": dollars(workspace.models.get(submission.file.model), usage),
    }


def _money(workspace: Workspace) -> list[dict[str, Any]]:
    shown = []
    for each in money(workspace):
        model = workspace.models.get(each.model)
        free = workspace.settings.provider.name == "sandbox"
        estimated = dollars(model, Usage(each.built_input, each.built_output))
        billed = dollars(model, each.usage)
        expected = dollars(model, Usage(each.answered_input, each.answered_output))
        shown.append(
            {
                "model": each.model,
                "estimated_input_tokens": each.built_input,
                "estimated_output_tokens": each.built_output,
                "estimated_usd": estimated,
                "input_tokens": each.usage.input_tokens,
                "output_tokens": each.usage.output_tokens,
                "cached_tokens": each.usage.cached_tokens,
                "reasoning_tokens": each.usage.reasoning_tokens,
                "usd": billed,
                # What was expected for just the requests that were billed, and how far off it was.
                "expected_usd": expected,
                "error": (billed / expected - 1) if billed and expected else None,
                "free": free,
                "prices": f"{model.source}, {model.dated}".strip(", "),
            }
        )
    return shown


def list_amiss(workspace: Workspace, path: Path) -> None:
    """Write a CSV of every photo that a person should look at: photo, state, reason.

    Raises UsageError for a name that is no CSV's, since a photo or the settings could lie there;
    DiskTrouble where it cannot be written.
    """
    if path.suffix.lower() != ".csv":
        raise UsageError(
            f"{path} does not end in .csv.",
            kept="Nothing was written.",
            hint="batchcap status --amiss FILE.csv",
        )
    number = 0
    with AtomicFile(path) as file:
        # Spreadsheets take UTF-8 for what it is only behind this mark.
        file.write("\ufeff".encode() + _line(("photo", "state", "reason")))
        for photo in workspace.ledger.photos.pages(*AMISS):
            name = photo.path if disarm(photo.path) == photo.path else f"./{photo.path}"
            file.write(_line((name, photo.state, disarm(_why(workspace, photo)))))
            number += 1
    workspace.progress.say(f"{path}: {number:,} photos")


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode("utf-8", "replace")


def _why(workspace: Workspace, photo: Known) -> str:
    return photo.trouble.message if photo.trouble else _reason(workspace, photo)


def amiss(workspace: Workspace, counts: Mapping[str, int]) -> Problems:
    """Return the first photos of each state that a person should look at, and what to do."""
    found = Problems()
    for state in AMISS:
        if not counts[state]:
            continue
        dense = counts[state] * DENSE > sum(counts.values())
        listed = 0
        for photo in workspace.ledger.photos.amiss(state, LISTED, dense=dense):
            code = photo.trouble.code if photo.trouble and state == UNREADABLE else state
            found.append(Problem(code, _why(workspace, photo), photo.path, THEN[state]))
            listed += 1
        found.more(state, counts[state] - listed)
    return found


def _problems(workspace: Workspace, counts: Mapping[str, int]) -> Problems:
    """Return what a person should look at: photos, and what may have been sent."""
    found = amiss(workspace, counts)
    for each in workspace.ledger.submissions.in_doubt():
        name = each.file.name
        found.append(Problem("in_doubt", f"{name} may have been sent.", hint="batchcap submit"))
    return found


def _next(workspace: Workspace, counts: dict[str, int]) -> str:
    ledger = workspace.ledger
    if ledger.submissions.in_doubt() or ledger.tasks.files("waiting"):
        return "batchcap submit"
    opened = ledger.submissions.open()
    if any(len(ledger.submissions.files(each.submission)) > 1 for each in opened):
        return "batchcap join"
    if opened:
        return "batchcap poll --wait"
    if counts["captioned"]:
        return "batchcap write"
    if counts["retry"] or counts["new"] or not sum(counts.values()):
        return "batchcap build"
    return ""
