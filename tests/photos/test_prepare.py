import datetime as dt
import io
import multiprocessing
import pickle
import random
import shutil
import subprocess
import sys
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
    "no_preview",
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


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp", "a.gif", "a.avif", "a.heic"])
def test_other_formats_where_a_person_asks_for_them(run, encode_as, paint, name):
    found, seen = run(name, encode_as(name, paint()))
    assert isinstance(found, Prepared)
    assert found.digest.startswith("pixels:" if name == "a.gif" else "sha256:")
    assert seen == (96, 64)
    with Image.open(io.BytesIO(found.jpeg)) as image:
        red, green, blue = image.getpixel((8, 8))
    assert red > 150 > green
    assert red > 150 > blue


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif", "a.heic"])
def test_both_sizes_are_those_of_the_upright_picture(run, paint, encode_as, name):
    exif = Image.Exif()
    exif[0x0112] = 6
    found, seen = run(name, encode_as(name, paint(), exif=exif))
    assert (found.original_width, found.original_height) == seen == (64, 96)
    with Image.open(io.BytesIO(found.jpeg)) as image:
        assert image.size == (43, 64)
        # Turned clockwise: what lay at the bottom on the left, blue, now lies at the top.
        red, green, blue = image.getpixel((8, 8))
    assert blue > 150 > red
    assert blue > 150 > green


def test_what_a_heic_and_an_avif_say_of_the_camera(run, paint, encode_as):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Acme", "One"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    for name in ("a.heic", "a.avif"):
        found, _ = run(name, encode_as(name, paint(), exif=exif))
        assert found.camera.camera == "Acme One"
        assert found.camera.taken == dt.datetime(2024, 5, 6, 7, 8, 9)  # noqa: DTZ001 a camera's clock


def test_a_heic_without_its_decoder_says_what_to_install(tmp_path, paint, encode_as):
    (tmp_path / "a.heic").write_bytes(encode_as("a.heic", paint()))
    # A fresh Python where the package cannot be found stands for one without it.
    script = (
        "import sys; sys.modules['pillow_heif'] = None\n"
        "from batchcap.photos.prepare import prepare\n"
        "from batchcap.records import Recipe, Sighting\n"
        "print(prepare(sys.argv[1], Sighting('a.heic', 1, 0), Recipe()))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert "heif_missing" in done.stdout
    assert 'pip install "batchcap[heif]"' in done.stdout


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
        "unsupported": b"8BPS",
        "no_preview": b"II*\0",
    }[code]
    name = {"animated": "a.gif", "unsupported": "a.psd", "no_preview": "a.nef"}.get(code, "a.jpg")
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


def test_flipped_bytes(run, paint, encode, encode_as, swapped_icc):
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
        ("AVIF", "a.avif", {"exif": exif}),
        ("HEIF", "a.heic", {"exif": exif}),
    ):
        data = (
            encode_as(name, picture, **options)
            if kind == "HEIF"
            else encode(picture, kind, **options)
        )
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
        st.sampled_from(
            [
                *(b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0\x08\0\0\0", b"GIF89a"),
                b"RIFF\0\1\0\0WEBPVP8 ",
                b"\0\0\0\x14ftypheic\0\0\0\0mif1\0\0\0\x80meta",
            ]
        )
    )
    names = ["a.jpg", "a.png", "a.tif", "a.gif", "a.webp", "a.heic", "a.avif", "a.dng", "a.nef"]
    name = data.draw(st.sampled_from(names))
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
