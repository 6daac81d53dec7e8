"""A market of spices and fruit under striped awnings before a red town wall."""

from batchcap.demo.brush import (
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
    whole,
)
from batchcap.demo.canvas import Canvas, Color, Point, Spot, curve, mix
from batchcap.demo.props import SKIN, awning, ball, person


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    rng = canvas.rng
    gradient(canvas, (0, 0, 1600, 460), ((0.0, (70, 144, 206)), (1.0, (206, 222, 218))))
    clouds(canvas, (0, -60, 1600, 240), (4, 7), (255, 255, 255, 160), 0.45)
    _minaret(canvas, (1270, 536))
    wall: list[Point] = [(-10, 286)]
    for step in range(41):
        wall += [(step * 40, 286), (step * 40, 266), (step * 40 + 20, 266), (step * 40 + 20, 286)]
    wall += [(1620, 286), (1620, 760), (-10, 760)]
    fill(canvas, wall, ((0.0, (222, 144, 100)), (1.0, (176, 98, 70))))
    shade(
        canvas,
        shape(wall),
        relief(noise(rng, (820, 270), (50, 24), 5), 1.2),
        (250, 196, 150, 70),
        (110, 50, 40, 80),
    )
    for x in range(30, 1600, 92):
        canvas.rect((x, 304, x + 8, 312), (120, 62, 48))
    _gate(canvas, (800, 700))
    gradient(canvas, (0, 690, 1600, 1067), ((0.0, (206, 168, 130)), (1.0, (150, 112, 84))))
    shade(
        canvas,
        whole((0, 690, 1600, 1067)),
        relief(noise(rng, (800, 190), (60, 40), 4), 0.9),
        (240, 214, 180, 60),
        (90, 60, 44, 80),
    )
    for x, tall, coat in (
        (706, 150, (236, 226, 206)),
        (760, 156, (46, 90, 130)),
        (872, 148, (190, 70, 60)),
        (926, 160, (90, 120, 70)),
        (818, 132, (226, 180, 80)),
    ):
        person(
            canvas,
            (x, 742 + rng.uniform(-8, 16)),
            tall,
            (rng.choice(SKIN), coat, mix(coat, (20, 20, 40), 0.5)),
        )
    for x, stripe, coat in (
        (-40, (196, 48, 44), (226, 216, 196)),
        (400, (38, 112, 130), (206, 150, 70)),
        (980, (230, 152, 40), (70, 90, 120)),
        (1340, (60, 120, 70), (170, 90, 70)),
    ):
        _stall(canvas, x, stripe, coat)
    for x, tall, coat in (
        (360, 300, (60, 96, 150)),
        (1316, 310, (214, 196, 168)),
        (740, 318, (170, 60, 66)),
    ):
        person(canvas, (x, 985), tall, (rng.choice(SKIN), coat, mix(coat, (20, 20, 40), 0.6)))
    _spices(canvas)
    haze(canvas, (0, 0, 1600, 1067), (255, 206, 130), (0.05, 0.1, 0.04))


def _minaret(canvas: Canvas, foot: Point) -> None:
    x, base = foot
    fill(
        canvas,
        ((x - 62, base), (x - 62, base - 380), (x + 62, base - 380), (x + 62, base)),
        ((0.0, (226, 164, 116)), (1.0, (196, 124, 88))),
    )
    canvas.rect((x + 22, base - 380, x + 62, base), (120, 60, 50, 70))
    canvas.rect((x - 62, base - 362, x + 62, base - 338), (64, 130, 130))
    for step in range(8):
        canvas.polygon(
            (
                (x - 62 + step * 15.6, base - 380),
                (x - 62 + step * 15.6, base - 396),
                (x - 54 + step * 15.6, base - 404),
                (x - 47 + step * 15.6, base - 396),
                (x - 47 + step * 15.6, base - 380),
            ),
            (222, 158, 112),
        )
    for top in (-310, -215):
        for left in (-36, 4):
            canvas.rect((x + left, base + top + 14, x + left + 30, base + top + 66), (110, 62, 52))
            canvas.ellipse(
                (x + left - 2, base + top - 4, x + left + 32, base + top + 34), (110, 62, 52)
            )
    canvas.rect((x - 28, base - 446, x + 28, base - 390), (216, 150, 106))
    canvas.ellipse((x - 28, base - 478, x + 28, base - 420), (206, 140, 98))
    canvas.line([(x, base - 478), (x, base - 516)], (190, 150, 70), 3)
    for up, size in ((484, 7), (498, 5.4), (510, 4)):
        canvas.dot((x, base - up), size, (236, 196, 90))


