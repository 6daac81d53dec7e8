import io
import shutil
import struct
import subprocess
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from batchcap.photos.embedded import embedded_place
from batchcap.photos.packets import iim_of
from batchcap.photos.placefields import TAGS, from_iim, from_xmp, joined, without
from batchcap.records import Place

ROME = Place("Italy", "ITA", "Lazio", "Rome", "Pantheon")
XMP = """<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:core="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" {attributes}>{elements}</rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end='w'?>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"""


def packet(attributes="", elements="", encoding="utf-8"):
    return XMP.format(attributes=attributes, elements=elements).encode(encoding)


def exiftool(path, *arguments):
    done = subprocess.run(
        ["exiftool", "-q", "-q", "-m", "-overwrite_original", *arguments, path],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def photo(tmp_path, paint):
    def make(name="a photo ☂.jpg", kind="JPEG"):
        path = tmp_path / name
        paint().save(path, kind)
        return path

    return make


def every(kind, place=ROME):
    return [
        f"-{tag}={getattr(place, name)}"
        for name, tags in TAGS.items()
        for tag in tags
        if tag.startswith(kind)
    ]


def test_a_photo_without_metadata_says_nothing(photo, tmp_path):
    assert embedded_place(photo()) == Place()
    assert embedded_place(tmp_path / "missing.jpg") == Place()


@pytest.mark.parametrize("kind", ["XMP", "IPTC", ""])
def test_what_exiftool_writes_into_a_jpeg_is_read(photo, kind):
    path = photo()
    exiftool(path, *every(kind))
    assert embedded_place(path) == ROME


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a.webp", "WebP"), ("a.tif", "TIFF")]
)
def test_what_exiftool_writes_into_other_files_is_read(photo, name, kind):
    path = photo(name, kind)
    exiftool(path, *every("XMP"))
    assert embedded_place(path) == ROME


def test_iptc_in_a_tiff_is_read(photo):
    path = photo("a.tif", "TIFF")
    exiftool(path, *every("IPTC"))
    assert embedded_place(path) == ROME


def test_a_packet_that_stands_in_an_unknown_file_is_found(tmp_path):
    path = tmp_path / "a.heic"
    start = b"\x00\x00\x00\x18ftypheic" + bytes(1000) + b"<x:xmpmeta "
    path.write_bytes(start + packet('photoshop:City="Rome"') + bytes(1000))
    assert embedded_place(path).city == ""  # the first opening is none; its end is the packet's
    path.write_bytes(start[:-11] + packet('photoshop:City="Rome"') + bytes(1000))
    assert embedded_place(path).city == "Rome"


@pytest.mark.parametrize(("charset", "expected"), [("UTF8", "Łódź São"), ("", "?ód? São")])
def test_iptc_in_utf8_and_in_latin_1(photo, charset, expected):
    path = photo()
    declared = [f"-IPTC:CodedCharacterSet={charset}"] if charset else []
    exiftool(path, "-charset", "iptc=latin", *declared, "-IPTC:City=Łódź São")
    assert embedded_place(path).city == expected


def test_xmp_goes_before_iptc_and_two_places_are_not_mixed(photo):
    path = photo()
    exiftool(path, "-XMP-photoshop:City=Rome", "-IPTC:City=ROME", "-IPTC:Province-State=Lazio")
    assert embedded_place(path) == Place(city="Rome", state="Lazio")
    exiftool(path, "-IPTC:City=Milan")
    assert embedded_place(path) == Place(city="Rome")


@pytest.mark.parametrize("name", ["a.xmp", "a.jpg.xmp"])
def test_a_sidecar_fills_what_the_photo_does_not_say(photo, name):
    path = photo("a.jpg")
    path.with_name(name).write_bytes(packet('photoshop:City="Rome" photoshop:State="Lazio"'))
    assert embedded_place(path) == Place(city="Rome", state="Lazio")
    exiftool(path, "-XMP-photoshop:City=Milan")
    assert embedded_place(path) == Place(city="Milan")


def test_a_sidecar_larger_than_any_is_left_alone(photo):
    path = photo("a.jpg")
    path.with_name("a.xmp").write_bytes(packet('photoshop:City="Rome"') + b" " * 5_000_000)
    assert embedded_place(path) == Place()


def test_iptc_that_is_split_over_two_segments(paint, encode, with_segment, tmp_path):
    padding = b"8BIM" + struct.pack(">H", 0x0425) + b"\x00\x00" + struct.pack(">L", 60_000)
    records = b"\x1c\x02\x5a" + struct.pack(">H", 4) + b"Rome"
    resource = b"8BIM\x04\x04\x00\x00" + struct.pack(">L", len(records)) + records + b"\x00"
    whole = padding + bytes(60_000) + resource
    jpeg = encode(paint())
    for part in (whole[50_000:], whole[:50_000]):
        jpeg = with_segment(jpeg, 0xED, b"Photoshop 3.0\x00" + part)
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg)
    assert embedded_place(path) == Place(city="Rome")


