"""A red suspension bridge over a strait in morning fog."""

import itertools
from collections.abc import Callable

from batchcap.demo.brush import (
    below,
    clouds,
    fill,
    glow,
    gradient,
    haze,
    noise,
    relief,
    ridge,
    shade,
    shape,
    waves,
)
from batchcap.demo.canvas import Canvas, Lens, Point, mix
from batchcap.demo.props import gull

# A point of the bridge (along, aside, height in metres) to where it is seen.
Seen = Callable[[float, float, float], Point]


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    rng = canvas.rng
    gradient(
        canvas,
        (0, 0, 1600, 660),
        ((0.0, (72, 128, 190)), (0.6, (164, 196, 220)), (1.0, (244, 226, 204))),
    )
    clouds(canvas, (0, 0, 1600, 380), (3, 8), (255, 250, 244, 150), 0.5)
    glow(canvas, (220, 560), 560, (255, 214, 160))
    far = [
        *ridge(rng, ((-10, 470), (360, 400)), 26),
        *ridge(rng, ((360, 400), (760, 540)), 22),
        *ridge(rng, ((760, 540), (1020, 636)), 10),
    ]
    fill(canvas, below(far, 652), ((0.0, (128, 140, 150)), (1.0, (150, 158, 158))))
    near = [*ridge(rng, ((-10, 500), (250, 520)), 24), *ridge(rng, ((250, 520), (640, 640)), 16)]
    slope = below(near, 664)
    fill(canvas, slope, ((0.0, (126, 126, 96)), (1.0, (104, 104, 90))))
    shade(
        canvas,
        shape(slope),
        relief(noise(rng, (340, 90), (26, 10), 4), 1.2),
        (230, 210, 160, 80),
        (40, 50, 60, 90),
    )
    gradient(
        canvas,
        (0, 640, 1600, 1067),
        ((0.0, (206, 208, 204)), (0.25, (112, 152, 172)), (1.0, (34, 82, 108))),
    )
    waves(canvas, (0, 640, 1600, 1067), (226, 238, 240, 90), (8, 46, 72, 110))
    clouds(canvas, (0, 470, 1600, 720), (4, 3), (250, 246, 240, 250), 0.5)
    _span(canvas, Lens((800, 620), 1500, 40))
    clouds(canvas, (0, 570, 1600, 770), (5, 3), (252, 249, 244, 235), 0.5)
    haze(canvas, (0, 560, 1600, 740), (250, 244, 236), (0.0, 0.3, 0.0))
    _headland(canvas)
    for x, y, span in ((420, 300, 20), (480, 340, 14), (360, 352, 12)):
        gull(canvas, (x, y), span, (250, 250, 250))


def _place(along: float, aside: float) -> Point:
    """Return x and z (metres) of a point ``along`` the bridge and ``aside`` of its middle."""
    return 250 - 0.42 * along + 0.907 * aside, 700 + 0.907 * along + 0.42 * aside


def _span(canvas: Canvas, lens: Lens) -> None:
    red, lit, dark = (200, 74, 48), (232, 106, 70), (138, 46, 42)

    def seen(along: float, aside: float, height: float) -> Point:
        x, z = _place(along, aside)
        return lens.at(x, height, z)

    def cable(along: float) -> float:
        if along < 0:
            return 227 + along * (227 - 72) / 343 + 0.0011 * along * (along + 343)
        if along > 1280:
            return 227 - (along - 1280) * (227 - 72) / 343
        return 84 + 143 * ((along - 640) / 640) ** 2

    stations = [-330 + 25 * step for step in range(79)]
    for aside, tone in ((13.5, dark), (-13.5, red)):
        if aside < 0:
            _tower_pair(canvas, seen, 1280)
            _deck(canvas, seen, stations)
            _tower_pair(canvas, seen, 0)
        for along in stations:
            if along < 1623:
                width = 1.1 * lens.focal / _place(along, aside)[1] * 0.4
                canvas.line(
                    [seen(along, aside, 67), seen(along, aside, cable(along))], (*tone, 190), width
                )
        for here, there in itertools.pairwise(stations):
            width = 2.6 * lens.focal / _place(here, aside)[1]
            canvas.line(
                [seen(here, aside, cable(here)), seen(there, aside, cable(there))],
                mix(tone, lit, 0.3),
                width,
            )


