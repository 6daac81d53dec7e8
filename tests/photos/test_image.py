import io
import struct
import zlib
from pathlib import Path

import piexif
import pytest
from PIL import Image

from batchcap.photos.image import reduce
from batchcap.records import Recipe, Trouble

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (250, 250, 250)


@pytest.fixture
def put(tmp_path):
    def write(name, data) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


def opened(copy):
    assert not isinstance(copy, Trouble), copy
    image = Image.open(io.BytesIO(copy.jpeg))
    image.load()
    assert (image.mode, image.format) == ("RGB", "JPEG")
    assert image.size == (copy.width, copy.height)
    return image


def corners(copy):
    """Name the colour in the middle of each quarter: upper left, upper right, lower left, right."""
    image = opened(copy)
    known = {"r": RED, "g": GREEN, "b": BLUE, "w": WHITE}
    names = ""
    for y in (image.height // 4, image.height * 3 // 4):
        for x in (image.width // 4, image.width * 3 // 4):
            pixel = image.getpixel((x, y))
            near = {
                name: sum(abs(a - b) for a, b in zip(pixel, colour, strict=True))
                for name, colour in known.items()
            }
            names += min(near, key=near.get)
    return names


def code(found):
    assert isinstance(found, Trouble), found
    assert found.message
    assert not found.message.endswith(".")
    return found.code


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((2000, 1000), (512, 256)),
        ((1000, 2000), (256, 512)),
        ((512, 300), (512, 300)),
        ((100, 60), (100, 60)),
        ((4097, 2731), (512, 341)),
        ((9000, 20), (512, 1)),
    ],
)
def test_the_longest_side_fits_and_nothing_grows(put, paint, encode, size, expected):
    copy = reduce(put("a.jpg", encode(paint(*size))), Recipe(max_side=512))
    assert opened(copy).size == expected
    assert (copy.original_width, copy.original_height) == size


