"""What facts prove is worked out once for each place, in whatever order the photos come."""

from dataclasses import replace
from pathlib import Path

from batchcap.captions.grounds import grounds
from batchcap.captions.look import around
from batchcap.preset import load_preset
from batchcap.records import Fact, Facts
from batchcap.records.captions import Checks

STOCK = load_preset("stock", Path(__file__).resolve().parents[2] / "configs")[0]
ROME = Facts(city=Fact("Rome", "folder"), country=Fact("Italy", "folder"))
YORK = Facts(city=Fact("New York", "folder"), country=Fact("USA", "folder"))


def test_places_that_take_turns_are_looked_at_once() -> None:
    lists = STOCK.lists
    first = [grounds(lists, each) for each in (ROME, YORK)]
    again = [grounds(lists, replace(each)) for each in (ROME, YORK, ROME)]
    assert [id(each) for each in again] == [id(first[n]) for n in (0, 1, 0)]
    seen = [lists.held(around, each, 2) for each in (*first, *first)]
    assert seen[0] is seen[2]
    assert seen[1] is seen[3]
    assert seen[0].spelled == ("Italy", "Rome")


def test_an_object_that_was_forgotten_is_worked_out_anew() -> None:
    made: list[str] = []

    def work(_lists: Checks, given: str) -> str:
        made.append(given)
        return given.upper()

    lists = Checks()
    assert [lists.held(work, each, 2) for each in "aabbacac"] == list("AABBACAC")
    assert made == ["a", "b", "c", "a"]


def test_words_that_make_another_name_of_the_place_are_told() -> None:
    inner = around(STOCK.lists, grounds(STOCK.lists, YORK)).inner
    assert {"orleans", "delhi"} <= inner
    assert "york" not in inner
