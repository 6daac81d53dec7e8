"""What goes wrong with photo metadata elsewhere, one test each, with the real ExifTool.

Those that belong to one part of the flow stand with it: limits and the cut, Latin-1 IPTC, stale
digests and copies, order and doubles, empty values, hostile text.
"""

import json

import pytest

from batchcap.metadata.tags import Mode

CODES = {
    "title": ("XMP-dc:Title", "IPTC:ObjectName"),
    "country_code": ("XMP-iptcCore:CountryCode",),
    "country_code3": ("IPTC:Country-PrimaryLocationCode",),
}
EXTENSION = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
DIGITAL = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
MADE_BY = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:Iptc4xmpExt="{EXTENSION}" xmlns:mine="http://example.org/mine/"
 Iptc4xmpExt:AISystemUsed="A system" Iptc4xmpExt:AIPromptInformation="A prompt"
 Iptc4xmpExt:DigitalSourceType="{DIGITAL}" mine:Own="kept"/></rdf:RDF></x:xmpmeta>"""


def test_a_country_has_two_letters_in_xmp_and_three_in_iptc(photo, rewrite, says):
    path = photo()
    fields = {"title": "x", "country_code": "PT", "country_code3": "PRT"}
    assert rewrite(path, fields, tags=CODES)[0] is None
    assert says(path, "XMP-iptcCore:CountryCode") == "PT"
    assert says(path, "IPTC:Country-PrimaryLocationCode") == "PRT"
    other = photo("b.jpg")
    assert rewrite(other, {"title": "x", "country_code3": "PT"}, tags=CODES)[0] is None
    assert says(other, "IPTC:Country-PrimaryLocationCode") is None  # and not «PT » with a blank


def test_an_iptc_block_is_made_where_there_was_none(photo, rewrite, says):
    """The MWG tags write none, and an agency that reads IPTC first would see nothing."""
    path = photo()
    assert says(path, "IPTC:all") is None
    assert rewrite(path, {"title": "x", "keywords": ("a", "b")})[0] is None
    assert (says(path, "IPTC:ObjectName"), says(path, "IPTC:Keywords")) == ("x", ["a", "b"])


def test_doubles_of_a_person_stay_single_after_us(photo, rewrite, tool):
    path = photo("a.jpg", "-XMP-dc:Subject=boat", "-XMP-dc:Subject=boat", "-IPTC:Keywords=Boat")
    assert rewrite(path, {"keywords": ("Boats", "sea")})[0] is None
    tags = tool.read([path])[path]
    assert tags["XMP-dc:Subject"] == tags["IPTC:Keywords"] == ["boat", "sea"]


def test_a_comma_string_of_another_program_stays_one_keyword(photo, rewrite, tool):
    path = photo("a.jpg", "-XMP-dc:Subject=boat, sea")
    assert rewrite(path, {"keywords": ("harbour",)})[0] is None
    assert tool.read([path])[path]["XMP-dc:Subject"] == ["boat, sea", "harbour"]


def test_an_empty_title_of_another_program_is_filled(photo, rewrite, says):
    path = photo("a.jpg", "-XMP-dc:Title-de=", "-XMP-dc:Title= ")
    assert rewrite(path, {"title": "Boats"})[0] is None
    assert says(path, "XMP-dc:Title") == "Boats"


@pytest.mark.parametrize("mode", Mode)
def test_how_the_image_was_made_stays_whatever_exiftool_knows_of_it(
    photo, rewrite, exiftool, tmp_path, mode
):
    """The tags of IPTC 2025.1 came with ExifTool 13.40; an older one must not lose them either."""
    packet = tmp_path / "packet.xmp"
    packet.write_text(MADE_BY, encoding="utf-8")
    path = photo("a.jpg", f"-XMP<={packet.as_posix()}")
    assert rewrite(path, {"title": "x", "description": "y"}, mode=mode)[0] is None
    kept = exiftool("-b", "-XMP", path)
    for each in ("AISystemUsed>A system<", "AIPromptInformation>A prompt<", DIGITAL, "Own>kept<"):
        assert each in kept
    assert "x" in kept


def test_nothing_of_the_camera_is_lost(photo, rewrite, exiftool):
    """Alamy refuses a photo without Make and Model."""
    camera = ("-Make=Cam", "-Model=7", "-GPSLatitude=38.7", "-GPSLatitudeRef=N", "-Rating=4")
    person = ("-Artist=José", "-Copyright=© José", "-XMP-iptcExt:PersonInImage=Ana")
    path = photo("a.jpg", *camera, *person)
    named = ("-Make", "-Model", "-GPS:all", "-Rating", "-Artist", "-Copyright", "-PersonInImage")
    before = exiftool("-j", "-G1", "-n", *named, path)
    assert rewrite(path, {"title": "x", "description": "y", "keywords": ("z",)})[0] is None
    assert json.loads(exiftool("-j", "-G1", "-n", *named, path)) == json.loads(before)


def test_no_original_is_left_beside_the_photo(photo, rewrite):
    """ExifTool's own _original is kept from the first write only: the journal leads back instead."""
    path = photo()
    for title in ("one", "two"):
        assert rewrite(path, {"title": title}, mode=Mode.REPLACE)[0] is None
        assert [each.name for each in path.parent.iterdir()] == [path.name]