def test_the_scaled_decode_looks_like_the_whole_one(put, encode):
    picture = Image.radial_gradient("L").resize((2051, 1367)).convert("RGB")
    copy = opened(reduce(put("a.jpg", encode(picture, quality=95)), Recipe(256, 95)))
    whole = picture.resize(copy.size, Image.Resampling.LANCZOS)
    pairs = zip(copy.tobytes(), whole.tobytes(), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= 8


def test_quality_is_the_recipe_s(put, encode):
    photo = put("a.jpg", encode(Image.effect_noise((200, 200), 80), quality=95))
    low, high = (reduce(photo, Recipe(quality=each)) for each in (40, 90))
    assert len(low.jpeg) * 1.5 < len(high.jpeg)


TURNED = {1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb"}


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF"])
def test_the_copy_stands_upright(put, paint, encode, kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = {"JPEG": "a.jpg", "PNG": "a.png", "WebP": "a.webp", "TIFF": "a.tif"}[kind]
    copy = reduce(put(name, encode(paint(), kind, exif=exif)), Recipe())
    assert corners(copy) == TURNED[orientation]
    size = (64, 96) if orientation > 4 else (96, 64)
    assert (copy.width, copy.height) == (copy.original_width, copy.original_height) == size


def test_an_embedded_profile_is_honoured(put, paint, encode, swapped_icc):
    for name, kind in (("a.jpg", "JPEG"), ("a.png", "PNG")):
        copy = reduce(put(name, encode(paint(), kind, icc_profile=swapped_icc)), Recipe())
        assert corners(copy) == "bgrw"


def test_a_broken_profile_is_passed_over(put, paint, encode, swapped_icc):
    for profile in (b"nonsense", swapped_icc[:200], bytes(500)):
        copy = reduce(put("a.jpg", encode(paint(), icc_profile=profile)), Recipe())
        assert corners(copy) == "rgbw"


def test_a_profile_for_other_colours_is_passed_over(put, paint, encode, swapped_icc):
    copy = reduce(put("a.jpg", encode(paint(mode="L"), icc_profile=swapped_icc)), Recipe())
    assert opened(copy).getpixel((90, 60))[0] > 230


def test_cmyk_comes_out_right_with_and_without_adobe_s_mark(put, encode):
    picture = Image.new("CMYK", (64, 64), (0, 255, 255, 0))
    adobe = encode(picture)
    place = adobe.index(b"\xff\xee")
    length = int.from_bytes(adobe[place + 2 : place + 4], "big")
    plain = encode(picture.point(lambda value: 255 - value))
    plain = plain[:place] + plain[place + 2 + length :]
    for data in (adobe, plain):
        red, green, blue = opened(reduce(put("a.jpg", data), Recipe())).getpixel((32, 32))
        assert red > 200
        assert green < 60
        assert blue < 60


def test_grey_becomes_rgb(put, paint, encode):
    image = opened(reduce(put("a.jpg", encode(paint(mode="L"))), Recipe()))
    assert len(set(image.getpixel((90, 60)))) == 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_a_png_keeps_its_light(put, encode, mode):
    deep = mode == "I;16"
    dark, bright = (Image.new("I;16" if deep else "L", (32, 64), tone) for tone in (0, 1))
    bright = bright.point(lambda value: value * (60000 if deep else 250))
    picture = Image.new(dark.mode, (64, 64))
    picture.paste(dark, (0, 0))
    picture.paste(bright, (32, 0))
    image = opened(reduce(put("a.png", encode(picture.convert(mode), "PNG")), Recipe()))
    assert image.getpixel((8, 32))[0] < 20
    assert image.getpixel((56, 32))[0] > 220


def test_sixteen_bits_and_floats_in_a_tiff(put, encode):
    for mode, value in (("I;16", 32768), ("I;16B", 32768)):
        picture = Image.new(mode, (64, 64), value)
        pixel = opened(reduce(put("a.tif", encode(picture, "TIFF")), Recipe())).getpixel((32, 32))
        assert 125 <= pixel[0] <= 131
    ramp = Image.linear_gradient("L").convert("F").point(lambda value: value * 0.01 - 1)
    image = opened(reduce(put("a.tif", encode(ramp, "TIFF")), Recipe()))
    assert image.getpixel((9, 0))[0] < 10
    assert image.getpixel((9, 255))[0] > 245
    flat = put("a.tif", encode(Image.new("F", (64, 64), 0.5), "TIFF"))
    assert opened(reduce(flat, Recipe())).size == (64, 64)


def test_glass_lies_on_white(put, encode):
    clear = Image.new("RGBA", (64, 64), (200, 0, 0, 0))
    palette = Image.new("P", (64, 64), 0)
    palette.putpalette([200, 0, 0])
    grey = Image.new("LA", (64, 64), (0, 0))
    for data in (
        encode(clear, "PNG"),
        encode(palette, "PNG", transparency=0),
        encode(grey, "PNG"),
    ):
        assert opened(reduce(put("a.png", data), Recipe())).getpixel((32, 32)) == (255, 255, 255)


def test_the_first_page_of_a_tiff_is_the_photo(put, paint, encode):
    data = encode(paint(), "TIFF", save_all=True, append_images=[paint(40, 40)])
    assert corners(reduce(put("a.tif", data), Recipe())) == "rgbw"


def test_the_first_picture_of_several_is_the_photo(put, paint, encode):
    data = encode(paint(), "MPO", save_all=True, append_images=[paint(40, 40)])
    assert corners(reduce(put("a.jpg", data), Recipe())) == "rgbw"


def markers(jpeg):
    place, found = 2, []
    while jpeg[place + 1] != 0xDA:
        found.append(jpeg[place + 1])
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
    return found


def test_no_metadata_leave_the_house(put, paint, encode, with_segment, swapped_icc):
    exif = piexif.dump(
        {
            "0th": {piexif.ImageIFD.Make: b"SECRETMAKE", piexif.ImageIFD.Artist: b"SECRETNAME"},
            "Exif": {piexif.ExifIFD.DateTimeOriginal: b"2020:01:02 03:04:05"},
            "GPS": {
                1: b"N",
                2: ((48, 1), (51, 1), (30, 1)),
                3: b"E",
                4: ((2, 1), (17, 1), (40, 1)),
                29: b"2020:01:02",
            },
        }
    )
    full = encode(paint(1500, 900), exif=exif, icc_profile=swapped_icc, comment=b"SECRETCOMMENT")
    full = with_segment(full, 0xED, b"Photoshop 3.0\0SECRETIPTC")
    full = with_segment(full, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRETXMP")
    full = with_segment(full, 0xEC, b"SECRETDUCKY") + b"SECRETTRAILER"
    for side in (512, 4096):
        copy = reduce(put("a.jpg", full), Recipe(max_side=side))
        assert set(markers(copy.jpeg)) <= {0xE0, 0xDB, 0xC0, 0xC4}
        for word in (b"SECRET", b"Exif", b"GPS", b"ICC", b"xmp", b"2020:01:02", b"Swapped"):
            assert word not in copy.jpeg
        image = opened(copy)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    text = Image.new("RGB", (64, 64))
    data = encode(text, "PNG", exif=exif, icc_profile=swapped_icc)
    assert set(markers(reduce(put("a.png", data), Recipe()).jpeg)) <= {0xE0, 0xDB, 0xC0, 0xC4}


@pytest.mark.parametrize(("name", "kind"), [("a.gif", "GIF"), ("a.png", "PNG"), ("a.webp", "WebP")])
def test_animated(put, paint, encode, name, kind):
    data = encode(paint(), kind, save_all=True, append_images=[paint(mode="L").convert("RGB")])
    assert code(reduce(put(name, data), Recipe())) == "animated"


def claiming(jpeg, width, height, frame=b"\xff\xc0"):
    place = jpeg.index(frame)
    return jpeg[: place + 5] + struct.pack(">HH", height, width) + jpeg[place + 9 :]


@pytest.mark.parametrize(
    ("size", "progressive"),
    [((65000, 65000), False), ((30000, 20000), False), ((14000, 14000), True)],
)
def test_too_large_is_said_before_anything_is_decoded(put, paint, encode, size, progressive):
    data = encode(paint(), progressive=progressive)
    bomb = claiming(data, *size, b"\xff\xc2" if progressive else b"\xff\xc0")
    assert code(reduce(put("a.jpg", bomb), Recipe())) == "too_large"


def test_too_large_in_other_formats(put, paint, encode):
    png = encode(paint(), "PNG")
    header = b"IHDR" + struct.pack(">II", 20000, 20000) + png[24:29]
    bomb = png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]
    assert code(reduce(put("a.png", bomb), Recipe())) == "too_large"
    tiff = encode(Image.new("1", (20000, 20000)), "TIFF", compression="group4")
    assert code(reduce(put("a.tif", tiff), Recipe())) == "too_large"


def test_pillow_s_own_limit_does_not_stop_a_panorama(put, encode):
    """180 megapixels: Pillow's Image.open would raise, and warn from 90 on."""
    data = encode(Image.new("L", (60_000, 3_000), 128), quality=30)
    copy = reduce(put("a.jpg", data), Recipe())
    assert (copy.width, copy.height) == (1024, 51)


@pytest.mark.parametrize("size", [(16, 16), (1, 1), (16, 400)])
def test_too_small(put, encode, size):
    assert code(reduce(put("a.jpg", encode(Image.new("RGB", size))), Recipe())) == "too_small"


def test_truncated(put, encode):
    data = encode(Image.effect_noise((300, 300), 60))
    assert code(reduce(put("a.jpg", data[: len(data) // 2]), Recipe())) == "truncated"
    assert code(reduce(put("b.jpg", data[:100]), Recipe())) == "truncated"
    png = encode(Image.effect_noise((300, 300), 60), "PNG")
    assert code(reduce(put("a.png", png[: len(png) // 2]), Recipe())) == "truncated"


def test_broken(put, paint, encode):
    data = encode(paint())
    wrecked = data.replace(b"\xff\xdb", b"\xff\xef")  # no quantisation tables
    assert code(reduce(put("a.jpg", wrecked), Recipe())) == "broken"
    lossless = data.replace(b"\xff\xc0", b"\xff\xc3")
    assert code(reduce(put("b.jpg", lossless), Recipe())) == "broken"


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WebP", "GIF", "BMP"])
def test_renamed(put, paint, encode, kind):
    found = reduce(put("a.jpg", encode(paint(), kind)), Recipe())
    assert code(found) == "renamed"
    assert kind in found.message


def test_renamed_heic(put):
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)
    assert code(reduce(put("a.jpg", heic), Recipe())) == "renamed"
    assert code(reduce(put("a.heic", heic), Recipe())) == "broken"


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"<!DOCTYPE html>", bytes(4096)])
def test_not_an_image(put, data):
    assert code(reduce(put("a.jpg", data), Recipe())) == "not_an_image"


def test_unreadable(tmp_path):
    assert code(reduce(tmp_path / "gone.jpg", Recipe())) == "unreadable"
    (tmp_path / "folder.jpg").mkdir()
    assert code(reduce(tmp_path / "folder.jpg", Recipe())) == "unreadable"
