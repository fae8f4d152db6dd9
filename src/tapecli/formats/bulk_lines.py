"""Lines of text in bulk: numbers between texts that are the same in every line of a block."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from tapecli.floats import Array, FloatFormat
from tapecli.formats import arrow
from tapecli.result import Checks, Status

ROWS = 16_384
"""Rows in a piece of text."""

ARROW_ROWS = 32_768
"""Rows in a piece of text that pyarrow writes."""

MAX_THREADS = 4
"""How many of these pieces are written at a time, if there are as many cores."""


def lines(
    before: Sequence[str],
    columns: Sequence[Array | list[float]],
    after: Callable[[str, str, Status], str],
    checks: Checks,
    format_: FloatFormat,
    texts: Callable[[FloatFormat, Array | list[float]], list[str]] = FloatFormat.texts,
) -> Iterator[str]:
    """A line for each row of the columns, in large pieces.

    Args:
        before: the text in front of each number; the first one begins the line.
        columns: the numbers, in lists where they are few.
        after: the rest of a line, made from the texts of the analytic value and of the ulps, ""
            where there are none, and from the status.
        checks: the verdicts by the index of the row; the others are unverified.
        format_: the dtype.
        texts: the texts of numbers; pyarrow writes only those of `FloatFormat.texts`.
    """
    count, few = len(columns[0]), isinstance(columns[0], list)
    by_arrow = texts is FloatFormat.texts and count >= arrow.MIN_ROWS and arrow.loads()
    size = ARROW_ROWS if by_arrow else ROWS
    number_texts: Callable[[FloatFormat, Any], Any] = arrow.texts if by_arrow else texts
    join_lines = arrow.join if by_arrow else join
    unverified = after("", "", Status.UNVERIFIED)

    def exact_texts(analytic: Any) -> list[str]:
        return texts(format_, analytic if few else _array(analytic))

    def piece(start: int) -> str:
        numbers = [number_texts(format_, column[start : start + size]) for column in columns]
        ends = dict(_special(checks, start, size, after, exact_texts))
        ends.update(_plain(checks, start, size, after, exact_texts))
        return join_lines(before, numbers, unverified, ends)

    starts = range(0, count, size)
    if not by_arrow:  # Python's lock is held all the time
        yield from map(piece, starts)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1)) as threads:
        yield from threads.map(piece, starts)


def _special(
    checks: Checks,
    start: int,
    size: int,
    after: Callable[[str, str, Status], str],
    texts: Callable[[list[float]], list[str]],
) -> Iterator[tuple[int, str]]:
    """The ends of the lines whose verdicts are objects, by their numbers from `start`."""
    numbers = list(checks.special)
    indices = numbers[bisect_left(numbers, start) : bisect_left(numbers, start + size)]
    verdicts = [checks.special[index] for index in indices]
    analytic = [check.analytic for check in verdicts if check.analytic is not None]
    exact = iter(texts(analytic))
    for index, check in zip(indices, verdicts, strict=True):
        exact_text = "" if check.analytic is None else next(exact)
        yield index - start, after(exact_text, _ulps(check.ulps), check.status)


def _plain(
    checks: Checks,
    start: int,
    size: int,
    after: Callable[[str, str, Status], str],
    texts: Callable[[Any], list[str]],
) -> Iterable[tuple[int, str]]:
    """The ends of the lines whose verdicts are in arrays, by their numbers from `start`."""
    part = slice(*(bisect_left(checks.indices, index) for index in (start, start + size)))
    if part.start == part.stop:
        return ()
    plain: Any = checks.plain
    ulps = repeat(None) if plain.ulps is None else plain.ulps[part].tolist()
    ends = map(after, texts(plain.analytic[part]), map(_ulps, ulps), repeat(plain.status))
    return zip((checks.indices[part] - start).tolist(), ends, strict=False)


def _ulps(ulps: int | None) -> str:
    return "" if ulps is None else str(ulps)


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
