import io
import multiprocessing
import pickle
import random
import shutil
from concurrent.futures import ProcessPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from batchcap.photos.prepare import look, prepare
from batchcap.photos.scan import scan
from batchcap.records import Camera, Prepared, Recipe, Sighting, Trouble

CODES = {
    "animated",
    "broken",
    "empty",
    "not_an_image",
    "renamed",
    "too_large",
    "too_small",
    "truncated",
    "unreadable",
    "unsupported",
}


@pytest.fixture
def run(tmp_path):
    def prepared(name, data):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
        sighting = Sighting(name, len(data), 0)
        seen = look(str(tmp_path), sighting)
        return prepare(str(tmp_path), sighting, Recipe(max_side=64)), seen

    return prepared


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return tmp_path_factory.mktemp("shelf")


def check(found):
    """Whatever came in, this is what may come out."""
    if isinstance(found, Trouble):
        assert found.code in CODES
        return
    assert isinstance(found, Prepared)
    with Image.open(io.BytesIO(found.jpeg)) as image:
        assert image.size == (found.width, found.height)


def test_a_good_photo(run, paint, encode):
    found, seen = run("Łódź/a 🌷.jpg", encode(paint(200, 100)))
    assert isinstance(found, Prepared)
    assert found.path == "Łódź/a 🌷.jpg"
    assert found.digest.startswith("sha256:")
    assert (found.width, found.height) == (64, 32)
    assert (found.original_width, found.original_height) == seen == (200, 100)
    assert found.camera == Camera()


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a.tif", "TIFF"), ("a.webp", "WebP"), ("a.gif", "GIF")]
)
def test_other_formats_where_a_person_asks_for_them(run, paint, encode, name, kind):
    found, seen = run(name, encode(paint(), kind))
    assert isinstance(found, Prepared)
    assert found.digest.startswith("pixels:")
    assert seen == (96, 64)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WebP"])
def test_both_sizes_are_those_of_the_upright_picture(run, paint, encode, kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    name = {"JPEG": "a.jpg", "PNG": "a.png", "TIFF": "a.tif", "WebP": "a.webp"}[kind]
    found, seen = run(name, encode(paint(), kind, exif=exif))
    assert (found.original_width, found.original_height) == seen == (64, 96)
    assert found.camera.orientation == 6


def test_bad_exif_stops_no_photo(run, paint, encode, with_segment):
    found, _ = run("a.jpg", with_segment(encode(paint()), 0xE1, b"Exif\0\0garbage"))
    assert isinstance(found, Prepared)
    assert found.camera.trouble.code == "exif"


def test_the_trouble_of_a_sighting_is_handed_on(tmp_path):
    trouble = Trouble("symlink", "is a link")
    sighting = Sighting("a.jpg", 0, 0, trouble)
    assert prepare(str(tmp_path), sighting, Recipe()) == trouble
    assert look(str(tmp_path), sighting) == trouble


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_trouble_has_its_row(run, tmp_path, paint, encode, code):
    good = encode(paint())
    frame = good.index(b"\xff\xc0") + 5
    data = {
        "animated": encode(paint(), "GIF", save_all=True, append_images=[paint(mode="L")]),
        "broken": good.replace(b"\xff\xdb", b"\xff\xef"),
        "empty": b"",
        "not_an_image": b"plain text",
        "renamed": encode(paint(), "PNG"),
        "too_large": good[:frame] + b"\xff\xdc\xff\xdc" + good[frame + 4 :],
        "too_small": encode(paint(12, 12)),
        "truncated": good[:-300],
        "unreadable": good,
        "unsupported": b"\0\0\0\x18ftypheic",
    }[code]
    name = {"animated": "a.gif", "unsupported": "a.heic"}.get(code, "a.jpg")
    found, seen = run(name, data)
    if code == "unreadable":
        (tmp_path / name).unlink()
        sighting = Sighting(name, 1, 0)
        found, seen = prepare(str(tmp_path), sighting, Recipe()), look(str(tmp_path), sighting)
    assert isinstance(found, Trouble)
    assert found.code == code
    if code not in {"broken", "truncated"}:  # the header alone is sound
        assert isinstance(seen, Trouble)
        assert seen.code == code


def test_truncated_anywhere(run, paint, encode):
    exif = Image.Exif()
    exif[0x010F] = "Acme"
    for kind, name in (("JPEG", "a.jpg"), ("PNG", "a.png"), ("TIFF", "a.tif"), ("WebP", "a.webp")):
        data = encode(paint(200, 150), kind, exif=exif)
        for step in range(40):
            found, _ = run(name, data[: len(data) * step // 40])
            check(found)
            # The last bytes of the other formats may be metadata.
            assert isinstance(found, Trouble) or (kind != "JPEG" and step > 20), (kind, step)


def test_flipped_bytes(run, paint, encode, swapped_icc):
    exif = Image.Exif()
    exif[0x010F] = "Acme"
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 30.0, 0.0)})
    chance = random.Random(7)  # noqa: S311  the same flips every time
    picture = paint(60, 40)
    extra = {"icc_profile": swapped_icc, "exif": exif}
    for kind, name, options in (
        ("JPEG", "a.jpg", extra),
        ("JPEG", "p.jpg", {"progressive": True, **extra}),
        ("PNG", "a.png", extra),
        ("TIFF", "a.tif", {"compression": "tiff_lzw", **extra}),
        ("WebP", "a.webp", extra),
        ("GIF", "a.gif", {}),
    ):
        data = encode(picture, kind, **options)
        for _ in range(60):
            bad = bytearray(data)
            for _ in range(chance.randint(1, 12)):
                bad[chance.randrange(len(bad))] = chance.randrange(256)
            found, seen = run(name, bytes(bad))
            check(found)
            assert isinstance(seen, tuple | Trouble)


