import os
import sys
import unicodedata
from pathlib import Path

import pytest

from batchcap.errors import UsageError
from batchcap.photos.scan import scan

JPEGS = (".jpg", ".jpeg")
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
raw_names = pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes such names")


def put(root, *paths):
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"data")


def paths(root, *chosen, extensions=JPEGS):
    return [each.path for each in scan(root, extensions, chosen)]


def codes(root):
    return {each.path: each.trouble.code if each.trouble else "" for each in scan(root, JPEGS)}


def test_files_come_before_folders_and_each_by_name(tmp_path):
    put(tmp_path, "b/2.jpg", "z.jpg", "b/a/1.jpg", "a/9.jpg", "b/10.jpg", "c.jpg", "D/x.jpg")
    expected = ["c.jpg", "z.jpg", "D/x.jpg", "a/9.jpg", "b/10.jpg", "b/2.jpg", "b/a/1.jpg"]
    assert paths(tmp_path) == expected


def test_a_sighting_holds_size_and_time(tmp_path):
    put(tmp_path, "one.jpg")
    os.utime(tmp_path / "one.jpg", ns=(5_000_000_000, 7_000_000_000))
    (found,) = scan(tmp_path, JPEGS)
    assert (found.size, found.mtime_ns, found.trouble) == (4, 7_000_000_000, None)


@pytest.mark.parametrize("extensions", [(".jpg",), (".JPG",), ("jpg",)])
def test_extensions_match_in_any_case(tmp_path, extensions):
    put(tmp_path, "a.jpg", "b.JPG", "c.Jpg", "d.jpeg", "e.jpg.txt", "jpg")
    assert paths(tmp_path, extensions=extensions) == ["a.jpg", "b.JPG", "c.Jpg"]


def test_hidden_names_and_thumbnail_folders_are_passed_over(tmp_path):
    put(tmp_path, "a.jpg", "._a.jpg", ".~batchcap~a.jpg", ".git/b.jpg", "@eaDir/c.jpg", "d/.e.jpg")
    assert paths(tmp_path) == ["a.jpg"]


@pytest.mark.parametrize("name", ["Zoë 🌷.jpg", "-dash.jpg", "two  spaces.jpg", "100%'\".jpg"])
@posix
def test_odd_names_are_kept(tmp_path, name):
    put(tmp_path, f"Łódź/{name}")
    assert codes(tmp_path) == {f"Łódź/{name}": ""}


@raw_names
def test_decomposed_letters_stay_decomposed(tmp_path):
    name = unicodedata.normalize("NFD", "é.jpg")
    put(tmp_path, name)
    assert paths(tmp_path) == [name]


def test_paths_restrict_the_walk_and_keep_its_order(tmp_path):
    put(tmp_path, "a/1.jpg", "a/2.jpg", "b/c/3.jpg", "b/4.jpg", "ab/5.jpg")
    assert paths(tmp_path, "b", "a/2.jpg") == ["a/2.jpg", "b/4.jpg", "b/c/3.jpg"]
    assert paths(tmp_path, "b/c/", "b/c/3.jpg", "b") == ["b/4.jpg", "b/c/3.jpg"]
    assert paths(tmp_path, "b\\c\\3.jpg") == ["b/c/3.jpg"]
    assert paths(tmp_path, str(tmp_path / "a")) == ["a/1.jpg", "a/2.jpg"]
    assert paths(tmp_path, "b/../a/1.jpg") == ["a/1.jpg"]
    assert len(paths(tmp_path, ".")) == len(paths(tmp_path)) == 5


def test_another_spelling_of_a_path_is_the_same_photo_where_the_disk_says_so(tmp_path):
    put(tmp_path, "Foto/É.jpg")
    typed = "foto/" + unicodedata.normalize("NFD", "é.JPG")
    if os.path.lexists(tmp_path / typed):
        assert paths(tmp_path, typed) == paths(tmp_path)
    else:
        with pytest.raises(UsageError):
            scan(tmp_path, JPEGS, [typed])


@pytest.mark.parametrize(
    "path", ["nope.jpg", "a/nope", "nope/1.jpg", "../outside.jpg", "a/1.jpg/x"]
)
def test_a_path_that_is_not_there_is_named(tmp_path, path):
    root = tmp_path / "photo"
    put(root, "a/1.jpg")
    put(tmp_path, "outside.jpg")
    with pytest.raises(UsageError) as caught:
        scan(root, JPEGS, [path])
    assert path in caught.value.message
    assert caught.value.hint