@pytest.mark.parametrize(
    ("attributes", "elements", "city"),
    [
        ('photoshop:City="Rome"', "", "Rome"),
        ("", "<photoshop:City>Rome</photoshop:City>", "Rome"),
        ("", "<photoshop:City> São\n Paulo &amp; more </photoshop:City>", "São Paulo & more"),
        ("", "<photoshop:City><rdf:Alt> <rdf:li>Rome</rdf:li><rdf:li>Rom</rdf:li></rdf:Alt></photoshop:City>", "Rome"),
        ('photoshop:City="Rome"', "<photoshop:City>Milan</photoshop:City>", "Rome"),
        ("", "<photoshop:State>Lazio</photoshop:State>", ""),
        ('photoshop:City="-"', "", ""),
        ('photoshop:City=" 000 "', "", ""),
        ("", "<photoshop:City><photoshop:Other>Rome</photoshop:Other></photoshop:City>", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_form_of_a_field(attributes, elements, city, encoding):
    assert from_xmp(packet(attributes, elements, encoding)).city == city


@pytest.mark.parametrize(
    "hostile",
    [
        BOMB.encode() + packet("", "<photoshop:City>&b;</photoshop:City>"),
        BOMB.encode("utf-16") + packet("", "<photoshop:City>&b;</photoshop:City>", "utf-16-le"),
        packet("", "<photoshop:City>&undefined;</photoshop:City>"),
        packet('photoshop:City="Rome"')[:300],
        packet('photoshop:City="Rome"') + b"<more/>",
        packet('photoshop:City="Rome"').replace(b"Rome", b"R\xffme"),
        b"",
        b"\xff\xfe\x00",
    ],
)
def test_a_packet_that_is_broken_or_hostile_says_nothing(hostile):
    assert from_xmp(hostile) == Place()


def test_a_tower_of_elements_does_not_fall():
    deep = "<rdf:li>" * 50_000 + "</rdf:li>" * 50_000
    assert from_xmp(packet('photoshop:City="Rome"', deep)).city == "Rome"


def test_a_city_without_end_is_cut():
    assert len(from_xmp(packet("", f"<photoshop:City>{'a' * 9999}</photoshop:City>")).city) <= 200


@given(st.binary(max_size=400))
@example(b"\x1c\x02\x5a\xff\xff" + b"a" * 40)
@example(b"\x1c\x02\x5a\x80\x04\x00\x00\x00\x04Rome")
def test_any_bytes_are_iim_or_say_nothing(data):
    assert isinstance(from_iim(data), Place)


def test_an_extended_data_set_is_read():
    assert from_iim(b"\x1c\x02\x5a\x80\x04\x00\x00\x00\x04Rome").city == "Rome"


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_any_bytes_are_xmp_or_say_nothing(data, tail):
    assert isinstance(from_xmp(data), Place)
    assert isinstance(from_xmp(packet()[:-60] + tail), Place)


@given(st.binary(max_size=200))
def test_any_file_is_read_or_says_nothing(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("odd") / "a.jpg"
    png = (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">L", len(data))
        + b"iTXtXML:com.adobe.xmp\x00\x01"
        + data
    )
    resources = b"Photoshop 3.0\x00" + data
    segment = b"\xff\xd8\xff\xed" + struct.pack(">H", len(resources) + 2) + resources
    for head in (png, segment, b"II*\x00" + data, b"MM\x00*" + data, b"RIFF0000WEBP" + data, data):
        path.write_bytes(head)
        assert embedded_place(path) == Place()


def test_a_compressed_text_that_grows_without_end_is_cut(paint, tmp_path):
    bomb = zlib.compress(packet('photoshop:City="Rome"') + b" " * 50_000_000, 9)
    data = b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + bomb
    chunk = struct.pack(">L", len(data)) + b"iTXt" + data + bytes(4)
    out = io.BytesIO()
    paint().save(out, "PNG")
    png = out.getvalue()
    path = tmp_path / "a.png"
    path.write_bytes(png[:33] + chunk + png[33:])
    assert embedded_place(path).city == "Rome"


def test_resources_of_photoshop_that_end_too_early(tmp_path):
    path = tmp_path / "a.jpg"
    Image.new("RGB", (20, 20)).save(path)
    jpeg = path.read_bytes()
    resources = b"Photoshop 3.0\x008BIM\x04"
    cut = b"\xff\xed" + struct.pack(">H", len(resources) + 2) + resources
    path.write_bytes(jpeg[:2] + cut + jpeg[2:])
    assert embedded_place(path) == Place()
    assert iim_of(b"") == b""


def test_what_batchcap_wrote_itself_is_no_evidence():
    written = {
        "XMP-photoshop:City": ["Rome"],
        "IPTC:Province-State": ["A very long province of Lazio"],
    }
    found = Place("Italy", "ITA", "A very long province of", "rome", "Pantheon")
    assert without(found, written) == Place("Italy", "ITA", "", "", "Pantheon")
    assert without(found, {}) == found
    assert without(Place(city="Ro"), written) == Place(city="Ro")
    assert without(Place(), written) == Place()


def test_joining_keeps_the_first_place_whole():
    assert joined(Place(city="Rome"), Place("France", "FRA", "", "Paris")) == Place(city="Rome")
    assert joined(Place(), ROME) == joined(ROME, Place()) == ROME
    assert joined(Place(city="ROME"), ROME) == Place("Italy", "ITA", "Lazio", "ROME", "Pantheon")


def test_the_real_photos_hold_no_place_and_harm_nobody(real_photos, tmp_path):
    for path in real_photos:
        assert embedded_place(path) == Place()
        copy = tmp_path / path.name
        shutil.copy(path, copy)
        exiftool(copy, *every("XMP"), *every("IPTC"))
        assert embedded_place(copy) == ROME
