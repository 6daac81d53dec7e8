"""What a file really is, told by its first bytes.

Takes those bytes and the file's name; gives the format's name or refuses the file. Never trusts an
extension: writing IPTC into a PNG named .jpg would surprise. It is asked only where the bytes
cannot tell, since most RAW files begin as a TIFF does.
"""

from pathlib import PurePath

from batchcap.photos.refusals import Refused

HEAD = 32
"""Bytes that are enough to tell every format here."""

DECODED = ("JPEG", "PNG", "TIFF", "WebP", "GIF", "HEIC", "AVIF")
"""What is opened as it is."""

BY_PREVIEW = ("DNG", "RAW")
"""What is seen through the largest picture that its camera put inside."""

WEB = ("JPEG", "PNG", "WebP", "GIF")
"""What a model can be shown at an address."""

_STARTS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "BigTIFF"),
    (b"MM\x00+", "BigTIFF"),
    (b"IIRO", "RAW"),  # Olympus
    (b"IIRS", "RAW"),
    (b"MMOR", "RAW"),
    (b"IIU\x00", "RAW"),  # Panasonic, Leica
    (b"FUJIFILM", "RAW"),
    (b"FOVb", "RAW"),  # Sigma
    (b"\x00MRM", "RAW"),  # Minolta
    (b"II\x1a\x00\x00\x00HEAPCCDR", "RAW"),  # Canon before 2005
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
    b"crx ": "RAW",  # Canon CR3
}
_ANY_CODEC = frozenset({b"mif1", b"msf1"})
_COMPATIBLE = 16  # where the compatible brands begin

RAW_EXTENSIONS = (
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".erf", ".fff", ".iiq", ".k25", ".kdc"),
    *(".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".ori", ".pef", ".raf", ".raw", ".rw2"),
    *(".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)
"""Formats that belong to one maker: never written into, words go into a sidecar."""

_EXTENSIONS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WebP": (".webp",),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "HEIC": (".heic", ".heif", ".hif"),
    "AVIF": (".avif",),
    "DNG": (".dng",),
    "RAW": RAW_EXTENSIONS,
}


def sniff(head: bytes) -> str:
    """Return the format that the first bytes tell, or "" where they tell none."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        return _media(head)
    return next((kind for start, kind in _STARTS if head.startswith(start)), "")


def promised_kind(name: str) -> str:
    """Return the format that a name promises, "" where its extension is not known."""
    suffix = PurePath(name).suffix.lower()
    return next((kind for kind, ends in _EXTENSIONS.items() if suffix in ends), "")


def kind_of(name: str, head: bytes) -> str:
    """Return the format of a file; a TIFF that is named as one is a DNG or a RAW."""
    kind = sniff(head)
    promised = promised_kind(name)
    return promised if kind == "TIFF" and promised in BY_PREVIEW else kind


def raw_name(name: str) -> bool:
    """Whether a file is named as a proprietary RAW."""
    return promised_kind(name) == "RAW"


def has_preview(name: str) -> bool:
    """Whether a file is named as one that is seen through the preview inside it."""
    return promised_kind(name) in BY_PREVIEW


def addressable(name: str) -> bool:
    """Whether a model can be shown a file so named at an address."""
    return promised_kind(name) in {*WEB, ""}


def checked(name: str, head: bytes) -> str:
    """Return the format of a file, one of ``DECODED`` or ``BY_PREVIEW``.

    Raises Refused: not_an_image, renamed, unsupported.
    """
    kind = kind_of(name, head)
    if not kind:
        raise Refused("not_an_image", "is not an image: its first bytes fit no image format")
    promised = promised_kind(name)
    if promised not in {kind, ""}:
        better = _EXTENSIONS.get(kind, ("",))[0] if kind != "RAW" else ""
        to = f" to {better}" if better else ""
        suffix = PurePath(name).suffix.lower()
        raise Refused("renamed", f"is a {kind} named {suffix}: rename it{to}")
    if kind not in (*DECODED, *BY_PREVIEW):
        raise Refused("unsupported", f"is a {kind}, which cannot be opened here: export a JPEG")
    return kind


def _media(head: bytes) -> str:
    brand = head[8:12]
    others = {head[at : at + 4] for at in range(_COMPATIBLE, len(head) - 3, 4)}
    if brand in _ANY_CODEC and others & {b"avif", b"avis"}:
        return "AVIF"
    return _BRANDS.get(brand, "video")
