"""The export stage over a real ledger: what is written, what is kept out and who is told."""

import contextlib
import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest

from batchcap import render
from batchcap.agency import agency_names, load_agency
from batchcap.config import configs_folder
from batchcap.errors import ConfigError, DiskTrouble, UsageError
from batchcap.ledger.captions import Settled, words_to_json
from batchcap.ledger.tasks import Made
from batchcap.records import (
    Caption,
    Exit,
    Fact,
    Facts,
    Outcome,
    Sighting,
    StageResult,
    TaskFile,
)
from batchcap.stages.export import export
from batchcap.workspace import Outside, Workspace, open_workspace

NAMES = agency_names(configs_folder())
TAKEN, CAMERA = Fact("2014-06-09T15:30:00", "exif"), Fact("NIKON COOLPIX P6000", "exif")
WORDS = Caption(
    title="Runners pass the Colosseum during the morning race in Rome",
    description="A crowd of runners passes the Colosseum on a sunny morning in the old town.",
    keywords=(
        *("runner", "race", "colosseum", "rome", "italy", "crowd", "street", "morning"),
        *("sport", "athlete", "landmark", "ruin", "summer", "people", "road", "sun"),
    ),
    release="commercial",
)
# The layout of the real photos, and what their folders and cameras say.
PHOTOS = {
    "Finland/Helsinki/commercial/HMD_Nokia_8.3_5G.jpg": "commercial",
    "Italy/Rome/editorial/Apple iPhone 4.jpg": "editorial",
    "Italy/Rome/editorial/DSC 02.jpg": "editorial",
    "USA/Las Vegas/editorial/DSC 03.jpg": "editorial",
    "USA/Seattle/commercial/Apple iPhone 5.jpg": "commercial",
    "unsorted/Sony DSC-HX5V (2).jpg": "",
}


class Silent(render.Silent):
    """A display that shows nothing."""

    def say(self, text: str) -> None: ...
    def bar(self, title: str, total: int | None) -> Self:  # noqa: ARG002 the protocol's names
        return self


@contextlib.contextmanager
def no_server(_: Path) -> Iterator[str]:
    raise AssertionError("export asks no provider")
    yield ""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    root = tmp_path / "Fotos f\u00fcr \u00fcbermorgen \U0001f4f7"
    root.mkdir()
    (root / "batchcap.toml").write_text(
        '[photos]\nroot = "photo"\n[provider]\nname = "sandbox"\n', encoding="utf-8"
    )
    with open_workspace(root, Outside({}, Silent(), no_server)) as opened:
        yield opened


def facts_of(path: str) -> Facts:
    folders = path.split("/")[:-1]
    if len(folders) < 3:
        return Facts(taken=TAKEN, camera=CAMERA)
    country, city, release = (Fact(each, "folder") for each in folders)
    return Facts(country=country, city=city, release=release, taken=TAKEN, camera=CAMERA)


def caption(workspace: Workspace, words: dict[str, Caption], result: str = "accepted") -> None:
    """Bring photos into the ledger as build and join do."""
    ledger = workspace.ledger
    run_id = ledger.begin_run("build", 1.0)
    with ledger.change():
        for path in words:
            ledger.photos.see(Sighting(path, 10, 10), f"digest {path}", facts_of(path))
        name = ledger.tasks.next_name()
        made = [
            Made(f"{name}-{place}", path, 1, f"digest {path}", "stock", facts_of(path), 10, 10)
            for place, path in enumerate(words)
        ]
        plain = TaskFile(
            0, name, "00", 10, len(made), 10, 10, "gpt-4o-mini", "/v1/chat/completions"
        )
        file = replace(plain, id=ledger.tasks.record(plain, made, run_id))
        submission = ledger.submissions.intend(file, f"key {name}", 1.0, run_id)
        for task, said in zip(made, words.values(), strict=True):
            found = ledger.captions.tasks([task.custom_id])[task.custom_id]
            settled = Settled(found.id, Outcome.ANSWERED, "", "", result)
            ledger.captions.settle(submission, [settled])
            ledger.captions.record([(found.id, words_to_json(said), "[]")])


def archive(workspace: Workspace) -> None:
    caption(workspace, dict.fromkeys(PHOTOS, WORDS))


def rows_of(path: Path) -> list[list[str]]:
    rule = load_agency(path.stem, configs_folder()).csv
    with path.open(encoding="utf-8-sig" if rule.bom else rule.encoding, newline="") as file:
        return list(csv.reader(file, delimiter=rule.delimiter))


def told(result: StageResult) -> set[tuple[str, str]]:
    return {(each.code, each.photo) for each in result.problems}


