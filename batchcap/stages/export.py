"""captions → an agency's CSV, checked against its rules first.

Takes an open workspace and an agency; gives one or more CSV files, and a problem for each finding.
The CSV says what the photos say: words of a person that stay in a file are in its row too. A photo
with a finding that holds is kept out and named. Never changes a photo or the ledger, and never
replaces a CSV by nothing.
"""

import contextlib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from batchcap.agency import load_agency, load_categories
from batchcap.atomic import AtomicFile, disk_trouble
from batchcap.captions.agencies import (
    Agency,
    Item,
    Names,
    check,
    duplicate,
    release_of,
    row,
    sheets,
)
from batchcap.captions.categories import category_of
from batchcap.config import configs_folder
from batchcap.errors import UsageError
from batchcap.families import is_sold
from batchcap.fan_out import grouped
from batchcap.ledger.photos import Known
from batchcap.metadata.exiftool import find_exiftool
from batchcap.metadata.pool import ExifToolPool
from batchcap.photos.choice import Choice, choose
from batchcap.problems import Problems
from batchcap.records import Exit, Finding, Problem, Severity, StageResult
from batchcap.wanted import wanted_of
from batchcap.workspace import Workspace
from batchcap.writing import Wanted, say_chunk

FOLDER = "export"
# What agencies are told of a photo's words.
TOLD = ("title", "headline", "description", "alt_text", "keywords")
CHUNK = 200  # photos that are looked at together
# A photo that could not be written has its caption all the same.
CAPTIONED = ("captioned", "written", "write_failed")
_SAID = {
    Severity.HOLD: "Kept out",
    Severity.AGAIN: "Better words are wanted",
    Severity.REPAIRED: "Mended in the CSV",
}
# What a person does about a finding; without an entry: see the rule's own words.
_HINTS = {
    "unsafe_filename": "rename the photo, then: batchcap build",
    "long_filename": "rename the photo, then: batchcap build",
    "duplicate_filename": "rename one of them, or export one by its path",
    "wrong_file_kind": "export the developed photo instead",
    "unknown_release": "put it into a folder commercial or editorial, then: batchcap build",
    "editorial_refused": "sell it at an agency that takes editorial photos",
    "no_dateline": "name place and date by folder, notes or EXIF, then: batchcap build",
    "missing_words": "use a preset that asks for it, then: batchcap build --regenerate",
    "too_few_keywords": "batchcap build --regenerate",
    "few_keywords": "batchcap build --regenerate",
    "short_text": "batchcap build --regenerate",
    "few_words": "batchcap build --regenerate",
    "title_is_description": "batchcap build --regenerate",
    "date_in_text": "batchcap build --regenerate",
    "refused_in_text": "sell it as editorial, or: batchcap build --regenerate",
    "no_category": "choose a category on the agency's site, or: batchcap build --regenerate",
}


@dataclass(slots=True)
class Tally:
    """What an export has found so far."""

    problems: Problems
    photos: int = 0
    held: int = 0
    findings: int = 0

    @property
    def rows(self) -> int:
        """Photos that are not kept out."""
        return self.photos - self.held


def export(
    workspace: Workspace,
    agency: str,
    out: Path | None = None,
    *,
    check_only: bool = False,
    paths: Sequence[str] = (),
) -> StageResult:
    """Write the agency's CSV for the captioned photos, or check them and write nothing.

    ``agency`` is a name under configs/agencies or the path of such a file; ``out`` a .csv file or a
    folder. Raises ConfigError for the agency, UsageError for ``out`` or a path, DiskTrouble where
    the file cannot be written.
    """
    rules = load_agency(agency, configs_folder())
    target = _target(workspace, rules, out)
    inside = [workspace.inside(each) or str(workspace.photos) for each in paths]
    choice = choose(workspace.photos, inside) if inside else None
    tally = Tally(Problems(f"batchcap check --agency {rules.key} PATH"))
    ready = _ready(workspace, rules, choice, tally)
    files: list[Path] = []
    if check_only:
        for _ in ready:
            pass
    else:
        files = _write(rules, ready, target, make=out is None)
    if not tally.photos:
        return _nothing(check_only=check_only)
    tally.problems.extend([] if check_only else _stale(target, files))
    return StageResult(
        "check" if check_only else "export",
        _exit(tally.rows, tally.held, check_only=check_only),
        {
            "photos": tally.photos,
            "rows": tally.rows,
            "held": tally.held,
            "findings": tally.findings,
            "files": len(files),
        },
        tally.problems.told(),
        {
            "agency": rules.key,
            "dated": rules.dated,
            "imports": rules.imports,
            "note": rules.note,
            "files": [str(each) for each in files],
            "sources": [_source(each.says, each.url, each.sure) for each in rules.sources],
        },
        _next(rules, files, tally.held, check_only=check_only),
    )


def _ready(
    workspace: Workspace, agency: Agency, choice: Choice | None, tally: Tally
) -> Iterator[Item]:
    """Yield the photos that keep the agency's rules; all that is found is counted and told."""
    photos = workspace.ledger.photos
    # Two photos of one name may lie at both ends of the archive: names are gathered first.
    names = Names((each.id, each.path) for each in _captioned(workspace, choice))
    with workspace.progress.bar("checking captions", len(names)) as bar:
        for number, item in _items(workspace, choice):
            findings = check(agency, item)
            others, count = names.others(number, item.path)
            if count:
                findings += (duplicate(item.path, [photos.path(each) for each in others], count),)
            tally.photos += 1
            tally.findings += len(findings)
            tally.problems.extend(_problems(item, findings))
            bar.advance()
            if any(each.severity is Severity.HOLD for each in findings):
                tally.held += 1
            else:
                yield item


