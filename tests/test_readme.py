"""Every command of the README and of docs/ is run, or checked by a rule written down here.

Each page is a session of its own: a folder with the painted photos, where the lines of its fenced
blocks are typed in order, as child processes. The key step is kept as it stands: the provider is
"openai" with a key, and only its address is another one, that of a sandbox on this machine
(docs/sandbox.md, which is about the embedded one, runs without that). Every other address leads
nowhere. A line that no rule knows fails the test.
"""

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from batchcap.config import layered
from batchcap.demo import paint
from batchcap.ledger import open_ledger
from batchcap.metadata import exiftool
from batchcap.sandbox import Faults, Options, serving

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
CHEAP = ROOT / "docs" / "cli.md"  # a session without photos
KEY = "sk-readme-0123456789abcdef"
# Blocks typed in a window of their own, which opens where batchcap lies.
WINDOWS = ("powershell", "bat")
NOWHERE = "http://127.0.0.1:9"
ADDRESS = "http://127.0.0.1:8123/v1"


@dataclass(frozen=True)
class Line:
    """One line of a fenced block: where it stands, and in what language."""

    place: str
    language: str
    text: str


@dataclass
class Session:
    """Someone who types what a page says."""

    page: Path
    top: Path
    url: str
    here: Path
    environ: dict[str, str]
    told: list[str] = field(default_factory=list)
    output: str = ""


def blocks(page: Path) -> Iterator[list[Line]]:
    """Yield the lines of each fenced block of a page."""
    inside: list[Line] | None = None
    language = ""
    for number, text in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if not text.startswith("```"):
            if inside is not None:
                inside.append(Line(f"{page.name}:{number}", language, text))
        elif inside is None:
            inside, language = [], text.removeprefix("```")
        else:
            yield inside
            inside = None
    assert inside is None, f"{page.name}: a block has no end"


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("painted")
    paint(folder)
    return folder


@pytest.fixture
def session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    page: Path = request.param
    archive, checkout = tmp_path / "my archive", tmp_path / "batchcap"
    if any(line.text.startswith("$ batchcap ") for block in blocks(page) for line in block):
        painted = request.getfixturevalue("painted")
        shutil.copytree(painted, archive)
        shutil.copytree(painted, checkout / "demo")
    archive.mkdir(exist_ok=True)
    environ = dict(os.environ)
    environ |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    environ |= dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    environ |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "HOME": str(tmp_path)}
    with serving(Options(tmp_path / "server")) as url:
        if page.name != "sandbox.md":
            environ["BATCHCAP_PROVIDER__BASE_URL"] = url
            environ["BATCHCAP_POLL__INTERVAL"] = "0.1"
        if page.name != "README.md":
            # The other pages begin where the README's key step ends.
            environ["OPENAI_API_KEY"] = KEY
        start = tmp_path if page.name == "README.md" else archive
        yield Session(page, tmp_path, url, start, environ)


@pytest.mark.parametrize("session", PAGES, indirect=True, ids=lambda page: page.name)
def test_every_command_of_a_page_does_what_the_page_says(session: Session) -> None:
    for block in blocks(session.page):
        type_block(session, block)
    assert KEY not in "".join(session.told)
    for path in session.top.rglob("*"):
        if path.is_file() and session.top / "server" not in path.parents:
            assert KEY.encode() not in path.read_bytes(), path


def test_the_readme_takes_photos_through_every_step() -> None:
    typed = {
        shlex.split(line.text.removeprefix("$ "))[1]
        for block in blocks(ROOT / "README.md")
        for line in block
        if line.text.removeprefix("$ ").startswith("batchcap ")
    }
    steps = "init doctor estimate build submit poll join status write undo run verify export demo"
    assert set(steps.split()) <= typed


@pytest.mark.parametrize("text", ["rm -rf photo", "batchcapp status", "curl http://elsewhere"])
@pytest.mark.parametrize("session", [CHEAP], indirect=True, ids=["one"])
def test_a_line_that_no_rule_knows_fails(session: Session, text: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="no rule"):
        type_block(session, [Line("page:1", "sh", text)])


@pytest.mark.parametrize("session", [CHEAP], indirect=True, ids=["one"])
def test_an_output_that_is_not_there_fails(session: Session) -> None:
    block = [
        Line("page:1", "console", "$ batchcap --version"),
        Line("page:2", "console", "batchcap, version 1.2 of … photos"),
    ]
    with pytest.raises(pytest.fail.Exception, match="page:2"):
        type_block(session, block)


def type_block(session: Session, block: list[Line]) -> None:
    """Type the lines of a block, or check it as a whole."""
    language = block[0].language
    text = "\n".join(line.text for line in block)
    if language in WHOLE:
        WHOLE[language](session, text)
        return
    if language not in ("sh", "console", *WINDOWS):
        pytest.fail(f"{block[0].place}: no rule for a block of {language!r}")
    before = session.here
    if language in WINDOWS:
        session.here = session.top / "batchcap"
    for line in block:
        if language != "console":
            type_line(session, line, line.text)
        elif line.text.startswith("$ "):
            type_line(session, line, line.text.removeprefix("$ "))
        else:
            expect(session, line)
    if language in WINDOWS:
        session.here = before


def type_line(session: Session, line: Line, text: str) -> None:
    """Do what a line says, by the first rule that fits it."""
    command, _, comment = text.partition("  #")
    for pattern, rule in RULES:
        if found := re.fullmatch(pattern, command.strip()):
            code = rule(session, *found.groups())
            wanted = re.search(r"exit code ([\d or]+)", comment)
            codes = [int(each) for each in re.findall(r"\d+", wanted[1])] if wanted else [0]
            assert code in codes, f"{line.place}: exit code {code}\n{session.output}"
            return
    pytest.fail(f"{line.place}: no rule for {text!r}")


