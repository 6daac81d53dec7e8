"""More than three hundred odd photos, the same each time: made of a few painted ones, byte by byte.

What cameras, phones, editors, broken cards and careless renaming leave behind. Takes nothing of
batchcap; gives bytes by name.
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import piexif
import pillow_heif
from PIL import Image, ImageDraw, PngImagePlugin

XMP_MARK, EXIF_MARK = b"http://ns.adobe.com/xap/1.0/\0", b"Exif\0\0"
LONGEST = 65533
PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    'syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" {more}>'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Hers é 日本</rdf:li></rdf:Alt></dc:title>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)
CAMERA = 'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1"'


def packet(more: str = "") -> bytes:
    return PACKET.format(more=more).encode()


def picture(seed: int, mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    image = Image.new("RGB", size, (seed * 37 % 256, seed * 91 % 256, seed * 53 % 256))
    ImageDraw.Draw(image).ellipse((seed % 9, 4, 30, 28), fill=(250, seed * 11 % 256, 40))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def after_start(jpeg: bytes, *parts: bytes) -> bytes:
    return jpeg[:2] + b"".join(parts) + jpeg[2:]


def exif(description: bytes = b"Hers") -> bytes:
    zeroth = {piexif.ImageIFD.Make: b"Cam", piexif.ImageIFD.ImageDescription: description}
    taken = {piexif.ExifIFD.DateTimeOriginal: b"2024:05:06 07:08:09"}
    return piexif.dump({"0th": zeroth, "Exif": taken})


def block(number: int, data: bytes) -> bytes:
    """One of Photoshop's resources."""
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + bytes(len(data) % 2)


def iptc(*pairs: tuple[int, bytes]) -> bytes:
    return b"".join(b"\x1c\x02" + struct.pack(">BH", n, len(text)) + text for n, text in pairs)


def photoshop(*blocks: bytes) -> bytes:
    return segment(0xED, b"Photoshop 3.0\0" + b"".join(blocks))


def mpf(jpeg: bytes, second: bytes) -> bytes:
    """A multi-picture file: the index points at the picture behind the first one's end."""
    entries = b"".join(
        struct.pack(">IIIHH", kind, size, at, 0, 0)
        for kind, size, at in ((0x30000, len(jpeg), 0), (0, len(second), len(jpeg)))
    )
    table = struct.pack(">HHI4s", 0xB000, 7, 4, b"0100") + struct.pack(">HHII", 0xB001, 4, 1, 2)
    table += struct.pack(">HHII", 0xB002, 7, len(entries), 50)
    index = b"MM\0*" + struct.pack(">IH", 8, 3) + table + bytes(4) + entries
    return after_start(jpeg, segment(0xE2, b"MPF\0" + index)) + second