def test_an_absolute_path_elsewhere_is_refused(tmp_path):
    put(tmp_path, "photo/1.jpg", "photos/2.jpg")
    with pytest.raises(UsageError, match="does not lie in"):
        scan(tmp_path / "photo", JPEGS, [str(tmp_path / "photos" / "2.jpg")])


def test_a_missing_root_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        scan(tmp_path / "gone", JPEGS)
    assert "photos.root" in caught.value.hint


def test_a_relative_root_works(tmp_path, monkeypatch):
    put(tmp_path, "photo/a/1.jpg")
    monkeypatch.chdir(tmp_path)
    assert paths(Path("photo"), "a") == ["a/1.jpg"]
    assert paths(Path("photo"), str(tmp_path / "photo" / "a")) == ["a/1.jpg"]


def test_an_empty_file_is_a_row(tmp_path):
    (tmp_path / "none.jpg").touch()
    assert codes(tmp_path) == {"none.jpg": "empty"}


@posix
def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert codes(tmp_path) == {"pipe.jpg": "not_a_file"}


@posix
def test_links_are_rows_and_never_followed(tmp_path):
    root = tmp_path / "photo"
    put(root, "a/1.jpg")
    put(tmp_path, "elsewhere/2.jpg")
    (root / "good.jpg").symlink_to(root / "a/1.jpg")
    (root / "dangling.jpg").symlink_to(root / "gone.jpg")
    (root / "circle.jpg").symlink_to(root / "circle.jpg")
    (root / "other.txt").symlink_to(root / "a/1.jpg")
    (root / "away").symlink_to(tmp_path / "elsewhere")
    (root / "a" / "up").symlink_to(root)
    assert codes(root) == {
        "a/1.jpg": "",
        "a/up": "symlink_loop",
        "away": "symlink",
        "circle.jpg": "symlink_loop",
        "dangling.jpg": "symlink",
        "good.jpg": "symlink",
    }
    with pytest.raises(UsageError, match="behind a link"):
        scan(root, JPEGS, ["away/2.jpg"])
    assert paths(root, "away") == ["away"]


@posix
def test_a_root_that_is_a_link_is_walked(tmp_path):
    put(tmp_path, "real/1.jpg")
    (tmp_path / "photo").symlink_to(tmp_path / "real")
    assert paths(tmp_path / "photo") == ["1.jpg"]
    assert paths(tmp_path / "photo", str(tmp_path / "real" / "1.jpg")) == ["1.jpg"]


@raw_names
def test_names_that_cannot_be_stored_are_rows_with_a_path_that_can(tmp_path):
    for name in (b"bad\xff.jpg", b"bad\xfe.jpg", b"line\nbreak.jpg", b"fold\xff/in.jpg"):
        put(Path(os.fsdecode(os.fsencode(tmp_path))), os.fsdecode(name))
    found = list(scan(tmp_path, JPEGS))
    assert [each.trouble.code for each in found if each.trouble] == ["name"] * 4
    assert len({each.path for each in found}) == 4
    for each in found:
        each.path.encode("utf-8")
        assert each.path.isprintable()


@raw_names
def test_what_the_system_will_not_read_is_a_row_and_the_walk_goes_on(tmp_path):
    """A path longer than the system takes is unreadable for every user, root too."""
    put(tmp_path, "zz/last.jpg")
    part = "d" * 250
    here = os.open(tmp_path, os.O_RDONLY)
    limit = os.pathconf(tmp_path, "PC_PATH_MAX")
    length = len(os.fspath(tmp_path))
    while length <= limit:
        os.mkdir(part, dir_fd=here)
        inner = os.open(part, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here, length = inner, length + len(part) + 1
    os.close(here)
    found = list(scan(tmp_path, JPEGS))
    assert [each.trouble.code if each.trouble else "" for each in found] == ["unreadable", ""]
    assert found[1].path == "zz/last.jpg"


@posix
def test_a_file_without_read_permission_is_a_row_unless_we_may_read_everything(tmp_path):
    put(tmp_path, "shut.jpg")
    (tmp_path / "shut.jpg").chmod(0)
    expected = "" if os.access(tmp_path / "shut.jpg", os.R_OK) else "unreadable"
    assert codes(tmp_path) == {"shut.jpg": expected}


def test_the_walk_is_lazy(tmp_path):
    put(tmp_path, "a.jpg", "b/c.jpg")
    walk = scan(tmp_path, JPEGS)
    assert next(walk).path == "a.jpg"
    put(tmp_path, "b/d.jpg")
    assert [each.path for each in walk] == ["b/c.jpg", "b/d.jpg"]
