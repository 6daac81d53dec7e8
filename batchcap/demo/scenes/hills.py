"""Hills with vines and a cypress lane that winds up to a farmhouse, late in the day."""

import itertools

from batchcap.demo.brush import (
    below,
    clouds,
    fill,
    glow,
    gradient,
    haze,
    noise,
    relief,
    shade,
    shape,
    soft,
)
from batchcap.demo.canvas import Canvas, Point, curve, height_at, mix, smooth
from batchcap.demo.props import crown, cypress


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    rng = canvas.rng
    gradient(
        canvas,
        (0, 0, 1600, 560),
        ((0.0, (104, 156, 206)), (0.6, (214, 214, 198)), (1.0, (255, 222, 160))),
    )
    clouds(canvas, (0, 30, 1600, 420), (4, 7), (255, 240, 214, 190), 0.46)
    glow(canvas, (330, 430), 640, (255, 214, 120))
    glow(canvas, (330, 430), 170, (255, 250, 210))
    air = (250, 222, 176)
    for index, (height, wild, color) in enumerate(
        (
            (430, 30, (132, 152, 160)),
            (470, 34, (128, 150, 128)),
            (520, 38, (134, 152, 96)),
            (580, 30, (130, 148, 74)),
        )
    ):
        far = 0.62 - index * 0.16
        low, high = height - wild, height + wild
        crest = smooth([(x, rng.uniform(low, high)) for x in range(-200, 1900, 300)], 12)
        slope = below(crest, 800)
        fill(
            canvas,
            slope,
            (
                (0.0, mix(color, air, far)),
                (0.6, mix(mix(color, (70, 90, 50), 0.4), air, far)),
                (1.0, mix(color, air, far * 0.6)),
            ),
        )
        for _ in range(26):
            hedge, drop = rng.randrange(4, len(crest) - 6), rng.uniform(10, 50 + 24 * index)
            size = 2.5 + index * 2.2
            for x, y in crest[hedge : hedge + rng.randint(1, 4)]:
                for _ in range(4):
                    spot = (x + rng.uniform(-16, 16), y + drop + rng.uniform(-2, 2))
                    canvas.dot(spot, size * rng.uniform(0.5, 1.0), mix((80, 98, 56), air, far))
        haze(
            canvas,
            (0, height + 10, 1600, height + 150),
            (255, 226, 174),
            (0.0, 0.3 - index * 0.05, 0.0),
        )
    _farm_hill(canvas)
    _vines(canvas)


def _farm_hill(canvas: Canvas) -> None:
    rng = canvas.rng
    crest = smooth([(460, 790), (760, 690), (1010, 590), (1220, 548), (1420, 580), (1660, 660)], 12)
    slope = below(crest, 960)
    fill(canvas, slope, ((0.0, (196, 190, 96)), (0.5, (158, 164, 72)), (1.0, (120, 138, 58))))
    shade(
        canvas,
        shape(slope),
        relief(noise(rng, (560, 200), (10, 40), 4), 1.0),
        (255, 232, 150, 70),
        (80, 96, 36, 80),
    )
    lane = smooth(
        [
            (760, 960),
            (900, 880),
            (1090, 830),
            (1080, 760),
            (960, 716),
            (1040, 660),
            (1150, 610),
            (1210, 562),
        ],
        10,
    )
    for width, tone in ((1.35, (150, 140, 84)), (1.0, (236, 216, 170))):
        for here, there in itertools.pairwise(lane):
            canvas.line([here, there], tone, max(3.0, (here[1] - 540) * 0.06) * width)
    _farm(canvas, (1240, 556))
    for index in range(len(lane) - 4, 2, -3):
        x, y = lane[index]
        tall = 34 + (y - 540) * 0.36
        cypress(canvas, (x + 14 + (y - 540) * 0.055, y), tall * rng.uniform(0.9, 1.1), (52, 76, 42))
    for x, y, size in (
        (640, 760, 26),
        (700, 742, 22),
        (1380, 640, 24),
        (1450, 690, 30),
        (1530, 650, 26),
        (1320, 740, 30),
        (850, 800, 30),
        (1500, 800, 36),
    ):
        soft(
            canvas,
            [[(x - size, y + size * 0.7), (x + size * 2.6, y + size), (x + size, y + size * 0.5)]],
            (60, 70, 30, 150),
            4,
        )
        canvas.rect((x - 3, y, x + 3, y + size * 0.9), (84, 66, 48))
        crown(canvas, (x, y), size, (128, 140, 92))


