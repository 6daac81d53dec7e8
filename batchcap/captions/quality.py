"""The rules on captions, by name, and the review that applies a preset's rules.

Takes a preset, a caption and facts, gives a verdict: the caption repaired where that is safe, with
all findings. Never raises on any text, never asks anyone.
"""

from collections.abc import Mapping
from types import MappingProxyType

from batchcap.captions import (
    keywords,
    language,
    names,
    order,
    prose,
    signs,
    technical,
    titles,
)
from batchcap.captions.glance import glance
from batchcap.captions.prose import Rule
from batchcap.records import Caption, Facts, Finding, Preset, Severity, Verdict
from batchcap.records.captions import Checks

# Cleaning goes before counting, cutting before adding.
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.__name__: rule
        for rule in (
            prose.markup,
            prose.chatter,
            prose.refusal,
            language.not_english,
            names.release_conflict,
            titles.punctuation,
            technical.file_words,
            technical.dates,
            titles.sentence_case,
            names.other_place,
            names.trademarks,
            names.quoted_words,
            names.unsupported_names,
            technical.camera_words,
            technical.numbers,
            technical.agency_names,
            technical.web_addresses,
            language.profanity,
            prose.too_long,
            prose.truncated,
            prose.place_in_description,
            prose.too_short,
            titles.title_is_description,
            keywords.keyword_markup,
            keywords.single_words,
            keywords.unwanted_keywords,
            order.long_phrases,
            keywords.doubled_keywords,
            order.doubled_stems,
            keywords.too_many_keywords,
            keywords.place_in_keywords,
            order.title_in_keywords,
            keywords.too_few_keywords,
        )
    }
)
_MOST_ROUNDS = 8


def review(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Return the caption after the preset's rules, applied until none repairs any more.

    One repair can call for another (a trimmed text may end in a farewell), so the caption in the
    verdict is one that a second review leaves as it is.
    """
    if not preset.checks:
        return Verdict(caption)
    repairs: dict[Finding, None] = {}
    for _ in range(_MOST_ROUNDS):
        seen = glance(preset, caption, facts)
        if not seen:
            verdict = Verdict(caption)
            break
        verdict = _once(preset, caption, facts, seen)
        repairs |= dict.fromkeys(
            each for each in verdict.findings if each.severity is Severity.REPAIRED
        )
        if verdict.caption is caption or verdict.caption == caption:
            break
        caption = verdict.caption
    if not (repairs or verdict.findings):
        return verdict
    rest = tuple(each for each in verdict.findings if each.severity is not Severity.REPAIRED)
    return Verdict(verdict.caption, (*repairs, *rest))


def _once(preset: Preset, caption: Caption, facts: Facts, seen: int) -> Verdict:
    """Apply each rule once that may have anything to say of what was seen."""
    findings: list[Finding] = []
    for rule, sign in preset.lists.latest(_asked_for, preset):
        if not seen & sign:
            continue
        step = rule(preset, caption, facts)
        findings += step.findings
        if step.caption is not caption and step.caption != caption:
            caption = step.caption
            seen = glance(preset, caption, facts)
    return Verdict(caption, tuple(findings))


def _asked_for(_lists: Checks, preset: Preset) -> list[tuple[Rule, int]]:
    """Return the rules of a preset, each with the signs that call for it."""
    return [(rule, signs.OF_RULE[name]) for name, rule in RULES.items() if name in preset.checks]
