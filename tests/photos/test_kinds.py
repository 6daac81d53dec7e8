import pytest

from batchcap.photos.kinds import addressable, checked, has_preview, kind_of, raw_name, sniff
from batchcap.photos.refusals import Refused

HEADS = {
    "JPEG": b"\xff\xd8\xff\xe0",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "GIF": b"GIF89a",
    "TIFF": b"MM\0*",
    "WebP": b"RIFF\0\0\0\0WEBPVP8 ",
    "BMP": b"BM",
    "HEIC": b"\0\0\0\x18ftypheic",
    "AVIF": b"\0\0\0\x18ftypavif",
    "RAW": b"\0\0\0\x18ftypcrx ",
    "BigTIFF": b"II+\0",
    "video": b"\0\0\0\x18ftypqt  ",
    "PSD": b"8BPS",
    "": b"<!DOCTYPE html>",
}


@pytest.mark.parametrize(("kind", "head"), HEADS.items())
def test_first_bytes_tell_the_format(kind, head):
    assert sniff(head) == kind


@pytest.mark.parametrize(
    "head",
    [
        b"IIRO",
        b"IIRS",
        b"MMOR",
        b"IIU\0",
        b"FUJIFILMCCD-RAW",
        b"FOVb",
        b"\0MRM",
        b"II\x1a\0\0\0HEAPCCDR",
    ],
)
def test_raws_of_other_builds_are_known(head):
    assert sniff(head) == "RAW"


@pytest.mark.parametrize(
    ("brands", "kind"),
    [(b"mif1heic", "HEIC"), (b"mif1avif", "AVIF"), (b"avif", "AVIF"), (b"mif1xxxxavif", "AVIF")],
)
def test_the_compatible_brands_tell_where_the_first_does_not(brands, kind):
    assert sniff(b"\0\0\0\x1cftyp" + brands[:4] + bytes(4) + brands[4:]) == kind


@pytest.mark.parametrize(
    ("name", "kind"), [("a.tif", "TIFF"), ("a.DNG", "DNG"), ("a.nef", "RAW"), ("a.odd", "TIFF")]
)
def test_a_tiff_is_what_its_name_says(name, kind):
    assert kind_of(name, b"II*\0") == checked(name, b"MM\0*") == kind


def test_names_tell_what_to_do_with_a_file():
    assert raw_name("A.CR2")
    assert not raw_name("a.dng")
    assert has_preview("a.dng")
    assert has_preview("a.Nef")
    assert not has_preview("a.tif")
    assert [
        name for name in ("a.jpg", "a.webp", "a.tif", "a.nef", "a.heic") if addressable(name)
    ] == ["a.jpg", "a.webp"]


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("a.jpg", "PNG", "renamed"),
        ("a.JPEG", "HEIC", "renamed"),
        ("a.jpg", "RAW", "renamed"),
        ("a.png", "JPEG", "renamed"),
        ("a.nef", "JPEG", "renamed"),
        ("a.dng", "RAW", "renamed"),
        ("a.tif", "BigTIFF", "renamed"),
        ("a.odd", "BigTIFF", "unsupported"),
        ("a.psd", "PSD", "unsupported"),
        ("a.jpg", "", "not_an_image"),
    ],
)
def test_what_is_not_as_named_is_refused(name, kind, code):
    with pytest.raises(Refused) as caught:
        checked(name, HEADS[kind])
    assert caught.value.trouble.code == code


def test_the_message_says_what_to_do():
    with pytest.raises(Refused) as caught:
        checked("a.jpg", HEADS["PNG"])
    assert caught.value.trouble.message == "is a PNG named .jpg: rename it to .png"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.jpg", "JPEG"), ("a.JPE", "JPEG"), ("a.tif", "TIFF"), ("a.odd", "PNG"), ("a.heic", "HEIC")],
)
def test_what_is_as_named_passes(name, kind):
    assert checked(name, HEADS[kind]) == kind
