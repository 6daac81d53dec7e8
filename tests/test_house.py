"""A few rules of the house, read from the source of every module."""

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

MAX_FILE_LINES = 350
MAX_FUNCTION_LINES = 60
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "managers", "manager", "common", "misc"}

Rule = Callable[[Any], Iterator[tuple[int, str]]]


def printing(module: Any) -> Iterator[tuple[int, str]]:
    for line, name in module.calls():
        if name == "print" and module.name != "render":
            yield line, "nothing prints but render"


def lengths(module: Any) -> Iterator[tuple[int, str]]:
    if (lines := len(module.source.splitlines())) > MAX_FILE_LINES:
        yield lines, f"{lines} lines in a file, {MAX_FILE_LINES} at most"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                yield node.lineno, f"{node.name}: {lines} lines, {MAX_FUNCTION_LINES} at most"


def names(module: Any) -> Iterator[tuple[int, str]]:
    if EMPTY_NAMES.intersection(module.name.split(".")):
        yield 1, "a name that says what is inside, please"


def broad_excepts(module: Any) -> Iterator[tuple[int, str]]:
    lines = module.source.splitlines()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and not _raises_again(node):
            caught = ast.unparse(node.type) if node.type else "BaseException"
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            caught = ast.unparse(node)
        else:
            continue
        comment = re.sub(
            r"noqa(: *([A-Z]+\d+,? *)+)?", "", lines[node.lineno - 1].partition("#")[2]
        )
        if re.search(r"\b(Base)?Exception\b", caught) and not re.search(r"\w{3}", comment):
            yield node.lineno, "a broad except says why on its own line"


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether it only tidies up: what was raised goes on."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def state(module: Any) -> Iterator[tuple[int, str]]:
    inside: set[tuple[int, int]] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield node.lineno, "no global state"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inside.update(map(_place, ast.walk(node)))
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Attribute) or _place(node) in inside:
            continue
        if node.attr in {"environ", "getenv"}:
            yield node.lineno, "the environment is never read at import"


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


RULES = (printing, lengths, names, broad_excepts, state)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(modules, rule: Rule) -> None:
    broken = {f"{module.shown}:{line}: {what}" for module in modules for line, what in rule(module)}
    assert not broken, "\n" + "\n".join(sorted(broken))


KNOWN = frozenset({""})
TRY = "try:\n    x\nexcept {}\n    y"


@pytest.mark.parametrize(
    ("rule", "name", "source", "line"),
    [
        (printing, "stages.build", "print('done')", 1),
        (lengths, "cli", "x = 1\n" * 351, 351),
        (lengths, "cli", "def f():\n" + "    x = 1\n" * 60, 1),
        (names, "photos.utils", "", 1),
        (broad_excepts, "cli", TRY.format("Exception:"), 3),
        (broad_excepts, "cli", TRY.format(":"), 3),
        (broad_excepts, "cli", TRY.format("(OSError, Exception):  # noqa: BLE001, S110"), 3),
        (broad_excepts, "cli", "with suppress(Exception):\n    x", 1),
        (state, "cli", "def f():\n    global x", 2),
        (state, "cli", "import os\nHOME = os.environ['HOME']", 2),
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
        (printing, "render", "print('done')"),
        (lengths, "cli", "def f():\n" + "    x = 1\n" * 59),
        (broad_excepts, "cli", TRY.format("Exception:  # noqa: BLE001 the boundary")),
        (broad_excepts, "cli", TRY.format("OSError:")),
        (broad_excepts, "cli", TRY.format("Exception:\n    z") + "\n    raise"),
        (state, "cli", "import os\ndef f():\n    return os.environ['HOME']"),
    ],
)
def test_the_rule_lets_pass_what_keeps_it(module_of, rule: Rule, name: str, source: str) -> None:
    assert not list(rule(module_of(name, source, KNOWN)))
