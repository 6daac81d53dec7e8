import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batchcap.metadata.limits import items_of, size
from batchcap.metadata.tagmap import TAGS, Kind
from batchcap.metadata.tags import (
    CHARSET,
    DIGEST,
    Mode,
    TagPolicy,
    Words,
    authored,
    check_map,
    plan,
    without_exif,
)
from batchcap.records import Severity

TAG_MAP = {
    "title": ("XMP-dc:Title", "IPTC:ObjectName"),
    "description": ("XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"),
    "keywords": ("XMP-dc:Subject", "IPTC:Keywords"),
    "city": ("XMP-photoshop:City", "IPTC:City"),
    "country_code3": ("IPTC:Country-PrimaryLocationCode",),
}
PIECES = st.text("ab éß日👩-;,|/\\\"'<", min_size=1, max_size=40)
KEYWORDS = st.lists(
    st.sampled_from(["cat", "Cats", "dog", "café", "Café", "sky", "skies", "é日本", "a;b"])
    | PIECES,
    max_size=8,
)


def words(**fields):
    return Words(fields)


def made(fields, present=None, **policy):
    return plan("a.jpg", Words(fields), present or {}, TagPolicy(TAG_MAP, **policy))


def written(present, a_plan):
    """What ExifTool makes of it: the values as they were planned."""
    after = {tag: value for tag, value in present.items() if tag not in a_plan.delete}
    after |= {
        tag: list(value) if isinstance(value, tuple) else value
        for tag, value in a_plan.values.items()
        if tag != DIGEST
    }
    return after


@st.composite
def photos(draw):
    """Tags as a photo may hold them: single items without their list, some texts blank."""
    present = {}
    for tag, rule in TAGS.items():
        if not draw(st.booleans()):
            continue
        if rule.kind in (Kind.LIST, Kind.TREE):
            items = [each for each in draw(KEYWORDS) if each.strip()]
            if items:
                present[tag] = items[0] if len(items) == 1 else items
        else:
            present[tag] = draw(PIECES | st.just("   ") | st.just("SONY DSC"))
    if draw(st.booleans()):
        present[CHARSET] = "UTF8"
    if draw(st.booleans()):
        present["IPTC:By-line"] = draw(st.sampled_from(["José", "x", "é" * 20]))
    return present


@st.composite
def asked(draw):
    return {
        "title": draw(PIECES),
        "description": draw(PIECES),
        "keywords": tuple(draw(KEYWORDS)),
        "city": draw(PIECES),
        "country_code3": draw(st.sampled_from(["PRT", "PT", ""])),
    }


@given(photos(), asked(), st.sampled_from(Mode))
@example({"EXIF:XPKeywords": "é;<"}, {"keywords": ("é",)}, Mode.MERGE)
def test_planning_twice_equals_once(present, fields, mode):
    first = made(fields, present, mode=mode)
    if first.findings and first.findings[0].severity is Severity.HOLD:
        assert first.empty
        return
    after = written(present, first)
    ours = authored(first, Words(fields), present, TagPolicy(TAG_MAP, mode))
    assert made(fields, after, mode=mode, ours=ours).values == {}
    assert made(fields, after, mode=mode).values == {}


@given(photos(), asked(), asked(), st.sampled_from([Mode.MERGE, Mode.FILL]))
def test_human_keywords_are_never_lost_and_stay_first(present, one, two, mode):
    policy = TagPolicy(TAG_MAP, mode)
    human = items_of(present.get("XMP-dc:Subject"))
    first = plan("a", Words(one), present, policy)
    ours = authored(first, Words(one), present, policy)
    middle = written(present, first)
    second = plan("a", Words(two), middle, TagPolicy(TAG_MAP, mode, ours))
    end = items_of(written(middle, second).get("XMP-dc:Subject"))
    kept = dict.fromkeys(each.strip().casefold() for each in human)
    assert list(dict.fromkeys(each.strip().casefold() for each in end))[: len(kept)] == list(kept)


@given(photos(), asked(), st.sampled_from(Mode))
def test_every_value_fits_its_tag_and_none_is_empty(present, fields, mode):
    for tag, value in made(fields, present, mode=mode).values.items():
        assert value
        assert all(items_of(value))
        if tag in TAGS and TAGS[tag].limit:
            assert all(size(each) <= TAGS[tag].limit for each in items_of(value))


@given(photos(), asked(), st.sampled_from(Mode))
def test_a_users_place_is_never_overwritten(present, fields, mode):
    values = made(fields, present, mode=mode).values
    for tag in TAG_MAP["city"]:
        if str(present.get(tag, "")).strip() and present[tag] != "SONY DSC" and CHARSET in present:
            assert tag not in values


def test_an_empty_photo_gets_every_tag_the_charset_and_the_digest():
    values = made({"title": "Harbour", "keywords": ("boat", "sea")}).values
    assert values == {
        "XMP-dc:Title": "Harbour",
        "IPTC:ObjectName": "Harbour",
        "XMP-dc:Subject": ("boat", "sea"),
        "IPTC:Keywords": ("boat", "sea"),
        CHARSET: "UTF8",
        DIGEST: "new",
    }


