"""Every kind of file through planning, writing, proof and the way back, with the real ExifTool."""

import os
from dataclasses import replace

import pytest

from batchcap.drafting import draft_chunk, put
from batchcap.metadata.patch import apply_patch, file_of, made_new
from batchcap.metadata.replace import draft_path, remove, stamp, swap
from batchcap.metadata.sidecar import Target
from batchcap.metadata.tags import Mode, TagPolicy, Words
from batchcap.photos.digest import image_digest
from batchcap.writing import (
    Planned,
    Ready,
    Refused,
    Unchanged,
    Wanted,
    plan_chunk,
)

TAGS = {
    "title": ("XMP-dc:Title", "IPTC:ObjectName"),
    "headline": ("XMP-photoshop:Headline", "IPTC:Headline"),
    "description": ("XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"),
    "keywords": ("XMP-dc:Subject", "IPTC:Keywords"),
    "city": ("XMP-photoshop:City", "IPTC:City"),
}
FIELDS = {
    "title": "Título 日本 👩",
    "headline": "Lisbon, Portugal",
    "description": "Boats & nets <on the quay>, “blue”",
    "keywords": ("zebra", "apple", "a, b", "True", "café"),
    "city": "Lisboa",
}
RAWS = {"cr2.cr2", "nef.nef", "arw.arw", "pef.pef", "srw.srw"}
WITH_IPTC = {"jpg.jpg", "tif.tif", "dng.dng"}
# One of each way of writing; the other RAWs go the way of the first.
EACH_WAY = {
    "jpg.jpg",
    "tif.tif",
    "png.png",
    "webp.webp",
    "heic.heic",
    "gif.gif",
    "dng.dng",
    "nef.nef",
}
WITH_EXIF = WITH_IPTC | {"png.png", "webp.webp"}


@pytest.fixture
def folder(tmp_path, shelf):
    path = tmp_path / "Łódź 📷"
    path.mkdir()
    for name, data in shelf.items():
        (path / name).write_bytes(data)
    return path


@pytest.fixture
def ask(folder):
    """Ask for words in photos, all those of the folder where none is named."""

    def make(*names, fields=FIELDS, target=Target.AUTO, **policy):
        return [
            Wanted(
                name,
                folder / name,
                image_digest(folder / name),
                Words(fields),
                TagPolicy(TAGS, **policy),
                target,
            )
            for name in names or sorted(each.name for each in folder.iterdir())
        ]

    return make


@pytest.fixture
def write(tool):
    """Write a chunk for good; gives what came of each, by name."""

    def run(wanted):
        found = {each.wanted.path: each for each in draft_chunk(tool, wanted)}
        for each in found.values():
            if isinstance(each, Ready):
                assert put(each, keep_time=False) is None
        return found

    return run


def undo(ready):
    file = file_of(ready.wanted.file, ready.patch)
    assert file == ready.home.path
    if made_new(ready.patch):
        assert remove(file, ready.patch) is None
        return
    apply_patch(file, ready.patch, draft_path(file))
    assert swap(draft_path(file), file, keep_time=False) is None


def bytes_in(folder):
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_all_kinds_are_written_proven_and_undone(  # noqa: PLR0917 fixtures
    folder, shelf, ask, write, tool, says
):
    wanted = ask()
    done = write(wanted)
    assert {type(each) for each in done.values()} == {Ready}
    assert {each.name for each in folder.iterdir()} == {*shelf, *(f"{n[:3]}.xmp" for n in RAWS)}
    for name, ready in done.items():
        tags = tool.read([ready.home.path])[ready.home.path]
        assert tags["XMP-dc:Title"] == FIELDS["title"]
        assert tags["XMP-dc:Description"] == FIELDS["description"]
        assert tuple(tags["XMP-dc:Subject"]) == FIELDS["keywords"]
        iptc = {tag for tag in tags if tag.startswith("IPTC:")}
        assert bool(iptc) == (name in WITH_IPTC), name
        assert ("EXIF:ImageDescription" in tags) == (name in WITH_EXIF), name
        if name in WITH_IPTC:
            assert tuple(tags["IPTC:Keywords"]) == FIELDS["keywords"]
            assert says(ready.home.path, "IPTC:CodedCharacterSet") == "UTF8"
    for name in RAWS:
        assert (folder / name).read_bytes() == shelf[name]
    again = draft_chunk(tool, wanted)
    assert {type(each) for each in again} == {Unchanged}
    for ready in done.values():
        undo(ready)
    assert bytes_in(folder) == shelf


