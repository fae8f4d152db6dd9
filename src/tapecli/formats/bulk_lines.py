"""Lines of text in bulk: numbers between texts that are the same in every line of a block."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tapecli.floats import FloatFormat
from tapecli.formats import arrow
from tapecli.result import UNVERIFIED, Check

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Texts: TypeAlias = "Callable[[NDArray[np.float64], FloatFormat], list[str]]"

ROWS = 16_384
"""Rows in a piece of text."""

ARROW_ROWS = 65_536
"""The same where pyarrow writes."""


@dataclass(frozen=True)
class Line:
    """What the lines of a block are made of.

    Attributes:
        before: what stands before each number; the start of the line before the first.
        after: the rest of the line by the verdict and its analytic value, "" for none.
        texts: the texts of numbers.
        delimiter: what stands between two numbers, if it is one character and the texts are
            those of `numbers.texts`; else "".
    """

    before: tuple[str, ...]
    after: Callable[[Check, str], str]
    texts: Texts
    delimiter: str = ""


def written(
    line: Line,
    columns: Sequence[NDArray[np.float64]],
    checks: Mapping[int, Check],
    format_: FloatFormat,
) -> Iterator[str]:
    """A line for each row of the columns, in large pieces.

    Args:
        line: what it is made of.
        columns: the numbers.
        checks: the verdicts by the place of the row; the others are unverified.
        format_: the dtype.
    """
    count = len(columns[0])
    places = sorted(checks)
    quick = bool(line.delimiter) and arrow.wanted(count)
    size = ARROW_ROWS if quick else ROWS
    write = _with_arrow if quick else _plainly
    for start in range(0, count, size):
        here = places[bisect_left(places, start) : bisect_left(places, start + size)]
        ends = _ends(line, [checks[place] for place in here], format_)
        part = [column[start : start + size] for column in columns]
        yield write(line, part, [place - start for place in here], ends, format_)


def _ends(line: Line, checks: Sequence[Check], format_: FloatFormat) -> list[str]:
    """The rest of each line that has a verdict."""
    import numpy as np

    known = [check.analytic for check in checks if check.analytic is not None]
    texts = iter(line.texts(np.array(known, np.float64), format_))
    return [line.after(c, "" if c.analytic is None else next(texts)) for c in checks]


def _plainly(
    line: Line,
    columns: Sequence[NDArray[np.float64]],
    places: Sequence[int],
    ends: Sequence[str],
    format_: FloatFormat,
) -> str:
    """The lines, joined from their parts."""
    count = len(columns[0])
    rest = [line.after(UNVERIFIED, "")] * count
    for place, end in zip(places, ends, strict=True):
        rest[place] = end
    width = 2 * len(columns) + 1
    parts = [""] * (width * count)
    for number, (before, column) in enumerate(zip(line.before, columns, strict=True)):
        parts[2 * number :: width] = [before] * count
        parts[2 * number + 1 :: width] = line.texts(column, format_)
    parts[width - 1 :: width] = rest
    return "".join(parts)


def _with_arrow(
    line: Line,
    columns: Sequence[NDArray[np.float64]],
    places: Sequence[int],
    ends: Sequence[str],
    format_: FloatFormat,
) -> str:
    """The same lines: pyarrow's lines of numbers with the rest put at every line's end.

    Where there are verdicts, a mark in a last column says where the text is to be cut and
    another rest to be put; the delimiter before that column is the one that the rest begins
    with.
    """
    import numpy as np

    rest, start = line.after(UNVERIFIED, ""), line.before[0]
    marked = None
    if places:
        marked = np.zeros(len(columns[0]), bool)
        marked[list(places)] = True
        rest = rest.removeprefix(line.delimiter)
    numbers = arrow.text(columns, format_, line.delimiter, marked).removesuffix("\n")
    first, *others = numbers.split(arrow.MARK)
    parts = [start, first.replace("\n", rest + start)]
    for end, other in zip(ends, others, strict=True):
        parts.append(end.removeprefix(line.delimiter))
        if other:
            parts += [start, other[1:].replace("\n", rest + start)]
    if numbers[-1] != arrow.MARK:
        parts.append(rest)
    return "".join(parts)
