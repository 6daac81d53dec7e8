import pytest

from batchcap.metadata.homes import Ask, Home, find_homes
from batchcap.metadata.sidecar import BELONGS, Folders, choose, seed, seed_path
from batchcap.photos.kinds import raw_name
from batchcap.records import Trouble


@pytest.fixture
def home_of(tmp_path, shelf, tool, exiftool):
    """Put files there, then ask where the words of the first one go."""

    def ask(photo, *others, belongs="", sidecar=True):
        for name in (photo, *others):
            path = tmp_path / name
            if path.suffix.lower() == ".xmp":
                path.write_text(seed(tmp_path / "a.nef", ""), "utf-8")
                exiftool("-q", "-overwrite_original", f"-{BELONGS}={belongs}", path)
            else:
                ending = path.suffix.lower()[1:]
                path.write_bytes(shelf[f"{ending}.{ending}"])
        asked = Ask(tmp_path / photo, sidecar=sidecar, raw=raw_name(photo))
        return find_homes(tool, [asked], raw_name)[tmp_path / photo]

    return ask


@pytest.mark.parametrize(
    ("photo", "others", "name", "new"),
    [
        ("a.nef", (), "a.xmp", True),
        ("a.nef", ("a.xmp",), "a.xmp", False),
        ("a.nef", ("a.nef.xmp",), "a.nef.xmp", False),
        ("a.nef", ("a.xmp", "a.nef.xmp"), "a.xmp", False),
        ("A.NEF", ("a.Nef.XMP",), "a.Nef.XMP", False),
        ("a.nef", ("A.XMP",), "A.XMP", False),
        ("a.nef", ("a.jpg",), "a.xmp", True),  # Adobe embeds into the JPEG, name.xmp is the RAW's
        ("a.nef", ("a.jpg", "a.xmp"), "a.xmp", False),
        ("a.nef", ("a.cr2",), "a.nef.xmp", True),
        ("a.nef", ("a.cr2", "a.xmp"), "a.nef.xmp", True),
        ("a.nef", ("ab.xmp", "b.cr2", "a.b.cr2"), "a.xmp", True),
        ("a.b.nef", ("a.xmp",), "a.b.xmp", True),
        ("a.jpg", (), "a.jpg.xmp", True),
        ("a.jpg", ("a.xmp",), "a.jpg.xmp", True),
        ("a.jpg", ("a.jpg.xmp",), "a.jpg.xmp", False),
        ("a.dng", ("a.nef",), "a.dng.xmp", True),
    ],
)
def test_what_a_sidecar_is_called(home_of, photo, others, name, new):
    home = home_of(photo, *others)
    assert isinstance(home, Home)
    assert home.path.name == name
    assert bool(home.seed) == new == (home.seen is None)
    assert home.present["File:FileType"] == "XMP"


@pytest.mark.parametrize(
    ("photo", "others", "belongs", "name"),
    [
        ("a.nef", ("a.cr2", "a.xmp"), "NEF", "a.xmp"),
        ("a.nef", ("a.cr2", "a.xmp"), "CR2", "a.nef.xmp"),
        ("a.nef", ("a.xmp",), "jpg", "a.nef.xmp"),
        ("a.jpg", ("a.xmp",), "JPG", "a.xmp"),
    ],
)
def test_adobes_own_note_says_whose_a_sidecar_is(home_of, photo, others, belongs, name):
    assert home_of(photo, *others, belongs=belongs).path.name == name


def test_embedded_words_live_in_the_photo(home_of):
    home = home_of("a.jpg", "a.xmp", "a.jpg.xmp", sidecar=False)
    assert (home.path.name, home.seed) == ("a.jpg", "")
    assert home.present["File:FileType"] == "JPEG"


def test_a_sidecar_that_cannot_be_read_or_written_is_told(home_of, tmp_path):
    home_of("a.nef", "a.xmp")
    (tmp_path / "a.xmp").write_text("no XMP at all", "utf-8")
    assert home_of("a.nef").code == "unreadable"
    (tmp_path / "a.xmp").unlink()
    (tmp_path / "a.xmp").mkdir()
    assert home_of("a.nef").code == "not_a_file"


def test_a_new_sidecar_begins_with_the_packet_in_the_photo(tmp_path):
    photo = tmp_path / "a.Nef"
    assert seed(photo, '<?xpacket begin="x"?>...') == '<?xpacket begin="x"?>...'
    assert 'SidecarForExtension="NEF"' in seed(photo, "")
    assert 'SidecarForExtension="NEF"' in seed(photo, "base64:AAAA")
    assert seed_path(tmp_path / "a.xmp").name.startswith(".~batchcap~")


def test_an_extension_cannot_break_out_of_a_new_sidecar(tmp_path, tool):
    path = tmp_path / "new.xmp"
    path.write_text(seed(tmp_path / "a.n'\"<&", ""), "utf-8")
    assert tool.read([path])[path][BELONGS] == "N'\"<&"


def test_a_folder_that_cannot_be_listed_has_no_sidecars(tmp_path):
    folders = Folders(raw_name)
    photo = tmp_path / "gone" / "a.nef"
    assert folders.sidecars(photo) == {}
    assert not folders.shared(photo)


def test_an_unreadable_note_is_no_note(tmp_path):
    short = tmp_path / "a.xmp"
    read = {short: Trouble("unreadable", "x")}
    assert choose(tmp_path / "a.nef", {"short": short}, read, alone=True) == short
    assert choose(tmp_path / "a.jpg", {"short": short}, read, alone=False).name == "a.jpg.xmp"