@pytest.mark.parametrize("name", NAMES)
def test_every_agency_gets_a_csv_of_the_archive(workspace: Workspace, name: str) -> None:
    archive(workspace)
    result = export(workspace, name)
    path = workspace.root / "export" / f"{name}.csv"
    assert result.data["files"] == [str(path)]
    lines = rows_of(path)
    kept_out = 3 if name in {"adobe-stock", "freepik"} else 0
    assert [line[0] for line in lines[1:]] == [
        place.rpartition("/")[2]
        for place, release in PHOTOS.items()
        if not kept_out or release != "editorial"
    ]
    assert all(len(line) == len(lines[0]) for line in lines)
    assert result.exit_code == (Exit.HELD if kept_out else Exit.DONE)
    assert result.counts["rows"] == len(lines) - 1
    assert result.counts["held"] == kept_out
    assert result.counts["findings"] == len(result.problems)
    assert result.counts["files"] == 1


def test_editorial_rows_open_with_the_place_and_the_day_of_each_photo(workspace: Workspace) -> None:
    archive(workspace)
    export(workspace, "shutterstock")
    rows = {line[0]: line for line in rows_of(workspace.root / "export" / "shutterstock.csv")}
    assert rows["DSC 02.jpg"][1].startswith("Rome, Italy - June 9, 2014: A crowd")
    assert rows["DSC 03.jpg"][1].startswith("Las Vegas, USA - June 9, 2014: A crowd")
    assert rows["Sony DSC-HX5V (2).jpg"][1].startswith("A crowd")
    assert [rows[name][5] for name in ("DSC 02.jpg", "Apple iPhone 5.jpg")] == ["Yes", "No"]


def test_a_check_says_the_same_and_writes_nothing(workspace: Workspace) -> None:
    archive(workspace)
    checked = export(workspace, "adobe-stock", check_only=True)
    assert not (workspace.root / "export").exists()
    assert (checked.command, checked.data["files"], checked.counts["files"]) == ("check", [], 0)
    done = export(workspace, "adobe-stock")
    assert done.command == "export"
    assert done.problems == checked.problems
    assert done.counts == {**checked.counts, "files": 1}
    assert checked.exit_code == done.exit_code == Exit.HELD


def test_each_finding_is_told_with_photo_rule_reason_and_what_to_do(workspace: Workspace) -> None:
    path = "Italy/Rome/editorial/Apple iPhone 4.jpg"
    caption(workspace, {path: WORDS, "a/b.jpg": replace(WORDS, keywords=("one",))})
    result = export(workspace, "adobe-stock", check_only=True)
    assert ("editorial_refused", path) in told(result)
    few = next(each for each in result.problems if each.code == "too_few_keywords")
    assert few.photo == "a/b.jpg"
    assert few.message == "Kept out: There are 1 keywords; Adobe Stock wants 5 at least."
    assert few.hint == "batchcap build --regenerate"


def test_what_is_mended_is_told_and_not_held(workspace: Workspace) -> None:
    caption(workspace, {"a/b.jpg": replace(WORDS, title="Cats, dogs and birds in Rome")})
    result = export(workspace, "adobe-stock")
    (problem,) = result.problems
    assert (problem.code, problem.hint) == ("unwanted_characters", "")
    assert problem.message.startswith("Mended in the CSV: ")
    assert result.exit_code is Exit.DONE


def test_photos_of_one_name_are_kept_out_with_both_paths(workspace: Workspace) -> None:
    caption(workspace, dict.fromkeys(["a/one.jpg", "b/ONE.jpg", "c/two.jpg"], WORDS))
    result = export(workspace, "istock")
    assert told(result) >= {
        ("duplicate_filename", "a/one.jpg"),
        ("duplicate_filename", "b/ONE.jpg"),
    }
    messages = [each.message for each in result.problems if each.code == "duplicate_filename"]
    assert all("a/one.jpg" in each and "b/ONE.jpg" in each for each in messages)
    assert [line[0] for line in rows_of(workspace.root / "export" / "istock.csv")[1:]] == [
        "two.jpg"
    ]
    assert result.exit_code is Exit.HELD


def test_only_photos_with_an_accepted_caption_are_taken(workspace: Workspace) -> None:
    caption(workspace, {"a/one.jpg": WORDS}, "repaired")
    caption(workspace, {"a/two.jpg": WORDS}, "held")
    result = export(workspace, "alamy")
    assert result.counts["photos"] == 1


def test_without_captions_nothing_is_written_and_the_exit_says_so(workspace: Workspace) -> None:
    result = export(workspace, "alamy")
    assert (result.exit_code, result.counts["rows"], result.counts["findings"]) == (
        Exit.FAILED,
        0,
        0,
    )
    assert [each.code for each in result.problems] == ["no_captions"]
    assert not (workspace.root / "export").exists()


def test_where_all_are_kept_out_the_older_file_stays_and_is_named(workspace: Workspace) -> None:
    caption(workspace, {"Italy/Rome/editorial/a.jpg": WORDS})
    old = workspace.root / "old.csv"
    old.write_bytes(b"before")
    result = export(workspace, "freepik", old)
    assert (result.exit_code, result.counts["rows"]) == (Exit.FAILED, 0)
    assert old.read_bytes() == b"before"
    assert "stale_file" in {each.code for each in result.problems}


