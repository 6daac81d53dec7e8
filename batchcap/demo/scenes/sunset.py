"""The sun sinks into the sea behind sea stacks."""

import math

from batchcap.demo.brush import (
    below,
    clouds,
    fill,
    glitter,
    glow,
    gradient,
    haze,
    noise,
    relief,
    ridge,
    shade,
    shape,
    soft,
    waves,
)
from batchcap.demo.canvas import Canvas, curve
from batchcap.demo.props import gull


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    line, sun = 640, (1010.0, 578.0)
    gradient(
        canvas,
        (0, 0, 1600, line),
        (
            (0.0, (34, 40, 92)),
            (0.35, (112, 70, 132)),
            (0.62, (224, 108, 98)),
            (0.82, (250, 164, 86)),
            (1.0, (255, 212, 130)),
        ),
    )
    glow(canvas, sun, 760, (255, 150, 70))
    clouds(canvas, (0, 60, 1600, 420), (5, 9), (86, 48, 104, 190), 0.55)
    clouds(canvas, (0, 180, 1600, 560), (4, 14), (255, 138, 104, 210), 0.5)
    clouds(canvas, (0, 380, 1600, 630), (3, 10), (255, 206, 136, 190), 0.45)
    glow(canvas, sun, 300, (255, 210, 120))
    glow(canvas, sun, 120, (255, 250, 210))
    canvas.dot(sun, 47, (255, 252, 226))
    gradient(
        canvas,
        (0, line, 1600, 1067),
        (
            (0.0, (246, 172, 100)),
            (0.1, (214, 120, 96)),
            (0.45, (112, 68, 110)),
            (1.0, (30, 30, 68)),
        ),
    )
    waves(canvas, (0, line, 1600, 1067), (255, 176, 120, 110), (20, 18, 60, 150))
    glitter(canvas, (sun[0], line + 2), 1067, (255, 226, 150, 230), 0.16)
    glow(canvas, (sun[0], line + 30), 260, (255, 160, 70))
    haze(canvas, (0, line - 14, 1600, line + 16), (255, 206, 140), (0.0, 0.55, 0.0))
    _cliffs(canvas, line)
    for x, y, span in ((560, 300, 24), (640, 262, 18), (700, 322, 14), (486, 356, 15)):
        gull(canvas, (x, y), span, (38, 26, 48))


def _cliffs(canvas: Canvas, line: float) -> None:
    rng = canvas.rng
    far = [(0, 520), (120, 512), (230, 540), (262, 600), (300, 640)]
    fill(canvas, below(far, line + 3), ((0.0, (132, 70, 88)), (1.0, (150, 84, 88))))
    for x, top, half in ((1330, 556, 26), (1392, 588, 18), (706, 604, 15)):
        stack = [
            *ridge(rng, ((x - half, line + 14), (x - half * 0.5, top)), 5, 4),
            *ridge(rng, ((x - half * 0.5, top), (x + half * 0.45, top + 10)), 4, 3),
            *ridge(rng, ((x + half * 0.45, top + 10), (x + half, line + 14)), 5, 4),
        ]
        fill(canvas, stack, ((0.0, (92, 46, 66)), (1.0, (70, 36, 60))))
    edge = [
        *ridge(rng, ((-10, 380), (200, 404)), 16, 6),
        *ridge(rng, ((200, 404), (330, 470)), 14, 5),
        *ridge(rng, ((330, 470), (470, 520)), 12, 5),
        *ridge(rng, ((470, 520), (500, 640)), 12, 5),
        *ridge(rng, ((500, 640), (528, 800)), 10, 5),
    ]
    arch = curve((404, 800), (424, 540), (470, 800), 14)
    rock = [*edge, *reversed(arch), (404, 820), (-10, 860)]
    fill(canvas, rock, ((0.0, (96, 46, 62)), (0.5, (60, 30, 54)), (1.0, (30, 18, 42))))
    texture = relief(noise(rng, (340, 300), (7, 30), 5), 1.3)
    shade(canvas, shape(rock), texture, (255, 140, 90, 90), (14, 8, 30, 120))
    canvas.line(edge, (255, 168, 96, 200), 3)
    canvas.line(arch[:9], (255, 150, 90, 150), 3)
    foam = [(x, 822 + 12 * math.sin(x / 37) + rng.uniform(-5, 5)) for x in range(-10, 560, 14)]
    shore = [*foam, *((x, y + 16) for x, y in reversed(foam))]
    soft(canvas, [shore], (255, 200, 180, 90), 5)
    fill(
        canvas,
        [*ridge(rng, ((-10, 900), (330, 1080)), 26, 6), (-10, 1080)],
        ((0.0, (44, 24, 46)), (1.0, (16, 10, 26))),
    )
