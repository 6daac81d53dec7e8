"""Each rule on a photo that breaks it, and on one that does not."""

from dataclasses import replace

import pytest

from batchcap.agency import agency_names, load_agency
from batchcap.captions.agencies import MENDED, RULES, Agency, Item, check, row
from batchcap.config import configs_folder
from batchcap.records import Caption, Fact, Facts, Release, Severity

AGENCIES = {name: load_agency(name, configs_folder()) for name in agency_names(configs_folder())}
FACTS = Facts(
    country=Fact("Italy", "folder"),
    city=Fact("Rome", "folder"),
    taken=Fact("2014-06-09T15:30:00", "exif"),
    camera=Fact("Panasonic DMC-LX3", "exif"),
)
CAPTION = Caption(
    title="Runners pass the Colosseum during the morning race in Rome",
    description="A crowd of runners passes the Colosseum on a sunny morning in the old town of Rome.",
    keywords=(
        *("runner", "race", "colosseum", "rome", "italy", "crowd", "street", "morning"),
        *("sport", "athlete", "landmark", "ruin", "summer", "people", "road", "sun"),
    ),
)
FINE = Item("Italy/Rome/DSC01.jpg", CAPTION, FACTS, Release.COMMERCIAL, ("landmarks",))


def said(**words: object) -> Item:
    return replace(FINE, caption=replace(CAPTION, **words))


def sold(release: Release | None, **facts: object) -> Item:
    return replace(FINE, release=release, facts=replace(FACTS, **facts))


EDITORIAL = Release.EDITORIAL
# rule, agency, the photo that breaks it, the fields told of
BROKEN = [
    ("unsafe_filename", "shutterstock", replace(FINE, path="a/=1+1.jpg"), ["filename"]),
    ("unsafe_filename", "shutterstock", replace(FINE, path="a/-dash.jpg"), ["filename"]),
    ("unsafe_filename", "istock", replace(FINE, path="a/new\nline.jpg"), ["filename"]),
    ("unsafe_filename", "istock", replace(FINE, path="a/\udcff.jpg"), ["filename"]),
    ("unsafe_filename", "pond5", replace(FINE, path="Z\u00fcrich.jpg"), ["filename"]),
    ("unsafe_filename", "pond5", replace(FINE, path="it's.jpg"), ["filename"]),
    ("long_filename", "adobe-stock", replace(FINE, path=f"a/{'n' * 27}.jpg"), ["filename"]),
    ("wrong_file_kind", "alamy", replace(FINE, path="a/b.CR2"), ["filename"]),
    ("wrong_file_kind", "istock", replace(FINE, path="a/b.heic"), ["filename"]),
    ("no_camera", "alamy", sold(Release.COMMERCIAL, camera=None), ["camera"]),
    ("unknown_release", "freepik", sold(None), ["release"]),
    ("editorial_refused", "adobe-stock", sold(EDITORIAL), ["release"]),
    ("editorial_refused", "freepik", sold(EDITORIAL), ["release"]),
    ("no_dateline", "shutterstock", sold(EDITORIAL, city=None), ["dateline"]),
    ("no_dateline", "pond5", sold(EDITORIAL, taken=None), ["dateline"]),
    ("missing_words", "dreamstime", said(title="", description=""), ["title", "description"]),
    ("missing_words", "adobe-stock", said(title="!" * 5), ["title"]),
    ("long_text", "adobe-stock", said(title="word " * 20), ["title"]),
    ("long_text", "dreamstime", said(description="word " * 60), ["description"]),
    ("short_text", "pond5", said(title="A short title"), ["title"]),
    ("few_words", "shutterstock", said(description="Runners"), ["description"]),
    ("title_is_description", "dreamstime", said(description=CAPTION.title + "."), ["description"]),
    ("dateline_removed", "adobe-stock", said(title="Rome, Italy - June 9 2014: A race"), ["title"]),
    ("date_in_text", "adobe-stock", said(title="The race of June 2014 in Rome"), ["title"]),
    ("date_in_text", "adobe-stock", said(title="New year's party in Rome 2026"), ["title"]),
    ("refused_in_text", "shutterstock", said(description="A Porsche on a road."), ["description"]),
    ("refused_in_text", "123rf", said(description="Seen with a Nikon camera."), ["description"]),
    (
        "lost_letters",
        "pond5",
        said(title="\u041c\u043e\u0441\u043a\u0432\u0430 seen from above"),
        ["title"],
    ),
    ("lost_letters", "pond5", sold(EDITORIAL, city=Fact("\u6771\u4eac", "notes")), ["dateline"]),
    ("unwanted_characters", "adobe-stock", said(title="Cats, dogs and birds"), ["title"]),
    (
        "unwanted_characters",
        "pond5",
        said(title="A caf\u00e9 in the old town of Rome at night, rain"),
        ["title"],
    ),
    ("unwanted_characters", "istock", said(title="=1+1 in the old town"), ["title"]),
    (
        "unwanted_keywords",
        "shutterstock",
        said(keywords=(*CAPTION.keywords, "iPhone")),
        ["keywords"],
    ),
    ("unwanted_keywords", "123rf", said(keywords=(*CAPTION.keywords, "June 2014")), ["keywords"]),
    (
        "too_many_keywords",
        "alamy",
        said(keywords=tuple(f"word{n}" for n in range(51))),
        ["keywords"],
    ),
    ("too_few_keywords", "shutterstock", said(keywords=("one", "two")), ["keywords"]),
    ("few_keywords", "adobe-stock", said(keywords=CAPTION.keywords[:8]), ["keywords"]),
    ("no_category", "dreamstime", replace(FINE, categories=()), ["categories"]),
    ("unknown_country", "123rf", sold(Release.COMMERCIAL, country=None), ["country"]),
    (
        "unknown_country",
        "123rf",
        sold(Release.COMMERCIAL, country=Fact("Atlantis", "notes")),
        ["country"],
    ),
    ("unknown_country", "istock", sold(Release.COMMERCIAL, country=None), ["country"]),
]


