"""JSON values that may have any shape, read as what they should have been.

Takes anything; gives a text or a count. Never raises.
"""

from typing import Any

from batchcap.batches.jsonl import well_formed

# a larger figure is no count of tokens or lines, and would not fit a database's integer
MOST = 10**12
_NUMERIC = (int, float, str)


def text_of(value: Any) -> str:
    """Return a text as it is, "" for anything else.

    Half a surrogate pair, which a JSON escape can smuggle in, becomes U+FFFD: it would break the
    ledger and every file after it.
    """
    return well_formed(value) if isinstance(value, str) else ""


def count_of(value: Any) -> int:
    """Return a whole number from 0 to 10**12 from an int, float or numeric text; 0 for the rest."""
    if type(value) is int and 0 <= value <= MOST:
        return value
    if isinstance(value, bool) or not isinstance(value, _NUMERIC):
        return 0
    try:
        number = value if isinstance(value, int) else int(float(value))
    except (ValueError, OverflowError):  # no number, nan, inf
        return 0
    return min(max(0, number), MOST)
