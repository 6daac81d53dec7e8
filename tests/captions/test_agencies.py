"""Rows and files: what an agency gets, byte by byte."""

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.agency import agency_names, load_agency
from batchcap.captions.agencies import (
    Agency,
    Item,
    check,
    dateline,
    header,
    release_of,
    row,
    sheets,
    word,
)
from batchcap.config import configs_folder
from batchcap.records import Caption, Fact, Facts, Release

NAMES = agency_names(configs_folder())
AGENCIES = {name: load_agency(name, configs_folder()) for name in NAMES}

ROME = Facts(
    country=Fact("Italy", "folder"),
    city=Fact("Rome", "folder"),
    release=Fact("editorial", "folder"),
    taken=Fact("2014-06-09T15:30:00", "exif"),
    camera=Fact("Panasonic DMC-LX3", "exif"),
)
CAPTION = Caption(
    title="Runners pass the Colosseum during the morning race in Rome",
    description="A crowd of runners passes the Colosseum on a sunny morning in the old town of Rome.",
    keywords=("runner", "race", "colosseum", "rome", "italy", "crowd", "street", "morning"),
)
ITEM = Item("Italy/Rome/DSC 01.jpg", CAPTION, ROME, Release.COMMERCIAL, ("landmarks", "sports"))
EDITORIAL = replace(ITEM, release=Release.EDITORIAL)


def cells(agency: Agency, item: Item) -> dict[str, str]:
    return dict(zip(header(agency), row(agency, item), strict=True))


def read_back(agency: Agency, data: bytes) -> list[list[str]]:
    text = data.decode("utf-8-sig" if agency.csv.bom else agency.csv.encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=agency.csv.delimiter))


def written(agency: Agency, items: list[Item]) -> list[bytes]:
    files: dict[int, bytes] = {}
    for number, part in sheets(agency, [row(agency, item) for item in items]):
        files[number] = files.get(number, b"") + part
    return list(files.values())


@pytest.mark.parametrize(
    ("name", "opening"),
    [
        ("shutterstock", "Rome, Italy - June 9, 2014: A crowd of runners"),
        ("istock", "Rome, Italy - JUNE 9, 2014: A crowd of runners"),
        ("dreamstime", "Rome, Italy - June 9, 2014: A crowd of runners"),
        ("depositphotos", "Rome, Italy \u2013 June 9, 2014: A crowd of runners"),
        ("123rf", "Rome, Italy - June 9, 2014: A crowd of runners"),
    ],
)
def test_an_editorial_description_opens_with_the_agencys_dateline(name: str, opening: str) -> None:
    agency = AGENCIES[name]
    column = next(head for head, cell in agency.csv.columns if cell == "{description}")
    assert cells(agency, EDITORIAL)[column].startswith(opening)
    assert cells(agency, ITEM)[column].startswith("A crowd of runners")


def test_pond5_puts_it_before_the_title_and_keeps_80_characters() -> None:
    title = cells(AGENCIES["pond5"], EDITORIAL)["title"]
    assert title == "Rome, Italy - 2014, Jun 9: Runners pass the Colosseum during the morning race"


@pytest.mark.parametrize("name", ["alamy", "adobe-stock", "freepik"])
def test_the_others_open_with_nothing(name: str) -> None:
    assert "2014" not in "".join(row(AGENCIES[name], EDITORIAL))


@pytest.mark.parametrize(
    "front",
    [
        "Rome, Italy - June 9 2014: ",
        "ROME, ITALY \u2013 JUNE 9, 2014: ",
        "Rome, Italy - 2014, Jun 9: ",
        "PRAGUE, CZECH REPUBLIC \u2013 05/11/2017: ",
        "St. Louis, USA - circa May 2014: ",
        "Rome, Italy - June 9 2014: Rome, Italy - June 9 2014: ",
    ],
)
def test_a_dateline_that_stands_there_is_not_doubled(front: str) -> None:
    caption = replace(CAPTION, description=front + CAPTION.description)
    agency = AGENCIES["istock"]
    opened = cells(agency, replace(EDITORIAL, caption=caption))["description"]
    assert opened == cells(agency, EDITORIAL)["description"]
    neutral = cells(agency, replace(ITEM, caption=caption))["description"]
    assert neutral == CAPTION.description


@pytest.mark.parametrize(
    "text",
    [
        "The bridge - a wonder of 2014: seen from below",
        "Cat - 3 of 5: asleep",
        "Rome: June 9, 2014",
    ],
)
def test_what_only_looks_like_a_dateline_stays(text: str) -> None:
    caption = replace(CAPTION, description=text)
    assert cells(AGENCIES["istock"], replace(ITEM, caption=caption))["description"] == text


@pytest.mark.parametrize("gap", ["country", "city", "taken"])
def test_no_dateline_is_made_from_half_of_the_facts(gap: str) -> None:
    assert dateline(AGENCIES["shutterstock"], replace(ROME, **{gap: None})) is None
    assert dateline(AGENCIES["alamy"], replace(ROME, **{gap: None})) == ""


