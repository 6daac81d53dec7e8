"""A photo as a worker reads it: the copy has the size that its model's token rule likes best."""

import io
import pickle

import pytest
from PIL import Image

from batchcap.batches.reduced_size import best_side
from batchcap.batches.tokens import fit, image_tokens
from batchcap.config import configs_folder
from batchcap.models import load_models
from batchcap.reading import Reader
from batchcap.records import Prepared, Sighting

MODELS = load_models(configs_folder() / "models.toml")
NAMES = ("gpt-6-luna", "gpt-5.2", "gpt-4.1-mini", "gpt-5", "gpt-4o")


def reader(root, name="gpt-6-luna", max_side=512, detail="high") -> Reader:
    return Reader(str(root), MODELS.get(name), max_side, detail, 85)


def put(root, name: str, size: tuple[int, int], orientation: int = 1) -> Sighting:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.effect_mandelbrot(size, (-2, -1, 1, 1), 20).convert("RGB").save(root / name, exif=exif)
    return Sighting(name, (root / name).stat().st_size, 0)


def read(how: Reader, sighting: Sighting) -> Prepared:
    sent = pickle.dumps(how)  # as a worker is handed it
    found = pickle.loads(sent).read((sighting, None))  # noqa: S301 our own
    assert isinstance(found, Prepared)
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(1500, 1000), (1000, 1500), (900, 900), (700, 130), (300, 200)])
@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_the_copy_costs_no_token_for_nothing(tmp_path, name, size, kind) -> None:
    model = MODELS.get(name)
    found = read(reader(tmp_path, name), put(tmp_path, f"a.{kind}", size))
    with Image.open(io.BytesIO(found.jpeg)) as copy:
        sent = copy.size
    assert sent == (found.width, found.height) == best_side(model, *size, 512, "high")
    assert max(sent) <= 512
    assert (found.original_width, found.original_height) == size
    plain = image_tokens(model, *fit(*size, 512), "high")
    assert image_tokens(model, *sent, "high") <= plain


def test_a_24_megapixel_photo_saves_an_eighth_of_its_tokens(tmp_path) -> None:
    model = MODELS.get("gpt-6-luna")
    found = read(reader(tmp_path, max_side=1024), put(tmp_path, "a.jpg", (3000, 2000)))
    assert (found.width, found.height) == (960, 640)
    assert image_tokens(model, 960, 640, "high") < 7 / 8 * image_tokens(model, 1024, 683, "high")


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_photo_on_its_side_is_sized_as_it_is_seen(tmp_path, orientation) -> None:
    found = read(reader(tmp_path), put(tmp_path, "a.jpg", (1500, 1000), orientation))
    upright = (1000, 1500) if orientation > 4 else (1500, 1000)
    assert (found.original_width, found.original_height) == upright
    assert (found.width, found.height) == best_side(MODELS.get("gpt-6-luna"), *upright, 512, "high")


def test_a_detail_the_model_does_not_offer_is_left_to_the_request(tmp_path) -> None:
    sighting = put(tmp_path, "a.jpg", (1500, 1000))
    assert read(reader(tmp_path, "gpt-4o", detail="original"), sighting).width == 512