def test_merge_keeps_a_human_title_and_copies_it_where_it_is_missing():
    values = made({"title": "Ours"}, {"XMP-dc:Title": "Hers"}).values
    assert values["IPTC:ObjectName"] == "Hers"
    assert "XMP-dc:Title" not in values


def test_fill_leaves_a_human_title_alone():
    assert made({"title": "Ours"}, {"XMP-dc:Title": "Hers"}, mode=Mode.FILL).empty


def test_replace_writes_ours():
    values = made({"title": "Ours"}, {"XMP-dc:Title": "Hers"}, mode=Mode.REPLACE).values
    assert values["XMP-dc:Title"] == values["IPTC:ObjectName"] == "Ours"


@pytest.mark.parametrize("mode", Mode)
def test_our_own_earlier_words_are_replaced_in_every_mode(mode):
    present = {"XMP-dc:Title": "Old", "IPTC:ObjectName": "Old"}
    ours = {"XMP-dc:Title": ("Old",), "IPTC:ObjectName": ("Old",)}
    values = made({"title": "New"}, present, mode=mode, ours=ours).values
    assert values["XMP-dc:Title"] == values["IPTC:ObjectName"] == "New"


def test_our_long_title_is_known_again_in_its_cut_form():
    old = "harbour " * 20
    present = {"XMP-dc:Title": old.strip(), "IPTC:ObjectName": ("harbour " * 8).strip()}
    values = made({"title": "New"}, present, ours={"XMP-dc:Title": (old.strip(),)}).values
    assert values["IPTC:ObjectName"] == "New"


def test_keywords_human_first_ours_after_no_doubles_up_to_the_limit():
    present = {"XMP-dc:Subject": ["Boat", "aunt Mary"], "IPTC:Keywords": "boat"}
    values = made(
        {"keywords": ("boats", "sea", "Sea", "sky", "sun")}, present, keyword_limit=4
    ).values
    assert values["XMP-dc:Subject"] == ("Boat", "aunt Mary", "sea", "sky")
    assert values["IPTC:Keywords"] == values["XMP-dc:Subject"]


def test_a_keyword_of_both_stays_human():
    present = {"XMP-dc:Subject": ["boat"]}
    policy = TagPolicy(TAG_MAP)
    first = plan("a", words(keywords=("boat", "sea")), present, policy)
    ours = authored(first, words(keywords=("boat", "sea")), present, policy)
    assert ours["XMP-dc:Subject"] == ("sea",)
    after = written(present, first)
    second = plan("a", words(keywords=("sky",)), after, TagPolicy(TAG_MAP, ours=ours))
    assert second.values["XMP-dc:Subject"] == ("boat", "sky")


def test_a_long_keyword_goes_to_xmp_only_and_is_told():
    long = "é" * 40
    a_plan = made({"keywords": (long, "sea")})
    assert a_plan.values["XMP-dc:Subject"] == (long, "sea")
    assert a_plan.values["IPTC:Keywords"] == ("sea",)
    assert [each.rule for each in a_plan.findings] == ["long_keyword"]


def test_a_long_title_is_cut_for_iptc_at_a_word_and_told():
    title = "the quiet harbour of a small town in the north at the end of a day"
    a_plan = made({"title": title})
    assert a_plan.values["XMP-dc:Title"] == title
    assert (
        a_plan.values["IPTC:ObjectName"]
        == "the quiet harbour of a small town in the north at the end of a"
    )
    assert a_plan.findings[0].rule == "iim_cut"


def test_stale_copies_follow_where_they_exist():
    present = {
        "XMP-dc:Title": "Old",
        "EXIF:XPTitle": "Old",
        "EXIF:XPSubject": "Old words",
        "EXIF:ImageDescription": "Old words",
        "EXIF:UserComment": "of a person",
        "EXIF:XPKeywords": "old;older",
        "XMP-dc:Subject": ["old", "older"],
        "XMP-lr:HierarchicalSubject": ["what|old", "what|kept"],
        "XMP-digiKam:TagsList": "old",
    }
    fields = {"title": "New", "description": "New words", "keywords": ("kept",)}
    values = made(fields, present, mode=Mode.REPLACE)
    assert values.values["EXIF:XPTitle"] == "New"
    assert values.values["EXIF:XPSubject"] == values.values["XMP-dc:Description"] == "New words"
    assert values.values["EXIF:XPKeywords"] == "kept"
    assert values.values["XMP-lr:HierarchicalSubject"] == ("what|kept",)
    assert values.delete == ("XMP-digiKam:TagsList",)
    assert "EXIF:UserComment" not in values.values
    assert "EXIF:XPComment" not in values.values


def test_a_windows_title_alone_is_a_human_title():
    assert made({"title": "Ours"}, {"EXIF:XPTitle": "Hers"}).values["XMP-dc:Title"] == "Hers"


