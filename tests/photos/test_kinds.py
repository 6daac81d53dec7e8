import pytest

from batchcap.photos.kinds import checked, sniff
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
    "video": b"\0\0\0\x18ftypqt  ",
    "PSD": b"8BPS",
    "": b"<!DOCTYPE html>",
}


@pytest.mark.parametrize(("kind", "head"), HEADS.items())
def test_first_bytes_tell_the_format(kind, head):
    assert sniff(head) == kind


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("a.jpg", "PNG", "renamed"),
        ("a.JPEG", "HEIC", "renamed"),
        ("a.jpg", "RAW", "renamed"),
        ("a.png", "JPEG", "renamed"),
        ("a.heic", "HEIC", "unsupported"),
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
    ("name", "kind"), [("a.jpg", "JPEG"), ("a.JPE", "JPEG"), ("a.tif", "TIFF"), ("a.odd", "PNG")]
)
def test_what_is_as_named_passes(name, kind):
    assert checked(name, HEADS[kind]) == kind
