"""The rules on what stands where among keywords, and on what stands there twice.

Each rule takes a preset, a caption and the facts, and repairs: agencies weigh the first keywords
most, want the title's words among them, and take two forms of one word for spam.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from batchcap.captions.evidence import is_commercial, said
from batchcap.captions.keywords import (
    has_room,
    place_keys,
    place_keywords,
    repaired,
)
from batchcap.captions.kinds import ALLOWED, BRAND, PROFANITY
from batchcap.captions.listing import Listing, listing, stem
from batchcap.captions.naming import (
    is_titled,
    names_nothing,
    support,
    unsupported,
)
from batchcap.captions.prose import changed
from batchcap.captions.reading import read
from batchcap.captions.text import foreign_letters
from batchcap.captions.tokens import Token, names, runs
from batchcap.captions.words import CAMERA_BRANDS, is_unwanted, key, keywords_in, plurals, singulars
from batchcap.records import Caption, Facts, Preset, Verdict
from batchcap.records.captions import Checks

_SHORTEST = 3
_LONGEST = 4
_WORDS = 2048  # of titles, whose forms are remembered


def long_phrases(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Drop a keyword of more than four words: it is a sentence, and nobody searches for it."""
    most = preset.lists.thresholds.phrase_words
    if not most:
        return Verdict(caption)
    ours = place_keys(preset, facts)
    kept = tuple(each for each in caption.keywords if each.count(" ") < most or key(each) in ours)
    return repaired(preset, caption, ("long_phrases", kept), "dropped as too long")


