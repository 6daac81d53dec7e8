"""A prepared photo and its facts → one task.

Pure but for the tokenizer it is handed. Puts the prompt, the picture and the answer's schema into
a request body, names it, and counts its tokens.
"""

import base64
import hashlib
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, replace

from batchcap.batches.jsonl import request_line
from batchcap.batches.tokens import request_tokens
from batchcap.captions.prompt import Picture, messages, request_body
from batchcap.records import Dialect, Facts, Model, Preset, Task
from batchcap.settings import Image

# What a field without a limit is expected to take, in characters; a token is about four of them.
USUAL_CHARS = 300
CHARS_A_TOKEN = 4
# A keyword with its quotes and comma, and a field's own name, in tokens.
KEYWORD_TOKENS = 4
FIELD_TOKENS = 6
# OpenAI's parameter that bounds an answer; a dialect may call it otherwise.
CEILING = "max_completion_tokens"


@dataclass(frozen=True, slots=True)
class Asking:
    """How photos are asked for in this workspace; ``count`` counts the tokens of a text."""

    workspace_id: str
    preset: Preset
    model: Model
    dialect: Dialect
    image: Image
    count: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Picked:
    """A photo to be asked for: ``ordinal`` is how many tasks it had before.

    ``width`` and ``height`` are those of the picture the model will see, in pixels.
    """

    path: str
    digest: str
    facts: Facts
    jpeg: bytes
    width: int
    height: int
    ordinal: int = 0
    reason: str = ""


def custom_id(workspace_id: str, photo: Picked) -> str:
    """Return the task's name: the same for the same try, another for every other one."""
    parts = (workspace_id, photo.path, photo.digest, str(photo.ordinal))
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"bc-{digest[:40]}"


def picture_url(asking: Asking, photo: Picked) -> str:
    """Return a data URL of the reduced copy, or the photo's public address."""
    if asking.image.send == "hosted":
        base = asking.image.base_url.rstrip("/")
        return f"{base}/{urllib.parse.quote(photo.path)}"
    return f"data:image/jpeg;base64,{base64.b64encode(photo.jpeg).decode('ascii')}"


def output_tokens(preset: Preset) -> int:
    """Return how many tokens an answer is expected to take, at most the preset's ceiling."""
    tokens = FIELD_TOKENS
    for field in preset.fields:
        if field.kind == "list":
            tokens += FIELD_TOKENS + KEYWORD_TOKENS * (field.max_items or 20)
        elif field.kind == "choice":
            tokens += FIELD_TOKENS + KEYWORD_TOKENS
        else:
            tokens += FIELD_TOKENS + (field.max_chars or USUAL_CHARS) // CHARS_A_TOKEN
    return min(tokens, preset.max_output_tokens)


def make_task(asking: Asking, photo: Picked) -> Task:
    """Return the task that asks for one photo."""
    picture = Picture(picture_url(asking, photo), asking.image.detail)
    talk = messages(asking.preset, photo.facts, picture, photo.reason)
    dialect = asking.dialect
    model = asking.model
    if not dialect.structured:
        model = replace(model, structured=False)
    body = request_body(model, asking.preset, talk)
    body[dialect.ceiling] = body.pop(CEILING)
    name = custom_id(asking.workspace_id, photo)
    return Task(
        custom_id=name,
        path=photo.path,
        line=request_line(name, dialect.line_url if dialect.line_method else "", body),
        input_tokens=request_tokens(body, [(photo.width, photo.height)], model, asking.count),
        output_tokens=output_tokens(asking.preset),
    )
