"""What was worked out of the whole ledger and holds until something changes.

Takes and gives JSON values by name. Every change empties it in its own transaction, so that what
stands here is what the views would give, and only spares reading a million rows to look again.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any


class Kept:
    """The sums of a workspace, as long as nothing changed since they were taken."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> Any:
        """Return what is kept under that name, or None."""
        row = self._connection.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, values: Mapping[str, Any]) -> None:
        """Keep values, inside a transaction that changes nothing else."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO kept VALUES (?, ?)",
            [(name, json.dumps(value)) for name, value in values.items()],
        )

    def drop(self) -> None:
        """Forget everything, inside the transaction of a change."""
        self._connection.execute("DELETE FROM kept")
