"""The demo works in a folder of its own: it neither sends nor writes anybody's photos."""

import sys

import pytest

from batchcap.demo.places import SAMPLES
from batchcap.errors import UsageError
from batchcap.render import Terminal
from batchcap.stages.demo import paint_workspace

QUIET = Terminal(sys.stdout, sys.stderr, as_json=False, quiet=True)
FREE = '[photos]\nroot = "photo"\n[provider]\nname = "sandbox"\n'


def refused(folder) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(UsageError) as told:
        paint_workspace(folder, QUIET)
    assert told.value.hint == "name a new folder: batchcap demo my-demo"
    assert sorted(folder.rglob("*")) == before


def test_a_folder_with_photos_of_ones_own_is_refused(tmp_path) -> None:
    photo = tmp_path / "photo" / "Norway" / "a.JPG"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"mine")
    refused(tmp_path)
    (tmp_path / "batchcap.toml").write_text(FREE, encoding="utf-8")
    refused(tmp_path)
    assert photo.read_bytes() == b"mine"


@pytest.mark.parametrize(
    "settings",
    [
        FREE.replace("sandbox", "openai"),
        FREE.replace('"photo"', '"../archive"'),
        '[photos]\nroot = "photo"\n',
        "photos = 1\n",
    ],
)
def test_a_workspace_that_would_send_or_write_elsewhere_is_refused(tmp_path, settings) -> None:
    (tmp_path / "batchcap.toml").write_text(settings, encoding="utf-8")
    refused(tmp_path)


def test_a_demo_is_painted_on(tmp_path) -> None:
    (tmp_path / "batchcap.toml").write_text(FREE, encoding="utf-8")
    there = [tmp_path.joinpath(*each.path.parts) for each in SAMPLES]
    for each in there:
        each.parent.mkdir(parents=True, exist_ok=True)
        each.write_bytes(b"painted before")
    there[0].with_name(".a.jpg").write_bytes(b"a draft")
    there[0].with_name("note.txt").write_bytes(b"a note")
    paint_workspace(tmp_path, QUIET)
    assert {each.read_bytes() for each in there} == {b"painted before"}
