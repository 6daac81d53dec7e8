"""How large the copy should be that is sent, so that no token is paid for nothing.

Takes a model and the original's size in pixels; gives the copy's size. Never enlarges, never
passes ``max_side``, never costs more than the plain reduction to ``max_side`` would.
"""

from batchcap.batches.tokens import (
    PATCH_SIDE,
    TILE_SIDE,
    ImageRefused,
    fit,
    patch_grid,
    patched,
    require_detail,
    tiled,
    tiles,
)
from batchcap.records import Model

# A copy may become this much smaller to save patches: an eighth is two rows of a picture with
# sixteen, and no subject is lost in it.
_KEEP_PATCH = 7 / 8
# A tile model looks at 768 pixels of the short side at most; one row of tiles shows 512 of them
# and halves the price or better.
_KEEP_TILE = 2 / 3


def best_side(model: Model, width: int, height: int, max_side: int, detail: str) -> tuple[int, int]:
    """Return width and height in pixels of the copy to send.

    Patch models: the size whose 32-pixel patches are filled best, at least 7/8 of what ``max_side``
    allows. Tile models: the fewest 512-pixel tiles, at least 2/3 of what the model would look at.
    The aspect ratio is that of the original within one pixel. Raises ImageRefused for a detail
    that the model does not offer and for a picture without pixels.
    """
    if width < 1 or height < 1 or max_side < 1:
        raise ImageRefused("image_too_small", f"A picture of {width} x {height} pixels is empty.")
    require_detail(model, detail)
    plain = fit(width, height, max_side)
    if model.image_rule == "tile":
        return _fewest_tiles(width, height, plain, detail)
    return _fullest_patches(model, width, height, plain, detail)


def _fewest_tiles(width: int, height: int, plain: tuple[int, int], detail: str) -> tuple[int, int]:
    if detail == "low":  # one price, whatever the size
        return plain
    seen = fit(width, height, max(tiled(*plain)))
    least = max(seen) * _KEEP_TILE
    options = [each for each in _steps(width, height, seen, TILE_SIDE) if max(each) >= least - 1]
    return min(options, key=lambda size: (tiles(tiled(*size)), -size[0] * size[1]))


def _fullest_patches(
    model: Model, width: int, height: int, plain: tuple[int, int], detail: str
) -> tuple[int, int]:
    seen = fit(width, height, max(patched(model, *plain, detail)))
    least = max(seen) * _KEEP_PATCH
    options = [
        each
        for each in _steps(width, height, seen, PATCH_SIDE)
        # a size that the provider would shrink once more is no size to send
        if max(each) >= least and patched(model, *each, detail) == each
    ]
    return max(options, key=lambda size: (_filled(size), size[0] * size[1]), default=plain)


def _filled(size: tuple[int, int]) -> float:
    columns, rows = patch_grid(size)
    return size[0] * size[1] / (columns * rows * PATCH_SIDE * PATCH_SIDE)


def _steps(width: int, height: int, largest: tuple[int, int], unit: int) -> list[tuple[int, int]]:
    """Return ``largest`` and every smaller size of that aspect with a side of whole units."""
    across = range(unit, largest[0] + 1, unit)
    down = range(unit, largest[1] + 1, unit)
    steps = [
        largest,
        *((side, max(1, round(side * height / width))) for side in across),
        *((max(1, round(side * width / height)), side) for side in down),
    ]
    return [each for each in steps if each[0] <= largest[0] and each[1] <= largest[1]]
