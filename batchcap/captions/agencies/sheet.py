"""The agency's CSV, as cells and as bytes.

Takes an agency and rows; gives lines in its delimiter, quoting, line ending and encoding, parted
where a file would grow too large. Cells never begin a formula and never hold a line break.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from batchcap.captions.agencies.record import Agency, Item
from batchcap.captions.agencies.wording import Wording, disarm, to_ascii, word
from batchcap.captions.evidence import day, said
from batchcap.captions.text import fold

CELLS = (
    *("filename", "title", "description", "keywords", "categories"),
    *("category1", "category2", "category3"),
    *("editorial", "city", "country", "country_code", "date"),
)
_TOKEN = re.compile(r"\{(\w+)\}")
_BOM = b"\xef\xbb\xbf"


def header(agency: Agency) -> tuple[str, ...]:
    """Return the headings, as the agency spells them."""
    return tuple(heading for heading, _ in agency.csv.columns)


def row(agency: Agency, item: Item) -> tuple[str, ...]:
    """Return the cells of one photo, mended where that is safe."""
    cells = _cells(agency, item, word(agency, item))
    return tuple(
        _TOKEN.sub(lambda found: cells[found[1]], template) for _, template in agency.csv.columns
    )


def sheets(agency: Agency, rows: Iterable[Sequence[str]]) -> Iterator[tuple[int, bytes]]:
    """Yield (file number from 1, bytes to append), each file with its own header.

    A file takes as many rows as ``max_rows`` and ``max_bytes`` allow, and one row at least.
    """
    rule, number, count, size = agency.csv, 0, 0, 0
    for cells in rows:
        line = _line(agency, cells)
        full = (rule.max_rows and count >= rule.max_rows) or (
            rule.max_bytes and size + len(line) > rule.max_bytes
        )
        if number == 0 or (full and count):
            number, count = number + 1, 0
            top = (_BOM if rule.bom else b"") + (_line(agency, header(agency)) * rule.header)
            size = len(top)
            yield number, top
        yield number, line
        count, size = count + 1, size + len(line)


def _line(agency: Agency, cells: Sequence[str]) -> bytes:
    rule, text = agency.csv, io.StringIO()
    writer = csv.writer(
        text,
        delimiter=rule.delimiter,
        quoting=csv.QUOTE_ALL if rule.quote_all else csv.QUOTE_MINIMAL,
        lineterminator=rule.line_ending,
    )
    writer.writerow(cells)
    return text.getvalue().encode(rule.encoding)


def _cells(agency: Agency, item: Item, wording: Wording) -> dict[str, str]:
    country, when = said(item.facts.country), day(item.facts)
    ids = wording.categories
    spelled = to_ascii if agency.words.ascii else str
    numbered = {
        f"category{place + 1}": ids[place] if place < len(ids) else agency.categories.none
        for place in range(3)
    }
    return {
        # The name must be the file's own: a name that is no safe cell is held, never changed.
        "filename": item.filename,
        "title": disarm(wording.title),
        "description": disarm(wording.description),
        "keywords": disarm(agency.keywords.separator.join(wording.keywords)),
        "categories": agency.categories.separator.join(ids),
        **numbered,
        "editorial": agency.csv.yes if item.editorial else agency.csv.no,
        "city": disarm(spelled(said(item.facts.city))),
        "country": disarm(spelled(country)),
        "country_code": agency.country_codes.get(fold(country), ""),
        "date": when.isoformat() if when else "",
    }
