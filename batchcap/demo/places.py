"""Where and when each sample photo says that it was taken; a frozen table."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from batchcap.records import Release


@dataclass(frozen=True, slots=True)
class Place:
    """A real place: the names of its folders, and degrees, south and west negative."""

    country: str
    city: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample photo: its scene, place and moment, and how the camera was held.

    ``taken`` carries the offset of local time from UTC; ``orientation`` is the EXIF tag:
    1 level, 6 and 8 upright.
    """

    scene: str
    place: Place
    release: Release
    name: str
    taken: datetime
    orientation: int = 1

    @property
    def path(self) -> PurePosixPath:
        """The place of the file below the demo's folder."""
        where = self.place
        return PurePosixPath("photo", where.country, where.city, self.release, self.name)


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


_C, _E = Release.COMMERCIAL, Release.EDITORIAL

SAMPLES: tuple[Sample, ...] = (
    Sample(
        "skyline",
        Place("Australia", "Sydney", -33.8568, 151.2153),
        _E,
        "DSC_0412.jpg",
        _at("2024-06-14T18:52:07+10:00"),
    ),
    Sample(
        "mountains",
        Place("Chile", "Puerto Natales", -51.7269, -72.5062),
        _C,
        "S1_20240211_063114.jpg",
        _at("2024-02-11T06:31:14-03:00"),
    ),
    Sample(
        "village",
        Place("Finland", "Rovaniemi", 66.5039, 25.7294),
        _C,
        "Hütten unter dem Nordlicht.jpg",
        _at("2024-01-19T18:04:40+02:00"),
    ),
    Sample(
        "lighthouse",
        Place("France", "Brest", 48.3583, -4.5339),
        _C,
        "IMG_3307.jpg",
        _at("2024-03-09T18:47:55+01:00"),
        6,
    ),
    Sample(
        "street",
        Place("France", "Nice", 43.6971, 7.2759),
        _E,
        "IMG_5148.jpg",
        _at("2024-05-25T11:20:31+02:00"),
        8,
    ),
    Sample(
        "hills",
        Place("Italy", "Siena", 43.3006, 11.3208),
        _C,
        "siena_vines_evening-02.jpg",
        _at("2024-06-07T19:38:12+02:00"),
    ),
    Sample(
        "market",
        Place("Morocco", "Marrakesh", 31.6258, -7.9891),
        _E,
        "P1040877.jpg",
        _at("2024-04-13T11:06:48+01:00"),
    ),
    Sample(
        "dunes",
        Place("Namibia", "Swakopmund", -22.6947, 14.5336),
        _C,
        "DSCF2290.jpg",
        _at("2024-05-02T16:51:29+02:00"),
    ),
    Sample(
        "tulips",
        Place("Netherlands", "Lisse", 52.2631, 4.5519),
        _C,
        "tulips near Lisse 014.jpg",
        _at("2024-04-20T13:15:03+02:00"),
    ),
    Sample(
        "harbour",
        Place("Norway", "Bergen", 60.3973, 5.3244),
        _E,
        "DSC_7719.jpg",
        _at("2024-07-16T12:44:20+02:00"),
    ),
    Sample(
        "sunset",
        Place("Portugal", "Lagos", 37.0811, -8.6694),
        _C,
        "sunset_ponta-da-piedade.jpg",
        _at("2024-09-12T19:46:36+01:00"),
    ),
    Sample(
        "bridge",
        Place("USA", "San Francisco", 37.8085, -122.4752),
        _C,
        "_MG_9026.jpg",
        _at("2024-10-05T09:12:58-07:00"),
    ),
)
