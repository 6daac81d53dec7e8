"""What a sandbox is told when it starts.

Takes and gives: one frozen value. Never reads a file or the environment.
"""

from dataclasses import dataclass, field
from pathlib import Path

from batchcap.sandbox.dialects import Dialect, dialect
from batchcap.sandbox.faults import Faults


@dataclass(frozen=True, slots=True)
class Options:
    """One sandbox: where its state lies, how fast its clock runs, whom it imitates, what fails.

    A batch stays ``validating`` seconds, is worked over ``running + per_request x requests``
    seconds (or longer, where the work takes longer), then stays ``finalizing`` seconds; each
    figure is multiplied by ``pace``, so 0 is as fast as it goes. ``look=False`` answers without
    opening the pictures, with colours drawn from a hash: for load runs only, the words are made up.
    ``dialect`` is a name in dialects.py; raises ValueError where it is unknown.
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
    queue_requests: int = 0
    """Requests a model may have enqueued at once; 0: no limit."""
    look: bool = True
    fetch: bool = False
    """Also download pictures from other machines; from this machine it always does."""
    dialect: str = "openai"
    max_upload_bytes: int = 0
    """Bytes of an input file; 0: as many as the dialect takes."""
    max_requests: int = 0
    """Lines of an input file; 0: as many as the dialect takes."""
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        dialect(self.dialect)

    @property
    def spoken(self) -> Dialect:
        """How the vendor that is imitated speaks."""
        return dialect(self.dialect)

    @property
    def most_bytes(self) -> int:
        """Bytes of an input file that are taken."""
        return self.max_upload_bytes or self.spoken.most_bytes

    @property
    def most_requests(self) -> int:
        """Lines of an input file that are taken."""
        return self.max_requests or self.spoken.most_requests
