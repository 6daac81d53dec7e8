"""Agency files: all that ship are right, and a wrong one is refused by file and key."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from batchcap.agency import agency_names, load_agency, load_categories
from batchcap.captions.agencies import MENDED, RULES
from batchcap.captions.text import fold
from batchcap.config import configs_folder
from batchcap.errors import ConfigError

CONFIGS = configs_folder()
NINE = [
    *("123rf", "adobe-stock", "alamy", "depositphotos", "dreamstime", "freepik", "istock"),
    *("pond5", "shutterstock"),
]


def test_nine_agencies_are_shipped() -> None:
    assert agency_names(CONFIGS) == NINE


@pytest.mark.parametrize("name", NINE)
def test_an_agency_says_where_and_when_its_rules_were_read(name: str) -> None:
    agency = load_agency(name, CONFIGS)
    assert agency.key == name
    assert agency.dated == "2026-11"
    assert agency.note
    assert all(each.says for each in agency.sources)
    assert any(each.url for each in agency.sources)


@pytest.mark.parametrize("name", NINE)
def test_every_rule_weighs_something(name: str) -> None:
    agency = load_agency(name, CONFIGS)
    assert agency.hold | agency.again | MENDED >= set(RULES)
    assert not agency.hold & agency.again
    # These would send a wrong row, and nothing in the row can mend them.
    assert agency.hold >= {"unsafe_filename", "long_filename", "no_dateline", "missing_words"}


@pytest.mark.parametrize("name", ["shutterstock", "adobe-stock", "dreamstime"])
def test_every_neutral_category_leads_somewhere(name: str) -> None:
    rule = load_agency(name, CONFIGS).categories
    assert set(rule.of) == set(load_categories(CONFIGS).names)
    assert all(ids for ids in rule.of.values())


def test_the_headers_are_those_of_the_agencies() -> None:
    heads = {
        name: ",".join(head for head, _ in load_agency(name, CONFIGS).csv.columns) for name in NINE
    }
    assert heads["adobe-stock"] == "Filename,Title,Keywords,Category,Releases"
    assert heads["123rf"] == "oldfilename,123rf_filename,description,keywords,country"
    assert heads["istock"] == "file name,created date,description,country,brief code,title,keywords"
    assert heads["dreamstime"] == (
        "Filename,Image Name,Description,Category 1,Category 2,Category 3,keywords,"
        "Free,W-EL,P-EL,SR-EL,SR-Price,Editorial,MR doc Ids,Pr Docs"
    )
    assert heads["freepik"] == "File name,Title,Keywords,Prompt,Model"


def test_country_codes_are_found_whatever_the_case() -> None:
    codes = load_agency("123rf", CONFIGS).country_codes
    assert (codes["usa"], codes["norway"], codes[fold("T\u00fcrkiye")]) == ("US", "NO", "TR")


@pytest.mark.parametrize("name", ["Adobe Stock", "SHUTTERSTOCK", "adobe_stock", " pond5 "])
def test_a_name_is_known_in_any_case(name: str) -> None:
    assert load_agency(name, CONFIGS).key in NINE


@pytest.mark.parametrize(
    ("name", "meant"), [("shuterstock", "shutterstock"), ("adobe", "adobe-stock")]
)
def test_an_unknown_name_gets_the_one_that_was_meant(name: str, meant: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"Did you mean {meant!r}?")) as caught:
        load_agency(name, CONFIGS)
    assert "alamy, depositphotos" in str(caught.value)
    assert caught.value.hint == f"batchcap check --agency {meant}"


def changed(tmp_path: Path, old: str, new: str, name: str = "adobe-stock") -> str:
    text = (CONFIGS / "agencies" / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return str(path)


def test_a_copy_of_ones_own_is_named_by_its_path(tmp_path: Path) -> None:
    agency = load_agency(changed(tmp_path, "max_chars = 70", "max_chars = 60"), CONFIGS)
    assert (agency.key, agency.title.max_chars) == ("mine", 60)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("imports = true", "import = true", "imports: this key is missing"),
        (
            "max_chars = 70",
            "max_char = 70",
            "title.max_char: unknown key. Did you mean 'max_chars'?",
        ),
        ("max_rows = 5000", "max_row = 5000", "csv.max_row: unknown key. Did you mean 'max_rows'?"),
        ("neutral = true", "neutrul = true", "words.neutrul: unknown key. Did you mean 'neutral'?"),
        ('sure = "A"', 'shure = "A"', "sources.0.sure: this key is missing"),
        ('sure = "A"', 'sure = "A"\nseen = "x"', "sources.0.seen: unknown key"),
        ('sure = "A"', 'sure = "D"', "sources.0.sure: input should be"),
        ('dated = "2026-11"', 'dated = "lately"', "dated: string should match"),
        ("max_chars = 70", "max_chars = -1", "title.max_chars: input should be greater"),
        ('"{title}"', '"{tittle}"', "{tittle}, which is no cell. Did you mean 'title'?"),
        ('"no_camera"', '"no_camra"', "there is no rule 'no_camra'. Did you mean 'no_camera'?"),
        (', "no_camera"', "", "hold or again must name the rule 'no_camera'"),
        (
            'again = ["short_text"',
            'again = ["no_camera", "short_text"',
            "'no_camera' stands there twice",
        ),
        ('abstract = ["8"]', 'abstrakt = ["8"]', "'abstrakt'. Did you mean 'abstract'?"),
        ('abstract = ["8"]', "", "the neutral category 'abstract' leads nowhere"),
        ('abstract = ["8"]', 'abstract = ["22"]', "'22', which is no category of Adobe Stock"),
        ("[editorial]", '[editorial]\nopens = ["title"]', "only a dateline does"),
        ("[csv]", '[csv]\nencoding = "ascii"', "csv.encoding: ascii needs words.ascii = true"),
        ("[csv]", "[csv", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)) as caught:
        load_agency(changed(tmp_path, old, new), CONFIGS)
    assert "mine.toml" in caught.value.message
    assert caught.value.hint


def test_a_wrong_part_of_a_dateline_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "{month}", "{mont}", "shutterstock")
    with pytest.raises(
        ConfigError, match=r"\{mont\} is no part of a date or place. Did you mean 'month'"
    ):
        load_agency(path, CONFIGS)


def test_a_refusal_of_editorial_gives_its_reason(tmp_path: Path) -> None:
    path = changed(tmp_path, "accepted = true", "accepted = false", "alamy")
    with pytest.raises(ConfigError, match=r"editorial\.reason: this key is missing"):
        load_agency(path, CONFIGS)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_agency(str(tmp_path / "none.toml"), CONFIGS)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_agency(str(tmp_path / "bytes.toml"), CONFIGS)


def test_a_wrong_category_file_is_refused(tmp_path: Path) -> None:
    shutil.copytree(CONFIGS / "agencies", tmp_path / "agencies")
    (tmp_path / "categories.toml").write_text("[word]\nsky = ['cloud']\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"categories\.toml: words: this key is missing"):
        load_agency("alamy", tmp_path)


def test_no_word_speaks_twice_for_one_category() -> None:
    words = tomllib.loads((CONFIGS / "categories.toml").read_text(encoding="utf-8"))["words"]
    doubled = {name: [w for w in each if each.count(w) > 1] for name, each in words.items()}
    assert not {name: each for name, each in doubled.items() if each}
