"""Sums that are kept hold until something changes, and never longer."""

import pytest


def test_a_change_drops_what_was_kept_a_run_does_not(books) -> None:
    ledger = books.ledger
    ledger.keep({"states": {"new": 0}})
    ledger.end_run(ledger.begin_run("status", 1.0), 2.0, 0)
    assert ledger.kept.get("states") == {"new": 0}
    books.meet("a.jpg")
    assert ledger.kept.get("states") is None


def test_a_change_that_fails_keeps_it(books) -> None:
    ledger = books.ledger
    ledger.keep({"states": {"new": 0}})

    def fail() -> None:
        with ledger.change():
            assert ledger.kept.get("states") is None
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert ledger.kept.get("states") == {"new": 0}
