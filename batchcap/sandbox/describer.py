"""From a look and the facts of a prompt to words: titles, descriptions, keywords.

Takes: a Look, and the facts that stand in the prompt as lines such as ``City: Rome``.
Gives: well-formed English within the limits asked for, the same for the same input.
Never: says more than colours, light and form, and what the facts say themselves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from batchcap.sandbox import words
from batchcap.sandbox.look import Look

_FACT = re.compile(
    r"^[ \t]*(country|city|date|release|notes):[ \t]*(\S[^\r\n]*)", re.IGNORECASE | re.MULTILINE
)
_WORD = re.compile(r"(?<![\w])[^\W\d_](?:['\u2019-]?[^\W\d_])+(?!\w)")
_TITLE_WORDS = 10
_KIN = 5
_PHRASES = {
    "strong": "in strong contrast",
    "fair": "in balanced light",
    "soft": "in soft, even light",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the prompt says of a picture; "" where it says nothing."""

    country: str = ""
    city: str = ""
    date: str = ""
    release: str = ""
    notes: str = ""

    @property
    def place(self) -> str:
        """Give the place as «City, Country», or what of it is known."""
        return ", ".join(part for part in (self.city, self.country) if part)


@dataclass(frozen=True, slots=True)
class Span:
    """How long a text may be, in characters and words."""

    least: int = 0
    most: int = 200
    least_words: int = 0
    most_words: int = 10_000

    def short(self, text: str) -> bool:
        """Tell whether a text does not reach its least length."""
        return len(text) < self.least or len(text.split()) < self.least_words

    def long(self, text: str) -> bool:
        """Tell whether a text goes beyond its greatest length."""
        return len(text) > self.most or len(text.split()) > self.most_words

    def cut(self, text: str) -> str:
        """Cut a text at a word so that it fits."""
        while self.long(text) and " " in text:
            text = text.rpartition(" ")[0].rstrip(" ,;")
        return text[: self.most]


def read_facts(prompt: str) -> Facts:
    """Read the lines of a prompt that state facts; the last of each kind counts."""
    found = {name.lower(): " ".join(value.split()) for name, value in _FACT.findall(prompt)}
    return Facts(**found)