def test_adobe_gets_a_title_without_commas_of_70_characters_at_most() -> None:
    title = "Cats, dogs & birds \u2013 at play; \u201cSt. Mary\u2019s\u201d garden (in the sun), with trees, flowers and a pond"
    caption = replace(CAPTION, title=title)
    worded = cells(AGENCIES["adobe-stock"], replace(ITEM, caption=caption))["Title"]
    assert worded == "Cats dogs and birds at play St Mary's garden in the sun"


def test_adobe_gets_one_category_and_49_keywords_in_order() -> None:
    many = tuple(f"word{letter}{other}" for letter in "abcdefgh" for other in "abcdefgh")
    found = cells(AGENCIES["adobe-stock"], replace(ITEM, caption=replace(CAPTION, keywords=many)))
    assert found["Keywords"] == ",".join(many[:49])
    assert found["Category"] == "2"
    assert found["Releases"] == ""


def test_shutterstock_gets_names_of_categories_and_yes_or_no() -> None:
    found = cells(AGENCIES["shutterstock"], ITEM)
    assert found["Categories"] == "Buildings/Landmarks,Sports/Recreation"
    assert (found["Editorial"], cells(AGENCIES["shutterstock"], EDITORIAL)["Editorial"]) == (
        "No",
        "Yes",
    )


def test_dreamstime_gets_numbers_and_0_for_what_is_not_used() -> None:
    found = cells(AGENCIES["dreamstime"], EDITORIAL)
    assert [found[f"Category {place}"] for place in (1, 2, 3)] == ["70", "157", "0"]
    assert (found["Editorial"], found["Free"]) == ("1", "0")


def test_123rf_gets_every_field_quoted_and_a_country_of_two_letters() -> None:
    agency = AGENCIES["123rf"]
    data = written(agency, [ITEM])[0]
    assert data.startswith(
        b'"oldfilename","123rf_filename","description","keywords","country"\r\n"DSC 01.jpg","",'
    )
    assert data.endswith(b',"IT"\r\n')


def test_123rf_gets_no_dates_among_the_keywords() -> None:
    caption = replace(CAPTION, keywords=("runner", "June 2014", "2014", "summer"))
    found = cells(AGENCIES["123rf"], replace(ITEM, caption=caption))
    assert found["keywords"] == "runner,summer"


def test_pond5_gets_plain_ascii_without_quotes() -> None:
    caption = replace(
        CAPTION,
        title="Caf\u00e9 \u201cZum L\u00f6wen\u201d in the Stra\u00dfe of Troms\u00f8 \u2013 a rainy night",
        keywords=("caf\u00e9", "stra\u00dfe", "cafe", "\u96e8"),
    )
    item = replace(ITEM, caption=caption)
    found = cells(AGENCIES["pond5"], item)
    assert found["title"] == "Cafe Zum Lowen in the Strasse of Tromso - a rainy night"
    assert found["keywords"] == "cafe,strasse"
    assert written(AGENCIES["pond5"], [item])[0].isascii()


def test_freepik_gets_semicolons_and_empty_cells_for_ai_fields() -> None:
    data = written(AGENCIES["freepik"], [ITEM])[0].decode()
    head, line, rest = data.split("\r\n")
    assert head == "File name;Title;Keywords;Prompt;Model"
    assert line.startswith("DSC 01.jpg;Runners pass")
    assert line.endswith(";;")
    assert rest == ""


def test_istock_gets_the_day_as_a_date() -> None:
    assert cells(AGENCIES["istock"], ITEM)["created date"] == "2014-06-09"
    bare = cells(AGENCIES["istock"], replace(ITEM, facts=Facts()))
    assert (bare["created date"], bare["country"]) == ("", "")


def test_only_the_list_for_own_use_has_a_bom() -> None:
    marked = [name for name in NAMES if written(AGENCIES[name], [ITEM])[0][:3] == b"\xef\xbb\xbf"]
    assert marked == ["alamy"]
    assert not AGENCIES["alamy"].imports


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_lines_end_as_the_agency_says(ending: str) -> None:
    agency = AGENCIES["dreamstime"]
    agency = replace(agency, csv=replace(agency.csv, line_ending=ending))
    data = written(agency, [ITEM, EDITORIAL])[0]
    assert data.count(ending.encode()) == data.count(b"\n") == 3
    assert (b"\r" in data) == (ending == "\r\n")


@pytest.mark.parametrize(
    "evil", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " \t=1", "\uff1d1+1", "=+-@1"]
)
@pytest.mark.parametrize("name", NAMES)
def test_no_cell_begins_a_formula(name: str, evil: str) -> None:
    caption = Caption(title=evil, description=evil, keywords=(evil, "b", evil + "c"))
    facts = replace(ROME, city=Fact(evil, "folder"), country=Fact(evil, "folder"))
    for release in Release:
        for cell in row(AGENCIES[name], Item("a.jpg", caption, facts, release)):
            assert cell == cell.lstrip("=+-@\t\r\uff1d")


