"""Gabled wooden houses along a harbour with boats."""

from batchcap.demo.brush import (
    below,
    clouds,
    fill,
    gradient,
    haze,
    noise,
    reflect,
    relief,
    ridge,
    shade,
    shape,
    soft,
    waves,
)
from batchcap.demo.canvas import Canvas, Color, Point, curve, mix
from batchcap.demo.props import gull, sailboat


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    line = 676
    rng = canvas.rng
    gradient(
        canvas,
        (0, 0, 1600, line),
        ((0.0, (84, 142, 200)), (0.7, (178, 208, 226)), (1.0, (214, 226, 230))),
    )
    clouds(canvas, (0, -40, 1600, 460), (4, 5), (250, 250, 252, 235), 0.55)
    hill = [
        *ridge(rng, ((-10, 300), (420, 150)), 40),
        *ridge(rng, ((420, 150), (900, 260)), 40),
        *ridge(rng, ((900, 260), (1240, 190)), 30),
        *ridge(rng, ((1240, 190), (1620, 330)), 36),
    ]
    slope = below(hill, line)
    fill(canvas, slope, ((0.0, (92, 124, 112)), (0.5, (66, 108, 74)), (1.0, (58, 92, 62))))
    shade(
        canvas,
        shape(slope),
        relief(noise(rng, (800, 260), (60, 26), 4), 1.0),
        (190, 214, 130, 90),
        (16, 40, 40, 120),
    )
    _hillside_houses(canvas)
    haze(canvas, (0, 120, 1600, 560), (206, 222, 230), (0.0, 0.36, 0.12))
    canvas.rect((0, line - 20, 1600, line), (120, 112, 104))
    _house_row(canvas, line - 16)
    canvas.rect((0, line - 18, 1600, line), (112, 104, 98))
    for x in range(0, 1600, 46):
        canvas.rect((x, line - 18, x + 5, line), (70, 62, 58))
    for x, size, hull in (
        (170, 190, (240, 240, 236)),
        (470, 150, (40, 70, 120)),
        (1190, 210, (244, 244, 240)),
        (1450, 160, (150, 40, 40)),
    ):
        sailboat(canvas, (x, line), size, hull)
    reflect(canvas, line, 1067 - line, 16, (24, 58, 78, 96))
    waves(canvas, (0, line, 1600, 1067), (220, 236, 240, 70), (10, 40, 60, 90))
    _trawler(canvas, 760, 930)
    for x, y, span in ((640, 250, 22), (700, 300, 15), (1010, 130, 18), (930, 470, 16)):
        gull(canvas, (x, y), span, (252, 252, 250))


def _house_row(canvas: Canvas, base: float) -> None:
    left = -34.0
    for wide, wall in (
        (160, (172, 50, 42)),
        (178, (222, 160, 62)),
        (150, (244, 238, 224)),
        (186, (140, 40, 40)),
        (158, (226, 190, 120)),
        (172, (196, 84, 50)),
        (150, (236, 226, 200)),
        (190, (176, 58, 46)),
        (164, (216, 142, 60)),
        (180, (120, 60, 48)),
    ):
        _gable(canvas, (left, base), (wide, canvas.rng.uniform(196, 232)), wall)
        left += wide + 2


def _hillside_houses(canvas: Canvas) -> None:
    rng = canvas.rng
    for _ in range(90):
        x, y = rng.uniform(0, 1600), rng.triangular(330, 470, 460)
        size = 8 + (y - 320) * 0.09
        wall = rng.choice(((246, 244, 238), (236, 222, 190), (190, 70, 54), (226, 180, 100)))
        canvas.rect((x, y, x + size * 1.5, y + size), wall)
        roof = rng.choice(((120, 60, 50), (80, 76, 80), (150, 74, 56)))
        canvas.polygon(
            ((x - 2, y), (x + size * 0.75, y - size * 0.8), (x + size * 1.5 + 2, y)), roof
        )
        canvas.rect((x + size * 0.3, y + size * 0.3, x + size * 0.5, y + size * 0.6), (70, 80, 96))
        canvas.rect((x + size, y + size * 0.3, x + size * 1.2, y + size * 0.6), (70, 80, 96))


