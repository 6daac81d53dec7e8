"""Lists reach ExifTool as one text to split, and come out as they went in."""

import json
from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from batchcap.metadata.exiftool import Draft, Job
from batchcap.metadata.importing import SEPARATOR, to_import
from batchcap.records import TagPlan

WORDS = st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=6).map(tuple)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_what_is_split_again_is_the_list(lists):
    jobs = [(PurePosixPath("/a.jpg"), TagPlan("a", {"XMP-dc:Subject": each})) for each in lists]
    text, splitting = to_import(jobs)
    for row, words in zip(json.loads(text), lists, strict=True):
        value = row["XMP-dc:Subject"]
        if isinstance(value, str):
            assert splitting == ("-sep", SEPARATOR)
            value = value.split(SEPARATOR)
        elif splitting:
            assert not any(SEPARATOR in each for each in value)
        assert tuple(value) == words


def test_texts_are_never_split_and_nothing_is_lost_from_lists(tool, photo):
    odd = {
        "a.jpg": ("a, b", "c;d", " e ", "zebra", "f|g", "null", "-sep", "日本 👩"),
        "b.jpg": ("one",),
        "c.jpg": ("x" * 60, "-", "é", *(f"keyword {n}" for n in range(60))),
    }
    jobs = [
        Job(
            photo(name),
            TagPlan(
                name,
                {
                    "XMP-dc:Title": "one, two | three; four",
                    "XMP-dc:Subject": words,
                    "IPTC:Keywords": words,
                    "IPTC:CodedCharacterSet": "UTF8",
                },
            ),
        )
        for name, words in odd.items()
    ]
    drafts = tool.write(jobs)
    for job in jobs:
        draft = drafts[job.source]
        assert isinstance(draft, Draft)
        tags = tool.read([draft.path])[draft.path]
        words = odd[job.plan.path]
        for tag in ("XMP-dc:Subject", "IPTC:Keywords"):
            assert tags[tag] == (list(words) if len(words) > 1 else words[0])
        assert tags["XMP-dc:Title"] == "one, two | three; four"


def test_a_persons_keyword_that_holds_the_separator_stays_whole(tool, photo):
    path = photo()
    words = (f"left{SEPARATOR}right", "sea")
    draft = tool.write([Job(path, TagPlan("a", {"IPTC:Keywords": words}))])[path]
    assert tool.read([draft.path])[draft.path]["IPTC:Keywords"] == list(words)
