"""Lines of text in bulk: numbers between texts that are the same in every line of a block."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tapecli.floats import Array, FloatFormat
from tapecli.formats import arrow
from tapecli.result import UNVERIFIED, Check

ROWS = 16_384
"""Rows in a piece of text."""

ARROW_ROWS = 32_768
"""Rows in a piece of text that pyarrow writes."""

MAX_THREADS = 4
"""How many of these pieces are written at a time, if there are as many cores."""


def lines(
    before: Sequence[str],
    columns: Sequence[Array | list[float]],
    after: Callable[[Check, str], str],
    checks: Mapping[int, Check],
    format_: FloatFormat,
    texts: Callable[[FloatFormat, Array | list[float]], list[str]] = FloatFormat.texts,
) -> Iterator[str]:
    """A line for each row of the columns, in large pieces.

    Args:
        before: the text in front of each number; the first one begins the line.
        columns: the numbers, in lists where they are few.
        after: the rest of a line, made from its verdict and the text of the analytic value,
            which is "" where there is none.
        checks: the verdicts by the index of the row; the others are unverified.
        format_: the dtype.
        texts: the texts of numbers; pyarrow writes only those of `FloatFormat.texts`.
    """
    count, verified, few = len(columns[0]), sorted(checks), isinstance(columns[0], list)
    by_arrow = texts is FloatFormat.texts and count >= arrow.MIN_ROWS and arrow.loads()
    size = ARROW_ROWS if by_arrow else ROWS
    number_texts: Callable[[FloatFormat, Any], Any] = arrow.texts if by_arrow else texts
    join_lines = arrow.join if by_arrow else join

    def piece(start: int) -> str:
        numbers = [number_texts(format_, column[start : start + size]) for column in columns]
        indices = verified[bisect_left(verified, start) : bisect_left(verified, start + size)]
        verdicts = [checks[index] for index in indices]
        analytic = [check.analytic for check in verdicts if check.analytic is not None]
        exact = iter(texts(format_, analytic if few else _array(analytic)))
        rest = [after(c, "" if c.analytic is None else next(exact)) for c in verdicts]
        ends = dict(zip((index - start for index in indices), rest, strict=True))
        return join_lines(before, numbers, after(UNVERIFIED, ""), ends)

    starts = range(0, count, size)
    if not by_arrow:  # Python's lock is held all the time
        yield from map(piece, starts)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1)) as threads:
        yield from threads.map(piece, starts)


def _array(values: list[float]) -> Array:
    import numpy as np

    return np.array(values, np.float64)


def join(
    before: Sequence[str], numbers: Sequence[list[str]], unverified: str, ends: Mapping[int, str]
) -> str:
    """Lines of the numbers, with texts `before` them, and then their end or else `unverified`."""
    count, width = len(numbers[0]), 2 * len(numbers) + 1
    cells = [unverified] * (width * count)
    for number, (text, column) in enumerate(zip(before, numbers, strict=True)):
        cells[2 * number :: width] = [text] * count
        cells[2 * number + 1 :: width] = column
    for index, end in ends.items():
        cells[width * index + width - 1] = end
    return "".join(cells)
