"""What a person sees, and the one JSON object a script gets."""

import io
import json

import pytest

from batchcap.errors import UsageError
from batchcap.records import Exit, Problem, StageResult
from batchcap.render import (
    Live,
    Plain,
    Silent,
    Terminal,
    duration,
    envelope,
    failure,
    ready_for_any_name,
)

KEYS = ["version", "command", "status", "exit_code", "counts", "problems", "data", "next"]
RESULT = StageResult(
    "build",
    Exit.FAILED,
    {"photos": 12345, "requests": 0, "skipped": 0},
    (Problem("broken", "cannot be decoded", "a/ü 🌍.jpg", "batchcap build"),),
    {"files": ["0001.jsonl"]},
    "batchcap submit",
)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(*, as_json: bool = False, quiet: bool = False) -> tuple[Terminal, io.StringIO, Screen]:
    out, messages = io.StringIO(), Screen()
    return Terminal(out, messages, as_json=as_json, quiet=quiet), out, messages


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (Exit.DONE, "done"),
        (Exit.FAILED, "failed"),
        (Exit.USAGE, "error"),
        (Exit.WAITING, "waiting"),
        (Exit.HELD, "held"),
        (Exit.UNBALANCED, "error"),
        (Exit.INTERRUPTED, "error"),
    ],
)
def test_the_envelope_says_the_same_by_word_and_by_number(code, status) -> None:
    found = envelope(StageResult("x", code))
    assert list(found) == KEYS
    assert (found["status"], found["exit_code"]) == (status, int(code))
    assert json.loads(json.dumps(found)) == found


def test_json_is_one_line_on_stdout_and_nothing_else() -> None:
    shown, out, messages = terminal(as_json=True)
    shown.show(RESULT)
    assert out.getvalue().count("\n") == 1
    assert json.loads(out.getvalue())["problems"][0]["photo"] == "a/ü 🌍.jpg"
    assert messages.getvalue() == ""


def test_words_go_to_stdout_and_problems_to_stderr() -> None:
    shown, out, messages = terminal()
    shown.show(RESULT)
    assert out.getvalue().startswith("build: photos 12,345, requests 0\n")
    assert "  ! a/ü 🌍.jpg: cannot be decoded\n    → batchcap build" in messages.getvalue()
    assert messages.getvalue().endswith("Next: batchcap submit\n")


def test_many_problems_are_counted_not_listed_but_json_has_all() -> None:
    many = StageResult("x", problems=tuple(Problem("c", f"number {n}") for n in range(50)))
    shown, _, messages = terminal()
    shown.show(many)
    assert messages.getvalue().count("number") == 20
    assert "30 more" in messages.getvalue()
    shown, out, _ = terminal(as_json=True)
    shown.show(many)
    assert len(json.loads(out.getvalue())["problems"]) == 50


@pytest.mark.parametrize(
    ("photo", "message", "said"),
    [
        ("a/-if.jpg", "-if.jpg is read-only", "a/-if.jpg is read-only"),
        ("-if.jpg", "-if.jpg is read-only", "-if.jpg is read-only"),
        ("a/b.jpg", "a/b.jpg: its request is too large", "a/b.jpg: its request is too large"),
        ("a/b.jpg", "is empty: zero bytes", "a/b.jpg: is empty: zero bytes"),
        ("a/b.jpg", "b.jpg.xmp is no XMP", "a/b.jpg: b.jpg.xmp is no XMP"),
        ("a/It", "Its words changed", "a/It: Its words changed"),
        ("", "The disk is full.", "The disk is full."),
    ],
)
def test_a_photo_is_named_once(photo, message, said) -> None:
    screen, _, messages = terminal()
    screen.show(StageResult("x", problems=(Problem("c", message, photo, "batchcap x"),)))
    assert messages.getvalue() == f"  ! {said}\n    → batchcap x\n"


def test_what_is_not_even_listed_is_told_at_the_end() -> None:
    many = tuple(Problem("held", f"number {n}") for n in range(25))
    rest = Problem("more", "held: 900 more than are listed.", hint="batchcap status")
    shown, _, messages = terminal()
    shown.show(StageResult("x", problems=(*many, rest)))
    assert messages.getvalue().count("number") == 20
    assert "… and 5 more: add --json to see them\n" in messages.getvalue()
    assert "held: 900 more than are listed.\n    → batchcap status\n" in messages.getvalue()


def test_quiet_tells_what_went_wrong_and_no_more() -> None:
    shown, out, messages = terminal(quiet=True)
    shown.say("on the way")
    shown.show(StageResult("build", counts={"photos": 1}, next="batchcap submit"))
    assert out.getvalue() + messages.getvalue() == ""
    shown.show(RESULT)
    assert "cannot be decoded" in messages.getvalue()
    assert isinstance(shown.bar("x", 1), Silent)


def test_a_failure_names_its_next_command_only_where_it_is_one() -> None:
    assert failure("x", UsageError("no", hint="batchcap status")).next == "batchcap status"
    assert failure("x", UsageError("no", hint="correct the file")).next == ""
    hint = "make room in a: b, then: batchcap write -w 'x y'"
    assert failure("x", UsageError("no", hint=hint)).next == "batchcap write -w 'x y'"


def test_a_bar_is_drawn_on_a_terminal_and_told_elsewhere() -> None:
    on_screen, _, _ = terminal()
    assert isinstance(on_screen.bar("x", 1), Live)
    elsewhere = Terminal(io.StringIO(), io.StringIO(), as_json=False, quiet=False)
    assert isinstance(elsewhere.bar("x", 1), Plain)


def test_quick_work_shows_no_bar() -> None:
    screen = Screen()
    with Live("reading", 3, screen) as bar:
        bar.advance()
        bar.note("a.jpg")
    assert screen.getvalue() == ""


def test_long_work_shows_counts_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen()
    with Live("reading [red]", 3, screen) as bar:
        bar._begun -= 10
        bar.advance(2)
        bar.note("[b]ä.jpg")
    assert "reading [red]" in screen.getvalue()
    assert "2/3" in screen.getvalue()
    assert "[b]ä.jpg" in screen.getvalue()


def test_long_work_is_told_in_lines_elsewhere() -> None:
    stream = io.StringIO()
    with Plain("reading", 10, stream) as bar:
        bar.advance()
        assert stream.getvalue() == ""
        bar._begun -= 10
        bar._told -= 10
        bar.advance()
    assert stream.getvalue().startswith("reading: 2 of 10 (")
    assert "left" in stream.getvalue()


def test_counts_rate_and_time_left() -> None:
    bar = Plain("x", 3600, io.StringIO())
    bar._done = 360
    assert bar.progress(bar._begun + 10) == "360 of 3,600 (36.0/s, 2 min left)"
    endless = Plain("x", None, io.StringIO())
    endless._done = 5
    assert endless.progress(endless._begun + 10) == "5 (0.5/s)"
    assert Plain("x", 5, io.StringIO()).progress(0.0).startswith("0 of 5")


@pytest.mark.parametrize(("seconds", "said"), [(9, "9 s"), (90, "2 min"), (5400, "1.5 h")])
def test_durations_are_said_as_people_do(seconds, said) -> None:
    assert duration(seconds) == said


def test_a_terminal_without_a_letter_shows_a_mark() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    ready_for_any_name(stream)
    shown = Terminal(stream, stream, as_json=False, quiet=False)
    shown.say("größe 🌍")
    assert raw.getvalue().startswith(b"gr??e ?")
