"""Points in text: one number a line, or a table with a header of names (CSV, TSV, JSON lines).

Text is read in blocks of whole lines. The numbers of a block without anything unusual are read
by pyarrow, if that is installed, or else by `float`. Whatever those do not take, and every field
of which rounding is in doubt, is read exactly, by the function that knows what to say of it.
"""

from __future__ import annotations

import contextlib
import csv
import importlib
import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from typing import Any, TextIO

from tapecli.errors import PointsError, UsageError, clipped, together, twice
from tapecli.floats import FloatFormat, counted
from tapecli.points import exact, text_files
from tapecli.points.exact import too_many
from tapecli.points.text_files import Text

Columns = dict[str, Any]
"""The values of each variable, as many for each: tuples or arrays."""

LINES_SIZE = 1 << 18
"""Characters of numbers, one a line, that are read at once."""
ROWS_SIZE = 1 << 22
"""Characters of a table that are read at once."""

_MISSING = object()
"""What a JSON object that lacks a name has for it."""


def length(columns: Columns) -> int:
    """How many values each variable has."""
    return len(next(iter(columns.values())))


def _columns(
    text: Text,
    size: int,
    read: Callable[[str, int], Columns],
    most: int,
    unit: str,
    start: str = "",
) -> Iterator[Columns]:
    """The columns of each block of a text, which `read` makes of lines and the number of the first.

    No more is read than shows that there are more than `most`. `start` is a line of the first
    block that has been read already. Messages call the points by `unit`.
    """
    count = 0
    while True:
        first = text.line - bool(start)
        block = start + text.block(min(size, 2 * (most + 1 - count)))
        if not block:
            break
        columns = read(block, first)
        count += length(columns)
        if count > most:
            raise too_many(most, unit)
        yield columns
        start = ""
    if not count:
        raise PointsError(f"there are no {unit}")


def _is_simple(text: str) -> bool:
    """Whether `float` reads nothing in this text that is no number of the language of points."""
    return text.isascii() and "_" not in text


# --- one number a line ------------------------------------------------------------------------


def lines(
    variable: str, source: str, stdin: TextIO | None, format_: FloatFormat, most: int
) -> Iterator[Columns]:
    """The numbers of "-" or "@file", one a line, at most so many; any other line is a PointsError.

    Blank lines and those that begin with # are passed over.
    """

    def read(block: str, first: int) -> Columns:
        numbers, entries = text_files.split(block, first)

        def exact_at(index: int) -> Fraction:
            try:
                entry = entries[index].strip()
                first, *rest = entry.split(None, 1)
                is_list = "," in entry and "(" not in entry
                if is_list or ".." in entry or (rest and exact.is_decimal(first)):
                    raise PointsError(f"'{clipped(entry)}' is not one number")
                return exact.constant(entry)
            except UsageError as error:
                raise PointsError(f"line {numbers[index]} of {text.name}: {error}") from None

        is_simple = _is_simple(block)
        return {variable: exact.rounded_fields(entries, exact_at, format_, is_simple)}

    with text_files.open_text(source, stdin) as text:
        yield from _columns(text, LINES_SIZE, read, most, "points")


# --- tables -----------------------------------------------------------------------------------


