"""Photos painted on the spot, the real ExifTool, and one that dies or hangs on demand."""

import functools
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from batchcap.metadata.exiftool import Draft, ExifTool, Job, find_exiftool
from batchcap.metadata.patch import make_patch
from batchcap.metadata.readback import same_segments, verify
from batchcap.metadata.replace import stamp, swap
from batchcap.metadata.tags import TagPolicy, Words, authored, plan

TAG_MAP = {
    "title": ("XMP-dc:Title", "IPTC:ObjectName"),
    "headline": ("XMP-photoshop:Headline", "IPTC:Headline"),
    "description": ("XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"),
    "keywords": ("XMP-dc:Subject", "IPTC:Keywords"),
    "alt_text": ("XMP-iptcCore:AltTextAccessibility",),
    "long_description": ("XMP-iptcCore:ExtDescrAccessibility",),
    "country": ("XMP-photoshop:Country", "IPTC:Country-PrimaryLocationName"),
    "city": ("XMP-photoshop:City", "IPTC:City"),
}

FAKE = """
import os, subprocess, sys, time
REAL, VERSION = {real!r}, {version!r}
out, err = sys.stdout.buffer, sys.stderr.buffer
common = sys.argv[sys.argv.index("-common_args") + 1:]
config = sys.argv[sys.argv.index("-config") + 1]
args = []
for line in sys.stdin.buffer:
    arg = line.decode("utf-8").rstrip("\\n")
    if not arg.startswith("-execute"):
        args.append(arg)
        if args[-2:] == ["-stay_open", "False"]:
            break
        continue
    number = arg[len("-execute"):]
    mark = args[args.index("-echo4") + 1]
    names = [os.path.basename(a) for a in args]
    if any("hang" in n for n in names):
        time.sleep(600)
    if any("die" in n for n in names):
        for a in args:
            if a.endswith(".jpg") and "-o" in args:
                folder, name = os.path.split(a)
                open(os.path.join(folder, ".~batchcap~" + name), "wb").write(b"half")
        os._exit(9)
    if any("babble" in n for n in names):
        out.write(b"no JSON at all {{ready1}}")
    elif any("shout" in n for n in names):
        err.write(b"Warning: shouted\\n" * 50000)
        err.flush()
    if "-ver" in args and VERSION:
        out.write(VERSION.encode() + b"\\n")
        err.write(mark.encode() + b"\\n")
    elif not any("babble" in n for n in names):
        done = subprocess.run([REAL, "-config", config, *common, *args], capture_output=True)
        out.write(done.stdout)
        err.write(done.stderr)
    else:
        err.write(mark.encode() + b"\\n")
    out.write(b"{{ready" + number.encode() + b"}}\\n")
    out.flush()
    err.flush()
    args = []
"""


# Texts that a sign in a photo could bring a model to say; {canary} is a file none may make.
HOSTILE = [
    "evil\n-EXIF:Artist=pwned",
    "a sign says\n-if\nopen(F,'>{canary}')",
    "x\n-execute\n-Artist=pwned",
    "-tagsFromFile @",
    "-if open(F,'>{canary}')",
    "-execute99",
    "-o {canary}",
    "$(touch {canary}) `touch {canary}`",
    "${{HOME}} %ENV @ARGV $_ @{{[system('touch {canary}')]}}",
    "<script>alert(1)</script> &amp; ]]> <x:xmpmeta>",
    "=cmd|' /C calc'!A0",
    "null\0byte",
    "null",
    "true",
    "\ud83d",
    "👩\u200d👩\u200d👧\u200d👦 🏴 🇵🇹",
    "\u202eexe.gpj",
    "\u200fab",
    "\u05e9\u05dc\u05d5\u05dd",
    "quotes \" and ' and «» and \\ and \\\\ and \\n",
    "\\u000a-if",
    "base64:LWlm",
    "word " * 800,
    "語" * 1365,
    "\x1b[31mred",
    "<=/etc/hostname",
    "Title<=x",
    "#[CSTR]a\\nb",
    '{{"SourceFile":"*","EXIF:Artist":"pwned"}}',
    None,
    17,
    {"a": 1},
    ["a"],
]


def pytest_report_header() -> str:
    """Say which ExifTool is tested: `make newest` puts another one first on the PATH."""
    return f"ExifTool {raw('-ver').strip()} at {find_exiftool('')}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for ``hostile`` with each of these texts."""
    if "hostile" in metafunc.fixturenames:
        made = [functools.partial(_evil, each) for each in HOSTILE]
        metafunc.parametrize("hostile", made, ids=[str(n) for n in range(len(made))])


