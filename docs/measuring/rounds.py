"""Two ways of doing the same, timed in turns; with and without another process in the way."""

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# A process counts as its own what its parent held when it began: the parent has to be a small one.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
unit = 1 if sys.platform == "darwin" else 1024
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit)
"""

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, against what, how many times as long.

    ``busy`` is the same with one of the cores taken by another process.
    """

    what: str
    against: str
    ratio: float
    busy: float | None = None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where programs run: their environment, and how many cores there are."""

    environ: dict[str, str]
    cores: int

    def run(self, *command: str) -> str:
        """Run a command; gives what it says. Its failure ends the measurement."""
        ended = subprocess.run(
            command, env=self.environ, capture_output=True, encoding="utf-8", check=False
        )
        if ended.returncode:
            sys.exit(
                f"{' '.join(command[:6])} … failed: {ended.stderr[-2000:]}{ended.stdout[-500:]}"
            )
        return ended.stdout

    def batchcap(self, folder: Path, *words: str) -> str:
        """Run a command of batchcap on a workspace."""
        return self.run(sys.executable, "-m", "batchcap", *words, "-q", "-w", str(folder))

    def side_by_side(self, commands: Sequence[Sequence[str]], **extra: str) -> None:
        """Run commands at the same time."""
        environ = {**self.environ, **extra}
        started = [subprocess.Popen(each, env=environ) for each in commands]
        if any([each.wait() for each in started]):  # noqa: C419 wait for all of them
            sys.exit(f"{commands[0][0]} failed")

    def peak(self, *command: str) -> float:
        """Run a command; gives the most memory it held, in MB."""
        return float(self.run(sys.executable, "-c", PEAK, *command)) / 1e6


def machine(scratch: Path) -> Machine:
    """Return this machine; modules are compiled into ``scratch``, as an installation has them."""
    environ = {key: each for key, each in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environ |= {"PYTHONPYCACHEPREFIX": str(scratch / "compiled"), "PYTHONUTF8": "1"}
    return Machine(environ, os.cpu_count() or 1)


def timed(work: Work) -> float:
    """Return the seconds that some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def medians(works: Sequence[Work], rounds: int, before: Work = lambda: None) -> list[float]:
    """Return the median seconds of each, done in turns; ``before`` is not counted."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for times, work in zip(took, works, strict=True):
            before()
            times.append(timed(work))
    return [statistics.median(each) for each in took]


def ratios(works: Sequence[Work], rounds: int, before: Work = lambda: None) -> list[list[float]]:
    """Return the first over each of the others: on the machine as it is, and with one core busy."""
    found = []
    for way in (contextlib.nullcontext, spinning):
        with way():
            mine, *others = medians(works, rounds, before)
        found.append([mine / each for each in others])
    return found


@contextlib.contextmanager
def spinning() -> Iterator[None]:
    """Keep one core busy."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinner:
        try:
            yield
        finally:
            spinner.kill()
