import contextlib
import hashlib
import io
import json
import os
import secrets
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from batchcap.photos.digest import image_digest, stream_digest, stream_shows
from batchcap.photos.refusals import Refused

METADATA = st.tuples(
    st.sampled_from([*range(0xE0, 0xF0), 0xFE]), st.binary(max_size=300), st.booleans()
)


def digest(data):
    return stream_digest(io.BytesIO(data), "JPEG")


def spliced(jpeg, at, segments):
    """Insert segments, some of them behind fill bytes, before the header's segment number at."""
    place = 2
    for _ in range(at):
        if jpeg[place + 1] == 0xDA:
            break
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
    extra = b"".join(
        (b"\xff\xff" if filled else b"")
        + bytes((0xFF, marker))
        + (len(data) + 2).to_bytes(2, "big")
        + data
        for marker, data, filled in segments
    )
    return jpeg[:place] + extra + jpeg[place:]


@pytest.fixture(scope="module")
def baseline(paint, encode):
    return encode(paint(), quality=90, restart_marker_rows=1)


@pytest.fixture(scope="module")
def progressive(paint, encode):
    return encode(paint(400, 300), progressive=True)


@given(st.integers(0, 9), st.lists(METADATA, max_size=5), st.binary(max_size=50))
def test_metadata_and_trailers_leave_it_alone(baseline, at, segments, trailer):
    assert digest(spliced(baseline, at, segments) + trailer) == digest(baseline)


@given(st.integers(0, 9), st.lists(METADATA, max_size=3))
def test_progressive_pictures_too(progressive, at, segments):
    assert digest(spliced(progressive, at, segments)) == digest(progressive)


@given(METADATA)
def test_metadata_between_two_scans_leaves_it_alone(progressive, segment):
    marker, data, _ = segment
    second = progressive.index(b"\xff\xda", progressive.index(b"\xff\xda") + 2)
    added = bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2, "big") + data
    changed = progressive[:second] + added + progressive[second:]
    with Image.open(io.BytesIO(changed)) as one, Image.open(io.BytesIO(progressive)) as other:
        assert one.tobytes() == other.tobytes()
    assert digest(changed) == digest(progressive)


@given(st.data())
def test_any_change_in_a_scan_changes_it_or_breaks_it(baseline, progressive, data):
    jpeg = data.draw(st.sampled_from([baseline, progressive]))
    first = jpeg.index(b"\xff\xda")
    place = data.draw(st.integers(first + 2, len(jpeg) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != jpeg[place]))
    changed = jpeg[:place] + bytes((byte,)) + jpeg[place + 1 :]
    try:
        assert digest(changed) != digest(jpeg)
    except Refused:
        return


def test_tables_count_as_picture(baseline):
    table = baseline.index(b"\xff\xdb") + 10
    changed = baseline[:table] + bytes((baseline[table] ^ 1,)) + baseline[table + 1 :]
    assert digest(changed) != digest(baseline)


FRAME = b"\xff\xc0\0\x0b\x08\0\x20\0\x20\x01\x01\x11\0"
SCAN = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0"


@pytest.mark.parametrize("size", [0, 1, 2**14 - 2, 2**14 - 1, 2**14, 3 * 2**14 - 2, 3 * 2**14 - 1])
def test_a_marker_across_two_chunks_is_seen(size):
    picture = FRAME + SCAN + b"\x01" * size + b"\xff\x00\xff\xd0\x02\xff\xff\xd9"
    expected = hashlib.sha256(b"\xff\xd8" + picture).hexdigest()
    for trailer in (b"", b"\xff\xd8\xff\xd9", b"x" * 2**15):
        assert digest(b"\xff\xd8" + picture + trailer) == f"sha256:{expected}"


@pytest.mark.parametrize("end", [b"", b"\xff", b"\x01\xff\xff", b"\xff\xe1\0\x09abc"])
def test_a_picture_without_end_is_truncated(end):
    with pytest.raises(Refused) as caught:
        digest(b"\xff\xd8" + FRAME + SCAN + end)
    assert caught.value.trouble.code == "truncated"


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xd9",
        SCAN + b"\xff\xd9",
        b"\xff\xe0\0\x01",
        b"\xff\xc0\0\x0b\x08\0\0\0\x20\x01\x01\x11\0" + SCAN + b"\xff\xd9",
        FRAME + SCAN + SCAN * 2500 + b"\xff\xd9",
        b"\xff\xe0\0\x02" * 20_001 + FRAME + SCAN + b"\xff\xd9",
        b"\0" * 70_000 + FRAME + SCAN + b"\xff\xd9",
        b"\xff\x01" * 70_000 + FRAME + SCAN + b"\xff\xd9",
    ],
)
def test_nonsense_is_broken_and_soon_said(body):
    with pytest.raises(Refused) as caught:
        digest(b"\xff\xd8" + body)
    assert caught.value.trouble.code == "broken"


def test_a_thumbnail_with_its_own_end_is_metadata(baseline, paint, encode, with_segment):
    thumbnail = encode(paint(32, 32))
    assert digest(with_segment(baseline, 0xE1, b"Exif\0\0" + thumbnail)) == digest(baseline)


def test_a_gif_is_known_by_its_pixels(tmp_path, paint, encode):
    picture = paint()
    plain, other = tmp_path / "a.gif", tmp_path / "b.jpg"
    plain.write_bytes(encode(picture, "GIF"))
    other.write_bytes(encode(picture, "GIF", comment=b"a comment"))
    assert image_digest(plain) == image_digest(other)
    assert image_digest(plain).startswith("pixels:")
    picture.paste((0, 0, 0), (80, 50, 96, 64))
    other.write_bytes(encode(picture, "GIF"))
    assert image_digest(plain) != image_digest(other)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WebP"])
