import os
import stat
import sys

import pytest

from batchcap.metadata.patch import make_patch
from batchcap.metadata.replace import (
    Stamp,
    clean,
    draft_path,
    no_place,
    obstacle,
    place,
    remove,
    stamp,
    swap,
)


@pytest.fixture
def pair(tmp_path):
    original = tmp_path / "my photo é.jpg"
    original.write_bytes(b"old")
    os.utime(original, ns=(10**18, 10**18))
    draft = draft_path(original)
    draft.write_bytes(b"new")
    return original, draft


def test_the_new_file_takes_the_place(pair):
    original, draft = pair
    assert swap(draft, original, keep_time=False) is None
    assert original.read_bytes() == b"new"
    assert original.stat().st_mtime_ns > 10**18
    assert list(original.parent.iterdir()) == [original]


def test_the_time_is_kept_on_request(pair):
    original, draft = pair
    assert swap(draft, original, keep_time=True, seen=stamp(original)) is None
    assert original.stat().st_mtime_ns == 10**18


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_permission_bits_are_kept(pair):
    original, draft = pair
    original.chmod(0o640)
    assert swap(draft, original, keep_time=False) is None
    assert stat.S_IMODE(original.stat().st_mode) == 0o640


def assert_refused(pair, code, **options):
    original, draft = pair
    trouble = swap(draft, original, keep_time=False, **options)
    assert trouble is not None
    assert trouble.code == code
    assert original.read_bytes() == b"old"
    assert not draft.exists()


def test_a_file_changed_meanwhile_is_left_alone(pair):
    assert_refused(pair, "changed", seen=Stamp(3, 17))


def test_a_read_only_file_is_left_alone(pair):
    pair[0].chmod(stat.S_IREAD)
    assert_refused(pair, "read_only")
    pair[0].chmod(stat.S_IREAD | stat.S_IWRITE)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows folders have no such bit")
def test_a_read_only_folder_is_left_alone(pair):
    original, _ = pair
    original.parent.chmod(0o555)
    trouble = obstacle(original)
    original.parent.chmod(0o755)
    assert trouble is not None
    assert trouble.code == "read_only_folder"


def test_a_hard_linked_file_is_left_alone_unless_allowed(pair):
    original, draft = pair
    other = original.with_name("other name.jpg")
    os.link(original, other)
    assert_refused(pair, "hard_link")
    draft.write_bytes(b"new")
    assert swap(draft, original, keep_time=False, hard_links=True) is None
    assert original.read_bytes() == b"new"
    assert other.read_bytes() == b"old"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_is_left_alone(pair):
    original, _ = pair
    link = original.with_name("link.jpg")
    link.symlink_to(original)
    trouble = obstacle(link)
    assert trouble is not None
    assert trouble.code == "symlink"


def test_what_is_gone_or_no_file_is_told(tmp_path):
    codes = [obstacle(tmp_path / "gone.jpg"), obstacle(tmp_path)]
    assert [each.code for each in codes if each] == ["gone", "not_a_file"]


def test_a_missing_new_file_leaves_the_original(pair):
    pair[1].unlink()
    assert_refused(pair, "not_replaced")


def test_clean_takes_only_our_strays(pair):
    original, draft = pair
    (original.parent / ".~other").write_bytes(b"x")
    assert clean(original.parent) == 1
    assert not draft.exists()
    assert len(list(original.parent.iterdir())) == 2


@pytest.fixture
def made(tmp_path):
    """A draft of a file that is not there yet."""
    path = tmp_path / "new é.xmp"
    draft = draft_path(path)
    draft.write_bytes(b"new")
    return path, draft


def test_a_new_file_gets_its_name(made):
    path, draft = made
    assert no_place(path) is None
    assert place(draft, path) is None
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_nlink == 1


def test_a_file_that_came_meanwhile_is_never_overwritten(made):
    path, draft = made
    path.write_bytes(b"another program's")
    assert no_place(path).code == "changed"
    assert place(draft, path).code == "changed"
    assert path.read_bytes() == b"another program's"
    assert not draft.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows folders have no such bit")
def test_nothing_new_is_made_in_a_read_only_folder(made):
    path, draft = made
    path.parent.chmod(0o555)
    trouble = no_place(path)
    path.parent.chmod(0o755)
    assert trouble.code == "read_only_folder"
    assert draft.exists()


def test_a_file_we_made_is_removed_and_only_as_we_made_it(tmp_path):
    path = tmp_path / "a.xmp"
    path.write_bytes(b"ours")
    ours = make_patch(None, path)
    path.write_bytes(b"ours, and hers")
    assert remove(path, ours).code == "changed"
    assert path.exists()
    path.write_bytes(b"ours")
    assert remove(path, ours) is None
    assert not path.exists()
    assert remove(path, ours) is None  # gone already


def test_a_draft_that_is_gone_makes_nothing(made):
    path, draft = made
    draft.unlink()
    assert place(draft, path).code == "not_replaced"
    assert not path.exists()
