"""What a pitfall of gradient tapes is, and what happened when it was run."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

IMPORT = (" import tensorflow as tf", "")
"""The first lines of the diff of programs, which is left out if there are no other imports."""

TOLERANCE = 1e-4
"""How far a number may be from the expected one, relatively: float32 with a margin."""

_SHAPE_OR_DTYPE = re.compile(r"shape=\([^)]*\)|dtype=\w+")
_WORDS = {"None": None, "True": 1.0, "False": 0.0}
_NUMBER = re.compile(
    r"(?<![\w.])(?:None|True|False|[-+]?(?:nan|inf|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))(?!\w)"
)


RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "any": lambda number, previous: True,
    "equal": operator.eq,
    "less": operator.lt,
    "greater": operator.gt,
    "twice": lambda number, previous: number >= 2 * previous,
}
"""What is expected of a number whose value depends on the version of TensorFlow, in comparison
with the number before it, which is NaN if there is None."""


@dataclass(frozen=True)
class NotNear:
    """A number that differs from `value` by more than the relative `tolerance`."""

    value: float
    tolerance: float = TOLERANCE


ExpectedNumber: TypeAlias = "float | str | NotNear | None"
"""A number, a word of `RELATIONS`, a number that it must differ from, or None."""


@dataclass(frozen=True)
class Outcome:
    """What a program printed, the exception that ended it, and its warnings, as people see them."""

    printed: str
    error: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def numbers(self) -> list[float | None]:
        """Every number and None that it printed, and 1 for True, but no shapes of tensors."""
        texts = _NUMBER.findall(_SHAPE_OR_DTYPE.sub("", self.printed))
        return [_WORDS[text] if text in _WORDS else float(text) for text in texts]


@dataclass(frozen=True)
class Expected:
    """What a program is expected to do; the texts of errors are not compared.

    Attributes:
        prints: the numbers and Nones that it prints.
        raises: the type of the exception that ends it, or "".
        tolerance: how far each number may be from the expected one, relatively.
    """

    prints: tuple[ExpectedNumber, ...] = ()
    raises: str = ""
    warns: bool = False
    tolerance: float = TOLERANCE

    def matches(self, outcome: Outcome) -> bool:
        """Whether the program did what is expected here."""
        numbers = outcome.numbers
        return (
            outcome.error == self.raises
            and bool(outcome.warnings) == self.warns
            and len(numbers) == len(self.prints)
            and all(self._fits(numbers, index) for index in range(len(numbers)))
        )

    def _fits(self, numbers: Sequence[float | None], index: int) -> bool:
        expected, number, previous = self.prints[index], numbers[index], numbers[index - 1]
        if number is None or expected is None:
            return number is expected
        if isinstance(expected, str):
            return RELATIONS[expected](number, math.nan if previous is None else previous)
        if isinstance(expected, NotNear):
            return not _near(number, expected.value, expected.tolerance)
        return _near(number, expected, self.tolerance)


def _near(number: float, expected: float, tolerance: float) -> bool:
    if math.isnan(expected):
        return math.isnan(number)
    return math.isclose(number, expected, rel_tol=tolerance)


@dataclass(frozen=True)
class Pitfall:
    """A way in which gradient tapes surprise people, as a section of `pitfalls.md` describes it.

    Attributes:
        programs: the mistake and the mend as a diff, whose lines begin with "-" if they are in
            the mistake alone, and with "+" if they are in the mend alone. `IMPORT` is left out.
        happens, mended: what the mistake is known to do, and what the mend does.
        threads: where people met it: OWNER/REPOSITORY#NUMBER on GitHub.
        right: what the mistake would do in a TensorFlow that does it right, if that is not what
            the mend does.
    """

    name: str
    title: str
    programs: str
    reason: str
    happens: Expected
    mended: Expected
    threads: tuple[str, ...] = ()
    right: Expected | None = None

    @property
    def mistake(self) -> str:
        """The program that makes the mistake, as the text of a file."""
        return "".join(f"{line[1:]}\n" for line in self._lines("-"))

    @property
    def mend(self) -> str:
        """The program with the mistake mended, as the text of a file."""
        return "".join(f"{line[1:]}\n" for line in self._lines("+"))

    def own_lines(self, sign: str) -> set[int]:
        """The indices of the lines that only the mistake has ("-"), or only the mend ("+")."""
        return {index for index, line in enumerate(self._lines(sign)) if line.startswith(sign)}

    def _lines(self, sign: str) -> list[str]:
        lines = self.programs.splitlines()
        first = () if IMPORT[0] in lines else IMPORT
        return [line for line in (*first, *lines) if line[:1] in ("", " ", sign)]


@dataclass(frozen=True)
class Lesson:
    """A pitfall that was run: what the mistake did, and what the mend did."""

    pitfall: Pitfall
    mistake: Outcome
    mend: Outcome

    @property
    def happens(self) -> bool:
        """Whether the mistake does what it is known for."""
        return self.pitfall.happens.matches(self.mistake)

    @property
    def cured(self) -> bool:
        """Whether this TensorFlow does right what was a mistake."""
        right = self.pitfall.right or self.pitfall.mended
        return not self.happens and right.matches(self.mistake)

    @property
    def mended(self) -> bool:
        """Whether the mend does what it should."""
        return self.pitfall.mended.matches(self.mend)


@dataclass(frozen=True)
class Lessons:
    """Pitfalls that were run, and the version of TensorFlow that ran them."""

    tensorflow: str
    lessons: tuple[Lesson, ...]

    @property
    def ok(self) -> bool:
        """Whether every mend does what it should."""
        return all(lesson.mended for lesson in self.lessons)
