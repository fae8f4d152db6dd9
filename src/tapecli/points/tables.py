"""Rows of points: a table with a header of names, as CSV, TSV or JSON lines."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TextIO

from tapecli.errors import PointsError, UsageError, clipped, counted, together, twice
from tapecli.points import ranges, text_files


@dataclass(frozen=True)
class Table:
    """A table as it was read; its fields are numbers when they are asked for.

    Attributes:
        source: what messages call it.
        names: the names of its columns.
        rows: for each row the number of its line, and its fields by the names of the columns.
    """

    source: str
    names: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, Any]], ...]

    def columns(self, names: Sequence[str]) -> dict[str, tuple[Fraction, ...]]:
        """The numbers of the columns of these names.

        Raises:
            PointsError: a column is missing, or a field is not a number.
        """
        if missing := [name for name in names if name not in self.names]:
            has, lacks = _quoted(self.names), _quoted(missing)
            raise PointsError(f"the header of {self.source} has {has}, but not {lacks}")
        return {
            name: tuple(self.value(line, row, name) for line, row in self.rows) for name in names
        }

    def value(self, line: int, row: Mapping[str, Any], name: str) -> Fraction:
        """The number in one field of a row.

        Raises:
            PointsError: it is missing or not a number.
        """
        place = f"line {line} of {self.source}"
        if name not in row:
            raise PointsError(f"{place} has no '{name}'")
        field = row[name]
        if isinstance(field, bool) or not isinstance(field, str | int | Decimal):
            shown = clipped(json.dumps(field, default=str))
            raise PointsError(f"{place}, '{name}': {shown} is not a number")
        try:
            return ranges.constant(field) if isinstance(field, str) else ranges.number(field)
        except UsageError as error:
            raise PointsError(f"{place}, '{name}': {error}") from None


def read(source: str, stdin: TextIO | None = None) -> Table:
    """Read a table.

    What kind of table it is shows in its first line: JSON lines begin with a brace, a header
    with a tab in it is that of TSV, and any other that of CSV. Blank lines, and those that begin
    with #, are passed over.

    Args:
        source: "-", or "@" and the name of a file.
        stdin: what "-" reads.

    Raises:
        PointsError: the table cannot be read, has a column twice, has a row with more or fewer
            fields than the header, or has too many rows or none.
    """
    ranges.refuse_arrays(source)
    with text_files.opened(source, stdin) as (lines, name):
        counted = _limited(counted_lines(text_files.lines(lines, name)), name)
        first = next(counted, None)
        if first is None:
            raise PointsError(f"there is nothing in {name}")
        if is_object(first[1]):
            rows = list(objects(itertools.chain([first], counted), name))
            names = tuple(dict.fromkeys(column for _, row in rows for column in row))
        else:
            delimiter = delimiter_of(first[1])
            names = header(first, delimiter, name)
            rows = list(records(counted, names, delimiter, name))
    if not rows:
        raise PointsError(f"there are no rows in {name}")
    return Table(name, names, tuple(rows))


def names(lines: Sequence[str], source: str) -> tuple[str, ...]:
    """The names of the columns of a table, from how it begins.

    Raises:
        PointsError: it has no header that can be read.
    """
    first = next(counted_lines(enumerate(lines, 1)), None)
    if first is None:
        return ()
    if is_object(first[1]):
        return tuple(name for _, row in objects([first], source) for name in row)
    return header(first, delimiter_of(first[1]), source)


def counted_lines(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines that count, of lines with their numbers."""
    for number, line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.rstrip("\r\n")


def _limited(lines: Iterator[tuple[int, str]], name: str) -> Iterator[tuple[int, str]]:
    for rows, line in enumerate(lines):
        if rows > ranges.MAX_POINTS:
            raise PointsError(f"more than {ranges.MAX_POINTS:,} rows in {name}")
        yield line


def is_object(line: str) -> bool:
    """Whether the first line of a table says that it is one of JSON lines."""
    return line.lstrip().startswith("{")


def delimiter_of(line: str) -> str:
    """What stands between the fields of a table with this header."""
    return "\t" if "\t" in line else ","


def header(line: tuple[int, str], delimiter: str, name: str) -> tuple[str, ...]:
    """The names in the first line of a table."""
    names = tuple(field.strip() for field in _fields(line, delimiter, name))
    once(names, name)
    return names


def once(names: Sequence[str], name: str) -> None:
    """Refuse the header of a table that has a column twice."""
    if (field := twice(names)) is not None:
        raise PointsError(f"the header of {name} has '{clipped(field)}' twice")


def records(
    lines: Iterable[tuple[int, str]], names: Sequence[str], delimiter: str, name: str
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a table with a header, with the numbers of their lines."""
    for number, line in lines:
        fields = _fields((number, line), delimiter, name)
        if len(fields) != len(names):
            raise PointsError(
                f"line {number} of {name} has {counted(len(fields), 'field')}, "
                f"but the header has {len(names)}"
            )
        yield number, dict(zip(names, fields, strict=True))


def objects(lines: Iterable[tuple[int, str]], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a table of JSON lines, with the numbers of their lines."""
    for number, line in lines:
        try:
            row = json.loads(line, parse_float=decimal, object_pairs_hook=_distinct)
        except (ValueError, RecursionError) as error:
            reason = error.args[0] if isinstance(error, _Twice) else "it is no JSON object"
            raise PointsError(f"line {number} of {name}: {reason}") from None
        if not isinstance(row, dict):
            raise PointsError(f"line {number} of {name}: it is no JSON object")
        yield number, row


def decimal(text: str) -> Decimal | str:
    """A decimal; one with an exponent that none can have stays text, which is no number here."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


class _Twice(ValueError):
    """A JSON object that has a name twice."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise _Twice("a name is there twice")
    return row


def _fields(line: tuple[int, str], delimiter: str, name: str) -> list[str]:
    number, text = line
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise PointsError(f"line {number} of {name} cannot be read: {error}") from None


def _quoted(names: Sequence[str]) -> str:
    return together([f"'{clipped(name)}'" for name in names])
