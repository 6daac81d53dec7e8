"""Every kind of file through all stages: read, asked, written, cut off, undone."""

import sqlite3

import pillow_heif
import pytest
from PIL import Image

EXTENSIONS = '[".jpg", ".png", ".tif", ".webp", ".avif", ".heic", ".dng", ".cr2", ".nef"]'
FOLDER = "Italy/Rome/commercial"


@pytest.fixture
def archive(desk, raw_file):
    """One photo of every kind."""
    desk.settings["photos.extensions"] = EXTENSIONS
    (jpeg,) = desk.paint(f"{FOLDER}/a.jpg", size=(640, 480), gps=False)
    folder = jpeg.parent
    with Image.open(jpeg) as picture:
        for number, ending in enumerate(("png", "tif", "webp", "avif")):
            picture.rotate(3 * number + 3).save(folder / f"{number} b.{ending}")
        pillow_heif.from_pillow(picture.rotate(20)).save(folder / "h.heic")
    for ending in ("dng", "cr2", "nef"):
        (folder / f"raw é.{ending}").write_bytes(raw_file(ending, jpeg.read_bytes()))
    return desk


def sidecars(desk):
    return sorted(name for name in desk.bytes() if name.endswith(".xmp"))


def test_all_kinds_from_reading_to_undoing(archive):
    before = archive.bytes()
    assert archive.done("build").counts["requests"] == len(before) == 9
    for arguments in (("submit",), ("poll", "--wait"), ("join",)):
        archive.done(*arguments)
    shown = archive.done("write", "--dry-run")
    assert shown.counts["written"] == 9
    assert archive.bytes() == before
    assert archive.done("write").counts["written"] == 9
    # Two RAWs of one name: each gets a sidecar that names it whole.
    assert sidecars(archive) == [f"{FOLDER}/raw é.{each}.xmp" for each in ("cr2", "nef")]
    assert archive.states() == {"written": 9}
    assert archive.done("build").counts["requests"] == 0
    assert archive.done("write", ".").counts["unchanged"] == 9
    assert archive.done("undo").counts["restored"] == 9
    assert archive.bytes() == before
    assert archive.states() == {"captioned": 9}


@pytest.fixture
def captioned(archive):
    archive.fetched()
    archive.done("join")
    return archive


def test_a_sidecar_that_somebody_changed_is_kept_unless_forced(captioned):
    before = captioned.bytes()
    captioned.done("write")
    path = captioned.photos / f"{FOLDER}/raw é.nef.xmp"
    written = path.read_text("utf-8")
    path.write_text(written.replace("</rdf:RDF>", "<!-- hers --></rdf:RDF>"), "utf-8")
    told = captioned.run("undo")
    assert told.code == 4
    assert told.counts["changed_since"] == 1
    assert sidecars(captioned) == [f"{FOLDER}/raw é.nef.xmp"]
    photo = f"{FOLDER}/raw é.nef"
    assert captioned.done("undo", "--force", photo).counts["restored"] == 1
    assert "dc:title" not in path.read_text("utf-8")
    path.unlink()
    assert captioned.bytes() == before


def cut_off(desk):
    """Take back the second of the two commits around a write, as if the power had gone."""
    with sqlite3.connect(desk.state / "ledger.sqlite") as ledger:
        ledger.execute("DELETE FROM written")
    ledger.close()


def test_a_write_that_was_cut_off_after_a_sidecar_was_made(captioned):
    captioned.done("write")
    after = captioned.bytes()
    cut_off(captioned)
    told = captioned.done("write")
    assert (told.counts["written"], told.counts["unchanged"]) == (0, 9)
    assert captioned.bytes() == after
    captioned.done("undo")
    assert sidecars(captioned) == []


def test_a_write_that_was_cut_off_before_a_sidecar_was_made(captioned):
    before = captioned.bytes()
    captioned.done("write")
    for name in sidecars(captioned):
        path = captioned.photos / name
        path.rename(path.with_name(f".~batchcap~{path.name}"))
    cut_off(captioned)
    assert captioned.done("write").counts["written"] == 2
    assert captioned.strays() == []
    assert len(sidecars(captioned)) == 2
    captioned.done("undo")
    captioned.done("undo")
    assert captioned.bytes() == before


def test_words_embedded_in_a_raw_are_asked_for_and_held(captioned):
    captioned.settings["write.target"] = "embed"
    told = captioned.run("write")
    assert told.code == 4
    assert (told.counts["written"], told.counts["held"]) == (7, 2)
    assert told.codes == ["no_embed"] * 2
    captioned.settings["write.target"] = "auto"
    assert captioned.done("write").counts["written"] == 2


def test_a_sidecar_for_everything(captioned):
    before = captioned.bytes()
    captioned.settings["write.target"] = "sidecar"
    assert captioned.done("write").counts["written"] == 9
    after = captioned.bytes()
    assert {name: after[name] for name in before} == before
    assert len(sidecars(captioned)) == 9
    captioned.done("undo")
    assert captioned.bytes() == before


def test_what_no_model_opens_at_an_address_is_told(archive):
    archive.settings |= {"image.send": "hosted", "image.base_url": "https://photos.example/"}
    told = archive.run("build")
    assert (told.counts["requests"], told.counts["unreadable"]) == (3, 6)
    assert {each["code"] for each in told.json["problems"] if each["photo"]} == {"not_hosted"}