@dataclass(frozen=True, slots=True)
class Describer:
    """Words for one picture."""

    look: Look
    facts: Facts

    def title(self, span: Span) -> str:
        """Name the picture in one line."""
        return self._titled(span)[0]

    def keywords(self, count: int, *, whole_places: bool = False) -> list[str]:
        """Give up to ``count`` single words, the most relevant first, none of them twice.

        With ``whole_places`` a city or country of several words stays one keyword.
        """
        chosen: list[str] = []
        taken: set[str] = set()
        places = _words(self.facts.place)  # named in full, whatever they resemble
        subjects = (*self.look.colours, *places)
        own = sorted(self._titled(Span(most=70))[1], key=lambda word: word not in subjects)
        for word in (*own, *places):
            if word.casefold() not in taken:
                taken.update((word.casefold(), word[:_KIN].casefold()))
                chosen.append(word)
        for word in self._pool():
            if word[:_KIN] not in taken and word not in taken:
                taken.add(word[:_KIN])
                chosen.append(word)
        if whole_places:
            chosen = self._joined(chosen)
        return chosen[:count]

    def description(self, span: Span, *, sentences: int = 2) -> str:
        """Describe the picture in up to ``sentences`` sentences, more if the least length asks."""
        text = self._opening(span)
        for place, sentence in enumerate(self._details(), 2):
            if place > sentences and not span.short(text):
                break
            longer = f"{text} {sentence}"
            if not span.long(longer):
                text = longer
        return text

    def _joined(self, keywords: list[str]) -> list[str]:
        """Put whole place names where their first words stood, and drop their other words."""
        for name in (self.facts.city, self.facts.country):
            parts = _words(name)
            found = [index for index, word in enumerate(keywords) if word in parts]
            if found and len(parts) > 1 and not any(char.isdigit() for char in name):
                place = found[0]
                rest = [word for word in keywords if word not in parts]
                keywords = [*rest[:place], name, *rest[place:]]
        return keywords

    def _adjectives(self) -> tuple[str, str]:
        look, seed = self.look, self.look.seed
        light = words.LIGHT[look.light]
        others = (
            *words.TEMPERATURE[look.temperature],
            *words.SATURATION[look.saturation],
            *words.CONTRAST[look.contrast],
            *words.TEXTURE[look.texture],
        )
        first = light[seed % len(light)]
        rest = [word for word in others if word[:_KIN] not in {c[:_KIN] for c in look.colours}]
        return first, rest[seed // 8 % len(rest)]

    def _titled(self, span: Span) -> tuple[str, list[str]]:
        """Give a title and its own words, in their order; a place only where it fits."""
        titles = list(self._titles())
        bare = next((title for title in titles if not span.long(title)), span.cut(titles[-1]))
        own = [word.lower() for word in _words(bare)]
        for place in (self.facts.city, self.facts.country):
            title, named = f"{bare} from {place}", _words(place)
            if named and not span.long(title) and len(own) + len(named) <= _TITLE_WORDS:
                return title, [*own, *named]
        return bare, own

    def _titles(self) -> Iterator[str]:
        seed, (first, *rest) = self.look.seed // 512, self.look.colours
        noun = words.NOUNS[seed % len(words.NOUNS)]
        one, two = self._adjectives()
        both = f"{first} and {rest[0]}" if rest else first
        forms = (
            f"{one} and {two} {noun} in {both}",
            f"{noun} of {one} {two} {both}",
            f"{one} {two} {noun} in {both}",
            f"{both} in {_a(noun)} {noun} of {two} and {one} tone",
            f"{two} {noun} in {one} {both}",
        )
        start = seed // 7 % len(forms)
        yield from (_sentence(form) for form in forms[start:] + forms[:start])
        yield _sentence(f"{one} {first} {noun}")

    def _opening(self, span: Span) -> str:
        one, two = self._adjectives()
        first, *rest = self.look.colours
        shape, phrase = self.look.shape, _PHRASES[self.look.contrast]
        meets = f"{first} meets {rest[0]}" if rest else f"{first} fills the whole area"
        pair = f"{first} and {rest[0]}" if rest else f"nothing but {first}"
        texts: list[str] = []
        for place in (self.facts.place, self.facts.country, self.facts.city, ""):
            at = f" in {place}" if place else ""
            forms = (
                f"{_a(one)} {one}, {two} {shape} view{at} where {meets} {phrase}.",
                f"{_a(two)} {two} {shape} view{at} shows {one} {pair} {phrase}.",
                f"This {shape} view{at} is {one} and {two}: {pair} {phrase}.",
            )
            start = self.look.seed // 64 % len(forms)
            texts += [_sentence(form) for form in forms[start:] + forms[:start]]
            texts.append(_sentence(f"{_a(one)} {one} {shape} view{at}: {pair} {phrase}."))
        texts.append(_sentence(f"{one} {first}."))
        return next((text for text in texts if not span.long(text)), span.cut(texts[-1]))

    def _details(self) -> Iterator[str]:
        look = self.look
        yield {
            "upper": "The upper part is brighter than the lower part.",
            "lower": "The lower part is brighter than the upper part.",
            "level": "Brightness stays even from top to bottom.",
        }[look.fall]
        yield {
            "busy": "Fine detail covers much of the surface.",
            "varied": "Smooth areas alternate with finer structure.",
            "plain": "Most of the area is smooth and free of detail.",
        }[look.texture]
        if len(look.colours) > 2:  # noqa: PLR2004  the first two stand in the opening
            yield f"Touches of {' and '.join(look.colours[2:])} appear as well."
        yield {
            "mirrored": "The left half closely mirrors the right half.",
            "free": "The left half and the right half differ clearly.",
        }[look.symmetry]
        yield {
            "warm": "On the whole the colours lean to the warm side.",
            "cool": "On the whole the colours lean to the cool side.",
            "neutral": "On the whole the colours are neither warm nor cool.",
        }[look.temperature]
        yield {
            "vivid": "They are vivid and strongly saturated.",
            "medium": "They are moderately saturated.",
            "muted": "They are muted, with little saturation.",
            "none": "They come close to pure black, grey and white.",
        }[look.saturation]
        yield {
            "dark": "Dark values prevail, and bright ones are rare.",
            "middle": "Middle values prevail over dark and bright ones.",
            "bright": "Bright values prevail, and dark ones are rare.",
        }[look.light]
        yield "Only colours, light and form are described here, as nothing else was recognised."

    def _pool(self) -> Iterator[str]:
        look = self.look
        yield from look.colours
        yield from self._adjectives()
        for colour in look.colours[:2]:
            yield from words.COLOURS[colour]
        yield words.SHAPE[look.shape][0]
        groups = (
            words.LIGHT[look.light],
            words.SATURATION[look.saturation],
            words.TEMPERATURE[look.temperature],
            words.CONTRAST[look.contrast],
            words.TEXTURE[look.texture],
            words.FALL[look.fall],
            words.SYMMETRY[look.symmetry],
        )
        for group in groups:
            yield from group[:3]
        yield from words.GENERAL[:12]
        for group in groups:
            yield from group[3:]
        yield from words.GENERAL[12:]
        for colour in look.colours[2:]:
            yield from words.COLOURS[colour]
        yield from words.SHAPE[look.shape][1:]


def _words(text: str) -> list[str]:
    """Give the single words of a text that can be keywords: no joining words, no digits."""
    found = (word for word in _WORD.findall(text) if word.casefold() not in words.STOPS)
    return list({word.casefold(): word for word in found}.values())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _a(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
