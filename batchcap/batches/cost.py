"""What tokens cost.

Takes a model's prices and tokens; gives US dollars, or None where no price is known: never a
guess.
"""

from batchcap.records import Model, Usage

_MILLION = 1_000_000


def dollars(
    model: Model, usage: Usage, *, batch: bool = True, discount: float | None = None
) -> float | None:
    """Return what the provider bills for these tokens, in US dollars; None: no price is known.

    Cached tokens are part of the input and reasoning tokens part of the output. ``discount`` is
    the part that a batch takes off, the model's own where None. A model without a price for
    cached tokens pays the full input price for them.
    """
    full, out = model.prices.get("in"), model.prices.get("out")
    if full is None or out is None:
        return None
    cached = min(usage.cached_tokens, usage.input_tokens)
    total = (
        (usage.input_tokens - cached) * full
        + cached * model.prices.get("cached", full)
        + usage.output_tokens * out
    )
    taken_off = model.batch_discount if discount is None else discount
    return total / _MILLION * (1 - taken_off if batch else 1)


def estimate(
    model: Model, input_tokens: int, output_tokens: int, *, batch: bool = True
) -> float | None:
    """Return the US dollars to expect at most: nothing cached, outputs as long as allowed."""
    return dollars(model, Usage(input_tokens, output_tokens), batch=batch)
