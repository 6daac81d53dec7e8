"""One command that is cut off at a given point, as by a power cut.

Takes a workspace, a server's address, the command and a number N. A transaction of the ledger has
two points: before its commit (what was done is not recorded) and after it (what is recorded as
intended is not done). The N-th point ends the process at once; a run that never comes to it ends
well and prints how many points it passed.
"""

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from batchcap.ledger import Ledger, open_ledger
from batchcap.render import Terminal
from batchcap.stages.run import run
from batchcap.stages.undo import undo
from batchcap.workspace import Outside, open_workspace

KILLED = 137


class Mortal(Ledger):
    """A ledger whose process dies at its N-th point."""

    points = 0
    last = 0

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        outermost = not self._connection.in_transaction
        with super()._transaction():
            yield
            if outermost:
                self.point()
        if outermost:
            self.point()

    def point(self) -> None:
        self.points += 1
        if self.points == self.last:
            for worker in multiprocessing.active_children():
                worker.kill()
            os._exit(KILLED)


def main(root: str, url: str, command: str, last: str) -> None:
    flags = {"provider.base_url": url}
    terminal = Terminal(sys.stderr, sys.stderr, as_json=False, quiet=True)
    outside = Outside({}, terminal, contextlib.nullcontext, flags)
    with open_workspace(Path(root), outside) as workspace:
        with open_ledger(workspace.state / "ledger.sqlite") as opened:
            ledger = Mortal(opened._connection)
            ledger.last = int(last)
            workspace.__dict__["ledger"] = ledger
            result = run(workspace, wait=True) if command == "run" else undo(workspace)
        sys.stdout.write(f"{int(result.exit_code)} {ledger.points}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
