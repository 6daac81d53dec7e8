"""An old-town lane with shutters, awnings, café tables and a bell tower; upright."""

from dataclasses import dataclass

from batchcap.demo.brush import (
    clouds,
    fill,
    gradient,
    haze,
    soft,
)
from batchcap.demo.canvas import Canvas, Color, Lens, Point, Spot, curve, mix
from batchcap.demo.props import SKIN, awning, crown, person

HALF_WIDTH = 3.2  # metres


@dataclass(frozen=True, slots=True)
class Wall:
    """One side of the lane: -1 left, 1 right."""

    lens: Lens
    side: int

    def quad(
        self, reach: tuple[float, float], heights: tuple[float, float], out: float = 0.0
    ) -> list[Point]:
        """Return a piece of the wall, or of a plane ``out`` metres before it, as it is seen."""
        x = self.side * (HALF_WIDTH - out)
        (a, b), (low, high) = reach, heights
        return [
            self.lens.at(x, height, depth)
            for height, depth in ((low, a), (low, b), (high, b), (high, a))
        ]


def paint(canvas: Canvas) -> None:
    """Paint the scene."""
    lens = Lens((520, 1010), 1050, 2.3)
    gradient(canvas, (0, 0, 1067, 1020), ((0.0, (54, 126, 200)), (1.0, (206, 226, 232))))
    clouds(canvas, (0, 100, 1067, 900), (3, 8), (255, 255, 255, 200), 0.4)
    _campanile(canvas, lens)
    _cobbles(canvas, lens)
    houses = (
        (40, 31, 11.0),
        (31, 24, 12.5),
        (24, 18, 11.4),
        (18, 13.4, 13.0),
        (13.4, 9.4, 12.0),
        (9.4, 4.0, 14.0),
    )
    left = (
        (236, 190, 110),
        (226, 140, 96),
        (244, 214, 150),
        (214, 112, 84),
        (240, 186, 100),
        (226, 150, 110),
    )
    right = (
        (246, 206, 130),
        (232, 120, 84),
        (250, 226, 170),
        (238, 160, 80),
        (222, 104, 80),
        (250, 206, 120),
    )
    for index, (far, near, tall) in enumerate(houses):
        for side, tones in ((-1, left), (1, right)):
            _facade(canvas, lens, (side, far, near, tall), tones[index])
    for z, x, coat in (
        (26, -0.8, (200, 60, 60)),
        (21, 0.9, (250, 244, 236)),
        (15, -0.5, (60, 100, 150)),
        (14.4, -0.05, (236, 180, 90)),
        (10.5, 1.0, (90, 130, 110)),
    ):
        foot = lens.at(x, 0, z)
        person(
            canvas,
            foot,
            1.72 * lens.focal / z,
            (canvas.rng.choice(SKIN), coat, mix(coat, (30, 30, 60), 0.6)),
        )
    for z, x in ((12.5, -1.9), (9.6, -1.7), (8.2, 1.9)):
        _table(canvas, lens, (x, z))
    _bunting(canvas, lens)
    haze(canvas, (300, 500, 760, 1100), (255, 230, 180), (0.0, 0.2, 0.0))


def _campanile(canvas: Canvas, lens: Lens) -> None:
    def quad(box: tuple[float, float, float, float], tone: Color) -> None:
        left, low, wide, high = box
        canvas.polygon(
            [
                lens.at(left, low, 44),
                lens.at(left + wide, low, 44),
                lens.at(left + wide, high, 44),
                lens.at(left, high, 44),
            ],
            tone,
        )

    quad((-6, -0.6, 12, 10), (222, 164, 110))
    fill(
        canvas,
        [lens.at(-1.6, 0, 44), lens.at(-1.6, 22, 44), lens.at(1.8, 22, 44), lens.at(1.8, 0, 44)],
        ((0.0, (250, 214, 150)), (1.0, (226, 170, 116))),
    )
    quad((0.7, 0, 1.1, 22), (196, 132, 96))
    for low in (21.6, 16.4, 11):
        quad((-1.9, low, 4.0, low + 0.5), (250, 236, 206))
    for low in (17.6, 12.4):
        quad((-0.8, low, 1.5, low + 2.4), (96, 66, 66))
        x, y = lens.at(-0.05, low + 2.4, 44)
        canvas.dot((x, y), 0.75 * lens.focal / 44, (96, 66, 66))
    dome = curve(lens.at(-1.9, 22.1, 44), lens.at(0.1, 29, 44), lens.at(2.1, 22.1, 44), 14)
    fill(canvas, dome, ((0.0, (96, 160, 130)), (1.0, (60, 112, 100))))
    canvas.line([lens.at(0.1, 25.4, 44), lens.at(0.1, 28, 44)], (90, 80, 70), 3)
    quad((-0.9, 0, 1.9, 3.6), (92, 58, 50))