def expect(session: Session, line: Line) -> None:
    """Find a line of the page in what was printed: numbers may differ, … is anything."""
    pattern = re.sub(r"\\ (?:\\ )*", r"\\s+", re.escape(line.text))
    pattern = re.sub(r"\d(?:[\d.,]|\\\.)*", lambda _: r"[\d.,]+", pattern).replace("…", ".*")
    if not any(re.match(pattern, each) for each in session.output.splitlines()):
        pytest.fail(f"{line.place}: {line.text!r} is not in\n{session.output}")


def batchcap(session: Session, words: str) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "batchcap", *shlex.split(words)],
        cwd=session.here,
        env=session.environ,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    session.output = done.stdout
    session.told.append(done.stdout)
    return done.returncode


def serve(session: Session, words: str | None) -> int:
    """Start the server on a free port, and end it once it listens."""
    tables = [line for block in blocks(session.page) for line in block if line.language == "toml"]
    text = "\n".join(line.text for line in tables)
    (session.here / "faults.toml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "batchcap", "sandbox", "serve", *shlex.split(words or "")]
    process = subprocess.Popen(
        [*command, "--port", "0"],
        cwd=session.here,
        env=session.environ,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stderr is not None
    session.output = process.stderr.readline()
    process.terminate()
    session.output += process.communicate(timeout=60)[1]
    return 0


def make(_session: Session, target: str) -> int:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return 0 if re.search(rf"^{target}:.*## ", text, re.MULTILINE) else 2


def environment_folder(_session: Session, folder: str) -> int:
    return 0 if f"VENV = {folder}\n" in (ROOT / "Makefile").read_text(encoding="utf-8") else 2


def set_key(session: Session, name: str) -> int:
    settings = layered({}, {}, {}, session.top).settings
    session.environ[name] = KEY
    return 0 if name == settings.provider.api_key_env else 2


def change_folder(session: Session, folder: str) -> int:
    session.here = session.top / folder.replace("\\", "/").rpartition("/")[2]
    return 0 if session.here.is_dir() else 2


def install(_session: Session, command: str) -> int:
    """Pass what the program itself tells those who lack ExifTool."""
    return 0 if command in exiftool._INSTALL.values() else 2


def install_package(_session: Session) -> int:
    return 0 if (ROOT / "pyproject.toml").is_file() else 2


def complete(session: Session, shell: str) -> int:
    session.environ["_BATCHCAP_COMPLETE"] = f"{shell}_source"
    code = batchcap(session, "")
    del session.environ["_BATCHCAP_COMPLETE"]
    return code if "_BATCHCAP_COMPLETE" in session.output else 1


def query(session: Session, file: str, sql: str) -> int:
    path = session.here / file
    path.parent.mkdir(exist_ok=True)
    open_ledger(path).close()
    connection = sqlite3.connect(path)
    try:
        connection.execute(sql).fetchall()
    finally:
        connection.close()
    return 0


def curl(session: Session, name: str, value: str, address: str) -> int:
    assert address.startswith(ADDRESS)
    request = urllib.request.Request(  # noqa: S310 the page's own address, on this machine
        address.replace(ADDRESS, session.url), headers={name: value}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        return 0 if answer.status == 200 else 1


def check_toml(session: Session, text: str) -> None:
    """Take it for settings; in docs/sandbox.md for faults."""
    data = tomllib.loads(text)
    if session.page.name == "sandbox.md":
        assert Faults.from_mapping(data) != Faults()
    else:
        layered(data, {}, {}, session.top)


def check_python(session: Session, text: str) -> None:
    assert ADDRESS in text
    done = subprocess.run(
        [sys.executable, "-c", text.replace(ADDRESS, session.url)],
        cwd=session.here,
        env=session.environ,
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("completed {")


def check_sql(session: Session, text: str) -> None:
    query(session, "ledger.sqlite", text)


def no_commands(_session: Session, _text: str) -> None:
    """Folders and usage lines: nothing to type."""


WHOLE: dict[str, Callable[[Session, str], None]] = {
    "toml": check_toml,
    "python": check_python,
    "sql": check_sql,
    "text": no_commands,
}
RULES: tuple[tuple[str, Callable[..., int]], ...] = (
    (r"batchcap sandbox serve( .+)?", serve),
    (r"batchcap (.+)", batchcap),
    (r"make (\w+)", make),
    (r"source (\S+)/bin/activate", environment_folder),
    (r"(\S+)\\Scripts\\activate", environment_folder),
    (r"py -m venv (\S+)", environment_folder),
    (r"\.venv\\Scripts\\python -m pip install \.", install_package),
    (r"export (\w+)=sk-…", set_key),
    (r"set (\w+)=sk-…", set_key),
    (r'\$env:(\w+) = "sk-…"', set_key),
    (r'cd "(.+)"', change_folder),
    (r"(winget install .+|brew install .+|sudo apt install .+)", install),
    (r'eval "\$\(_BATCHCAP_COMPLETE=(\w+)_source batchcap\)"', complete),
    (r"_BATCHCAP_COMPLETE=(\w+)_source batchcap +\| source", complete),
    (r'sqlite3 -readonly (\S+) "(.+)"', query),
    (r'curl -H "(\S+): (.+)" (http://127\.0\.0\.1\S+)', curl),
)
