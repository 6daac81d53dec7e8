"""Cabins with lit windows in deep snow under northern lights."""

import itertools
import math

from PIL import Image, ImageChops, ImageFilter

from batchcap.demo.brush import (
    BILINEAR,
    below,
    fill,
    glow,
    gradient,
    noise,
    relief,
    shade,
    shape,
    soft,
    stars,
)
from batchcap.demo.canvas import SCALE, Canvas, Point, Spot, curve, height_at, mix, smooth
from batchcap.demo.props import spruce


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    rng = canvas.rng
    gradient(
        canvas, (0, 0, 1600, 660), ((0.0, (8, 14, 44)), (0.55, (22, 44, 92)), (1.0, (74, 98, 150)))
    )
    stars(canvas, 420, 560)
    _aurora(canvas, ((-100, 430), (300, 300), (700, 380), (1100, 250), (1700, 330)), 250)
    _aurora(canvas, ((-100, 520), (500, 470), (900, 500), (1300, 400), (1700, 470)), 150)
    fell = smooth([(-20, 560), (260, 500), (560, 560), (900, 520), (1240, 470), (1620, 560)], 12)
    slope = below(fell, 760)
    fill(canvas, slope, ((0.0, (122, 144, 190)), (1.0, (84, 108, 162))))
    for _ in range(230):
        x = rng.uniform(-10, 1610)
        base = height_at(fell, x) + rng.uniform(40, 130)
        spruce(canvas, (x, base), rng.uniform(34, 74), (30, 48, 78), (128, 150, 192))
    field = smooth([(-20, 690), (300, 660), (700, 690), (1100, 660), (1620, 700)], 12)
    snow = below(field, 1080)
    fill(canvas, snow, ((0.0, (132, 154, 202)), (0.4, (164, 184, 222)), (1.0, (98, 122, 180))))
    shade(
        canvas,
        shape(snow),
        relief(noise(rng, (400, 110), (7, 9), 3).filter(ImageFilter.GaussianBlur(2)), 2.0),
        (214, 230, 250, 110),
        (70, 92, 160, 110),
    )
    _church(canvas, (820, 690))
    for x, base, size in (
        (310, 740, 0.62),
        (1100, 730, 0.6),
        (560, 720, 0.5),
        (1400, 790, 0.9),
        (180, 880, 1.15),
        (1010, 900, 1.2),
    ):
        _cabin(canvas, (x, base), size)
    for x, base, tall in (
        (30, 800, 220),
        (450, 800, 190),
        (700, 790, 150),
        (1240, 830, 230),
        (1560, 850, 300),
        (480, 1010, 330),
        (1500, 1060, 420),
        (40, 1060, 380),
    ):
        spruce(canvas, (x, base), tall, (24, 42, 56), (176, 196, 230))
    _path(canvas)
    for _ in range(420):
        size = rng.choice((0.8, 1.0, 1.3, 2.2))
        canvas.dot(
            (rng.uniform(0, 1600), rng.uniform(0, 1067)),
            size,
            (240, 246, 255, rng.randint(60, 190)),
        )


def _aurora(canvas: Canvas, knots: tuple[Point, ...], tall: float) -> None:
    width, height = 400, 180  # of the veil, a quarter of the canvas
    veil = Image.new("RGB", (width, height))
    hem = smooth(knots, 40)
    pillar = Image.new("RGB", (1, 64))
    for row in range(64):
        share = row / 63
        strength = share**1.7 * min(1.0, (1 - share) / 0.06)
        tone = mix((120, 50, 170), (70, 255, 150), min(1.0, share * 1.35))
        pillar.putpixel((0, row), tuple(round(c * strength) for c in tone))
    for column, power in enumerate(noise(canvas.rng, (width, 1), (26, 1), 4).tobytes()):
        base = height_at(hem, column * 4) / 4
        high = round(tall / 4 * (0.5 + power / 220))
        dim = [round(v * (0.2 + 0.7 * power / 255)) for v in range(256)]
        ray = pillar.resize((1, high), BILINEAR).point(dim * 3)
        veil.paste(ray, (column, round(base) - high))
    size = (canvas.width * SCALE, height * 4 * SCALE)
    veil = veil.filter(ImageFilter.GaussianBlur(1.6)).resize(size, BILINEAR)
    region = canvas.image.crop((0, 0, *size))
    canvas.image.paste(ImageChops.screen(region, veil), (0, 0))


def _church(canvas: Canvas, foot: Point) -> None:
    x, y = foot
    soft(
        canvas,
        [[(x - 50, y), (x + 130, y), (x + 120, y + 30), (x - 50, y + 26)]],
        (255, 190, 100, 120),
        14,
    )
    fill(
        canvas,
        ((x, y), (x, y - 62), (x + 110, y - 62), (x + 110, y)),
        ((0.0, (206, 200, 204)), (1.0, (226, 196, 160))),
    )
    canvas.polygon(
        ((x - 6, y - 58), (x + 10, y - 104), (x + 100, y - 104), (x + 120, y - 58)), (216, 226, 244)
    )
    fill(
        canvas,
        ((x - 44, y), (x - 44, y - 130), (x, y - 130), (x, y)),
        ((0.0, (214, 206, 208)), (1.0, (236, 204, 164))),
    )
    canvas.polygon(((x - 50, y - 128), (x - 22, y - 236), (x + 6, y - 128)), (58, 66, 88))
    canvas.polygon(((x - 50, y - 128), (x - 22, y - 236), (x - 26, y - 128)), (206, 218, 240))
    canvas.line([(x - 22, y - 262), (x - 22, y - 232)], (236, 206, 130), 3)
    canvas.line([(x - 31, y - 252), (x - 13, y - 252)], (236, 206, 130), 3)
    for left in (16, 48, 80):
        canvas.rect((x + left, y - 46, x + left + 13, y - 14), (255, 216, 120))
        canvas.ellipse((x + left, y - 53, x + left + 13, y - 39), (255, 216, 120))
    canvas.rect((x - 29, y - 106, x - 15, y - 78), (255, 210, 110))
    canvas.rect((x - 31, y - 34, x - 13, y), (120, 66, 44))
    glow(canvas, (x + 40, y - 26), 150, (150, 90, 30))


