"""What a person should know of a command, however many photos have trouble.

Takes problems one by one; gives the first of each kind and how many more there were. Holds no more
than that, so that memory does not grow with the archive.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from batchcap.records import Problem

# Of each code; a person is shown twenty, a script gets these.
LISTED = 1000
# The code of the line that counts what is not listed.
MORE = "more"
# Where all of them are found that are a photo's state.
STATES = "batchcap status --amiss FILE.csv"


class Problems:
    """Problems as a command meets them.

    ``where`` says how all of them are found, ``elsewhere`` the same by code where it is another.
    """

    def __init__(self, where: str = STATES, elsewhere: Mapping[str, str] | None = None) -> None:
        self._where, self._elsewhere = where, elsewhere or {}
        self._listed: list[Problem] = []
        self._counts: Counter[str] = Counter()

    def append(self, problem: Problem) -> None:
        """Count a problem, and list it where it is among the first of its code."""
        self.more(problem.code, 1)
        if self._counts[problem.code] <= LISTED:
            self._listed.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Count and list more of them."""
        for each in problems:
            self.append(each)

    def more(self, code: str, number: int) -> None:
        """Count problems that are told nowhere else."""
        self._counts[code] += number

    @property
    def number(self) -> int:
        """How many there were, listed or not."""
        return self._counts.total()

    def told(self) -> tuple[Problem, ...]:
        """Return what is listed, and after it a line for each code of which there is more."""
        listed = Counter(each.code for each in self._listed)
        rest = {code: number - listed[code] for code, number in self._counts.items()}
        return (
            *self._listed,
            *(
                Problem(
                    MORE,
                    f"{code}: {left:,} more than are listed.",
                    hint=self._elsewhere.get(code, self._where),
                )
                for code, left in rest.items()
                if left
            ),
        )
