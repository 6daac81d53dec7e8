"""The sandbox alone, for any client of the Batch API, until Ctrl-C."""

import contextlib
from pathlib import Path
from typing import Any, Protocol

from batchcap.config import read_toml
from batchcap.errors import ConfigError, UsageError
from batchcap.records import Exit, StageResult
from batchcap.sandbox import Faults, Options
from batchcap.sandbox import serve as listen


class Teller(Protocol):
    """Where a line is told."""

    def say(self, text: str) -> None:
        """Tell one line."""


def serve(
    terminal: Teller, workspace: Path, *, directory: Path, host: str, port: int, **given: Any
) -> StageResult:
    """Serve the sandbox from ``directory`` (relative to the workspace) until Ctrl-C."""
    faults: Path | None = given.get("faults")
    torn = _faults(faults)
    always: dict[str, Any] = dict(torn.server)
    try:
        options = Options(
            workspace / directory, faults=torn, dialect=str(given.get("dialect")), **always
        )
    except ValueError as error:
        raise UsageError(str(error), hint="batchcap sandbox serve --dialect openai") from error

    def ready(base_url: str) -> None:
        terminal.say(f"The sandbox listens on {base_url}; any API key does. Ctrl-C ends it.")

    try:
        with contextlib.suppress(KeyboardInterrupt):
            listen(options, host, port, ready)
    except OSError as error:
        raise UsageError(
            f"The sandbox cannot listen on {host}:{port}: {error.strerror}.",
            hint="batchcap sandbox serve --port 0",
        ) from error
    return StageResult("serve", Exit.DONE)


def _faults(path: Path | None) -> Faults:
    if path is None:
        return Faults()
    if not path.is_file():
        raise UsageError(
            f"There is no file {path}.", hint="batchcap sandbox serve --faults FILE.toml"
        )
    try:
        return Faults.from_mapping(read_toml(path))
    except ValueError as error:
        raise ConfigError(f"{path.name}: {error}.") from error