def _cobbles(canvas: Canvas, lens: Lens) -> None:
    rng = canvas.rng
    fill(
        canvas,
        [lens.at(-3.2, 0, 40), lens.at(3.2, 0, 40), lens.at(3.2, 0, 2.6), lens.at(-3.2, 0, 2.6)],
        ((0.0, (214, 186, 156)), (1.0, (128, 112, 108))),
    )
    z = 4.0
    while z < 26:
        deep = 0.24 + z * 0.006
        x = -3.2 + rng.uniform(0, 0.2)
        while x < 3.2:
            wide = rng.uniform(0.24, 0.36)
            tone = mix((196, 174, 152), (116, 104, 106), rng.random())
            tone = mix(tone, (70, 70, 104), 0.42) if x < -0.3 - 0.05 * z else tone
            canvas.polygon(
                [
                    lens.at(x, 0, z),
                    lens.at(x + wide - 0.035, 0, z),
                    lens.at(x + wide - 0.035, 0, z + deep - 0.05),
                    lens.at(x, 0, z + deep - 0.05),
                ],
                tone,
            )
            x += wide
        z += deep


def _facade(
    canvas: Canvas, lens: Lens, house: tuple[int, float, float, float], color: Color
) -> None:
    side, far, near, tall = house
    shady = side < 0
    tone = mix(color, (64, 70, 120), 0.32) if shady else color
    wall = Wall(lens, side)
    stops = ((0.0, mix(tone, (255, 250, 220), 0.14)), (1.0, mix(tone, (80, 40, 40), 0.14)))
    fill(canvas, wall.quad((far, near), (0, tall)), stops)
    canvas.polygon(wall.quad((far, near), (tall - 0.4, tall)), mix(tone, (255, 255, 245), 0.5))
    eaves = [
        *wall.quad((far, near), (tall, tall))[:2],
        *wall.quad((near, far), (tall, tall), 0.34)[:2],
    ]
    canvas.polygon(eaves, (150, 82, 60))
    canvas.line(eaves[2:], (206, 116, 80), 4)
    canvas.polygon(wall.quad((far, near), (3.55, 3.75), 0.06), mix(tone, (255, 255, 245), 0.45))
    shutter = canvas.rng.choice(((62, 110, 96), (70, 110, 150), (96, 126, 90), (110, 80, 66)))
    look = (tone, mix(shutter, (30, 30, 70), 0.25 if shady else 0.0))
    count = max(2, round((far - near) / 2.1))
    for index in range(count):
        middle = near + (far - near) / count * (index + 0.5)
        for low in (4.4, 7.0, 9.5):
            if low + 1.9 <= tall:
                _window(canvas, wall, (middle, low), look)
    _shop(canvas, wall, (far, near))
    if shady:
        canvas.polygon(wall.quad((far, near), (0, tall)), (30, 36, 86, 40))


def _window(
    canvas: Canvas, wall: Wall, sill: tuple[float, float], look: tuple[Color, Color]
) -> None:
    (middle, low), (tone, shutter) = sill, look
    frame = wall.quad((middle - 0.46, middle + 0.46), (low - 0.08, low + 1.7))
    canvas.polygon(frame, mix(tone, (255, 255, 250), 0.6))
    glass = wall.quad((middle - 0.38, middle + 0.38), (low, low + 1.6))
    fill(canvas, glass, ((0.0, (120, 150, 170)), (1.0, (46, 52, 64))))
    for a, b in ((-0.92, -0.42), (0.42, 0.92)):
        wing = wall.quad((middle + a, middle + b), (low, low + 1.6), 0.05)
        canvas.polygon(wing, shutter)
        for slat in range(7):
            up = low + 0.12 + slat * 0.21
            edge = wall.quad((middle + a + 0.05, middle + b - 0.05), (up, up), 0.05)[:2]
            canvas.line(edge, mix(shutter, (10, 10, 20), 0.4), 14 / middle)
    box = wall.quad((middle - 0.5, middle + 0.5), (low - 0.3, low), 0.3)
    _flowers(canvas, box, wall.lens.focal / middle)


