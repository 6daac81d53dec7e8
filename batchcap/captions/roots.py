"""What the forms and spellings of one keyword have in common, so that doubles are seen at a glance.

Takes keywords and the lists; gives short texts that are equal wherever a rule could take two
keywords for one. Words that have nothing to do with each other may share theirs, too.
"""

from collections.abc import Mapping

from batchcap.captions.listing import Entry, entry_of, known
from batchcap.captions.words import MAX_BYTES, ODD_PLURALS
from batchcap.records.captions import Checks

# An archive's vocabulary: some ten thousand words and pairs.
_MOST = 65536
_MOST_LOUD = 8192


class Roots(dict[str, str]):
    """The root of each keyword that bears no sign and names nothing, "" for any other.

    Worked out when it is asked for; emptied when it has grown too large.
    """

    def __init__(self, lists: Checks, _names: object) -> None:
        super().__init__()
        self._lists = lists
        self._leader = _leaders(lists)
        self._loud: dict[str, tuple[Entry, str]] = {}

    def __missing__(self, keyword: str) -> str:
        if len(keyword) > MAX_BYTES:
            return ""  # whatever a model says, memory stays small
        if len(self) >= _MOST:
            self.clear()
        entry = entry_of(self._lists, keyword)
        quiet = entry.plain and not (entry.signs or entry.loud or entry.listed)
        root = self[keyword] = self.of(entry.key) if quiet else ""
        return root

    def loud(self, keyword: str) -> tuple[Entry, str]:
        """Return what there is to know of a keyword that is not quiet, and its root."""
        found = self._loud.get(keyword)
        if found is None:
            entry = known(self._lists, keyword)
            found = entry, self.of(entry.key)
            if len(self._loud) >= _MOST_LOUD:
                self._loud.clear()
            if len(keyword) <= MAX_BYTES:
                self._loud[keyword] = found
        return found

    def of(self, word: str) -> str:
        """Return the root of a folded keyword; of a phrase only the last word has forms."""
        spellings = self._lists.spellings
        *first, last = [spellings.get(each, each) for each in word.split()] or [""]
        short = _short(last)
        return " ".join((*first, self._leader.get(short, short)))


def roots(lists: Checks) -> Roots:
    """Return the roots of the lists' keywords."""
    return lists.latest(Roots, lists.names)


def _short(word: str) -> str:
    """Return a word without what a plural changes at its end: boxes, cities, dies."""
    bare = word.rstrip("es")
    return f"{bare[:-1]}y" if bare.endswith("i") else bare


def _leaders(lists: Checks) -> Mapping[str, str]:
    """Return one short word for each group that verbs, spellings and odd plurals tie together."""
    leader: dict[str, str] = {}

    def found(word: str) -> str:
        while word in leader:
            word = leader[word]
        return word

    for form, base in (*lists.stems.items(), *lists.spellings.items(), *ODD_PLURALS.items()):
        one, other = found(_short(form)), found(_short(base))
        if one != other:
            leader[one] = other
    return {each: found(each) for each in leader}
