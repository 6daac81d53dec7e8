"""An agency's rules as frozen values, and the photo they are applied to.

Each part mirrors a table of configs/agencies/*.toml. A limit of 0 means none; lengths are
characters, sizes bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from batchcap.captions.evidence import said
from batchcap.records import Caption, Facts, Release


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule was read: ``sure`` is A, A-, B, C or ?, as configs/agencies/README explains."""

    says: str
    sure: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class TextRule:
    """One text: the caption's fields it is taken from (none: the agency has no such text).

    ``marks`` are the only characters kept beside letters, digits and spaces; None keeps all.
    """

    take: tuple[str, ...] = ()
    required: bool = False
    min_chars: int = 0
    max_chars: int = 0
    min_words: int = 0
    marks: str | None = None


@dataclass(frozen=True, slots=True)
class KeywordRule:
    """How many keywords, how long; ``best_items`` is what the agency recommends at least."""

    min_items: int = 0
    best_items: int = 0
    max_items: int = 0
    max_chars: int = 0
    separator: str = ","
    dates: bool = True


@dataclass(frozen=True, slots=True)
class EditorialRule:
    """Whether individuals may sell editorial photos, and what opens which of their texts."""

    accepted: bool = True
    reason: str = ""
    dateline: str = ""
    opens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """The agency's own categories: ``names`` by id, ``of`` the ids of a neutral category.

    ``none`` stands in a category cell that is not used.
    """

    min_items: int = 0
    max_items: int = 0
    separator: str = ","
    none: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileRule:
    """The uploaded file: longest name with extension, endings, and whether EXIF names a camera."""

    name_chars: int = 0
    kinds: tuple[str, ...] = ()
    needs_camera: bool = False


@dataclass(frozen=True, slots=True)
class WordRule:
    """Characters and words: ``drop`` are taken out, ``refused`` words are never to be said.

    ``refused_commercial`` holds for commercial photos only; ``neutral`` refuses dates in these.
    """

    ascii: bool = False
    drop: str = ""
    neutral: bool = False
    refused: tuple[str, ...] = ()
    refused_commercial: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CsvRule:
    """The file the agency reads: ``columns`` are (heading, template of the cell)."""

    columns: tuple[tuple[str, str], ...]
    delimiter: str = ","
    quote_all: bool = False
    line_ending: str = "\r\n"
    encoding: str = "utf-8"
    bom: bool = False
    header: bool = True
    max_rows: int = 0
    max_bytes: int = 0
    yes: str = "yes"
    no: str = "no"


@dataclass(frozen=True, slots=True)
class Agency:
    """What one stock agency asks for; ``hold`` and ``again`` name the rules that weigh so.

    ``imports`` is False where the agency reads no CSV; ``note`` is told with every export.
    """

    key: str
    name: str
    dated: str
    imports: bool
    note: str
    sources: tuple[Source, ...]
    title: TextRule
    description: TextRule
    keywords: KeywordRule
    editorial: EditorialRule
    categories: CategoryRule
    files: FileRule
    words: WordRule
    csv: CsvRule
    hold: frozenset[str]
    again: frozenset[str] = frozenset()
    country_codes: Mapping[str, str] = field(default_factory=dict)

    def texts(self) -> tuple[tuple[str, TextRule], ...]:
        """Return the texts that the agency takes, by name."""
        both = (("title", self.title), ("description", self.description))
        return tuple(each for each in both if each[1].take)

    def uses(self, cell: str) -> bool:
        """Whether a column shows that cell."""
        return any(f"{{{cell}}}" in template for _, template in self.csv.columns)


@dataclass(frozen=True, slots=True)
class Item:
    """One photo on its way to an agency; ``categories`` are neutral names, the best first."""

    path: str
    caption: Caption
    facts: Facts
    release: Release | None
    categories: tuple[str, ...] = ()

    @property
    def filename(self) -> str:
        """The name the agency knows the photo by."""
        return self.path.rpartition("/")[2]

    @property
    def editorial(self) -> bool:
        """Whether the photo is sold as editorial."""
        return self.release is Release.EDITORIAL


def release_of(caption: Caption, facts: Facts) -> Release | None:
    """Return how a photo may be sold: what is known goes before what the model says."""
    word = (said(facts.release) or caption.release).strip().casefold()
    return Release(word) if word in set(Release) else None
