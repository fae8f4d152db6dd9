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
"""Rows in a piece of text that pyarrow writes."""


@dataclass(frozen=True)
class LineLayout:
    """How the lines of a block are put together.

    Attributes:
        before: the text in front of each number; the first one begins the line.
        after: the rest of a line, made from its verdict and the text of the analytic value,
            which is "" where there is none.
        texts: the texts of numbers.
        delimiter: the text between two numbers, if it is one character and the texts are
            those of `columns.texts`; else "".
    """

    before: tuple[str, ...]
    after: Callable[[Check, str], str]
    texts: Texts
    delimiter: str = ""


def lines(
    layout: LineLayout,
    columns: Sequence[NDArray[np.float64]],
    checks: Mapping[int, Check],
    format_: FloatFormat,
) -> Iterator[str]:
    """A line for each row of the columns, in large pieces.

    Args:
        layout: how a line is put together.
        columns: the numbers.
        checks: the verdicts by the index of the row; the others are unverified.
        format_: the dtype.
    """
    count = len(columns[0])
    indices = sorted(checks)
    by_arrow = bool(layout.delimiter) and arrow.is_faster(count)
    size = ARROW_ROWS if by_arrow else ROWS
    join = _join_with_arrow if by_arrow else _join
    for start in range(0, count, size):
        verified = indices[bisect_left(indices, start) : bisect_left(indices, start + size)]
        ends = _ends(layout, [checks[index] for index in verified], format_)
        rows = [column[start : start + size] for column in columns]
        yield join(layout, rows, [index - start for index in verified], ends, format_)


def _ends(layout: LineLayout, checks: Sequence[Check], format_: FloatFormat) -> list[str]:
    """The rest of each line that has a verdict."""
    import numpy as np

    analytic = [check.analytic for check in checks if check.analytic is not None]
    texts = iter(layout.texts(np.array(analytic, np.float64), format_))
    return [layout.after(c, "" if c.analytic is None else next(texts)) for c in checks]


def _join(
    layout: LineLayout,
    columns: Sequence[NDArray[np.float64]],
    verified: Sequence[int],
    ends: Sequence[str],
    format_: FloatFormat,
) -> str:
    """The lines: the texts of the numbers, and those around them."""
    count = len(columns[0])
    rest = [layout.after(UNVERIFIED, "")] * count
    for index, end in zip(verified, ends, strict=True):
        rest[index] = end
    width = 2 * len(columns) + 1
    pieces = [""] * (width * count)
    for number, (before, column) in enumerate(zip(layout.before, columns, strict=True)):
        pieces[2 * number :: width] = [before] * count
        pieces[2 * number + 1 :: width] = layout.texts(column, format_)
    pieces[width - 1 :: width] = rest
    return "".join(pieces)


def _join_with_arrow(
    layout: LineLayout,
    columns: Sequence[NDArray[np.float64]],
    verified: Sequence[int],
    ends: Sequence[str],
    format_: FloatFormat,
) -> str:
    """The lines that `_join` makes, from lines of numbers that pyarrow writes.

    Where there are verdicts, a mark in a last column says where the text is to be cut and
    another rest to be put; the delimiter before that column is the one that the rest begins
    with.
    """
    import numpy as np

    rest, start = layout.after(UNVERIFIED, ""), layout.before[0]
    marked = None
    if verified:
        marked = np.zeros(len(columns[0]), bool)
        marked[list(verified)] = True
        rest = rest.removeprefix(layout.delimiter)
    numbers = arrow.text(columns, format_, layout.delimiter, marked).removesuffix("\n")
    first, *others = numbers.split(arrow.MARK)
    pieces = [start, first.replace("\n", rest + start)]
    for end, other in zip(ends, others, strict=True):
        pieces.append(end.removeprefix(layout.delimiter))
        if other:
            pieces += [start, other[1:].replace("\n", rest + start)]
    if numbers[-1] != arrow.MARK:
        pieces.append(rest)
    return "".join(pieces)
