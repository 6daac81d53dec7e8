"""What a file really is, told by its first bytes.

Takes those bytes and the file's name; gives the format's name or refuses the file. Never trusts an
extension: writing IPTC into a PNG named .jpg would surprise.
"""

from pathlib import PurePath

from batchcap.photos.refusals import Refused

HEAD = 32
"""Bytes that are enough to tell every format here."""

DECODED = ("JPEG", "PNG", "TIFF", "WebP", "GIF")

_STARTS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "BigTIFF"),
    (b"MM\x00+", "BigTIFF"),
    (b"IIRO", "RAW"),
    (b"IIU\x00", "RAW"),
    (b"FUJIFILM", "RAW"),
    (b"BM", "BMP"),
    (b"8BPS", "PSD"),
    (b"%PDF", "PDF"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
)

# Brands of ISO base media files: offset 8 of a file with "ftyp" at offset 4.
_BRANDS = {
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"heim": "HEIC",
    b"heis": "HEIC",
    b"hevc": "HEIC",
    b"hevx": "HEIC",
    b"mif1": "HEIC",
    b"msf1": "HEIC",
    b"avif": "AVIF",
    b"avis": "AVIF",
    b"crx ": "RAW",
}

_EXTENSIONS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WebP": (".webp",),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "HEIC": (".heic", ".heif"),
    "AVIF": (".avif",),
}


def sniff(head: bytes) -> str:
    """Return the format that the first bytes tell, or "" where they tell none."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video")
    return next((kind for start, kind in _STARTS if head.startswith(start)), "")


def checked(name: str, head: bytes) -> str:
    """Return the format of a file, one of ``DECODED``.

    Raises Refused: not_an_image, renamed, unsupported.
    """
    kind = sniff(head)
    if not kind:
        raise Refused("not_an_image", "is not an image: its first bytes fit no image format")
    suffix = PurePath(name).suffix.lower()
    promised = next((each for each, ends in _EXTENSIONS.items() if suffix in ends), kind)
    if promised != kind:
        better = _EXTENSIONS.get(kind, ("",))[0]
        to = f" to {better}" if better else ""
        raise Refused("renamed", f"is a {kind} named {suffix}: rename it{to}")
    if kind not in DECODED:
        raise Refused("unsupported", f"is a {kind}, which cannot be opened here: export a JPEG")
    return kind
