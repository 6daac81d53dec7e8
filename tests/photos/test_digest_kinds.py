"""The digest of every kind but JPEG: words leave it alone, the picture does not."""

import io
import json
import struct
import subprocess
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from batchcap.photos.digest import image_digest, rest_digest, stream_digest
from batchcap.photos.refusals import Refused

KINDS = (
    "a.png",
    "a.tif",
    "lzw.tif",
    "a.webp",
    "lossless.webp",
    "a.avif",
    "a.heic",
    "a.gif",
    "a.dng",
)
OPTIONS = {"lzw.tif": {"compression": "tiff_lzw"}, "lossless.webp": {"lossless": True}}
KIND = {"png": "PNG", "tif": "TIFF", "webp": "WebP", "avif": "AVIF", "heic": "HEIC", "dng": "DNG"}


@pytest.fixture(scope="module")
def made(paint, encode_as, encode, raw_file):
    """One picture in every kind of file."""
    picture = paint(200, 150)
    files = {
        name: encode_as(name, picture, **OPTIONS.get(name, {})) for name in KINDS if name != "a.dng"
    }
    return {**files, "a.dng": raw_file("dng", encode(picture))}


def digest(data, kind):
    return stream_digest(io.BytesIO(data), kind)


def retag(*paths, turn=True):
    """Words of every group that ExifTool can put into these kinds, first some, then more."""
    for number in (1, 40):
        text = f"What is seen, {number} «ü日» " * number
        tags = {
            "SourceFile": "*",
            "XMP-dc:Description": text,
            "XMP-dc:Subject": ["tulip", "花"] * number,
            "EXIF:ImageDescription": text,
            "EXIF:Orientation#": 6 if turn else 1,
            "IPTC:Caption-Abstract": text,
        }
        plan = paths[0].with_suffix(".json")
        plan.write_text(json.dumps([tags]), encoding="utf-8")
        command = ["exiftool", "-m", "-q", "-overwrite_original", f"-json={plan}", *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True)
        yield


def test_exiftool_does_not_change_it(tmp_path, made):
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    paths = [tmp_path / name for name in made]
    before = {path: image_digest(path) for path in paths}
    rests = {path: rest_digest(path) for path in paths}
    for _ in retag(*paths):
        for path in paths:
            assert path.read_bytes() != made[path.name], path
            assert image_digest(path) == before[path], path
            assert rest_digest(path) == rests[path], path
    assert len(set(before.values())) == len(before)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "a.dng"])
def test_another_picture_has_another_digest(made, paint, encode_as, name):
    picture = paint(200, 150)
    picture.paste((0, 0, 0), (150, 100, 200, 150))
    kind = KIND.get(name.rpartition(".")[2], "GIF")
    other = encode_as(name, picture, **OPTIONS.get(name, {}))
    assert digest(other, kind) != digest(made[name], kind)


@pytest.mark.parametrize("what", ["sensor", "preview", "size"])
def test_each_picture_in_a_dng_counts(made, encode, paint, raw_file, what):
    jpeg = encode(paint(200, 150))
    other = {
        "sensor": raw_file("dng", jpeg, sensor=b"\1\2\3\5"),
        "preview": raw_file("dng", encode(paint(200, 150), quality=50)),
        "size": raw_file("dng", jpeg, size=(480, 640)),
    }[what]
    assert digest(other, "DNG") != digest(made["a.dng"], "DNG")
    turned = raw_file("dng", jpeg, orientation=8, model="Other")
    assert digest(turned, "DNG") == digest(made["a.dng"], "DNG")


def test_all_pages_of_a_tiff_count(paint, encode):
    one, other = paint(), paint()
    other.putpixel((1, 1), (1, 2, 3))
    pages = [encode(paint(), "TIFF", save_all=True, append_images=[page]) for page in (one, other)]
    assert (
        digest(pages[0], "TIFF") != digest(pages[1], "TIFF") != digest(encode(one, "TIFF"), "TIFF")
    )


def test_a_raw_is_known_by_all_its_bytes(tmp_path, raw_file, paint, encode):
    path = tmp_path / "a.nef"
    data = raw_file("nef", encode(paint()))
    path.write_bytes(data)
    first = image_digest(path)
    path.write_bytes(data + b"\0")
    assert first != image_digest(path)


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


