import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.errors import ConfigError
from batchcap.photos.notes import COLUMNS, Notes, date_word, read_notes

HEAD = "path,text,city,country,date,release,names\n"


@pytest.fixture
def written(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "notes.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_notes(path)

    return write


def told(notes):
    return [each.message for each in notes.problems]


def test_the_most_specific_path_that_says_it_wins_each_column(written):
    notes = written(
        HEAD
        + ".,,,,,commercial,\n"
        + "Italy,summer trip,,Italy,,,\n"
        + 'Italy/Rome/a.jpg,"the old\nharbour, at dawn",Ostia,,2020-05-01,editorial,\n'
        + "Italy/Rome,,Rome,,,,Ann Lee; Bob Ray\n"
    )
    assert notes.problems == ()
    assert notes.of("Italy/Rome/a.jpg") == {
        "release": "editorial",
        "notes": "the old harbour, at dawn",
        "country": "Italy",
        "city": "Ostia",
        "names": "Ann Lee, Bob Ray",
        "taken": "2020-05-01",
    }
    assert notes.of("Italy/Rome/deep/b.jpg") == {
        "release": "commercial",
        "notes": "summer trip",
        "country": "Italy",
        "city": "Rome",
        "names": "Ann Lee, Bob Ray",
    }
    assert notes.of("Italy/Romeo/b.jpg")["notes"] == "summer trip"
    assert notes.of("c.jpg") == {"release": "commercial"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_way_a_spreadsheet_saves_it(written, delimiter, encoding):
    rows = [["Path", " TEXT ", "City"], ["Köln\\Dom ☂.jpg", "of, ; stones", "Köln"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    notes = written(text, encoding)
    assert notes.problems == ()
    assert notes.of("Köln/Dom ☂.jpg") == {"notes": "of, ; stones", "city": "Köln"}


def test_paths_are_found_as_people_write_them(written):
    notes = written("path,city\n/Italy/Rome/,Rome\n./x/A.JPG,X\nKo\u0308ln,Cologne\n")
    assert notes.of("Italy/Rome/a.jpg") == {"city": "Rome"}
    assert notes.of("italy/ROME/a.jpg") == {"city": "Rome"}
    assert notes.of("x/a.jpg") == {"city": "X"}
    assert notes.of("Köln/a.jpg") == {"city": "Cologne"}


def test_two_files_that_differ_in_capitals_alone_stay_two(written):
    notes = written("path,city\na.jpg,Rome\nA.jpg,Milan\n")
    assert notes.of("a.jpg") == {"city": "Rome"}
    assert notes.of("A.jpg") == {"city": "Milan"}


def test_what_is_wrong_is_told_with_its_line_and_the_rest_counts(written):
    notes = written(
        "path,city,date,release,names,mood\n"
        "a.jpg,Rome,last summer,both,...,fine\n"
        "\n"
        ",Milan,,,,\n"
        "b.jpg,Turin,,,,,extra\n"
        "a.jpg,,5/6/2020,,,\n"
    )
    assert notes.of("a.jpg") == {"city": "Rome"}
    assert notes.of("b.jpg") == {"city": "Turin"}
    first, *others = told(notes)
    assert first.startswith("notes.csv, line 1: there is no column «mood»; there are path, text,")
    assert others == [
        "notes.csv, line 2: «last summer» is no date; write 2024-05-31.",
        "notes.csv, line 2: «both» is neither editorial nor commercial.",
        "notes.csv, line 2: «...» is no name.",
        "notes.csv, line 4: it names no path.",
        "notes.csv, line 5: it has more cells than there are columns: put quotes round commas.",
        "notes.csv, line 6: «5/6/2020» is no date; write 2024-05-31.",
        "notes.csv, line 6: «a.jpg» stands in line 2 too.",
    ]


def test_a_path_that_matches_nothing_is_told(written):
    notes = written("path,city\nItaly,Rome\nItaly/Milan,Milan\n../out,X\n.,All\n")
    assert notes.unmatched(["Italy/Rome/a.jpg", "b.jpg"]) != ()
    assert [each.message for each in notes.unmatched(["Italy/Rome/a.jpg"])] == [
        "notes.csv, line 3: there is no photo at or below «Italy/Milan».",
        "notes.csv, line 4: there is no photo at or below «../out».",
    ]
    assert len(notes.unmatched(["italy/MILAN/a.jpg", "../out/b.jpg"])) == 0


def test_one_mistake_in_many_lines_is_told_some_times_and_counted(written):
    notes = written("path,date\n" + "".join(f"{number}.jpg,soon\n" for number in range(100)))
    assert len(notes.problems) == 21
    assert notes.problems[-1].message == "80 more lines have problems."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"file,text\na.jpg,b\n", "no column «path»"),
        ("path,text\na.jpg,Köln\n".encode("cp1252"), "UTF-8"),
        (codecs.BOM_UTF16_LE + b"a", "UTF-8"),
        (b'path,text\na.jpg,"' + b"x" * 200_000, "line"),
    ],
)
def test_a_file_that_is_no_table_of_notes_is_refused(written, data, reason):
    with pytest.raises(ConfigError) as caught:
        written(data)
    assert "notes.csv" in caught.value.message
    assert reason in caught.value.message
    assert "photos.notes" in caught.value.hint


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"notes\.csv cannot be used"):
        read_notes(tmp_path / "notes.csv")


def test_no_notes_say_nothing():
    assert Notes().of("a.jpg") == {}
    assert Notes().unmatched(["a.jpg"]) == ()


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-05-31", "2024-05-31"),
        ("20240531", "2024-05-31"),
        (" 2024-05-31 10:20 ", "2024-05-31T10:20:00"),
        ("2024-05-31T10:20:30+02:00", "2024-05-31T10:20:30+02:00"),
        ("2024:05:31 10:20:30", "2024-05-31T10:20:30"),
        ("2024:05:31", "2024-05-31"),
        ("31.5.2024", "2024-05-31"),
        ("01.02.2024", "2024-02-01"),
        ("5/6/2024", ""),
        ("31.13.2024", ""),
        ("2024", ""),
        ("2024-05", ""),
        ("", ""),
    ],
)
def test_dates_as_people_write_them(text, date):
    assert date_word(text) == date


@given(st.dates())
def test_any_day_is_understood_in_three_forms(day):
    iso = day.isoformat()
    assert date_word(iso) == date_word(iso.replace("-", ":")) == iso
    assert date_word(f"{day.day}.{day.month}.{day.year:04}") == iso


@given(st.text())
def test_any_text_is_notes_or_is_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("notes") / "notes.csv"
    path.write_text("path,text\n" + text, encoding="utf-8", errors="surrogatepass")
    try:
        notes = read_notes(path)
    except ConfigError:
        return
    for key in notes.rows:
        assert set(notes.of("/".join(key))) <= set(COLUMNS.values())