def test_what_would_be_written_is_shown_without_a_trace(folder, shelf, ask, tool):
    shown = plan_chunk(tool, ask())
    assert {type(each) for each in shown} == {Planned}
    assert bytes_in(folder) == shelf


def test_everything_beside_the_photos_where_that_is_asked(folder, shelf, ask, write):
    done = write(ask(target=Target.SIDECAR))
    assert {type(each) for each in done.values()} == {Ready}
    there = bytes_in(folder)
    assert {name: there[name] for name in shelf} == shelf
    beside = {n: f"{n[:3]}.xmp" if n in RAWS else f"{n}.xmp" for n in shelf}
    assert {n: each.home.path.name for n, each in done.items()} == beside
    for ready in done.values():
        undo(ready)
    assert bytes_in(folder) == shelf


def test_nothing_is_ever_embedded_in_a_proprietary_raw(folder, shelf, ask, tool):
    found = draft_chunk(tool, ask(*sorted(RAWS), target=Target.EMBED))
    assert {(each.trouble.code, each.hold) for each in found} == {("no_embed", True)}
    assert bytes_in(folder) == shelf


@pytest.mark.parametrize("target", [Target.AUTO, Target.SIDECAR])
def test_human_words_stay_in_every_kind(  # noqa: PLR0917 fixtures
    folder, shelf, ask, write, tool, exiftool, target
):
    """Also those that stand inside a RAW or a JPEG whose new sidecar would hide them."""
    hers = ("-XMP-dc:Title=Hers", "-XMP-dc:Subject=aunt Mary", "-XMP-xmp:Rating=3")
    names = sorted(set(shelf) - {"cr2.cr2"})  # ExifTool writes no CR2 without maker notes
    exiftool("-q", "-overwrite_original", *hers, *(folder / name for name in names))
    before = bytes_in(folder)
    done = write(ask(*names, target=target))
    for name, ready in done.items():
        assert isinstance(ready, Ready), (name, ready)
        tags = tool.read([ready.home.path])[ready.home.path]
        assert tags["XMP-dc:Title"] == "Hers"
        assert tags["XMP-dc:Subject"] == ["aunt Mary", *FIELDS["keywords"]]
        assert tags["XMP-xmp:Rating"] == "3"
        assert tags["XMP-dc:Description"] == FIELDS["description"]
        assert "aunt Mary" not in ready.ours["XMP-dc:Subject"]
        undo(ready)
    assert bytes_in(folder) == before


def test_iptc_inside_a_raw_is_heard_when_its_sidecar_is_made(folder, ask, write, tool, exiftool):
    exiftool(
        "-q",
        "-overwrite_original",
        "-IPTC:ObjectName=Hers",
        "-IPTC:Keywords=aunt Mary",
        folder / "nef.nef",
    )
    ready = write(ask("nef.nef"))["nef.nef"]
    tags = tool.read([ready.home.path])[ready.home.path]
    assert tags["XMP-dc:Title"] == "Hers"
    assert tags["XMP-dc:Subject"] == ["aunt Mary", *FIELDS["keywords"]]
    assert "XMP-dc:Title" not in ready.ours


def test_new_words_replace_ours_in_a_sidecar(ask, write, tool):
    first = write(ask("nef.nef"))["nef.nef"]
    second = write(ask("nef.nef", fields={"title": "New", "keywords": ("new",)}, ours=first.ours))
    ready = second["nef.nef"]
    tags = tool.read([ready.home.path])[ready.home.path]
    assert tags["XMP-dc:Title"] == "New"
    assert tags["XMP-dc:Subject"] == "new"
    undo(ready)
    tags = tool.read([ready.home.path])[ready.home.path]
    assert tags["XMP-dc:Title"] == FIELDS["title"]
    undo(first)
    assert not ready.home.path.exists()


def test_text_in_a_png_follows_and_is_not_made(folder, ask, write, exiftool, says):
    path = folder / "png.png"
    write(ask("png.png"))
    assert says(path, "PNG:Title") is None
    exiftool("-q", "-overwrite_original", "-PNG:Title=Old", "-PNG:Description=Old", path)
    ready = write(ask("png.png", mode=Mode.REPLACE))["png.png"]
    assert isinstance(ready, Ready)
    assert says(path, "PNG:Title") == FIELDS["title"]
    assert says(path, "PNG:Description") == FIELDS["description"]


