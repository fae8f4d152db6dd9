"""Lines of text in bulk: numbers between texts that are the same in every line of a block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from tapecli import process
from tapecli.floats import Array, FloatFormat
from tapecli.formats import arrow, columns
from tapecli.formats.columns import STATUSES
from tapecli.result import UNVERIFIED, Block, Check

if TYPE_CHECKING:
    from tapecli.formats.columns import Verdicts

Texts: TypeAlias = Callable[[FloatFormat, "Array | list[float]"], list[str]]
"""Makes texts of numbers."""

ROWS = 16_384
"""Rows in a piece of text."""

MAX_THREADS = 4
"""How many pieces pyarrow writes at a time, if there are as many cores."""

MANY = 8
"""Of verdicts on no more than one row of so many, each is written by Python."""


def lines(
    before: Sequence[str],
    numbers: Sequence[Array | list[float]],
    ending: str,
    block: Block | None,
    format_: FloatFormat,
    texts: Texts = FloatFormat.texts,
    missing: str = "",
) -> Iterator[str]:
    """A line for each row of some columns of numbers, in large pieces.

    Args:
        before: the text in front of each number; the first one begins the line.
        numbers: the columns, which are lists where they are few.
        ending: the rest of a line, with three {} for the analytic value, ulps and status.
        block: what has the verdicts; None if `ending` has none.
        format_: the dtype.
        texts: the texts of numbers; pyarrow writes only those of `FloatFormat.texts`.
        missing: the text of a number that is not there.
    """
    unverified = ending.format(missing, missing, UNVERIFIED.status.value)
    count = len(numbers[0])
    if isinstance(numbers[0], list):
        checks = block.checks if block else {}
        ends = {i: _ending(check, ending, format_, texts, missing) for i, check in checks.items()}
        few = [texts(format_, column) for column in numbers]
        yield join(before, few, either(unverified, ends, count))
        return
    by_arrow = texts is FloatFormat.texts and arrow.is_worth(count)
    tools: Any = (arrow.texts, arrow.either, arrow.join) if by_arrow else (texts, either, join)
    number_texts, fill, join_lines = tools
    verdicts = block and columns.verdicts(block)

    def piece(start: int) -> str:
        part = slice(start, start + ROWS)
        values = [number_texts(format_, column[part]) for column in numbers]
        known = verdicts and verdicts.at(part)
        if known and by_arrow and MANY * len(known.verified) > len(values[0]):
            rest = arrow.endings(known, ending, format_, missing)
        else:
            ends = _endings(known, ending, format_, texts, missing) if known else {}
            rest = fill(unverified, ends, len(values[0]))
        text: str = join_lines(before, values, rest)
        return text

    starts = range(0, count, ROWS)
    if not by_arrow:  # Python's lock is held all the time
        yield from map(piece, starts)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(MAX_THREADS, process.cores())) as threads:
        yield from threads.map(piece, starts)


def _ending(check: Check, ending: str, format_: FloatFormat, texts: Texts, missing: str) -> str:
    """The rest of a line with this verdict."""
    analytic = missing if check.analytic is None else texts(format_, [check.analytic])[0]
    ulps = missing if check.ulps is None else check.ulps
    return ending.format(analytic, ulps, check.status.value)


def _endings(
    verdicts: Verdicts, ending: str, format_: FloatFormat, texts: Texts, missing: str
) -> dict[int, str]:
    """The rest of each line that has a verdict, by the index of its row."""
    rows = verdicts.verified
    at = verdicts.at(rows)

    def or_missing(texts: Iterable[str], there: Any) -> list[str]:
        pairs = zip(texts, there.tolist(), strict=True)
        return [text if is_there else missing for text, is_there in pairs]

    analytic = or_missing(texts(format_, at.analytic), at.has_analytic)
    ulps = or_missing(map(str, at.ulps.tolist()), at.has_ulps)
    statuses = map(STATUSES.__getitem__, at.statuses.tolist())
    ends = map(ending.format, analytic, ulps, statuses)
    return dict(zip(rows.tolist(), ends, strict=True))


def either(usual: str, others: Mapping[int, str], count: int) -> list[str]:
    """So many times the usual text; `others` stand at their indices."""
    texts = [usual] * count
    for index, text in others.items():
        texts[index] = text
    return texts


def join(before: Sequence[str], numbers: Sequence[list[str]], rest: list[str]) -> str:
    """Lines of the numbers, with texts `before` them, and then their end from `rest`."""
    width = 2 * len(numbers) + 1
    cells = rest * width
    for number, (text, column) in enumerate(zip(before, numbers, strict=True)):
        cells[2 * number :: width] = [text] * len(rest)
        cells[2 * number + 1 :: width] = column
    cells[width - 1 :: width] = rest
    return "".join(cells)
