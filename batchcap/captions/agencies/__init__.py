"""What the stock agencies ask for, applied to one photo.

Takes an ``Agency`` (read from configs/agencies by ``batchcap.agency``) and an ``Item``; gives
findings, and the cells of a row. Never reads a file, never invents a place, a day or a category.
"""

from batchcap.captions.agencies.names import Names, duplicate
from batchcap.captions.agencies.record import (
    Agency,
    CategoryRule,
    CsvRule,
    EditorialRule,
    FileRule,
    Item,
    KeywordRule,
    Source,
    TextRule,
    WordRule,
    release_of,
)
from batchcap.captions.agencies.rules import DUPLICATE, MENDED, RULES, check
from batchcap.captions.agencies.sheet import CELLS, header, row, sheets
from batchcap.captions.agencies.wording import DATELINE, Wording, dateline, word

__all__ = [
    "CELLS",
    "DATELINE",
    "DUPLICATE",
    "MENDED",
    "RULES",
    "Agency",
    "CategoryRule",
    "CsvRule",
    "EditorialRule",
    "FileRule",
    "Item",
    "KeywordRule",
    "Names",
    "Source",
    "TextRule",
    "WordRule",
    "Wording",
    "check",
    "dateline",
    "duplicate",
    "header",
    "release_of",
    "row",
    "sheets",
    "word",
]
