"""Comma-separated values (RFC 4180, but for the line ends, which are \\n)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from tapecli.formats import Screen, bulk_lines, columns
from tapecli.result import Block, Result


def head(result: Result, screen: Screen, delimiter: str = ",") -> str:
    """The line with the names of the columns."""
    return _record(columns.names(result), delimiter)


def body(result: Result, block: Block, screen: Screen, delimiter: str = ",") -> Iterator[str]:
    """A line for each row of a block, in large pieces."""
    blank = delimiter if block.tape is None else ""
    ending = blank + delimiter + delimiter.join(("{}", "{}", "{}")) + "\n"
    start = _record(columns.derivative(block).values(), delimiter).removesuffix("\n") + delimiter
    numbers = [*result.points.numbers.values(), *([] if block.tape is None else [block.tape])]
    before = start, *(delimiter for _ in numbers[1:])
    return bulk_lines.lines(before, numbers, ending, block, result.format_)


def _record(fields: Iterable[object], delimiter: str) -> str:
    """A line of fields, with quotes around those that need them."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow(fields)
    return buffer.getvalue()
