"""Presets, captions and what the rules say of them."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the answer: what to ask for, and its limits.

    ``kind`` is text, list or choice; ``words`` is single, phrase or "" (a list's items).
    A limit of 0 means none. An answer without a field that is not ``required`` still counts.
    """

    name: str
    kind: str
    ask: str
    min_chars: int = 0
    max_chars: int = 0
    min_items: int = 0
    max_items: int = 0
    words: str = ""
    choices: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the rules measure with, as configs/checks.toml explains; 0 turns a rule off."""

    first_keywords: int = 0
    phrase_words: int = 0
    title_likeness: float = 0.0
    title_capitals: float = 0.0
    keyword_capitals: float = 0.0
    foreign_words: int = 0
    foreign_letters: float = 0.0
    number_digits: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A name on a list: what it is, its spelling, and whether only a capital makes it one."""

    kind: str
    spelling: str
    capital: bool = False


class Memory(dict[Any, Any]):
    """What was worked out of lists and may be worked out again; a copy begins empty."""

    def __reduce__(self) -> tuple[type["Memory"], tuple[()]]:
        return Memory, ()


@dataclass(frozen=True, slots=True)
class Checks:
    """The thresholds and word lists of the rules; every word folded, as tokens are compared.

    ``names`` holds words and phrases, ``reach`` the length in words of the longest that begins
    with a word, ``openers`` the first words of each kind; ``same`` and ``within`` lead from a
    place's name to the names it proves, ``stems`` and ``spellings`` from a word to the one it is.
    """

    thresholds: Thresholds = field(default_factory=Thresholds)
    names: Mapping[str, Listed] = field(default_factory=dict)
    reach: Mapping[str, int] = field(default_factory=dict)
    openers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    same: Mapping[str, frozenset[str]] = field(default_factory=dict)
    within: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stems: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory, repr=False, compare=False)

    def remembered(
        self, work: Callable[["Checks", Given], Made], most: int
    ) -> Callable[[Given], Made]:
        """Return ``work`` on these lists; it remembers the results of the last ``most`` values.

        Only for a pure function, whose results nobody changes.
        """
        kept: Callable[[Given], Made] | None = self.memory.get(work)
        if kept is None:
            kept = self.memory[work] = functools.lru_cache(most)(functools.partial(work, self))
        return kept

    def held(self, work: Callable[["Checks", Given], Made], given: Given, most: int) -> Made:
        """Return what ``work`` makes of these lists and a value, anew for an object it forgot.

        The last ``most`` objects are told apart by what they are, not by what they hold: for what
        takes longer to compare than to look up.
        """
        kept: dict[int, tuple[Given, Made]] = self.memory.setdefault(work, {})
        found = kept.get(id(given))
        if found is None:
            if len(kept) >= most:
                kept.clear()
            # While the object is held here no other one can have its id.
            found = kept[id(given)] = (given, work(self, given))
        return found[1]

    def latest(self, work: Callable[["Checks", Given], Made], given: Given) -> Made:
        """Return what ``work`` makes of these lists and a value, anew only for another object."""
        kept: tuple[Given, Made] | None = self.memory.get(work)
        if kept is None or kept[0] is not given:
            kept = self.memory[work] = (given, work(self, given))
        return kept[1]

    def listed(self, name: str) -> frozenset[str]:
        """Return a list of single words by its name; empty where there is none."""
        return self.words.get(name, frozenset())


@dataclass(frozen=True, slots=True)
class Preset:
    """What to ask, how to check and where to write.

    ``form`` is json (a schema answer) or plain (description, blank line, keywords).
    ``tags`` maps a field to the tags it is written to, in order; ``checks`` names the rules of
    ``captions.quality`` that apply, ``lists`` what they measure with.
    """

    name: str
    summary: str
    form: str
    style: str
    prompt: str
    max_output_tokens: int
    fields: tuple[Field, ...]
    checks: tuple[str, ...]
    tags: Mapping[str, tuple[str, ...]]
    lists: Checks = field(default_factory=Checks, repr=False)

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None where the preset does not ask for it."""
        for each in self.fields:
            if each.name == name:
                return each
        return None


@dataclass(frozen=True, slots=True)
class Caption:
    """The model's words for one photo; what a preset does not ask for stays empty."""

    headline: str = ""
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    alt_text: str = ""
    long_description: str = ""
    visible_text: str = ""
    classification: str = ""
    release: str = ""
    release_reason: str = ""
    category: str = ""


class Severity(StrEnum):
    """What a finding asks for."""

    REPAIRED = "repaired"
    AGAIN = "again"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of a caption."""

    rule: str
    severity: Severity
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A caption after the rules: repaired where that was safe, with all findings."""

    caption: Caption
    findings: tuple[Finding, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """The gravest finding: hold before again before repaired; None where all is well."""
        if not self.findings:
            return None
        order = (Severity.HOLD, Severity.AGAIN, Severity.REPAIRED)
        present = {each.severity for each in self.findings}
        return next((each for each in order if each in present), None)
