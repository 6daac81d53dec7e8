"""The one place that catches: a command in, its exit code out.

Opens the workspace, runs the stage, shows what came of it. A bad input becomes a message with the
next command; anything unforeseen leaves its traceback in .batchcap/log, never on the screen.
"""

import contextlib
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from batchcap.errors import BatchcapError, DiskTrouble, UsageError
from batchcap.records import Exit, Problem, StageResult
from batchcap.render import Terminal, failure, standard

KEPT = "What was recorded before is safe."
# A server may repeat a key in its words, and they stand in the traceback.
SECRET = re.compile("KEY|TOKEN|SECRET|PASSWORD")
SHORTEST_KEY = 8


@dataclass(frozen=True, slots=True)
class Options:
    """What every command takes, before or after its name; ``typed`` is the command itself."""

    workspace: Path = Path()
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    flags: Mapping[str, str] = field(default_factory=dict)
    typed: str = ""


Command = Callable[[Terminal], StageResult]


def run(name: str, options: Options, command: Command) -> int:
    """Run one command, show its result and return its exit code."""
    terminal = standard(as_json=options.as_json, quiet=options.quiet)
    result: StageResult | None = None
    try:
        result = _foreseen(name, options, lambda: command(terminal))
        terminal.show(result)
    except BrokenPipeError:
        pass  # whoever listened has heard enough
    except KeyboardInterrupt:
        # Half of the words may stand on stdout.
        result = interrupted(name, options)
        Terminal(sys.stderr, sys.stderr, as_json=False, quiet=options.quiet).show(result)
    except Exception as error:  # noqa: BLE001 - the boundary: no traceback reaches a person
        told = log(options.workspace, True, name)
        if result is not None:
            return not_shown(error, told)
        result = _unforeseen(name, error, told)
        terminal.show(result)
    return int(result.exit_code if result else Exit.FAILED)


def _foreseen(name: str, options: Options, command: Callable[[], StageResult]) -> StageResult:
    """Return what a command did, or why it could not go on."""
    try:
        return command()
    except BatchcapError as error:
        log(options.workspace, options.verbose, name)
        return failure(name, error)
    except KeyboardInterrupt:
        return interrupted(name, options)
    except RuntimeError as error:
        # Python 3.11 wraps what comes while a class is being made: a stage is imported late.
        if isinstance(error.__cause__, KeyboardInterrupt):
            return interrupted(name, options)
        raise
    except OSError as error:
        return failure(name, _disk(error, log(options.workspace, True, name)))
    except MemoryError:
        return failure(name, BatchcapError("There is not enough memory.", kept=KEPT))


def _unforeseen(name: str, error: Exception, told: str) -> StageResult:
    what = f"Something unforeseen happened ({type(error).__name__}: {error}).{told}"
    hint = "type the same command again; if it stays, report it with the log"
    return failure(name, BatchcapError(what, kept=KEPT, hint=hint))


def not_shown(error: Exception, told: str = "") -> int:
    """Say on stderr that the words of a command could not be written; gives the exit code."""
    what = f"{type(error).__name__}: {error}"
    with contextlib.suppress(OSError, UnicodeError):
        sys.stderr.write(
            f"  ! What was done could not be shown ({what}).{told} {KEPT}\n    → batchcap status\n"
        )
    with contextlib.suppress(OSError):
        # Python would try once more on its way out, and show a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(Exit.FAILED)


def interrupted(name: str, options: Options) -> StageResult:
    """Return what Ctrl-C leaves: all that was recorded, and a command that goes on from there."""
    then = options.typed or f"batchcap {name}"
    stopped = Problem("interrupted", f"Stopped. {KEPT}", hint=then)
    return StageResult(name, Exit.INTERRUPTED, problems=(stopped,), next=then)


def usage(name: str, message: str, hint: str, *, as_json: bool) -> int:
    """Show a mistake on the command line and return its exit code."""

    def refuse(_: Terminal) -> StageResult:
        raise UsageError(message, hint=hint)

    return run(name, Options(as_json=as_json), refuse)


def log(workspace: Path, wanted: bool, name: str) -> str:  # noqa: FBT001 - two callers here
    """Append the traceback at hand to .batchcap/log; gives words that say where it lies."""
    folder = workspace / ".batchcap"
    if not wanted or not folder.is_dir():
        return ""
    path = folder / "log"
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    try:
        with path.open("a", encoding="utf-8") as stream:
            told = without_keys(traceback.format_exc(), os.environ)
            stream.write(f"{stamp} batchcap {name}\n{told}\n")
    except OSError:
        # The log is a courtesy: a disk that does not take it must not hide the error itself.
        return ""
    return f" Details are in {path}."


def without_keys(text: str, environ: Mapping[str, str]) -> str:
    """Return the text without the value of any variable that is likely to hold a key."""
    for name, value in environ.items():
        if SECRET.search(name.upper()) and len(value) >= SHORTEST_KEY:
            text = text.replace(value, f"[{name}]")
    return text


def _disk(error: OSError, told: str) -> BatchcapError:
    what = error.strerror or str(error)
    where = f" ({os.fspath(error.filename)})" if error.filename else ""
    return DiskTrouble(
        f"The computer did not let a file be used: {what}{where}.{told}",
        kept=KEPT,
        hint="make room or allow access, then type the same command again",
    )
