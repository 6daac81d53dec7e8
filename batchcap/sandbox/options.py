"""What a sandbox is told when it starts.

Takes and gives: one frozen value. Never reads a file or the environment.
"""

from dataclasses import dataclass, field
from pathlib import Path

from batchcap.sandbox.faults import Faults


@dataclass(frozen=True, slots=True)
class Options:
    """One sandbox: where its state lies, how fast its clock runs, what goes wrong.

    A batch stays ``validating`` seconds, is worked over ``running + per_request x requests``
    seconds (or longer, where the work takes longer), then stays ``finalizing`` seconds; each
    figure is multiplied by ``pace``, so 0 is as fast as it goes. ``look=False`` answers without
    opening the pictures, with colours drawn from a hash: for load runs only, the words are made up.
    """

    directory: Path
    pace: float = 1.0
    validating: float = 0.2
    running: float = 0.3
    per_request: float = 0.0002
    finalizing: float = 0.1
    cancelling: float = 0.1
    queue_tokens: int = 0
    """Enqueued prompt tokens a model may have at once; 0: no limit."""
    look: bool = True
    fetch: bool = False
    """Also download pictures from other machines; from this machine it always does."""
    max_upload_bytes: int = 209_715_200
    max_requests: int = 50_000
    faults: Faults = field(default_factory=Faults)
