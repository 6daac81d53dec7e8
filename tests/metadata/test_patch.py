import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.metadata.patch import apply_patch, file_sha256, make_patch, read_head

BYTES = st.binary(max_size=400)


@given(BYTES, BYTES, BYTES, BYTES)
def test_any_two_files_round_trip(start, one, two, end):
    with tempfile.TemporaryDirectory() as folder:
        old, new, back = (Path(folder) / name for name in ("old", "new", "back"))
        old.write_bytes(start + one + end)
        new.write_bytes(start + two + end)
        patch = make_patch(old, new)
        apply_patch(new, patch, back)
        assert back.read_bytes() == old.read_bytes()
        head = read_head(patch)
        assert (head.old_sha256, head.new_sha256) == (file_sha256(old), file_sha256(new))
        assert head.start + head.end >= min(len(start) + len(end), head.old_size, head.new_size)


def test_a_big_file_with_a_changed_head_needs_a_small_patch(tmp_path):
    picture = bytes(range(256)) * 20000
    (tmp_path / "old").write_bytes(b"head" + picture)
    (tmp_path / "new").write_bytes(b"another head" + picture)
    patch = make_patch(tmp_path / "old", tmp_path / "new")
    assert len(patch) < 200
    apply_patch(tmp_path / "new", patch, tmp_path / "back")
    assert file_sha256(tmp_path / "back") == file_sha256(tmp_path / "old")


def test_a_file_changed_since_is_refused(tmp_path):
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "new").write_bytes(b"new")
    patch = make_patch(tmp_path / "old", tmp_path / "new")
    (tmp_path / "new").write_bytes(b"neW")
    with pytest.raises(ValueError, match=r"^changed$"):
        apply_patch(tmp_path / "new", patch, tmp_path / "back")
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    "spoil", [lambda p: p[:20], lambda p: b"x" + p[1:], lambda p: p[:-4], lambda p: p[:120]]
)
def test_a_damaged_patch_leaves_nothing(tmp_path, spoil):
    (tmp_path / "old").write_bytes(b"old and longer " * 99)
    (tmp_path / "new").write_bytes(b"new")
    patch = spoil(make_patch(tmp_path / "old", tmp_path / "new"))
    with pytest.raises(ValueError, match="patch"):
        apply_patch(tmp_path / "new", patch, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_patch_of_other_bytes_is_found_out(tmp_path):
    (tmp_path / "old").write_bytes(b"old one")
    (tmp_path / "new").write_bytes(b"new one")
    (tmp_path / "other").write_bytes(b"odd one")
    good = make_patch(tmp_path / "old", tmp_path / "new")
    other = make_patch(tmp_path / "other", tmp_path / "new")
    with pytest.raises(ValueError, match="damaged"):
        apply_patch(tmp_path / "new", good[:100] + other[100:], tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_an_existing_target_is_left_alone(tmp_path):
    for name in ("old", "new", "back"):
        (tmp_path / name).write_bytes(name.encode())
    patch = make_patch(tmp_path / "old", tmp_path / "new")
    with pytest.raises(FileExistsError):
        apply_patch(tmp_path / "new", patch, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"back"
