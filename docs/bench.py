"""Measure batchcap against what its users would use instead, and write docs/bench.md.

Makes its own photos. Needs ExifTool and Debian's libvips-tools. Every figure is a ratio of two
medians taken in turns in one run, so that a slow or busy machine slows both.

    python docs/bench.py [--quick]
"""

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from batchcap.batches.cost import estimate
from batchcap.batches.tokens import ImageRefused, fit, image_tokens
from batchcap.config import configs_folder
from batchcap.fan_out import grouped
from batchcap.ledger import Ledger, open_ledger
from batchcap.ledger.captions import Settled, words_to_json
from batchcap.ledger.tasks import Made
from batchcap.models import load_models
from batchcap.preset import load_preset
from batchcap.records import (
    BatchState,
    BatchView,
    Caption,
    Facts,
    Outcome,
    Sighting,
    TaskFile,
)
from batchcap.request import output_tokens

PAGE = Path(__file__).with_name("bench.md")
BIG = (6000, 4000)
SMALL = (1600, 1067)
# Text around the picture, in tokens: the stock prompt with its schema and one photo's facts.
PROMPT_TOKENS = 600
CAPTION = "A quiet harbour with painted boats at dawn, seen from the old stone pier"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, against what, how many times as long."""

    what: str
    against: str
    ratio: float
    told: str = ""


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def ratio(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> float:
    """Return the median of ours over the median of theirs, measured in turns."""
    pairs = [(timed(ours), timed(theirs)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)


def photo(path: Path, size: tuple[int, int], seed: int) -> None:
    """Paint a photo-like JPEG: soft shapes under fine noise, as a camera's files have."""
    rng = random.Random(seed)  # noqa: S311 - a picture, not a secret
    small = Image.new("RGB", (48, 32))
    small.putdata([tuple(rng.randrange(256) for _ in range(3)) for _ in range(48 * 32)])
    soft = small.resize(size, Image.Resampling.BICUBIC)
    grain = Image.effect_noise((size[0] // 4, size[1] // 4), 40).resize(size)
    picture = Image.blend(soft, Image.merge("RGB", (grain,) * 3), 0.12)
    picture.save(path, quality=92)


def run(*command: str, **extra: str) -> None:
    """Run a command quietly; its failure ends the measurement."""
    environ = {**os.environ, **extra}
    subprocess.run(command, check=True, capture_output=True, env=environ)


def batchcap(folder: Path, *words: str) -> None:
    """Run one batchcap command on a workspace."""
    run(sys.executable, "-m", "batchcap", *words, "-q", "-w", str(folder))


def workspace(folder: Path, photos: int, size: tuple[int, int]) -> Path:
    """Make a workspace with that many photos."""
    place = folder / "photo" / "Italy" / "Rome" / "commercial"
    place.mkdir(parents=True)
    for number in range(photos):
        photo(place / f"IMG_{number:04d}.jpg", size, number)
    batchcap(folder, "init", "--photos", "photo", "--provider", "sandbox")
    return place


def measure_build(folder: Path, photos: int, rounds: int) -> Row:
    """Compare build with vipsthumbnail making the same copies in as many processes."""
    place = workspace(folder, photos, BIG)
    cores = os.cpu_count() or 1
    files = sorted(str(each) for each in place.iterdir())
    out = folder / "vips"

    def ours() -> None:
        shutil.rmtree(folder / ".batchcap", ignore_errors=True)
        batchcap(folder, "build")

    def theirs() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        target = f"{out}/%s.jpg[Q=85,strip]"
        command = ["vipsthumbnail", "--size", "1024x1024>", "--rotate", "-o", target]
        groups = [files[start::cores] for start in range(cores)]
        started = [
            subprocess.Popen([*command, *group], env={**os.environ, "VIPS_CONCURRENCY": "1"})
            for group in groups
        ]
        if any(each.wait() for each in started):
            raise SystemExit("vipsthumbnail failed")

    found = ratio(ours, theirs, rounds)
    told = f"{photos} photos of 24 megapixels, {cores} processes each"
    return Row("build", "vipsthumbnail, the same copies", found, told)


def values() -> dict[str, object]:
    """Return the words that are written: title, description and 50 keywords, twice."""
    keywords = [f"keyword{number:02d}" for number in range(50)]
    return {
        "XMP-dc:Title": CAPTION[:70],
        "IPTC:ObjectName": CAPTION[:64],
        "XMP-dc:Description": CAPTION,
        "IPTC:Caption-Abstract": CAPTION,
        "EXIF:ImageDescription": CAPTION,
        "XMP-dc:Subject": keywords,
        "IPTC:Keywords": keywords,
    }


def captioned(folder: Path) -> None:
    """Give every photo of a workspace the same caption, through the ledger's own words."""
    batchcap(folder, "build")
    words = values()
    keywords = tuple(str(each) for each in words["IPTC:Keywords"])  # type: ignore[attr-defined]
    caption = Caption(title=CAPTION[:70], description=CAPTION, keywords=keywords)
    with open_ledger(folder / ".batchcap" / "ledger.sqlite") as ledger:
        answer(ledger, caption)


def answer(ledger: Ledger, caption: Caption) -> None:
    """Settle every waiting task with one caption."""
    number = ledger.begin_run("bench", 0.0)
    for file in ledger.tasks.files("waiting"):
        with ledger.change():
            submission = ledger.submissions.intend(file, f"key-{file.name}", 1.0, number)
            ledger.submissions.sent(submission, f"batch-{file.name}", "created", 1.0)
            view = BatchView(f"batch-{file.name}", BatchState.COMPLETED)
            ledger.submissions.saw(submission, view, 1.0)
            for _, custom_id in list(ledger.tasks.lines(file.id)):
                task = ledger.captions.task(custom_id)
                if task is None:
                    raise SystemExit("the ledger lost a task")
                settled = Settled(task.id, Outcome.ANSWERED, "", "", "accepted")
                ledger.captions.settle(submission, [settled])
                ledger.captions.record([(task.id, words_to_json(caption), "[]")])
            ledger.submissions.end(submission, "joined", 1.0)


def measure_write(folder: Path, photos: int, rounds: int) -> list[Row]:
    """Compare write with one unchecked import, and with a process a file."""
    place = workspace(folder, photos, SMALL)
    captioned(folder)
    ledger = folder / ".batchcap" / "ledger.sqlite"
    clean, kept = folder / "clean", folder / "kept.sqlite"
    shutil.copytree(place, clean)
    with open_ledger(ledger):
        pass
    shutil.copy(ledger, kept)
    work = folder / "work"
    listed = json.dumps(
        [{**values(), "SourceFile": str(work / each.name)} for each in sorted(clean.iterdir())]
    )
    (folder / "values.json").write_text(listed, encoding="utf-8")

    def reset(target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(clean, target)

    def ours() -> None:
        batchcap(folder, "write")

    def theirs() -> None:
        run("exiftool", f"-json={folder / 'values.json'}", "-overwrite_original", str(work))

    def single() -> None:
        for each in list(work.iterdir())[:5]:
            run("exiftool", f"-json={folder / 'values.json'}", "-overwrite_original", str(each))

    took: list[list[float]] = [[], [], []]
    for _ in range(rounds):
        reset(place)
        for each in ledger.parent.glob("ledger.sqlite*"):
            each.unlink()
        shutil.copy(kept, ledger)
        took[0].append(timed(ours))
        reset(work)
        took[1].append(timed(theirs))
        reset(work)
        took[2].append(timed(single) / 5 * photos)
    mine, plain, slow = (statistics.median(each) for each in took)
    told = f"{photos} photos, 50 keywords in IPTC and XMP, proven and with a way back"
    return [
        Row("write", "one unchecked exiftool -json= import", mine / plain, told),
        Row("write", "an exiftool process a file", mine / slow, "five files, scaled up"),
    ]


def measure_start(rounds: int) -> list[Row]:
    """Compare the start of the program with importing click alone."""
    python = sys.executable
    folder = Path(tempfile.mkdtemp())
    (folder / "photo").mkdir()
    batchcap(folder, "init", "--photos", "photo", "--provider", "sandbox")
    rows = []
    for words in (["--help"], ["status", "-w", str(folder)]):
        found = ratio(
            lambda given=words: run(python, "-m", "batchcap", *given),  # type: ignore[misc]
            lambda: run(python, "-c", "import click"),
            rounds,
        )
        rows.append(Row(f"batchcap {words[0]}", "python -c 'import click'", found))
    shutil.rmtree(folder)
    return rows


def measure_ledger(folder: Path, rows: int) -> list[Row]:
    """Compare recording outcomes and captions with the bare cost of as many JSON lines."""
    ledger = open_ledger(folder / "ledger.sqlite")
    number = ledger.begin_run("bench", 0.0)
    paths = [f"Italy/Rome/commercial/{each:07d}.jpg" for each in range(rows)]
    with ledger.change():
        for path in paths:
            ledger.photos.see(Sighting(path, 1, 1), f"sha256:{path}", Facts(), None)
    for part in grouped(paths, 10_000):
        made = [Made(f"c{p}", p, 1, f"sha256:{p}", "stock", Facts(), 600, 300) for p in part]
        file = TaskFile(0, ledger.tasks.next_name(), "x", 1, len(made), 1, 1, "gpt-6-luna", "e")
        with ledger.change():
            ledger.tasks.record(file, made, number)
    caption = Caption(title=CAPTION, description=CAPTION, keywords=("keyword",) * 50)
    join = timed(lambda: answer(ledger, caption))
    status = timed(ledger.photos.counts)
    ledger.close()
    lines = [json.dumps({"title": CAPTION, "keywords": ["keyword"] * 50})] * rows
    bare = timed(lambda: [json.loads(each) for each in lines])
    told = f"{rows:,} rows"
    return [
        Row("ledger: a join's rows", "parsing as many JSON lines", join / bare, told),
        Row("ledger: status", "parsing as many JSON lines", status / bare, told),
    ]


def bill() -> str:
    """Return tokens and dollars of 1,000 photos of 24 megapixels on each priced model."""
    models = load_models(configs_folder() / "models.toml")
    preset, _ = load_preset("stock", configs_folder())
    made = output_tokens(preset) * 1000
    lines = [
        "| model | input, ours | $ in a batch | input, full size | $ without | times as dear |",
        "|---|---|---|---|---|---|",
    ]
    for name in models.names():
        model = models.get(name)
        try:
            small = image_tokens(model, *fit(*BIG, 1024), "high")
            full = image_tokens(model, *BIG, "auto")
        except ImageRefused:
            full = 0
        ours_in, full_in = (small + PROMPT_TOKENS) * 1000, (full + PROMPT_TOKENS) * 1000
        ours = estimate(model, ours_in, made)
        theirs = estimate(model, full_in, made, batch=False)
        if ours is None or theirs is None:
            continue
        shown = f"{full_in:,} | {theirs:.2f} | {theirs / ours:.1f}" if full else "refused | - | -"
        lines.append(f"| {name} | {ours_in:,} | {ours:.2f} | {shown} |")
    return "\n".join(lines)


def page(rows: Sequence[Row], quick: bool) -> str:  # noqa: FBT001 - one caller
    """Return the page: the table of ratios, the bill, and how to repeat both."""
    table = "\n".join(
        f"| {row.what} | {row.against} | {row.ratio:.2f} | {row.told} |" for row in rows
    )
    kind = " --quick" if quick else ""
    made = output_tokens(load_preset("stock", configs_folder())[0])
    return f"""# Measured

Written by `make bench` (`python docs/bench.py{kind}`). Ratios of medians taken in turns in one
run: 0.50 means half as long as what it is compared with. Python {platform.python_version()},
{os.cpu_count()} cores.

| batchcap | compared with | times as long | |
|---|---|---|---|
{table}

## The bill

1,000 photos of 24 megapixels with the preset stock: the reduced copy (1,024 pixels, detail high)
in a batch, beside the picture at full size with detail auto and no batch. Input holds
{PROMPT_TOKENS} tokens of text a photo; output is {made} tokens a photo for both.
Prices: configs/models.toml, with date and source.

{bill()}
"""


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="fewer photos and rounds")
    quick = parser.parse_args().quick
    for tool in ("vipsthumbnail", "exiftool"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing: apt install libvips-tools libimage-exiftool-perl")
    rounds, photos = (1, 8) if quick else (5, 24)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        rows.append(measure_build(place / "build", photos, rounds))
        rows += measure_write(place / "write", photos * 5, rounds)
        (place / "ledger").mkdir()
        rows += measure_ledger(place / "ledger", 20_000 if quick else 200_000)
    rows += measure_start(rounds * 2)
    text = page(rows, quick)
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
