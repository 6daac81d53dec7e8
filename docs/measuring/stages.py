"""build against vipsthumbnail, write against ExifTool alone."""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from measuring.archive import BIG, SMALL, forget, workspace
from measuring.rounds import Machine, Row, Work, ratios

from batchcap.ledger import Ledger, open_ledger
from batchcap.ledger.captions import Settled, words_to_json
from batchcap.records import BatchState, BatchView, Caption, Outcome

CAPTION = "A quiet harbour with painted boats at dawn, seen from the old stone pier"
KEYWORDS = [f"keyword{number:02d}" for number in range(50)]
TITLE = "A quiet harbour with painted boats at dawn"
# All that batchcap writes into IPTC, XMP and EXIF, its own mark aside: caption and place, which
# charset it is, and that IPTC and XMP agree. ``same_words`` sees that nothing is missing.
VALUES: dict[str, object] = {
    "XMP-dc:Title": TITLE,
    "IPTC:ObjectName": TITLE,
    "XMP-photoshop:Headline": TITLE,
    "IPTC:Headline": TITLE,
    "XMP-dc:Description": CAPTION,
    "IPTC:Caption-Abstract": CAPTION,
    "EXIF:ImageDescription": CAPTION,
    "XMP-dc:Subject": KEYWORDS,
    "IPTC:Keywords": KEYWORDS,
    "XMP-photoshop:City": "Rome",
    "IPTC:City": "Rome",
    "XMP-photoshop:Country": "Italy",
    "IPTC:Country-PrimaryLocationName": "Italy",
    "XMP-iptcCore:CountryCode": "IT",
    "IPTC:Country-PrimaryLocationCode": "ITA",
    "IPTC:CodedCharacterSet": "UTF8",
    "Photoshop:IPTCDigest": "new",
}
MARK = "XMP-batchcap:OwnWords"
WRITTEN = ("-IPTC:all", "-XMP:all", "-IFD0:all", "-Photoshop:all")
SINGLE = 5


def measure_build(machine: Machine, folder: Path, photos: int, rounds: int) -> list[Row]:
    """Compare build with vipsthumbnail making the same copies in as many processes."""
    place = workspace(machine, folder, photos, BIG)
    files = sorted(str(each) for each in place.iterdir())
    out = folder / "vips"
    # The size that suits the model, as build makes it.
    command = ["vipsthumbnail", "--size", "960x960>", "--rotate"]
    command += ["-o", f"{out}/%s.jpg[Q=85,strip]"]
    groups = [[*command, *files[start :: machine.cores]] for start in range(machine.cores)]

    def ours() -> None:
        machine.batchcap(folder, "build")

    def theirs() -> None:
        machine.side_by_side(groups, VIPS_CONCURRENCY="1")

    def before() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        forget(folder)

    ours()  # compiles, and puts photos and vocabulary into the system's cache
    (quiet,), (busy,) = ratios([ours, theirs], rounds, before)
    told = f"{photos} photos of 24 megapixels, {machine.cores} processes each"
    return [Row("build", "vipsthumbnail, the same copies", quiet, busy, told)]


@dataclass(frozen=True, slots=True)
class Writing:
    """Photos to write, as ours and as ExifTool alone does it; ``before`` lays them out anew."""

    before: Work
    ours: Work
    theirs: Work
    single: Work


def writing(machine: Machine, folder: Path, photos: int, size: tuple[int, int]) -> Writing:
    """Make captioned photos, and see that both ways write the same."""
    place = workspace(machine, folder, photos, size)
    ledger = captioned(machine, folder)
    clean, kept, work = folder / "clean", folder / "kept.sqlite", folder / "work"
    shutil.copytree(place, clean)
    shutil.copy(ledger, kept)
    values = folder / "values.json"
    listed = [{**VALUES, "SourceFile": str(work / each.name)} for each in sorted(clean.iterdir())]
    values.write_text(json.dumps(listed), encoding="utf-8")
    plain = ("exiftool", f"-json={values}", "-overwrite_original")

    def before() -> None:
        for target in (place, work):
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(clean, target)
        for each in ledger.parent.glob("ledger.sqlite*"):
            each.unlink()
        shutil.copy(kept, ledger)
        os.sync()  # else who brings a file to the disk, as ours does, waits for these copies, too

    def ours() -> None:
        machine.batchcap(folder, "write")

    def theirs() -> None:
        machine.run(*plain, str(work))

    def single() -> None:
        for each in sorted(work.iterdir())[:SINGLE]:
            machine.run(*plain, str(each))

    before()
    ours()
    theirs()
    same_words(machine, next(place.iterdir()), work)
    return Writing(before, ours, theirs, single)


def measure_write(machine: Machine, folder: Path, photos: int, rounds: int) -> list[Row]:
    """Compare write with one unchecked import, and with a process a file."""
    made = writing(machine, folder, photos, SMALL)
    quiet, busy = ratios([made.ours, made.theirs, made.single], rounds, made.before)
    scale = SINGLE / photos
    told = (
        f"{photos} photos, the same {len(VALUES)} tags, 50 keywords in IPTC and XMP; ours marked,"
        " proven and with a way back"
    )
    return [
        Row("write", "one unchecked `exiftool -json=`", quiet[0], busy[0], told),
        Row("write", "an ExifTool a file", quiet[1] * scale, busy[1] * scale, "5 files, scaled up"),
    ]


def measure_big_write(machine: Machine, folder: Path, photos: int, rounds: int) -> list[Row]:
    """Compare the same for photos as large as a camera's."""
    made = writing(machine, folder, photos, BIG)
    (quiet,), (busy,) = ratios([made.ours, made.theirs], rounds, made.before)
    told = f"{photos} photos of 24 megapixels; the same"
    return [Row("write, large", "one unchecked `exiftool -json=`", quiet, busy, told)]


def same_words(machine: Machine, ours: Path, theirs: Path) -> None:
    """End the measurement where a photo of ours and its namesake in ``theirs`` say different."""
    said = []
    for path in (ours, theirs / ours.name):
        (row,) = json.loads(machine.run("exiftool", "-j", "-G1", *WRITTEN, str(path)))
        said.append({(tag, str(row[tag])) for tag in row if tag not in {"SourceFile", MARK}})
    if other := said[0] ^ said[1]:
        sys.exit(f"not the same values were written: {sorted(other)}")


def captioned(machine: Machine, folder: Path) -> Path:
    """Build, and give every photo the same caption; gives the ledger's path."""
    machine.batchcap(folder, "build")
    path = folder / ".batchcap" / "ledger.sqlite"
    caption = Caption(title=TITLE, description=CAPTION, keywords=tuple(KEYWORDS))
    with open_ledger(path) as ledger:
        answer(ledger, caption)
    return path


def answer(ledger: Ledger, caption: Caption) -> None:
    """Settle every waiting task with one caption."""
    number = ledger.begin_run("bench", 0.0)
    for file in ledger.tasks.files("waiting"):
        with ledger.change():
            submission = ledger.submissions.intend(file, f"key-{file.name}", 1.0, number)
            ledger.submissions.sent(submission, f"batch-{file.name}", "created", 1.0)
            view = BatchView(f"batch-{file.name}", BatchState.COMPLETED)
            ledger.submissions.saw(submission, view, 1.0)
            for tasks in ledger.captions.unsettled(file.id):
                ended = [Settled(each.id, Outcome.ANSWERED, "", "", "accepted") for each in tasks]
                ledger.captions.settle(submission, ended)
                ledger.captions.record([(each.id, words_to_json(caption), "[]") for each in tasks])
            ledger.submissions.end(submission, "joined", 1.0)
