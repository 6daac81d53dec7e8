"""A red and white lighthouse on a rocky point in the evening; upright."""

import math

from batchcap.demo.brush import (
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
    soft,
    waves,
)
from batchcap.demo.canvas import Canvas, Color, Point, curve, mix
from batchcap.demo.props import gull, rock


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    line = 1080
    gradient(
        canvas,
        (0, 0, 1067, line),
        (
            (0.0, (44, 70, 124)),
            (0.45, (108, 136, 178)),
            (0.75, (226, 178, 160)),
            (1.0, (255, 214, 168)),
        ),
    )
    clouds(canvas, (0, -60, 1067, 720), (3, 5), (62, 74, 112, 190), 0.55)
    clouds(canvas, (0, 160, 1067, 900), (3, 9), (255, 196, 168, 200), 0.5)
    glow(canvas, (140, line), 620, (255, 150, 90))
    gradient(
        canvas,
        (0, line, 1067, 1600),
        (
            (0.0, (206, 170, 160)),
            (0.15, (110, 130, 154)),
            (0.6, (46, 82, 112)),
            (1.0, (22, 46, 74)),
        ),
    )
    waves(canvas, (0, line, 1067, 1600), (255, 224, 204, 130), (8, 26, 54, 140))
    haze(canvas, (0, line - 20, 1067, line + 24), (255, 216, 180), (0.0, 0.6, 0.0))
    _beam(canvas, (640, 318))
    _point(canvas)
    _tower(canvas, 640, 318, 1010)
    _surf(canvas)
    for x, y, span in ((250, 420, 30), (340, 372, 22), (196, 520, 18), (880, 560, 20)):
        gull(canvas, (x, y), span, (246, 242, 240))


def _beam(canvas: Canvas, lamp: Point) -> None:
    x, y = lamp
    for spread, alpha in ((80, 46), (44, 60), (18, 70)):
        soft(
            canvas,
            [[(x, y), (-60, y - 150 - spread), (-60, y - 150 + spread)]],
            (255, 240, 190, alpha),
            9,
        )
        soft(
            canvas,
            [[(x, y), (1130, y + 70 - spread), (1130, y + 70 + spread)]],
            (255, 240, 190, alpha),
            9,
        )


def _point(canvas: Canvas) -> None:
    rng = canvas.rng
    back = [
        *ridge(rng, ((330, 1150), (470, 1010)), 20, 6),
        *ridge(rng, ((470, 1010), (800, 1000)), 8, 6),
        *ridge(rng, ((800, 1000), (1080, 930)), 26, 6),
    ]
    ground = [*back, (1080, 1370), (420, 1350), (300, 1290)]
    fill(canvas, ground, ((0.0, (118, 104, 84)), (0.3, (86, 76, 72)), (1.0, (38, 38, 50))))
    texture = relief(noise(rng, (420, 220), (16, 12), 5), 1.6)
    shade(canvas, shape(ground), texture, (255, 214, 170, 130), (14, 14, 34, 170))
    turf = [*back, *reversed([(x, y + 26 + rng.uniform(-9, 12)) for x, y in back])]
    fill(canvas, turf, ((0.0, (134, 138, 76)), (1.0, (86, 98, 58))))
    for share in range(90):
        x, y = rng.uniform(330, 1080), 1150 + share * 2.4
        x -= max(0.0, (share - 30) * 1.0)
        big = rng.uniform(18, 36) * (0.8 + share / 110)
        tone = mix((98, 86, 84), (64, 58, 70), rng.random())
        rock(canvas, (x, y), (big * 1.35, big), tone)


