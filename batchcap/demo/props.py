"""What stands in more than one scene: trees, people, awnings, boats, gulls, balls of fruit.

Each takes a canvas, where its foot stands and how tall it is, in points.
"""

import math

from batchcap.demo.brush import fill, soft
from batchcap.demo.canvas import Canvas, Color, Point, curve, mix

SKIN = ((240, 200, 170), (214, 164, 124), (160, 110, 78), (112, 74, 52))


def spruce(canvas: Canvas, foot: Point, tall: float, color: Color, snow: Color | None) -> None:
    """Draw a spruce, with snow on its boughs where ``snow`` gives a colour."""
    rng = canvas.rng
    x, base = foot
    canvas.rect((x - tall * 0.02, base - tall * 0.1, x + tall * 0.02, base), (48, 36, 32))
    tiers = 7
    for tier in range(tiers):
        low = base - tall * 0.06 - tall * 0.86 * tier / tiers
        high = low - tall * 0.3
        half = tall * 0.24 * (1 - tier / (tiers + 0.6))
        hem = [(x - half, low + rng.uniform(-2, 2))]
        for tooth in range(1, 8):
            dip = -tall * 0.028 if tooth % 2 else tall * 0.012
            hem.append((x - half + 2 * half * tooth / 8, low + dip + rng.uniform(-1.5, 1.5)))
        hem.append((x + half, low + rng.uniform(-2, 2)))
        canvas.polygon([*hem, (x, high)], mix(color, (0, 0, 0), 0.25 - 0.03 * tier))
        canvas.polygon([*hem[:6], (x, high)], color)
        if snow is None:
            continue
        lift = tall * 0.05
        cover = [hem[0], *((px, py - lift * 0.75) for px, py in hem[1:-1]), hem[-1]]
        canvas.polygon([*cover, (x + half * 0.25, high + lift), (x, high - 1)], snow)
        shaded = [(px, py) for px, py in cover if px >= x]
        canvas.polygon([*shaded, (x, high)], (*mix(snow, (60, 80, 140), 0.5), 120))


def cypress(canvas: Canvas, foot: Point, tall: float, color: Color) -> None:
    """Draw a cypress, lit from the left."""
    rng = canvas.rng
    x, base = foot
    half = tall * 0.105
    left = curve((x, base), (x - half * 2.1, base - tall * 0.3), (x, base - tall), 12)
    right = curve((x, base - tall), (x + half * 2.1, base - tall * 0.3), (x, base), 12)
    soft(
        canvas,
        [[(x, base - 2), (x + tall * 0.6, base + tall * 0.05), (x, base + 4)]],
        (20, 30, 14, 120),
        3,
    )
    canvas.polygon([*left, *right], color)
    for _ in range(int(tall * 1.3)):
        share = rng.random()
        width = half * math.sin(math.pi * min(1.0, share * 1.05)) ** 0.7
        spot = (x + rng.uniform(-width, width), base - tall * (0.03 + 0.9 * share))
        lit = spot[0] < x
        tone = mix(color, (190, 190, 90) if lit else (0, 10, 10), rng.uniform(0.1, 0.4))
        canvas.line(
            [spot, (spot[0] + rng.uniform(-1.5, 1.5), spot[1] - tall * 0.05)], (*tone, 170), 1.4
        )


def crown(canvas: Canvas, middle: Point, radius: float, color: Color) -> None:
    """Draw a leafy crown or a bush, lit from the upper left."""
    rng = canvas.rng
    x, y = middle
    for tone, shift, count in (
        (mix(color, (0, 0, 20), 0.45), 0.12, 26),
        (color, 0.0, 30),
        (mix(color, (250, 240, 150), 0.3), -0.22, 26),
    ):
        for _ in range(count):
            angle, far = rng.uniform(0, math.tau), radius * 0.75 * math.sqrt(rng.random())
            spot = (
                x + far * math.cos(angle) + radius * shift,
                y + far * math.sin(angle) * 0.75 + radius * shift,
            )
            size = radius * rng.uniform(0.12, 0.28) * (1 if shift >= 0 else 0.7)
            canvas.dot(spot, size, (*tone, 235))


