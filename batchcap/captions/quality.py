"""The rules on captions, by name, and the review that applies a preset's rules.

Takes a preset, a caption and facts, gives a verdict: the caption repaired where that is safe, with
all findings. Never raises on any text, never asks anyone.
"""

from collections.abc import Mapping
from types import MappingProxyType

from batchcap.captions import keywords, language, names, order, prose, technical, titles
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
# These read and mend nothing but texts: while only keywords change they have nothing new to say.
TEXT_RULES = frozenset(
    rule.__name__
    for rule in (
        prose.chatter,
        prose.refusal,
        prose.too_long,
        prose.place_in_description,
        prose.too_short,
        titles.punctuation,
        titles.sentence_case,
        titles.title_is_description,
        technical.file_words,
        technical.camera_words,
        technical.dates,
        technical.numbers,
        technical.agency_names,
        technical.web_addresses,
        names.quoted_words,
        names.release_conflict,
    )
)
_MOST_ROUNDS = 8

Texts = tuple[str, str, str, str, str]


def review(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Return the caption after the preset's rules, applied until none repairs any more.

    One repair can call for another (a trimmed text may end in a farewell), so the caption in the
    verdict is one that a second review leaves as it is.
    """
    repairs: dict[Finding, None] = {}
    heard: dict[str, tuple[Texts, tuple[Finding, ...]]] = {}
    for _ in range(_MOST_ROUNDS):
        verdict = _once(preset, caption, facts, heard)
        repairs |= dict.fromkeys(
            each for each in verdict.findings if each.severity is Severity.REPAIRED
        )
        if verdict.caption == caption:
            break
        caption = verdict.caption
    rest = tuple(each for each in verdict.findings if each.severity is not Severity.REPAIRED)
    return Verdict(verdict.caption, (*repairs, *rest))


def _once(
    preset: Preset,
    caption: Caption,
    facts: Facts,
    heard: dict[str, tuple[Texts, tuple[Finding, ...]]],
) -> Verdict:
    """Apply each rule once; ``heard`` is what the text rules said of which texts before."""
    findings: list[Finding] = []
    texts = _texts(caption)
    for name, rule in preset.lists.remembered(_chosen, 1)(preset.checks):
        before = heard.get(name)
        if before is not None and before[0] == texts:
            findings += before[1]
            continue
        step = rule(preset, caption, facts)
        findings += step.findings
        if step.caption is not caption and step.caption != caption:
            caption = step.caption
            texts = _texts(caption)
        elif name in TEXT_RULES:
            heard[name] = (texts, step.findings)
    return Verdict(caption, tuple(findings))


def _chosen(_lists: Checks, checks: tuple[str, ...]) -> tuple[tuple[str, Rule], ...]:
    return tuple((name, rule) for name, rule in RULES.items() if name in checks)


def _texts(caption: Caption) -> Texts:
    return (
        caption.title,
        caption.description,
        caption.headline,
        caption.alt_text,
        caption.long_description,
    )