@pytest.mark.parametrize("name", NAMES)
def test_quotes_breaks_and_delimiters_stay_inside_their_cell(name: str) -> None:
    agency = AGENCIES[name]
    hostile = 'One "two", three; four\r\nfive\nsix\u2028seven\x00 eight\u202e nine\t<b>ten</b>'
    item = replace(
        ITEM,
        path='a "b", c;d.jpg',
        caption=Caption(title=hostile, description=hostile, keywords=("a,b", "c;d", 'e"f', "g\nh")),
    )
    (data,) = written(agency, [item, ITEM])
    lines = read_back(agency, data)
    assert [len(line) for line in lines] == [len(agency.csv.columns)] * 3
    assert lines[1][0] == item.filename
    assert not re.search("[\r\n\x00\u2028\u202e<>]", "".join(lines[1]))
    assert cells(agency, item)[_head(agency, "keywords")].count(",") == 3


def _head(agency: Agency, cell: str) -> str:
    return next(head for head, template in agency.csv.columns if template == f"{{{cell}}}")


texts = st.text(max_size=300)
captions = st.builds(
    Caption,
    headline=texts,
    title=texts,
    description=texts,
    keywords=st.lists(st.text(max_size=40), max_size=60).map(tuple),
)
facts = st.builds(
    Facts,
    country=st.none() | st.builds(Fact, texts, st.just("notes")),
    city=st.none() | st.builds(Fact, texts, st.just("notes")),
    taken=st.none()
    | st.builds(Fact, st.datetimes().map(lambda at: at.isoformat()) | texts, st.just("exif")),
)
items = st.builds(
    Item,
    path=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    caption=captions,
    facts=facts,
    release=st.none() | st.sampled_from(Release),
    categories=st.lists(st.sampled_from(["sky", "pets", "food", "travel", "music"])).map(tuple),
)


@pytest.mark.parametrize("name", NAMES)
@given(batch=st.lists(items, min_size=1, max_size=4))
def test_any_caption_makes_a_csv_that_reads_back_the_same(name: str, batch: list[Item]) -> None:
    agency = AGENCIES[name]
    if agency.csv.encoding == "ascii":
        # A name that is not ASCII is held and never reaches the file.
        batch = [replace(item, path=f"{place}.jpg") for place, item in enumerate(batch)]
    (data,) = written(agency, batch)
    assert read_back(agency, data) == [
        list(header(agency)),
        *(list(row(agency, each)) for each in batch),
    ]


@pytest.mark.parametrize("name", NAMES)
@given(item=items)
def test_any_row_keeps_the_limits(name: str, item: Item) -> None:
    agency, wording = AGENCIES[name], word(AGENCIES[name], item)
    for field, rule in agency.texts():
        assert len(wording.text(field)) <= (rule.max_chars or 10_000)
        assert "\n" not in wording.text(field)
    assert len(wording.keywords) <= agency.keywords.max_items
    assert all("," not in each and each for each in wording.keywords)
    assert len({each.casefold() for each in wording.keywords}) == len(wording.keywords)
    check(agency, item)


@given(batch=st.lists(items, max_size=30), rows=st.integers(0, 7), size=st.integers(0, 2000))
def test_files_are_split_and_no_row_is_lost(batch: list[Item], rows: int, size: int) -> None:
    agency = AGENCIES["adobe-stock"]
    agency = replace(agency, csv=replace(agency.csv, max_rows=rows, max_bytes=size))
    files = written(agency, batch)
    back = [read_back(agency, data) for data in files]
    assert all(tuple(lines[0]) == header(agency) for lines in back)
    assert [tuple(line) for lines in back for line in lines[1:]] == [
        row(agency, each) for each in batch
    ]
    for data, lines in zip(files, back, strict=True):
        assert 1 < len(lines) <= (rows or 1000) + 1
        assert len(data) <= (size or 10**9) or len(lines) == 2


def test_without_a_header_the_rows_stand_alone() -> None:
    agency = AGENCIES["pond5"]
    agency = replace(agency, csv=replace(agency.csv, header=False))
    assert written(agency, [ITEM])[0].startswith(b"DSC 01.jpg,")


@pytest.mark.parametrize(
    ("known", "said", "release"),
    [
        ("editorial", "commercial", Release.EDITORIAL),
        ("", "commercial", Release.COMMERCIAL),
        ("", "Editorial", Release.EDITORIAL),
        ("", "", None),
        ("", "royalty free", None),
    ],
)
def test_what_is_known_of_the_release_goes_before_what_the_model_says(
    known: str, said: str, release: Release | None
) -> None:
    fact = Fact(known, "folder") if known else None
    assert release_of(Caption(release=said), Facts(release=fact)) is release
