"""Our own words are known again from the photo alone: the ledger may be lost."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batchcap.drafting import draft_chunk, put
from batchcap.metadata.exiftool import ExifTool
from batchcap.metadata.own import MARK, knowing, plan_own, words_after, written_by_us
from batchcap.metadata.replace import PREFIX
from batchcap.metadata.sidecar import Target
from batchcap.metadata.tags import Mode, TagPolicy, Words
from batchcap.photos.digest import image_digest
from batchcap.records import TagPlan
from batchcap.writing import Ready, Refused, Unchanged, Wanted

TAGS = {
    "title": ("XMP-dc:Title", "IPTC:ObjectName"),
    "description": ("XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"),
    "keywords": ("XMP-dc:Subject", "IPTC:Keywords"),
    "city": ("XMP-photoshop:City", "IPTC:City"),
}
OURS = {
    "title": "Fishing boats in the harbour of a very old town on the stormy northern coast",
    "description": "Boats & nets <on the quay>, “blue” 日本 👩",
    "keywords": ("zebra", "apple", "café", "ü" * 40),
    "city": "Lisboa",
}
NEWER = {"title": "New", "description": "New text", "keywords": ("new", "apple"), "city": "Porto"}
KINDS = ("jpg.jpg", "tif.tif", "png.png", "webp.webp", "heic.heic", "gif.gif", "dng.dng", "nef.nef")


@pytest.fixture
def folder(tmp_path, shelf):
    path = tmp_path / "Łódź 📷"
    path.mkdir()
    for name in KINDS:
        (path / name).write_bytes(shelf[name])
    return path


@pytest.fixture
def write(tool, folder):
    """Write words into the photos as a workspace does that never saw them before."""

    def run(fields, *names, target=Target.AUTO, **policy):
        given = {"mark": True} | policy
        asked = [
            Wanted(
                name,
                folder / name,
                image_digest(folder / name),
                Words(fields),
                TagPolicy(TAGS, **given),
                target,
            )
            for name in names or KINDS
        ]
        found = {each.wanted.path: each for each in draft_chunk(tool, asked)}
        for each in found.values():
            assert not isinstance(each, Refused), each
            if isinstance(each, Ready):
                assert put(each, keep_time=False) is None
        return found

    return run


@pytest.mark.parametrize("target", [Target.AUTO, Target.SIDECAR])
def test_a_lost_ledger_costs_nothing_in_any_kind_of_file(write, tool, target):
    first = write(OURS, target=target)
    assert all(isinstance(each, Ready) for each in first.values())
    again = write(OURS, target=target)
    assert all(isinstance(each, Unchanged) for each in again.values())
    for name, ready in write(NEWER, target=target).items():
        tags = tool.read([ready.home.path])[ready.home.path]
        assert tags["XMP-dc:Title"] == "New", name
        assert tags["XMP-dc:Description"] == "New text", name
        assert tags["XMP-dc:Subject"] == ["new", "apple"], name
        assert tags["XMP-photoshop:City"] == "Porto", name
        assert tags.get("IPTC:ObjectName", "New") == "New", name
        assert tags.get("IPTC:Keywords", ["new", "apple"]) == ["new", "apple"], name


def test_what_a_person_changed_in_between_is_the_persons(folder, write, tool, exiftool):
    write(OURS, "jpg.jpg", "nef.nef")
    for path in (folder / "jpg.jpg", folder / "nef.xmp"):
        hers = ("-XMP-dc:Title=Hers", "-XMP-dc:Subject-=zebra", "-XMP-dc:Subject+=aunt Mary")
        exiftool("-q", "-overwrite_original", *hers, path)
    for ready in write(NEWER, "jpg.jpg", "nef.nef").values():
        tags = tool.read([ready.home.path])[ready.home.path]
        assert tags["XMP-dc:Title"] == "Hers"
        assert tags["XMP-dc:Description"] == "New text"
        assert tags["XMP-dc:Subject"] == ["aunt Mary", "new", "apple"]


def test_what_a_person_wrote_before_is_never_taken_for_ours(write, folder, tool, exiftool):
    path = folder / "jpg.jpg"
    hers = (f"-XMP-dc:Title={OURS['title']}", "-XMP-dc:Subject=apple", "-XMP-dc:Subject=Zebra")
    exiftool("-q", "-overwrite_original", *hers, path)
    write(OURS, "jpg.jpg")
    write(NEWER, "jpg.jpg")
    tags = tool.read([path])[path]
    assert tags["XMP-dc:Title"] == OURS["title"]
    assert tags["XMP-dc:Subject"] == ["apple", "Zebra", "new"]


def test_the_mark_shows_no_word_and_any_reader_finds_it(write, folder, exiftool):
    write(OURS, "jpg.jpg")
    said = exiftool("-s3", "-XMP-batchcap:all", folder / "jpg.jpg")
    assert said.startswith("1 city:")
    assert not [word for word in ("zebra", "apple", "Lisboa", "Boats") if word in said]
    packet = exiftool("-b", "-XMP", folder / "jpg.jpg")
    assert "xmlns:batchcap='urn:uuid:" in packet
    assert "http://batchcap" not in packet


def test_switched_off_there_is_no_mark_and_an_older_one_goes(write, folder, tool):
    path = folder / "jpg.jpg"
    write(OURS, "jpg.jpg", mark=False)
    assert MARK not in tool.read([path])[path]
    ready = write(OURS, "jpg.jpg", ours={"XMP-dc:Title": (OURS["title"],)})["jpg.jpg"]
    assert ready.plan.changes[0][0] == MARK
    assert MARK in tool.read([path])[path]
    off = write(OURS, "jpg.jpg", mark=False)["jpg.jpg"]
    assert MARK not in tool.read([path])[path]
    assert off.ours["XMP-dc:Title"] == (OURS["title"],)
    assert isinstance(write(OURS, "jpg.jpg", mark=False, ours=off.ours)["jpg.jpg"], Unchanged)


def test_an_exiftool_without_the_namespace_leaves_marks_alone(folder, unconfigured):
    path = folder / "jpg.jpg"
    with ExifTool(unconfigured) as other:
        assert not other.marks
        wanted = Wanted(
            "a", path, image_digest(path), Words(OURS), TagPolicy(TAGS, mark=True), Target.AUTO
        )
        (ready,) = draft_chunk(other, [wanted])
        assert isinstance(ready, Ready)
        assert put(ready, keep_time=False) is None
        assert MARK not in other.read([path])[path]
    assert not list(folder.glob(f"{PREFIX}*"))


PIECES = st.sampled_from(["", "apple", "Apple ", "zebra", "café", "é" * 70, "Hers", "a, b", "x:y"])
FIELDS = st.fixed_dictionaries(
    {
        "title": PIECES,
        "description": PIECES,
        "keywords": st.lists(PIECES, max_size=6).map(tuple),
        "city": PIECES,
    }
)


def carried_out(present: dict, made: TagPlan) -> dict:
    """What ExifTool makes of it: the values as they were planned."""
    after = {tag: value for tag, value in present.items() if tag not in made.delete}
    return after | {t: list(v) if isinstance(v, tuple) else v for t, v in made.values.items()}


@given(FIELDS, FIELDS, FIELDS, st.sampled_from(Mode))
@example({}, {"keywords": ("Apple",)}, {"keywords": ("apple",)}, Mode.MERGE)
def test_the_mark_tells_what_the_ledger_knew(hers, one, two, mode):
    """With the mark alone and with the ledger beside it the next plan is the same."""
    policy = TagPolicy(TAGS, mode, mark=True)
    human = TagPolicy(TAGS, Mode.MERGE)
    present = carried_out({}, plan_own("a.jpg", Words(hers), {}, human))
    first = plan_own("a.jpg", Words(one), present, policy)
    ours = written_by_us(first, Words(one), present, policy)
    after = carried_out(present, first)
    lost = knowing(policy, after)
    kept = knowing(TagPolicy(TAGS, mode, ours, mark=True), after)
    assert plan_own("a.jpg", Words(one), after, lost).empty
    assert plan_own("a.jpg", Words(one), after, kept).empty
    assert plan_own("a.jpg", Words(two), after, lost) == plan_own("a.jpg", Words(two), after, kept)


@given(FIELDS, FIELDS)
def test_what_the_photo_will_say_is_what_is_then_read(hers, ours):
    policy = TagPolicy(TAGS, mark=True)
    present = carried_out({}, plan_own("a.jpg", Words(hers), {}, TagPolicy(TAGS)))
    made = plan_own("a.jpg", Words(ours), present, policy)
    said = words_after(made, present, policy)
    after = carried_out(present, made)
    assert words_after(TagPlan("a.jpg", {}), after, policy) == said
    for name in ("title", "description", "city"):
        assert said.get(name, "") == (hers.get(name, "") or ours.get(name, "")).strip()


@pytest.mark.parametrize("mark", ["", "2 title:abc", "nonsense", "1", "1 title", "1 title:,,"])
def test_a_mark_that_says_nothing_makes_nothing_ours(mark):
    present = {MARK: mark, "XMP-dc:Title": "Hers"}
    assert not knowing(TagPolicy(TAGS), present).ours
