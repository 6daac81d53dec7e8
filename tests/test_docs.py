"""The documents say what the program does: generated pages, links, tables, docstrings."""

import ast
import importlib.util
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from batchcap.cli import SHARED_NAMES
from batchcap.cli import batchcap as root
from batchcap.config import configs_folder
from batchcap.ledger import open_ledger
from batchcap.preset import PLACE, load_preset, preset_names
from batchcap.records import Exit
from batchcap.sandbox import faults
from batchcap.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md")),
    *sorted(DOCS.glob("*.md")),
    *sorted((ROOT / "configs").rglob("README.md")),
]
TAG = re.compile(r"`((?:XMP-\w+|IPTC|EXIF):[\w-]+)`")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(group: click.Group, prefix: str = "batchcap") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


def sections(path: Path) -> dict[str, str]:
    """Return what stands under each heading of a page."""
    parts = re.split(r"^#+ (.+)\n", text_of(path), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


# --- generated pages -------------------------------------------------------------------------------


def test_the_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_page_that_is_out_of_date_is_named() -> None:
    generate = generator()
    page = text_of(DOCS / "cli.md")
    old = page.replace("--regenerate", "--again")
    assert old != page
    assert generate.filled(old) == page
    assert generate.filled(page) == page


def test_every_generated_block_stands_on_one_page() -> None:
    found = [
        name
        for path in sorted(DOCS.glob("*.md"))
        for name in re.findall(r"<!-- generated: (\w+) -->", text_of(path))
    ]
    assert sorted(found) == sorted(generator().BLOCKS)


def test_every_command_and_option_stands_in_cli_md() -> None:
    page = sections(DOCS / "cli.md")
    for name, command in commands(root):
        missing = [
            option
            for each in command.params
            if isinstance(each, click.Option) and each.name not in (*SHARED_NAMES, "help")
            for option in each.opts
            if f"`{option}" not in page[name]
        ]
        assert missing == [], name
        for each in command.params:
            if isinstance(each, click.Argument):
                assert f"{generator().argument_name(each)}: " in page[name], name
    for each in root.params:
        assert all(option in page["The command line"] for option in each.opts), each


def test_every_setting_stands_in_config_md() -> None:
    page = text_of(DOCS / "config.md")
    schema = Settings.model_json_schema()
    for name, node in schema["properties"].items():
        inner = schema["$defs"].get(node.get("$ref", "").rpartition("/")[2])
        for key in [f"{name}.{each}" for each in inner["properties"]] if inner else [name]:
            row = re.search(
                rf"^\| `{re.escape(key)}` \| `.+` \| .+ \| .{{12,}} \|$", page, re.MULTILINE
            )
            assert row, key


def test_the_ledger_page_has_every_table_view_and_column(tmp_path: Path) -> None:
    open_ledger(tmp_path / "ledger.sqlite").close()
    connection = sqlite3.connect(tmp_path / "ledger.sqlite")
    page = text_of(DOCS / "ledger.md")
    there = connection.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    assert there
    for name, kind in there:
        row = re.search(rf"^\| `{name}` \| {kind} \| (.+) \| (.+) \|$", page, re.MULTILINE)
        assert row, name
        assert len(row[1]) > 12, name
        names = [each[1] for each in connection.execute(f"PRAGMA table_info({name})")]
        if "`all of task_file`" in row[2]:
            own = connection.execute("PRAGMA table_info(task_file)")
            names = ["all of task_file", *names[len(own.fetchall()) :]]
        assert row[2] == ", ".join(f"`{each}`" for each in names), name
    connection.close()


def test_the_ledger_page_tells_every_state_of_a_photo(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.sqlite") as ledger:
        states = list(ledger.photos.counts())
    listed = re.findall(
        r"^\| `(\w+)` \|", sections(DOCS / "ledger.md")["Where a photo stands"], re.MULTILINE
    )
    assert listed == states


# --- the README's own tables -----------------------------------------------------------------------


@pytest.mark.parametrize("page", ["README.md", "docs/cli.md"])
def test_every_exit_code_is_told(page: str) -> None:
    codes = [int(each) for each in re.findall(r"^\| (\d+) \|", text_of(ROOT / page), re.MULTILINE)]
    assert codes == [int(each) for each in Exit]


def test_the_readme_names_every_preset() -> None:
    table = sections(ROOT / "README.md")["What to ask for: presets"]
    assert set(re.findall(r"^\| `([\w-]+)`", table, re.MULTILINE)) == set(
        preset_names(configs_folder())
    )


def test_the_readme_names_every_tag_that_a_preset_writes_and_no_other() -> None:
    written: dict[str, set[str]] = {}
    for name in preset_names(configs_folder()):
        for field, tags in load_preset(name, configs_folder())[0].tags.items():
            written.setdefault(field, set()).update(tags)
    table = sections(ROOT / "README.md")["What is written where"]
    rows = [set(TAG.findall(row)) for row in table.splitlines() if row.startswith("|")]
    told = [row for row in rows if row]
    wanted = [tags for field, tags in written.items() if field not in PLACE]
    wanted.append({tag for field in PLACE for tag in written[field]})
    assert sorted(map(sorted, told)) == sorted(map(sorted, wanted))


def test_the_sandbox_page_names_every_fault() -> None:
    page = text_of(DOCS / "sandbox.md")
    known = (*faults.ROW_KINDS, *faults.HTTP_KINDS, *faults.OPERATIONS, *faults.ENDS)
    assert [each for each in known if f"`{each}`" not in page] == []


# --- links and commands in the running text --------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page, as GitHub makes them from its headings."""
    titles = re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\[[^\]]+\]\(([^)\s]+)\)", text_of(page)):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.is_relative_to(ROOT), target
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_in_the_text_can_be_typed(page: Path) -> None:
    for typed in re.findall(r"`(batchcap [^`]+)`", text_of(page)):
        understood(shlex.split(typed)[1:])


def understood(words: list[str]) -> None:
    """Parse a command without running it; click raises UsageError where it cannot be."""
    command: click.Command = root
    name = "batchcap"
    while True:
        try:
            context = command.make_context(name, list(words))
        except (click.MissingParameter, click.exceptions.Exit):
            return
        if not isinstance(command, click.Group):
            return
        # Where click keeps the first word after a group's options differs between its versions.
        rest = [*getattr(context, "_protected_args", ()), *context.args]
        found, inner, words = command.resolve_command(context, rest)
        assert inner is not None
        command, name = inner, found or ""


@pytest.mark.parametrize("typed", ["biuld", "build --again", "poll --timeout long", "sandbox run"])
def test_a_command_that_does_not_exist_is_noticed(typed: str) -> None:
    with pytest.raises(click.UsageError):
        understood(typed.split())


def test_the_pages_name_no_place_of_one_machine() -> None:
    for page in PAGES:
        assert re.findall(r"/home/\w+|/root/|/tmp/|/var/", text_of(page)) == [], page


# --- docstrings ------------------------------------------------------------------------------------


def public_functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Yield public classes, functions and methods of public classes; not what is inside those."""
    waiting: list[ast.stmt] = list(ast.parse(text_of(path)).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                waiting += node.body


MODULES = sorted((ROOT / "batchcap").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_public_has_a_docstring(path: Path) -> None:
    silent = [
        f"{path.name}:{node.lineno} {node.name}"
        for node in public_functions(path)
        if not ast.get_docstring(node)
    ]
    assert silent == []
    assert ast.get_docstring(ast.parse(text_of(path))), f"{path} has no docstring of its own"
