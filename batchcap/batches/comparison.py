"""What the same photos would cost with each model, and what their originals would.

Takes models, and photos by their size in pixels with the tokens of their text; gives tokens and US
dollars for 1,000 such photos. Pure, and never a guess: a model that refuses a size or has no price
says so.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from batchcap.batches.cost import estimate
from batchcap.batches.reduced_size import best_side
from batchcap.batches.tokens import ImageRefused, image_tokens
from batchcap.records import Model

PHOTOS = 1000
"""What prices are told for."""

FULL_DETAILS = ("auto", "high")


@dataclass(frozen=True, slots=True)
class Shown:
    """One photo as it would be asked for: the original's sides in pixels, and tokens of text."""

    width: int
    height: int
    text_tokens: int


@dataclass(frozen=True, slots=True)
class Way:
    """How pictures are sent: ``max_side`` in pixels (0: the originals), the detail asked for."""

    detail: str
    max_side: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """1,000 photos: input tokens, and US dollars in a batch and without; None: no price known."""

    input_tokens: int
    usd: float | None
    usd_without_batch: float | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What 1,000 photos cost with one model: as they are sent, and as originals by detail.

    None where the model would refuse one of the photos or does not offer the detail.
    """

    model: Model
    sent: Price | None
    full_size: dict[str, Price | None]


def compare(
    models: Iterable[Model], photos: Sequence[Shown], way: Way, output_tokens: int
) -> list[Offer]:
    """Return what each model would cost, the cheapest first and those without a price last.

    ``output_tokens`` are those of one answer.
    """
    offers = [
        Offer(
            model,
            price(model, photos, way, output_tokens),
            {each: price(model, photos, Way(each), output_tokens) for each in FULL_DETAILS},
        )
        for model in models
    ]
    return sorted(offers, key=_dollars)


def price(model: Model, photos: Sequence[Shown], way: Way, output_tokens: int) -> Price | None:
    """Return what 1,000 such photos cost; None where the model would refuse one of them."""
    if not photos:
        return None
    try:
        pictures = sum(
            number * _tokens(model, size, way)
            for size, number in Counter((each.width, each.height) for each in photos).items()
        )
    except ImageRefused:
        return None
    each = PHOTOS / len(photos)
    given = round((pictures + sum(photo.text_tokens for photo in photos)) * each)
    made = output_tokens * PHOTOS
    batch, single = (estimate(model, given, made, batch=batch) for batch in (True, False))
    return Price(given, batch, single)


def _tokens(model: Model, size: tuple[int, int], way: Way) -> int:
    if way.max_side:
        size = best_side(model, *size, way.max_side, way.detail)
    return image_tokens(model, *size, way.detail)


def _dollars(offer: Offer) -> tuple[bool, float]:
    usd = offer.sent.usd if offer.sent else None
    return (usd is None, usd or 0.0)