def _gate(canvas: Canvas, foot: Point) -> None:
    x, base = foot
    for grow, tone in (
        (46, (196, 116, 80)),
        (32, (60, 120, 126)),
        (22, (236, 206, 160)),
        (10, (150, 82, 60)),
    ):
        canvas.rect((x - 140 - grow, base - 330 - grow, x + 140 + grow, base), tone)
    for step in range(26):
        canvas.polygon(
            (
                (x - 166 + step * 13, base - 352),
                (x - 160 + step * 13, base - 360),
                (x - 154 + step * 13, base - 352),
                (x - 160 + step * 13, base - 344),
            ),
            (250, 236, 200),
        )
    for grow, tone in ((16, (240, 206, 156)), (0, (92, 70, 74))):
        canvas.ellipse((x - 118 - grow, base - 300 - grow, x + 118 + grow, base - 64 + grow), tone)
        canvas.rect((x - 104 - grow, base - 170, x + 104 + grow, base), tone)
    gradient(
        canvas,
        (x - 104, base - 150, x + 104, base + 4),
        ((0.0, (104, 84, 84)), (1.0, (226, 186, 140))),
    )
    canvas.polygon(
        ((x - 60, base), (x - 30, base - 120), (x + 30, base - 120), (x + 60, base)),
        (244, 214, 170),
    )


def _stall(canvas: Canvas, x: float, stripe: Color, coat: Color) -> None:
    rng = canvas.rng
    wide = 330
    gradient(canvas, (x + 6, 470, x + wide - 6, 800), ((0.0, (50, 34, 36)), (1.0, (96, 62, 50))))
    for pole in (x + 4, x + wide - 14):
        canvas.rect((pole, 440, pole + 10, 940), (104, 70, 48))
        canvas.rect((pole, 440, pole + 4, 940), (150, 106, 74))
    for shelf in (560, 620):
        canvas.rect((x + 20, shelf, x + wide - 20, shelf + 6), (130, 88, 58))
        for step in range(11):
            left = x + 28 + step * 26
            tone = rng.choice(
                ((214, 150, 60), (70, 130, 140), (180, 70, 50), (226, 206, 160), (90, 110, 60))
            )
            tall = rng.uniform(20, 40)
            fill(
                canvas,
                (
                    (left, shelf),
                    (left - 1, shelf - tall * 0.7),
                    (left + 6, shelf - tall),
                    (left + 12, shelf - tall),
                    (left + 19, shelf - tall * 0.7),
                    (left + 18, shelf),
                ),
                ((0.0, mix(tone, (255, 240, 210), 0.3)), (1.0, mix(tone, (30, 10, 10), 0.4))),
            )
    person(
        canvas,
        (x + wide * 0.5 + rng.uniform(-60, 60), 860),
        240,
        (rng.choice(SKIN), coat, (60, 50, 50)),
    )
    awning(
        canvas,
        ((x + 10, 396), (x + wide - 10, 396)),
        ((x - 22, 486), (x + wide + 22, 486)),
        (stripe, (250, 240, 222)),
    )
    for lamp in (0.2, 0.5, 0.8):
        spot = (x + wide * lamp, 548.0)
        canvas.line([(spot[0], 486), spot], (60, 40, 36), 1.4)
        canvas.polygon(
            ((spot[0] - 12, 560), (spot[0], 544), (spot[0] + 12, 560), (spot[0], 584)),
            (255, 206, 110),
        )
        glow(canvas, (spot[0], 563), 66, (220, 140, 60))
    _crates(canvas, x)


