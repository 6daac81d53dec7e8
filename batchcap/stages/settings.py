"""Each setting with where it came from. Changes nothing."""

from batchcap.records import Exit, StageResult
from batchcap.workspace import Workspace


def settings(workspace: Workspace) -> StageResult:
    """Return every setting: key, value and the layer that set it."""
    shown = []
    for key, origin in workspace.config.origins.items():
        section, _, name = key.rpartition(".")
        holder = getattr(workspace.settings, section) if section else workspace.settings
        value = getattr(holder, name)
        shown.append(
            {
                "key": key,
                "value": list(value) if isinstance(value, tuple) else value,
                "origin": origin,
            }
        )
    return StageResult("config", Exit.DONE, {}, (), {"settings": shown}, "")
