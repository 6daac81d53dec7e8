"""A path in a command that a person is told to type: one word in every shell.

Takes text, gives text; runs nothing.
"""

import re

_PLAIN = re.compile(r"[\w./:\\@%+=,~-]+")


def quoted(path: object) -> str:
    """Return a path in double quotes where a shell, cmd.exe or PowerShell would part it."""
    text = str(path)
    return text if _PLAIN.fullmatch(text) else f'"{text}"'