def test_exif_in_a_heic_follows_and_is_not_made(folder, ask, write, exiftool, says):
    for name in ("heic.heic", "avif.avif"):
        path = folder / name
        exiftool("-q", "-overwrite_original", "-EXIF:ImageDescription=Old", path)
        write(ask(name, mode=Mode.REPLACE))
        assert says(path, "EXIF:ImageDescription") == FIELDS["description"]


def test_a_digest_that_cannot_be_renewed_goes(folder, ask, write, exiftool, says):
    for name in ("tif.tif", "dng.dng"):
        path = folder / name
        exiftool("-q", "-overwrite_original", "-IPTC:Keywords=old", "-IPTCDigest=new", path)
        assert says(path, "Photoshop:IPTCDigest")
        before = path.read_bytes()
        ready = write(ask(name))[name]
        assert isinstance(ready, Ready)
        assert says(path, "Photoshop:IPTCDigest") is None
        undo(ready)
        assert path.read_bytes() == before


def test_odd_iptc_in_a_png_is_heard_and_left(folder, ask, write, exiftool, says):
    path = folder / "png.png"
    exiftool("-q", "-m", "-overwrite_original", "-IPTC:ObjectName=Hers", path)
    write(ask("png.png"))
    assert says(path, "XMP-dc:Title") == says(path, "IPTC:ObjectName") == "Hers"


def test_a_hostile_caption_in_every_kind(  # noqa: PLR0917 fixtures
    folder, shelf, ask, tool, write, canary, hostile
):
    """Clean text or a held photo: never another tag, another file or half a file."""
    for name in set(shelf) - EACH_WAY:
        (folder / name).unlink()
    shelf = bytes_in(folder)
    evil = hostile(canary)
    fields = {"title": evil, "description": evil, "keywords": (evil, "sea")}
    found = write(ask(fields=fields))
    assert len(found) == len(shelf)
    if any(isinstance(each, Refused) for each in found.values()):
        assert {(each.trouble.code, each.hold) for each in found.values()} == {
            ("unsafe_text", True)
        }
        assert bytes_in(folder) == shelf
        return
    read = tool.read([each.home.path for each in found.values()])
    for name, ready in found.items():
        tags = read[ready.home.path]
        assert tags["XMP-dc:Title"] == tags["XMP-dc:Description"] == evil, name
        assert tags["XMP-dc:Subject"][0] == evil, name
        assert "IFD0:Artist" not in tags, name
        undo(ready)
    assert bytes_in(folder) == shelf


@pytest.mark.parametrize("told_by_time", [True, False])
def test_a_picture_that_changed_since_is_held(folder, ask, tool, told_by_time):
    wanted = [replace(each, seen=stamp(each.file)) for each in ask()]
    for each in wanted:
        data = bytearray(each.file.read_bytes())
        middle = len(data) // 2
        data[middle : middle + 40] = bytes(reversed(data[middle : middle + 40]))
        each.file.write_bytes(data)
        second = 10**9 if told_by_time else 0
        os.utime(each.file, ns=(each.seen.mtime_ns, each.seen.mtime_ns + second))
    before = bytes_in(folder)
    found = draft_chunk(tool, wanted)
    assert {each.trouble.code for each in found} == {"picture_changed"}
    assert bytes_in(folder) == before


def test_a_read_only_raw_gets_its_sidecar_all_the_same(folder, ask, write):
    path = folder / "nef.nef"
    path.chmod(0o444)
    assert isinstance(write(ask("nef.nef"))["nef.nef"], Ready)
    assert (folder / "nef.xmp").exists()
    path.chmod(0o644)


def test_a_large_tiff_leads_back_by_a_small_patch(folder, ask, write):
    """ExifTool moves the picture behind the tags: what moved is not kept twice."""
    path = folder / "tif.tif"
    size = path.stat().st_size
    ready = write(ask("tif.tif"))["tif.tif"]
    assert len(ready.patch) < size // 100
    dng = write(ask("dng.dng"))["dng.dng"]
    assert len(dng.patch) < 4000
