"""Photos through the whole flow with the real ExifTool: read, plan, write, prove, swap, undo."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from batchcap.metadata.exiftool import Draft, Job
from batchcap.metadata.patch import apply_patch
from batchcap.metadata.readback import verify
from batchcap.metadata.replace import draft_path, swap
from batchcap.metadata.tags import Mode
from batchcap.records import TagPlan

FIELDS = {
    "title": "Título of the «harbour» 日本 👩",
    "headline": "Lisbon, Portugal",
    "description": "Fishing boats & nets <on the quay>, “blue” hour",
    "keywords": ("zebra", "apple", "mango", "a, b", "café", "2024", "True"),
    "alt_text": "Boats",
    "long_description": "Boats and nets",
    "country": "Portugal",
    "city": "Lisboa",
}


def undo(path: Path, patch: bytes) -> None:
    apply_patch(path, patch, draft_path(path))
    assert swap(draft_path(path), path, keep_time=True) is None


def pixels(path: Path) -> bytes:
    with Image.open(path) as image:
        return image.tobytes()


def test_all_fields_go_where_they_should_and_back_again(photo, rewrite, says):
    path = photo()
    before, picture = path.read_bytes(), pixels(path)
    trouble, patch, _, _ = rewrite(path, FIELDS)
    assert trouble is None
    for tag in ("XMP-dc:Title", "IPTC:ObjectName"):
        assert says(path, tag) == FIELDS["title"]
    for tag in ("XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"):
        assert says(path, tag) == FIELDS["description"]
    assert says(path, "XMP-photoshop:City") == says(path, "IPTC:City") == "Lisboa"
    assert says(path, "XMP-iptcCore:AltTextAccessibility") == "Boats"
    assert says(path, "IPTC:CodedCharacterSet") == "UTF8"
    assert pixels(path) == picture
    assert list(path.parent.iterdir()) == [path]
    undo(path, patch)
    assert path.read_bytes() == before


def test_keywords_keep_their_order_and_a_comma_divides_nothing(photo, rewrite, tool):
    path = photo()
    assert rewrite(path, FIELDS)[0] is None
    tags = tool.read([path])[path]
    assert tuple(tags["XMP-dc:Subject"]) == tuple(tags["IPTC:Keywords"]) == FIELDS["keywords"]


@pytest.mark.parametrize("mode", Mode)
def test_a_second_write_writes_nothing(photo, rewrite, mode):
    path = photo("a.jpg", "-XMP-dc:Title=Hers", "-IPTC:Keywords=boat", "-EXIF:XPTitle=Hers")
    _, first, _, ours = rewrite(path, FIELDS, mode=mode)
    assert first
    again = path.read_bytes()
    for known in (ours, {}):
        trouble, _, plan, _ = rewrite(path, FIELDS, mode=mode, ours=known)
        assert (trouble, dict(plan.values)) == (None, {})
    assert path.read_bytes() == again


def test_new_words_replace_ours_and_never_hers(photo, rewrite, tool):
    path = photo("a.jpg", "-XMP-dc:Subject=aunt Mary", "-XMP-dc:Description=Hers")
    _, _, _, ours = rewrite(path, FIELDS)
    trouble, _, _, _ = rewrite(
        path, {"title": "New", "keywords": ("new",), "description": "New"}, ours=ours
    )
    assert trouble is None
    tags = tool.read([path])[path]
    assert tags["XMP-dc:Title"] == tags["IPTC:ObjectName"] == "New"
    assert tags["XMP-dc:Subject"] == tags["IPTC:Keywords"] == ["aunt Mary", "new"]
    for tag in ("XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"):
        assert tags[tag] == "Hers"


def test_iim_limits_are_bytes_and_cut_at_a_character(photo, rewrite, says):
    path = photo()
    assert rewrite(path, {"title": "é" * 40, "keywords": ("ü" * 40, "sea")})[0] is None
    assert says(path, "IPTC:ObjectName") == "é" * 32
    assert says(path, "XMP-dc:Title") == "é" * 40
    assert says(path, "IPTC:Keywords") == "sea"


def test_old_latin_names_are_carried_over(photo, rewrite, says):
    # The raw bytes of an old program: no charset named, one byte a letter.
    path = photo("a.jpg", "-charset", "iptc=Latin", "-IPTC:By-line=José", "-IPTC:City=Köln")
    assert b"Jos\xe9" in path.read_bytes()
    assert rewrite(path, {"title": "x"})[0] is None
    assert "José".encode() in path.read_bytes()
    assert says(path, "IPTC:By-line") == "José"
    assert says(path, "IPTC:City") == "Köln"
    assert says(path, "IPTC:CodedCharacterSet") == "UTF8"


def test_unmarked_utf8_names_are_not_encoded_twice(photo, rewrite, says):
    path = photo("a.jpg", "-charset", "iptc=UTF8", "-IPTC:By-line=José “Á” 日本")
    assert says(path, "IPTC:CodedCharacterSet") is None
    assert rewrite(path, {"title": "x"})[0] is None
    assert says(path, "IPTC:By-line") == "José “Á” 日本"


def test_an_old_name_too_long_for_utf8_leaves_the_block(photo, rewrite, exiftool):
    path = photo("a.jpg", "-charset", "iptc=Latin", f"-IPTC:By-line={'é' * 30}")
    block = exiftool("-b", "-IPTC:all", path)
    trouble, _, plan, _ = rewrite(path, {"title": "x"})
    assert trouble is None
    assert exiftool("-b", "-IPTC:all", path) == block
    assert "iptc_left" in {each.rule for each in plan.findings}


def test_a_stale_digest_is_renewed(photo, rewrite, says):
    path = photo("a.jpg", "-IPTC:Keywords=old", "-XMP-dc:Subject=old", "-IPTCDigest=new")
    old = says(path, "Photoshop:IPTCDigest")
    assert rewrite(path, FIELDS)[0] is None
    assert says(path, "Photoshop:IPTCDigest") == says(path, "File:CurrentIPTCDigest") != old


def test_windows_copies_follow_and_are_not_made(photo, rewrite, says):
    plain = photo("plain.jpg")
    rewrite(plain, FIELDS)
    assert says(plain, "EXIF:XPTitle") is says(plain, "EXIF:XPKeywords") is None
    path = photo("a.jpg", "-EXIF:XPTitle=Old", "-EXIF:XPKeywords=old;older", "-XMP-dc:Title=Old")
    trouble, _, _, _ = rewrite(path, FIELDS, mode=Mode.REPLACE)
    assert trouble is None
    assert says(path, "EXIF:XPTitle") == "Título of the «harbour» 日本"
    assert says(path, "EXIF:XPKeywords") == "zebra;apple;mango;a, b;café;2024;True"


def test_an_empty_value_is_never_written(photo, rewrite, exiftool):
    path = photo()
    assert (
        rewrite(path, {"title": "x", "headline": " ", "keywords": ("", " "), "city": ""})[0] is None
    )
    printed = exiftool("-a", "-G1", "-s", "-XMP:all", "-IPTC:all", path)
    assert "Headline" not in printed
    assert "Keywords" not in printed
    assert "City" not in printed


def test_how_the_image_was_made_and_by_whom_is_untouched(photo, rewrite, says):
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    path = photo(
        "a.jpg",
        f"-XMP-iptcExt:DigitalSourceType={source}",
        "-XMP-dc:Creator=José",
        "-EXIF:Make=Canon",
        "-XMP-dc:Title-de=Hafen",
        "-XMP-xmp:Rating=4",
        "-Comment=a comment",
    )
    trouble, _, _, _ = rewrite(path, FIELDS, mode=Mode.REPLACE)
    assert trouble is None
    assert says(path, "XMP-iptcExt:DigitalSourceType#") == source
    assert says(path, "EXIF:Make") == "Canon"
    assert says(path, "XMP-dc:Title-de") == "Hafen"
    assert says(path, "XMP-dc:Title") == FIELDS["title"]
    assert says(path, "File:Comment") == "a comment"


def test_a_latin_exif_description_is_human_and_stays(photo, rewrite, says):
    path = photo("a.jpg", "-charset", "exif=Latin", "-EXIF:ImageDescription=föo")
    raw = path.read_bytes()
    assert b"f\xf6o" in raw
    assert rewrite(path, FIELDS)[0] is None
    assert b"f\xf6o" in path.read_bytes()
    assert says(path, "XMP-dc:Description") == "föo"


@pytest.mark.parametrize(
    "plan",
    [
        TagPlan("a", {"IPTC:ObjectName": "x" * 70}),
        TagPlan("a", {"XMP-dc:NoSuchTag": "x", "XMP-dc:Title": "x"}),
        TagPlan("a", {"IPTC:Country-PrimaryLocationCode": "PT"}),
        TagPlan("a", {"IPTC:ObjectName": "日本", "XMP-dc:Title": "日本"}),
        TagPlan("a", {"XMP-dc:Title": "base64:aGVsbG8h"}),
        TagPlan("a", {"XMP-dc:Title": "a \\u0041 b"}),
    ],
)
def test_what_exiftool_calls_done_is_read_back(tool, photo, plan):
    path = photo()
    before = tool.read([path])[path]
    draft = tool.write([Job(path, plan)])[path]
    if isinstance(draft, Draft):
        trouble = verify(plan, before, tool.read([draft.path])[draft.path])
        assert trouble is not None
        assert trouble.code == "not_written"


def test_a_hostile_caption_leaves_clean_text_or_a_held_photo(photo, rewrite, tool, canary, hostile):
    evil = hostile(canary)
    path = photo("-if.jpg", "-XMP-dc:Rights=hers")
    before = path.read_bytes()
    fields = {"title": evil, "description": evil, "keywords": (evil, "sea"), "alt_text": evil}
    trouble, patch, plan, _ = rewrite(path, fields)
    assert trouble is None
    assert not canary.exists()
    assert list(path.parent.iterdir()) == [path]
    tags = tool.read([path])[path]
    assert "IFD0:Artist" not in tags
    assert tags["XMP-dc:Rights"] == "hers"
    if plan.empty:
        assert {each.rule for each in plan.findings} == {"unsafe_text"}
        assert path.read_bytes() == before
        return
    assert tags["XMP-dc:Title"] == tags["XMP-dc:Description"] == evil
    assert tags["XMP-dc:Subject"][0] == evil
    assert tags["EXIF:ImageDescription"] == evil
    undo(path, patch)
    assert path.read_bytes() == before


def test_a_photo_changed_after_the_write_is_not_undone(photo, rewrite, exiftool):
    path = photo()
    _, patch, _, _ = rewrite(path, FIELDS)
    exiftool("-overwrite_original", "-XMP-dc:Title=Hers", path)
    with pytest.raises(ValueError, match="changed"):
        apply_patch(path, patch, draft_path(path))
    assert not draft_path(path).exists()


def test_a_damaged_exif_block_stays_and_the_rest_is_written(photo, rewrite, says):
    path = photo("a.jpg", "-EXIF:Make=Canon", "-EXIF:Model=x")
    raw = bytearray(path.read_bytes())
    # The first entry's format becomes 0, as in some cameras' files.
    entry = raw.index(b"Exif\0\0") + 6 + 8 + 2
    raw[entry + 2 : entry + 4] = b"\0\0"
    path.write_bytes(raw)
    trouble, patch, plan, _ = rewrite(path, FIELDS)
    assert trouble is None
    assert "exif_left" in {each.rule for each in plan.findings}
    assert says(path, "XMP-dc:Title") == FIELDS["title"]
    second, _, _, _ = rewrite(path, FIELDS)
    assert second is not None
    assert second.code == "exif_left"
    undo(path, patch)
    assert path.read_bytes() == raw


REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "photos" / "photo"


def test_real_photos_come_to_no_harm(rewrite, tmp_path, painted):
    """Photos of many cameras where a folder of them lies beside the project, else a painted one."""
    sources = sorted(REAL.rglob("*.jpg")) or [painted]
    for number, source in enumerate(sources):
        path = tmp_path / f"{number} {source.name}"
        shutil.copyfile(source, path)
        before, picture = path.read_bytes(), pixels(path)
        trouble, patch, _, _ = rewrite(path, FIELDS, mode=Mode.REPLACE)
        assert trouble is None
        assert pixels(path) == picture
        assert path.read_bytes() != before
        undo(path, patch)
        assert path.read_bytes() == before