def person(canvas: Canvas, foot: Point, tall: float, colors: tuple[Color, Color, Color]) -> None:
    """Draw someone who stands; ``colors`` are of skin, coat and legs."""
    skin, coat, legs = colors
    x, base = foot
    unit = tall / 7.4
    shadow = [
        (x - unit, base),
        (x + unit * 2.4, base - unit * 0.1),
        (x + unit * 2, base + unit * 0.4),
    ]
    canvas.polygon(shadow, (20, 14, 20, 90))
    for side in (-0.42, 0.42):
        canvas.polygon(
            [
                (x + unit * (side - 0.38), base - unit * 3.6),
                (x + unit * (side + 0.38), base - unit * 3.6),
                (x + unit * (side * 1.2 + 0.24), base),
                (x + unit * (side * 1.2 - 0.3), base),
            ],
            mix(legs, (0, 0, 0), 0.0 if side < 0 else 0.25),
        )
    body = [
        *curve(
            (x - unit * 0.95, base - unit * 3.2),
            (x - unit * 1.15, base - unit * 6),
            (x - unit * 0.3, base - unit * 6.25),
            6,
        ),
        *curve(
            (x + unit * 0.3, base - unit * 6.25),
            (x + unit * 1.15, base - unit * 6),
            (x + unit * 0.95, base - unit * 3.2),
            6,
        ),
    ]
    fill(canvas, body, ((0.0, mix(coat, (255, 255, 255), 0.15)), (1.0, mix(coat, (0, 0, 0), 0.25))))
    for side in (-1, 1):
        canvas.line(
            [
                (x + side * unit * 0.88, base - unit * 5.7),
                (x + side * unit * 1.12, base - unit * 4.5),
                (x + side * unit * 0.85, base - unit * 3.5),
            ],
            mix(coat, (0, 0, 0), 0.2),
            unit * 0.5,
        )
        canvas.dot((x + side * unit * 0.85, base - unit * 3.4), unit * 0.24, skin)
    canvas.rect((x - unit * 0.2, base - unit * 6.6, x + unit * 0.2, base - unit * 6.1), skin)
    hair = canvas.rng.choice(((42, 30, 26), (70, 48, 32), (28, 24, 28), (150, 130, 110)))
    canvas.ellipse((x - unit * 0.56, base - unit * 7.6, x + unit * 0.56, base - unit * 6.5), hair)
    canvas.ellipse((x - unit * 0.48, base - unit * 7.2, x + unit * 0.48, base - unit * 6.3), skin)


def awning(
    canvas: Canvas, top: tuple[Point, Point], hem: tuple[Point, Point], colors: tuple[Color, Color]
) -> None:
    """Draw a striped awning between its upper edge and its hem, with scallops."""
    stripes = 11
    drop = math.dist(top[0], hem[0]) * 0.2

    def along(edge: tuple[Point, Point], share: float) -> Point:
        (x0, y0), (x1, y1) = edge
        return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share

    for index in range(stripes):
        left, right = index / stripes, (index + 1) / stripes
        color = colors[index % 2]
        a, b = along(hem, left), along(hem, right)
        quad = [along(top, left), along(top, right), b, a]
        if max(y for _, y in quad) - min(y for _, y in quad) > 2:
            stops = (
                (0.0, mix(color, (255, 255, 255), 0.12)),
                (1.0, mix(color, (40, 20, 20), 0.16)),
            )
            fill(canvas, quad, stops)
        scallop = [a, *curve(a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + drop * 2), b, 8), b]
        canvas.polygon(scallop, mix(color, (30, 10, 20), 0.22))


