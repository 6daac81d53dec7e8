"""Brushes: gradients, light, haze, clouds, noise, relief, water, ridges, stars and windows.

Each takes a canvas (or a random source) and paints with what it is given; none keeps state.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from batchcap.demo.canvas import SCALE, Box, Canvas, Color, Point, Stops, mix

BICUBIC = Image.Resampling.BICUBIC
BILINEAR = Image.Resampling.BILINEAR


def ramp(stops: Stops, length: int) -> Image.Image:
    """Return a column of ``length`` pixels that runs through ``stops`` (share, RGB)."""
    column = bytearray()
    for index in range(length):
        share = index / max(1, length - 1)
        before, after = stops[0], stops[-1]
        for left, right in itertools.pairwise(stops):
            if left[0] <= share <= right[0]:
                before, after = left, right
                break
        span = after[0] - before[0]
        part = (share - before[0]) / span if span else 0.0
        column += bytes(mix(before[1], after[1], min(1.0, max(0.0, part))))
    return Image.frombytes("RGB", (1, length), bytes(column))


def pixels(box: Box) -> tuple[int, int, int, int]:
    """Return ``box`` in whole pixels of the doubled picture."""
    left, top, right, bottom = (round(side * SCALE) for side in box)
    return left, top, max(left + 1, right), max(top + 1, bottom)


def gradient(canvas: Canvas, box: Box, stops: Stops) -> None:
    """Fill ``box`` with a vertical gradient."""
    left, top, right, bottom = pixels(box)
    column = ramp(stops, bottom - top)
    canvas.image.paste(column.resize((right - left, bottom - top)), (left, top))


def shape(points: Sequence[Point]) -> tuple[Image.Image, Box]:
    """Return the mask of a polygon and the box (points) that it fills."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = (math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys)))
    left, top, right, bottom = pixels(box)
    mask = Image.new("L", (right - left, bottom - top))
    corners = [(x * SCALE - left, y * SCALE - top) for x, y in points]
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    return mask, box


def fill(canvas: Canvas, points: Sequence[Point], stops: Stops) -> None:
    """Fill a polygon with a vertical gradient from its top to its bottom."""
    mask, box = shape(points)
    column = ramp(stops, mask.height)
    canvas.image.paste(column.resize(mask.size), pixels(box)[:2], mask)


