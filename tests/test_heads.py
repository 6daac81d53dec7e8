"""Photos written by their heads: the same bytes as ExifTool alone makes, or written whole."""

import io
import random
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from batchcap.drafting import draft_chunk, put
from batchcap.heads import join_head, take_heads
from batchcap.metadata.exiftool import ExifTool, Job, find_exiftool
from batchcap.metadata.patch import apply_patch, is_restored, is_written
from batchcap.metadata.tags import TagPolicy, Words
from batchcap.photos.digest import image_digest
from batchcap.writing import Ready, Refused, Wanted

TAGS = {
    "title": ("XMP-dc:Title", "IPTC:ObjectName"),
    "description": ("XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"),
    "keywords": ("XMP-dc:Subject", "IPTC:Keywords"),
}
WORDS = Words({"title": "A pier", "description": "A pier in the fog", "keywords": ("pier", "fog")})
SECRET = b"what lies behind a picture"


def jpeg(**options: object) -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((90, 60), 90).convert("RGB").save(stream, "JPEG", **options)
    return stream.getvalue()


PLAIN = jpeg(quality=90)
EXIF = Image.Exif()
EXIF[0x010E] = "old words"
KINDS = {
    "plain": PLAIN,
    "progressive": jpeg(progressive=True),
    "exif": jpeg(exif=EXIF, comment=b"a comment"),
    "profile": jpeg(icc_profile=random.Random(5).randbytes(70_000)),  # noqa: S311
    "restarts": jpeg(restart_marker_blocks=2),
    "grey": jpeg(subsampling=0, optimize=True),
}
BEHIND = {
    "words": PLAIN + SECRET,
    "a picture": PLAIN + jpeg(quality=20),
    "an end": PLAIN + SECRET + b"\xff\xd9",
}


@pytest.fixture(scope="module")
def tool() -> Iterator[ExifTool]:
    with ExifTool(find_exiftool("")) as started:
        yield started


def wanted(photo: Path, digest: str = "") -> Wanted:
    return Wanted(photo.name, photo, digest or image_digest(photo), WORDS, TagPolicy(TAGS))


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_is_byte_for_byte_what_exiftool_makes_of_the_whole_photo(
    tool: ExifTool, tmp_path: Path, kind: str
) -> None:
    photo = tmp_path / "größe 📷.jpg"
    photo.write_bytes(KINDS[kind])
    assert take_heads([photo], tmp_path)
    (ready,) = draft_chunk(tool, [wanted(photo)])
    assert isinstance(ready, Ready)
    made = ready.draft.read_bytes()
    whole = tool.write([Job(photo, ready.plan)])[photo]
    assert made == whole.path.read_bytes()
    assert put(ready, keep_time=False) is None
    assert is_written(photo, ready.patch)
    apply_patch(photo, ready.patch, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == KINDS[kind]
    assert is_restored(tmp_path / "back", ready.patch)


@pytest.mark.parametrize("kind", BEHIND)
def test_what_lies_behind_a_picture_stays_there(tool: ExifTool, tmp_path: Path, kind: str) -> None:
    """As long as the words before it grow, ExifTool alone knows what has to move with them."""
    photo = tmp_path / "a.jpg"
    photo.write_bytes(BEHIND[kind])
    (ready,) = draft_chunk(tool, [wanted(photo)])
    assert isinstance(ready, Ready)
    made = ready.draft.read_bytes()
    whole = tool.write([Job(photo, ready.plan)])[photo]
    assert made == whole.path.read_bytes()
    assert made.endswith(BEHIND[kind][len(PLAIN) :])


def test_a_head_alone_is_taken_of_a_jpeg_that_ends_with_its_picture(tmp_path: Path) -> None:
    index = b"\xff\xe2\x00\x0aMPF\x00\x00\x00\x00\x00"
    given = {
        "plain.jpg": PLAIN,
        "index.jpg": PLAIN[:2] + index + PLAIN[2:],
        "behind.jpg": PLAIN + SECRET,
        "cut.jpg": PLAIN[:-9],
        "words.jpg": b"not a picture",
        "empty.jpg": b"",
    }
    for name, data in given.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "heads").mkdir()
    heads = take_heads([tmp_path / name for name in [*given, "gone.jpg"]], tmp_path / "heads")
    (head,) = heads.values()
    assert list(heads) == [tmp_path / "plain.jpg"]
    assert head.length + head.rest == len(PLAIN)
    assert head.path.name == "plain.jpg"
    assert head.path.read_bytes() == PLAIN[: head.length] + b"\0"


