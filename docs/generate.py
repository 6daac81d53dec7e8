"""Fill the parts of docs/ that follow from the program: commands, settings, checks, the ledger.

Takes the installed package, configs/ and pages with marked blocks; gives Markdown in those blocks.
`--check` writes nothing and fails where a page is out of date. Needs no network, no workspace.
"""

import inspect
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

import batchcap.ledger
from batchcap.captions.quality import RULES
from batchcap.cli import SHARED_NAMES
from batchcap.cli import batchcap as root
from batchcap.config import configs_folder
from batchcap.preset import load_preset, preset_names
from batchcap.settings import Settings

DOCS = Path(__file__).resolve().parent
BLOCK = re.compile(r"(<!-- generated: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
# What `counts` holds in the JSON envelope, at least; tests/test_cli.py asks each of them.
COUNTS: Mapping[str, str] = {
    "init": "",
    "estimate": "photos requests task_files input_tokens output_tokens waves cost_usd",
    "build": "photos requests task_files bytes input_tokens skipped unreadable",
    "submit": "submitted adopted waiting",
    "poll": "in_progress completed failed expired cancelled requests_done requests_total",
    "join": "accepted repaired held retry refused failed missing duplicate stranger",
    "write": "written unchanged held failed",
    "status": "photos",
    "export": "rows findings",
    "check": "rows findings",
    "verify": "checked wrong",
    "undo": "restored changed_since failed",
    "cancel": "cancelled",
    "config": "",
    "doctor": "checked missing",
}
# What stands for what in a command's usage line; click gives arguments no help of their own.
ARGUMENTS: Mapping[str, str] = {
    "PATHS": "photos or folders: absolute, or relative to `photos.root`; all of them without any",
    "DIR": "the workspace's folder; it is made where it is missing",
    "BATCH": "the provider's id of a batch, from `batchcap status`; all that run without any",
    "FILE": "a task file, such as 0001.jsonl",
}
# Rows of tables that schema.sql says nothing of.
ROWS: Mapping[str, str] = {
    "workspace": "The workspace's own name, part of every request's id.",
    "run": "One command that changed something; undo names runs by id.",
    "task_file": "A file of requests under .batchcap/tasks, as it was made.",
    "batch": "What a submission became at the provider: created by it, or found there and adopted.",
    "caption": "The checked answer to a task, and what the rules found.",
    "submission_state": "A submission with its batch, the last look at it and its end.",
    "photo_state": "Where each photo stands. promising: a caption of it stands or is under way.",
}


def walk(group: click.Group, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with its full name, by name."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from walk(command, (*prefix, name))
        else:
            yield " ".join((*prefix, name)), command


def shared_options() -> str:
    """Return the options that stand before or after a command's name."""
    return _options(root, lambda each: each.name in (*SHARED_NAMES, "version"))


def commands() -> str:
    """Return every command with its arguments and options, from the live command line."""
    parts = []
    for name, command in walk(root):
        parts.append(f"## batchcap {name}\n\n{_line(command.help)}\n")
        parts.append(f"```text\n{_usage(name, command)}\n```\n")
        parts.append(_arguments(command))
        parts.append(_options(command, lambda each: each.name not in SHARED_NAMES))
    return "\n".join(each for each in parts if each)


def counts() -> str:
    """Return the names in the JSON envelope's counts, by command."""
    rows = [
        (f"`{name}`", ", ".join(f"`{each}`" for each in listed.split()) or "none")
        for name, listed in COUNTS.items()
    ]
    return _table(("command", "counts"), rows)


def argument_name(argument: click.Argument) -> str:
    """Return how an argument is called in the usage line, without brackets and dots."""
    return (argument.metavar or argument.human_readable_name).strip("[].").upper()


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _usage(name: str, command: click.Command) -> str:
    # With the group's context, for click remembers the names of --help that it meets first.
    above = click.Context(root, **root.context_settings)
    context = click.Context(command, parent=above, info_name=f"batchcap {name}")
    return " ".join([f"batchcap {name}", *command.collect_usage_pieces(context)])


def _arguments(command: click.Command) -> str:
    names = [argument_name(each) for each in command.params if isinstance(each, click.Argument)]
    return "".join(f"{name}: {ARGUMENTS[name]}.\n" for name in names)


def _options(command: click.Command, wanted: Callable[[click.Option], bool]) -> str:
    rows = []
    for each in command.params:
        if not isinstance(each, click.Option) or not wanted(each):
            continue
        told = [each.help or ""]
        if each.required:
            told.append("Required.")
        if each.default and isinstance(each.default, str | int) and not each.is_flag:
            told.append(f"Default: `{each.default}`.")
        kind = "" if each.is_flag else f" {_kind(each)}"
        rows.append((f"`{', '.join(each.opts)}{kind}`", " ".join(told).strip()))
    return _table(("option", "what it does"), rows) if rows else ""


def _kind(option: click.Option) -> str:
    number = isinstance(option.type, click.IntRange | click.FloatRange)
    return option.metavar or ("NUMBER" if number else option.type.name.upper())


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(each.replace('|', '&#124;') for each in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def settings() -> str:
    """Return every setting, by section, with its default, its limits and its comment."""
    allowed = dict(_allowed(Settings.model_json_schema()))
    sections: dict[str, list[Sequence[str]]] = {}
    for key, default, comment in commented((configs_folder() / "default.toml").read_text("utf-8")):
        row = (f"`{key}`", f"`{default}`", allowed.get(key, ""), comment)
        sections.setdefault(key.rpartition(".")[0], []).append(row)
    return "\n".join(
        f"## {f'[{name}]' if name else 'At the top'}\n\n"
        f"{_table(('key', 'default', 'allowed', 'what it means'), rows)}"
        for name, rows in sections.items()
    )


def commented(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (key, default as it is written, comment above it) of each setting in a TOML text."""
    section, comment = "", list[str]()
    for line in text.splitlines():
        if line.startswith("#"):
            comment.append(line.removeprefix("#").strip())
            continue
        if found := re.fullmatch(r"\[(\w+)\]", line):
            section = f"{found[1]}."
        elif found := re.fullmatch(r"(\w+) = (.+)", line):
            yield f"{section}{found[1]}", found[2], " ".join(comment)
        comment = []


def _allowed(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (key, allowed values in words) from the settings' own schema."""
    for name, node in schema["properties"].items():
        if "$ref" not in node:
            yield name, _said(node)
            continue
        inner = schema["$defs"][node["$ref"].rpartition("/")[2]]
        yield from ((f"{name}.{key}", _said(each)) for key, each in inner["properties"].items())


def _said(node: Mapping[str, Any]) -> str:
    if "enum" in node:
        return ", ".join(f"`{each}`" for each in node["enum"])
    least, most = node.get("minimum"), node.get("maximum")
    kind = {
        "string": "text",
        "boolean": "`true`, `false`",
        "array": "list of texts",
        "integer": "whole number",
        "number": "number",
    }[node["type"]]
    if least is not None and most is not None:
        return f"{kind}, {least:,.0f} to {most:,.0f}"
    return f"{kind}, {least:,.0f} or more" if least is not None else kind


def presets() -> str:
    """Return the shipped presets, and what each lays over the settings."""
    configs = configs_folder()
    rows = [
        (f"`{name}`", preset.summary, _layer(layer))
        for name in preset_names(configs)
        for preset, layer in [load_preset(name, configs)]
    ]
    return _table(("name", "what it is for", "settings it brings"), rows)


def providers() -> str:
    """Return the shipped providers, and what each lays over the settings."""
    rows = []
    for path in sorted((configs_folder() / "providers").glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rows.append((f"`{path.stem}`", data["summary"], _layer(data.get("settings", {}))))
    return _table(("name", "what it is for", "settings it brings"), rows)


def _layer(layer: Mapping[str, Mapping[str, Any]]) -> str:
    return ", ".join(
        f"`{section}.{key} = {_toml(value)}`"
        for section, keys in layer.items()
        for key, value in keys.items()
    )


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def rules() -> str:
    """Return each rule on captions with the first paragraph of its docstring."""
    return _table(
        ("rule", "what it does"), [(f"`{name}`", _first(rule)) for name, rule in RULES.items()]
    )


def applied() -> str:
    """Return which preset applies which rule."""
    configs = configs_folder()
    names = preset_names(configs)
    checks = {name: load_preset(name, configs)[0].checks for name in names}
    rows = [
        (f"`{rule}`", *("yes" if rule in checks[name] else "" for name in names)) for rule in RULES
    ]
    return _table(("rule", *names), rows)


def _first(rule: Callable[..., object]) -> str:
    return _line((inspect.getdoc(rule) or "").partition("\n\n")[0])


def tables() -> str:
    """Return the ledger's tables and views with their columns, from schema.sql and views.sql."""
    folder = Path(inspect.getfile(batchcap.ledger)).parent
    sql = "\n".join((folder / f"{each}.sql").read_text("utf-8") for each in ("schema", "views"))
    rows = [
        (f"`{name}`", kind, told or ROWS[name], ", ".join(f"`{each}`" for each in columns))
        for name, kind, told, columns in schema(sql)
    ]
    return _table(("name", "kind", "what a row is", "columns"), rows)


def schema(sql: str) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield (name, table or view, comment above it, columns) of each in an SQL schema."""
    pattern = re.compile(
        r"(?P<comment>(?:--[^\n]*\n)*)CREATE (?P<kind>TABLE|VIEW) (?P<name>\w+)(?P<body>[^;]*);"
    )
    for found in pattern.finditer(sql):
        lines = found["comment"].splitlines()
        told = " ".join(line.removeprefix("--").strip() for line in lines)
        names = re.findall(r"^    (?!PRIMARY)(\w+) [A-Z]+", found["body"], re.MULTILINE)
        columns = tuple(names) if found["kind"] == "TABLE" else _selected(found["body"])
        yield found["name"], found["kind"].lower(), told, columns


def _selected(body: str) -> tuple[str, ...]:
    """Return what a view gives: the last word of each expression between SELECT and FROM."""
    listed = body.partition("SELECT\n")[2].partition("\nFROM ")[0]
    return tuple(
        "all of task_file" if each.strip().endswith(".*") else re.split(r"[\s.]", each)[-1]
        for each in re.split(r",\n(?=    \S)", listed)
    )


BLOCKS: Mapping[str, Callable[[], str]] = {
    each.__name__: each
    for each in (
        *(shared_options, commands, counts, settings, presets, providers, rules, applied, tables),
    )
}


def filled(text: str) -> str:
    """Return a page with every marked block written anew."""
    return BLOCK.sub(lambda found: f"{found[1]}\n{BLOCKS[found['name']]()}\n{found[3]}", text)


def stale() -> dict[Path, str]:
    """Return the pages that are out of date, with the text they should have."""
    there = {path: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
    wanted = {path: filled(text) for path, text in there.items()}
    return {path: text for path, text in wanted.items() if text != there[path]}


def main() -> None:
    """Write the pages, or with --check tell which ones are out of date."""
    pages = stale()
    if "--check" in sys.argv[1:]:
        if pages:
            names = ", ".join(f"docs/{path.name}" for path in pages)
            sys.exit(f"out of date: {names}. Type: make docs")
        return
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote docs/{path.name}")


if __name__ == "__main__":
    main()
