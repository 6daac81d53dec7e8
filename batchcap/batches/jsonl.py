"""JSONL as the Batch API reads and writes it.

Takes values and byte streams; gives lines. Holds one line at a time, never more than ``cap`` bytes
of it, and never opens a file.
"""

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, BinaryIO, NamedTuple

import jiter

BLOCK = 1 << 16
CAP = 16 << 20
_BOM = b"\xef\xbb\xbf"


class Part(NamedTuple):
    """Some whole lines of a file: its first byte, how many bytes, and the 1-based first line."""

    start: int
    length: int
    first: int


def encode(value: Any) -> bytes:
    """Return one line of UTF-8 JSON, without its newline.

    Half a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD: one line that a server cannot
    parse would fail its whole batch. Raises ValueError for NaN and infinity, TypeError for what
    JSON has no form for.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return well_formed(text).encode("utf-8")


def decode(raw: bytes) -> Any:
    """Return the value of one line; raise ValueError for whatever is not UTF-8 JSON."""
    try:
        return jiter.from_json(raw)
    except ValueError:
        return _tolerated(raw)


def _tolerated(raw: bytes) -> Any:
    """Return the value of a line that is JSON only to those who take half a surrogate, or NaN."""
    try:
        return json.loads(raw.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def request_line(custom_id: str, url: str, body: Any) -> bytes:
    """Return the JSONL line of one request, without its newline.

    ``url`` is the endpoint's path; "" for a provider whose lines name neither method nor url.
    """
    if not url:
        return encode({"custom_id": custom_id, "body": body})
    return encode({"custom_id": custom_id, "method": "POST", "url": url, "body": body})


def lines(stream: BinaryIO | Iterable[bytes], cap: int = CAP) -> Iterator[tuple[int, bytes]]:
    """Yield each line that is not blank as (1-based line number, bytes without line end).

    ``stream`` is a file opened for bytes, or chunks cut anywhere. A byte order mark, CRLF and a
    last line without a newline are taken as they come. Of a line longer than ``cap`` bytes only
    the first ``cap`` are yielded: it will not parse, but its custom_id can still be read.
    """
    read = getattr(stream, "read", None)
    chunks: Iterable[bytes] = iter(partial(read, BLOCK), b"") if callable(read) else stream
    return _numbered(chunks, 1, cap)


def parts(stream: BinaryIO, size: int) -> Iterator[Part]:
    """Yield a file's bytes in parts that end with a line: of ``size`` bytes and the rest of a line.

    Holds no more than one of them, however long a line is.
    """
    start, first = 0, 1
    while block := stream.read(size):
        length, ends, last = len(block), _ends(block), block
        while not last.endswith(b"\n") and (last := stream.readline(BLOCK)):
            length, ends = length + len(last), ends + last.endswith(b"\n")
        yield Part(start, length, first)
        start, first = start + length, first + ends


def lines_of(part: Part, stream: BinaryIO, cap: int = CAP) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a part of a file, as ``lines`` yields those of a whole one."""
    stream.seek(part.start)
    return _numbered(_limited(stream, part.length), part.first, cap)


def _ends(block: bytes) -> int:
    """Count line ends; ends stand far apart, and find leaps where count walks."""
    number, at = 0, -1
    while (at := block.find(b"\n", at + 1)) >= 0:
        number += 1
    return number


def _limited(stream: BinaryIO, length: int) -> Iterator[bytes]:
    while chunk := stream.read(min(length, BLOCK)):
        length -= len(chunk)
        yield chunk


def _numbered(chunks: Iterable[bytes], first: int, cap: int) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(_split(chunks, max(1, cap)), start=first):
        raw = line.removeprefix(_BOM) if number == 1 else line
        raw = raw.removesuffix(b"\r")
        if raw.strip():
            yield number, raw


def well_formed(text: str) -> str:
    """Return the text with surrogate pairs joined and each lone half replaced by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _split(chunks: Iterable[bytes], cap: int) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            part = chunk[start : min(end, start + cap - len(held))]
            yield bytes(held) + part if held else part
            held.clear()
            start = end + 1
        held += chunk[start : start + cap - len(held)]
    if held:
        yield bytes(held)
