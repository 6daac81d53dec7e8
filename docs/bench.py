"""Measure batchcap against what its users would use instead, and write docs/bench.md.

Makes its own photos. Needs ExifTool and Debian's libvips-tools. Every figure is a ratio of two
medians taken in turns in one run, so that a slow machine slows both; each is taken a second time
with one core busy.

    python docs/bench.py [--quick] [--rows N]
"""

import argparse
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from measuring.bill import bill
from measuring.ledgers import measure_ledger
from measuring.rounds import Machine, Row, machine
from measuring.shares import Share, shares_of_build, shares_of_join, shares_of_write
from measuring.stages import measure_big_write, measure_build, measure_write
from measuring.start import measure_start

PAGE = Path(__file__).with_name("bench.md")
TOOLS = {"vipsthumbnail": "libvips-tools", "exiftool": "libimage-exiftool-perl"}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: rounds, photos and rows to join.

    ``big`` photos of 24 megapixels are built from and ``large`` ones written, ``small`` ones too.
    """

    rounds: int
    big: int
    large: int
    small: int
    rows: int


FULL = Size(rounds=3, big=72, large=144, small=800, rows=100_000)
QUICK = Size(rounds=1, big=24, large=12, small=48, rows=10_000)


def page(rows: Sequence[Row], shares: Sequence[Share], prices: str, command: str) -> str:
    """Return the page: ratios, the bill, where the time goes, and how to repeat it."""
    return f"""# Measured

Written by `{command}` with Python {platform.python_version()} on {_cores()}. Ratios of medians
taken in turns in one run: 0.50 means half as long as what it is compared with. The second figure
is the same with another process keeping one core busy all the time. Files lie in the system's
cache.

| batchcap | compared with | times as long | one core busy | |
|---|---|---:|---:|---|
{_table(rows)}

## The bill

1,000 photos of 24 megapixels with the preset stock. Ours: the reduced copy, as large as suits the
model and at most 1,024 pixels wide, detail high, in a batch. The plain way: the picture at full
size by its address, detail auto, no batch, the same words around it. Input tokens are of 1,000
photos; both pay for the same answers. Prices: configs/models.toml, with date and source.

{prices}

## Where the time goes

What a part takes of the whole, each measured alone. Reading the file, decoding it at the smallest
scale and ExifTool's own work are what no program around them can save. In the rows of all
processes py-spy looked a hundred times a second which module of batchcap was at work, by itself or
through a library; who waited for ExifTool or for another process is not counted.

| stage | part | share |
|---|---|---:|
{_parts(shares)}
"""


def _cores() -> str:
    number = machine(Path()).cores
    return f"{number} core{'s' * (number > 1)}"


def _table(rows: Sequence[Row]) -> str:
    return "\n".join(
        f"| {row.what} | {row.against} | {row.ratio:.2f} | {_number(row.busy)} | {row.told} |"
        for row in rows
    )


def _number(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _parts(shares: Sequence[Share]) -> str:
    return "\n".join(f"| {stage} | {part} | {share:.0%} |" for stage, part, share in shares)


def measured(place: Path, size: Size) -> tuple[list[Row], list[Share], str]:
    """Measure everything in an empty folder."""
    here: Machine = machine(place)
    rows: list[Row] = []
    shares: list[Share] = []
    _say("build")
    rows += measure_build(here, place / "build", size.big, size.rounds)
    shares += shares_of_build(here, place / "build", size.rounds)
    _say("the bill")
    prices = bill(here, place / "build")
    shutil.rmtree(place / "build")
    _say("write")
    rows += measure_write(here, place / "write", size.small, size.rounds)
    shares += shares_of_write(here, place / "write", size.rounds)
    shutil.rmtree(place / "write")
    _say("write, large photos")
    rows += measure_big_write(here, place / "large", size.large, size.rounds)
    shutil.rmtree(place / "large")
    _say("join and status")
    rows += measure_ledger(here, place / "ledger", size.rows, size.rounds)
    shares += shares_of_join(here, place / "ledger", size.rounds)
    _say("start")
    rows += measure_start(here, place / "start", size.rounds * 4)
    return rows, shares, prices


def _say(what: str) -> None:
    sys.stderr.write(f"measuring: {what}\n")


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="fewer photos, rows and rounds")
    parser.add_argument("--rows", type=int, default=0, help="rows to join, such as 1000000")
    given = parser.parse_args()
    for tool, package in TOOLS.items():
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing: apt install {package}")
    size = QUICK if given.quick else FULL
    size = replace(size, rows=given.rows or size.rows)
    with tempfile.TemporaryDirectory() as name:
        rows, shares, prices = measured(Path(name), size)
    command = " ".join(["python docs/bench.py", *sys.argv[1:]]) if sys.argv[1:] else "make bench"
    text = page(rows, shares, prices, command)
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
