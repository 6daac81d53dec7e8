"""What a command did, and what a person should know of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """What a command's exit code says."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    WAITING = 3
    HELD = 4
    UNBALANCED = 5
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should know of, in the JSON envelope and on the terminal."""

    code: str
    message: str
    photo: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a command did: rendered for people, or as one JSON object."""

    command: str
    exit_code: Exit = Exit.DONE
    counts: Mapping[str, int | float] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    next: str = ""
