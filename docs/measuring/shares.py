"""Where the time goes in each stage, as shares of it, and what of it nobody could save."""

import io
import shutil
import sys
from pathlib import Path

from measuring.archive import forget
from measuring.ledgers import BARE
from measuring.profile import profile
from measuring.rounds import Machine, medians
from measuring.stages import VALUES
from PIL import Image

from batchcap.config import configs_folder
from batchcap.models import load_models
from batchcap.photos.digest import stream_digest
from batchcap.photos.embedded import embedded_place
from batchcap.photos.exif import header_camera
from batchcap.photos.image import reduced
from batchcap.photos.jpeg import read_header
from batchcap.reading import Reader
from batchcap.records import Recipe, Sighting

Share = tuple[str, str, float]
# Photos that are taken apart.
SAMPLE = 6
_QUARTER, _EIGHTH = 4, 8


def shares_of_build(machine: Machine, folder: Path, rounds: int) -> list[Share]:
    """Take the reading of a photo apart, and the whole build into reading and the rest."""
    root = folder / "photo"
    paths = sorted(root.rglob("*.jpg"))[:SAMPLE]
    datas = [each.read_bytes() for each in paths]
    model = load_models(configs_folder() / "models.toml").get("gpt-6-luna")
    reader = Reader(str(root), model, 1024, "high", 85)
    seen = [(Sighting(each.relative_to(root).as_posix(), 1, 1), None) for each in paths]
    recipe = Recipe(960)
    parts = {
        "read the file": lambda: [each.read_bytes() for each in paths],
        "SHA-256 of the picture": lambda: [stream_digest(io.BytesIO(d), "JPEG") for d in datas],
        "EXIF, IPTC and XMP": lambda: [_words(d, p) for d, p in zip(datas, paths, strict=True)],
        "decode at a quarter": lambda: [_decoded(each, _QUARTER) for each in datas],
        "of that, decode at an eighth (entropy decoding, hardly more)": lambda: [
            _decoded(each, _EIGHTH) for each in datas
        ],
        "decode, shrink and encode": lambda: [
            reduced(io.BytesIO(each), "JPEG", recipe) for each in datas
        ],
    }
    whole, *took = medians([lambda: [reader.read(each) for each in seen], *parts.values()], rounds)
    found = [("build: a photo", name, each / whole) for name, each in zip(parts, took, strict=True)]
    photos = len(list(root.rglob("*.jpg")))
    alone = "work.processes=1"
    (build,) = medians(
        [lambda: machine.batchcap(folder, "build", "--set", alone)], 1, lambda: forget(folder)
    )
    reading = whole / len(paths) * photos
    found.append(("build: all photos, one process", "reading the photos", reading / build))
    return found + profile(machine, folder, ("build",), lambda: forget(folder))


def shares_of_write(machine: Machine, folder: Path, rounds: int) -> list[Share]:
    """Compare a write by one process with ExifTool's own work: read, write, read back."""
    clean, work, place = folder / "clean", folder / "work", folder / "photo/Italy/Rome/commercial"
    ledger = folder / ".batchcap" / "ledger.sqlite"
    read = ("exiftool", "-j", "-G1", "-a", "-struct", "-r", str(work))

    def before() -> None:
        for target in (place, work):
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(clean, target)
        for each in ledger.parent.glob("ledger.sqlite*"):
            each.unlink()
        shutil.copy(folder / "kept.sqlite", ledger)

    whole, reading, writing = medians(
        [
            lambda: machine.batchcap(folder, "write", "--set", "work.processes=1"),
            lambda: machine.run(*read),
            lambda: machine.run(
                "exiftool", f"-json={folder / 'values.json'}", "-overwrite_original", str(work)
            ),
        ],
        rounds,
        before,
    )
    what = "write: one process"
    return [
        (what, "ExifTool reads the old tags", reading / whole),
        (what, f"ExifTool writes {len(VALUES)} tags", writing / whole),
        (what, "ExifTool reads them back", reading / whole),
        *profile(machine, folder, ("write",), before),
    ]


def shares_of_join(machine: Machine, folder: Path, rounds: int) -> list[Share]:
    """Compare a join with what parsing and keeping its lines alone takes."""
    root = folder / "many"
    state = root / ".batchcap"

    def before() -> None:
        for each in state.glob("ledger.sqlite*"):
            each.unlink()
        shutil.copy(root / "kept.sqlite", state / "ledger.sqlite")

    replies, out = str(state / "replies"), str(root / "bare.sqlite")
    whole, bare = medians(
        [
            lambda: machine.batchcap(root, "join"),
            lambda: machine.run(sys.executable, "-c", BARE, replies, out),
        ],
        rounds,
        before,
    )
    return [
        ("join", "parse each line, keep its text in SQLite", bare / whole),
        *profile(machine, root, ("join",), before),
    ]


def _words(data: bytes, path: Path) -> None:
    header_camera(read_header(io.BytesIO(data)))
    embedded_place(path)


def _decoded(data: bytes, part: int) -> None:
    with Image.open(io.BytesIO(data)) as image:
        image.draft(None, (image.width // part, image.height // part))
        image.load()