def own_agency(workspace: Workspace, rows: int) -> str:
    text = (configs_folder() / "agencies" / "adobe-stock.toml").read_text(encoding="utf-8")
    path = workspace.root / "mine.toml"
    path.write_text(text.replace("max_rows = 5000", f"max_rows = {rows}"), encoding="utf-8")
    return str(path)


def test_a_long_list_is_split_and_older_parts_are_told(workspace: Workspace) -> None:
    caption(workspace, {f"a/{place}.jpg": WORDS for place in range(5)})
    out = workspace.root / "list.csv"
    first = export(workspace, own_agency(workspace, 2), out)
    names = ["list.csv", "list-2.csv", "list-3.csv"]
    assert [Path(each).name for each in first.data["files"]] == names
    assert [len((workspace.root / name).read_text("utf-8").splitlines()) for name in names] == [
        3,
        3,
        2,
    ]
    second = export(workspace, own_agency(workspace, 4), out)
    assert [Path(each).name for each in second.data["files"]] == names[:2]
    (stale,) = [each for each in second.problems if each.code == "stale_file"]
    assert stale.message.startswith(str(workspace.root / "list-3.csv"))


class Impatient(Silent):
    """A person who types Ctrl-C after the third photo."""

    seen = 0

    def advance(self, step: int = 1) -> None:
        self.seen += step
        if self.seen > 3:
            raise KeyboardInterrupt


def test_stopped_in_the_middle_it_leaves_every_older_part(workspace: Workspace) -> None:
    caption(workspace, {f"a/{place}.jpg": WORDS for place in range(5)})
    out = workspace.root / "list.csv"
    export(workspace, own_agency(workspace, 2), out)
    before = {path.name: path.read_bytes() for path in workspace.root.glob("*.csv")}
    caption(workspace, {f"A/{place}.jpg": WORDS for place in range(5, 7)})
    workspace.outside = replace(workspace.outside, progress=Impatient())
    with pytest.raises(KeyboardInterrupt):
        export(workspace, own_agency(workspace, 2), out)
    assert {path.name: path.read_bytes() for path in workspace.root.glob("*.csv")} == before
    assert not list(workspace.root.glob(".batchcap-*"))


def test_written_again_it_is_the_same_and_nothing_else_lies_there(workspace: Workspace) -> None:
    archive(workspace)
    export(workspace, "dreamstime")
    path = workspace.root / "export" / "dreamstime.csv"
    before = path.read_bytes()
    export(workspace, "dreamstime")
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["dreamstime.csv"]


def test_paths_choose_photos(workspace: Workspace) -> None:
    archive(workspace)
    for path in PHOTOS:
        place = workspace.root / "photo" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"")
    assert export(workspace, "alamy", paths=["Italy"], check_only=True).counts["photos"] == 2
    one = str(workspace.root / "photo" / "USA" / "Seattle")
    assert export(workspace, "alamy", paths=[one], check_only=True).counts["photos"] == 1
    with pytest.raises(UsageError):
        export(workspace, "alamy", paths=["Atlantis"])


def test_it_works_while_the_photo_drive_is_away(workspace: Workspace) -> None:
    archive(workspace)
    assert not (workspace.root / "photo").exists()
    assert export(workspace, "alamy").exit_code is Exit.DONE


def test_out_may_be_a_folder_and_must_be_a_csv(workspace: Workspace, tmp_path: Path) -> None:
    archive(workspace)
    assert export(workspace, "alamy", tmp_path).data["files"] == [str(tmp_path / "alamy.csv")]
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"pixels")
    with pytest.raises(UsageError, match=r"does not end in \.csv"):
        export(workspace, "alamy", photo)
    assert photo.read_bytes() == b"pixels"
    with pytest.raises(DiskTrouble):
        export(workspace, "alamy", tmp_path / "gone" / "list.csv")


def test_an_unknown_agency_is_refused_before_anything(workspace: Workspace) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'shutterstock'"):
        export(workspace, "shutterstok")


def test_alamy_says_plainly_that_it_imports_no_csv(workspace: Workspace) -> None:
    archive(workspace)
    result = export(workspace, "alamy")
    assert result.data["imports"] is False
    assert result.next.startswith("Alamy imports no CSV")


def test_hostile_captions_leave_one_plain_row_each(workspace: Workspace) -> None:
    evil = "=cmd|' /C calc'!A0\r\n-execute\x00,\";\u202e" + "x, " * 1400
    words = replace(WORDS, title=evil, description=evil, keywords=(evil, *WORDS.keywords))
    caption(workspace, {"a/one.jpg": words, "a/two.jpg": WORDS})
    for name in NAMES:
        export(workspace, name)
        lines = rows_of(workspace.root / "export" / f"{name}.csv")
        assert len(lines) in (2, 3)
        assert all(len(line) == len(lines[0]) for line in lines)
        cells = [cell for line in lines for cell in line]
        assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r") or "\n" in cell]
