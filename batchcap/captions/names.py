"""The rules on proper names: nobody is named, and nothing is placed, that no fact supports.

Each rule takes a preset, a caption and the facts. A keyword with such a name is dropped; a text is
asked for again, with the name in the message, because no name can be cut out of a sentence safely.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from batchcap.captions.evidence import is_commercial, said
from batchcap.captions.grounds import grounds
from batchcap.captions.keywords import place_keys
from batchcap.captions.kinds import BRAND, CITY, COUNTRY, NAME, PERSON
from batchcap.captions.language import speaks_foreign
from batchcap.captions.listing import listing
from batchcap.captions.naming import (
    PROSE,
    Named,
    is_suspect,
    unsupported,
)
from batchcap.captions.prose import changed, found
from batchcap.captions.reading import read
from batchcap.captions.tokens import Token, has_quotes, names, tokens
from batchcap.captions.words import key, without_doubles
from batchcap.records import Caption, Facts, Preset, Release, Severity, Verdict

_TOLD = {
    PERSON: "but no note gives a person of that name: leave the name out",
    BRAND: "but a brand needs a fact or an editorial release: leave the name out",
    NAME: "but no fact supports the name: describe it without",
}
_SHOWN = 3


def release_conflict(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Hold a photo of a commercial folder in which the model sees what only editorial may show."""
    verdict = Verdict(caption)
    told = said(facts.release).casefold()
    if not preset.field("release") or told != Release.COMMERCIAL:
        return verdict
    if caption.release.casefold() != Release.EDITORIAL:
        return verdict
    reason = caption.release_reason.strip().rstrip(".")
    why = f": {reason}." if reason else "."
    source = facts.release.evidence if facts.release else "folder"
    message = f"The {source} says commercial, the model editorial{why} A person decides."
    return found(verdict, ("release_conflict", Severity.HOLD, "release"), message)


