"""Granite towers over a turquoise lake at first light."""

import itertools
import math

from PIL import Image, ImageChops, ImageFilter

from batchcap.demo.brush import (
    BICUBIC,
    below,
    clouds,
    fill,
    glow,
    gradient,
    haze,
    noise,
    pixels,
    reflect,
    relief,
    ridge,
    shade,
    shape,
    waves,
)
from batchcap.demo.canvas import Canvas, Point, mix
from batchcap.demo.props import rock


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    line = 700
    rng = canvas.rng
    gradient(
        canvas,
        (0, 0, 1600, line),
        (
            (0.0, (52, 92, 158)),
            (0.5, (148, 170, 208)),
            (0.85, (250, 214, 188)),
            (1.0, (252, 226, 200)),
        ),
    )
    clouds(canvas, (0, 20, 1600, 420), (3, 8), (255, 206, 190, 190), 0.5)
    glow(canvas, (240, 560), 620, (255, 190, 130))
    far = [
        *ridge(rng, ((-10, 470), (380, 420)), 50),
        *ridge(rng, ((380, 420), (900, 500)), 60),
        *ridge(rng, ((900, 500), (1620, 400)), 60),
    ]
    fill(canvas, below(far, line), ((0.0, (150, 164, 196)), (1.0, (206, 196, 206))))
    _massif(canvas, line)
    hills = [
        *ridge(rng, ((-10, 590), (500, 640)), 24),
        *ridge(rng, ((500, 640), (1000, 650)), 14),
        *ridge(rng, ((1000, 650), (1620, 570)), 26),
    ]
    slope = below(hills, line)
    fill(canvas, slope, ((0.0, (108, 112, 92)), (1.0, (74, 92, 78))))
    shade(
        canvas,
        shape(slope),
        relief(noise(rng, (800, 70), (60, 10), 4), 1.2),
        (226, 206, 160, 90),
        (24, 40, 56, 110),
    )
    haze(canvas, (0, 560, 1600, line), (236, 222, 216), (0.0, 0.3, 0.35))
    reflect(canvas, line, 1067 - line, 7, (20, 104, 122, 110))
    waves(canvas, (0, line, 1600, 1067), (190, 236, 236, 44), (10, 60, 84, 60))
    haze(canvas, (0, line - 8, 1600, line + 10), (244, 236, 226), (0.0, 0.5, 0.0))
    _shore(canvas)


def _massif(canvas: Canvas, line: float) -> None:
    rng = canvas.rng
    peaks = (
        (-10, 560),
        (120, 470),
        (240, 420),
        (330, 340),
        (400, 372),
        (470, 250),
        (520, 296),
        (576, 330),
        (640, 200),
        (662, 150),
        (700, 146),
        (722, 250),
        (760, 286),
        (790, 196),
        (812, 96),
        (852, 90),
        (882, 230),
        (916, 276),
        (950, 160),
        (972, 120),
        (1008, 128),
        (1040, 262),
        (1110, 330),
        (1180, 280),
        (1260, 390),
        (1360, 360),
        (1470, 470),
        (1620, 540),
    )
    edge: list[Point] = []
    for here, there in itertools.pairwise(peaks):
        edge += ridge(rng, (here, there), 9, 4)
    rock_face = below(edge, line)
    fill(
        canvas,
        rock_face,
        (
            (0.0, (206, 158, 138)),
            (0.35, (150, 132, 138)),
            (0.75, (104, 110, 126)),
            (1.0, (90, 100, 108)),
        ),
    )
    where = shape(rock_face)
    cracks = relief(noise(rng, (800, 306), (70, 14), 5), 1.4)
    shade(canvas, where, cracks, (255, 206, 160, 150), (40, 44, 84, 160))
    folds = relief(noise(rng, (400, 153), (20, 7), 3).filter(ImageFilter.GaussianBlur(2)), 3.0)
    shade(canvas, where, folds, (255, 196, 150, 120), (36, 40, 88, 160))
    _snow(canvas, where)


def _snow(canvas: Canvas, where: tuple[Image.Image, tuple[float, float, float, float]]) -> None:
    mask, box = where
    small = (mask.width // 4, mask.height // 4)
    patches = noise(canvas.rng, small, (90, 10), 5)
    # Snow lies between the bare towers and the valley, and the noise tears its edges.
    height = Image.new("L", (1, small[1]))
    for row in range(small[1]):
        share = row / small[1]
        height.putpixel(
            (0, row), round(150 * math.exp(-(((share - 0.5) / 0.17) ** 2)) + 20 * (share < 0.5))
        )
    snow = ImageChops.add(patches, height.resize(small), scale=1.0, offset=-196)
    snow = snow.point([min(255, v * 6) for v in range(256)]).resize(mask.size, BICUBIC)
    snow = ImageChops.multiply(snow, mask)
    canvas.image.paste((244, 236, 240), pixels(box)[:2], snow)
    soft_folds = relief(noise(canvas.rng, (400, 153), (36, 12), 4), 1.2)
    shade(canvas, (snow, box), soft_folds, (255, 240, 226, 90), (120, 140, 196, 150))


def _shore(canvas: Canvas) -> None:
    rng = canvas.rng
    bank = [*ridge(rng, ((-10, 900), (500, 1010)), 16), *ridge(rng, ((500, 1010), (860, 1080)), 12)]
    slope = below(bank, 1080)
    fill(canvas, slope, ((0.0, (110, 112, 66)), (1.0, (52, 62, 38))))
    for _ in range(46):
        share = rng.random()
        spot = (share * 900 - 20, 905 + share * 170 + rng.uniform(-12, 90))
        big = rng.uniform(8, 34)
        rock(canvas, spot, (big * 1.4, big * 0.8), mix((120, 116, 116), (92, 86, 84), rng.random()))
    for _ in range(1500):
        x = rng.uniform(-10, 800)
        y = rng.uniform(914 + x * 0.21, 1090)
        tone = mix((176, 166, 84), (72, 96, 44), rng.random())
        canvas.line([(x, y), (x + rng.uniform(-6, 8), y - rng.uniform(10, 30))], (*tone, 220), 1.2)
    for _ in range(60):
        x = rng.uniform(0, 560)
        y = rng.uniform(950 + x * 0.2, 1060)
        tone = rng.choice(((150, 90, 190), (196, 110, 190), (120, 90, 200)))
        for bud in range(12):
            canvas.dot(
                (x + rng.uniform(-4, 4) * (1 - bud / 14), y - 44 + bud * 3.6 - 20),
                2.0 + bud * 0.14,
                mix(tone, (255, 255, 255), 0.3 * rng.random()),
            )
