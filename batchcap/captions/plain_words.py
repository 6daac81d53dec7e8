"""Words of one plain form, known again when they are met again, and the letters that are folded.

Takes single words; gives their small letters.
"""

import re
import unicodedata

_MOST = 32768
_LONGEST = 32
_LETTERS = range(0xC0, 0x250)
_SIGNS_OF_PRINT = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"}  # noqa: RUF001


def _plain_letters() -> dict[int, str]:
    """Return the accented letters of western texts with the plain ones they are folded to."""
    split = {each: unicodedata.normalize("NFKD", chr(each)) for each in _LETTERS}
    bare = {
        each: "".join(one for one in parts if not unicodedata.combining(one))
        for each, parts in split.items()
    }
    return {each: one for each, one in bare.items() if len(one) == 1 and one.isascii()} | {
        ord(sign): plain for sign, plain in _SIGNS_OF_PRINT.items()
    }


PLAIN = _plain_letters()


class PlainWords(dict[str, str]):
    """The small letters of each word that is of one form, "" for any other word.

    Worked out when it is asked for; emptied when it has grown too large.
    """

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form = re.compile(form)

    def __missing__(self, word: str) -> str:
        if len(word) > _LONGEST:
            return ""  # whatever a model says, memory stays small
        if len(self) >= _MOST:
            self.clear()
        found = self._form.fullmatch(word.translate(PLAIN))
        small = self[word] = found[1].lower() if found else ""
        return small