def ball(canvas: Canvas, middle: Point, radius: float, color: Color) -> None:
    """Draw a round fruit with a shaded side and a highlight."""
    x, y = middle
    canvas.dot(middle, radius, mix(color, (30, 8, 10), 0.42))
    canvas.dot((x - radius * 0.1, y - radius * 0.12), radius * 0.86, color)
    canvas.dot(
        (x - radius * 0.24, y - radius * 0.3), radius * 0.5, mix(color, (255, 240, 200), 0.28)
    )
    canvas.dot((x - radius * 0.32, y - radius * 0.4), radius * 0.18, (255, 255, 245, 210))


def gull(canvas: Canvas, middle: Point, span: float, color: Color) -> None:
    """Draw a gull far off, wings out."""
    x, y = middle
    for side in (-1, 1):
        tip = (x + side * span, y - span * 0.1)
        upper = curve((x, y), (x + side * span * 0.45, y - span * 0.6), tip, 8)
        lower = curve(tip, (x + side * span * 0.45, y - span * 0.38), (x, y + span * 0.1), 8)
        canvas.polygon([*upper, *lower], color)


def sailboat(canvas: Canvas, foot: Point, size: float, hull: Color) -> None:
    """Draw a moored sailing boat, its mast bare; ``size`` is the length of its hull."""
    x, y = foot
    mast = x + size * 0.06
    canvas.line([(mast, y - size * 0.1), (mast, y - size * 1.25)], (226, 222, 214), size * 0.016)
    canvas.line(
        [(mast, y - size * 0.28), (mast - size * 0.42, y - size * 0.24)], (200, 60, 50), size * 0.04
    )
    for end in (x - size * 0.47, x + size * 0.5):
        canvas.line([(mast, y - size * 1.25), (end, y - size * 0.16)], (220, 220, 220, 130), 0.5)
    body = [
        *curve(
            (x - size * 0.46, y - size * 0.15),
            (x, y - size * 0.08),
            (x + size * 0.55, y - size * 0.19),
            8,
        ),
        *curve((x + size * 0.55, y - size * 0.19), (x + size * 0.42, y), (x + size * 0.3, y), 6),
        (x - size * 0.42, y),
    ]
    fill(canvas, body, ((0.0, mix(hull, (255, 255, 255), 0.3)), (1.0, mix(hull, (0, 0, 20), 0.35))))
    canvas.line(
        [(x - size * 0.44, y - size * 0.035), (x + size * 0.37, y - size * 0.035)],
        (190, 40, 36),
        size * 0.02,
    )
    cabin = [
        (x - size * 0.2, y - size * 0.12),
        (x - size * 0.16, y - size * 0.2),
        (x + size * 0.2, y - size * 0.2),
        (x + size * 0.28, y - size * 0.13),
    ]
    canvas.polygon(cabin, (240, 238, 230))
    for port in range(3):
        left = x - size * 0.11 + port * size * 0.1
        canvas.rect((left, y - size * 0.18, left + size * 0.06, y - size * 0.145), (50, 66, 84))


def rock(canvas: Canvas, middle: Point, size: tuple[float, float], color: Color) -> None:
    """Draw a boulder of half-width and half-height ``size``, lit from the upper left."""
    rng = canvas.rng
    x, y = middle
    count = 11
    rim = []
    for corner in range(count):
        angle = math.tau * (corner + rng.uniform(-0.3, 0.3)) / count
        far = rng.uniform(0.82, 1.08)
        rim.append((x + math.cos(angle) * size[0] * far, y + math.sin(angle) * size[1] * far))
    heart = (x + size[0] * rng.uniform(-0.1, 0.25), y - size[1] * rng.uniform(0.0, 0.3))
    for here, there in zip(rim, [*rim[1:], rim[0]], strict=True):
        lean = (here[0] + there[0] - 2 * x) / size[0] + 1.6 * (here[1] + there[1] - 2 * y) / size[1]
        tone = mix(color, (250, 226, 200), 0.34) if lean < -1 else color
        tone = mix(tone, (16, 16, 34), min(0.72, max(0.0, lean * 0.24 + rng.uniform(0, 0.12))))
        canvas.polygon((here, there, heart), tone)