def doubled_stems(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Drop a keyword that is another form of one before it: run and running, colour and color.

    Only verbs and spellings on the lists count; a runner is not his run.
    """
    listed = listing(preset.lists, caption.keywords)
    ours = place_keys(preset, facts)
    kept: list[str] = []
    seen: set[str] = set()
    for each, entry in zip(caption.keywords, listed.entries, strict=True):
        if entry.stem in seen and entry.key not in ours:
            continue
        seen.add(entry.stem)
        kept.append(each)
    return repaired(preset, caption, ("doubled_stems", tuple(kept)), "dropped as doubled")


def title_in_keywords(preset: Preset, caption: Caption, facts: Facts) -> Verdict:
    """Put the words of the title among the first ten keywords: moved there, or added.

    A phrase that holds the word is enough. A full list gives up its last. Words that are no
    keyword (small words, numbers, names without support) stay out.
    """
    field = preset.field("keywords")
    first = preset.lists.thresholds.first_keywords
    if field is None or not (first and caption.keywords and preset.field("title")):
        return Verdict(caption)
    lists = preset.lists
    if _stands(caption, lists):
        return Verdict(caption)
    place = listing(lists, caption.keywords).index()
    held = place_keywords(preset, facts)
    most = min(first, field.max_items - len(held)) if field.max_items else first
    wanted = _wanted(preset, caption, facts)[: max(0, most)]
    listed, added = list(caption.keywords), []
    protected = {key(name) for name in held}
    missing = []
    for word, forms in wanted:
        at = _where(place, forms)
        if at is None:
            missing.append(word)
        else:
            protected.add(key(listed[at]))
    for word in missing:
        room = has_room(listed, field.max_items, protected)
        if room is None:
            return Verdict(caption)
        listed = [*room, word]
        added.append(word)
        protected.add(key(word))
    ordered = tuple(_ordered(listed, [forms for _, forms in wanted], first, lists))
    if ordered == caption.keywords:
        return Verdict(caption)
    new = f"; added: {', '.join(added)}" if added else ""
    told = f"The title's words were put among the first {first} keywords{new}."
    return changed(Verdict(caption), ("title_in_keywords", "keywords"), ordered, told)


def _stands(caption: Caption, lists: Checks) -> bool:
    """Whether every word of the title stands among the first keywords: the usual case."""
    first = listing(lists, caption.keywords).first(lists.thresholds.first_keywords)
    small, fillers = lists.listed("function_words"), lists.listed("title_fillers")
    return all(
        each.word in first
        or each.word in small
        or each.word in fillers
        or not first.isdisjoint(_forms(each.word, lists))
        for each in read(lists, caption.title).words
    )


def _where(place: Mapping[str, int], forms: Iterable[str]) -> int | None:
    return min((place[each] for each in forms if each in place), default=None)


def _ordered(
    listed: Sequence[str], wanted: Sequence[frozenset[str]], first: int, lists: Checks
) -> list[str]:
    """Return the keywords with one for each wanted word among the first, the rest in order."""
    place = Listing(lists, tuple(listed)).index()
    carriers = dict.fromkeys(_where(place, forms) for forms in wanted)
    late = [n for n in carriers if n is not None and n >= first]
    head = list(range(min(first, len(listed))))
    leaving = [n for n in reversed(head) if n not in carriers][: len(late)]
    head = [n for n in head if n not in leaving]
    rest = [n for n in range(len(listed)) if n not in head and n not in late]
    return [listed[n] for n in (*head, *late, *rest)]


def _wanted(preset: Preset, caption: Caption, facts: Facts) -> list[tuple[str, frozenset[str]]]:
    """Return the title's words as keywords, in order, with the forms by which they are found."""
    lists = preset.lists
    held = {key(name): name for name in place_keywords(preset, facts)}
    barred = _barred(preset, caption, facts)
    known = support(preset, caption, facts)
    small, fillers = lists.listed("function_words"), lists.listed("title_fillers")
    wanted: list[tuple[str, frozenset[str]]] = []
    for unit in _units(caption.title, held, lists):
        words = " ".join(each.word for each in unit)
        if words in held:
            wanted.append((held[words], frozenset({words})))
        elif words in small or words in fillers:
            continue
        elif barred.isdisjoint(each.start for each in unit):
            word = _as_keyword(caption.title, unit, lists)
            if lists.remembered(_is_keyword, _WORDS)(word) and names_nothing(word, known):
                wanted.append((word, _forms(key(word), lists)))
    return wanted


def _units(title: str, held: Iterable[str], lists: Checks) -> Iterator[list[Token]]:
    """Yield the title's words; a name of several words and a hyphenated word are one each."""
    words = [each for each in read(lists, title).words if not each.quoted]
    ends = {first: end for first, end, _ in names(words, lists)}
    if not is_titled(words, lists):
        ends |= {
            first: end
            for first, end in runs(title, words)
            if end > ends.get(first, 0) and not words[first].opens
        }
    places_held = set(held)
    place = 0
    while place < len(words):
        size = next(
            (
                n
                for n in range(_LONGEST, 0, -1)
                if " ".join(each.word for each in words[place : place + n]) in places_held
            ),
            ends.get(place, place + 1) - place,
        )
        while place + size < len(words) and (
            title[words[place + size - 1].end : words[place + size].start] == "-"
            or (place in ends and words[place + size].word in lists.listed("species"))
        ):
            size += 1
        yield words[place : place + size]
        place += size


def _barred(preset: Preset, caption: Caption, facts: Facts) -> set[int]:
    """Return where words of the title stand that may not be keywords: names and insults."""
    title = read(preset.lists, caption.title)
    words = title.words
    kinds = {PROFANITY} | ({BRAND} if is_commercial(caption, facts) else set())
    camera = set(key(said(facts.camera)).split())
    given = preset.lists.listed("first_names")
    spans = [
        (words[first].start, words[end - 1].end)
        for first, end, entry in title.listed
        if entry.kind in kinds
    ]
    if title.begins or any(each.capital and not each.opens for each in words):
        spans += [
            (each.start, each.end)
            for each in unsupported(preset, caption, facts)
            if each.field == "title"
        ]
    return {
        each.start
        for each in words
        if each.word in given
        or each.word in CAMERA_BRANDS
        or each.word in camera
        or any(a <= each.start < b for a, b in spans)
    }


def _as_keyword(title: str, unit: Sequence[Token], lists: Checks) -> str:
    """Return a title's word as a keyword: in small letters unless it is a name."""
    first = unit[0]
    text = title[first.start : unit[-1].end]
    bare = text.removesuffix("'s").removesuffix("’s")  # noqa: RUF001 both apostrophes are met
    entry = lists.names.get(" ".join(each.word for each in unit))
    if entry is not None and entry.kind == ALLOWED:
        return entry.spelling
    says_nothing = first.opens or is_titled(read(lists, title).words, lists)
    return bare.lower() if says_nothing else bare


def _is_keyword(lists: Checks, word: str) -> bool:
    most = lists.thresholds.phrase_words
    if len(word) < _SHORTEST or any(each.isdigit() for each in word):
        return False
    if most and word.count(" ") >= most:
        return False
    foreign = foreign_letters(word) > lists.thresholds.foreign_letters
    return keywords_in(word) == [word] and not foreign and not is_unwanted(word)


def _forms(word: str, lists: Checks) -> frozenset[str]:
    """Return the forms by which a word counts as being there: number, verb form, spelling."""
    return lists.remembered(_all_forms, _WORDS)(word)


def _all_forms(lists: Checks, word: str) -> frozenset[str]:
    root = stem(word, lists)
    return frozenset({word, root}) | plurals(word) | plurals(root) | singulars(word)
