import pytest

from batchcap.metadata.readback import same_segments, verify
from batchcap.metadata.tags import CHARSET, DIGEST
from batchcap.records import TagPlan

BEFORE = {
    "IFD0:Make": "Canon",
    "IPTC:By-line": "José",
    "System:FileSize": "1",
    "MPF:ImageStart": "9",
}
PLAN = TagPlan(
    "a.jpg", {"XMP-dc:Title": "x", "XMP-dc:Subject": ("a",), CHARSET: "UTF8", DIGEST: "new"}
)
AFTER = {
    **BEFORE,
    "System:FileSize": "2",
    "MPF:ImageStart": "19",
    "XMP-dc:Title": "x",
    "XMP-dc:Subject": "a",
    "XMP-x:XMPToolkit": "Image::ExifTool",
    "IPTC:ApplicationRecordVersion": "4",
    CHARSET: "UTF8",
    DIGEST: "abc",
    "File:CurrentIPTCDigest": "abc",
}


def test_a_right_file_passes():
    assert verify(PLAN, BEFORE, AFTER) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"XMP-dc:Title": "y"}, "not_written"),
        ({"XMP-dc:Title": None}, "not_written"),
        ({"XMP-dc:Subject": ["a", "b"]}, "not_written"),
        ({CHARSET: None}, "not_written"),
        ({DIGEST: "old"}, "not_written"),
        ({DIGEST: None, "File:CurrentIPTCDigest": None}, "not_written"),
        ({"IPTC:By-line": "JosÃ©"}, "harmed"),
        ({"IFD0:Make": None}, "harmed"),
        ({"IFD0:Artist": "pwned"}, "harmed"),
        ({"MPF:ImageStart": None}, "harmed"),
        ({"IPTC:By-line#2": "x"}, "harmed"),
    ],
)
def test_anything_else_is_trouble(change, code):
    after = {tag: value for tag, value in {**AFTER, **change}.items() if value is not None}
    trouble = verify(PLAN, BEFORE, after)
    assert trouble is not None
    assert trouble.code == code


def test_a_boolean_is_the_word_it_was():
    one, two = (
        {"XMP-crs:A": True, "XMP-crs:B": [True, "x"]},
        {"XMP-crs:A": "true", "XMP-crs:B": ["True", "x"]},
    )
    plan = TagPlan("a", {})
    assert verify(plan, one, two) is None
    assert verify(plan, one, {**two, "XMP-crs:A": "false"}).code == "harmed"
    assert verify(plan, {"A:B": "True"}, {"A:B": "true"}).code == "harmed"


def test_a_tag_to_remove_must_be_gone():
    plan = TagPlan("a", {}, ("IFD0:Make",))
    assert verify(plan, BEFORE, BEFORE).code == "not_written"
    assert verify(plan, BEFORE, {t: v for t, v in BEFORE.items() if t != "IFD0:Make"}) is None


def segment(marker, content):
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2) + content


def jpeg(*segments):
    return b"\xff\xd8" + b"".join(segments) + segment(0xDA, b"\0") + b"picture\xff\xd9"


PROFILE = segment(0xE2, b"ICC_PROFILE\0" + b"p" * 40)
TABLE = segment(0xDB, b"q" * 64)


@pytest.mark.parametrize(
    ("new", "same"),
    [
        ([segment(0xE1, b"Exif other"), segment(0xED, b"Photoshop"), PROFILE, TABLE], True),
        ([segment(0xE2, b"MPF\0 moved"), PROFILE, TABLE], True),
        ([PROFILE, b"\xff" + TABLE], True),
        ([TABLE], False),
        ([segment(0xE2, b"ICC_PROFILE\0" + b"P" * 40), TABLE], False),
        ([PROFILE, TABLE, segment(0xFE, b"a comment")], False),
    ],
)
def test_segments(tmp_path, new, same):
    (tmp_path / "old.jpg").write_bytes(jpeg(segment(0xE1, b"Exif"), PROFILE, TABLE))
    (tmp_path / "new.jpg").write_bytes(jpeg(*new))
    trouble = same_segments(tmp_path / "old.jpg", tmp_path / "new.jpg")
    assert (trouble is None) is same


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00", b"GIF89a", b"\xff\xd8ab"],
)
def test_a_broken_file_ends_the_walk(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    assert same_segments(tmp_path / "a", tmp_path / "a") is None


WEBP = {"File:FileType": "WEBP", "RIFF:ImageWidth": "640", "RIFF:WebP_Flags": ""}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            {
                "File:FileType": "Extended WEBP",
                "RIFF:WebP_Flags": "XMP",
                "RIFF:ImageWidth#2": "640",
            },
            "",
        ),
        ({"QuickTime:MediaDataSize": "9"}, ""),
        ({"File:FileType": "JPEG"}, "harmed"),
        ({"RIFF:ImageWidth#2": "641"}, "harmed"),
        ({"RIFF:ImageWidth": "641"}, "harmed"),
    ],
)
def test_a_container_may_keep_its_books(change, code):
    plan = TagPlan("a.webp", {"XMP-dc:Title": "x"})
    trouble = verify(plan, WEBP, {**WEBP, "XMP-dc:Title": "x", **change})
    assert (trouble.code if trouble else "") == code