@pytest.mark.parametrize(("rule", "name", "item", "fields"), BROKEN)
def test_the_rule_sees_what_breaks_it(rule: str, name: str, item: Item, fields: list[str]) -> None:
    found = [each for each in check(AGENCIES[name], item) if each.rule == rule]
    assert [each.field for each in found] == fields
    assert all(each.message.endswith(".") for each in found)


@pytest.mark.parametrize("name", AGENCIES)
def test_a_fine_photo_breaks_no_rule(name: str) -> None:
    assert check(AGENCIES[name], FINE) == ()


@pytest.mark.parametrize("name", AGENCIES)
def test_a_fine_editorial_photo_is_held_only_where_none_is_taken(name: str) -> None:
    item = replace(
        FINE, release=EDITORIAL, caption=replace(CAPTION, title="A morning race in Rome")
    )
    held = {each.rule for each in check(AGENCIES[name], item) if each.severity is Severity.HOLD}
    assert held == ({"editorial_refused"} if name in {"adobe-stock", "freepik"} else set())


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("shutterstock", replace(said(description="A Porsche on a road."), release=EDITORIAL)),
        ("istock", said(title="The race of June 2014 in Rome")),
        ("adobe-stock", said(title="May the runners march in Rome")),
        ("pond5", said(title="Runners at the Tr\u00e9vi fountain in the morning sun")),
    ],
)
def test_what_is_allowed_is_not_held(name: str, item: Item) -> None:
    assert not [each for each in check(AGENCIES[name], item) if each.severity is Severity.HOLD]


def test_every_rule_is_broken_by_a_photo_here() -> None:
    assert {rule for rule, *_ in BROKEN} == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_the_agencys_file_says_what_a_finding_weighs(rule: str) -> None:
    _, name, item, _ = next(each for each in BROKEN if each[0] == rule)
    agency = AGENCIES[name]

    def weight(hold: set[str], again: set[str]) -> set[Severity]:
        weighed = replace(agency, hold=frozenset(hold), again=frozenset(again))
        return {each.severity for each in check(weighed, item) if each.rule == rule}

    assert weight({rule}, set()) == {Severity.HOLD}
    assert weight(set(), {rule}) == {Severity.AGAIN}
    assert weight(set(), set()) == {Severity.REPAIRED}


def _fits(agency: Agency, item: Item) -> Item:
    """The item with the row's own words for a caption: what a second check would see."""
    cells = dict(zip((cell for _, cell in agency.csv.columns), row(agency, item), strict=True))
    known = {field: cells[f"{{{field}}}"] for field, _ in agency.texts()}
    keywords = tuple(cells["{keywords}"].split(","))
    return replace(item, caption=replace(item.caption, **known, keywords=keywords))


@pytest.mark.parametrize(
    ("rule", "name", "item"),
    [(rule, name, item) for rule, name, item, _ in BROKEN if rule in MENDED - {"unknown_country"}],
)
def test_what_is_called_mended_is_mended_in_the_row(rule: str, name: str, item: Item) -> None:
    again = check(AGENCIES[name], _fits(AGENCIES[name], item))
    assert rule not in {each.rule for each in again}
