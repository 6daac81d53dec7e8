"""The rules of Structured Outputs in strict mode.

Takes: a JSON Schema. Gives: the first trouble in words, or "". Never resolves anything remote.
Source: OpenAI's guide on structured outputs (facts of November 2026).
"""

from collections.abc import Iterator
from typing import Any

MOST_PROPERTIES = 5_000
MOST_LEVELS = 10
MOST_ENUM = 1_000
MOST_NAMES = 120_000
LONG_ENUM = 250
MOST_LONG_ENUM = 15_000
_BANNED = (
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
    "minProperties",
    "maxProperties",
    "contains",
    "uniqueItems",
    "default",
)
_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})

_Place = tuple[str, ...]


def trouble(schema: dict[str, Any]) -> str:
    """Give the first rule that a schema breaks, or "" where it breaks none."""
    if "anyOf" in schema or schema.get("type") != "object":
        return "schema must be a JSON Schema of 'type: \"object\"' at its root, and no 'anyOf'."
    properties = enums = characters = 0
    for place, level, node in _nodes(schema, (), 1):
        problem = _node_trouble(node, schema) if isinstance(node, dict) else "expected an object"
        if level > MOST_LEVELS:
            problem = f"schema exceeds {MOST_LEVELS} levels of nesting"
        if problem:
            return _say(place, problem)
        names = list(_mapping(node, "properties"))
        choices = node.get("enum", [])
        properties += len(names)
        enums += len(choices)
        texts = [*names, *map(str, choices), str(node.get("const", ""))]
        characters += sum(map(len, texts))
    totals = (
        (properties, MOST_PROPERTIES, "properties"),
        (enums, MOST_ENUM, "enum values"),
        (characters, MOST_NAMES, "characters in names, enum and const values"),
    )
    over = (f"schema has {n} {what}, more than {most}." for n, most, what in totals if n > most)
    return next(over, "")


def _nodes(node: Any, place: _Place, level: int) -> Iterator[tuple[_Place, int, Any]]:
    yield place, level, node
    if not isinstance(node, dict) or level > MOST_LEVELS:
        return
    for group in ("properties", "$defs", "definitions"):
        deeper = level + 1 if group == "properties" else 1
        for name, child in _mapping(node, group).items():
            yield from _nodes(child, (*place, group, str(name)), deeper)
    if "items" in node:
        yield from _nodes(node["items"], (*place, "items"), level + 1)
    choices = node.get("anyOf", [])
    for index, child in enumerate(choices if isinstance(choices, list) else ()):
        yield from _nodes(child, (*place, "anyOf", str(index)), level)


def _node_trouble(node: dict[str, Any], root: dict[str, Any]) -> str:
    for word in _BANNED:
        if word in node:
            return f"'{word}' is not permitted"
    if "$ref" in node:
        return "" if resolve(root, node["$ref"]) is not None else "'$ref' leads nowhere"
    return _enum_trouble(node) or _type_trouble(node)


def _type_trouble(node: dict[str, Any]) -> str:
    kinds = types(node)
    if not kinds and not any(word in node for word in ("anyOf", "enum", "const")):
        return "schema must have a 'type' key"
    if strange := [kind for kind in kinds if kind not in _TYPES]:
        return f"{strange[0]!r} is not a valid type"
    if "array" in kinds and "items" not in node:
        return "array schema missing items"
    return _object_trouble(node) if "object" in kinds else ""


def _object_trouble(node: dict[str, Any]) -> str:
    if node.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false"
    required = node.get("required")
    names = _mapping(node, "properties")
    if not isinstance(required, list):
        return "'required' is required to be an array including every key in properties"
    for name in names:
        if name not in required:
            return f"'required' must include every key in properties. Missing '{name}'"
    for name in required:
        if name not in names:
            return f"'required' names '{name}', which properties does not have"
    return ""


def _enum_trouble(node: dict[str, Any]) -> str:
    choices = node.get("enum")
    if choices is None:
        return ""
    if not isinstance(choices, list) or not choices:
        return "'enum' must be an array that is not empty"
    size = sum(len(choice) for choice in choices if isinstance(choice, str))
    if len(choices) > LONG_ENUM and size > MOST_LONG_ENUM:
        return f"an enum of more than {LONG_ENUM} values has over {MOST_LONG_ENUM} characters"
    return ""


def types(node: dict[str, Any]) -> list[str]:
    """Give the types that a schema names, as a list."""
    kind = node.get("type", [])
    return [str(one) for one in kind] if isinstance(kind, list) else [str(kind)]


def resolve(root: dict[str, Any], ref: Any) -> dict[str, Any] | None:
    """Follow a reference inside a schema; None where it leads nowhere."""
    if not isinstance(ref, str) or not ref.startswith("#"):
        return None
    node: Any = root
    for step in ref.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or name not in node:
            return None
        node = node[name]
    return node if isinstance(node, dict) else None


def _mapping(node: dict[str, Any], name: str) -> dict[str, Any]:
    found = node.get(name, {})
    return found if isinstance(found, dict) else {}


def _say(place: _Place, problem: str) -> str:
    context = ", ".join(f"'{step}'" for step in place)
    return f"In context=({context}), {problem}."