def test_old_latin_texts_are_carried_over_with_the_flag():
    present = {"IPTC:By-line": "José", "IPTC:Credit": "plain", "IPTC:Keywords#2": "é"}
    values = made({"title": "x"}, present).values
    assert values["IPTC:By-line"] == "José"
    assert "IPTC:Credit" not in values
    assert "IPTC:Keywords#2" not in values


def test_an_old_text_that_would_be_cut_keeps_the_block_as_it_is():
    a_plan = made({"title": "x"}, {"IPTC:By-line": "é" * 20})
    assert not any(tag.startswith("IPTC:") for tag in a_plan.values)
    assert a_plan.values["XMP-dc:Title"] == "x"
    assert a_plan.findings[-1].rule == "iptc_left"


def test_no_iptc_where_the_file_kind_has_none():
    values = made({"title": "x"}, {"File:FileType": "PNG"}).values
    assert values == {"XMP-dc:Title": "x"}


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "a\n-if\nexit"},
        {"title": None, "keywords": ("a", None)},
        {"title": 7},
        {"title": ("a",)},
        {"keywords": "a, b"},
        {"keywords": ("a", "\u202eb")},
        {"description": "\0"},
    ],
)
def test_a_dirty_word_holds_the_whole_photo(fields):
    a_plan = made({"description": "a clean one", **fields})
    assert a_plan.empty
    assert {each.severity for each in a_plan.findings} == {Severity.HOLD}


def test_an_odd_human_keyword_stays_where_it_is_and_is_not_spread():
    values = made({"keywords": ("sea",)}, {"IPTC:Keywords": ["odd\x01one"]}).values
    assert values["IPTC:Keywords"] == ("odd\x01one", "sea")
    assert values["XMP-dc:Subject"] == ("sea",)


def test_changes_are_for_people():
    changes = made({"title": "New"}, {"XMP-dc:Title": "Old"}, mode=Mode.REPLACE).changes
    assert ("XMP-dc:Title", "Old", "New") in changes
    assert not any(tag in {CHARSET, DIGEST} for tag, _, _ in changes)


def test_a_tag_map_is_checked():
    assert check_map(TAG_MAP) == ()
    wrong = check_map(
        {
            "title": ("XMP-iptcExt:DigitalSourceType", "XMP-dc:Subject"),
            "headline": ("XMP-dc:Title",),
            "description": ("XMP-dc:Title",),
        }
    )
    assert len(wrong) == 3
    with pytest.raises(ValueError, match="FileName"):
        plan("a", words(title="x"), {}, TagPolicy({"title": ("System:FileName",)}))


def test_less_exif():
    a_plan = made({"description": "x"})
    less = without_exif(a_plan)
    assert "EXIF:ImageDescription" not in less.values
    assert less.values["XMP-dc:Description"] == "x"
    assert less.findings[-1].rule == "exif_left"
    assert without_exif(less) is less


GROUPS = {
    "JPEG": {"XMP", "IPTC", "EXIF", "Photoshop"},
    "TIFF": {"XMP", "IPTC", "EXIF"},
    "DNG": {"XMP", "IPTC", "EXIF"},
    "PNG": {"XMP", "EXIF"},
    "WEBP": {"XMP", "EXIF"},
    "Extended WEBP (lossless)": {"XMP", "EXIF"},
    "HEIC": {"XMP"},
    "AVIF": {"XMP"},
    "XMP": {"XMP"},
}
SAID = {"title": "T", "description": "D", "keywords": ("k",), "city": "C"}


@pytest.mark.parametrize(("kind", "groups"), GROUPS.items())
def test_each_kind_of_file_gets_its_groups_of_tags(kind, groups):
    plan = made(SAID, {"File:FileType": kind})
    assert {re.split(r"[-:]", tag)[0] for tag in plan.values} == groups


@pytest.mark.parametrize("kind", ["NEF", "CR3", "PSD", "TXT"])
def test_a_kind_that_takes_no_words_is_held(kind):
    plan = made(SAID, {"File:FileType": kind})
    assert plan.empty
    assert [each.rule for each in plan.findings] == ["no_embed"]
    assert kind in plan.findings[0].message


def test_a_copy_that_is_there_is_kept_in_step_where_none_is_made():
    there = {"EXIF:ImageDescription": "Old", "EXIF:XPKeywords": "old", "IPTC:City": "Old"}
    plan = made(SAID, {"File:FileType": "HEIC", **there}, mode=Mode.REPLACE)
    assert plan.values["EXIF:ImageDescription"] == "D"
    assert plan.values["EXIF:XPKeywords"] == "k"
    assert "IPTC:City" not in plan.values


def test_a_stale_digest_of_a_tiff_goes():
    plan = made(SAID, {"File:FileType": "TIFF", DIGEST: "0" * 32})
    assert plan.delete == (DIGEST,)
    assert DIGEST not in plan.values
