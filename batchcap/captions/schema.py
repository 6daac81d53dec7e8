"""A preset's fields as a JSON Schema for strict structured output.

Takes a preset, gives the ``response_format`` of a chat request. Limits stand in the descriptions:
strict mode refuses some length keywords, and the rules check the answer anyway.
"""

import re
from typing import Any

from batchcap.records import Field, Preset

_NAME_CHARS = 64


def response_format(preset: Preset) -> dict[str, Any] | None:
    """Return the strict ``json_schema`` response format, or None for a plain preset.

    Strict mode asks for a root object, every property required, no others, and a name of at most
    64 characters of ``[A-Za-z0-9_-]`` (structured outputs guide).
    """
    if preset.form != "json":
        return None
    name = re.sub(r"[^A-Za-z0-9_-]", "_", preset.name)[:_NAME_CHARS]
    schema = {
        "type": "object",
        "properties": {field.name: _property(field) for field in preset.fields},
        "required": [field.name for field in preset.fields],
        "additionalProperties": False,
    }
    return {
        "type": "json_schema",
        "json_schema": {"name": name or "caption", "strict": True, "schema": schema},
    }


def asked(field: Field) -> str:
    """Return what is asked of a field with its limits, in one or more sentences."""
    return " ".join(part for part in (_sentence(field.ask), _limits(field)) if part)


def _property(field: Field) -> dict[str, Any]:
    if field.kind == "choice":
        # The choices stand in the enum: said twice, they would be paid for twice.
        told = {"description": _sentence(field.ask)}
        return {"type": "string", "enum": list(field.choices), **told}
    told = {"description": asked(field)}
    if field.kind == "list":
        return {"type": "array", "items": {"type": "string"}, **told}
    return {"type": "string", **told}


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _limits(field: Field) -> str:
    if field.kind == "choice":
        return f"One of: {', '.join(field.choices)}."
    if field.kind == "list":
        return _items(field)
    return _span(field.min_chars, field.max_chars, "characters")


def _items(field: Field) -> str:
    noun = "single words" if field.words == "single" else "keywords"
    span = _span(field.min_items, field.max_items, noun)
    return f"{span[:-1]}, most relevant first." if span else "Most relevant first."


def _span(least: int, most: int, noun: str) -> str:
    if least and least == most:
        return f"Exactly {least} {noun}."
    if least and most:
        return f"{least} to {most} {noun}."
    if most:
        return f"At most {most} {noun}."
    return f"At least {least} {noun}." if least else ""
