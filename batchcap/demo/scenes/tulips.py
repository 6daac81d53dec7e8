"""Rows of tulips run towards a windmill under a spring sky."""

import math

from batchcap.demo.brush import (
    clouds,
    fill,
    gradient,
    haze,
)
from batchcap.demo.canvas import Canvas, Color, Point, Spot, curve, mix
from batchcap.demo.props import crown


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    rng = canvas.rng
    line = 440
    gradient(
        canvas,
        (0, 0, 1600, line),
        ((0.0, (60, 130, 206)), (0.6, (146, 196, 232)), (1.0, (222, 236, 240))),
    )
    clouds(canvas, (0, -80, 1600, 420), (4, 4), (255, 255, 255, 245), 0.5)
    clouds(canvas, (0, 200, 1600, 440), (7, 5), (255, 255, 255, 220), 0.45)
    for x in range(-20, 1640, 26):
        tone = mix((92, 124, 104), (120, 148, 128), rng.random())
        crown(canvas, (x, line - rng.uniform(4, 16)), rng.uniform(14, 28), tone)
    for x, wall in ((180, (190, 96, 72)), (1220, (236, 232, 220)), (1330, (176, 84, 66))):
        canvas.rect((x, line - 26, x + 58, line + 4), wall)
        canvas.polygon(
            ((x - 6, line - 24), (x + 14, line - 52), (x + 46, line - 52), (x + 64, line - 24)),
            (96, 72, 68),
        )
    _windmill(canvas, (1010, line + 8), 300)
    haze(canvas, (0, line - 60, 1600, line + 40), (226, 236, 240), (0.0, 0.4, 0.0))
    gradient(
        canvas,
        (0, line + 4, 1600, 1067),
        ((0.0, (128, 158, 104)), (0.2, (86, 132, 58)), (1.0, (46, 92, 34))),
    )
    _tulip_rows(canvas, line + 4)


def _windmill(canvas: Canvas, foot: Point, tall: float) -> None:
    spot = Spot(foot, tall)
    at = spot.at
    body = (at(-0.2, 0), at(-0.115, 0.62), at(0.115, 0.62), at(0.2, 0))
    fill(canvas, body, ((0.0, (132, 92, 70)), (1.0, (104, 70, 56))))
    canvas.polygon((at(0.03, 0), at(0.02, 0.62), at(0.115, 0.62), at(0.2, 0)), (70, 46, 40, 110))
    canvas.rect(spot.box(-0.23, 0.235, 0.23, 0.26), (240, 236, 226))
    cap = curve(at(-0.13, 0.61), at(0, 0.86), at(0.13, 0.61), 14)
    fill(canvas, cap, ((0.0, (84, 104, 80)), (1.0, (52, 66, 56))))
    canvas.rect(spot.box(-0.04, 0, 0.04, 0.13), (46, 84, 66))
    for up in (0.36, 0.5):
        canvas.rect(spot.box(-0.03, up, 0.025, up + 0.05), (246, 244, 236))
        canvas.rect(spot.box(-0.022, up + 0.008, 0.017, up + 0.042), (60, 70, 84))
    for quarter in range(4):
        _sail(canvas, Spot(at(0, 0.68), tall), math.radians(24 + 90 * quarter))
    canvas.dot(at(0, 0.68), tall * 0.022, (60, 42, 38))


def _sail(canvas: Canvas, hub: Spot, angle: float) -> None:
    ux, uy = math.cos(angle), -math.sin(angle)
    nx, ny = 0.075 * uy, -0.075 * ux
    corners = ((0.1, 0), (0.5, 0), (0.5, 1), (0.1, 1))
    cloth = [hub.at(ux * far + nx * side, uy * far + ny * side) for far, side in corners]
    canvas.polygon(cloth, (240, 228, 206, 215))
    for bar in range(9):
        far = 0.1 + 0.4 * bar / 8
        ends = [hub.at(ux * far + nx * side, uy * far + ny * side) for side in (0, 1)]
        canvas.line(ends, (90, 62, 50), 1)
    canvas.line([hub.at(0, 0), hub.at(ux * 0.5, uy * 0.5)], (72, 48, 42), 3)


def _tulip_rows(canvas: Canvas, line: float) -> None:
    rng = canvas.rng
    vanish = 820.0
    colors = (
        (214, 34, 44),
        (250, 196, 40),
        (236, 92, 150),
        (250, 246, 236),
        (122, 48, 140),
        (244, 118, 40),
    )
    depth = 0.0
    rows: list[float] = []
    y = line + 4.0
    while y < 1120:
        rows.append(y)
        y += 1.6 + (y - line) * 0.045
    for y in rows:
        depth = y - line
        pitch = depth * 0.62
        if pitch < 6:
            continue
        size = depth * 0.05
        first, last = math.floor((-40 - vanish) / pitch), math.ceil((1640 - vanish) / pitch)
        for bed in range(first, last + 1):
            color = colors[bed % len(colors)]
            middle = vanish + (bed + 0.5) * pitch
            half = pitch * 0.4
            canvas.rect(
                (middle - half, y - size * 0.2, middle + half, y + size * 1.6),
                mix((60, 116, 44), (24, 62, 24), rng.random()),
            )
            count = 9 if size > 3 else 7
            for index in range(count):
                x = middle - half + 2 * half * (index + rng.random()) / count
                if -40 < x < 1640:
                    _tulip(
                        canvas,
                        (x, y + rng.uniform(-0.4, 0.4) * size),
                        size * rng.uniform(0.85, 1.2),
                        color,
                    )


def _tulip(canvas: Canvas, head: Point, size: float, color: Color) -> None:
    rng, spot = canvas.rng, Spot(head, size)
    at = spot.at
    if size < 4:
        canvas.ellipse(spot.box(-0.6, -0.6, 0.6, 1), mix(color, (40, 10, 30), rng.uniform(0, 0.3)))
        return
    tone = mix(color, rng.choice(((255, 255, 255), (60, 10, 20))), rng.uniform(0, 0.14))
    canvas.line([at(0, 0), at(rng.uniform(-0.2, 0.2), -2.6)], (88, 148, 62), size * 0.14)
    if size > 10:
        for side in (-1, 1):
            leaf = curve(at(0, -2.4), at(side * 0.9, -1.6), at(side * 0.7, -0.5), 6)
            leaf += curve(at(side * 0.7, -0.5), at(side * 0.35, -1.6), at(0, -2.4), 6)
            canvas.polygon(leaf, mix((70, 140, 66), (120, 176, 96), rng.random()))
    cup = [
        *curve(at(-0.5, 0.85), at(-0.95, -0.45), at(0, -0.6), 6),
        *curve(at(0, -0.6), at(0.95, -0.45), at(0.5, 0.85), 6),
        *(at(0.24, 0.45), at(0, 1), at(-0.24, 0.45)),
    ]
    canvas.polygon(cup, mix(tone, (50, 0, 20), 0.26))
    petal = [
        *curve(at(0, 1), at(-0.75, 0), at(0, -0.55), 6),
        *curve(at(0, -0.55), at(0.6, 0), at(0, 1), 6),
    ]
    canvas.polygon(petal, tone)
    if size > 7:
        shine = curve(at(-0.1, 0.7), at(-0.42, 0), at(-0.08, -0.3), 5)
        canvas.polygon(shine, mix(tone, (255, 255, 255), 0.35))
