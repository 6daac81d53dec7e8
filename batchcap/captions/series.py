"""The frames of one series: their captions agree, and their titles differ.

Takes a preset, a caption, the facts and the captions of other frames; gives the caption, repaired
where that is safe, with what was found. Never says of a frame what its own caption does not.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from batchcap.captions.kinds import CITY, COUNTRY, PERSON
from batchcap.captions.naming import Named, unsupported
from batchcap.captions.prose import changed, found
from batchcap.captions.quality import review
from batchcap.captions.text import fold, trim
from batchcap.captions.tokens import tokens
from batchcap.records import Caption, Facts, Preset, Severity, Verdict

TITLES = ("title", "headline")
_KINDS = (CITY, COUNTRY, PERSON)
_LEAST = 12  # characters of the title that have to stay
_MOST = 100  # characters of a title that the preset leaves open
_ORDINALS = (
    *("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
    *("eighteenth", "nineteenth", "twentieth"),
)


def agree(preset: Preset, caption: Caption, facts: Facts, others: Sequence[Caption]) -> Verdict:
    """Compare a caption with those of the other frames, which show the same scene.

    An equal title gets a keyword of its own caption; where none fits it is asked for again, and so
    is a caption that names another place or person, or another release, than the others do.
    """
    verdict = Verdict(caption)
    for name in _titles(preset):
        taken = {fold(getattr(each, name)) for each in others}
        if fold(getattr(caption, name)) not in taken:
            continue
        other = _varied(preset, verdict.caption, facts, (name, taken))
        if other:
            told = f"Another frame of the series has this {name}: it was told apart."
            verdict = changed(verdict, ("series_title", name), other, told)
        else:
            told = f"Another frame of the series has this {name}: say what is different here."
            verdict = found(verdict, ("series_title", Severity.AGAIN, name), told)
    for field, told in _apart(preset, caption, facts, others):
        verdict = found(verdict, ("series_facts", Severity.AGAIN, field), told)
    return verdict


def inherited(
    preset: Preset, caption: Caption, facts: Facts, others: Sequence[Caption]
) -> Verdict | None:
    """Return a frame's caption made from that of the first one: all but the titles is the same.

    None where no title of its own can be made without inventing something.
    """
    verdict = agree(preset, caption, facts, others)
    grave = verdict.severity not in (None, Severity.REPAIRED)
    return None if grave else verdict


def _apart(
    preset: Preset, caption: Caption, facts: Facts, others: Sequence[Caption]
) -> Iterator[tuple[str, str]]:
    """Yield what contradicts the other frames: the field, and what is to be said of it."""
    releases = {each.release for each in others if each.release}
    open_to_say = preset.field("release") and not facts.release and caption.release
    if open_to_say and releases and caption.release not in releases:
        said = " and ".join(sorted(releases))
        yield "release", f"Other frames of the series are {said}: look again at what decides."
    mine = [each for each in unsupported(preset, caption, facts) if each.kind in _KINDS]
    if not mine:
        return
    theirs = [name for each in others for name in unsupported(preset, each, facts)]
    for kind in _KINDS:
        here, there = _shown(mine, kind), _shown(theirs, kind)
        if here and there and not here & there:
            names = f"{min(here)}, other frames of the series {min(there)}"
            yield next(each.field for each in mine if each.kind == kind), f"It names {names}."


def _shown(names: Sequence[Named], kind: str) -> set[str]:
    return {fold(each.shown) for each in names if each.kind == kind}


def _titles(preset: Preset) -> list[str]:
    return [name for name in TITLES if preset.field(name)]


def _varied(
    preset: Preset, caption: Caption, facts: Facts, wanted: tuple[str, Collection[str]]
) -> str:
    """Return another title that the rules let pass, "" where there is none."""
    name, taken = wanted
    for title in _candidates(preset, caption, name):
        if fold(title) in taken:
            continue
        verdict = review(preset, _titled(caption, name, title), facts)
        said = str(getattr(verdict.caption, name))
        if verdict.severity in (None, Severity.REPAIRED) and fold(said) not in taken:
            return said
    return ""


def _titled(caption: Caption, name: str, text: str) -> Caption:
    if name == "headline":
        return replace(caption, headline=text)
    return replace(caption, title=text)


def _candidates(preset: Preset, caption: Caption, name: str) -> Iterator[str]:
    field = preset.field(name)
    limit = (field.max_chars if field else 0) or _MOST
    title = str(getattr(caption, name)).rstrip(".")
    said = {each.word for each in tokens(title)}
    for keyword in caption.keywords:
        if not said & {each.word for each in tokens(keyword)}:
            yield from _with(title, keyword, limit)
    for ordinal in _ORDINALS:
        yield from _with(title, f"{ordinal} view", limit)


def _with(title: str, end: str, limit: int) -> Iterator[str]:
    end = f" - {end}"
    kept = trim(title, limit - len(end)) if len(title) + len(end) > limit else title
    if len(kept) >= min(_LEAST, len(title)):
        yield f"{kept}{end}"
