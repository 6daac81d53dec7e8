"""How many prompt tokens a request costs.

Takes a model, sizes in pixels and a request body; gives tokens. Never opens a picture, never
decodes a data URL, never loads a tokenizer: the counter for text comes in.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from batchcap.records import Model, Trouble

PATCH_SIDE = 32
TILE_SIDE = 512
TILE_FIT = 2048
TILE_SHORT = 768
MAX_PATCHES = 30_000
TILE_DETAILS = ("low", "high", "auto")

# Chat models wrap each message in start, role, separator and end, and prime the reply with three
# tokens more; a schema travels as text with a few words around it. The newer families are not
# documented: these figures are meant as upper bounds, and real usage corrects the estimate.
PER_MESSAGE = 4
PER_REQUEST = 3
PER_SCHEMA = 16

Count = Callable[[str], int]


class ImageRefused(ValueError):
    """The provider would refuse this picture for this model; ``trouble`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.trouble = Trouble(code, message)


def image_tokens(model: Model, width: int, height: int, detail: str) -> int:
    """Return the prompt tokens of one picture of ``width`` x ``height`` pixels.

    Rules: OpenAI's images guide (patch models, tile models); billing may differ by one. Raises
    ImageRefused for more than 30,000 patches, for a detail that the model does not offer and for
    a picture without pixels.
    """
    if width < 1 or height < 1:
        raise ImageRefused("image_too_small", f"A picture of {width} x {height} pixels is empty.")
    if model.image_rule == "tile":
        return _tile_tokens(model, width, height, detail)
    columns, rows = patch_grid(patched(model, width, height, detail))
    if columns * rows > MAX_PATCHES:
        raise ImageRefused(
            "image_too_large",
            f"{width} x {height} pixels are {columns * rows:,} patches at detail {detail}; "
            f"{model.name} takes {MAX_PATCHES:,}.",
        )
    # 1.2 and its like have no exact binary form: 1.2 * 2500 must not become 3001
    return math.ceil(round(columns * rows * model.multiplier, 6))


def patched(model: Model, width: int, height: int, detail: str) -> tuple[int, int]:
    """Return the size in pixels to which a patch model shrinks a picture before it counts."""
    require_detail(model, detail)
    max_side, budget = model.sizing[detail]
    width, height = fit(width, height, max_side)
    columns, rows = patch_grid((width, height))
    if not budget or columns * rows <= budget:
        return width, height
    scale = math.sqrt(PATCH_SIDE * PATCH_SIDE * budget / (width * height))
    across, down = width * scale / PATCH_SIDE, height * scale / PATCH_SIDE
    scale *= min(_whole(across) / across, _whole(down) / down)
    return _whole(width * scale), _whole(height * scale)


def require_detail(model: Model, detail: str) -> None:
    """Raise ImageRefused for a detail that the model does not offer."""
    offered = TILE_DETAILS if model.image_rule == "tile" else tuple(model.sizing)
    if detail not in offered:
        raise ImageRefused(
            "detail_unknown", f"{model.name} has no detail {detail!r}, only {', '.join(offered)}."
        )


def fit(width: int, height: int, max_side: int) -> tuple[int, int]:
    """Return the size with the same aspect and no side above ``max_side``; never enlarges."""
    longest = max(width, height)
    if longest <= max_side:
        return width, height
    return (
        max(1, round(width * max_side / longest)),
        max(1, round(height * max_side / longest)),
    )


def patch_grid(size: tuple[int, int]) -> tuple[int, int]:
    """Return columns and rows of 32-pixel patches that a picture touches."""
    return -(-size[0] // PATCH_SIDE), -(-size[1] // PATCH_SIDE)


def tiled(width: int, height: int) -> tuple[int, int]:
    """Return the size in pixels to which a tile model shrinks a picture before it counts."""
    width, height = fit(width, height, TILE_FIT)
    shortest = min(width, height)
    if shortest <= TILE_SHORT:
        return width, height
    return width * TILE_SHORT // shortest, height * TILE_SHORT // shortest


def tiles(size: tuple[int, int]) -> int:
    """Return how many 512-pixel tiles a picture touches."""
    return -(-size[0] // TILE_SIDE) * -(-size[1] // TILE_SIDE)


def text_tokens(text: str, count: Count) -> int:
    """Return the tokens of a text; nothing costs nothing, whatever the counter says."""
    return max(0, count(text)) if text else 0


def request_tokens(
    body: Mapping[str, Any], sizes: Sequence[tuple[int, int]], model: Model, count: Count
) -> int:
    """Return an upper bound of a request's prompt tokens, for chat and responses bodies.

    ``sizes`` are the pictures' (width, height) in pixels, in the order in which the body holds
    them. The sum is: texts of all messages, 4 tokens a message, 3 a request, the JSON text of the
    answer's schema and 16 around it, and the pictures. An address or data URL of a picture is
    never counted as text. Raises ImageRefused, and ValueError where sizes and pictures differ in
    number.
    """
    total = PER_REQUEST
    details: list[str] = []
    for message in _messages(body):
        total += PER_MESSAGE + text_tokens(_text(message.get("name")), count)
        for part in _parts(message.get("content")):
            detail = _image_detail(part)
            if detail:
                details.append(detail)
            else:
                total += text_tokens(_text(part.get("text")), count)
    if len(details) != len(sizes):
        raise ValueError(f"the body holds {len(details)} pictures, {len(sizes)} sizes were given")
    for detail, (width, height) in zip(details, sizes, strict=True):
        total += image_tokens(model, width, height, detail)
    schema = _schema(body)
    return total + (PER_SCHEMA + text_tokens(schema, count) if schema else 0)


def _tile_tokens(model: Model, width: int, height: int, detail: str) -> int:
    require_detail(model, detail)
    if detail == "low":
        return model.tile_base
    return model.tile_base + model.tile_each * tiles(tiled(width, height))


def _whole(value: float) -> int:
    # a product that is whole on paper may come out a hair below it
    return max(1, math.floor(value + 1e-9))


def _messages(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if body.get("instructions"):
        yield {"content": body["instructions"]}
    for key in ("messages", "input"):
        value = body.get(key)
        if isinstance(value, str):
            yield {"content": value}
        elif isinstance(value, list | tuple):
            yield from (each for each in value if isinstance(each, Mapping))


def _parts(content: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(content, str):
        yield {"text": content}
    elif isinstance(content, list | tuple):
        for part in content:
            if isinstance(part, Mapping):
                yield part
            elif isinstance(part, str):
                yield {"text": part}


def _image_detail(part: Mapping[str, Any]) -> str:
    """Return a picture's detail, "" for a part that is no picture."""
    inner = part.get("image_url")
    if inner is None and part.get("type") != "input_image":
        return ""
    source = inner if isinstance(inner, Mapping) else part
    return _text(source.get("detail")) or "auto"


def _schema(body: Mapping[str, Any]) -> str:
    wanted = body.get("response_format")
    if wanted is None and isinstance(body.get("text"), Mapping):
        wanted = body["text"].get("format")
    if not isinstance(wanted, Mapping):
        return ""
    inner = wanted.get("json_schema", wanted)
    schema = inner.get("schema") if isinstance(inner, Mapping) else None
    if schema is None:
        return ""
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
