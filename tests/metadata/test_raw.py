import io

from PIL import Image

from batchcap.metadata.raw import PACKET, Inside, look_inside, words_inside
from batchcap.records import Trouble

RAWS = ("dng.dng", "cr2.cr2", "nef.nef", "arw.arw", "pef.pef", "srw.srw")


def test_pictures_and_tags_come_out_of_every_raw(tmp_path, shelf, tool):
    paths = [tmp_path / name for name in RAWS]
    for path in paths:
        path.write_bytes(shelf[path.name])
    for path, inside in look_inside(tool, paths).items():
        assert isinstance(inside, Inside), path
        assert shelf["jpg.jpg"] in inside.pictures
        assert inside.tags["DateTimeOriginal"] == "2024:05:06 07:08:09"
        assert inside.tags["Orientation"] == "6"
        assert (inside.tags["Make"], inside.tags["Model"]) == ("Batchcap", "Test 1")
        assert inside.tags["ImageSize"] == "240 160"
        assert "GPSLatitude" not in inside.tags


def test_a_thumbnail_of_plain_pixels_is_a_tiff(tmp_path, shelf, tool):
    path = tmp_path / "a.nef"
    path.write_bytes(shelf["nef.nef"])
    pictures = look_inside(tool, [path])[path].pictures
    sizes = set()
    for each in pictures:
        with Image.open(io.BytesIO(each)) as image:
            sizes.add(tuple(sorted(image.size)))
    assert sizes == {(160, 240), (12, 16)}


def test_where_and_when_a_raw_was_made(tmp_path, shelf, tool, exiftool):
    path = tmp_path / "a.nef"
    path.write_bytes(shelf["nef.nef"])
    place = ("-GPSLatitude=38.5", "-GPSLatitudeRef=N", "-GPSLongitude=9.25", "-GPSLongitudeRef=W")
    exiftool("-q", "-overwrite_original", *place, "-OffsetTimeOriginal=+02:00", path)
    tags = look_inside(tool, [path])[path].tags
    assert (tags["GPSLatitude"], tags["GPSLongitude"]) == ("38.5", "-9.25")
    assert tags["OffsetTimeOriginal"] == "+02:00"


def test_what_is_no_raw_is_told_and_costs_only_itself(tmp_path, shelf, tool):
    (tmp_path / "a.nef").write_bytes(b"no RAW at all")
    (tmp_path / "b.nef").write_bytes(shelf["nef.nef"])
    found = look_inside(tool, [tmp_path / name for name in ("a.nef", "b.nef", "gone.nef")])
    assert found[tmp_path / "a.nef"].pictures == ()
    assert isinstance(found[tmp_path / "b.nef"], Inside)
    assert isinstance(found[tmp_path / "gone.nef"], Trouble)


def test_a_persons_words_come_out_of_a_raw_as_they_were(tmp_path, shelf, tool, exiftool):
    path = tmp_path / "a.nef"
    path.write_bytes(shelf["nef.nef"])
    hers = ("-XMP-dc:Title=José <日本>", "-XMP-dc:Subject=True", "-EXIF:XPTitle=Hers")
    exiftool("-q", "-overwrite_original", *hers, path)
    words = words_inside(tool, [path])[path]
    assert words["XMP-dc:Title"] == "José <日本>"
    assert words["XMP-dc:Subject"] == "True"
    assert words["EXIF:XPTitle"] == "Hers"
    assert words["File:FileType"] == "NEF"
    assert words[PACKET].startswith("<?xpacket")
    assert not [tag for tag in words if "Image" in tag]
