"""What is known of photos: sightings, facts and the copy that is sent."""

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
    """One file met on the walk; ``trouble`` says why it cannot even be opened."""

    path: str
    size: int
    mtime_ns: int
    trouble: Trouble | None = None


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

    ``evidence`` is one of notes, folder, embedded, gps, exif.
    """

    value: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a photo without looking at it; ``taken`` is an ISO date and time."""

    country: Fact | None = None
    city: Fact | None = None
    release: Fact | None = None
    taken: Fact | None = None
    camera: Fact | None = None
    notes: Fact | None = None
    contradictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the picture to send is made; ``quality`` is JPEG quality 1 to 95."""

    max_side: int = 1024
    quality: int = 85


@dataclass(frozen=True, slots=True)
class Prepared:
    """A photo read once: digest, EXIF and the reduced copy (JPEG bytes without metadata)."""

    path: str
    digest: str
    camera: Camera
    jpeg: bytes
    width: int
    height: int
    original_width: int
    original_height: int
