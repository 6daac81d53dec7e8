"""A model's talk about its answer, told apart from the answer.

Takes a text, gives it without the talk, or says what kind of talk it is. Never guesses: where talk
and answer cannot be parted, the talk stays and is named.
"""

import re

from batchcap.captions.text import sentence_ends

_YES = r"(?:certainly|sure(?: thing)?|of course|absolutely|okay|ok|alright|great|no problem)"
_THING = (
    r"(?:descriptions?|captions?|titles?|headlines?|keywords?|alt[ -]text|metadata|answer|json)"
)
_NAMES = r"(?:alt[ -]text|caption|description|headline|long description|title|output|answer)"
_OPENINGS = re.compile(
    rf"{_YES}(?:[!.]+\s+|,\s+(?=here\b|i(?:'|’|\b)))"  # noqa: RUF001 both apostrophes are met
    rf"|here(?:'s|’s| is| are)\b[^.!?:]{{0,80}}\b{_THING}\b[^.!?:]{{0,80}}:\s*"  # noqa: RUF001
    rf"|(?:i'd|i’d|i would) be (?:happy|glad) to\b[^.!?:]{{0,80}}[.!:]\s+"  # noqa: RUF001
    rf"|i hope\b[^.!?:]{{0,80}}[.!]\s+"
    rf"|{_NAMES}\s*:\s*",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"(?:let me know|i hope (?:this|that|it)|hope this helps|feel free|please let me know"
    r"|if you (?:need|would like|want|have)|is there anything else|would you like me)\b",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"\b(?:as an ai|ai language model|as a (?:large )?language model|my training data"
    r"|as requested|as you (?:asked|requested))\b"
    rf"|^{_YES}[!,]|^here(?:'s|’s| is| are)\b[^.!?:]{{0,80}}\b{_THING}\b",  # noqa: RUF001
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"(?:(?:i'm|i’m|i am|we're|we are)\s+(?:very |truly |really )?sorry\b"  # noqa: RUF001
    r"|(?:unfortunately|sorry|apologies|as an ai(?: language)?(?: model| assistant)?)"
    r"[,.!]?\s+(?:but\s+)?i\b"
    r"|i\s+(?:cannot|can't|can’t|can not|won't|won’t|will not|must decline)\b"  # noqa: RUF001
    r"|i\s+(?:do not|don't|don’t)\s+(?:feel|have|see|know)\b"  # noqa: RUF001
    r"|(?:i'm|i’m|i am)\s+(?:unable|not able|not allowed|not comfortable)\b"  # noqa: RUF001
    r"|my apologies\b|i apologi[sz]e\b)",
    re.IGNORECASE,
)
# One of these words, or a colon, stands in whatever the patterns find.
TALKING = frozenset(
    [
        *("certainly", "sure", "course", "absolutely", "okay", "ok", "alright", "great", "problem"),
        *("here", "i", "ai", "language", "training", "requested", "asked", "know", "hope"),
        *("feel", "if", "anything", "would"),
    ]
)
DECLINING = frozenset(["sorry", "unfortunately", "apologies", "ai", "i"])


def is_refusal(text: str) -> bool:
    """Whether the text opens by declining to answer."""
    return _REFUSAL.match(text.lstrip()) is not None


def is_talk(text: str) -> bool:
    """Whether the text speaks of the model or of the answer where it should show the photo."""
    return _TALK.search(text) is not None


def without_talk(text: str) -> str:
    """Return the text without openings ("Certainly! Here is the caption:") and farewells."""
    opened = text
    while found := _OPENINGS.match(opened):
        opened = opened[found.end() :].lstrip()
    for start in reversed(sentence_ends(opened)):
        if _FAREWELL.match(opened[start:].lstrip()):
            opened = opened[:start].rstrip()
    return opened if opened == text else opened[:1].upper() + opened[1:]