def _cabin(canvas: Canvas, foot: Point, size: float) -> None:
    spot = Spot(foot, size)
    at = spot.at
    wall = canvas.rng.choice(((142, 44, 40), (122, 72, 44), (148, 52, 40), (112, 60, 42)))
    shine = [at(-150, 4), at(220, 4), at(190, -76), at(-190, -66)]
    soft(canvas, [shine], (255, 190, 96, 150), 26 * size)
    front = [at(-110, 0), at(-110, 78), at(-40, 150), at(30, 78), at(30, 0)]
    lit = ((0.0, mix(wall, (20, 20, 60), 0.35)), (1.0, mix(wall, (255, 170, 90), 0.2)))
    fill(canvas, front, lit)
    dark = ((0.0, mix(wall, (10, 14, 50), 0.55)), (1.0, mix(wall, (20, 14, 40), 0.25)))
    fill(canvas, [at(30, 0), at(30, 78), at(190, 78), at(190, 6)], dark)
    for log in range(1, 8):
        canvas.line([at(-110, log * 10), at(190, log * 10)], (26, 12, 20, 110), 1.4 * size)
    for left, low, wide in (
        (-92, 26, 34),
        (-12, 26, 30),
        (60, 28, 34),
        (130, 28, 34),
        (-52, 92, 24),
    ):
        right, high = left + wide, low + 32
        canvas.polygon(spot.quad(left - 4, low - 4, right + 4, high + 4), (232, 226, 220))
        lamp = ((0.0, (255, 228, 150)), (1.0, (255, 184, 84)))
        fill(canvas, spot.quad(left, low, right, high), lamp)
        middle = left + wide / 2
        canvas.line([at(middle, low), at(middle, high)], (150, 90, 50), 2.2 * size)
        canvas.line([at(left, low + 17), at(right, low + 17)], (150, 90, 50), 2.2 * size)
        glow(canvas, at(middle, low + 16), 62 * size, (150, 96, 36))
    canvas.polygon(spot.quad(-54, 0, -24, 54), (70, 36, 30))
    _snowy_roof(canvas, spot)
    drift = [at(-140, -10), *curve(at(-130, 6), at(20, 22), at(205, 8), 8), at(220, -12)]
    fill(canvas, drift, ((0.0, (226, 226, 240)), (1.0, (170, 188, 226))))


def _snowy_roof(canvas: Canvas, spot: Spot) -> None:
    at = spot.at
    canvas.polygon(spot.quad(100, 110, 124, 172), (96, 66, 66))
    roof = [
        at(-40, 162),
        *curve(at(60, 168), at(100, 168), at(136, 158), 4),
        at(214, 66),
        *curve(at(190, 58), at(110, 70), at(46, 60), 6),
    ]
    fill(canvas, roof, ((0.0, (214, 226, 248)), (1.0, (146, 166, 214))))
    gable = [
        at(-128, 62),
        at(-128, 76),
        *curve(at(-60, 150), at(-40, 176), at(-20, 152), 6),
        *(at(50, 76), at(46, 58), at(-40, 146)),
    ]
    fill(canvas, gable, ((0.0, (240, 246, 255)), (1.0, (196, 210, 240))))
    cap = [at(98, 170), at(126, 170), at(124, 184), at(112, 188), at(100, 184)]
    canvas.polygon(cap, (232, 240, 252))
    for step in range(9):
        x, y, half = 112 + math.sin(step / 2.2) * 5 + step * 3, 184 + step * 15, 7 + step * 4
        puff = [at(x - half, y), at(x, y + half), at(x + half, y), at(x, y - half)]
        soft(canvas, [puff], (196, 206, 230, 96 - step * 9), 6 * spot.unit)


def _path(canvas: Canvas) -> None:
    trail = smooth([(700, 1090), (640, 980), (720, 900), (860, 850), (880, 780), (820, 720)], 10)
    for here, there in itertools.pairwise(trail):
        width = max(3.0, (here[1] - 690) * 0.16)
        canvas.line([here, there], (120, 142, 196), width)
    for here, there in itertools.pairwise(trail):
        width = max(2.0, (here[1] - 690) * 0.1)
        canvas.line([here, there], (150, 170, 216), width)
    for index, (x, y) in enumerate(trail[4:-6:8]):
        reach = (y - 690) * 0.12 * (1 if index % 2 else -1)
        tall = 12 + (y - 690) * 0.14
        canvas.line([(x + reach, y), (x + reach, y - tall)], (40, 36, 44), max(1.5, tall * 0.06))
        canvas.dot((x + reach, y - tall), max(2.0, tall * 0.1), (255, 236, 170))
        glow(canvas, (x + reach, y - tall), tall * 1.6, (220, 150, 60))
