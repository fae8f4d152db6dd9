"""Text in blocks of whole lines: their numbers by `float`, and what is unusual exactly.

Python's `float` reads what the language of points has for numbers, and rounds it correctly. It
reads more than that as well (1_0, ١, nan), and less (pi/2), and its rounding is one too many for
narrower formats next to a tie: such fields are read one by one, as they always are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TextIO

import numpy as np

from tapecli.errors import PointsError, UsageError
from tapecli.floats import FloatFormat
from tapecli.points import ranges, text_files
from tapecli.points.axes import Columns
from tapecli.points.rounding import Floats, Mask, settled

LONG = 400
"""Characters of a number that the language of points has, leaving constants aside."""

_BLOCK = 1 << 18
"""Characters that are read at once."""


def blocks(stream: TextIO, name: str, read: int, size: int) -> Iterator[tuple[int, str]]:
    """Whole lines, many at once, and the number of the first of them.

    Args:
        stream: where they are read.
        name: what a message calls it.
        read: how many lines of it were read before.
        size: how many characters to read at once.

    Raises:
        PointsError: a line is not text, or too long.
    """
    text_files.tolerant(stream)
    try:
        while text := stream.read(size):
            if not text.endswith("\n"):
                text += stream.readline(text_files.MAX_LINE + 2)
            if odd := text_files.no_text(text):
                number = read + 1 + text.count("\n", 0, odd.start())
                raise PointsError(f"line {number} of {name} is not text")
            if (start := _too_long(text)) is not None:
                number = read + 1 + text.count("\n", 0, start)
                raise PointsError(f"line {number} of {name} {text_files.TOO_LONG}")
            yield read + 1, text
            read += text.count("\n")
    except UnicodeDecodeError:
        raise PointsError(f"line {read + 1} of {name} is not text") from None


def _too_long(text: str) -> int | None:
    """Where the first line begins that is too long, by as few glances as show it."""
    start = 0
    while len(text) - start > text_files.MAX_LINE:
        end = text.rfind("\n", start, start + text_files.MAX_LINE + 1)
        if end < 0:
            return start
        start = end + 1
    return None


def split(text: str) -> list[str]:
    """The lines of a text."""
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def is_plain(text: str) -> bool:
    """Whether `float` reads nothing in this text that is no number of the language of points."""
    return text.isascii() and "_" not in text


def numbers(fields: Sequence[Any], format_: FloatFormat, plain: bool) -> tuple[Floats, Mask]:
    """Fields read as numbers and rounded, and which of them have to be read exactly.

    Args:
        fields: texts, or numbers of JSON.
        format_: the format.
        plain: whether all of them are texts for which `is_plain` holds.
    """
    count = len(fields)
    odd = None
    if not (plain and max(map(len, fields), default=0) <= LONG):
        odd = np.fromiter((_is_odd(field) for field in fields), np.bool_, count)
    try:
        values = np.fromiter(map(float, fields), np.float64, count)
    except (ValueError, TypeError, OverflowError):
        values = np.fromiter(map(_or_nan, fields), np.float64, count)
    rounded, doubtful = settled(values, format_)
    return rounded, doubtful if odd is None else doubtful | odd


def _is_odd(field: Any) -> bool:
    if isinstance(field, str):
        return len(field) > LONG or not is_plain(field)
    return isinstance(field, bool)


def _or_nan(field: Any) -> float:
    try:
        return float(field)
    except (ValueError, TypeError, OverflowError):
        return np.nan


@dataclass(frozen=True)
class Lines:
    """Numbers of one variable, one a line.

    Attributes:
        variable: its name.
        source: "-", or "@" and the name of a file.
        stdin: what "-" reads.
        format_: the format.
    """

    variable: str
    source: str
    stdin: TextIO | None
    format_: FloatFormat
    count: int | None = None
    listed: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return (self.variable,)

    def blocks(self, skip: int = 0) -> Iterator[Columns]:
        """The points in arrays of any length, without the first so many.

        Raises:
            PointsError: a line has no number, or one that does not fit, or there are no points.
        """
        seen = 0
        with text_files.opened(self.source, self.stdin) as (stream, name):
            for first, text in blocks(stream, name, 0, _BLOCK):
                values = self._read(text, first, name)
                seen += len(values)
                if seen > skip:
                    yield {self.variable: values[max(0, len(values) - (seen - skip)) :]}
        if not seen:
            raise PointsError("there are no points")

    def _read(self, text: str, first: int, name: str) -> Floats:
        lines = split(text)
        values, doubtful = numbers(lines, self.format_, is_plain(text))
        blank = []
        for place in np.flatnonzero(doubtful).tolist():
            point = _exact(lines[place], first + place, name)
            if point is None:
                blank.append(place)
            else:
                values[place] = ranges.fitting(point, self.format_)
        return np.delete(values, blank) if blank else values


def _exact(line: str, number: int, name: str) -> Fraction | None:
    try:
        return ranges.of_line(line)
    except UsageError as error:
        raise PointsError(f"line {number} of {name}: {error}") from None
