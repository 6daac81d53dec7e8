"""Two workers over the same chunk: one that was taken for lost, and the one that took it over."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from batchcap.fan_out import Crew
from batchcap.metadata.patch import apply_patch, is_written
from batchcap.metadata.replace import PREFIX
from batchcap.metadata.sidecar import Target
from batchcap.metadata.tags import TagPolicy, Words
from batchcap.photos.digest import image_digest
from batchcap.writers import ClusterPool
from batchcap.writing import Ready, Wanted, draft_chunk, put

TAGS = {"title": ("XMP-dc:Title",)}


def wanted(folder: Path, title: str, target: Target) -> list[Wanted]:
    return [
        Wanted(
            each.name, each, image_digest(each), Words({"title": title}), TagPolicy(TAGS), target
        )
        for each in sorted(folder.glob("[!.]*.jpg"))
    ]


@pytest.mark.parametrize("target", [Target.EMBED, Target.SIDECAR])
def test_drafts_of_a_worker_that_was_taken_for_lost_are_never_put_in_place(
    tmp_path: Path, target: Target
) -> None:
    """It goes on when the other one's drafts are proven: what is put is what was proven."""
    for number in range(3):
        Image.new("RGB", (60, 40), (90 * number, 40, 10)).save(tmp_path / f"größe {number}.jpg")
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    with ThreadPoolExecutor(2) as executor:
        pool = ClusterPool(Crew(executor, 1, elsewhere=True), "")
        taken_over = pool.map_chunks(draft_chunk, wanted(tmp_path, "proven", target))
        ready = [each for each in next(taken_over) if isinstance(each, Ready)]
        # The other one is in the middle: its drafts stand there, and nobody asks for them.
        lost = pool.map_chunks(draft_chunk, wanted(tmp_path, "late", target))
        next(lost)
        assert len(ready) == 3
        for each in ready:
            assert put(each, keep_time=False) is None
            assert is_written(each.home.path, each.patch)
        assert list(tmp_path.glob(f"{PREFIX}*"))
        assert next(taken_over, None) is None
        assert not list(tmp_path.glob(f"{PREFIX}*"))
        lost.close()
    if target is Target.EMBED:
        for each in ready:
            back = tmp_path / f"{each.wanted.path}.back"
            apply_patch(each.home.path, each.patch, back)
            assert back.read_bytes() == before[each.home.path]
    else:
        assert {each: each.read_bytes() for each in before} == before
