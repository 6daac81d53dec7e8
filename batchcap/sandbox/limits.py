"""What a JSON Schema asks for in words: «at most 70 characters», «up to 50 keywords».

Takes: one node of a schema. Gives: the spans and counts that its description and its keywords
(minItems, maxLength …) set. Never guesses where nothing is said: then the given default holds.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from batchcap.sandbox.describer import Span

_UNIT = (
    r"(?:[a-z-]+ ){0,3}?"
    r"(?P<unit>characters?|chars?|letters|words?|keywords?|tags?|items?|terms?|entries)"
)
_MOST = (
    r"(?:at most|up to|no more than|not more than|maximum(?: of)?|max\.?|under|below|within|"
    r"(?:not|never) exceed(?:ing)?|limit(?:ed)? (?:of|to)|fewer than|less than|<=|≤)"
)
_LEAST = r"(?:at least|no fewer than|no less than|not less than|minimum(?: of)?|min\.?|>=|≥)"
_N = r"(?P<n>\d[\d,]*)"
_RULES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("range", rf"(?P<low>\d[\d,]*) ?(?:to|and|-|\u2013) ?{_N} {_UNIT}"),
        ("exact", rf"exactly {_N}(?: {_UNIT})?"),
        ("most", rf"{_MOST} {_N}(?: {_UNIT})?"),
        ("most", rf"{_N} {_UNIT},? (?:or (?:less|fewer)|at most|max(?:imum)?)"),
        ("least", rf"{_LEAST} {_N}(?: {_UNIT})?"),
    )
)
_WORDS_EACH = 5
"""Up to here «words» is the length of an entry, beyond it the number of entries."""
_SINGLE = re.compile(r"(?:single|one)[- ]words?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Count:
    """How many entries a list may have, and whether each is a single word."""

    least: int = 0
    most: int = 50


def text_span(node: dict[str, Any], default: Span) -> Span:
    """Read how long a text may be."""
    span = default
    for kind, low, high, unit in _said(node):
        if unit.startswith(("char", "letter")):
            span = replace(span, most=high) if kind != "least" else replace(span, least=high)
            span = replace(span, least=low) if low else span
        elif unit.startswith("word"):
            named = "least_words" if kind == "least" else "most_words"
            span = replace(span, **{named: high})
            span = replace(span, least_words=low, most=max(span.most, high * 9)) if low else span
    most, least = node.get("maxLength", span.most), node.get("minLength", span.least)
    return replace(span, most=max(most, least), least=least)


def item_count(node: dict[str, Any], default: Count) -> Count:
    """Read how many entries a list may have."""
    least, most = default.least, default.most
    for kind, low, high, unit in _said(node):
        if unit.startswith(("char", "letter")) or (unit.startswith("word") and high <= _WORDS_EACH):
            continue
        if kind == "least":
            least, most = high, max(most, high)
        else:
            least, most = (high if kind == "exact" else low), high
    least = max(least, node.get("minItems", 0))
    return Count(least, max(least, min(most, node.get("maxItems", most))))


def exactly(text: str, default: int) -> int:
    """Read «exactly 50 single-word keywords» out of a prompt."""
    found = re.search(
        r"exactly (\d+)(?: unique| different| distinct)*[ -](?:single|keyword|one|word|tag)",
        text,
        re.IGNORECASE,
    )
    return int(found[1]) if found else default


def single_words(text: str) -> bool:
    """Tell whether a text asks for single words."""
    return _SINGLE.search(text) is not None


def _said(node: dict[str, Any]) -> list[tuple[str, int, int, str]]:
    """Give (kind, lower bound, bound, unit) of each limit that stands in the description."""
    text = str(node.get("description", ""))
    said = []
    for kind, pattern in _RULES:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            low = int((groups.get("low") or "0").replace(",", ""))
            high = int(groups["n"].replace(",", ""))
            said.append((kind, low, high, (groups["unit"] or "").lower()))
    return said
