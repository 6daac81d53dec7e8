"""What can be seen in a picture without knowing any thing: colours, light, form.

Takes: a Picture. Gives: a Look, words for what was measured. Never guesses at an object.
"""

import colorsys
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from batchcap.sandbox import words
from batchcap.sandbox.pictures import Picture


@dataclass(frozen=True, slots=True)
class Look:
    """Keys into the tables of words.py; ``seed`` differs from picture to picture."""

    colours: tuple[str, ...]
    light: str
    temperature: str
    saturation: str
    contrast: str
    texture: str
    shape: str
    symmetry: str
    fall: str
    seed: int


def look_at(picture: Picture) -> Look:
    """Measure a picture's small pixels."""
    pixels = picture.pixels
    grey = pixels.convert("L")
    greys = ImageStat.Stat(grey)
    red, _, blue = ImageStat.Stat(pixels).mean
    saturation = ImageStat.Stat(pixels.convert("HSV")).mean[1]
    mirror = ImageStat.Stat(ImageChops.difference(grey, ImageOps.mirror(grey))).mean[0]
    return Look(
        colours=_colours(pixels),
        light=_step(greys.mean[0], ((85, "dark"), (165, "middle")), "bright"),
        temperature=_step(red - blue, ((-12, "cool"), (12, "neutral")), "warm"),
        saturation=_step(saturation, ((14, "none"), (70, "muted"), (130, "medium")), "vivid"),
        contrast=_step(greys.stddev[0], ((28, "soft"), (62, "fair")), "strong"),
        texture=_step(_edges(grey), ((9, "plain"), (28, "varied")), "busy"),
        shape=_shape(picture.width, picture.height),
        symmetry="mirrored" if mirror < 10 else "free",  # noqa: PLR2004  grey levels of 255
        fall=_fall(grey),
        seed=picture.seed,
    )


def unseen(seed: int) -> Look:
    """Make up a look from a number, for answers without a picture."""
    names = sorted(words.COLOURS)
    first = seed % len(names)
    second = (first + 1 + seed // 31 % (len(names) - 1)) % len(names)
    return Look(
        colours=(names[first], names[second]),
        light=_pick(words.LIGHT, seed // 7),
        temperature="neutral",
        saturation="medium",
        contrast=_pick(words.CONTRAST, seed // 11),
        texture=_pick(words.TEXTURE, seed // 13),
        shape=_pick(words.SHAPE, seed // 17),
        symmetry="free",
        fall="level",
        seed=seed,
    )


def colour_name(red: int, green: int, blue: int) -> str:
    """Name a colour of three 8-bit values."""
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    if value < _BLACK:
        return "black"
    if saturation < _COLOURLESS:
        return _step(value, ((0.35, "charcoal"), (0.88, "grey")), "white")
    return _hue_name(hue * 360, saturation, value)


_COARSE = 16
_BLACK, _COLOURLESS, _DARK, _PALE, _DULL = 0.13, 0.12, 0.5, 0.48, 0.7
"""Value below which all is black, saturation below which all is grey, and so on; each of 1."""
_HUES: tuple[tuple[float, str, str, str], ...] = (
    # up to which degree, its name where dark, where pale, and else
    (14, "maroon", "pink", "red"),
    (24, "brown", "beige", "russet"),
    (34, "brown", "beige", "orange"),
    (43, "brown", "beige", "amber"),
    (50, "khaki", "cream", "gold"),
    (66, "khaki", "cream", "yellow"),
    (88, "khaki", "cream", "chartreuse"),
    (150, "green", "green", "green"),
    (172, "teal", "turquoise", "turquoise"),
    (192, "teal", "cyan", "cyan"),
    (212, "navy", "azure", "azure"),
    (250, "navy", "azure", "blue"),
    (265, "indigo", "mauve", "indigo"),
    (282, "indigo", "mauve", "violet"),
    (302, "purple", "mauve", "purple"),
    (332, "purple", "pink", "magenta"),
    (346, "maroon", "pink", "crimson"),
    (361, "maroon", "pink", "red"),
)


def _hue_name(hue: float, saturation: float, value: float) -> str:
    dark, pale, full = next(names for upto, *names in _HUES if hue < upto)
    if value < _DARK:
        return dark
    if saturation < _PALE:
        if value < _DULL and pale in ("beige", "pink", "cream"):
            return "taupe"
        return pale
    return full


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """Name each colour of four bits a channel: 4,096 names, looked up pixel by pixel."""
    levels = [step * 17 for step in range(16)]
    return tuple(colour_name(r, g, b) for r in levels for g in levels for b in levels)


def _colours(pixels: Image.Image) -> tuple[str, ...]:
    if min(pixels.size) > _COARSE:
        pixels = pixels.reduce(2)  # a quarter of the pixels names the same colours
    raw = pixels.tobytes()
    keys = Counter(
        (red >> 4 << 8) | (green >> 4 << 4) | blue >> 4
        for red, green, blue in zip(raw[0::3], raw[1::3], raw[2::3], strict=True)
    )
    names: Counter[str] = Counter()
    table = _names()
    for key, count in keys.items():
        names[table[key]] += count
    ranked = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    least = 0.05 * pixels.width * pixels.height
    return tuple(
        name for place, (name, count) in enumerate(ranked[:4]) if not place or count > least
    )


def _edges(grey: Image.Image) -> float:
    if min(grey.size) < 5:  # noqa: PLR2004  the filter leaves the outermost two pixels alone
        return 0.0
    edges = grey.filter(ImageFilter.FIND_EDGES)
    return ImageStat.Stat(ImageOps.crop(edges, 1)).mean[0]


def _fall(grey: Image.Image) -> str:
    bands = grey.resize((1, 8), Image.Resampling.BOX).tobytes()
    return _step(sum(bands[:3]) - sum(bands[5:]), ((-75, "lower"), (75, "level")), "upper")


def _shape(width: int, height: int) -> str:
    return _step(width / height, ((0.95, "vertical"), (1.05, "square")), "horizontal")


def _step(value: float, steps: tuple[tuple[float, str], ...], last: str) -> str:
    return next((name for upto, name in steps if value < upto), last)


def _pick(table: dict[str, tuple[str, ...]], number: int) -> str:
    names = sorted(table)
    return names[number % len(names)]