def glow(canvas: Canvas, center: Point, radius: float, color: Color) -> None:
    """Add light round ``center`` that falls off to nothing at ``radius``; ``color`` is RGB."""
    left, top, right, bottom = pixels(
        (center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius)
    )
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, canvas.image.width), min(bottom, canvas.image.height)
    if right <= left or bottom <= top:
        return
    # radial_gradient reaches 181 at the middle of a side and 255 in the corners
    falloff = [round(255 * max(0.0, 1 - v / 181) ** 2.2) for v in range(256)]
    lamp = Image.radial_gradient("L").point(falloff)
    scale = 256 / (2 * radius * SCALE)
    x, y = center[0] * SCALE - radius * SCALE, center[1] * SCALE - radius * SCALE
    part = ((left - x) * scale, (top - y) * scale, (right - x) * scale, (bottom - y) * scale)
    part = (max(part[0], 0.0), max(part[1], 0.0), min(part[2], 256.0), min(part[3], 256.0))
    light = lamp.resize((right - left, bottom - top), BILINEAR, box=part)
    tinted = Image.merge("RGB", [light.point([v * c // 255 for v in range(256)]) for c in color])
    region = canvas.image.crop((left, top, right, bottom))
    canvas.image.paste(ImageChops.screen(region, tinted), (left, top))


def haze(canvas: Canvas, box: Box, color: Color, alphas: Sequence[float]) -> None:
    """Lay a veil of ``color`` over ``box``; ``alphas`` (0 to 1) run evenly from top to bottom."""
    left, top, right, bottom = pixels(box)
    last = len(alphas) - 1
    stops = [(i / last, (round(alpha * 255),) * 3) for i, alpha in enumerate(alphas)]
    veil = ramp(stops, bottom - top).convert("L").resize((right - left, bottom - top))
    canvas.image.paste(color, (left, top, right, bottom), veil)


def soft(canvas: Canvas, shapes: Iterable[Sequence[Point]], color: Color, radius: float) -> None:
    """Fill polygons in ``color`` (RGBA) with edges blurred over ``radius`` points."""
    outlines = [list(points) for points in shapes]
    flat = [point for points in outlines for point in points]
    pad = radius * 3
    left = math.floor(min(x for x, _ in flat) - pad)
    top = math.floor(min(y for _, y in flat) - pad)
    width = math.ceil(max(x for x, _ in flat) + pad) - left
    height = math.ceil(max(y for _, y in flat) + pad) - top
    shrink = 2.0 if radius < 8 else 4.0
    mask = Image.new("L", (math.ceil(width / shrink), math.ceil(height / shrink)))
    draw = ImageDraw.Draw(mask)
    for points in outlines:
        draw.polygon([((x - left) / shrink, (y - top) / shrink) for x, y in points], fill=color[3])
    mask = mask.filter(ImageFilter.GaussianBlur(radius / shrink))
    mask = mask.resize((width * SCALE, height * SCALE), BILINEAR)
    canvas.image.paste(color[:3], (left * SCALE, top * SCALE), mask)


def noise(rng: Random, size: tuple[int, int], cells: tuple[int, int], octaves: int) -> Image.Image:
    """Return a grey picture of fractal noise that fills 0 to 255; ``cells`` are its largest."""
    total, share = 0.0, 1.0
    field = Image.new("L", size, 128)
    for octave in range(octaves):
        grid = (min(cells[0] << octave, size[0]), min(cells[1] << octave, size[1]))
        layer = Image.frombytes("L", grid, rng.randbytes(grid[0] * grid[1]))
        total += share
        field = Image.blend(field, layer.resize(size, BICUBIC), share / total)
        share *= 0.55
    return ImageOps.autocontrast(field, cutoff=1)


def relief(field: Image.Image, strength: float = 2.0) -> Image.Image:
    """Return ``field`` as a surface lit from the upper left; 128 is flat."""
    weights = [-1, -1, 0, -1, 0, 1, 0, 1, 1]
    kernel = ImageFilter.Kernel((3, 3), [-w * strength for w in weights], scale=1, offset=128)
    return field.filter(kernel)


def shade(
    canvas: Canvas, where: tuple[Image.Image, Box], texture: Image.Image, light: Color, dark: Color
) -> None:
    """Lay ``texture`` on a shape: above 128 towards ``light``, below it towards ``dark`` (RGBA)."""
    mask, box = where
    grown = texture.resize(mask.size, BICUBIC)
    for color, sign in ((light, 1), (dark, -1)):
        strength = color[3] / 128
        table = [round(min(255.0, max(0.0, sign * (v - 128) * strength))) for v in range(256)]
        alpha = ImageChops.multiply(grown.point(table), mask)
        canvas.image.paste(color[:3], pixels(box)[:2], alpha)


def whole(box: Box) -> tuple[Image.Image, Box]:
    """Return ``box`` as a shape for ``shade``."""
    left, top, right, bottom = pixels(box)
    return Image.new("L", (right - left, bottom - top), 255), box


def clouds(canvas: Canvas, box: Box, cells: tuple[int, int], color: Color, cover: float) -> None:
    """Drift clouds of ``color`` (RGBA) over ``box``, thinning out towards its upper and lower edge.

    ``cover`` is the share of the noise (0 to 1) that becomes cloud.
    """
    left, top, right, bottom = pixels(box)
    small = (max(8, (right - left) // 4), max(8, (bottom - top) // 4))
    floor = 255 * (1 - cover)
    table = [
        round(color[3] * min(1.0, max(0.0, (v - floor) / (255 - floor) * 1.6))) for v in range(256)
    ]
    field = noise(canvas.rng, small, cells, 5).point(table)
    edge = [(0.0, (0, 0, 0)), (0.3, (255,) * 3), (0.75, (255,) * 3), (1.0, (0, 0, 0))]
    field = ImageChops.multiply(field, ramp(edge, small[1]).convert("L").resize(small))
    canvas.image.paste(color[:3], (left, top), field.resize((right - left, bottom - top), BICUBIC))


def plane(texture: Image.Image, size: tuple[int, int], tilt: float = 12.0) -> Image.Image:
    """Return ``texture`` laid flat and seen towards the horizon at the upper edge of ``size``.

    The nearest row is ``tilt`` + 1 times larger than the farthest.
    """
    width, height = size
    near = height / tilt
    middle = texture.width / 2
    grow = texture.width / width
    return texture.transform(
        size,
        Image.Transform.PERSPECTIVE,
        (grow, middle / near, middle - grow * width / 2, 0, 0, texture.height - 1, 0, 1 / near),
        BILINEAR,
    )


def waves(canvas: Canvas, box: Box, light: Color, dark: Color) -> None:
    """Ruffle the water in ``box``, its horizon at the top; colours RGBA."""
    field = relief(noise(canvas.rng, (1024, 1024), (150, 110), 4), 1.1)
    size = (round(box[2] - box[0]), round(box[3] - box[1]))
    shade(canvas, whole(box), plane(field, size, 7), light, dark)


def glitter(canvas: Canvas, start: Point, bottom: float, color: Color, spread: float) -> None:
    """Scatter the path of light that a lamp or the sun throws on water from ``start`` down."""
    rng = canvas.rng
    depth = bottom - start[1]
    for _ in range(1700):
        share = rng.random() ** 1.4
        y = start[1] + depth * share
        x = rng.gauss(start[0], 12 + depth * share * spread)
        wide = 3 + depth * share * 0.07 * rng.random() ** 2
        tall = 0.7 + depth * share * 0.005 * rng.random()
        alpha = round(color[3] * rng.uniform(0.3, 1.0) * (1 - 0.45 * share))
        canvas.ellipse((x - wide, y - tall, x + wide, y + tall), (*color[:3], alpha))


def reflect(canvas: Canvas, line: float, depth: float, ripple: float, tint: Color) -> None:
    """Mirror what stands above ``line`` into the water below it, ``depth`` points deep.

    ``ripple`` is the sway in points at the near edge; ``tint`` (RGBA) darkens the water.
    """
    width = canvas.image.width
    top, deep = round(line * SCALE), round(depth * SCALE)
    source_height = min(top, round(deep * 1.25))
    mirror = canvas.image.crop((0, top - source_height, width, top))
    mirror = mirror.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((width, deep), BILINEAR)
    mirror = mirror.filter(ImageFilter.BoxBlur((2, 5)))
    step = 3
    for row in range(0, deep, step):
        share = row / deep
        sway = ripple * SCALE * (0.15 + share)
        shift = round(
            sway * (math.sin(row / (7 + 26 * share)) * 0.6 + canvas.rng.uniform(-0.5, 0.5))
        )
        strip = mirror.crop((0, row, width, min(deep, row + step)))
        canvas.image.paste(strip, (shift, top + row))
        edge = strip.crop((0, 0, abs(shift), strip.height)) if shift else None
        if edge is not None:
            edge = strip.crop((width - abs(shift), 0, width, strip.height)) if shift < 0 else edge
            canvas.image.paste(edge, (0 if shift > 0 else width - abs(shift), top + row))
    haze(canvas, (0, line, canvas.width, line + depth), tint[:3], (tint[3] / 400, tint[3] / 255))


def ridge(rng: Random, ends: tuple[Point, Point], height: float, detail: int = 7) -> list[Point]:
    """Return a broken line between two points by midpoint displacement, ``height`` points wild."""
    points = list(ends)
    for _ in range(detail):
        finer: list[Point] = [points[0]]
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            finer.append(((x0 + x1) / 2, (y0 + y1) / 2 + rng.uniform(-height, height)))
            finer.append((x1, y1))
        points = finer
        height *= 0.52
    return points


def below(line: Sequence[Point], bottom: float) -> list[Point]:
    """Return the polygon between ``line`` and the height ``bottom``."""
    return [*line, (line[-1][0], bottom), (line[0][0], bottom)]


def stars(canvas: Canvas, count: int, bottom: float) -> None:
    """Sprinkle stars above ``bottom``."""
    rng = canvas.rng
    for _ in range(count):
        spot = (rng.uniform(0, canvas.width), bottom * rng.random() ** 1.2)
        canvas.dot(spot, rng.choice((0.6, 0.7, 0.9, 1.4)), (235, 240, 255, rng.randint(70, 240)))


def windows(canvas: Canvas, box: Box, grid: tuple[int, int], lit: float) -> None:
    """Light windows at random in a ``grid`` (columns, rows) that fills ``box``."""
    rng = canvas.rng
    wide, tall = (box[2] - box[0]) / grid[0], (box[3] - box[1]) / grid[1]
    warm = ((255, 214, 140), (255, 236, 190), (250, 190, 110), (205, 225, 255))
    for row in range(grid[1]):
        share = lit * rng.uniform(0.5, 1.4)
        for column in range(grid[0]):
            if rng.random() > share:
                continue
            x, y = box[0] + wide * (column + 0.22), box[1] + tall * (row + 0.25)
            pane = (x, y, x + wide * 0.6, y + tall * 0.5)
            canvas.rect(pane, (*rng.choice(warm), rng.randint(130, 245)))
