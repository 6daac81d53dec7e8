"""What is known of photos: sightings, facts and the copy that is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Release(StrEnum):
    """How a photo may be sold."""

    COMMERCIAL = "commercial"
    EDITORIAL = "editorial"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a photo, a file or a row could not be used: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One file met on the walk; ``trouble`` says why it cannot even be opened.

    ``folder``: no file, but a folder of which nobody knows what lies in it, for ``trouble``.
    """

    path: str
    size: int
    mtime_ns: int
    trouble: Trouble | None = None
    folder: bool = False


@dataclass(frozen=True, slots=True)
class Camera:
    """What EXIF says; latitude and longitude are degrees and never leave the house."""

    taken: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    camera: str = ""
    orientation: int = 1
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A thing known without looking at the picture, and who says so.

    ``evidence`` is one of notes, folder, embedded, gps, exif; ``detail`` says more of it, such as
    how far from the place the position lies.
    """

    value: str
    evidence: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a photo was taken, in one source's own words; "" where it does not say.

    ``location`` is the place within the city; ``country_code`` has two or three letters.
    """

    country: str = ""
    country_code: str = ""
    state: str = ""
    city: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Nearby:
    """The city that a position belongs to, and how far away its centre is (kilometres).

    ``code`` is the country's two letters. ``sure`` is False where the nearest place of all lies in
    another country.
    """

    city: str
    state: str
    country: str
    code: str
    km: float
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a photo without looking at it.

    ``taken`` is an ISO date, with the time where that is known. ``country_code`` has the two
    letters of XMP, ``country_code3`` the three of IPTC. ``names`` are persons, with commas between.
    """

    country: Fact | None = None
    city: Fact | None = None
    release: Fact | None = None
    taken: Fact | None = None
    camera: Fact | None = None
    notes: Fact | None = None
    state: Fact | None = None
    location: Fact | None = None
    country_code: Fact | None = None
    country_code3: Fact | None = None
    names: Fact | None = None
    contradictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the picture to send is made; ``quality`` is JPEG quality 1 to 95.

    ``size`` gives the copy's width and height for those of the upright original, in pixels, and
    enlarges neither; without it the copy fits into ``max_side``.
    """

    max_side: int = 1024
    quality: int = 85
    size: Callable[[int, int], tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A photo read once: digest, EXIF and the reduced copy (JPEG bytes without metadata).

    ``place`` is what a person put into the file's place fields, ``likeness`` what the picture looks
    like (``photos.series``).
    """

    path: str
    digest: str
    camera: Camera
    jpeg: bytes
    width: int
    height: int
    original_width: int
    original_height: int
    place: Place = Place()
    likeness: bytes = b""
