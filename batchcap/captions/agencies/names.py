"""Which photos bear one file name: agencies match rows to photos by it alone.

Takes the photos' numbers and paths; gives the others of a name, and what is told of that. Holds
some bytes for each photo, no path.
"""

import hashlib
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from batchcap.captions.agencies.rules import DUPLICATE
from batchcap.records import Finding, Severity

# Others of one name that are told: a camera's counter begins anew in every folder.
TOLD = 3


class Names:
    """The file names of photos, given as (number, path); the case does not matter."""

    def __init__(self, photos: Iterable[tuple[int, str]]) -> None:
        keys, numbers = array("Q"), array("Q")
        for number, path in photos:
            keys.append(_key(path))
            numbers.append(number)
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self._keys = array("Q", (keys[each] for each in order))
        self._numbers = array("Q", (numbers[each] for each in order))

    def __len__(self) -> int:
        return len(self._keys)

    def others(self, number: int, path: str) -> tuple[list[int], int]:
        """Return the first other photos of this one's file name, and how many there are in all."""
        key = _key(path)
        first, end = bisect_left(self._keys, key), bisect_right(self._keys, key)
        near = self._numbers[first : min(end, first + TOLD + 1)]
        return [each for each in near if each != number][:TOLD], max(0, end - first - 1)


def duplicate(path: str, others: Sequence[str], count: int) -> Finding:
    """Return the finding for a photo whose file name ``count`` others bear too: it is held."""
    more = f" and {count - len(others):,} more" if count > len(others) else ""
    told = f"The file name of {path} is that of {', '.join(others)}{more} too: agencies tell photos"
    return Finding(DUPLICATE, Severity.HOLD, "filename", f"{told} by it.")


def _key(path: str) -> int:
    # Two of a million names are alike by accident in one archive of thirty million.
    name = unicodedata.normalize("NFC", path.rpartition("/")[2]).casefold()
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest)
