import os
import signal
import sys
from pathlib import Path

import pytest
from PIL import Image

from batchcap.errors import ToolMissing
from batchcap.metadata.exiftool import Draft, ExifTool, Job, find_exiftool
from batchcap.metadata.process import Process, ProcessGone
from batchcap.metadata.replace import draft_path
from batchcap.records import TagPlan, Trouble

PLAN = TagPlan("a.jpg", {"XMP-dc:Title": "a title"})
STALLS = {"timeout": 1.0, "per_file": 0.1}


def titles(tool, written):
    drafts = [it.path for it in written.values() if isinstance(it, Draft)]
    return [tags["XMP-dc:Title"] for tags in tool.read(drafts).values()]


NAMES = [
    "my photo.jpg",
    "größe.jpg",
    "👩\u200d👧 日本.jpg",
    "-dash.jpg",
    "it's “so”.jpg",
    "#hash.jpg",
]
NAMES += [
    "100%d%f.jpg",
    "a - b.jpg",
    "@at.JPG",
    "$HOME.jpeg",
    "a,b;c.jpg",
    "two..dots.jpg",
    "[x]*.jpg",
]
NAMES += [" lead.jpg", "-execute.jpg", "-if.jpg"]
if sys.platform == "win32":
    NAMES = [name for name in NAMES if "*" not in name]


def test_every_file_name_can_be_written(tool, photo):
    paths = [photo(name) for name in NAMES]
    before = {path: path.read_bytes() for path in paths}
    written = tool.write([Job(path, PLAN) for path in paths])
    assert [it.path for it in written.values()] == [draft_path(path) for path in paths]
    assert titles(tool, written) == ["a title"] * len(paths)
    assert {path: path.read_bytes() for path in paths} == before


@pytest.mark.parametrize("name", ["per%20cent.jpg", "%c.jpg", "100%c %-C.jpg", "a%+2nc.tif"])
def test_a_number_in_a_path_makes_no_files_elsewhere(tool, tmp_path, name):
    """ExifTool counts files up where a new one's path holds %c, that of its folders too."""
    folder = tmp_path / "new%20city"
    folder.mkdir()
    path, other = folder / name, folder / "gone%c.jpg"
    Image.new("RGB", (60, 40)).save(path)
    before = path.read_bytes()
    written = tool.write([Job(path, PLAN), Job(other, PLAN)])
    assert titles(tool, {path: written[path]}) == ["a title"]
    assert written[other].code == "unreadable"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [folder]
    assert sorted(folder.iterdir()) == sorted([path, written[path].path])


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.parametrize(
    "name", ["new\nline.jpg", "bell\x07.jpg", "cr\r.jpg", os.fsdecode(b"latin\xe9.jpg")]
)
def test_a_name_that_cannot_be_told_is_trouble_and_the_others_go_on(tool, photo, name):
    odd = photo("x.jpg")
    odd = odd.rename(odd.with_name(name))
    good = photo("good.jpg")
    for answer in (tool.read([odd, good]), tool.write([Job(odd, PLAN), Job(good, PLAN)])):
        assert isinstance(answer[odd], Trouble)
        assert answer[odd].code == "name"
        assert not isinstance(answer[good], Trouble)


def test_a_path_must_be_absolute(tool):
    assert tool.read([Path("a.jpg")])[Path("a.jpg")].code == "name"


def test_what_cannot_be_read_is_trouble(tool, photo, tmp_path):
    empty, broken = tmp_path / "empty.jpg", tmp_path / "broken.jpg"
    empty.touch()
    broken.write_bytes(b"\x00\x01\x02 this is no picture")
    good = photo("good.jpg")
    read = tool.read([empty, broken, tmp_path / "gone.jpg", good])
    assert [isinstance(each, Trouble) and each.code for each in read.values()] == [
        "unreadable",
        "unreadable",
        "unreadable",
        False,
    ]
    written = tool.write([Job(broken, PLAN), Job(tmp_path / "gone.jpg", PLAN), Job(good, PLAN)])
    assert [isinstance(each, Draft) for each in written.values()] == [False, False, True]
    assert not draft_path(broken).exists()


def test_an_empty_plan_is_a_mistake(tool, photo):
    with pytest.raises(ValueError, match="nothing to write"):
        tool.write([Job(photo(), TagPlan("a.jpg", {}))])


def test_a_stray_of_an_earlier_run_is_no_hindrance(tool, photo):
    path = photo()
    draft_path(path).write_bytes(b"half a file")
    assert titles(tool, tool.write([Job(path, PLAN)])) == ["a title"]


def test_what_looks_like_numbers_or_booleans_stays_text(tool, photo):
    words = ("2024", "007", "1.50", "true", "False", "1e5", "-0", "+1", "null")
    plan = TagPlan("a", {"XMP-dc:Subject": words, "IPTC:Keywords": words, "XMP-dc:Title": "TRUE"})
    draft = tool.write([Job(photo(), plan)])[photo()]
    tags = tool.read([draft.path])[draft.path]
    assert tuple(tags["XMP-dc:Subject"]) == tuple(tags["IPTC:Keywords"]) == words
    assert tags["XMP-dc:Title"] == "TRUE"