def _items(workspace: Workspace, choice: Choice | None) -> Iterator[tuple[int, Item]]:
    """Yield every captioned photo in the words that its file carries, or will once it is written.

    Where a photo is not at hand (its drive is away) its caption stands for it.
    """
    categories = load_categories(configs_folder())
    with contextlib.ExitStack() as stack:
        pool: ExifToolPool | None = None
        for photos in grouped(_captioned(workspace, choice), CHUNK):
            wanted = [wanted_of(workspace, each) for each in photos] if _there(workspace) else []
            asked = [each for each in wanted if isinstance(each, Wanted) and _at_hand(each.file)]
            if asked and pool is None:
                executable = find_exiftool(workspace.settings.tools.exiftool)
                pool = stack.enter_context(ExifToolPool(executable, workspace.processes))
            said = _said(pool, asked) if pool else {}
            for known in photos:
                answer = workspace.ledger.captions.caption(known.task_id, known.id)
                if answer is not None:
                    caption = answer[0]
                    yield (
                        known.id,
                        Item(
                            path=known.path,
                            caption=replace(caption, **said.get(known.path, {})),
                            facts=known.facts,
                            release=release_of(caption, known.facts),
                            categories=category_of(categories, caption),
                        ),
                    )


def _captioned(workspace: Workspace, choice: Choice | None) -> Iterator[Known]:
    """Yield the photos to be exported, by path."""
    for known in workspace.ledger.photos.pages(*CAPTIONED):
        named = choice is None or choice.takes(tuple(known.path.split("/")))
        if named and is_sold(workspace, known, choice):
            yield known


def _at_hand(path: Path) -> bool:
    try:
        return path.is_file()
    except PermissionError:
        return False  # its folder may not be looked into


def _there(workspace: Workspace) -> bool:
    return (workspace.root / workspace.settings.photos.root).is_dir()


def _said(pool: ExifToolPool, asked: Sequence[Wanted]) -> dict[str, dict[str, Any]]:
    """Return, by path, the words in which a photo differs from its caption: a person's."""
    share = -(-len(asked) // pool.size)
    differing = {}
    for results in pool.map_chunks(say_chunk, asked, share):
        for wanted, words in results:
            ours = wanted.words.fields
            differing[wanted.path] = {
                name: words[name]
                for name in TOLD
                if name in words and words[name] != ours.get(name)
            }
    return differing


def _problems(item: Item, findings: Sequence[Finding]) -> Iterator[Problem]:
    for each in findings:
        yield Problem(
            code=each.rule,
            message=f"{_SAID[each.severity]}: {each.message}",
            photo=item.path,
            hint="" if each.severity is Severity.REPAIRED else _HINTS.get(each.rule, ""),
        )


def _target(workspace: Workspace, agency: Agency, out: Path | None) -> Path:
    if out is None:
        return workspace.root / FOLDER / f"{agency.key}.csv"
    if out.is_dir():
        return out / f"{agency.key}.csv"
    if out.suffix.lower() != ".csv":
        raise UsageError(
            f"{out} is no folder and does not end in .csv.",
            kept="Nothing was written.",
            hint=f"batchcap export --agency {agency.key} --out {agency.key}.csv",
        )
    return out


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise disk_trouble(error, folder) from error


def _write(agency: Agency, items: Iterator[Item], target: Path, *, make: bool) -> list[Path]:
    """Write the parts as items come; they take their places together, when all are whole.

    ``make``: the folder is ours, and is made for the first row.
    """
    first = next(items, None)
    if first is None:
        return []
    if make:
        _make_folder(target.parent)
    files: list[Path] = []
    rows = (row(agency, item) for item in itertools.chain((first,), items))
    with contextlib.ExitStack() as stack:
        for number, parts in itertools.groupby(sheets(agency, rows), key=lambda part: part[0]):
            path = _numbered(target, number)
            file = stack.enter_context(AtomicFile(path))
            for _, part in parts:
                file.write(part)
            file.finish()
            files.append(path)
    return files


def _numbered(target: Path, number: int) -> Path:
    return target if number == 1 else target.with_name(f"{target.stem}-{number}{target.suffix}")


def _stale(target: Path, files: Sequence[Path]) -> list[Problem]:
    """Tell of files that an earlier, longer export left: uploaded again, they undo this one."""
    written = {each.name for each in files}
    name = re.compile(rf"{re.escape(target.stem)}(-\d+)?{re.escape(target.suffix)}")
    there = sorted(target.parent.glob("*")) if target.parent.is_dir() else []
    return [
        Problem("stale_file", f"{each} is of an earlier export.", hint="remove it")
        for each in there
        if name.fullmatch(each.name) and each.name not in written
    ]


def _exit(rows: int, held: int, *, check_only: bool) -> Exit:
    if rows == 0 and not check_only:
        return Exit.FAILED
    return Exit.HELD if held else Exit.DONE


def _nothing(*, check_only: bool) -> StageResult:
    counts = dict.fromkeys(("photos", "rows", "held", "findings", "files"), 0)
    told = Problem("no_captions", "No photo has a caption yet, so there is nothing to export.")
    command = "check" if check_only else "export"
    return StageResult(command, Exit.FAILED, counts, (told,), {"files": []}, next="batchcap status")


def _source(says: str, url: str, sure: str) -> str:
    return " ".join(part for part in (f"[{sure}]", says, url) if part)


def _next(agency: Agency, files: Sequence[Path], held: int, *, check_only: bool) -> str:
    if check_only:
        again = "correct what is told, then: " if held else ""
        return f"{again}batchcap export --agency {agency.key}"
    if not files:
        return f"correct what is told, then: batchcap check --agency {agency.key}"
    names = " and ".join(each.name for each in files)
    return f"take {names} to {agency.name}. {agency.note}" if agency.imports else agency.note
