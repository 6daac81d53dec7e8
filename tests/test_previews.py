"""Previews come out of RAW files on their way to be read, and go away again."""

import pytest
from PIL import Image

from batchcap.errors import ToolMissing
from batchcap.photos.prepare import prepare
from batchcap.photos.preview import Preview
from batchcap.photos.scan import scan
from batchcap.previews import Archive, done, with_previews
from batchcap.records import Prepared, Recipe, Trouble

EXTENSIONS = (".jpg", ".nef", ".dng")


@pytest.fixture
def photos(tmp_path, raw_file):
    root = tmp_path / "Łódź 📷"
    root.mkdir()
    Image.new("RGB", (640, 480), "red").save(root / "j.jpg")
    Image.new("RGB", (64, 48), "red").save(tmp_path / "small.jpg")
    jpeg, small = (root / "j.jpg").read_bytes(), (tmp_path / "small.jpg").read_bytes()
    for number in range(7):
        (root / f"{number} raw.nef").write_bytes(raw_file("nef", jpeg))
    (root / "-x.dng").write_bytes(raw_file("dng", jpeg))
    (root / "small.nef").write_bytes(raw_file("nef", small))
    (root / "broken.nef").write_bytes(b"II*\0nothing")
    (root / "empty.nef").write_bytes(b"")
    return root


def test_each_photo_comes_in_its_order_with_what_is_inside(photos):
    sightings = list(scan(photos, EXTENSIONS))
    recipe, codes, kept = Recipe(max_side=64), {}, []
    with with_previews(Archive(photos, EXTENSIONS, "", 2), iter(sightings)) as all_seen:
        for number, seen in enumerate(all_seen):
            sighting, preview = seen
            assert sighting == sightings[number]
            found = prepare(str(photos), sighting, recipe, preview)
            codes[sighting.path] = found.code if isinstance(found, Trouble) else ""
            if isinstance(found, Prepared) and isinstance(preview, Preview):
                assert (found.width, found.height) == (48, 64)
                assert (found.original_width, found.original_height) == (480, 640)
                assert found.camera.camera == "Batchcap Test 1"
                kept.append(preview.picture)
            done(seen)
    assert len(kept) == 8
    assert not any(path.exists() or path.parent.exists() for path in kept)
    assert {path: code for path, code in codes.items() if code} == {
        "small.nef": "small_preview",
        "broken.nef": codes["broken.nef"],
        "empty.nef": "empty",
    }
    assert codes["broken.nef"] in {"unreadable", "no_preview"}


def test_without_raw_extensions_no_exiftool_is_looked_for(photos):
    archive = Archive(photos, (".jpg",), "/no/such/program", 1)
    with with_previews(archive, scan(photos, (".jpg",))) as seen:
        assert [(each.path, preview) for each, preview in seen] == [("j.jpg", None)]


def test_with_raw_extensions_a_missing_exiftool_is_told_at_once(photos):
    archive = Archive(photos, ("NEF",), "/no/such/program", 1)
    with pytest.raises(ToolMissing), with_previews(archive, scan(photos, ("NEF",))):
        pass
