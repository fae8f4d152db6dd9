"""Rows of points in parts: tables of text as `table` reads them, and faster where that is sure.

A block of lines without anything unusual is read by pyarrow, if that is installed, or else by
the csv module and `float`. Whatever they do not take, and every field of which rounding is in
doubt, is read as `table` does, which knows what to say of it.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from types import ModuleType
from typing import Any, TextIO

import numpy as np

from tapecli.errors import PointsError
from tapecli.floats import FloatFormat
from tapecli.points import tables, text_files, text_lines
from tapecli.points.axes import Columns
from tapecli.points.rounding import decide, settled
from tapecli.points.tables import Table

Row = tuple[int, Mapping[str, Any]]
Numbered = list[tuple[int, str]]

_BLOCK = 1 << 22
"""Characters that are read at once."""


@cache
def arrow(module: str) -> ModuleType | None:
    """A module of pyarrow, or None where it is not installed."""
    try:
        return importlib.import_module(f"pyarrow.{module}")
    except ImportError:
        return None


@dataclass(frozen=True)
class Rows:
    """Rows of a table of text.

    Attributes:
        names: the variables whose columns are wanted.
        source: "-", or "@" and the name of a file.
        stdin: what "-" reads.
        format_: the format.
    """

    names: tuple[str, ...]
    source: str
    stdin: TextIO | None
    format_: FloatFormat
    count: int | None = None
    listed: bool = True

    def blocks(self, skip: int = 0) -> Iterator[Columns]:
        """The points in arrays of any length, without the first so many.

        Raises:
            PointsError: as `table.read` does, but for the number of rows.
        """
        seen = 0
        with text_files.opened(self.source, self.stdin) as (stream, name):
            number, line = _first(stream, name)
            reader = _Reader.of((number, line), name, self.names, self.format_)
            if reader.delimiter is None:
                found = reader.read(number, line + "\n")
                seen += (rows := _count(found))
                if seen > skip:
                    yield found
            for first, text in text_lines.blocks(stream, name, number, _BLOCK):
                found = reader.read(first, text)
                seen += (rows := _count(found))
                if seen > skip:
                    start = max(0, rows - (seen - skip))
                    yield {column: values[start:] for column, values in found.items()}
        if not seen:
            raise PointsError(f"there are no rows in {name}")


def _count(columns: Columns) -> int:
    return len(next(iter(columns.values())))


def _first(stream: TextIO, name: str) -> tuple[int, str]:
    """The first line that counts, with its number."""
    first = next(tables.counted_lines(text_files.lines(stream, name)), None)
    if first is None:
        raise PointsError(f"there is nothing in {name}")
    return first


@dataclass(frozen=True)
class _Reader:
    """How the rows of one table are read.

    Attributes:
        source: what messages call it.
        header: the names of its columns.
        delimiter: what stands between its fields; None for JSON lines.
        wanted: the columns that are read.
        format_: the format.
    """

    source: str
    header: tuple[str, ...]
    delimiter: str | None
    wanted: tuple[str, ...]
    format_: FloatFormat

    @classmethod
    def of(
        cls, first: tuple[int, str], source: str, wanted: tuple[str, ...], format_: FloatFormat
    ) -> _Reader:
        """The reader of a table with this first line."""
        delimiter = None
        if tables.is_object(first[1]):
            names = tuple(next(tables.objects([first], source))[1])
        else:
            delimiter = tables.delimiter_of(first[1])
            names = tables.header(first, delimiter, source)
        Table(source, names, ()).columns(wanted)  # refuses those that are not there
        return cls(source, names, delimiter, wanted, format_)

    def read(self, first: int, text: str) -> Columns:
        """The columns of a block of lines, of which the first has this number."""
        plain = (
            text_lines.is_plain(text) and '"' not in text and "#" not in text and "\r" not in text
        )
        if plain and self.delimiter is not None:
            if (found := self._by_arrow(first, text)) is not None:
                return found
        numbered = list(tables.counted_lines(enumerate(text_lines.split(text), first)))
        if plain and self.delimiter is not None:
            if (found := self._by_csv(numbered)) is not None:
                return found
        return self._by_table(numbered)

    def _by_arrow(self, first: int, text: str) -> Columns | None:
        """The columns, unless there is anything that pyarrow may take for something else."""
        module = arrow("csv")
        if module is None:
            return None
        data = text.encode()
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
        count = len(ends) + (not text.endswith("\n"))
        if max(np.diff(ends, prepend=-1, append=len(data))) > text_lines.LONG:
            return None
        core = importlib.import_module("pyarrow")
        try:
            found = module.read_csv(
                core.BufferReader(data),
                module.ReadOptions(column_names=self.header, block_size=len(data) + 1),
                module.ParseOptions(
                    delimiter=self.delimiter, quote_char=False, ignore_empty_lines=False
                ),
                module.ConvertOptions(
                    column_types=dict.fromkeys(self.wanted, core.float64()),
                    include_columns=self.wanted,
                    null_values=[],
                    check_utf8=False,
                ),
            )
        except core.ArrowInvalid:
            return None
        if found.num_rows != count:
            return None
        split = _Once(lambda: text_lines.split(text))
        columns = {}
        for name in self.wanted:
            values, doubtful = settled(found.column(name).to_numpy(), self.format_)

            def exact(place: int, name: str = name) -> Fraction:
                return self._exact((first + place, split.value[place]), name)

            columns[name] = _decided(values, doubtful, exact, self.format_)
        return columns

    def _by_csv(self, numbered: Numbered) -> Columns | None:
        """The columns, unless some row has more or fewer fields than the header."""
        assert self.delimiter is not None
        try:
            rows = list(csv.reader([line for _, line in numbered], delimiter=self.delimiter))
        except csv.Error:
            return None
        if set(map(len, rows)) - {len(self.header)}:
            return None
        columns = {}
        for name in self.wanted:
            column = self.header.index(name)
            fields = [row[column] for row in rows]
            values, doubtful = text_lines.numbers(fields, self.format_, True)

            def exact(place: int, name: str = name) -> Fraction:
                return self._exact(numbered[place], name)

            columns[name] = _decided(values, doubtful, exact, self.format_)
        return columns

    def _by_table(self, numbered: Numbered) -> Columns:
        rows = list(self._rows(numbered))
        columns = {}
        for name in self.wanted:
            fields = [row.get(name) for _, row in rows]
            values, doubtful = text_lines.numbers(fields, self.format_, False)

            def exact(place: int, name: str = name) -> Fraction:
                return self._table.value(*rows[place], name)

            columns[name] = _decided(values, doubtful, exact, self.format_)
        return columns

    @cached_property
    def _table(self) -> Table:
        return Table(self.source, self.header, ())

    def _rows(self, numbered: Numbered) -> Iterator[Row]:
        if self.delimiter is None:
            return tables.objects(numbered, self.source)
        return tables.records(numbered, self.header, self.delimiter, self.source)

    def _exact(self, line: tuple[int, str], name: str) -> Fraction:
        return self._table.value(*next(self._rows([line])), name)


class _Once:
    """What is made when it is first asked for."""

    def __init__(self, make: Callable[[], Sequence[str]]) -> None:
        self._make = make

    @cached_property
    def value(self) -> Sequence[str]:
        return self._make()


def _decided(
    values: Any, doubtful: Any, exact: Callable[[int], Fraction], format_: FloatFormat
) -> Any:
    if doubtful.any():
        values = values.copy()  # pyarrow's arrays are its own
        decide(values, doubtful, exact, format_)
    return values
