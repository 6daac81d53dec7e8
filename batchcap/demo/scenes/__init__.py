"""The painters of the sample photos: a canvas in, a scene on it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from batchcap.demo.canvas import Canvas
from batchcap.demo.scenes import (
    bridge,
    dunes,
    harbour,
    hills,
    lighthouse,
    market,
    mountains,
    skyline,
    street,
    sunset,
    tulips,
    village,
)

PAINTERS: Mapping[str, Callable[[Canvas], None]] = MappingProxyType(
    {
        "bridge": bridge.paint,
        "dunes": dunes.paint,
        "harbour": harbour.paint,
        "hills": hills.paint,
        "lighthouse": lighthouse.paint,
        "market": market.paint,
        "mountains": mountains.paint,
        "skyline": skyline.paint,
        "street": street.paint,
        "sunset": sunset.paint,
        "tulips": tulips.paint,
        "village": village.paint,
    }
)
