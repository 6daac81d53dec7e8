"""A captioned photo of an open workspace → what it is to say, and by which policy.

Takes a workspace and photos as the ledger knows them; gives what ``writing`` plans from. Touches
no photo, records nothing.
"""

from batchcap.ledger.photos import Known
from batchcap.metadata.replace import Stamp
from batchcap.metadata.sidecar import Target
from batchcap.metadata.tags import Mode, TagPolicy
from batchcap.records import Trouble
from batchcap.workspace import Workspace
from batchcap.writing import Wanted, words_of

KEYWORDS = 50  # where the preset names no limit


def captioned(workspace: Workspace, photo: Known) -> bool:
    """Whether the photo's newest request ended in a caption that may be written."""
    outcome = workspace.ledger.captions.outcome_of(photo.task_id)
    return outcome is not None and outcome.result in ("accepted", "repaired")


def wanted_of(workspace: Workspace, photo: Known) -> Wanted | Trouble:
    """Return what a photo is to say.

    Trouble "no_dateline" where an editorial photo's place or date is not known, "no_caption" where
    nothing was answered.
    """
    found = workspace.ledger.captions.caption(photo.task_id, photo.id)
    if found is None:
        return Trouble("no_caption", f"{photo.path} has no caption yet.")
    words = words_of(found[0], photo.facts)
    if isinstance(words, Trouble):
        return words
    return Wanted(
        photo.path,
        workspace.photos / photo.path,
        photo.digest,
        words,
        _policy(workspace, photo),
        Target(workspace.settings.write.target),
        Stamp(photo.size, photo.mtime_ns),
    )


def _policy(workspace: Workspace, photo: Known) -> TagPolicy:
    preset = workspace.preset_named(workspace.ledger.captions.preset_of(photo.task_id))
    keywords = preset.field("keywords")
    ours = {
        tag: (value,) if isinstance(value, str) else tuple(value)
        for tag, value in workspace.ledger.writes.ours(photo.id).items()
    }
    return TagPolicy(
        tags=preset.tags,
        mode=Mode(workspace.settings.write.mode),
        ours=ours,
        keyword_limit=keywords.max_items if keywords and keywords.max_items else KEYWORDS,
        mark=workspace.settings.write.own_words,
    )