def other_place(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again for a text that names another city or country than the facts; drop keywords."""
    ground = grounds(preset.lists, facts)
    known = {kind for kind, name in ((CITY, ground.city), (COUNTRY, ground.country)) if name}
    if not known or not is_suspect(preset, caption, ground.proven, known):
        return Verdict(caption)
    wrong = [each for each in unsupported(preset, caption, facts) if each.kind in known]
    wrong = _but_ours(preset, caption, facts, wrong)
    there = ", ".join(ground.places)
    return _judged(caption, wrong, "other_place", lambda _: f"but the facts say {there}")


def trademarks(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again for a text that names a brand in a commercial photo; drop such keywords."""
    # A place may prove the words of a brand; here only those of the place itself may stand.
    if not is_commercial(caption, facts) or not is_suspect(preset, caption, (), {BRAND}):
        return Verdict(caption)
    ours = grounds(preset.lists, facts).place_words
    brands = [
        each
        for field in preset.fields
        for each in _brands(preset, caption, field.name)
        if not ours.issuperset(word.word for word in tokens(each.shown))
    ]
    brands = _but_ours(preset, caption, facts, brands)
    told = "a brand, which only editorial may name"
    return _judged(caption, brands, "trademarks", lambda _: told)


def quoted_words(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again for a commercial text that quotes a name read in the picture."""
    if not is_commercial(caption, facts):
        return Verdict(caption)
    quoted = [
        each
        for field in preset.fields
        if field.name in PROSE
        if has_quotes(getattr(caption, field.name))
        for each in _quotations(preset, field.name, getattr(caption, field.name), facts)
    ]
    told = "a name read in the picture, which only editorial may quote: say what the sign is for"
    return _judged(caption, quoted, "quoted_words", lambda _: told)


def unsupported_names(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Ask again for a text with a name of a place, building, brand or person that no fact supports.

    Facts support the words of their own, other names of the same place, and what lies around it.
    Peoples, styles, feasts, kinds of animals and plants and Latin binomials need no support. A
    region after the known city ("Seattle, Washington, USA") is cut; such keywords are dropped.
    """
    names_found = unsupported(preset, caption, facts)
    if not names_found:
        return Verdict(caption)
    elsewhere = {CITY} if said(facts.city) else set()
    elsewhere |= {COUNTRY} if said(facts.country) else set()
    elsewhere |= {BRAND} if is_commercial(caption, facts) else set()
    # Where capitals follow another language's rules they name nothing: it is asked for in English.
    elsewhere |= {NAME} if names_found and speaks_foreign(preset, caption) else set()
    rest = [each for each in names_found if each.kind not in elsewhere]
    for each in rest:
        short = _without_region(caption, each, facts)
        if short is not None:
            told = f"{each.shown} was cut from {each.field}: no fact supports it."
            return changed(Verdict(caption), ("unsupported_names", each.field), short, told)
    rest = _but_ours(preset, caption, facts, rest)
    return _judged(caption, rest, "unsupported_names", lambda kind: _TOLD.get(kind, _TOLD[NAME]))


def _but_ours(
    preset: Preset, caption: Caption, facts: Facts, wrong: Iterable[Named]
) -> list[Named]:
    """Return the names but those of the known place, however its keywords are parted."""
    ours = place_keys(preset, facts)
    return [
        each for each in wrong if each.index < 0 or key(caption.keywords[each.index]) not in ours
    ]


def _judged(
    caption: Caption, wrong: Iterable[Named], rule: str, reason: Callable[[str], str]
) -> Verdict:
    """Return what becomes of names: texts are asked for again, keywords dropped."""
    verdict = Verdict(caption)
    listed = sorted(wrong, key=lambda each: each.field != "keywords")
    keywords = {each.index: each for each in listed if each.index >= 0}
    prose = [each for each in listed if each.index < 0]
    # While a text is asked for again its keywords stay: they may be what gives the name away.
    if keywords and not prose:
        kept = tuple(word for n, word in enumerate(caption.keywords) if n not in keywords)
        told = _dropped(caption.keywords, kept, keywords, reason)
        return changed(verdict, (rule, "keywords"), kept, told)
    for (field, kind), each in groupby(prose, key=lambda one: (one.field, one.kind)):
        shown = " and ".join(f'"{name}"' for name in dict.fromkeys(one.shown for one in each))
        told = f"{field} names {shown}, {reason(kind)}."
        verdict = found(verdict, (rule, Severity.AGAIN, field), told)
    return verdict


def _dropped(
    words: Sequence[str],
    kept: Sequence[str],
    names: Mapping[int, Named],
    reason: Callable[[str], str],
) -> str:
    """Say which keywords went and why: of one that stays in another form nothing is lost."""
    stays = {
        n: next((each for each in kept if len(without_doubles((each, words[n]))) == 1), "")
        for n in names
    }
    twice = [n for n in names if stays[n]]
    gone = [n for n in names if not stays[n]]
    told = []
    if gone:
        shown = ", ".join(words[n] for n in gone[:_SHOWN])
        more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
        told.append(f"{shown}{more}, {reason(names[gone[0]].kind).partition(':')[0]}")
    if twice:
        shown = ", ".join(f"{words[n]} (there is {stays[n]})" for n in twice[:_SHOWN])
        more = f" and {len(twice) - _SHOWN} more" if len(twice) > _SHOWN else ""
        told.append(f"as doubled: {shown}{more}")
    return f"Keywords dropped: {'; '.join(told)}."


def _brands(preset: Preset, caption: Caption, field: str) -> list[Named]:
    if field == "keywords":
        entries = listing(preset.lists, caption.keywords).entries
        return [
            Named(field, index, 0, 0, each, BRAND)
            for index, each in enumerate(caption.keywords)
            if any(kind == BRAND for kind, _ in entries[index].named)
            and _brand_in(preset, tokens(each), keyword=True)
        ]
    if field not in PROSE:
        return []
    text = getattr(caption, field)
    shown = (text[start:end] for start, end in _brand_in(preset, tokens(text), keyword=False))
    return [Named(field, -1, 0, 0, each, BRAND) for each in shown]


def _brand_in(preset: Preset, words: list[Token], *, keyword: bool) -> list[tuple[int, int]]:
    return [
        (words[first].start, words[end - 1].end)
        for first, end, entry in names(words, preset.lists)
        if entry.kind == BRAND
        and (not entry.capital or (words[first].capital and (keyword or not words[first].opens)))
    ]


def _quotations(preset: Preset, field: str, text: str, facts: Facts) -> list[Named]:
    words = [each for each in read(preset.lists, text).words if each.quoted]
    lists = preset.lists
    common = lists.listed("sign_words") | lists.listed("function_words")
    common |= grounds(lists, facts).place_words
    if all(each.word in common or not each.capital for each in words):
        return []
    start, end = words[0].start, words[-1].end
    return [Named(field, -1, start, end, text[start:end], NAME)]


def _without_region(caption: Caption, name: Named, facts: Facts) -> str | None:
    """Return the text without a region that stands between the known city and its country."""
    if name.index >= 0 or name.kind == PERSON:
        return None
    text = getattr(caption, name.field)
    before, after = text[: name.start], text[name.end :]
    city, country = said(facts.city), said(facts.country)
    if not city or not before.endswith(f"{city}, "):
        return None
    closes = not after or after[0] in ".;" or bool(country and after.startswith(f", {country}"))
    return before[:-2] + after if closes else None
