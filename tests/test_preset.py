from pathlib import Path

import pytest

from batchcap.agency import load_categories
from batchcap.captions.quality import RULES
from batchcap.captions.schema import response_format
from batchcap.checks import load_checks
from batchcap.errors import ConfigError
from batchcap.preset import load_preset, preset_names

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
NAMES = ["accessibility", "alt-text", "article", "concise", "detailed", "seo", "stock"]
# Rules that need more of a preset than its texts: a field, or photos that are sold.
OWN = {
    *("place_in_description", "title_is_description", "release_conflict", "single_words"),
    *("dates", "numbers", "long_phrases", "doubled_stems", "title_in_keywords"),
}
# Archives and readers who cannot see may be told a year or a number; buyers not.
SOLD = {"stock", "seo", "concise", "article"}
MINE = """
summary = "Mine."
form = "json"
style = "plain"
prompt = "stock.md"
max_output_tokens = 1000
checks = ["too_long"]

[fields.title]
kind = "text"
ask = "A title"
max_chars = 70

[tags]
title = ["XMP-dc:Title"]

[settings.image]
max_side = 512
"""


@pytest.fixture
def mine(tmp_path):
    def write(old="", new="", text=MINE):
        assert text.count(old) or not old
        path = tmp_path / "my préset.toml"
        path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
        return str(path)

    return write


def refused(name):
    with pytest.raises(ConfigError) as caught:
        load_preset(name, CONFIGS)
    assert caught.value.hint
    return caught.value


