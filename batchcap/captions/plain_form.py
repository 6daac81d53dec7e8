"""A plain answer taken apart: a description, a blank line, keywords parted by commas.

Takes the answer's text, gives description and keywords. Tolerates labels, markdown, numbered and
bulleted keywords, extra blank lines and a full stop at the end. Never raises.
"""

import re

from batchcap.captions.text import plain
from batchcap.captions.words import keywords_in

_KEYWORDS_LABEL = re.compile(
    r"^(?:\d+[.)]\s*)?(?:key ?words|tags)\s*(?:\([^)]*\)\s*)?(?::\s*|$)", re.IGNORECASE
)
_LABEL = re.compile(r"^(?:the )?(?:description|caption)\s*(?::\s*|$)", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[-•·‣–]|\d{1,3}[.)])\s+")  # noqa: RUF001 real bullets
_HEADING = re.compile(r"^#{1,6}\s+")
_FENCE = re.compile(r"^`{3}")
_RULE = re.compile(r"^[-_=*\s]{3,}$")
_STAR = re.compile(r"^\s*\*\s+")
_LINES = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_MOST_WORDS = 2.0  # words an item has on average in a list of keywords; prose has more

Block = list[str]


def split_plain(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the description and the keywords of a plain answer; either may be empty."""
    lines = [_bare(line) for line in _LINES.split(text)]
    labelled = next((i for i, line in enumerate(lines) if _KEYWORDS_LABEL.match(line)), None)
    if labelled is not None:
        first = _KEYWORDS_LABEL.sub("", lines[labelled])
        listed = _leading_list(_blocks([first, *lines[labelled + 1 :]]))
        return _prose(_blocks(lines[:labelled])), _items(listed)
    blocks = _blocks(lines)
    if len(blocks) == 1:
        blocks = [[line] for line in blocks[0]]
    start, end = _last_list(blocks)
    return _prose(blocks[:start]), _items(blocks[start:end])


def _bare(line: str) -> str:
    """Return a line without markdown; a bullet stays, it tells a list from prose."""
    if _FENCE.match(line.strip()) or _RULE.match(line):
        return ""
    return _HEADING.sub("", plain(_STAR.sub("- ", line)))


def _blocks(lines: list[str]) -> list[Block]:
    blocks: list[Block] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _last_list(blocks: list[Block]) -> tuple[int, int]:
    """Return where the last run of lists begins and ends; the first block is the description."""
    end = len(blocks)
    while end > 1 and not _is_list(blocks[end - 1]):
        end -= 1
    if end <= 1:
        return len(blocks), len(blocks)
    start = end - 1
    while start > 1 and _is_list(blocks[start - 1]):
        start -= 1
    return start, end


def _leading_list(blocks: list[Block]) -> list[Block]:
    """Return the blocks of a labelled list: the first, and what goes on like a list."""
    end = 1
    while end < len(blocks) and _is_list(blocks[end]):
        end += 1
    return blocks[:end]


def _is_list(block: Block) -> bool:
    if all(_BULLET.match(line) for line in block):
        return True
    items = [item for line in block for item in keywords_in(_unlisted(line))]
    return bool(items) and sum(len(item.split()) for item in items) <= _MOST_WORDS * len(items)


def _items(blocks: list[Block]) -> tuple[str, ...]:
    lines = (line for block in blocks for line in block)
    return tuple(item for line in lines for item in keywords_in(_unlisted(line)))


def _unlisted(line: str) -> str:
    return _BULLET.sub("", line)


def _prose(blocks: list[Block]) -> str:
    lines = (_LABEL.sub("", line) for block in blocks for line in block)
    return " ".join(line for line in lines if line)
