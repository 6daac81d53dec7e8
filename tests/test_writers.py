"""Two over the same chunk: one that was taken for lost or outlived its run, and its successor."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from batchcap.drafting import draft_chunk, put
from batchcap.fan_out import Crew
from batchcap.metadata.patch import apply_patch, is_written
from batchcap.metadata.replace import clean, draft_path, own_prefix
from batchcap.metadata.sidecar import Target
from batchcap.metadata.tags import TagPolicy, Words
from batchcap.photos.digest import image_digest
from batchcap.render import Silent
from batchcap.workspace import Outside, open_workspace
from batchcap.writers import ClusterPool, Pool, swept, writers
from batchcap.writing import Ready, Wanted

TOML = '[provider]\nname = "sandbox"\n[photos]\nroot = "."\n[work]\nprocesses = 1\n'
TAGS = {"title": ("XMP-dc:Title",)}


def wanted(folder: Path, title: str, target: Target) -> list[Wanted]:
    return [
        Wanted(
            each.name, each, image_digest(each), Words({"title": title}), TagPolicy(TAGS), target
        )
        for each in sorted(folder.glob("[!.]*.jpg"))
    ]


@contextlib.contextmanager
def on_a_cluster(_folder: Path) -> Iterator[Pool]:
    with ThreadPoolExecutor(2) as executor:
        yield ClusterPool(Crew(executor, 1, elsewhere=True), "")


@contextlib.contextmanager
def on_this_machine(folder: Path) -> Iterator[Pool]:
    (folder / "batchcap.toml").write_text(TOML, encoding="utf-8")
    outside = Outside({}, Silent(), contextlib.nullcontext)
    with open_workspace(folder, outside) as workspace, writers(workspace) as pool:
        yield pool


@pytest.mark.parametrize("target", [Target.EMBED, Target.SIDECAR])
@pytest.mark.parametrize("place", [on_a_cluster, on_this_machine])
def test_drafts_of_one_that_was_taken_for_lost_are_never_put_in_place(
    tmp_path: Path, target: Target, place: Callable[[Path], contextlib.AbstractContextManager[Pool]]
) -> None:
    """It goes on when the other one's drafts are proven: what is put is what was proven."""
    for number in range(3):
        Image.new("RGB", (60, 40), (90 * number, 40, 10)).save(tmp_path / f"größe {number}.jpg")
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    with place(tmp_path) as pool, place(tmp_path) as other:
        taken_over = swept(pool, draft_chunk, wanted(tmp_path, "proven", target))
        ready = [each for each in next(taken_over) if isinstance(each, Ready)]
        # The other one is in the middle: its drafts stand there, and nobody asks for them.
        lost = swept(other, draft_chunk, wanted(tmp_path, "late", target))
        next(lost)
        assert len(ready) == 3
        for each in ready:
            assert put(each, keep_time=False) is None
            assert is_written(each.home.path, each.patch)
        assert list(tmp_path.glob(".~b*"))
        assert next(taken_over, None) is None
        assert not list(tmp_path.glob(".~b*"))
        lost.close()
    if target is Target.EMBED:
        for each in ready:
            back = tmp_path / f"{each.wanted.path}.back"
            apply_patch(each.home.path, each.patch, back)
            assert back.read_bytes() == before[each.home.path]
    else:
        assert {each: each.read_bytes() for each in before} == before


def test_a_draft_has_room_wherever_its_photo_s_name_has(tmp_path: Path) -> None:
    """A mark makes no name longer, and what bears one is cleared away like any other draft."""
    photo = tmp_path / f"{'a' * 240}.jpg"
    own = draft_path(photo, own_prefix())
    assert len(own.name) == len(draft_path(photo).name) == 255
    assert own != draft_path(photo, own_prefix())
    for each in (photo, own, draft_path(photo), tmp_path / ".~bc.jpg"):
        each.touch()
    assert clean(tmp_path) == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == [".~bc.jpg", photo.name]