class Table:
    """A table in the text "-" or "@file", whose header is read at once and its rows later, once.

    What kind of table it is shows in its first line: JSON lines begin with a brace, a header
    with a tab in it is that of TSV, and any other that of CSV. Blank lines, and those that begin
    with #, are passed over. Messages call it by `name`; the `names` of its columns are those of
    the header, or of the first object. A table that cannot be read is a PointsError.
    """

    def __init__(self, source: str, stdin: TextIO | None = None) -> None:
        text_files.refuse_arrays(source)
        with contextlib.ExitStack() as stack:
            self._text = stack.enter_context(text_files.open_text(source, stdin))
            self.name = self._text.name
            lines = (entry for entry in self._text.lines() if text_files.counts(entry[1]))
            number, line = next(lines, (0, ""))
            if not line:
                raise PointsError(f"there is nothing in {self.name}")
            self._context = stack.pop_all()
        self._first = line if line.lstrip().startswith("{") else ""
        self._delimiter = "" if self._first else "\t" if "\t" in line else ","
        if self._first:
            self.names = tuple(self._object(number, line))
        else:
            self.names = tuple(map(str.strip, self._fields(number, line.rstrip("\r\n"))))
        check_columns(self.names, (), self.name)

    def blocks(
        self, variables: Sequence[str], format_: FloatFormat, most: int
    ) -> Iterator[Columns]:
        """The numbers of the columns of these names, a block of rows after the other.

        Rows that cannot be read or do not fit the header, more than `most`, or none, are refused.
        """
        with self._context:
            read = partial(self._read, variables, format_)
            unit = f"rows in {self.name}"
            yield from _columns(self._text, ROWS_SIZE, read, most, unit, self._first)

    def _read(
        self, variables: Sequence[str], format_: FloatFormat, block: str, first: int
    ) -> Columns:
        """The columns of a block of lines, of which the first has this number."""
        is_json = not self._delimiter
        is_simple = not is_json and _is_simple(block)
        if is_simple and (columns := self._by_arrow(variables, format_, block, first)):
            return columns
        numbers, lines = text_files.split(block, first)
        rows: Any = (
            list(map(self._object, numbers, lines)) if is_json else self._rows(numbers, lines)
        )
        columns = {}
        for name in variables:
            index = self.names.index(name)
            fields = [row.get(name, _MISSING) if is_json else row[index] for row in rows]

            def exact_at(index: int, name: str = name, fields: Sequence[Any] = fields) -> Fraction:
                return self._value(numbers[index], fields[index], name)

            columns[name] = exact.rounded_fields(fields, exact_at, format_, is_simple)
        return columns

    def _by_arrow(
        self, variables: Sequence[str], format_: FloatFormat, text: str, first: int
    ) -> Columns | None:
        """The columns, unless there is anything that pyarrow may take for something else."""
        if text.count("\n") <= exact.MAX_EXACT or any(sign in text for sign in '"#\r'):
            return None
        try:
            arrow, arrow_csv = map(importlib.import_module, ("pyarrow", "pyarrow.csv"))
        except ImportError:
            return None
        import numpy as np

        from tapecli.points import rounding

        data = text.encode()
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
        if max(np.diff(ends, prepend=-1, append=len(data))) > exact.MAX_NUMBER:
            return None
        try:
            table = arrow_csv.read_csv(
                arrow.BufferReader(data),
                arrow_csv.ReadOptions(column_names=self.names, block_size=len(data) + 1),
                arrow_csv.ParseOptions(
                    delimiter=self._delimiter, quote_char=False, ignore_empty_lines=False
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(variables, arrow.float64()),
                    include_columns=variables,
                    null_values=[],
                    check_utf8=False,
                ),
            )
        except arrow.ArrowInvalid:
            return None
        if table.num_rows != len(ends) + (not text.endswith("\n")):
            return None
        lines = cache(partial(str.split, text, "\n"))  # only if one is asked for
        columns = {}
        for name in variables:
            values, uncertain = rounding.settled(table.column(name).to_numpy(), format_)
            column = self.names.index(name)

            def exact_at(index: int, name: str = name, column: int = column) -> Fraction:
                fields = self._fields(first + index, lines()[index])
                return self._value(first + index, fields[column], name)

            columns[name] = rounding.decide(values, uncertain, exact_at, format_)
        return columns

    def _rows(self, numbers: Sequence[int], lines: list[str]) -> list[list[str]]:
        """The fields of each line in the order of the names."""
        try:
            rows = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            rows = []
        if len(rows) == len(lines) and set(map(len, rows)) <= {len(self.names)}:
            return rows
        rows = []
        for number, line in zip(numbers, lines, strict=True):
            rows.append(fields := self._fields(number, line.rstrip("\r")))
            if len(fields) != len(self.names):
                raise PointsError(
                    f"line {number} of {self.name} has {counted(len(fields), 'field')}, "
                    f"but the header has {len(self.names)}"
                )
        return rows

    def _fields(self, number: int, line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            raise PointsError(f"line {number} of {self.name} cannot be read: {error}") from None

    def _object(self, number: int, line: str) -> dict[str, Any]:
        problem = "it is no JSON object"
        try:
            row = json.loads(line, parse_float=decimal, object_pairs_hook=_distinct)
            if isinstance(row, dict):
                return row
        except PointsError as error:
            problem = str(error)
        except (ValueError, RecursionError):
            pass
        raise PointsError(f"line {number} of {self.name}: {problem}")

    def _value(self, number: int, field: Any, name: str) -> Fraction:
        """The number in the field of a line."""
        if field is _MISSING:
            raise PointsError(f"line {number} of {self.name} has no '{name}'")
        try:
            if isinstance(field, float):  # Python reads NaN and Infinity, which JSON has not
                raise PointsError(f"{json.dumps(field)} is not a number")
            return of_field(field)
        except UsageError as error:
            raise PointsError(f"line {number} of {self.name}, '{name}': {error}") from None


def of_field(field: Any) -> Fraction:
    """The number in a field of a table: a number, or one as text; any other is a PointsError."""
    if isinstance(field, str):
        return exact.constant(field)
    if field is None or isinstance(field, bool | list | dict):
        raise PointsError(f"{clipped(json.dumps(field, default=str))} is not a number")
    return exact.number(field)


def check_columns(names: Sequence[str], required: Sequence[str], source: str) -> None:
    """Raise a PointsError about a table that has a column twice, or lacks a required one."""
    if (field := twice(names)) is not None:
        raise PointsError(f"the header of {source} has '{clipped(field)}' twice")
    if missing := [name for name in required if name not in names]:
        has, lacks = (
            together([f"'{clipped(n)}'" for n in columns]) for columns in (names, missing)
        )
        raise PointsError(f"the header of {source} has {has}, but not {lacks}")


def decimal(text: str) -> Decimal | str:
    """A decimal; one with an exponent that none can have stays text, which is no number here."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise PointsError("a name is there twice")
    return row
