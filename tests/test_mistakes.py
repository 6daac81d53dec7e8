"""A mistake on the command line ends with the command to type instead, and exit code 2."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from batchcap.__main__ import main
from batchcap.cli import SHARED_NAMES, batchcap
from batchcap.mistakes import EXAMPLES, again

ROOT = Path(__file__).resolve().parents[1]
ADOPT = "batchcap submit --adopt BATCH FILE"
TABLE = {
    "submit --adopt": ADOPT,
    "submit --adopt= --resend": "batchcap submit --resend FILE",
    "submit --adop x": ADOPT,
    "submit a b": "batchcap submit --help",
    "init": "batchcap init --photos FOLDER",
    "init --photos": "batchcap init --photos FOLDER",
    "init --preset": "batchcap init --photos FOLDER --preset stock",
    "poll --timeout": "batchcap poll --timeout 3600",
    "poll --timeout soon": "batchcap poll --timeout 3600",
    "poll --timeout -3": "batchcap poll --timeout 3600",
    "poll --timeout nan": "batchcap poll --timeout 3600",
    "poll --timeout inf": "batchcap poll --timeout 3600",
    "poll --timeout -inf": "batchcap poll --timeout 3600",
    "poll --timeout 1e400": "batchcap poll --timeout 3600",
    "poll --wiat": "batchcap poll --wait",
    "poll --frobnicate": "batchcap poll --help",
    "poll now": "batchcap poll",
    "build --limit many": "batchcap build --limit 100",
    "build --limit 0": "batchcap build --limit 100",
    "undo --run last": "batchcap undo --run 7",
    "undo --run 0": "batchcap undo --run 7",
    "undo --run 9223372036854775808": "batchcap undo --run 7",
    "status --amiss": "batchcap status --amiss FILE.csv",
    "export": "batchcap export --agency shutterstock",
    "export --out": "batchcap export --agency shutterstock --out FILE.csv",
    "check a.jpg": "batchcap check --agency shutterstock",
    "subm": "batchcap submit",
    "frobnicate": "batchcap --help",
    "sandbox serv": "batchcap sandbox serve",
    "sandbox serve --port 99999": "batchcap sandbox serve --port 8123",
    "sandbox serve --faults": "batchcap sandbox serve --faults FILE.toml",
    "--set": "batchcap --set image.max_side=768 status",
    "-w": "batchcap --workspace FOLDER status",
    "status -w": "batchcap status --workspace FOLDER",
    "--set a=b": "batchcap --help",
}


@pytest.mark.parametrize("typed", TABLE)
def test_a_mistake_ends_with_the_command_to_type(typed, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(
            [*typed.split(), "--json"]
            if typed.split()[-1][0] != "-"
            else ["--json", *typed.split()]
        )
    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == told["exit_code"] == 2
    assert (told["problems"][0]["code"], told["problems"][0]["hint"]) == ("usage", TABLE[typed])
    assert told["next"] == TABLE[typed]


def commands(group: click.Group) -> Iterator[click.Command]:
    for each in group.commands.values():
        yield from commands(each) if isinstance(each, click.Group) else (each,)


def test_every_option_with_a_value_has_an_example_and_no_other() -> None:
    options = {
        each.name
        for command in commands(batchcap)
        for each in command.params
        if isinstance(each, click.Option) and not each.is_flag
    }
    assert options == set(EXAMPLES)


def test_the_command_is_named_in_full(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["--json", "sandbox", "serve", "--port", "x"])
    assert json.loads(capsys.readouterr().out)["command"] == "sandbox serve"


@pytest.mark.parametrize(
    "words",
    [
        "write --dry-run",
        "status",
        'undo --run 7 --force "Norway/Mo i Rana" b.jpg',
        "poll --wait --timeout 60.0",
        "init folder --photos photo",
    ],
)
def test_a_command_is_named_as_it_was_typed(words) -> None:
    """Without what all commands share, and without what was not typed."""
    given = [*shlex.split(words), "--json", "-w", "elsewhere", "--set", "a.b=1"]
    with batchcap.make_context("batchcap", list(given)) as above:
        name, command, rest = batchcap.resolve_command(above, given)
        with command.make_context(name, rest, parent=above) as context:
            assert again(context, SHARED_NAMES) == f"batchcap {words}"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.skipif(sys.platform == "win32", reason="no shell there closes a stream")
def test_a_closed_stream_is_neither_an_error_nor_another_file(tmp_path, closed) -> None:
    (tmp_path / "photo").mkdir()
    typed = f'"{sys.executable}" -m batchcap init --photos photo -w . -v {closed}'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        ["sh", "-c", typed], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert told.returncode == 0, told.stderr.decode()
    assert b"Traceback" not in told.stderr
    assert (tmp_path / "batchcap.toml").read_text("utf-8").startswith("#")