def _gable(canvas: Canvas, foot: Point, size: tuple[float, float], wall: Color) -> None:
    x, base = foot
    wide, tall = size
    eaves, peak = base - tall, base - tall - wide * 0.52
    front = ((x, base), (x, eaves), (x + wide / 2, peak), (x + wide, eaves), (x + wide, base))
    fill(
        canvas,
        front,
        ((0.0, mix(wall, (255, 250, 220), 0.14)), (1.0, mix(wall, (30, 20, 30), 0.2))),
    )
    y = peak + 10
    while y < base:
        inset = max(0.0, (eaves - y) / (eaves - peak)) * wide / 2
        canvas.line([(x + inset, y), (x + wide - inset, y)], (30, 16, 20, 46), 0.8)
        y += 7
    canvas.line(
        [(x - 7, eaves + 7), (x + wide / 2, peak - 3), (x + wide + 7, eaves + 7)], (70, 58, 58), 8
    )
    canvas.line(
        [(x - 3, eaves + 9), (x + wide / 2, peak + 5), (x + wide + 3, eaves + 9)],
        (248, 244, 234),
        4,
    )
    canvas.rect((x, eaves + 8, x + 5, base), mix(wall, (255, 255, 255), 0.35))
    canvas.rect((x + wide - 5, eaves + 8, x + wide, base), mix(wall, (10, 0, 10), 0.3))
    _pane(canvas, (x + wide / 2 - 13, peak + 38, x + wide / 2 + 13, peak + 74))
    pitch = wide / 4
    for row in range(3):
        top = eaves + 20 + row * (tall - 74) / 3
        for column in range(4):
            middle = x + pitch * (column + 0.5)
            _pane(canvas, (middle - 11, top, middle + 11, top + 34))
    door = x + pitch * canvas.rng.choice((1.0, 2.0, 3.0))
    canvas.rect((door - 15, base - 52, door + 15, base), (246, 240, 228))
    canvas.rect(
        (door - 12, base - 49, door + 12, base),
        canvas.rng.choice(((40, 70, 60), (60, 40, 36), (36, 56, 90))),
    )
    for shop in (x + 12, x + wide - 50):
        if abs(shop + 19 - door) > 36:  # no shop window across the door
            _pane(canvas, (shop, base - 46, shop + 38, base - 10))


def _pane(canvas: Canvas, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    canvas.rect((left - 3, top - 3, right + 3, bottom + 3), (250, 246, 238))
    gradient(canvas, box, ((0.0, (126, 160, 186)), (0.5, (70, 92, 114)), (1.0, (44, 58, 76))))
    canvas.rect(((left + right) / 2 - 1, top, (left + right) / 2 + 1, bottom), (250, 246, 238))
    canvas.rect(
        (left, (top * 2 + bottom) / 3 - 1, right, (top * 2 + bottom) / 3 + 1), (250, 246, 238)
    )


def _trawler(canvas: Canvas, x: float, y: float) -> None:
    soft(
        canvas,
        [[(x - 250, y - 6), (x + 270, y - 6), (x + 200, y + 90), (x - 190, y + 90)]],
        (14, 34, 48, 190),
        9,
    )
    soft(
        canvas,
        [[(x - 120, y + 60), (x + 20, y + 60), (x, y + 120), (x - 100, y + 120)]],
        (226, 226, 220, 90),
        10,
    )
    canvas.line([(x - 20, y - 90), (x - 20, y - 330)], (90, 74, 60), 7)
    canvas.line([(x - 20, y - 110), (x + 160, y - 260)], (110, 88, 66), 5)
    for end in ((x + 262, y - 128), (x - 214, y - 86), (x + 160, y - 260)):
        canvas.line([(x - 20, y - 326), end], (60, 56, 60, 200), 1.2)
    hull = [
        *curve((x - 240, y - 84), (x - 20, y - 40), (x + 290, y - 138), 16),
        *curve((x + 290, y - 138), (x + 240, y - 20), (x + 190, y), 10),
        (x - 212, y),
    ]
    fill(canvas, hull, ((0.0, (46, 104, 168)), (0.6, (30, 74, 130)), (1.0, (18, 44, 84))))
    canvas.polygon(
        [
            *curve((x - 240, y - 84), (x - 20, y - 40), (x + 290, y - 138), 16),
            *curve((x + 286, y - 124), (x - 20, y - 26), (x - 238, y - 72), 16),
        ],
        (246, 244, 238),
    )
    canvas.polygon(
        ((x - 217, y - 16), (x + 214, y - 16), (x + 190, y), (x - 212, y)), (168, 46, 40)
    )
    _load(canvas, x, y)
    ripple = [(x - 260 + i * 34, y + 4 + (i % 2) * 5) for i in range(17)]
    soft(
        canvas, [[*ripple, *((px, py + 7) for px, py in reversed(ripple))]], (236, 246, 248, 150), 3
    )


def _load(canvas: Canvas, x: float, y: float) -> None:
    fill(
        canvas,
        ((x - 170, y - 62), (x - 164, y - 168), (x - 30, y - 168), (x - 14, y - 58)),
        ((0.0, (252, 250, 244)), (1.0, (206, 206, 204))),
    )
    canvas.polygon(
        ((x - 182, y - 166), (x - 170, y - 180), (x - 28, y - 180), (x - 16, y - 166)),
        (190, 60, 46),
    )
    for port in range(4):
        left = x - 156 + port * 31
        gradient(
            canvas,
            (left, y - 152, left + 24, y - 122),
            ((0.0, (150, 186, 206)), (1.0, (50, 66, 84))),
        )
    for buoy in range(5):
        canvas.dot((x - 150 + buoy * 74, y - 44 - buoy * 3), 12, (240, 130, 40))
        canvas.dot((x - 153 + buoy * 74, y - 48 - buoy * 3), 5, (255, 190, 110))
    for crate in range(3):
        left = x + 30 + crate * 44
        canvas.rect(
            (left, y - 98 - crate * 6, left + 38, y - 66 - crate * 6),
            ((226, 180, 70), (70, 140, 110), (200, 80, 60))[crate],
        )
