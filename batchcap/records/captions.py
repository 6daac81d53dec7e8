"""Presets, captions and what the rules say of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the answer: what to ask for, and its limits.

    ``kind`` is text, list or choice; ``words`` is single, phrase or "" (a list's items).
    A limit of 0 means none.
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


@dataclass(frozen=True, slots=True)
class Preset:
    """What to ask, how to check and where to write.

    ``form`` is json (a schema answer) or plain (description, blank line, keywords).
    ``tags`` maps a field to the tags it is written to, in order; ``checks`` names the rules of
    ``captions.quality`` that apply.
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

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None where the preset does not ask for it."""
        return next((each for each in self.fields if each.name == name), None)


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
        order = (Severity.HOLD, Severity.AGAIN, Severity.REPAIRED)
        present = {each.severity for each in self.findings}
        return next((each for each in order if each in present), None)
