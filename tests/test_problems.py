"""The first problems of each kind, and how many more there are."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from batchcap.problems import LISTED, MORE, STATES, Problems
from batchcap.records import Problem

CODES = ("held", "failed", "stranger")


@given(st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 3 * LISTED)), max_size=4))
def test_every_problem_is_listed_or_counted(groups) -> None:
    found = Problems("batchcap verify", {"stranger": "look there"})
    met: Counter[str] = Counter()
    for code, number in groups:
        found.extend(Problem(code, f"{code} {met[code] + each}") for each in range(number))
        met[code] += number
    told = found.told()
    assert found.number == met.total()
    listed = Counter(each.code for each in told if each.code != MORE)
    assert listed == Counter({code: min(number, LISTED) for code, number in met.items() if number})
    rest = {each.message: each.hint for each in told if each.code == MORE}
    assert rest == {
        f"{code}: {number - LISTED:,} more than are listed.": (
            "look there" if code == "stranger" else "batchcap verify"
        )
        for code, number in met.items()
        if number > LISTED
    }


def test_the_first_ones_are_listed_in_the_order_they_were_met() -> None:
    found = Problems()
    found.extend(Problem("held", f"number {each}") for each in range(10 * LISTED))
    first, *_, last, more = found.told()
    assert (first.message, last.message) == ("number 0", f"number {LISTED - 1}")
    assert (more.code, more.hint) == (MORE, STATES)


def test_what_is_told_nowhere_else_is_counted() -> None:
    found = Problems()
    found.append(Problem("held", "one"))
    found.more("held", 41)
    assert found.number == 42
    assert [each.message for each in found.told()] == ["one", "held: 41 more than are listed."]