def _flowers(canvas: Canvas, box: list[Point], scale: float) -> None:
    rng = canvas.rng
    canvas.polygon(box, (150, 84, 60))
    (x0, y0), (x1, y1) = box[3], box[2]
    tone = rng.choice(((214, 40, 60), (236, 96, 150), (250, 196, 60), (176, 90, 200)))
    for _ in range(14):
        share = rng.random()
        spot = (
            x0 + (x1 - x0) * share + rng.uniform(-0.02, 0.02) * scale,
            y0 + (y1 - y0) * share - rng.uniform(-0.12, 0.24) * scale,
        )
        canvas.dot(spot, 0.055 * scale, rng.choice((tone, tone, (70, 130, 60))))


def _shop(canvas: Canvas, wall: Wall, reach: tuple[float, float]) -> None:
    rng, quad = canvas.rng, wall.quad
    far, near = reach
    a, b = near + (far - near) * 0.14, near + (far - near) * 0.86
    fill(canvas, quad((b, a), (0.0, 2.7)), ((0.0, (64, 46, 42)), (1.0, (120, 84, 60))))
    middle = (a + b) / 2
    canvas.polygon(quad((b - 0.1, middle + 0.25), (0.7, 2.4)), (255, 220, 150))
    canvas.polygon(quad((middle - 0.25, a + 0.1), (0.0, 2.4)), (86, 54, 44))
    for _ in range(10):
        share = rng.uniform(middle + 0.4, b - 0.2)
        low = rng.uniform(0.75, 1.5)
        goods = rng.choice(((200, 70, 60), (90, 140, 120), (240, 240, 230), (226, 150, 60)))
        canvas.polygon(
            quad((share + 0.12, share - 0.12), (low, low + rng.uniform(0.2, 0.5))), goods
        )
    top, hem = quad((b, a), (3.3, 3.3), 0.02), quad((b, a), (2.45, 2.45), 1.25)
    stripe = rng.choice(((196, 50, 48), (40, 110, 90), (44, 90, 150), (232, 150, 50)))
    dim = 0.2 if wall.side < 0 else 0.0
    colors = mix(stripe, (40, 40, 90), dim), mix((252, 244, 230), (80, 90, 140), dim)
    awning(canvas, (top[0], top[1]), (hem[0], hem[1]), colors)


def _table(canvas: Canvas, lens: Lens, place: tuple[float, float]) -> None:
    x, z = place
    spot = Spot(lens.at(x, 0, z), lens.focal / z)
    at, unit, wood = spot.at, spot.unit, (176, 120, 70)
    soft(canvas, [[at(-0.5, 0), at(0.7, 0.03), at(0.6, -0.1)]], (30, 20, 40, 120), 4)
    for side in (-1, 1):
        seat = Spot(at(side * 0.62, 0), unit).at
        board = (seat(-0.2, 0.48), seat(0.2, 0.48), seat(0.22, 0.42), seat(-0.22, 0.42))
        canvas.polygon(board, wood)
        canvas.line([seat(side * 0.2, 0.95), seat(side * 0.18, 0)], (110, 70, 44), 0.05 * unit)
        canvas.line([seat(side * -0.16, 0.44), seat(side * -0.18, 0)], (110, 70, 44), 0.05 * unit)
        canvas.line([seat(side * 0.2, 0.9), seat(side * 0.2, 0.66)], wood, 0.12 * unit)
    canvas.line([at(0, 0), at(0, 0.74)], (70, 60, 60), 0.06 * unit)
    canvas.ellipse(spot.box(-0.42, 0.68, 0.42, 0.84), (250, 246, 236))
    canvas.rect(spot.box(-0.06, 0.78, 0.06, 0.95), (90, 150, 170))
    crown(canvas, at(0, 1.04), 0.16 * unit, (220, 90, 120))


def _bunting(canvas: Canvas, lens: Lens) -> None:
    rng = canvas.rng
    for z, high in ((30, 9.4), (19, 9.8), (12, 9.0)):
        rope = curve(lens.at(-3.1, high, z), lens.at(0, high - 1.6, z), lens.at(3.1, high, z), 22)
        canvas.line(rope, (90, 80, 80), 1.4)
        for (x0, y0), (x1, y1) in zip(rope[1::2], rope[2::2], strict=False):
            tone = rng.choice(
                ((226, 60, 60), (250, 200, 70), (70, 140, 200), (250, 246, 240), (90, 170, 110))
            )
            canvas.polygon(
                ((x0, y0), (x1, y1), ((x0 + x1) / 2, (y0 + y1) / 2 + 0.42 * lens.focal / z)), tone
            )
