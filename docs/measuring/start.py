"""How long the program takes to begin, against importing click alone."""

import sys
from pathlib import Path

from measuring.rounds import Machine, Row, ratios


def measure_start(machine: Machine, folder: Path, rounds: int) -> list[Row]:
    """Compare --help, and status of a small workspace, with the import of click."""
    (folder / "photo").mkdir(parents=True)
    machine.batchcap(folder, "init", "--photos", "photo", "--provider", "sandbox")
    rows = []
    for words in (["--help"], ["status", "-w", str(folder)]):

        def ours(given: list[str] = words) -> None:
            machine.run(sys.executable, "-m", "batchcap", *given)

        def theirs() -> None:
            machine.run(sys.executable, "-c", "import click")

        ours()
        (quiet,), (busy,) = ratios([ours, theirs], rounds)
        rows.append(Row(f"batchcap {words[0]}", "python -c 'import click'", quiet, busy))
    return rows
