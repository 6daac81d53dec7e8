"""The frozen values that cross seams.

Everything here is plain data: no file, clock, network or database. Paths of photos are relative
to ``photos.root`` with ``/`` between the parts; sizes are bytes, sides pixels, money US dollars.
"""

from batchcap.records.batches import (
    BatchError,
    BatchState,
    BatchView,
    Dialect,
    Enqueued,
    Fetched,
    Model,
    Outcome,
    Policy,
    Reply,
    Submission,
    Task,
    TaskFile,
    Usage,
)
from batchcap.records.captions import (
    Caption,
    Field,
    Finding,
    Preset,
    Severity,
    Verdict,
)
from batchcap.records.photos import (
    Camera,
    Fact,
    Facts,
    Nearby,
    Place,
    Prepared,
    Recipe,
    Release,
    Sighting,
    Trouble,
)
from batchcap.records.progress import (
    Bar,
    Progress,
    ProgressBar,
)
from batchcap.records.results import (
    Exit,
    Problem,
    StageResult,
)
from batchcap.records.tags import (
    TagPlan,
)

__all__ = [
    "Bar",
    "BatchError",
    "BatchState",
    "BatchView",
    "Camera",
    "Caption",
    "Dialect",
    "Enqueued",
    "Exit",
    "Fact",
    "Facts",
    "Fetched",
    "Field",
    "Finding",
    "Model",
    "Nearby",
    "Outcome",
    "Place",
    "Policy",
    "Prepared",
    "Preset",
    "Problem",
    "Progress",
    "ProgressBar",
    "Recipe",
    "Release",
    "Reply",
    "Severity",
    "Sighting",
    "StageResult",
    "Submission",
    "TagPlan",
    "Task",
    "TaskFile",
    "Trouble",
    "Usage",
    "Verdict",
]