def test_every_decoded_format_has_a_digest(tmp_path, paint, encode, kind):
    (tmp_path / "a").write_bytes(encode(paint(), kind))
    assert image_digest(tmp_path / "a") == image_digest(tmp_path / "a")


def test_a_palette_counts_as_pixels(tmp_path, paint, encode):
    picture = paint().quantize(4)
    (tmp_path / "a").write_bytes(encode(picture, "PNG"))
    picture.putpalette([255 - value for value in picture.getpalette()])
    (tmp_path / "b").write_bytes(encode(picture, "PNG"))
    assert image_digest(tmp_path / "a") != image_digest(tmp_path / "b")


def test_what_is_not_there_or_no_image_raises(tmp_path, paint, encode):
    with pytest.raises(FileNotFoundError):
        image_digest(tmp_path / "gone.jpg")
    (tmp_path / "text.jpg").write_text("nothing to see", encoding="utf-8")
    (tmp_path / "half.png").write_bytes(encode(paint(), "PNG")[:200])
    (tmp_path / "half.gif").write_bytes(encode(paint(), "GIF")[:100])
    for name in ("text.jpg", "half.png", "half.gif"):
        with pytest.raises(ValueError, match=r"is|ends|cannot"):
            image_digest(tmp_path / name)


def retagged(folder):
    """Write IPTC, XMP and EXIF into every photo of a folder with the real ExifTool."""
    words = ["tulip", "Übergröße", "花"]
    tags = {
        "SourceFile": "*",
        "IPTC:CodedCharacterSet": "UTF8",
        "IPTC:Headline": "A headline",
        "IPTC:Caption-Abstract": "What is seen " * 30,
        "IPTC:Keywords": words,
        "XMP-dc:Description": "What is seen " * 30,
        "XMP-dc:Subject": words,
        "Photoshop:IPTCDigest": "new",
    }
    plan = folder / "plan.json"
    plan.write_text(json.dumps([tags]), encoding="utf-8")
    photos = sorted(folder.glob("*.jpg"))
    command = ["exiftool", "-m", "-q", "-overwrite_original"]
    names = [os.fspath(each) for each in photos]
    subprocess.run([*command, f"-json={plan}", *names], check=True, capture_output=True)
    # ExifTool refuses to touch a directory with a bad entry: one real photo's EXIF stays as it is.
    description = f"-EXIF:ImageDescription=What is seen {secrets.token_hex(20)}"
    done = subprocess.run(
        [*command, description, *names], check=False, capture_output=True, encoding="utf-8"
    )
    assert done.stderr.count("Error") == done.stderr.count("Bad format (0) for IFD0 entry")
    return photos


def test_exiftool_does_not_change_it(tmp_path, paint, encode, with_segment, real_photos):
    painted = encode(paint(300, 200), icc_profile=b"no profile", comment=b"a comment")
    pictures = [paint(300, 200), paint(200, 300)]
    made = {
        "plain": painted,
        "fill": painted[:2] + b"\xff\xff" + painted[2:],
        "junk": painted[:20] + b"\0\0" + painted[20:],
        "trailer": painted + b"\0" * 5000,
        "progressive": encode(paint(300, 200), progressive=True),
        "photoshop": with_segment(painted, 0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\0\0\0"),
        "two": encode(pictures[0], "MPO", save_all=True, append_images=pictures[1:]),
        "samsung": painted + b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1700000000000"
        b"SEFHk\0\0\0\x01\0\0\0\0\0\x01\x0a#\0\0\0#\0\0\0\x18\0\0\0SEFT",
    }
    for name, data in made.items():
        (tmp_path / f"{name}.jpg").write_bytes(data)
    for number, photo in enumerate(real_photos):
        shutil.copyfile(photo, tmp_path / f"real{number}.jpg")
    before = {path.name: (image_digest(path), path.read_bytes()) for path in tmp_path.glob("*.jpg")}
    for _ in range(2):
        for path in retagged(tmp_path):
            assert path.read_bytes() != before[path.name][1], path
            assert image_digest(path) == before[path.name][0], path


@given(st.integers(0, 9), st.lists(METADATA, max_size=3), st.binary(max_size=50))
def test_a_picture_is_known_by_its_digest_whatever_stands_around_it(
    baseline, progressive, at, segments, trailer
):
    for jpeg in (baseline, progressive):
        stream = io.BytesIO(spliced(jpeg, at, segments) + trailer)
        assert stream_shows(stream, "JPEG", digest(jpeg))


@given(data=st.data())
def test_another_picture_is_never_taken_for_it(baseline, progressive, data):
    jpeg = data.draw(st.sampled_from([baseline, progressive]))
    other = bytearray(jpeg)
    place = data.draw(st.integers(2, len(jpeg) - 1))
    other[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(Refused):
        told = stream_shows(io.BytesIO(bytes(other)), "JPEG", digest(jpeg))
        assert told is (digest(bytes(other)) == digest(jpeg))


def test_more_pictures_behind_the_first_are_no_part_of_it(baseline):
    jpeg = spliced(baseline, 1, [(0xE2, b"MPF\x00" + bytes(60), False)])
    assert stream_shows(io.BytesIO(jpeg + baseline), "JPEG", digest(baseline))
