"""The tags batchcap may write, what kind each is, and which tags hold copies of one another.

Takes nothing, gives constants. Whatever is not listed here is never written: not the fields that
say how an image was made, not the camera's, not the creator's.
IIM limits are bytes (IPTC IIM 4.2, ExifTool's IPTC table).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How a tag holds its text."""

    TEXT = "text"
    LIST = "list"
    JOINED = "joined"  # one string, parts joined by ";"
    TREE = "tree"  # a list of paths, root first


@dataclass(frozen=True, slots=True)
class Tag:
    """One writable tag: ``limit`` is bytes (0: none), ``exact`` letters (0: any)."""

    name: str
    kind: Kind = Kind.TEXT
    limit: int = 0
    exact: int = 0
    separator: str = ""


_TAGS = (
    Tag("IPTC:ObjectName", limit=64),
    Tag("IPTC:Headline", limit=256),
    Tag("IPTC:Caption-Abstract", limit=2000),
    Tag("IPTC:Keywords", Kind.LIST, limit=64),
    Tag("IPTC:SpecialInstructions", limit=256),
    Tag("IPTC:City", limit=32),
    Tag("IPTC:Sub-location", limit=32),
    Tag("IPTC:Province-State", limit=32),
    Tag("IPTC:Country-PrimaryLocationName", limit=64),
    Tag("IPTC:Country-PrimaryLocationCode", limit=3, exact=3),
    Tag("XMP-dc:Title"),
    Tag("XMP-dc:Description"),
    Tag("XMP-dc:Subject", Kind.LIST),
    Tag("XMP-photoshop:Headline"),
    Tag("XMP-photoshop:Instructions"),
    Tag("XMP-photoshop:City"),
    Tag("XMP-photoshop:State"),
    Tag("XMP-photoshop:Country"),
    Tag("XMP-iptcCore:CountryCode"),
    Tag("XMP-iptcCore:Location"),
    Tag("XMP-iptcCore:AltTextAccessibility"),
    Tag("XMP-iptcCore:ExtDescrAccessibility"),
    Tag("XMP-lr:HierarchicalSubject", Kind.TREE, separator="|"),
    Tag("XMP-digiKam:TagsList", Kind.TREE, separator="/"),
    Tag("EXIF:ImageDescription"),
    Tag("EXIF:XPTitle"),
    Tag("EXIF:XPComment"),
    Tag("EXIF:XPSubject"),
    Tag("EXIF:XPKeywords", Kind.JOINED, separator=";"),
    Tag("EXIF:UserComment"),
    Tag("PNG:Title"),
    Tag("PNG:Description"),
)

TAGS: Mapping[str, Tag] = MappingProxyType({each.name: each for each in _TAGS})


@dataclass(frozen=True, slots=True)
class Home:
    """The groups of tags a kind of file takes.

    Tags of ``made`` groups are written wherever the preset names them, those of ``kept`` groups
    only where the file has them already: a copy that exists must not grow stale. ``digest`` says
    whether the mark that IPTC and XMP agree can be renewed.
    """

    made: frozenset[str]
    kept: frozenset[str] = frozenset()
    digest: bool = False

    def takes(self, tag: str, *, there: bool) -> bool:
        """Whether a tag is written into this kind of file; ``there``: it holds words already."""
        group = tag.partition(":")[0].partition("-")[0]
        return group in self.made or (there and group in self.kept)


_ALL = frozenset({"XMP", "IPTC", "EXIF"})
_XMP = frozenset({"XMP"})
_XMP_EXIF = frozenset({"XMP", "EXIF"})

# By ExifTool's File:FileType ("": not known yet). A proprietary RAW stands in none of them: only
# its maker knows what else in it depends on where its parts lie. HEIC readers look at XMP; IPTC
# in a PNG is no standard. A TIFF holds IPTC in words of four bytes, and the digest ExifTool would
# set is that of the bytes without the padding: it would be stale at once (measured, 12.57, 13.59).
HOMES: Mapping[str, Home] = MappingProxyType(
    {
        "": Home(_ALL, digest=True),
        "JPEG": Home(_ALL, digest=True),
        "TIFF": Home(_ALL),
        "DNG": Home(_ALL),
        "PNG": Home(_XMP_EXIF, frozenset({"PNG"})),
        "WEBP": Home(_XMP_EXIF),
        "HEIC": Home(_XMP, frozenset({"EXIF"})),
        "HEIF": Home(_XMP, frozenset({"EXIF"})),
        "AVIF": Home(_XMP, frozenset({"EXIF"})),
        "GIF": Home(_XMP),
        "XMP": Home(_XMP),
    }
)

