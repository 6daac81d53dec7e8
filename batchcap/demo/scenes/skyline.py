"""Towers, an arch bridge and the white sails of an opera house over a harbour at night."""

from batchcap.demo.brush import (
    fill,
    glow,
    gradient,
    reflect,
    soft,
    stars,
    waves,
    windows,
)
from batchcap.demo.canvas import Canvas, Color, Point, curve, mix


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    line = 730
    rng = canvas.rng
    gradient(
        canvas,
        (0, 0, 1600, line),
        ((0.0, (8, 12, 36)), (0.5, (24, 34, 80)), (0.85, (84, 66, 118)), (1.0, (150, 96, 120))),
    )
    stars(canvas, 260, 380)
    glow(canvas, (900, line), 900, (120, 70, 70))
    _arch(canvas, line)
    for low, high, tone, lit in (
        (150, 300, (40, 44, 84), 0.3),
        (200, 400, (28, 32, 66), 0.4),
        (110, 260, (18, 22, 50), 0.5),
    ):
        x = 610.0
        while x < 1610:
            wide = rng.uniform(46, 92)
            hill = 1 - abs(x - 1080) / 900
            _tower(canvas, (x, line), (wide, rng.uniform(low, high) * hill), (tone, lit))
            x += wide + rng.uniform(2, 26)
    _spire(canvas, (1090, line))
    canvas.rect((560, line - 12, 1600, line), (14, 16, 34))
    for quay in range(570, 1600, 22):
        canvas.dot((quay, line - 7), 2.0, (255, 214, 140))
    _opera(canvas, (300, line))
    reflect(canvas, line, 1067 - line, 16, (6, 10, 36, 150))
    waves(canvas, (0, line, 1600, 1067), (170, 150, 190, 56), (4, 6, 26, 120))
    for _ in range(70):  # each lamp draws a long streak on the water
        lamp = rng.uniform(600, 1600)
        tone = rng.choice(((255, 200, 120), (255, 160, 100), (190, 210, 255), (255, 120, 140)))
        reach = rng.uniform(60, 240)
        soft(
            canvas,
            [
                [
                    (lamp - 3, line + 6),
                    (lamp + 3, line + 6),
                    (lamp + 1, line + reach),
                    (lamp - 1, line + reach),
                ]
            ],
            (*tone, 120),
            3,
        )
    _ferry(canvas, (760, 850))


def _tower(
    canvas: Canvas, foot: Point, size: tuple[float, float], look: tuple[Color, float]
) -> None:
    rng = canvas.rng
    (x, base), (wide, tall), (tone, lit) = foot, size, look
    top = base - tall
    body = ((x, base), (x, top), (x + wide, top), (x + wide, base))
    fill(canvas, body, ((0.0, mix(tone, (120, 110, 160), 0.22)), (1.0, mix(tone, (0, 0, 10), 0.3))))
    canvas.rect((x + wide * 0.72, top, x + wide, base), (*mix(tone, (0, 0, 0), 0.6), 110))
    crown_kind = rng.randrange(5)
    if crown_kind == 0:
        canvas.polygon(
            ((x, top + 1), (x + wide * 0.5, top - 26), (x + wide, top + 1)),
            mix(tone, (90, 90, 140), 0.2),
        )
    elif crown_kind == 1:
        canvas.rect((x + wide * 0.2, top - 18, x + wide * 0.8, top), mix(tone, (90, 90, 140), 0.2))
        canvas.line([(x + wide * 0.5, top - 18), (x + wide * 0.5, top - 52)], (110, 110, 150), 1.6)
        canvas.dot((x + wide * 0.5, top - 52), 2.4, (255, 80, 70))
    elif crown_kind == 2:
        sign = rng.choice(((90, 220, 255), (255, 90, 130), (255, 200, 90)))
        canvas.rect((x + wide * 0.15, top + 6, x + wide * 0.85, top + 13), sign)
        glow(canvas, (x + wide * 0.5, top + 9), 46, sign)
    grid = (max(4, round(wide / 8)), max(5, round(tall / 11)))
    windows(canvas, (x + 4, top + 18, x + wide - 4, base - 14), grid, lit)


def _spire(canvas: Canvas, foot: Point) -> None:
    x, base = foot
    canvas.rect((x - 5, base - 470, x + 5, base - 200), (70, 66, 96))
    for side in (-1, 1):
        canvas.line(
            [(x + side * 4, base - 440), (x + side * 30, base - 280)], (120, 110, 140, 150), 1
        )
    turret = (
        (x - 30, base - 470),
        (x - 38, base - 500),
        (x - 38, base - 520),
        (x - 22, base - 548),
        (x + 22, base - 548),
        (x + 38, base - 520),
        (x + 38, base - 500),
        (x + 30, base - 470),
    )
    fill(canvas, turret, ((0.0, (255, 214, 120)), (0.5, (226, 150, 70)), (1.0, (130, 84, 62))))
    for row in (-512, -494):
        for step in range(9):
            canvas.rect(
                (x - 34 + step * 8, base + row, x - 29 + step * 8, base + row + 8), (255, 244, 200)
            )
    canvas.rect((x - 3, base - 620, x + 3, base - 548), (190, 170, 160))
    canvas.dot((x, base - 620), 3, (255, 70, 60))
    glow(canvas, (x, base - 512), 130, (190, 120, 50))


