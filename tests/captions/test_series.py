"""Captions of one series agree on what is known, and their titles differ honestly."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchcap.captions.quality import review
from batchcap.captions.series import agree, inherited
from batchcap.captions.text import fold
from batchcap.config import configs_folder
from batchcap.preset import load_preset, preset_names
from batchcap.records import Caption, Fact, Facts, Severity

STOCK = load_preset("stock", configs_folder())[0]
FACTS = Facts(country=Fact("Italy", "folder"), city=Fact("Rome", "folder"))
CAPTION = review(
    STOCK,
    Caption(
        title="Wooden boats in a calm harbour",
        description="Wooden boats lie in a calm harbour below old houses in Rome, Italy.",
        keywords=(
            "boat",
            "harbour",
            "water",
            "morning",
            "house",
            "roof",
            "reflection",
            "quay",
            "rope",
            "mooring",
            "tide",
            "sail",
        ),
        release="commercial",
    ),
    FACTS,
).caption


def test_a_title_of_its_own_is_left_alone():
    other = replace(CAPTION, title="Old houses above a quay")
    assert agree(STOCK, CAPTION, FACTS, [other]).findings == ()


def test_an_equal_title_is_told_apart_by_words_of_the_caption_itself():
    verdict = agree(STOCK, CAPTION, FACTS, [replace(CAPTION, title=CAPTION.title.upper())])
    assert [each.rule for each in verdict.findings] == ["series_title"]
    assert verdict.severity is Severity.REPAIRED
    start, _, end = verdict.caption.title.rpartition(" - ")
    assert start == CAPTION.title
    assert end in CAPTION.keywords
    assert replace(verdict.caption, title=CAPTION.title) == CAPTION
    assert review(STOCK, verdict.caption, FACTS).caption == verdict.caption


def test_a_whole_burst_gets_titles_that_all_differ_and_fit():
    captions = [CAPTION]
    for _ in range(25):
        verdict = inherited(STOCK, CAPTION, FACTS, captions)
        assert verdict is not None
        captions.append(verdict.caption)
    titles = {fold(each.title) for each in captions}
    assert len(titles) == len(captions)
    assert all(len(each.title) <= STOCK.field("title").max_chars for each in captions)


def test_where_words_run_out_it_is_asked_for_itself():
    bare = replace(CAPTION, keywords=())
    captions = [bare]
    while (verdict := inherited(STOCK, bare, FACTS, captions)) is not None:
        captions.append(verdict.caption)
    assert len(captions) <= 21
    assert agree(STOCK, bare, FACTS, captions).severity is Severity.AGAIN


def test_another_release_than_the_others_is_asked_for_again_where_nobody_knows_it():
    other = replace(CAPTION, title="A quay", release="editorial")
    (found,) = agree(STOCK, CAPTION, FACTS, [other]).findings
    assert (found.rule, found.severity, found.field) == (
        "series_facts",
        Severity.AGAIN,
        "release",
    )
    known = replace(FACTS, release=Fact("commercial", "folder"))
    assert agree(STOCK, CAPTION, known, [other]).findings == ()


def test_another_city_than_the_others_name_is_asked_for_again():
    nothing = Facts()
    bare = replace(CAPTION, keywords=("boat", "quay"))
    ours = replace(bare, title="A quay", description="Boats lie at a quay in Lisbon.")
    theirs = replace(bare, description="Boats lie at a quay in Porto.")
    found = agree(STOCK, ours, nothing, [theirs]).findings
    assert [each.rule for each in found] == ["series_facts"]
    assert "lisbon" in found[0].message
    assert "porto" in found[0].message
    assert agree(STOCK, ours, nothing, [replace(ours, title="Boats")]).findings == ()


@pytest.mark.parametrize("name", preset_names(configs_folder()))
@settings(max_examples=15)
@given(title=st.text(max_size=90), keywords=st.lists(st.text(max_size=20), max_size=5))
def test_it_never_raises_and_repairs_nothing_but_titles(name, title, keywords):
    preset = load_preset(name, configs_folder())[0]
    caption = Caption(title=title, headline=title, keywords=tuple(keywords))
    verdict = agree(preset, caption, FACTS, [caption])
    assert replace(verdict.caption, title=title, headline=title) == caption
    for field in ("title", "headline"):
        changed = getattr(verdict.caption, field) != title
        assert not changed or fold(getattr(verdict.caption, field)) != fold(title)
