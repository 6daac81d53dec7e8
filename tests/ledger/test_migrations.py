"""A ledger of an older batchcap: brought up to date with all its rows, or left as it was."""

import contextlib
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from batchcap.errors import LedgerTrouble
from batchcap.ledger import migrations, open_ledger

FIRST = Path(__file__).with_name("schema_1.sql").read_text(encoding="utf-8")
FACTS = '{"city": {"value": "Rome", "evidence": "folder", "detail": ""}}'
ROWS = """
INSERT INTO workspace VALUES ('abc');
INSERT INTO run (id, command, started_at) VALUES (1, 'build', 1.0);
INSERT INTO photo (id, path, size, mtime_ns, digest, facts) VALUES
    (1, 'a.jpg', 1, 1, 'd1', 'FACTS_THERE'), (2, 'b.jpg', 1, 1, 'd2', '{}'),
    (3, 'c.jpg', 1, 1, 'd3', 'FACTS_THERE');
INSERT INTO task_file (id, name, sha256, bytes, requests, input_tokens, output_tokens, model,
    endpoint, run_id) VALUES (1, '0001.jsonl', 's', 1, 2, 1, 1, 'm', 'e', 1);
INSERT INTO task (id, custom_id, photo_id, generation, digest, preset, facts, task_file_id, line,
    input_tokens, output_tokens) VALUES
    (1, 'c1', 1, 1, 'd1', 'stock', 'FACTS_THERE', 1, 1, 1, 1),
    (2, 'c2', 2, 1, 'd2', 'stock', '{}', 1, 2, 1, 1);
INSERT INTO submission (id, task_file_id, key, created_at, run_id) VALUES (1, 1, 'k', 1.0, 1);
INSERT INTO batch VALUES (1, 'batch_1', 'created', 1.0);
INSERT INTO ended VALUES (1, 'joined', '', 0.0, '{}', 1.0);
INSERT INTO outcome VALUES
    (1, 1, 'answered', '', '', 'accepted', 1, 'f', 1, 1, 0, 0),
    (2, 1, 'answered', '', '', 'held', 1, 'f', 1, 1, 0, 0);
INSERT INTO caption VALUES (1, '{"title": "Rome", "keywords": []}', '[]');
INSERT INTO journal VALUES (1, 1, 1, 1, 'a', 'b', x'626370', '{"ours": {}, "before": {}}', 1.0);
INSERT INTO written (run_id, photo_id, task_id, kind, code, message, journal_id, at)
    VALUES (1, 1, 1, 'written', '', '', 1, 1.0);
PRAGMA user_version = 1;
""".replace("FACTS_THERE", FACTS)


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST + ROWS)
    return path


def shape(path):
    """All that a ledger's schema says, whatever the order of its columns."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            'SELECT s.name, i.name, i.type, i."notnull", i.dflt_value, i.pk'
            " FROM sqlite_schema AS s JOIN pragma_table_info(s.name) AS i WHERE s.type = 'table'"
        ).fetchall()
        keys = connection.execute(
            'SELECT s.name, f."table", f."from" FROM sqlite_schema AS s'
            " JOIN pragma_foreign_key_list(s.name) AS f WHERE s.type = 'table'"
        ).fetchall()
        rest = connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'view')"
        ).fetchall()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return Counter(tables), Counter(keys), Counter(rest), version


def test_an_old_ledger_gets_today_s_schema_and_keeps_its_rows(old, tmp_path) -> None:
    fresh = tmp_path / "fresh.sqlite"
    open_ledger(fresh).close()
    with open_ledger(old) as ledger:
        assert ledger.sound() == []
        assert ledger.workspace_id == "abc"
        states = {path: known.state for path in ("a.jpg", "b.jpg", "c.jpg")
                  if (known := ledger.photos.get(path))}  # fmt: skip
        assert states == {"a.jpg": "written", "b.jpg": "held", "c.jpg": "new"}
        assert ledger.captions.caption(1)[0].title == "Rome"
        assert [ledger.writes.patch(each) for each in ledger.writes.of_photo(1)] == [b"bcp"]
    assert shape(old) == shape(fresh)


def test_a_step_that_fails_changes_nothing(old) -> None:
    with contextlib.closing(sqlite3.connect(old)) as connection:
        connection.execute("UPDATE photo SET facts = 'no JSON' WHERE id = 2")
        connection.commit()
    before = shape(old)
    with pytest.raises(LedgerTrouble):
        open_ledger(old)
    assert shape(old) == before
    assert before[-1] == 1 < migrations.VERSION
