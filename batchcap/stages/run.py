"""All stages in their order, stopping where time or a person is needed."""

from collections import Counter

from batchcap.records import Exit, Problem, StageResult
from batchcap.stages.build import Order, build
from batchcap.stages.join import join
from batchcap.stages.poll import Patience, poll
from batchcap.stages.submit import send_next, submit
from batchcap.stages.write import write
from batchcap.workspace import Workspace

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
    if workspace.ledger.photos.counts()["captioned"]:
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
    codes = {result.exit_code for result in results}
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