def _arch(canvas: Canvas, line: float) -> None:
    steel = (84, 84, 126)
    upper = curve((30, line - 50), (330, line - 590), (640, line - 50), 30)
    lower = curve((36, line - 10), (330, line - 520), (634, line - 10), 30)
    deck = line - 84
    for top, bottom in zip(upper, lower, strict=True):
        canvas.line([top, bottom], (*steel, 230), 2)
    for here, there in zip(upper, lower[1:], strict=False):
        canvas.line([here, there], (*steel, 200), 1.6)
    for x, y in lower:
        if y < deck:
            canvas.line([(x, y), (x, deck)], (*steel, 210), 1.6)
    canvas.line(upper, mix(steel, (255, 190, 150), 0.3), 6)
    canvas.line(lower, steel, 5)
    canvas.rect((-10, deck - 4, 700, deck + 7), mix(steel, (10, 10, 30), 0.3))
    for x in range(0, 700, 20):
        canvas.dot((x, deck - 8), 1.9, (255, 224, 150))
    for x in (14, 632):
        fill(
            canvas,
            ((x - 6, line), (x, line - 190), (x + 34, line - 190), (x + 40, line)),
            ((0.0, (210, 170, 130)), (1.0, (90, 66, 76))),
        )
        glow(canvas, (x + 17, line - 110), 120, (110, 66, 40))


def _opera(canvas: Canvas, foot: Point) -> None:
    x, base = foot
    fill(
        canvas,
        ((x - 250, base), (x - 230, base - 34), (x + 300, base - 34), (x + 330, base)),
        ((0.0, (150, 112, 96)), (1.0, (58, 42, 56))),
    )
    for step in range(34):
        left = x - 222 + step * 15.4
        canvas.rect((left, base - 28, left + 9, base - 15), (255, 206, 120))
    # (left foot, right foot, tip) of each shell, back to front
    shells: tuple[tuple[Point, Point, Point], ...] = (
        ((200, 0), (296, 0), (322, -92)),
        ((150, 0), (240, 0), (160, -112)),
        ((60, 0), (190, 0), (40, -178)),
        ((-30, 0), (110, 0), (-60, -228)),
        ((-130, 0), (30, 0), (-176, -176)),
        ((-214, 0), (-90, 0), (-246, -112)),
    )
    for shell in shells:
        _shell(canvas, (x, base - 34), shell)
    glow(canvas, (x - 20, base - 90), 330, (90, 74, 60))


def _shell(canvas: Canvas, foot: Point, corners: tuple[Point, Point, Point]) -> None:
    left, right, tip = ((foot[0] + x, foot[1] + y) for x, y in corners)
    leans = 1 if tip[0] > (left[0] + right[0]) / 2 else -1
    heel, toe = (left, right) if leans < 0 else (right, left)
    mouth = curve(heel, ((heel[0] + tip[0]) / 2 - leans * 16, (heel[1] + tip[1]) / 2), tip, 14)
    back = curve(
        tip, (toe[0] - (toe[0] - tip[0]) * 0.22, tip[1] + (toe[1] - tip[1]) * 0.14), toe, 14
    )
    fill(
        canvas,
        [*mouth, *back],
        ((0.0, (255, 250, 238)), (0.6, (240, 222, 204)), (1.0, (190, 158, 150))),
    )
    for rib in range(1, 6):
        share = rib / 6
        along = back[-1 - round(share * 12)]
        canvas.line([heel, along], (150, 120, 124, 90), 1)
    glass = curve(heel, ((heel[0] + tip[0]) / 2 - leans * 16, (heel[1] + tip[1]) / 2), tip, 14)
    inner = curve(tip, ((heel[0] + tip[0]) / 2 - leans * 34, (heel[1] + tip[1]) / 2 + 30), heel, 14)
    fill(canvas, [*glass, *inner], ((0.0, (150, 106, 84)), (1.0, (255, 196, 110))))


def _ferry(canvas: Canvas, foot: Point) -> None:
    x, y = foot
    soft(
        canvas,
        [[(x - 110, y), (x + 110, y), (x + 80, y + 60), (x - 80, y + 60)]],
        (255, 206, 120, 100),
        10,
    )
    canvas.polygon(((x - 126, y - 22), (x + 126, y - 22), (x + 104, y), (x - 104, y)), (24, 62, 48))
    canvas.rect((x - 106, y - 46, x + 106, y - 22), (226, 214, 170))
    canvas.rect((x - 84, y - 68, x + 84, y - 46), (226, 214, 170))
    canvas.rect((x - 26, y - 84, x + 26, y - 68), (206, 194, 156))
    canvas.rect((x - 9, y - 100, x + 9, y - 84), (24, 62, 48))
    for step in range(15):
        canvas.rect((x - 98 + step * 13.3, y - 41, x - 90 + step * 13.3, y - 29), (255, 226, 130))
        if 1 < step < 13:  # the upper deck is shorter
            canvas.rect(
                (x - 98 + step * 13.3, y - 63, x - 90 + step * 13.3, y - 52), (255, 236, 160)
            )
    glow(canvas, (x, y - 44), 170, (140, 96, 40))
