"""What the sandbox knows of models: which are gone, and which parameters a family refuses.

Takes: a model's name. Gives: yes or no. Never refuses a name only because it is unknown.
Source: facts on OpenAI's models as of November 2026.
"""

import re

LISTED = (
    "gpt-6-luna",
    "gpt-6-sol",
    "gpt-6-astra",
    "gpt-5.6-luna",
    "gpt-5.4-mini",
    "gpt-5.4-nano",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-4o",
    "gpt-4o-mini",
    "sandbox",
)
RETIRED = frozenset(
    {
        "gpt-4.1-nano",
        "o4-mini",
        "gpt-4-vision-preview",
        "gpt-4-32k",
        "gpt-4.5-preview",
        "gpt-3.5-turbo-0301",
        "text-davinci-003",
    }
)
_REASONING = re.compile(r"(gpt-[56]([.-]|$)|o\d)")
_NO_EFFORT_NONE = re.compile(r"gpt-6\.1-sol|gpt-6-astra")
_UNBUDGETED = re.compile(r"gpt-(5\.6|6)")


def retired(model: str) -> bool:
    """Tell whether a model has been shut down."""
    return model in RETIRED


def reasons(model: str) -> bool:
    """Tell whether a model refuses ``max_tokens``, and sampling parameters while it reasons."""
    return _REASONING.match(model) is not None


def can_skip_reasoning(model: str) -> bool:
    """Tell whether a reasoning model takes ``reasoning_effort: none``."""
    return reasons(model) and _NO_EFFORT_NONE.match(model) is None


def original_size(model: str) -> bool:
    """Tell whether detail auto and original take a picture as it is, with no patch budget."""
    return _UNBUDGETED.match(model) is not None
