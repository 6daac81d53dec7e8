"""The archive that is measured: photos painted here, in a workspace of the sandbox."""

import random
import shutil
from pathlib import Path

from measuring.rounds import Machine
from PIL import Image, ImageChops

BIG = (6000, 4000)
SMALL = (1600, 1067)
# A camera's own files repeat nothing, but a decoder does not know: each is painted once.
DIFFERENT = 12


def photo(path: Path, grain: Image.Image, seed: int) -> None:
    """Paint a photo-like JPEG: soft shapes under fine noise; 24 megapixels are about 8 MB."""
    rng = random.Random(seed)  # noqa: S311 a picture, no secret
    small = Image.new("RGB", (48, 32))
    small.putdata([tuple(rng.randrange(256) for _ in range(3)) for _ in range(48 * 32)])
    soft = small.resize(grain.size, Image.Resampling.BICUBIC)
    moved = ImageChops.offset(grain, rng.randrange(999), rng.randrange(999))
    exif = Image.Exif()
    exif[0x0110] = "Painted 1"
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 10:00:00"
    picture = Image.blend(soft, Image.merge("RGB", (moved,) * 3), 0.16)
    picture.save(path, quality=95, exif=exif)


def workspace(machine: Machine, folder: Path, photos: int, size: tuple[int, int]) -> Path:
    """Make a workspace with that many photos; gives their folder."""
    place = folder / "photo" / "Italy" / "Rome" / "commercial"
    place.mkdir(parents=True)
    grain = Image.effect_noise((size[0] // 2, size[1] // 2), 60).resize(size)
    for number in range(min(photos, DIFFERENT)):
        photo(place / f"IMG_{number:04d}.jpg", grain, number)
    for number in range(DIFFERENT, photos):
        original = place / f"IMG_{number % DIFFERENT:04d}.jpg"
        shutil.copy(original, place / f"IMG_{number:04d}.jpg")
    machine.batchcap(folder, "init", "--photos", "photo", "--provider", "sandbox")
    return place


def forget(folder: Path) -> None:
    """Take a workspace back to before its first command; the tokenizer stays loaded."""
    for each in (folder / ".batchcap").iterdir():
        if each.is_dir() and each.name != "tiktoken":
            shutil.rmtree(each)
        elif each.is_file():
            each.unlink()