def _tower(canvas: Canvas, x: float, top: float, foot: float) -> None:
    house = ((760, 1004), (760, 900), (960, 900), (960, 1004))
    fill(canvas, house, ((0.0, (250, 240, 226)), (1.0, (206, 190, 180))))
    canvas.polygon(((744, 904), (800, 838), (924, 838), (976, 904)), (168, 66, 52))
    canvas.polygon(((860, 838), (924, 838), (976, 904), (880, 904)), (134, 50, 46))
    canvas.rect((896, 806, 920, 850), (150, 80, 66))
    for left in (786, 846, 906):
        canvas.rect((left, 928, left + 26, 964), (255, 214, 130))
        canvas.rect((left + 12, 928, left + 14, 964), (120, 80, 60))
    wide, narrow = 82.0, 50.0
    bands = 7
    for band in range(bands):
        share, nxt = band / bands, (band + 1) / bands
        y0, y1 = top + 74 + (foot - top - 74) * share, top + 74 + (foot - top - 74) * nxt
        h0, h1 = narrow + (wide - narrow) * share**1.3, narrow + (wide - narrow) * nxt**1.3
        color: Color = (196, 48, 44) if band % 2 else (248, 242, 234)
        for strip in range(14):
            a, b = strip / 14 * 2 - 1, (strip + 1) / 14 * 2 - 1
            dim = max(0.0, (a + 0.45)) * 0.42 + max(0.0, -a - 0.8) * 0.4
            tone = mix(color, (44, 40, 74), min(0.62, dim))
            bow = [14 * math.sqrt(max(0.0, 1 - v * v)) for v in (a, b)]
            canvas.polygon(
                (
                    (x + a * h0, y0 + bow[0]),
                    (x + b * h0, y0 + bow[1]),
                    (x + b * h1, y1 + bow[1]),
                    (x + a * h1, y1 + bow[0]),
                ),
                tone,
            )
    for y in (520, 690, 860):
        canvas.rect((x - 16, y, x + 6, y + 34), (52, 46, 62))
        canvas.rect((x - 16, y, x - 12, y + 34), (255, 226, 180))
    canvas.rect((x - 26, 950, x + 14, 1014), (82, 52, 44))
    _lantern(canvas, x, top)


def _lantern(canvas: Canvas, x: float, top: float) -> None:
    canvas.polygon(
        ((x - 50, top + 82), (x - 74, top + 62), (x + 74, top + 62), (x + 50, top + 82)),
        (60, 50, 60),
    )
    canvas.rect((x - 76, top + 54, x + 76, top + 64), (44, 38, 48))
    for rail in range(-74, 75, 12):
        canvas.line([(x + rail, top + 56), (x + rail, top + 26)], (40, 34, 44), 1.6)
    canvas.line([(x - 76, top + 26), (x + 76, top + 26)], (40, 34, 44), 2.4)
    canvas.rect((x - 38, top - 44, x + 38, top + 56), (255, 232, 160))
    for bar in (-38, -19, 0, 19, 38):
        canvas.line([(x + bar, top - 44), (x + bar, top + 56)], (60, 44, 50), 2.4)
    dome = curve((x - 48, top - 42), (x, top - 138), (x + 48, top - 42), 16)
    fill(canvas, dome, ((0.0, (210, 64, 54)), (1.0, (130, 34, 40))))
    canvas.line([(x, top - 88), (x, top - 130)], (60, 44, 50), 3)
    canvas.dot((x, top - 96), 7, (120, 36, 40))
    glow(canvas, (x, top), 210, (255, 226, 140))
    glow(canvas, (x, top), 74, (255, 255, 225))


def _surf(canvas: Canvas) -> None:
    rng = canvas.rng
    for y, reach, alpha in ((1352, 300, 150), (1400, 180, 120), (1470, 60, 90)):
        crest = [
            (x, y + 18 * math.sin(x / 61 + y) + rng.uniform(-10, 10))
            for x in range(reach, 1110, 22)
        ]
        lower = [(x, v + rng.uniform(10, 34)) for x, v in reversed(crest)]
        soft(canvas, [[*crest, *lower]], (250, 246, 244, alpha), 5)
    for _ in range(520):
        angle, far = rng.uniform(math.pi * 1.05, math.pi * 1.9), rng.random() ** 0.7
        spot = (390 + math.cos(angle) * 150 * far, 1340 + math.sin(angle) * 170 * far)
        canvas.dot(
            spot, rng.uniform(0.8, 3.6) * (1.2 - far), (255, 250, 246, round(220 * (1.1 - far)))
        )
    soft(canvas, [curve((270, 1370), (380, 1160), (520, 1370), 10)], (255, 248, 244, 110), 22)
