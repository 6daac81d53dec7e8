"""The memory of a workspace: one SQLite file, asked by every stage."""

from batchcap.ledger.ledger import Ledger, open_captions, open_ledger, open_to_look

__all__ = ["Ledger", "open_captions", "open_ledger", "open_to_look"]
