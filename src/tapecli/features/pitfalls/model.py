"""What a pitfall of gradient tapes is, and what became of it when it was run."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

WITHIN = 1e-4
"""How far a number may be from the one that is expected, relatively: float32 with a margin."""

_ABOUT = re.compile(r"shape=\([^)]*\)|dtype=\w+")
_WORDS = {"None": None, "True": 1.0, "False": 0.0}
_SHOWN = re.compile(
    r"(?<![\w.])(?:None|True|False|[-+]?(?:nan|inf|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))(?!\w)"
)


class Mark(Enum):
    """What a number may be where its value is not the point."""

    ANY = "any number"
    SAME = "the number before it"
    LESS = "less than the number before it"
    MORE = "more than the number before it"
    TWICE = "at least twice the number before it"


@dataclass(frozen=True)
class Other:
    """A number that is not this one: further from it, relatively, than that."""

    than: float
    by: float = WITHIN


Shown: TypeAlias = "float | Mark | Other | None"


@dataclass(frozen=True)
class Outcome:
    """What a program did.

    Attributes:
        printed: what it printed.
        error: the type of the exception that ended it, or "".
        message: what that says.
        warnings: what was logged or warned of meanwhile, each as standard error shows it.
    """

    printed: str
    error: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def numbers(self) -> list[float | None]:
        """Every number and None that it printed, shapes and dtypes of tensors left out.

        True is 1 and False is 0, as they are in Python.
        """
        found = _SHOWN.findall(_ABOUT.sub("", self.printed))
        return [_WORDS[text] if text in _WORDS else float(text) for text in found]


@dataclass(frozen=True)
class Expected:
    """What a program is expected to do; texts of errors are TensorFlow's to change.

    Attributes:
        shows: the numbers and Nones that it prints.
        raises: the type of the exception that it ends with, or "".
        warns: whether it warns.
        within: how far each number may be from what is expected, relatively.
    """

    shows: tuple[Shown, ...] = ()
    raises: str = ""
    warns: bool = False
    within: float = WITHIN

    def met_by(self, outcome: Outcome) -> bool:
        """Whether this is what it did."""
        ended = outcome.error == self.raises and bool(outcome.warnings) == self.warns
        numbers = outcome.numbers
        return (
            ended
            and len(numbers) == len(self.shows)
            and all(self._fits(shown, numbers, place) for place, shown in enumerate(self.shows))
        )

    def _fits(self, shown: Shown, numbers: Sequence[float | None], place: int) -> bool:
        number, before = numbers[place], numbers[place - 1]
        if number is None or shown is None:
            return number is shown
        if isinstance(shown, Mark):
            return shown is Mark.ANY or (before is not None and _MARKS[shown](number, before))
        if isinstance(shown, Other):
            return not _close(number, shown.than, shown.by)
        return _close(number, shown, self.within)


_MARKS = {
    Mark.SAME: lambda number, before: number == before,
    Mark.LESS: lambda number, before: number < before,
    Mark.MORE: lambda number, before: number > before,
    Mark.TWICE: lambda number, before: number >= 2 * before,
}


def _close(number: float, expected: float, within: float) -> bool:
    if math.isnan(expected):
        return math.isnan(number)
    return number == expected or abs(number - expected) <= within * abs(expected) < math.inf


@dataclass(frozen=True)
class Pitfall:
    """A way in which gradient tapes surprise people.

    Attributes:
        name: what it is called.
        title: what surprises, in a line.
        mistake: the shortest program that does it, as a file.
        why: the reason, in two or three sentences.
        mend: the program with the mistake mended.
        happens: what the mistake does where TensorFlow is as it was.
        mended: what the mend does.
        threads: where people met it: OWNER/REPOSITORY#NUMBER on GitHub.
        right: what the mistake would do if TensorFlow did it right; None for what the mend does.
    """

    name: str
    title: str
    mistake: str
    why: str
    mend: str
    happens: Expected
    mended: Expected
    threads: tuple[str, ...] = ()
    right: Expected | None = None


@dataclass(frozen=True)
class Group:
    """Pitfalls of one kind, under what they have in common."""

    title: str
    pitfalls: tuple[Pitfall, ...]


@dataclass(frozen=True)
class Contents:
    """All that there are, by kind."""

    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Lesson:
    """A pitfall that was run.

    Attributes:
        pitfall: which.
        mistake: what the mistake did.
        mend: what the mend did.
    """

    pitfall: Pitfall
    mistake: Outcome
    mend: Outcome

    @property
    def happens(self) -> bool:
        """Whether the mistake does what it is known for."""
        return self.pitfall.happens.met_by(self.mistake)

    @property
    def cured(self) -> bool:
        """Whether this TensorFlow does right what was a mistake."""
        right = self.pitfall.right or self.pitfall.mended
        return not self.happens and right.met_by(self.mistake)

    @property
    def mended(self) -> bool:
        """Whether the mend mends."""
        return self.pitfall.mended.met_by(self.mend)


@dataclass(frozen=True)
class Lessons:
    """Pitfalls that were run, and on which TensorFlow."""

    tensorflow: str
    lessons: tuple[Lesson, ...]

    @property
    def ok(self) -> bool:
        """Whether every mend mends."""
        return all(lesson.mended for lesson in self.lessons)
