"""A drawing surface measured in points, painted at twice the size and reduced once at the end.

Takes points, colours and a seed; gives an RGB picture. Never reads a file, a clock or a global
random state: the same strokes give the same pixels.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

SCALE = 2

Color = tuple[int, ...]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
Stops = Sequence[tuple[float, Color]]


class Canvas:
    """A picture in the making: ``width`` x ``height`` points, y downwards, colours RGB or RGBA."""

    def __init__(self, width: int, height: int, seed: str) -> None:
        self.width = width
        self.height = height
        self.image = Image.new("RGB", (width * SCALE, height * SCALE))
        self.rng = random.Random(seed)  # noqa: S311 - paint
        self._draw = ImageDraw.Draw(self.image, "RGBA")

    def polygon(self, points: Iterable[Point], color: Color) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=color)

    def ellipse(self, box: Box, color: Color) -> None:
        """Fill the ellipse inside ``box`` (left, top, right, bottom)."""
        left, top, right, bottom = (side * SCALE for side in box)
        if right >= left and bottom >= top:
            self._draw.ellipse((left, top, right, bottom), fill=color)

    def rect(self, box: Box, color: Color) -> None:
        """Fill a rectangle (left, top, right, bottom)."""
        left, top, right, bottom = (side * SCALE for side in box)
        if right >= left and bottom >= top:
            self._draw.rectangle((left, top, right, bottom), fill=color)

    def line(self, points: Iterable[Point], color: Color, width: float = 1.0) -> None:
        """Draw a line through ``points``; ``width`` in points."""
        self._draw.line(
            [(x * SCALE, y * SCALE) for x, y in points],
            fill=color,
            width=max(1, round(width * SCALE)),
            joint="curve",
        )

    def dot(self, center: Point, radius: float, color: Color) -> None:
        """Fill a circle."""
        x, y = center
        self.ellipse((x - radius, y - radius, x + radius, y + radius), color)

    def finish(self) -> Image.Image:
        """Return the picture at its final size, with a touch of film grain."""
        picture = self.image.reduce(SCALE)
        side = 256
        tile = Image.frombytes("L", (side, side), self.rng.randbytes(side * side))
        grain = Image.new("L", picture.size)
        for left in range(0, picture.width, side):
            for top in range(0, picture.height, side):
                grain.paste(tile, (left, top))
        return Image.blend(picture, Image.merge("RGB", (grain, grain, grain)), 0.016)


@dataclass(frozen=True, slots=True)
class Lens:
    """A pinhole camera that looks along z; metres in, points of the canvas out."""

    center: Point
    focal: float
    eye: float

    def at(self, x: float, y: float, z: float) -> Point:
        """Return where a point ``x`` right, ``y`` above the ground and ``z`` away is seen."""
        return (
            self.center[0] + x * self.focal / z,
            self.center[1] - (y - self.eye) * self.focal / z,
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """A foot to draw from: ``unit`` points are 1 across or up, and up is up."""

    foot: Point
    unit: float

    def at(self, across: float, up: float) -> Point:
        """Return a point beside and above the foot."""
        return self.foot[0] + across * self.unit, self.foot[1] - up * self.unit

    def box(self, left: float, low: float, right: float, high: float) -> Box:
        """Return the box between two such points."""
        return (*self.at(left, high), *self.at(right, low))

    def quad(self, left: float, low: float, right: float, high: float) -> list[Point]:
        """Return that box as a polygon."""
        return [
            self.at(left, low),
            self.at(right, low),
            self.at(right, high),
            self.at(left, high),
        ]


def mix(first: Color, second: Color, share: float) -> Color:
    """Return the colour ``share`` (0 to 1) of the way from ``first`` to ``second``."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))


def curve(start: Point, control: Point, end: Point, steps: int = 16) -> list[Point]:
    """Return a quadratic Bezier curve as ``steps`` + 1 points."""
    points = []
    for step in range(steps + 1):
        t = step / steps
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        points.append(
            (
                a * start[0] + b * control[0] + c * end[0],
                a * start[1] + b * control[1] + c * end[1],
            )
        )
    return points


def smooth(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """Return a Catmull-Rom spline through ``points``."""
    padded = [points[0], *points, points[-1]]
    path: list[Point] = []
    for before, here, there, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            path.append(
                (
                    _spline((before[0], here[0], there[0], after[0]), t),
                    _spline((before[1], here[1], there[1], after[1]), t),
                )
            )
    path.append(points[-1])
    return path


def _spline(values: tuple[float, float, float, float], t: float) -> float:
    a, b, c, d = values
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def height_at(line: Sequence[Point], x: float) -> float:
    """Return the height of the point of ``line`` that lies nearest to ``x``."""
    return min(line, key=lambda point: abs(point[0] - x))[1]
