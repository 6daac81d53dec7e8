"""A mistake on the command line → the command to type instead; and a command as it was typed.

Takes what click found wrong; gives a command with an example of the option that is meant, or the
command's help. Runs nothing.
"""

import difflib
import math
from collections.abc import Collection, Iterator
from typing import Any

import click

from batchcap.shell import quoted

# What a value of each option looks like, by the option's name in the program.
EXAMPLES = {
    "adopt": "BATCH FILE",
    "agency": "shutterstock",
    "amiss": "FILE.csv",
    "dialect": "openai",
    "directory": "FOLDER",
    "faults": "FILE.toml",
    "flags": "image.max_side=768",
    "host": "127.0.0.1",
    "limit": "100",
    "out": "FILE.csv",
    "photo": "PATH",
    "photos": "FOLDER",
    "port": "8123",
    "preset": "stock",
    "provider": "openai",
    "resend": "FILE",
    "run_id": "7",
    "timeout": "3600",
    "workspace": "FOLDER",
}


class Command(click.Command):
    """A command whose mistakes name it: click leaves some of them without a context."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words after the command's name."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


class Seconds(click.FloatRange):
    """A time that ends: what Python takes for a number besides, nan and inf, is none."""

    name = "number of seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds; a mistake where they are negative, endless or no number."""
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value!r} is no number of seconds.", param, ctx)
        return seconds


def name_of(error: click.ClickException) -> str:
    """Return the name of the command that was meant, without the program's."""
    context = getattr(error, "ctx", None)
    return context.command_path.partition(" ")[2] if context else ""


def instead(error: click.ClickException) -> str:
    """Return the command to type next, whole where an example can be given."""
    context: click.Context | None = getattr(error, "ctx", None)
    if context is None:
        return "batchcap --help"
    path, command = context.command_path, context.command
    if isinstance(error, click.NoSuchCommand) and isinstance(command, click.Group):
        near = difflib.get_close_matches(error.command_name, command.commands, 1)
        return f"{path} {near[0]}" if near else f"{path} --help"
    meant = _meant(error, command)
    takes_words = any(isinstance(each, click.Argument) for each in command.params)
    if isinstance(command, click.Group):
        return f"{path} {_typed(meant)} status" if meant else f"{path} --help"
    if meant is None and (takes_words or isinstance(error, click.NoSuchOption)):
        return f"{path} --help"
    return " ".join((path, *_needed(command, meant), *([_typed(meant)] if meant else [])))


def _meant(error: click.ClickException, command: click.Command) -> click.Option | None:
    """Return the option that a mistake is about; None where it is about none."""
    if isinstance(error, click.BadParameter):
        return error.param if isinstance(error.param, click.Option) else None
    name = getattr(error, "option_name", "")
    if isinstance(error, click.NoSuchOption):
        # The dashes alone would make any two short options alike.
        known = {each.lstrip("-"): each for each in error.possibilities or ()}
        name = next((known[n] for n in difflib.get_close_matches(name.lstrip("-"), known, 1)), "")
    return next((each for each in _options(command) if name and name in each.opts), None)


def _needed(command: click.Command, meant: click.Option | None) -> Iterator[str]:
    yield from (_typed(each) for each in _options(command) if each.required and each is not meant)


def _options(command: click.Command) -> Iterator[click.Option]:
    yield from (each for each in command.params if isinstance(each, click.Option))


def _typed(option: click.Option) -> str:
    name = max(option.opts, key=len)
    return name if option.is_flag else f"{name} {EXAMPLES[option.name or '']}"


def again(context: click.Context, without: Collection[str]) -> str:
    """Return the command that was typed, without the options of these names."""
    words = [context.command_path]
    for each in context.command.params:
        given = context.params.get(each.name or "")
        if each.name in without or not given:
            continue
        values = [quoted(value) for value in (given if isinstance(given, tuple) else (given,))]
        if isinstance(each, click.Option):
            words.append(max(each.opts, key=len))
            values = [] if each.is_flag else values
        words += values
    return " ".join(words)
