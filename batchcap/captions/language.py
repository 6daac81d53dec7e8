"""The rules on the words themselves: English, and none that insult.

Each rule takes a preset, a caption and the facts. Cheap on purpose: small words tell a language,
and letters a script; neither reads what the text says.
"""

from collections.abc import Collection

from batchcap.captions.grounds import grounds
from batchcap.captions.keywords import place_keys
from batchcap.captions.kinds import PROFANITY
from batchcap.captions.naming import PROSE, is_suspect
from batchcap.captions.prose import changed, found
from batchcap.captions.reading import read
from batchcap.captions.text import fold, foreign_letters
from batchcap.captions.tokens import names, tokens
from batchcap.captions.words import key
from batchcap.records import Caption, Facts, Preset, Severity, Verdict
from batchcap.records.captions import Checks

_SHOWN = 3
_TEXTS = 16  # of which it is remembered


def not_english(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again for a text in another language or script; drop keywords in another script."""
    limit = preset.lists.thresholds.foreign_letters
    is_foreign = preset.lists.remembered(_is_foreign, _TEXTS)
    verdict = Verdict(caption)
    for field in preset.fields:
        if field.name not in PROSE:
            continue
        text = getattr(caption, field.name)
        if (limit and foreign_letters(text) > limit) or is_foreign(text):
            told = f"{field.name} is not in English: write it in English."
            verdict = found(verdict, ("not_english", Severity.AGAIN, field.name), told)
    if not limit or all(each.isascii() for each in caption.keywords):
        return verdict
    given = grounds(preset.lists, facts).folded
    ours = place_keys(preset, facts)
    kept = tuple(
        each
        for each in caption.keywords
        if foreign_letters(each) <= limit
        or key(each) in ours
        or any(fold(each) in fact for fact in given)
    )
    return _dropped(verdict, "not_english", kept, "not in Latin letters")


def profanity(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again for a text with a word that insults, without repeating it; drop such keywords."""
    verdict = Verdict(caption)
    if not is_suspect(preset, caption, grounds(preset.lists, facts).proven, {PROFANITY}):
        return verdict
    given = grounds(preset.lists, facts).words
    for field in preset.fields:
        if field.name in PROSE and _insults(getattr(caption, field.name), preset.lists, given):
            told = f"{field.name} holds a word that insults: say it in a neutral one."
            verdict = found(verdict, ("profanity", Severity.AGAIN, field.name), told)
    ours = place_keys(preset, facts)
    kept = tuple(
        each
        for each in caption.keywords
        if key(each) in ours or not _insults(each, preset.lists, given)
    )
    return _dropped(verdict, "profanity", kept, "as insults")


def speaks_foreign(preset: Preset, caption: Caption) -> bool:
    """Whether any text of the caption is in another language."""
    texts = (getattr(caption, field.name) for field in preset.fields if field.name in PROSE)
    return any(_is_foreign(preset.lists, text) for text in texts)


def _is_foreign(lists: Checks, text: str) -> bool:
    least = lists.thresholds.foreign_words
    small = lists.listed("foreign_words")
    if not least or sum(map(small.__contains__, fold(text).split())) < least:
        return False
    said = [each.word for each in read(lists, text).words if not each.quoted]
    foreign = sum(each in small for each in said)
    if foreign < least:
        return False
    return foreign > sum(each in lists.listed("function_words") for each in said)


def _insults(text: str, lists: Checks, given: Collection[str]) -> bool:
    return any(
        entry.kind == PROFANITY and not all(each.word in given for each in words[first:end])
        for words in (tokens(text),)
        for first, end, entry in names(words, lists)
    )


def _dropped(verdict: Verdict, rule: str, kept: tuple[str, ...], why: str) -> Verdict:
    gone = [each for each in verdict.caption.keywords if each not in kept]
    if not gone:
        return verdict
    # A word that insults is not repeated where others read it.
    shown = f"{len(gone)} keywords" if rule == "profanity" else ", ".join(gone[:_SHOWN])
    told = f"Dropped {why}: {shown}."
    return changed(verdict, (rule, "keywords"), kept, told)
