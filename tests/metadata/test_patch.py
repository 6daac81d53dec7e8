import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.metadata.patch import (
    apply_patch,
    file_of,
    is_restored,
    is_written,
    made_new,
    make_patch,
    read_head,
)

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
        assert (head.old_size, head.new_size) == (old.stat().st_size, new.stat().st_size)
        assert is_restored(old, patch)
        assert is_written(new, patch)
        alike = old.read_bytes() == new.read_bytes()
        assert is_restored(new, patch) is is_written(old, patch) is alike
        assert head.start + head.end >= min(len(start) + len(end), head.old_size, head.new_size)


def test_a_big_file_with_a_changed_head_needs_a_small_patch(tmp_path):
    picture = bytes(range(256)) * 20000
    (tmp_path / "old").write_bytes(b"head" + picture)
    (tmp_path / "new").write_bytes(b"another head" + picture)
    patch = make_patch(tmp_path / "old", tmp_path / "new")
    assert len(patch) < 200
    apply_patch(tmp_path / "new", patch, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == (tmp_path / "old").read_bytes()


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
        apply_patch(tmp_path / "new", good[:102] + other[102:], tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_an_existing_target_is_left_alone(tmp_path):
    for name in ("old", "new", "back"):
        (tmp_path / name).write_bytes(name.encode())
    patch = make_patch(tmp_path / "old", tmp_path / "new")
    with pytest.raises(FileExistsError):
        apply_patch(tmp_path / "new", patch, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"back"


PARTS = st.lists(st.integers(0, 7), max_size=12)


@given(PARTS, PARTS)
def test_parts_in_another_order_round_trip(first, second):
    parts = [random.Random(number).randbytes(900 * number) for number in range(8)]  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        old, new, back = (Path(folder) / name for name in ("old", "new", "back"))
        old.write_bytes(b"old" + b"-".join(parts[number] for number in first))
        new.write_bytes(b"new" + b"+".join(parts[number] for number in second))
        patch = make_patch(old, new)
        apply_patch(new, patch, back)
        assert back.read_bytes() == old.read_bytes()


def test_a_picture_that_moved_is_not_kept_twice(tmp_path):
    """As in a TIFF: the tags were behind the picture and now lie before it."""
    picture = random.Random(1).randbytes(3_000_000)  # noqa: S311
    white = b"\xff" * 200_000
    old = b"II*\0head" + picture[:1_000_000] + white + picture[1_000_000:] + b"old tags" * 20
    new = (
        b"II*\0HEAD" + b"new tags" * 900 + picture[:1_000_000] + white + b"\0" + picture[1_000_000:]
    )
    (tmp_path / "old").write_bytes(old)
    (tmp_path / "new").write_bytes(new)
    patch = make_patch(tmp_path / "old", tmp_path / "new")
    assert len(patch) < 1000
    apply_patch(tmp_path / "new", patch, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == old


def test_a_patch_knows_the_file_beside_the_photo(tmp_path):
    photo = tmp_path / "a.nef"
    for name in ("old", "new"):
        (tmp_path / name).write_text(name, "utf-8")
    patch = make_patch(tmp_path / "old", tmp_path / "new", "Łódź 📷.xmp")
    assert read_head(patch).name == "Łódź 📷.xmp"
    assert file_of(photo, patch) == tmp_path / "Łódź 📷.xmp"
    apply_patch(tmp_path / "new", patch, tmp_path / "back")
    assert (tmp_path / "back").read_text("utf-8") == "old"
    assert file_of(photo, make_patch(tmp_path / "old", tmp_path / "new")) == photo
    assert file_of(photo, b"damaged") == photo
    assert not made_new(patch)
    assert not made_new(b"damaged")
    assert not is_written(tmp_path / "new", b"damaged")


# Made by the format's second and third form: digests of whole files, by SHA-256 and by BLAKE3.
OLDER = {
    "bcp2": "62637032000000000000001a0000000000000023000000000000000000000000000000173364806b1268d850eb65"
    "2d27304995df2b02b3583de573975b98065e3db65ad7b563e5083c4c04cfcbfa291601bd729bdaee37610b8a7f04"
    "20465663ab7c7bef0005612e786d70789c636000034608c5c0cc8006f273520003040144",
    "bcp3": "62637033000000000000001a00000000000000230000000000000000000000000000"
    "0017e243d98eee7d2bc6677b4266bc9005b130ca525ff89cae9cceb4f466e2a73cf8c10013fc3e600b1da38a5886"
    "d6f9290fdf89470b0193febb73d0b080d3673c500000789c636000034608c5c0cc8006f273520003040144",
}


@pytest.mark.parametrize("form", OLDER)
def test_a_patch_of_an_older_batchcap_still_leads_back(tmp_path, form):
    patch = bytes.fromhex(OLDER[form])
    new, back = tmp_path / "new", tmp_path / "back"
    new.write_bytes(b"new and more words, and the picture")
    assert is_written(new, patch)
    apply_patch(new, patch, back)
    assert back.read_bytes() == b"old words, and the picture"
    assert is_restored(back, patch)
    new.write_bytes(b"new and more words, and a picture..")
    back.unlink()
    with pytest.raises(ValueError, match=r"^changed$"):
        apply_patch(new, patch, back)


@given(BYTES, BYTES, BYTES, st.integers(0, 20))
def test_an_end_that_is_known_is_not_compared(one, two, end, more):
    """Nor is it believed where the files have become shorter than it since."""
    with tempfile.TemporaryDirectory() as folder:
        old, new, back = (Path(folder) / name for name in ("old", "new", "back"))
        old.write_bytes(one + end)
        new.write_bytes(two + end)
        shorter = min(len(one + end), len(two + end))
        known = len(end) if more < 15 else shorter + more
        patch = make_patch(old, new, tail=known)
        apply_patch(new, patch, back)
        assert back.read_bytes() == old.read_bytes()
        assert is_written(new, patch)
        assert is_restored(old, patch)
        assert read_head(patch).end >= len(end) - read_head(patch).start
        new.write_bytes(two + end + b"x")
        assert not is_written(new, patch)


def test_where_there_was_no_file_the_patch_says_so(tmp_path):
    (tmp_path / "new").write_bytes(b"new")
    patch = make_patch(None, tmp_path / "new", "a.xmp")
    assert made_new(patch)
    assert read_head(patch).name == "a.xmp"
    assert is_written(tmp_path / "new", patch)
    assert not is_restored(tmp_path / "new", patch)
    with pytest.raises(ValueError, match="no file"):
        apply_patch(tmp_path / "new", patch, tmp_path / "back")
    assert not (tmp_path / "back").exists()


@given(st.data())
def test_no_damage_to_a_patch_gives_other_bytes(data):
    with tempfile.TemporaryDirectory() as folder:
        old, new, back = (Path(folder) / name for name in ("old", "new", "back"))
        old.write_bytes(b"one two three" * 9)
        new.write_bytes(b"three two one" * 7)
        patch = bytearray(make_patch(old, new, "a.xmp"))
        place = data.draw(st.integers(0, len(patch) - 1))
        patch[place] ^= data.draw(st.integers(1, 255))
        try:
            apply_patch(new, bytes(patch), back)
        except ValueError:
            assert not back.exists()
        else:
            assert back.read_bytes() == old.read_bytes()