def _evil(text: object, canary: Path) -> object:
    if not isinstance(text, str):
        return text
    named = text.replace("{canary}", canary.as_posix())
    return named.replace("{{", "{").replace("}}", "}").strip()


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "canary"
    yield path
    assert not path.exists()


@pytest.fixture(scope="session")
def tool() -> Iterator[ExifTool]:
    with ExifTool(find_exiftool("")) as running:
        yield running


@pytest.fixture
def fake(tmp_path: Path) -> Callable[..., str]:
    """A program that is ExifTool, but hangs, dies or babbles over files so named."""

    def make(version: str = "") -> str:
        folder = tmp_path / "fake tool"
        folder.mkdir(exist_ok=True)
        script = folder / "fake.py"
        text = FAKE.format(real=find_exiftool(""), version=version)
        return program(script, text)

    return make


@pytest.fixture
def unconfigured(tmp_path: Path) -> str:
    """ExifTool where it cannot open the file that names our namespace: as on Windows, where Perl
    opens no path beyond the code page."""
    text = f"""
import subprocess, sys
given = sys.argv[1:]
given[given.index("-config") + 1] = "nowhere.config"
sys.exit(subprocess.run([{find_exiftool("")!r}, *given]).returncode)
"""
    return program(tmp_path / "unconfigured.py", text)


def program(script: Path, text: str) -> str:
    script.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    if sys.platform == "win32":
        starter = script.with_suffix(".cmd")
        starter.write_text(f'@"{sys.executable}" "{script}" %*\n', encoding="utf-8")
        return str(starter)
    script.chmod(0o755)
    return str(script)


@pytest.fixture(scope="session")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("painted") / "photo.jpg"
    image = Image.effect_noise((96, 64), 60).convert("RGB")
    image.save(path, quality=90)
    return path


@pytest.fixture
def photo(tmp_path: Path, painted: Path) -> Callable[..., Path]:
    """Make a photo of that name, with tags set by a plain ExifTool of its own."""

    def make(name: str = "photo.jpg", *arguments: str) -> Path:
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(painted, path)
        if arguments:
            raw(*arguments, "-overwrite_original", path)
        return path

    return make


def raw(*arguments: object) -> str:
    """Run a plain ExifTool, the other voice in these tests."""
    command = [find_exiftool(""), "-config", "", *(str(each) for each in arguments)]
    done = subprocess.run(command, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


@pytest.fixture
def exiftool() -> Callable[..., str]:
    return raw


@pytest.fixture
def says() -> Callable[..., Any]:
    """What a plain ExifTool reads in one tag."""

    def ask(path: Path, tag: str) -> Any:
        printed = json.loads(raw("-j", "-G1", f"-{tag}", path))[0]
        return next((value for key, value in printed.items() if key != "SourceFile"), None)

    return ask


@pytest.fixture
def rewrite(tool: ExifTool) -> Callable[..., Any]:
    """The whole flow over one photo: (trouble or None, patch, plan, what is ours now)."""

    def run(path: Path, fields: dict[str, Any], **policy: Any) -> Any:
        rule = TagPolicy(policy.pop("tags", TAG_MAP), **policy)
        words = Words(fields)
        seen = stamp(path)
        before = tool.read([path])[path]
        made = plan(path.name, words, before, rule)
        if made.empty:
            return None, b"", made, rule.ours
        draft = tool.write([Job(path, made)])[path]
        if not isinstance(draft, Draft):
            return draft, b"", made, rule.ours
        after = tool.read([draft.path])[draft.path]
        trouble = verify(draft.plan, before, after) or same_segments(path, draft.path)
        if trouble:
            draft.path.unlink()
            return trouble, b"", made, rule.ours
        patch = make_patch(path, draft.path)
        ours = authored(draft.plan, words, before, rule)
        return swap(draft.path, path, keep_time=False, seen=seen), patch, draft.plan, ours

    return run


@pytest.fixture(scope="session")
def shelf(raw_file: Callable[..., bytes]) -> dict[str, bytes]:
    """One picture in every kind of file, by name."""
    image = Image.effect_noise((240, 160), 60).convert("RGB")
    kinds = {"jpg": "JPEG", "tif": "TIFF", "png": "PNG", "webp": "WebP", "gif": "GIF"}
    files = {}
    for ending, kind in {**kinds, "avif": "AVIF"}.items():
        out = io.BytesIO()
        image.save(out, kind)
        files[f"{ending}.{ending}"] = out.getvalue()
    heic = io.BytesIO()
    pillow_heif.from_pillow(image).save(heic, quality=80)
    raws = ("dng", "cr2", "nef", "arw", "pef", "srw")
    return {
        **files,
        "heic.heic": heic.getvalue(),
        **{f"{kind}.{kind}": raw_file(kind, files["jpg.jpg"], size=(240, 160)) for kind in raws},
    }