def _farm(canvas: Canvas, foot: Point) -> None:
    x, y = foot
    for shift, tall in ((-66, 96), (-48, 84), (120, 104), (140, 90), (158, 76)):
        cypress(canvas, (x + shift, y + 8), tall, (50, 72, 42))
    fill(
        canvas,
        ((x - 30, y + 10), (x - 30, y - 42), (x + 60, y - 42), (x + 60, y + 12)),
        ((0.0, (240, 206, 150)), (1.0, (214, 172, 122))),
    )
    canvas.polygon(
        ((x + 60, y - 42), (x + 104, y - 36), (x + 104, y + 10), (x + 60, y + 12)), (158, 118, 88)
    )
    canvas.polygon(
        ((x - 38, y - 40), (x - 14, y - 66), (x + 70, y - 66), (x + 66, y - 40)), (190, 98, 66)
    )
    canvas.polygon(((x + 66, y - 40), (x + 70, y - 66), (x + 110, y - 35)), (142, 70, 52))
    canvas.polygon(
        ((x + 6, y - 50), (x + 6, y - 92), (x + 36, y - 92), (x + 36, y - 50)), (236, 200, 148)
    )
    canvas.polygon(
        ((x + 26, y - 50), (x + 26, y - 92), (x + 36, y - 92), (x + 36, y - 50)), (176, 132, 98)
    )
    canvas.polygon(((x, y - 90), (x + 21, y - 108), (x + 42, y - 90)), (186, 94, 64))
    for left, top in ((-18, -28), (6, -28), (34, -28), (-18, -8), (34, -8), (14, -82)):
        canvas.rect((x + left, y + top, x + left + 9, y + top + 13), (92, 66, 54))
    canvas.ellipse((x + 2, y - 12, x + 20, y + 8), (84, 58, 46))
    canvas.rect((x + 2, y - 2, x + 20, y + 11), (84, 58, 46))


def _vines(canvas: Canvas) -> None:
    rng = canvas.rng
    crest = smooth([(-40, 740), (240, 742), (540, 800), (860, 880), (1200, 930), (1660, 900)], 12)
    slope = below(crest, 1080)
    fill(canvas, slope, ((0.0, (178, 158, 92)), (1.0, (132, 106, 64))))
    shade(
        canvas,
        shape(slope),
        relief(noise(rng, (820, 170), (60, 30), 4), 1.0),
        (240, 210, 150, 80),
        (70, 50, 30, 90),
    )
    for row in range(-8, 26):
        head = (-60.0 + row * 74, 0.0)
        head = (head[0], height_at(crest, head[0]) + 8)
        foot = (-620.0 + row * 140, 1130.0)
        bow = ((head[0] * 0.55 + foot[0] * 0.45) + 40, head[1] + (foot[1] - head[1]) * 0.3)
        for x, y in curve(head, bow, foot, 44):
            if not -60 < x < 1660:
                continue
            share = max(0.0, (y - 740) / 340)
            size = 5 + 26 * share
            canvas.ellipse(
                (x - size * 0.4, y + size * 0.5, x + size * 2.0, y + size * 1.05), (70, 54, 34, 90)
            )
            for _ in range(7):
                spot = (x + rng.uniform(-size, size) * 0.7, y + rng.uniform(-size, size) * 0.55)
                lit = (x - spot[0]) + (y - spot[1]) > 0
                tone = mix(
                    (96, 128, 44), (220, 206, 84) if lit else (36, 64, 26), rng.uniform(0.1, 0.6)
                )
                canvas.dot(spot, size * rng.uniform(0.2, 0.42), tone)
