"""What every test may lean on: no settings of the person at the keyboard, calm Hypothesis, RAWs,
the sources of the package.

The RAWs are made here, entry by entry: a TIFF with a sensor's numbers and a JPEG preview in it.
"""

import ast
import os
import signal
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# Neither profile times a test: a slow machine is no failure.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_configure() -> None:
    """Let the commands under test hear Ctrl-C: what runs in the background is deaf to it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def clean_environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away every key and setting that the environment brings."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "BATCHCAP_", "TIKTOKEN_", "DATA_GYM_")):
            monkeypatch.delenv(name)


def _tiff(entries, mark=b""):
    """A TIFF of one directory; a list of dicts are directories below it, bytes lie elsewhere."""
    start = 8 + len(mark)
    return b"II*\0" + struct.pack("<I", start) + mark + _directory(entries, start)


def _directory(entries, at):
    table, extra = b"", b""
    begin = at + 2 + 12 * len(entries) + 4
    for tag, value in sorted(entries.items()):
        kind, count, data, pointed_at = _entry(value, begin + len(extra))
        extra += pointed_at
        if len(data) > 4:
            data, more = struct.pack("<I", begin + len(extra)), data
            extra += more + bytes(len(more) % 2)
        table += struct.pack("<HHI", tag, kind, count) + data.ljust(4, b"\0")
    return struct.pack("<H", len(entries)) + table + bytes(4) + extra


def _entry(value, where):
    """Type, count, value and what the value points to: int is LONG, tuple SHORT, bytes are data."""
    if isinstance(value, bytes):
        return 4, 1, struct.pack("<I", where), value + bytes(len(value) % 2)
    if isinstance(value, list):
        offsets, body = [], b""
        for each in value:
            offsets.append(where + len(body))
            body += _directory(each, offsets[-1])
            body += bytes(len(body) % 2)
        return 4, len(value), struct.pack(f"<{len(value)}I", *offsets), body
    if isinstance(value, str):
        return 2, len(value) + 1, value.encode() + b"\0", b""
    if isinstance(value, tuple):
        return 3, len(value), struct.pack(f"<{len(value)}H", *value), b""
    if isinstance(value, bytearray):
        return 1, len(value), bytes(value), b""
    return 4, 1, struct.pack("<I", value), b""


def _raw(kind, jpeg, *, orientation=6, model="Test 1", size=(640, 480), sensor=b"\1\2\3\4"):
    width, height = size
    data = sensor * (width * height // len(sensor))
    thumbnail = {254: 1, 256: 16, 257: 12, 258: (8, 8, 8), 259: (1,), 262: (2,), 277: (3,)}
    thumbnail |= {273: bytes(16 * 12 * 3), 278: 12, 279: 16 * 12 * 3}
    camera = {271: "Batchcap", 272: model, 274: (orientation,)}
    zeroth = thumbnail | camera | {34665: [{36867: "2024:05:06 07:08:09"}]}
    raw = {254: 0, 256: width, 257: height, 258: (8,), 259: (1,), 262: (32803,), 277: (1,)}
    raw |= {273: data, 278: height, 279: len(data), 33421: (2, 2)}
    if kind == "cr2":
        first = {256: width, 257: height, 258: (8, 8, 8), 259: (6,), 273: jpeg, 279: len(jpeg)}
        kept = {tag: zeroth[tag] for tag in (271, 272, 274, 34665)}
        return _tiff({**first, **kept}, mark=b"CR\2\0\0\0\0\0")
    if kind == "dng":
        preview = {254: 1, 258: (8, 8, 8), 259: (7,), 262: (6,), 273: jpeg, 279: len(jpeg)}
        version = {50706: bytearray(b"\1\4\0\0"), 50708: model}
        return _tiff({**zeroth, **version, 330: [raw, {**preview, 256: 640, 257: 480}]})
    preview = {254: 1, 259: (6,), 513: jpeg, 514: len(jpeg)}
    return _tiff({**zeroth, 330: [preview, raw]})


@pytest.fixture(scope="session")
def raw_file() -> Callable[..., bytes]:
    """Make a DNG, a CR2 or what any other TIFF-like RAW is to ExifTool, around a JPEG preview."""
    return _raw


ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "batchcap"


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its name below batchcap ("" for the package itself), and its tree."""

    name: str
    shown: str
    source: str
    known: frozenset[str]

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every imported name with its line, also inside functions and under TYPE_CHECKING."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, each.name) for each in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield from ((node.lineno, f"{node.module}.{each.name}") for each in node.names)

    def calls(self) -> Iterator[tuple[int, str]]:
        """Every call with its line: ``print`` of ``print(…)``, ``now`` of ``datetime.now(…)``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node.lineno, getattr(node.func, "id", "") or getattr(node.func, "attr", "")


@pytest.fixture(scope="session")
def module_of() -> Callable[..., Module]:
    """Make a source file that stands nowhere, of a name below batchcap."""

    def make(name: str, source: str, known: frozenset[str] = frozenset()) -> Module:
        return Module(name, f"{name}.py", source, known)

    return make


@pytest.fixture(scope="session")
def modules() -> list[Module]:
    """Read every source file of the package."""
    paths = sorted(PACKAGE.rglob("*.py"))
    dotted = [".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths]
    known = [name.removesuffix("__init__").removesuffix(".") for name in dotted]
    return [
        Module(
            name=name,
            shown=path.relative_to(ROOT).as_posix(),
            source=path.read_text(encoding="utf-8"),
            known=frozenset(known),
        )
        for name, path in zip(known, paths, strict=True)
    ]