# Texts in several languages: written by the plain name, ExifTool removes the other languages.
LANGUAGES = frozenset(
    {
        "XMP-dc:Title",
        "XMP-dc:Description",
        "XMP-iptcCore:AltTextAccessibility",
        "XMP-iptcCore:ExtDescrAccessibility",
    }
)

# ExifTool 12.57 writes these as UCS-2: a character beyond U+FFFF (an emoji) is lost (measured).
UCS2 = frozenset(
    {
        "EXIF:XPTitle",
        "EXIF:XPComment",
        "EXIF:XPSubject",
        "EXIF:XPKeywords",
        "EXIF:UserComment",
    }
)

# Every tag that may hold a copy of a field: one that exists is kept in step even where the
# preset does not name it, since readers differ in which copy they believe.
COPIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "title": ("XMP-dc:Title", "IPTC:ObjectName", "EXIF:XPTitle", "PNG:Title"),
        "headline": ("XMP-photoshop:Headline", "IPTC:Headline"),
        "description": (
            "XMP-dc:Description",
            "IPTC:Caption-Abstract",
            "EXIF:ImageDescription",
            "EXIF:XPComment",
            "PNG:Description",
        ),
        "keywords": ("XMP-dc:Subject", "IPTC:Keywords"),
        "country": ("XMP-photoshop:Country", "IPTC:Country-PrimaryLocationName"),
        "state": ("XMP-photoshop:State", "IPTC:Province-State"),
        "city": ("XMP-photoshop:City", "IPTC:City"),
        "location": ("XMP-iptcCore:Location", "IPTC:Sub-location"),
        "alt_text": ("XMP-iptcCore:AltTextAccessibility",),
        "long_description": ("XMP-iptcCore:ExtDescrAccessibility",),
    }
)

# Tags with a life of their own: followed only where they hold exactly the words being replaced.
ECHOES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"description": ("EXIF:XPSubject", "EXIF:UserComment")}
)

KEYWORD_STRINGS = ("EXIF:XPKeywords",)
KEYWORD_TREES = ("XMP-lr:HierarchicalSubject", "XMP-digiKam:TagsList")

# A user's place is never overwritten, whatever the mode.
PLACE_FIELDS = frozenset({"country", "state", "city", "location", "country_code", "country_code3"})

# The byte limits of IIM strings that batchcap never writes of itself: turning an old Latin-1
# block into UTF-8 makes them longer, and ExifTool would cut a name.
OLD_IIM_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "IPTC:By-line": 32,
        "IPTC:By-lineTitle": 32,
        "IPTC:Credit": 32,
        "IPTC:Source": 32,
        "IPTC:CopyrightNotice": 128,
        "IPTC:Contact": 128,
        "IPTC:Writer-Editor": 32,
        "IPTC:Category": 3,
        "IPTC:SupplementalCategories": 32,
        "IPTC:ContentLocationName": 64,
        "IPTC:OriginalTransmissionReference": 32,
        "IPTC:EditStatus": 64,
        "IPTC:FixtureIdentifier": 32,
        "IPTC:OriginatingProgram": 32,
        "IPTC:LocalCaption": 256,
    }
)

# What cameras put into ImageDescription unasked: no human wrote it.
CAMERA_WORDS = frozenset(
    {
        "olympus digital camera",
        "samsung digital camera",
        "kodak digital still camera",
        "konica minolta digital camera",
        "minolta digital camera",
        "nikon digital camera",
        "digital camera",
        "sony dsc",
        "exif_jpeg_picture",
        "exif jpeg",
        "dcim\\100media",
        "dcim\\101media",
        "default",
        "untitled",
        "no comment",
        "screenshot",
    }
)