def test_a_tag_is_removed(tool, photo):
    path = photo("a.jpg", "-XMP-digiKam:TagsList=a/b", "-XMP-dc:Title=old")
    draft = tool.write(
        [Job(path, TagPlan("a", {"XMP-dc:Title": "new"}, ("XMP-digiKam:TagsList",)))]
    )[path]
    tags = tool.read([draft.path])[draft.path]
    assert tags["XMP-dc:Title"] == "new"
    assert "XMP-digiKam:TagsList" not in tags


def test_warnings_are_kept(tool, photo):
    plan = TagPlan("a", {"IPTC:ObjectName": "x" * 70, "XMP-dc:Title": "x"})
    draft = tool.write([Job(photo(), plan)])[photo()]
    assert tool.read([draft.path])[draft.path]["IPTC:ObjectName"] == "x" * 64
    assert isinstance(draft.warnings, tuple)


def test_a_users_configuration_changes_nothing(photo, tmp_path, monkeypatch):
    (tmp_path / ".ExifTool_config").write_text(
        "die 'the configuration was read';\n", encoding="utf-8"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EXIFTOOL_HOME", str(tmp_path))
    with ExifTool(find_exiftool("")) as tool:
        assert "XMP-dc:Title" not in tool.read([photo()])[photo()]


def test_exiftool_is_found_by_path_by_name_and_not_at_all(monkeypatch, tmp_path):
    real = find_exiftool("")
    assert find_exiftool(real) == real
    with pytest.raises(ToolMissing) as missing:
        find_exiftool(str(tmp_path / "no such tool"))
    assert "tools.exiftool" in missing.value.message
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing) as missing:
        find_exiftool("")
    assert missing.value.hint


def test_an_old_one_is_refused(fake):
    with pytest.raises(ToolMissing, match=r"11\.88 is too old"), ExifTool(fake("11.88")):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no signal goes to one process there")
def test_ctrl_c_in_the_terminal_does_not_end_it():
    process = Process(find_exiftool(""))
    process.run()
    try:
        os.kill(process._process.pid, signal.SIGINT)
        assert process.ask(["-ver"], 10).out.strip() == str(process.version)
    finally:
        process.terminate()


def test_what_is_not_exiftool_is_refused(tmp_path):
    with pytest.raises(ToolMissing, match=r"does not start: .*[^.]\.$") as caught:
        _ = ExifTool(sys.executable).version
    assert "tools.exiftool" in caught.value.hint
    with pytest.raises(ToolMissing, match="does not start"), ExifTool(str(tmp_path)):
        pass


@pytest.mark.parametrize(
    ("name", "code"), [("hang.jpg", "exiftool_hung"), ("die.jpg", "exiftool_died")]
)
def test_one_bad_photo_costs_only_itself(fake, photo, name, code):
    paths = [photo("a.jpg"), photo(name), photo("b.jpg")]
    before = {path: path.read_bytes() for path in paths}
    with ExifTool(fake(), **STALLS) as tool:
        written = tool.write([Job(path, PLAN) for path in paths])
        assert [getattr(it, "code", "") for it in written.values()] == ["", code, ""]
        assert titles(tool, written) == ["a title"] * 2
        read = tool.read(paths)
        assert [isinstance(it, Trouble) for it in read.values()] == [False, True, False]
    assert not draft_path(paths[1]).exists()
    assert {path: path.read_bytes() for path in paths} == before


def test_nonsense_for_an_answer_is_trouble(fake, photo):
    paths = [photo("babble.jpg"), photo("a.jpg")]
    with ExifTool(fake(), timeout=20.0) as tool:
        read = tool.read(paths)
    assert read[paths[0]].code == "exiftool_died"
    assert read[paths[1]]["File:FileType"] == "JPEG"


def test_a_flood_of_warnings_does_not_block(fake, photo):
    path = photo("shout.jpg")
    with ExifTool(fake(), timeout=30.0) as tool:
        assert tool.read([path])[path]["File:FileType"] == "JPEG"


def test_a_killed_process_is_started_again(photo):
    with ExifTool(find_exiftool("")) as tool:
        tool._process._process.kill()
        tool._process._process.wait()
        assert tool.read([photo()])[photo()]["File:FileType"] == "JPEG"
        tool._process._process.kill()
        assert tool.read([photo()])[photo()]["File:FileType"] == "JPEG"


def test_a_process_that_was_killed_says_so():
    process = Process(find_exiftool(""))
    process.run()
    process._process.kill()
    with pytest.raises(ProcessGone) as gone:
        process.ask(["-ver"], 20.0)
    assert gone.value.how == "died"
    with pytest.raises(ProcessGone):
        process.ask(["-ver"], 20.0)
    process.terminate()


def test_an_ended_exiftool_leaves_nothing_behind(photo):
    tool = ExifTool(find_exiftool(""))
    tool.write([Job(photo(), PLAN)])
    process, folder = tool._process._process, Path(tool._folder.name)
    tool.close()
    tool.close()
    assert process.poll() is not None
    assert not folder.exists()
