"""From an empty file or an older ledger to today's schema, in one transaction with its number.

``user_version`` is the schema's number. A step from an older one is never edited once released: a
change of the schema is a new step. Views hold nothing, and are made anew after any step.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from batchcap.errors import LedgerTrouble
from batchcap.ledger.facts import facts_from_json, told_to_json

STEPS = ("schema.sql", "from_1.sql", "from_2.sql")
VERSION = len(STEPS)
VIEWS = "views.sql"


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date; LedgerTrouble where a newer batchcap wrote it."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise LedgerTrouble(
            f"The ledger has schema {version}; this batchcap knows {VERSION} at most.",
            kept="Nothing was changed.",
            hint="pip install --upgrade batchcap",
        )
    if version == VERSION:
        return
    connection.create_function("told_of", 1, _told_of, deterministic=True)
    script = "\n".join([*_steps(connection, version), _read(VIEWS)])
    connection.executescript(
        f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {VERSION};\nCOMMIT;"
    )


def _steps(connection: sqlite3.Connection, version: int) -> Iterator[str]:
    """Yield what is to run: all tables at once in an empty file, else step by step."""
    if version == 0:
        yield _read(STEPS[0])
        return
    # Renamed or missing columns would break the views that stand on them.
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'"):
        yield f"DROP VIEW {name};"
    for step in STEPS[version:]:
        yield _read(step)


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _told_of(facts: str) -> str:
    return told_to_json(facts_from_json(facts))