# What may befall a JPEG: name → what becomes of its bytes.
BEFALLS: dict[str, Callable[[bytes], bytes]] = {
    **{f"cut at {n}": lambda j, n=n: j[: len(j) * n // 100] for n in (2, 20, 50, 80, 95, 99)},
    "without end": lambda j: j.removesuffix(b"\xff\xd9"),
    "zeros behind": lambda j: j + bytes(5000),
    "text behind": lambda j: j + b"\r\nSaved by nobody\r\n",
    "zip behind": lambda j: j + b"PK\3\4" + bytes(26) + b"PK\5\6" + bytes(18),
    "film behind": lambda j: j + b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(900),
    "samsung behind": lambda j: j + b"\0\0\x01\x0a\4\0\0\0" + b"data" + b"SEFH\x6b\0\0\0SEFT",
    "motion photo": lambda j: (
        after_start(j, segment(0xE1, XMP_MARK + packet(CAMERA))) + b"\0\0\0\x18ftypmp42" + bytes(99)
    ),
    "two pictures": lambda j: mpf(j, j),
    "second picture cut": lambda j: mpf(j, j)[:-40],
    "two exif": lambda j: after_start(j, segment(0xE1, exif()), segment(0xE1, exif(b"Other"))),
    "exif latin": lambda j: after_start(j, segment(0xE1, exif(b"Jos\xe9 in K\xf6ln"))),
    "exif utf-8": lambda j: after_start(j, segment(0xE1, exif("Köln 日本".encode()))),
    "exif garbage": lambda j: after_start(j, segment(0xE1, EXIF_MARK + b"MM\0*" + b"\xa5" * 90)),
    "exif cut": lambda j: after_start(j, segment(0xE1, exif()[:60])),
    "exif loop": lambda j: after_start(
        j, segment(0xE1, EXIF_MARK + b"II*\0\x08\0\0\0\0\0\x08\0\0\0")
    ),
    "exif empty": lambda j: after_start(j, segment(0xE1, EXIF_MARK)),
    "xmp": lambda j: after_start(j, segment(0xE1, XMP_MARK + packet())),
    "xmp marked": lambda j: after_start(j, segment(0xE1, XMP_MARK + b"\xef\xbb\xbf" + packet())),
    "xmp utf-16": lambda j: after_start(
        j, segment(0xE1, XMP_MARK + packet().decode().encode("utf-16"))
    ),
    "xmp open": lambda j: after_start(j, segment(0xE1, XMP_MARK + packet()[:-30])),
    "xmp nonsense": lambda j: after_start(j, segment(0xE1, XMP_MARK + b"<x:xmpmeta <<>> & \xff")),
    "xmp empty": lambda j: after_start(j, segment(0xE1, XMP_MARK)),
    "xmp twice": lambda j: after_start(j, *[segment(0xE1, XMP_MARK + packet())] * 2),
    "xmp padded": lambda j: after_start(j, segment(0xE1, XMP_MARK + packet() + b" " * 40_000)),
    "xmp full": lambda j: after_start(
        j, segment(0xE1, XMP_MARK + packet() + b" " * (LONGEST - len(XMP_MARK) - len(packet())))
    ),
    "xmp extended": lambda j: after_start(
        j,
        segment(0xE1, XMP_MARK + packet(f'xmlns:n="http://x/" n:HasExtendedXMP="{"A" * 32}"')),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + bytes(8) + b"<x/>"),
    ),
    "iptc latin": lambda j: after_start(
        j, photoshop(block(0x404, iptc((80, b"Jos\xe9"), (90, b"K\xf6ln"))))
    ),
    "iptc utf-8": lambda j: after_start(
        j, photoshop(block(0x404, b"\x1c\x01\x5a\0\x03\x1b%G" + iptc((5, "Título".encode()))))
    ),
    "iptc stale": lambda j: after_start(
        j, photoshop(block(0x404, iptc((25, b"hers"))), block(0x425, bytes(16)))
    ),
    "iptc cut": lambda j: after_start(j, photoshop(block(0x404, iptc((120, b"Hers"))[:-2]))),
    "iptc odd": lambda j: after_start(j, photoshop(block(0x404, b"\x1c\x09\xff\xff\xff junk"))),
    "iptc twice": lambda j: after_start(j, *[photoshop(block(0x404, iptc((25, b"a"))))] * 2),
    "photoshop cut": lambda j: after_start(j, photoshop(block(0x404, bytes(40))[:20])),
    "photoshop more": lambda j: after_start(
        j, photoshop(block(0x3ED, bytes(16)), block(0x40C, bytes(300)), block(0x1234, b"x"))
    ),
    "profile in parts": lambda j: after_start(
        j, *(segment(0xE2, b"ICC_PROFILE\0" + bytes((n, 2)) + bytes(3000)) for n in (1, 2))
    ),
    "huge segments": lambda j: after_start(
        j, *(segment(n, bytes(LONGEST)) for n in range(0xE3, 0xE8))
    ),
    "credentials": lambda j: after_start(j, segment(0xEB, b"JP\0\1\0\0\0\1" + bytes(200))),
    "unknown segments": lambda j: after_start(
        j, segment(0xEA, b"?"), segment(0xEF, b"\xff\xd8\xff")
    ),
    "remarks": lambda j: after_start(j, segment(0xFE, b"K\xf6ln"), segment(0xFE, b"")),
    "filled": lambda j: j[:2] + b"\xff\xff\xff" + j[2:],
    "bare": lambda j: j[:2] + j[4 + int.from_bytes(j[4:6], "big") :],
    "junk in front": lambda j: b"junk" + j,
    "a bit turned": lambda j: j[:-60] + bytes((j[-60] ^ 4,)) + j[-59:],
}

NAMES = (
    *("-rf.jpg", "--all=.jpg", "two  spaces .jpg", 'quote\'s "both".jpg', "#[CSTR].jpg", "@x.jpg"),
    *(
        "100%d.jpg",
        "$HOME `id`.jpg",
        "a;b&c|d.jpg",
        "emoji 👩\u200d👧.jpg",
        "Köln e\u0301.jpg",
        "CAPS.JPG",
    ),
    *(".hidden.jpg", "dots...jpg", "日本.jpeg", "x.jpg.jpg", "{ready}.jpg", "a" * 240 + ".jpg"),
    *("new\nline.jpg", "tab\there.jpg"),
)


def jpegs() -> Iterator[tuple[str, bytes]]:
    """Four seeds, and all that may befall each of them."""
    seeds = {
        "plain": saved(picture(1), "JPEG"),
        "progressive": saved(picture(2), "JPEG", progressive=True, exif=exif()),
        "grey": saved(picture(3, "L"), "JPEG"),
        "cmyk": saved(picture(4, "CMYK"), "JPEG", restart_marker_blocks=1, comment=b"c"),
    }
    for seed, jpeg in seeds.items():
        yield f"{seed}.jpg", jpeg
        for name, befall in BEFALLS.items():
            yield f"{seed} {name}.jpg", befall(jpeg)


def others(raw_file: Callable[..., bytes]) -> Iterator[tuple[str, bytes]]:
    """Every other kind, whole and cut, and files that are not what they are called."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", "Jos\xe9")
    text.add_itxt("Description", "日本", zip=True)
    deep = Image.frombytes("I;16", (48, 32), bytes(range(256)) * 12)
    frames = [picture(n) for n in (11, 12)]
    whole = {
        "plain.png": saved(picture(6), "PNG"),
        "deep.png": saved(deep, "PNG"),
        "palette.png": saved(picture(7, "P"), "PNG", transparency=3),
        "one bit.png": saved(picture(8, "1"), "PNG"),
        "texts.png": saved(picture(9, "RGBA"), "PNG", pnginfo=text, exif=exif()),
        "moving.png": saved(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "plain.tif": saved(picture(13), "TIFF"),
        "pages.tiff": saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]),
        "lzw.tif": saved(picture(14), "TIFF", compression="tiff_lzw"),
        "fax.tif": saved(picture(15, "1"), "TIFF", compression="group4"),
        "deep.tif": saved(deep, "TIFF"),
        "big.tif": saved(picture(16), "TIFF", big_tiff=True),
        "lossy.webp": saved(picture(17), "WEBP", exif=exif()),
        "lossless.webp": saved(picture(18, "RGBA"), "WEBP", lossless=True, xmp=packet()),
        "moving.webp": saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "plain.gif": saved(picture(19, "P"), "GIF", comment=b"K\xf6ln"),
        "moving.gif": saved(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "plain.avif": saved(picture(20), "AVIF"),
    }
    heic = io.BytesIO()
    pillow_heif.from_pillow(picture(21, size=(64, 64))).save(heic, quality=70)
    whole["plain.heic"] = heic.getvalue()
    preview = saved(picture(22, size=(640, 480)), "JPEG")
    for kind in ("dng", "cr2", "nef", "arw"):
        whole[f"raw.{kind}"] = raw_file(kind, preview)
    for name, data in whole.items():
        stem, ending = name.split(".")
        # No two share what stands before the extension: they would be one photo in two files.
        stem = f"{stem} {ending}"
        yield f"{stem}.{ending}", data
        for part in (40, 90):
            yield f"{stem} cut at {part}.{ending}", data[: len(data) * part // 100]
        yield f"{stem} and more.{ending}", data + b"more"
        yield f"{stem} in truth.jpg", data
    yield "in truth jpg.png", saved(picture(23), "JPEG")
    png = whole["plain.png"]
    yield "wrong sum.png", png[:29] + bytes(4) + png[33:]
    chunk = b"tEXtKeywords\0hers"
    sum_ = struct.pack(">I", zlib.crc32(chunk))
    yield "text last.png", png[:-12] + struct.pack(">I", 13) + chunk + sum_ + png[-12:]
    yield "empty.jpg", b""
    yield "two bytes.jpg", b"\xff\xd8"
    yield "no photo.jpg", b"Dear diary,\n" * 40
    yield "zeros.tif", bytes(4000)


def sidecars() -> Iterator[tuple[str, bytes]]:
    """What may lie beside a RAW."""
    yield "raw nef.xmp", b"\xef\xbb\xbf" + packet()
    yield "raw cr2.xmp", b""
    yield "raw arw.arw.xmp", b"<x:xmpmeta"


def odd_files(raw_file: Callable[..., bytes]) -> dict[str, bytes]:
    """Return all of them, by path."""
    found = {f"France/Paris/commercial/{name}": data for name, data in jpegs()}
    found |= {
        f"France/Lyon/commercial/{name}": data for name, data in (*others(raw_file), *sidecars())
    }
    plain = saved(picture(24), "JPEG", exif=exif())
    return found | {f"Italy/Rome/commercial/{name}": plain for name in NAMES}