def _deck(canvas: Canvas, seen: Seen, stations: list[int]) -> None:
    ends = stations[0], stations[-1]
    for low, high, tone in ((57, 60, (120, 44, 42)), (64, 68, (206, 80, 54))):
        canvas.polygon(
            [
                seen(ends[0], -13.5, low),
                seen(ends[1], -13.5, low),
                seen(ends[1], -13.5, high),
                seen(ends[0], -13.5, high),
            ],
            tone,
        )
    for here, there in itertools.pairwise(stations):
        near = max(0.6, 900 / _place(here, -13.5)[1] * 1.2)
        middle = (here + there) / 2
        canvas.line(
            [seen(here, -13.5, 58), seen(middle, -13.5, 66), seen(there, -13.5, 58)],
            (176, 62, 48),
            near,
        )


def _tower_pair(canvas: Canvas, seen: Seen, along: float) -> None:
    red, dark = (204, 76, 50), (140, 46, 44)
    _pier(canvas, seen, along)
    for step, (low, high) in enumerate(((10, 67), (67, 110), (110, 150), (150, 190), (190, 227))):
        half, deep = 5.6 - step * 0.6, 8.0 - step * 0.8
        for behind, tall, tone in ((0.0, 9, dark), (-deep, 7, red)):
            corners = (
                (-13.5, high - 7),
                (13.5, high - 7),
                (13.5, high + tall - 7),
                (-13.5, high + tall - 7),
            )
            canvas.polygon([seen(along + behind, a, h) for a, h in corners], tone)
        if step == 0:
            for a in (-13.5, 13.5):
                brace = [seen(along, a, low + 4), seen(along, -a, 56)]
                canvas.line(brace, dark, 2700 / _place(along, 0)[1])
        for aside in (13.5, -13.5):
            _leg(
                canvas,
                seen,
                (along - deep, along + deep),
                (aside - half, aside + half),
                (low, high),
            )


def _pier(canvas: Canvas, seen: Seen, along: float) -> None:
    rim = [(along + u, v) for u, v in ((16, -24), (-16, -24), (-16, 24), (16, 24))]
    for corners, tone in ((rim[:2], (196, 184, 170)), (rim[1:3], (150, 142, 138))):
        upper = [seen(u, v, 12) for u, v in corners]
        canvas.polygon([*upper, *(seen(u, v, 0) for u, v in reversed(corners))], tone)
    canvas.polygon([seen(u, v, 12) for u, v in rim], (210, 200, 186))


def _leg(
    canvas: Canvas,
    seen: Seen,
    depth: tuple[float, float],
    width: tuple[float, float],
    heights: tuple[float, float],
) -> None:
    (near, far), (left, right), (low, high) = depth, width, heights
    flank = ((near, low), (far, low), (far, high), (near, high))
    canvas.polygon([seen(z, left, h) for z, h in flank], (234, 112, 76))
    face = ((left, low), (right, low), (right, high), (left, high))
    canvas.polygon([seen(near, a, h) for a, h in face], (204, 76, 50))
    for share in (0.35, 0.65):
        flute = left + (right - left) * share
        line = [seen(near, flute, low), seen(near, flute, high)]
        canvas.line(line, (140, 46, 44, 150), 500 / _place(near, 0)[1])


def _headland(canvas: Canvas) -> None:
    rng = canvas.rng
    edge = [*ridge(rng, ((540, 1080), (900, 960)), 18), *ridge(rng, ((900, 960), (1620, 760)), 30)]
    slope = below(edge, 1080)
    fill(canvas, slope, ((0.0, (120, 124, 70)), (0.5, (84, 96, 52)), (1.0, (46, 58, 38))))
    shade(
        canvas,
        shape(slope),
        relief(noise(rng, (540, 160), (40, 20), 5), 1.6),
        (226, 206, 130, 120),
        (20, 34, 26, 130),
    )
    for _ in range(700):
        x = rng.uniform(620, 1600)
        y = rng.uniform(1080 - (x - 540) * 0.27, 1080)
        tone = rng.choice(((250, 190, 60), (244, 150, 50), (180, 190, 110), (230, 220, 170)))
        canvas.line([(x, y), (x + rng.uniform(-3, 3), y - rng.uniform(5, 12))], (96, 112, 60), 1)
        canvas.dot((x, y - 10), rng.uniform(1.2, 3.2), tone)
