"""What ExifTool makes of a path, beyond taking it as it is.

Takes paths. Pure.
"""

import re
from pathlib import PurePath

from batchcap.records import Trouble

# In the name of a file that is to be made it stands for a number, whoever put it there.
_NUMBER = re.compile(r"%[-+]?\d*[.:]?\d*[lun]?[cC]")


def name_trouble(path: PurePath) -> Trouble | None:
    """Return why a path cannot be handed to ExifTool."""
    name = path.as_posix()
    if not path.is_absolute():
        return Trouble("name", f"{path.name}: the path must be absolute")
    if not name.isprintable() and any(ord(each) < 32 or ord(each) == 127 for each in name):  # noqa: PLR2004
        return Trouble("name", f"{name!r} holds a control character; rename it")
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return Trouble("name", f"{name!r} is no UTF-8; rename it")
    if not path.suffix:
        return Trouble("name", f"{path.name} has no extension")
    return None


def numbered(path: PurePath) -> bool:
    """Whether ExifTool would put a number into the name of a new file beside this one."""
    return _NUMBER.search(path.as_posix()) is not None
