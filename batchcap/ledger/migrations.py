"""The steps from an empty file to today's schema, each in one transaction with its number.

``user_version`` is the number of steps that ran. A step is never edited once released: a change
of the schema is a new step.
"""

import sqlite3
from pathlib import Path

from batchcap.errors import LedgerTrouble

STEPS = ("schema.sql",)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date; LedgerTrouble where a newer batchcap wrote it."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(STEPS):
        raise LedgerTrouble(
            f"The ledger has schema {version}; this batchcap knows {len(STEPS)} at most.",
            kept="Nothing was changed.",
            hint="pip install --upgrade batchcap",
        )
    folder = Path(__file__).parent
    for number in range(version, len(STEPS)):
        script = (folder / STEPS[number]).read_text(encoding="utf-8")
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number + 1};\nCOMMIT;"
        )
