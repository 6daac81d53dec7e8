"""Red dunes with sharp crests, one tree and long shadows."""

import math

from PIL import Image

from batchcap.demo.brush import (
    clouds,
    fill,
    gradient,
    haze,
    noise,
    plane,
    relief,
    shade,
    shape,
    soft,
    whole,
)
from batchcap.demo.canvas import Canvas, Point, curve, mix, smooth
from batchcap.demo.props import crown


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    gradient(
        canvas,
        (0, 0, 1600, 620),
        ((0.0, (38, 92, 170)), (0.7, (128, 176, 216)), (1.0, (226, 212, 190))),
    )
    clouds(canvas, (0, 40, 1600, 300), (3, 12), (255, 255, 255, 110), 0.4)
    for left, crest, right, tone in (
        ((-60, 520), (260, 430), (700, 540), 0.55),
        ((560, 530), (1240, 400), (1700, 520), 0.45),
    ):
        _dune(canvas, (left, crest, right), 620, tone)
    haze(canvas, (0, 380, 1600, 640), (236, 206, 176), (0.0, 0.36, 0.3))
    fill(
        canvas,
        [(-10, 560), (1610, 560), (1610, 1080), (-10, 1080)],
        ((0.0, (226, 168, 112)), (1.0, (196, 112, 60))),
    )
    _dune(canvas, ((-300, 690), (420, 300), (1500, 700)), 760, 0.16)
    _dune(canvas, ((700, 792), (1330, 520), (1900, 780)), 790, 0.06)
    _foreground(canvas)
    _acacia(canvas, (1180, 846), 210)


def _dune(canvas: Canvas, line: tuple[Point, Point, Point], foot: float, far: float) -> None:
    rng = canvas.rng
    left, crest, right = line
    air = (226, 204, 190)
    drop = foot - crest[1]
    west = smooth([left, ((left[0] + crest[0]) / 2, (left[1] + crest[1]) / 2 + drop * 0.08), crest])
    east = smooth(
        [
            crest,
            (crest[0] * 0.62 + right[0] * 0.38, crest[1] * 0.66 + right[1] * 0.34 + drop * 0.05),
            right,
        ]
    )
    spine = smooth(
        [
            crest,
            (crest[0] + drop * 0.1, crest[1] + drop * 0.2),
            (crest[0] - drop * 0.12, crest[1] + drop * 0.5),
            (crest[0] + drop * 0.2, crest[1] + drop * 0.8),
            (crest[0] + drop * 0.02, foot + 20),
        ]
    )
    lit = [*west, *spine, (left[0], max(left[1], foot))]
    fill(canvas, lit, ((0.0, mix((246, 160, 92), air, far)), (1.0, mix((222, 128, 70), air, far))))
    ripples = relief(noise(rng, (500, 400), (10, 90), 3), 0.9)
    shade(
        canvas,
        shape(lit),
        ripples,
        (*mix((255, 206, 150), air, far), 70),
        (*mix((150, 66, 40), air, far), round(90 * (1 - far))),
    )
    dark = [*east, (right[0], foot + 20), *reversed(spine)]
    fill(
        canvas,
        dark,
        (
            (0.0, mix((136, 58, 44), air, far)),
            (0.6, mix((158, 74, 50), air, far)),
            (1.0, mix((196, 106, 66), air, far)),
        ),
    )
    shade(
        canvas,
        shape(dark),
        ripples.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        (*mix((210, 120, 80), air, far), 50),
        (*mix((80, 30, 40), air, far), 60),
    )
    canvas.line([*west[len(west) // 2 :], *spine[:10]], (*mix((255, 220, 170), air, far), 150), 2)


def _foreground(canvas: Canvas) -> None:
    rng = canvas.rng
    crest = smooth([(-20, 820), (260, 770), (560, 850), (820, 960), (1000, 1090)])
    sand = [*crest, (-20, 1090)]
    flat = (0, 700, 1600, 1067)
    field = plane(relief(noise(rng, (900, 900), (50, 190), 3), 0.9), (1600, 367), 5)
    shade(canvas, whole(flat), field, (255, 214, 160, 60), (130, 60, 36, 76))
    fill(canvas, sand, ((0.0, (250, 172, 104)), (1.0, (214, 116, 62))))
    field = plane(relief(noise(rng, (700, 700), (20, 120), 3), 1.0), (800, 300), 3)
    shade(canvas, shape(sand), field, (255, 224, 170, 110), (140, 60, 36, 120))
    canvas.line(crest, (255, 228, 180, 220), 3)
    for step in range(26):
        share = step / 26
        x = 200 + share * 330 + math.sin(share * 7) * 26
        y = 1040 - share * 224
        size = 11 * (1 - share * 0.7)
        aside = size * (1 if step % 2 else -1)
        canvas.ellipse(
            (x + aside - size * 0.7, y - size * 0.35, x + aside + size * 0.7, y + size * 0.35),
            (130, 60, 40, 150),
        )
        canvas.ellipse(
            (x + aside - size * 0.7, y + size * 0.1, x + aside + size * 0.6, y + size * 0.5),
            (255, 216, 160, 120),
        )


def _acacia(canvas: Canvas, foot: Point, tall: float) -> None:
    rng = canvas.rng
    x, base = foot
    soft(
        canvas,
        [
            [
                (x, base - 3),
                (x + tall * 1.5, base + tall * 0.1),
                (x + tall * 2.1, base + tall * 0.26),
                (x + tall * 1.2, base + tall * 0.22),
                (x, base + 5),
            ]
        ],
        (92, 40, 36, 150),
        5,
    )
    canvas.polygon(
        [
            *curve((x - 11, base), (x - 4, base - tall * 0.3), (x - 9, base - tall * 0.5), 8),
            *curve((x + 4, base - tall * 0.5), (x + 7, base - tall * 0.3), (x + 12, base), 8),
        ],
        (66, 44, 34),
    )
    for side, reach in ((-1, 0.42), (1, 0.4), (-1, 0.2), (1, 0.18)):
        branch = curve(
            (x - 2, base - tall * 0.42),
            (x + side * tall * reach * 0.6, base - tall * 0.56),
            (x + side * tall * reach, base - tall * 0.8),
            8,
        )
        canvas.line(branch, (66, 44, 34), 5)
    for share in range(11):
        lean = share / 5 - 1
        crown(
            canvas,
            (x + lean * tall * 0.52, base - tall * (0.86 - 0.1 * lean * lean) + rng.uniform(-8, 8)),
            tall * 0.15,
            (92, 104, 48),
        )
