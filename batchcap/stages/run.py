"""All stages in their order, stopping where time or a person is needed."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from batchcap.balance import states
from batchcap.problems import MORE
from batchcap.records import Exit, Problem, StageResult
from batchcap.stages.build import Order, build
from batchcap.stages.join import join
from batchcap.stages.poll import Patience, poll
from batchcap.stages.status import amiss
from batchcap.stages.submit import send_next, submit
from batchcap.stages.write import DUE, write
from batchcap.workspace import Workspace

# States that no stage leaves by itself: some photos failed.
FAILED = ("refused", "failed", "write_failed", "unreadable")
# What a person should hear of first.
GRAVEST = (Exit.UNBALANCED, Exit.FAILED, Exit.HELD, Exit.WAITING)


def run(workspace: Workspace, *, wait: bool = False) -> StageResult:
    """Run build, submit, poll, join and write until nothing is left that the program can do.

    Photos to be asked again go round once more, up to ``limits.attempts``.
    """
    results: list[StageResult] = []
    # Every round asks each photo at least once more, so the attempts bound the rounds.
    for _ in range(workspace.settings.limits.attempts + 1):
        results += _round(workspace, wait=wait)
        if results[-1].exit_code in (Exit.WAITING, Exit.UNBALANCED):
            break
        if any(each.code == "no_balance" for each in results[-1].problems):
            break
        if not workspace.ledger.photos.counts()["retry"]:
            break
    counts = workspace.ledger.photos.counts()
    if any(counts[each] for each in DUE):
        results.append(_told(workspace, write(workspace)))
    return _sum(workspace, results)


def _round(workspace: Workspace, *, wait: bool) -> list[StageResult]:
    results = [_told(workspace, build(workspace, Order()))]
    if workspace.ledger.tasks.files("waiting", "doubt"):
        results.append(_told(workspace, submit(workspace)))
    if workspace.ledger.submissions.open():
        results.append(_told(workspace, poll(workspace, Patience(wait=wait), send_next)))
        results.append(_told(workspace, join(workspace)))
    return results


def _told(workspace: Workspace, result: StageResult) -> StageResult:
    counted = ", ".join(
        f"{name.replace('_', ' ')} {value:,}" for name, value in result.counts.items() if value
    )
    workspace.progress.say(f"{result.command}: {counted or 'nothing to do'}")
    return result


def _sum(workspace: Workspace, results: list[StageResult]) -> StageResult:
    counts: Counter[str] = Counter()
    problems: dict[Problem, None] = {}
    for result in results:
        # A photo that is looked at in every round is one photo all the same.
        if result.command == "build":
            last = {name: result.counts[name] for name in ("photos", "skipped", "unreadable")}
            counts.update({k: int(v) for k, v in result.counts.items() if k not in last})
            counts.update({k: int(v) - counts[k] for k, v in last.items()})
        else:
            counts.update({name: int(value) for name, value in result.counts.items()})
        problems.update(dict.fromkeys(result.problems))
    left = states(workspace)
    problems.update(dict.fromkeys(_untold(workspace, left, problems)))
    codes = {result.exit_code for result in results}
    codes |= {Exit.FAILED} if any(left[each] for each in FAILED) else set()
    codes |= {Exit.HELD} if left["held"] else set()
    code = next((each for each in GRAVEST if each in codes), Exit.DONE)
    # What a person must decide first is not sent by waiting.
    stopped = any(each.command == "submit" and each.exit_code == Exit.HELD for each in results)
    waiting = not stopped and workspace.ledger.tasks.files("waiting")
    if workspace.ledger.submissions.open() or waiting:
        code = Exit.WAITING if code != Exit.UNBALANCED else code
    return StageResult(
        "run",
        code,
        dict(counts),
        tuple(problems),
        {"stages": [each.command for each in results]},
        "batchcap run --wait" if code == Exit.WAITING else "batchcap status",
    )


def _untold(
    workspace: Workspace, left: Mapping[str, int], told: Collection[Problem]
) -> Iterator[Problem]:
    """Yield what earlier runs left for a person, of which no stage of this one spoke."""
    photos, counted = {each.photo for each in told}, {each.message for each in told}
    for each in amiss(workspace, left).told():
        if each.message not in counted if each.code == MORE else each.photo not in photos:
            yield each
