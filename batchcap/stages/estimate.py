"""What build would send: requests, tokens, files, waves and dollars. Writes no task file.

Says what the same photos would cost with every other model, and what their originals would.
A large archive is measured on a sample of its photos, evenly spread, and says so.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from batchcap.archive import Evidence, asking, picked, read, unshown, walk
from batchcap.batches.comparison import Shown, Way, compare
from batchcap.batches.cost import estimate as dollars
from batchcap.batches.tokens import ImageRefused, image_tokens
from batchcap.bursts import ONE, Guessed
from batchcap.errors import UsageError
from batchcap.families import Families
from batchcap.models import shutdown_warning
from batchcap.records import Exit, Prepared, Problem, Sighting, StageResult
from batchcap.request import make_task, output_tokens
from batchcap.workspace import Workspace

# Photos that are read in full; archives up to this size are measured exactly.
SAMPLE = 48
# Steps of this part of one spread evenly and never fall in with a camera's rhythm.
GOLDEN = (math.sqrt(5) - 1) / 2
# A photo, and whether it is counted or only seen for the sake of the next one.
Drawn = tuple[Sighting, bool]


@dataclass(frozen=True, slots=True)
class Sampled:
    """What the sample came to: requests that fit, and their input tokens, output and bytes.

    ``inherit`` are photos that would not be asked for, but get the words of another frame.
    """

    looked_at: int
    requests: int
    inherit: int
    input_tokens: int
    output_tokens: int
    bytes: int
    photos: tuple[Shown, ...]


def estimate(workspace: Workspace) -> StageResult:
    """Measure what the next build would send."""
    evidence = Evidence(workspace)
    met = walk(workspace, ())
    photos = met.photos
    if not photos and not met.closed:
        raise UsageError(
            f"There are no photos under {workspace.photos}.",
            hint="correct photos.root or photos.extensions in batchcap.toml",
        )
    Families(workspace).look()
    due = workspace.ledger.photos.count_to_look_at(again=False, followers=False)
    sampled = _measure(workspace, evidence, _draw(workspace, due))
    factor = due / sampled.looked_at if sampled.looked_at else 0.0
    requests = round(sampled.requests * factor)
    real_input, real_output = _calibration(workspace)
    given = round(sampled.input_tokens * factor * real_input)
    made = round(sampled.output_tokens * factor * real_output)
    size = round(sampled.bytes * factor)
    cost = dollars(workspace.model, given, made)
    files = _files(workspace, requests, size, given)
    queue = workspace.queue_tokens
    return StageResult(
        "estimate",
        Exit.DONE,
        {
            "photos": photos,
            "requests": requests,
            "task_files": files,
            "bytes": size,
            "input_tokens": given,
            "output_tokens": made,
            "waves": math.ceil(given / queue) if queue and given else min(files, 1),
            "cost_usd": round(cost or 0.0, 6),
        },
        (
            *met.problems,
            *evidence.problems(everything=not met.closed),
            *_notes(workspace, cost is None, sampled),
        ),
        {
            "model": workspace.model.name,
            "sampled": sampled.looked_at,
            "of": due,
            "inherit": round(sampled.inherit * factor),
            "queue_tokens": queue,
            "calibrated": [round(real_input, 3), round(real_output, 3)],
            "prices": f"{workspace.model.source}, {workspace.model.dated}".strip(", "),
            "free": workspace.settings.provider.name == "sandbox",
            "models": _models(workspace, sampled.photos),
        },
        "batchcap build",
    )


def _calibration(workspace: Workspace) -> tuple[float, float]:
    """Return real over estimated tokens, in and out, of what this model was billed so far."""
    for money in workspace.ledger.captions.money():
        usage = money.usage
        if money.model == workspace.model.name and usage.input_tokens and usage.output_tokens:
            return (
                usage.input_tokens / max(money.answered_input, 1),
                usage.output_tokens / max(money.answered_output, 1),
            )
    return 1.0, 1.0


def _draw(workspace: Workspace, due: int) -> list[Drawn]:
    """Return a sample of the photos that are due, evenly spread; all of them where they are few.

    Where a burst is asked for once, each one comes after the photo before it: a frame tells.
    """
    step, one = max(1, math.ceil(due / SAMPLE)), workspace.settings.photos.series == ONE
    asked = workspace.ledger.photos.to_look_at(again=False, followers=False)
    drawn = []
    for number, sighting in enumerate(asked):
        counted = _is_drawn(number, step)
        if counted or (one and _is_drawn(number + 1, step)):
            drawn.append((sighting, counted))
    return drawn


def _is_drawn(number: int, step: int) -> bool:
    return number % step == int(number // step * GOLDEN % 1.0 * step)


def _measure(workspace: Workspace, evidence: Evidence, drawn: Sequence[Drawn]) -> Sampled:
    how, bursts = asking(workspace), Guessed(workspace)
    one = workspace.settings.photos.series == ONE
    requests = given = made = size = inherit = 0
    shown = []
    looked_at = sum(counted for _, counted in drawn)
    seen = read(workspace, [each for each, _ in drawn], len(drawn))
    for (sighting, counted), (_, found) in zip(drawn, seen, strict=True):
        if not isinstance(found, Prepared) or unshown(workspace, sighting.path):
            continue
        facts = evidence.of(found)
        if one and bursts.inherits(found, facts):
            inherit += counted
            continue
        if not counted:
            continue
        photo = picked(workspace, found, facts, workspace.ledger.tasks.asked(sighting.path))
        try:
            task = make_task(how, photo)
        except ImageRefused:
            continue
        picture = image_tokens(how.model, photo.width, photo.height, how.image.detail)
        text = task.input_tokens - picture
        shown.append(Shown(found.original_width, found.original_height, text))
        requests += 1
        given += task.input_tokens
        made += task.output_tokens
        size += len(task.line) + 1
    return Sampled(looked_at, requests, inherit, given, made, size, tuple(shown))


def _models(workspace: Workspace, photos: Sequence[Shown]) -> list[dict[str, Any]]:
    """Return what 1,000 such photos cost with each model that is not switched off yet."""
    if not photos:
        return []
    image, today = workspace.settings.image, workspace.today().isoformat()
    way = Way(image.detail, 0 if image.send == "hosted" else image.max_side)
    known = [workspace.models.get(name) for name in workspace.models.names()]
    current = [each for each in known if not each.shutdown or each.shutdown > today]
    if workspace.model.name not in {each.name for each in current}:
        current.append(workspace.model)
    return [
        {
            "model": offer.model.name,
            "assumed": offer.model.assumed,
            "shutdown": offer.model.shutdown,
            "sent": asdict(offer.sent) if offer.sent else None,
            "full_size": {
                detail: asdict(each) if each else None for detail, each in offer.full_size.items()
            },
        }
        for offer in compare(current, photos, way, output_tokens(workspace.preset))
    ]


def _files(workspace: Workspace, requests: int, size: int, tokens: int) -> int:
    limits, dialect = workspace.settings.limits, workspace.dialect
    budget = min(limits.task_file_tokens, workspace.queue_tokens or limits.task_file_tokens)
    return max(
        math.ceil(requests / min(limits.max_requests, dialect.max_requests)),
        math.ceil(size / min(limits.max_bytes, dialect.max_bytes)),
        math.ceil(tokens / budget),
    )


def _notes(workspace: Workspace, unpriced: bool, sampled: Sampled) -> list[Problem]:  # noqa: FBT001 - one caller
    notes = []
    model = workspace.model
    if unpriced:
        notes.append(Problem("no_price", f"No price is known for {model.name}."))
    if model.assumed:
        notes.append(
            Problem(
                "assumed",
                f"How {model.name} counts pictures is an assumption: real usage will tell.",
            )
        )
    if sampled.inherit:
        said = (
            f"Of {sampled.looked_at:,} photos that were looked at {sampled.inherit:,} are further"
            " frames of a burst, which are not asked for."
        )
        notes.append(Problem("series", said))
    if warning := shutdown_warning(model, workspace.today()):
        notes.append(Problem("shutdown", warning))
    if not workspace.tokenizer.exact:
        notes.append(Problem("tokens", workspace.tokenizer.note))
    return notes