def test_the_presets_are_there():
    assert preset_names(CONFIGS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_loads_and_says_what_it_is_for(name):
    preset, settings = load_preset(name, CONFIGS)
    assert preset.name == name
    assert preset.summary.endswith(".")
    assert preset.prompt.strip()
    assert preset.max_output_tokens >= 1000
    assert set(preset.checks) <= set(RULES)
    assert settings.keys() <= {"image"}
    source = (CONFIGS / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    assert source.startswith("# ")


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_uses_every_rule_that_fits_its_fields(name):
    preset = load_preset(name, CONFIGS)[0]
    keywords = preset.field("keywords")
    fitting = {rule for rule in RULES if "keyword" not in rule} - OWN
    if preset.field("description"):
        fitting |= {"place_in_description"}
    if preset.field("description") and preset.field("title"):
        fitting |= {"title_is_description"}
    if preset.field("release"):
        fitting |= {"release_conflict"}
    if name in SOLD:
        fitting |= {"dates", "numbers"}
    if keywords:
        fitting |= {rule for rule in RULES if "keyword" in rule} - OWN
        single = keywords.words == "single"
        fitting |= {"single_words"} if single else {"long_phrases", "doubled_stems"}
        fitting |= {"title_in_keywords"} if preset.field("title") else set()
    assert set(preset.checks) == fitting


def test_the_category_is_asked_of_the_neutral_list():
    field = load_preset("stock", CONFIGS)[0].field("category")
    assert field.choices == load_categories(CONFIGS).names
    assert not field.required
    schema = response_format(load_preset("stock", CONFIGS)[0])["json_schema"]["schema"]
    assert schema["properties"]["category"]["enum"] == list(field.choices)
    assert "category" in schema["required"], "strict mode wants every property"


def test_a_preset_sets_its_own_thresholds_and_adds_words(mine):
    path = mine(
        "[settings.image]",
        '[thresholds]\nfirst_keywords = 5\n\n[words]\nallowed = ["Palio", "Vespa"]\n\n[settings.image]',
    )
    lists = load_preset(path, CONFIGS)[0].lists
    assert lists.thresholds.first_keywords == 5
    assert lists.thresholds.phrase_words == load_checks(CONFIGS).thresholds.phrase_words
    assert lists.names["palio"].kind == "allowed"
    assert lists.names["vespa"].kind == "allowed", "a preset's own word goes before ours"


def test_stock_is_what_the_agencies_take():
    preset = load_preset("stock", CONFIGS)[0]
    assert preset.field("title").max_chars == 70
    assert preset.field("description").max_chars == 200
    assert (preset.field("keywords").min_items, preset.field("keywords").max_items) == (7, 50)
    assert preset.field("release").choices == ("commercial", "editorial")
    assert preset.field("release_reason")
    assert preset.tags == {
        "title": ("XMP-dc:Title", "IPTC:ObjectName"),
        "headline": ("XMP-photoshop:Headline", "IPTC:Headline"),
        "description": ("XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"),
        "keywords": ("XMP-dc:Subject", "IPTC:Keywords"),
        "city": ("XMP-photoshop:City", "IPTC:City"),
        "state": ("XMP-photoshop:State", "IPTC:Province-State"),
        "location": ("XMP-iptcCore:Location", "IPTC:Sub-location"),
        "country_code": ("XMP-iptcCore:CountryCode",),
        "country_code3": ("IPTC:Country-PrimaryLocationCode",),
        "country": ("XMP-photoshop:Country", "IPTC:Country-PrimaryLocationName"),
    }


def test_article_and_alt_text_keep_their_numbers():
    article = load_preset("article", CONFIGS)[0]
    assert article.form == "plain"
    words = article.field("keywords")
    assert (words.min_items, words.max_items, words.words) == (50, 50, "single")
    alt_text = load_preset("alt-text", CONFIGS)[0]
    assert [field.name for field in alt_text.fields] == ["alt_text"]
    assert alt_text.field("alt_text").max_chars == 125


def test_a_preset_of_ones_own_by_path(mine):
    preset, settings = load_preset(mine(), CONFIGS)
    assert preset.name == "my préset"
    assert preset.field("title").max_chars == 70
    assert settings == {"image": {"max_side": 512}}


def test_a_prompt_beside_the_preset_goes_first(mine, tmp_path):
    (tmp_path / "stock.md").write_bytes(b"\xef\xbb\xbfMy own prompt.")
    assert load_preset(mine(), CONFIGS)[0].prompt == "My own prompt."


def test_an_unknown_preset_lists_the_others():
    error = refused("stok")
    assert "'stok'" in error.message
    assert "Did you mean 'stock'?" in error.message
    assert all(name in error.hint for name in NAMES)
    assert "Did you mean" not in refused("").message


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("max_chars = 70", "max_char = 70", ["fields.title.max_char", "'max_chars'?"]),
        ("summary =", "sumary =", ["sumary", "'summary'?"]),
        ('style = "plain"', "", ["style", "missing"]),
        ("[fields.title]", "[fields.titel]", ["fields.titel", "'title'?"]),
        ("[fields.title]", "[fields.keywords]", ["fields.keywords.kind", "list"]),
        ('kind = "text"', 'kind = "number"', ["fields.title.kind", "'choice'"]),
        ('kind = "text"', 'kind = "choice"', ["fields.title", "choices"]),
        ('kind = "text"', 'kind = "list"', ["fields.title", "max_chars"]),
        ("max_chars = 70", "max_chars = 70\nmin_chars = 80", ["fields.title", "greater"]),
        ("max_chars = 70", "max_chars = -1", ["fields.title.max_chars"]),
        ("max_chars = 70", 'max_chars = "70"', ["fields.title.max_chars", "integer"]),
        ("max_chars = 70", "max_chars = 70\nmin_items = 3", ["fields.title", "list"]),
        ("max_output_tokens = 1000", "max_output_tokens = 0", ["max_output_tokens"]),
        ('form = "json"', 'form = "yaml"', ["form", "'plain'"]),
        ('form = "json"', 'form = "plain"', ["fields", "plain"]),
        ('"too_long"', '"to_long"', ["checks", "'too_long'?"]),
        ('"stock.md"', '"stok.md"', ["prompt", "'stock.md'?"]),
        ('"XMP-dc:Title"', '"Title"', ["tags.title", "Group:Tag"]),
        ('"XMP-dc:Title"', '"XMP-dc:Title\\n-if"', ["tags.title", "Group:Tag"]),
        ("title = [", "titel = [", ["tags.titel", "'title'?"]),
        (
            'title = ["XMP-dc:Title"]',
            'title = ["XMP-dc:Title"]\nheadline = ["xmp-DC:title"]',
            ["tags.headline", "tags.title"],
        ),
        ("[settings.image]", "[settings]", ["settings.max_side", "dictionary"]),
        ("max_chars = 70", 'max_chars = 70\nchoices_from = "categories"', ["choices"]),
        ("max_chars = 70", 'choices_from = "moods"', ["fields.title.choices_from"]),
        (
            "[tags]",
            "[thresholds]\nfirst_keyword = 5\n[tags]",
            ["thresholds.first_keyword", "'first_keywords'?"],
        ),
        ("[tags]", "[thresholds]\ntitle_likeness = 7\n[tags]", ["title_likeness"]),
        ("[tags]", '[words]\nbrand = ["Acme"]\n[tags]', ["words.brand", "'brands'?"]),
        ("[tags]", '[words]\nbrands = [""]\n[tags]', ["words.brands"]),
        ("summary", "= broken", ["not valid TOML"]),
    ],
)
def test_what_does_not_fit_is_refused_by_file_and_key(mine, old, new, told):
    error = refused(mine(old, new))
    assert "my préset.toml" in error.message
    assert all(each in error.message for each in told), error.message


def test_the_headline_may_have_tags_of_its_own_where_there_is_a_title(mine):
    path = mine("[tags]", '[tags]\nheadline = ["IPTC:Headline"]')
    assert load_preset(path, CONFIGS)[0].tags["headline"] == ("IPTC:Headline",)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    assert "cannot be read" in refused(str(tmp_path / "none.toml")).message
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"summary = '\xe9'")
    assert "UTF-8" in refused(str(latin)).message
    assert "cannot be read" in refused("no/such\0name.toml").message


def test_an_empty_prompt_is_refused(mine, tmp_path):
    (tmp_path / "empty.md").write_text(" \n", encoding="utf-8")
    assert "empty" in refused(mine('"stock.md"', '"empty.md"')).message