WORDS = st.tuples(
    st.sampled_from([b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME"]), st.binary(max_size=99)
)


@given(st.lists(WORDS, max_size=4), st.integers(1, 50))
def test_words_and_cuts_leave_a_png_alone(made, words, size):
    png = made["a.png"]
    start = png.index(b"IDAT") - 4
    length = int.from_bytes(png[start : start + 4], "big")
    data = png[start + 8 : start + 8 + length]
    cut = png_chunk(b"IDAT", data[:size]) + png_chunk(b"IDAT", data[size:])
    extra = b"".join(png_chunk(*each) for each in words)
    changed = png[:start] + extra + cut + png[start + 12 + length :]
    assert digest(changed, "PNG") == digest(png, "PNG")


def test_a_profile_is_no_picture_and_no_words(tmp_path, made):
    plain, other = tmp_path / "a.png", tmp_path / "b.png"
    plain.write_bytes(made["a.png"])
    head = made["a.png"][:33]
    other.write_bytes(head + png_chunk(b"gAMA", struct.pack(">I", 45455)) + made["a.png"][33:])
    assert image_digest(plain) == image_digest(other)
    assert rest_digest(plain) != rest_digest(other)


@settings(max_examples=200)
@given(st.data())
def test_a_changed_byte_never_goes_unseen_in_a_png(made, data):
    png = made["a.png"]
    place = data.draw(st.integers(8, len(png) - 5))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != png[place]))
    changed = png[:place] + bytes((byte,)) + png[place + 1 :]
    with pytest.raises(Refused):
        digest(changed, "PNG")


@settings(max_examples=300)
@given(st.data())
def test_broken_files_are_refused_or_hashed(made, data):
    name = data.draw(st.sampled_from(sorted(made)))
    bad = bytearray(made[name])
    for _ in range(data.draw(st.integers(0, 4))):
        # Most of what can go wrong goes wrong in the first few hundred bytes.
        place = data.draw(st.integers(0, min(len(bad), 600) - 1))
        bad[place] = data.draw(st.integers(0, 255))
    bad = bad[: data.draw(st.integers(0, len(bad)))]
    kind = KIND.get(name.rpartition(".")[2], "GIF")
    try:
        found = digest(bytes(bad), kind)
    except Refused:
        return
    assert found.startswith(("sha256:", "pixels:"))


@pytest.mark.parametrize("name", [name for name in KINDS if name != "a.gif"])
def test_a_cut_file_is_refused(made, name):
    kind = KIND[name.rpartition(".")[2]]
    for part in (0.2, 0.5, 0.9):
        with pytest.raises(Refused):
            digest(made[name][: int(len(made[name]) * part)], kind)


def test_strips_that_all_lie_in_one_place_are_refused_soon():
    """Else a small file could keep a core busy for hours."""
    count = 4000
    head = b"II*\0\x08\0\0\0"
    table = struct.pack("<H", 2)
    at = 8 + 2 + 24 + 4
    table += struct.pack("<HHII", 273, 4, count, at) + struct.pack(
        "<HHII", 279, 4, count, at + 4 * count
    )
    data = table + bytes(4) + struct.pack("<I", 8) * count + struct.pack("<I", 16000) * count
    with pytest.raises(Refused) as caught:
        digest(head + data, "TIFF")
    assert caught.value.trouble.code == "broken"


def test_a_film_in_a_heic_is_told(made):
    heic = made["a.heic"]
    with pytest.raises(Refused) as caught:
        digest(heic + struct.pack(">I4s", 8, b"moov"), "HEIC")
    assert caught.value.trouble.code == "animated"


def test_a_hidden_change_of_a_heic_is_seen(made):
    """Turning it without a word of EXIF changes what is seen."""
    heic = bytearray(made["a.heic"])
    heic[heic.index(b"ispe") + 8 + 3] ^= 1
    assert digest(bytes(heic), "HEIC") != digest(made["a.heic"], "HEIC")


def test_pixels_after_a_write_are_the_same(tmp_path, made):
    for name in ("a.png", "a.tif", "a.webp", "a.avif"):
        path = tmp_path / name
        path.write_bytes(made[name])
        with Image.open(path) as image:
            before = image.tobytes()
        list(retag(path, turn=False))
        with Image.open(path) as image:
            image.load()
            assert image.tobytes() == before
