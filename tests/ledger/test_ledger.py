"""Opening, migrating, refusing, and transactions that are all or nothing."""

import re
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from batchcap.errors import DiskTrouble, LedgerTrouble
from batchcap.ledger import migrations, open_captions, open_ledger
from batchcap.records import Sighting


def raw(path):
    connection = sqlite3.connect(path)
    connection.isolation_level = None
    return connection


def test_a_new_ledger_is_safe_and_of_today_s_schema(books) -> None:
    connection = books.ledger._connection
    said = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in (
        "journal_mode", "synchronous", "foreign_keys", "user_version")}  # fmt: skip
    assert said == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "user_version": len(migrations.STEPS),
    }
    tables = connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'table'").fetchall()
    assert tables
    assert all(sql.rstrip().endswith("STRICT") for (sql,) in tables if sql)
    assert books.ledger.sound() == []


def test_it_keeps_its_name_and_its_rows_from_one_opening_to_the_next(opened) -> None:
    books = opened()
    name = books.ledger.workspace_id
    books.meet("a.jpg")
    again = opened()
    assert again.ledger.workspace_id == name
    assert again.states() == {"new": 1}
    assert len(name) >= 12


def test_two_workspaces_have_two_names(tmp_path) -> None:
    names = set()
    for each in ("one", "two"):
        (tmp_path / each).mkdir()
        with open_ledger(tmp_path / each / "ledger.sqlite") as ledger:
            names.add(ledger.workspace_id)
    assert len(names) == 2


def test_a_workspace_made_anew_in_its_place_gets_its_name_again(tmp_path) -> None:
    """And it knows that only the place speaks for it, unlike one whose name was kept."""
    names, by_place = [], []
    for gone in ("nothing", "ledger.sqlite*", "*"):
        for each in tmp_path.glob(gone):
            each.unlink()
        with open_ledger(tmp_path / "ledger.sqlite") as ledger:
            names.append(ledger.workspace_id)
            by_place.append(ledger.named_by_place)
    assert len(set(names)) == 1
    assert re.fullmatch(r"[0-9a-f]{32}", names[0])
    assert by_place == [True, False, True]


def test_a_ledger_made_anew_keeps_its_workspace_s_name(opened, path) -> None:
    name = opened().ledger.workspace_id
    opened().ledger.close()
    for each in path.parent.glob("ledger.sqlite*"):
        each.unlink()
    assert opened().ledger.workspace_id == name


@pytest.mark.parametrize("beside", [b"", b"\xff\x00", b"../../etc", b"0" * 31, b"A" * 32])
def test_a_name_beside_the_ledger_that_is_none_is_replaced(opened, path, beside) -> None:
    (path.parent / "workspace-id").write_bytes(beside)
    name = opened().ledger.workspace_id
    assert re.fullmatch("[0-9a-f]{32}", name)
    assert (path.parent / "workspace-id").read_text("ascii").strip() == name


def test_the_ledger_s_own_name_goes_before_the_one_beside_it(opened, path) -> None:
    name = opened().ledger.workspace_id
    (path.parent / "workspace-id").write_text("0" * 32, encoding="ascii")
    assert opened().ledger.workspace_id == name
    assert (path.parent / "workspace-id").read_text("ascii").strip() == name


def test_a_newer_ledger_is_refused_and_left_as_it_is(opened, path) -> None:
    opened().ledger.close()
    connection = raw(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LedgerTrouble) as caught:
        open_ledger(path)
    assert "99" in str(caught.value)
    assert "upgrade" in caught.value.hint
    assert path.read_bytes() == before


@pytest.mark.parametrize("data", [b"x" * 5000, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_file_is_refused_in_our_words(path, data) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    with pytest.raises(LedgerTrouble) as caught:
        open_ledger(path)
    assert caught.value.hint
    assert path.read_bytes() == data


def test_no_folder_is_trouble_with_the_disk(path) -> None:
    with pytest.raises(DiskTrouble):
        open_ledger(path)


def test_a_step_that_fails_leaves_the_version_where_it_was(path) -> None:
    path.parent.mkdir()
    connection = raw(path)
    connection.execute("CREATE TABLE photo (id INTEGER PRIMARY KEY)")
    connection.close()
    with pytest.raises((LedgerTrouble, sqlite3.Error)):
        open_ledger(path)
    connection = raw(path)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")]
    assert tables == ["photo"]
    assert connection.execute("PRAGMA user_version").fetchone()[0] == 0
    connection.close()


def test_a_change_is_all_or_nothing(books) -> None:
    def fail() -> None:
        with books.ledger.change():
            books.ledger.photos.start_walk()
            books.ledger.photos.met([Sighting("a.jpg", 1, 1)])
            books.ledger.photos.add_met()
            assert books.ledger.photos.total() == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert books.ledger.photos.total() == 0


def test_a_change_inside_a_change_is_part_of_it(books) -> None:
    def fail() -> None:
        with books.ledger.change():
            with books.ledger.change():
                books.ledger.learn("limit", "1", 0.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert books.ledger.learned("limit") == ""
    with books.ledger.change():
        books.ledger.learn("limit", "1", 0.0)
        books.ledger.learn("limit", "2", 1.0)
    assert books.ledger.learned("limit") == "2"


def test_another_one_may_read_while_one_writes(books, path) -> None:
    found = []

    def look() -> None:
        with open_ledger(path) as other:
            found.append(other.photos.total())

    books.meet("a.jpg")
    with books.ledger.change():
        books.ledger.photos.start_walk()
        books.ledger.photos.met([Sighting("b.jpg", 1, 1)])
        books.ledger.photos.add_met()
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert found == [1]


def test_who_only_looks_tasks_up_sees_what_stood_before_and_writes_nothing(books, path) -> None:
    books.meet("a.jpg", "b.jpg")
    books.build("a.jpg")
    assert books.ledger.shared
    captions = open_captions(path)
    with closing(captions._connection):
        with books.ledger.change():
            books.build("b.jpg")
            found = captions.tasks(["t1", "t2", "t3"])
        assert [each.path for each in found.values()] == ["a.jpg"]
        assert sorted(captions.tasks(["t1", "t2"])) == ["t1", "t2"]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            captions.record([(1, "{}", "[]")])


def test_a_ledger_in_memory_is_not_shared() -> None:
    with open_ledger(Path(":memory:")) as ledger:
        assert not ledger.shared


def test_a_row_that_points_at_nothing_is_refused(books) -> None:
    with pytest.raises(sqlite3.IntegrityError), books.ledger.change():
        books.ledger._connection.execute("INSERT INTO batch VALUES (77, 'b', 'created', 0.0)")


def test_a_batch_belongs_to_one_submission(books) -> None:
    books.meet("a.jpg", "b.jpg")
    first = books.send(books.build("a.jpg"))
    second = books.intend(books.build("b.jpg"))
    with pytest.raises(sqlite3.IntegrityError), books.ledger.change():
        books.ledger.submissions.sent(second, f"batch_{first.id}", "adopted", 0.0)
    assert books.ledger.submissions.owner(f"batch_{first.id}") == first.id
