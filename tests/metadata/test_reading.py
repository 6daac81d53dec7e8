import base64
import json

import pytest

from batchcap.metadata.reading import as_utf8, lost_case, parse


def read(**tags):
    return parse(json.dumps([{"SourceFile": "a.jpg", **tags}]))["a.jpg"]


def test_numbers_stay_as_they_were_written():
    printed = (
        '[{"SourceFile": "2024.jpg", "IPTC:Keywords": [2024, 1.50, 1e5, "007", -0], "A:B": 12}]'
    )
    tags = parse(printed)["2024.jpg"]
    assert tags["IPTC:Keywords"] == ["2024", "1.50", "1e5", "007", "-0"]
    assert tags["A:B"] == "12"


def test_names_are_those_to_write_by():
    tags = read(**{"IFD0:ImageDescription": "a", "ExifIFD:UserComment": "b", "IFD1:Make": "c"})
    assert set(tags) == {"EXIF:ImageDescription", "EXIF:UserComment", "IFD1:Make"}


def test_copies_are_kept_apart_from_the_first():
    tags = read(**{"IPTC:Keywords": ["a"], "IPTC:Copy1:Keywords": ["b"], "XMP-dc:Copy2:Title": "t"})
    assert tags == {"IPTC:Keywords": ["a"], "IPTC:Keywords#2": ["b"], "XMP-dc:Title": "t"}


def test_true_and_false_are_asked_again():
    assert lost_case(read(**{"IPTC:Keywords": [True, "a"]}))
    assert not lost_case(read(**{"XMP-crs:HasSettings": True, "IPTC:Keywords": "True story"}))
    assert read(**{"IPTC:Keywords": ["\x02True"]})["IPTC:Keywords"] == ["True"]


def test_unmarked_utf8_is_read_as_utf8_where_all_of_it_is():
    wrong = "José “quoted” 日本".encode().decode("latin-1")
    tags = read(**{"IPTC:By-line": wrong, "IPTC:City": "Rome"})
    assert tags["IPTC:By-line"] == "José “quoted” 日本"
    mixed = read(**{"IPTC:By-line": wrong, "IPTC:City": "Köln"})
    assert mixed["IPTC:By-line"] == wrong
    marked = read(**{"IPTC:CodedCharacterSet": "UTF8", "IPTC:By-line": "Ã©"})
    assert marked["IPTC:By-line"] == "Ã©"


def test_an_exif_text_that_is_no_utf8_is_latin():
    latin = base64.b64encode("föo".encode("latin-1")).decode()
    picture = base64.b64encode(b"\xff\xd8\x00\x01").decode()
    tags = read(
        **{"IFD0:ImageDescription": f"base64:{latin}", "IFD1:ThumbnailImage": f"base64:{picture}"}
    )
    assert tags["EXIF:ImageDescription"] == "föo"
    assert tags["IFD1:ThumbnailImage"] == f"base64:{picture}"
    assert read(**{"XMP-dc:Title": "base64:aGVsbG8h"})["XMP-dc:Title"] == "base64:aGVsbG8h"


@pytest.mark.parametrize(
    "printed", ["[1]", "[null]", "5", "null", "[[]]", "no JSON", '[{"a": 1}]', "[{"]
)
def test_what_is_no_answer_is_a_value_error(printed):
    with pytest.raises(ValueError):  # noqa: PT011
        parse(printed)


def test_silence_is_no_rows():
    assert parse(" \n") == {}


def test_as_utf8():
    assert as_utf8("Ã©") == "é"
    assert as_utf8("é") is None
    assert as_utf8("日") is None