def _crates(canvas: Canvas, x: float) -> None:
    rng = canvas.rng
    fruits = [
        (240, 140, 36),
        (206, 46, 40),
        (150, 176, 56),
        (108, 44, 90),
        (244, 200, 60),
        (226, 96, 70),
        (120, 150, 60),
    ]
    rng.shuffle(fruits)
    canvas.rect((x, 800, x + 330, 950), (126, 82, 54))
    for tier, (y, slant) in enumerate(((800, 0), (868, 8))):
        for box in range(3):
            left = x + 6 + box * 108 - slant
            right = left + 102 + slant * 0.6
            color = fruits[(tier * 3 + box) % len(fruits)]
            canvas.rect((left, y - 14, right, y + 50), (84, 54, 38))
            for row in range(4):
                for column in range(8 - row % 2):
                    spot = (
                        left + 10 + (column + 0.5 * (row % 2)) * 12.2 + rng.uniform(-1, 1),
                        y - 16 + row * 11 + rng.uniform(-1.5, 1.5),
                    )
                    ball(canvas, spot, 8.4, mix(color, (255, 240, 160), rng.uniform(0, 0.16)))
            for slat in (30, 44):
                fill(
                    canvas,
                    (
                        (left, y + slat),
                        (right, y + slat),
                        (right, y + slat + 11),
                        (left, y + slat + 11),
                    ),
                    ((0.0, (206, 156, 104)), (1.0, (160, 112, 74))),
                )


def _spices(canvas: Canvas) -> None:
    spices = (
        (214, 120, 30),
        (176, 40, 30),
        (226, 180, 50),
        (110, 70, 40),
        (150, 150, 60),
        (200, 80, 40),
        (236, 206, 150),
        (130, 40, 60),
    )
    for row, (y, count, size) in enumerate(((985, 11, 66), (1064, 9, 84))):
        for index in range(count):
            x = (index + 0.5 - 0.25 * row) * 1600 / (count - 0.5)
            _sack(canvas, Spot((x, y), size), spices[(index * 3 + row * 2) % len(spices)])


def _sack(canvas: Canvas, spot: Spot, color: Color) -> None:
    rng, at = canvas.rng, spot.at
    soft(canvas, [[at(-1, -0.1), at(1.2, -0.1), at(1, -0.4), at(-1, -0.4)]], (40, 20, 16, 130), 6)
    bag = [at(-0.86, -0.8), *curve(at(-0.98, -0.05), at(0, -0.35), at(0.98, -0.05), 8)]
    fill(canvas, [*bag, at(0.86, -0.8)], ((0.0, (214, 186, 142)), (1.0, (150, 116, 80))))
    canvas.ellipse(spot.box(-1, -0.28, 1, 0.28), (226, 200, 158))
    left = curve(at(-0.88, 0), at(-0.2, 0.3), at(0, 1.05), 8)
    right = curve(at(0, 1.05), at(0.2, 0.3), at(0.88, 0), 8)
    cone = [*left, *right, *curve(at(0.88, 0), at(0, -0.42), at(-0.88, 0), 10)]
    fill(canvas, cone, ((0.0, mix(color, (255, 240, 190), 0.3)), (1.0, color)))
    dark = [*right, *curve(at(0.88, 0), at(0.4, -0.2), at(0.1, -0.2), 6)]
    canvas.polygon(dark, (*mix(color, (30, 0, 10), 0.55), 110))
    for _ in range(60):
        share = rng.random()
        grain = at(rng.uniform(-0.7, 0.7) * share**1.6, 0.95 * (1 - share))
        tone = mix(color, rng.choice(((255, 250, 210), (50, 10, 0))), 0.4)
        canvas.dot(grain, 1.1, (*tone, 190))