@settings(max_examples=150)
@given(st.data())
def test_no_bytes_make_it_raise(shelf, data):
    head = data.draw(
        st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0\x08\0\0\0", b"GIF89a"])
    )
    name = data.draw(st.sampled_from(["a.jpg", "a.png", "a.tif", "a.gif", "a.webp"]))
    (shelf / name).write_bytes(head + data.draw(st.binary(max_size=300)))
    check(prepare(str(shelf), Sighting(name, 1, 0), Recipe()))
    look(str(shelf), Sighting(name, 1, 0))


def test_it_works_in_a_pool_of_processes(tmp_path, paint, encode):
    (tmp_path / "a.jpg").write_bytes(encode(paint()))
    (tmp_path / "b.jpg").write_bytes(b"text")
    sightings = list(scan(tmp_path, [".jpg"]))
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        jobs = [pool.submit(prepare, str(tmp_path), each, Recipe()) for each in sightings]
        good, bad = (job.result() for job in jobs)
    assert good == prepare(str(tmp_path), sightings[0], Recipe())
    assert bad.code == "not_an_image"
    assert pickle.loads(pickle.dumps(good)) == good  # noqa: S301  our own bytes


def test_the_real_photos(tmp_path, real_photos):
    """Copied, so that a read-only folder does not matter; none there in a clone elsewhere."""
    for number, photo in enumerate(real_photos):
        shutil.copyfile(photo, tmp_path / f"{number:02} {photo.name}")
    for sighting in scan(tmp_path, [".jpg"]):
        found = prepare(str(tmp_path), sighting, Recipe())
        assert isinstance(found, Prepared), sighting
        assert found.camera.taken is not None
        assert found.camera.camera
        assert found.camera.latitude is not None
        assert max(found.width, found.height) <= 1024
        assert look(str(tmp_path), sighting) == (found.original_width, found.original_height)
        for word in (b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"GPS"):
            assert word not in found.jpeg