def test_two_photos_of_one_name_have_a_head_each(tmp_path: Path) -> None:
    photos = [tmp_path / folder / "a.jpg" for folder in ("one", "two")]
    for number, photo in enumerate(photos):
        photo.parent.mkdir()
        photo.write_bytes(jpeg(comment=b"%d" % number))
    (tmp_path / "heads").mkdir()
    heads = take_heads(photos, tmp_path / "heads")
    assert [b"%d" % n in heads[each].path.read_bytes() for n, each in enumerate(photos)] == [
        True
    ] * 2


def test_another_picture_than_the_captioned_one_is_not_written(
    tool: ExifTool, tmp_path: Path
) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(PLAIN)
    (refused,) = draft_chunk(tool, [wanted(photo, f"sha256:{'0' * 64}")])
    assert isinstance(refused, Refused)
    assert [each.name for each in tmp_path.iterdir()] == ["a.jpg"]
    assert photo.read_bytes() == PLAIN


@pytest.mark.parametrize(
    "spoil", [lambda head: head + b"more", lambda head: head[:-1], lambda _: b"no picture"]
)
def test_a_head_that_came_back_otherwise_makes_no_draft(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    photo, draft = tmp_path / "a.jpg", tmp_path / "draft"
    photo.write_bytes(PLAIN)
    head = take_heads([photo], tmp_path)[photo]
    head.path.write_bytes(spoil(head.path.read_bytes()))
    trouble = join_head(photo, head.length, head.path, draft)
    assert trouble is not None
    assert "a.jpg" in trouble.message
    assert not draft.exists()


SEGMENTS = st.lists(
    st.tuples(st.sampled_from([0xE1, 0xE3, 0xEB, 0xED, 0xEF, 0xFE]), st.binary(max_size=40)),
    max_size=5,
)


@given(SEGMENTS, st.sampled_from(sorted(KINDS)))
@settings(max_examples=20, deadline=None)
def test_whatever_stands_in_a_head_is_written_as_exiftool_does(
    tool: ExifTool, segments: list[tuple[int, bytes]], kind: str
) -> None:
    data = KINDS[kind]
    extra = b"".join(
        bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body
        for marker, body in segments
    )
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "a.jpg"
        photo.write_bytes(data[:2] + extra + data[2:])
        (result,) = draft_chunk(tool, [wanted(photo)])
        if isinstance(result, Ready):
            made = result.draft.read_bytes()
            whole = tool.write([Job(photo, result.plan)])[photo]
            assert made == whole.path.read_bytes()
        else:
            assert isinstance(result, Refused)
            assert [each.name for each in Path(folder).iterdir()] == ["a.jpg"]


def preview_cut_off() -> bytes:
    """Return a photo whose maker note leads behind its picture, where nothing is any more."""
    note = struct.pack(
        ">HHHI4sHHIIHHIII",
        *(3, 0, 7, 4, b"MLT0", 0x88, 4, 1, len(PLAIN) + 500, 0x89, 4, 1, 9000, 0),
    )
    camera = struct.pack(">IHHHIIHHIII", 8, 2, 0x10F, 2, 8, 38, 0x8769, 4, 1, 46, 0) + b"Minolta\0"
    tiff = b"MM\0*" + camera + struct.pack(">HHHIII", 1, 0x927C, 7, len(note), 64, 0) + note
    exif = b"Exif\0\0" + tiff
    return PLAIN[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + PLAIN[2:]


def test_an_offset_behind_the_picture_leads_where_exiftool_lets_it_lead(
    tool: ExifTool, tmp_path: Path
) -> None:
    """ExifTool writes it anew as the end of the file: that of the photo, and never of a head."""
    photo = tmp_path / "a.jpg"
    photo.write_bytes(preview_cut_off())
    (ready,) = draft_chunk(tool, [wanted(photo)])
    assert isinstance(ready, Ready)
    assert "EXIF:ImageDescription" in ready.plan.values
    made = ready.draft.read_bytes()
    whole = tool.write([Job(photo, ready.plan)])[photo]
    assert made == whole.path.read_bytes()


def test_without_room_for_heads_photos_are_written_whole(
    tool: ExifTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(PLAIN)
    tool.read([photo])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    (ready,) = draft_chunk(tool, [wanted(photo)])
    assert isinstance(ready, Ready)
    assert put(ready, keep_time=False) is None
    assert is_written(photo, ready.patch)
