"""Where Python itself spends its time in a stage, asked of py-spy a hundred times a second."""

import re
import shutil
import sys
from collections import Counter
from pathlib import Path

from measuring.rounds import Machine, Work

SHOWN = 8
_FRAME = re.compile(r"^(?P<name>.+) \((?P<file>.+?)(?::\d+)?\)$")
# Whoever waits for another thread or process does nothing.
_WAITING = ("threading.py", "selectors.py", "connection.py", "queues.py", "synchronize.py")


def profile(
    machine: Machine, folder: Path, words: tuple[str, ...], before: Work
) -> list[tuple[str, str, float]]:
    """Run a stage once under py-spy, in all its processes; gives the places that take most."""
    spy = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if spy is None:
        sys.exit("py-spy is missing: pip install -e '.[dev]'")
    before()
    samples = folder / "samples.txt"
    watch = (spy, "record", "--subprocesses", "-r", "100", "-f", "raw", "-o", str(samples), "--")
    command = (sys.executable, "-m", "batchcap", *words, "-q", "-w", str(folder))
    machine.run(*watch, *command)
    found = Counter[str]()
    for line in samples.read_text(encoding="utf-8").splitlines():
        stack, _, number = line.rpartition(" ")
        if place := _place(stack.split(";")):
            found[place] += int(number)
    total = found.total()
    stage = f"{words[0]}: Python, all processes"
    return [(stage, f"`{each}`", number / total) for each, number in found.most_common(SHOWN)]


def _place(stack: list[str]) -> str:
    """Return the innermost module of ours on a stack, or "" where it only waits."""
    if any(each in stack[-1] for each in _WAITING):
        return ""
    for frame in reversed(stack):
        known = _FRAME.match(frame)
        if known and "batchcap/" in known["file"].replace("\\", "/"):
            return known["file"].replace("\\", "/").rpartition("batchcap/")[2]
    return "starting Python"
