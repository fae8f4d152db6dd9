"""Points from the columns of a Parquet file, by pyarrow."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from tapecli.errors import PointsError, RequestError, clipped
from tapecli.floats import FORMATS, FloatFormat
from tapecli.points import arrays, ranges, text_files
from tapecli.points.axes import Columns
from tapecli.points.rounding import Floats
from tapecli.points.tables import Table, once

_BATCH = 1 << 17
"""Rows that are read at once."""


@dataclass(frozen=True)
class Parquet:
    """Rows of a Parquet file.

    Attributes:
        names: the variables whose columns are wanted.
        path: where the file is.
        format_: the format.
        alone: whether a column of another name will do if it is the only one.
    """

    names: tuple[str, ...]
    path: str
    format_: FloatFormat
    alone: bool = False
    listed: bool = True

    @property
    def count(self) -> int:
        return int(self._file.metadata.num_rows)

    @property
    def there(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(self._file.schema_arrow.names)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read, one for each variable.

        Raises:
            PointsError: one is missing, or there twice.
        """
        there = self.there
        once(there, self._shown)
        if self.alone and len(there) == 1:
            return there
        Table(self._shown, there, ()).columns(self.names)  # refuses those that are not there
        return self.names

    def blocks(self, skip: int = 0) -> Iterator[Columns]:
        """The points in arrays of any length, without the first so many.

        Raises:
            PointsError: a value is no number or does not fit, there are no rows, or they cannot
                be read.
        """
        if not self.count:
            raise PointsError(f"there are no rows in {self._shown}")
        groups, place = self._groups(skip)
        for batch in self._batches(groups):
            start = max(0, min(skip - place, len(batch)))
            if start < len(batch):
                here = place + start
                yield {
                    name: self._rounded(batch.column(column).slice(start), column, here)
                    for name, column in zip(self.names, self.columns, strict=True)
                }
            place += len(batch)

    def _batches(self, groups: list[int]) -> Iterator[Any]:
        if not groups:  # pyarrow 18 takes that for a mistake
            return
        with self._readable():
            yield from self._file.iter_batches(
                _BATCH, row_groups=groups, columns=list(self.columns)
            )

    def _groups(self, skip: int) -> tuple[list[int], int]:
        """The groups of rows that are left, and the place of their first row."""
        metadata, place = self._file.metadata, 0
        for group in range(metadata.num_row_groups):
            rows = metadata.row_group(group).num_rows
            if place + rows > skip:
                return list(range(group, metadata.num_row_groups)), place
            place += rows
        return [], place

    def _rounded(self, column: Any, name: str, first: int) -> Floats:
        types = importlib.import_module("pyarrow.types")
        real = types.is_floating(column.type) or types.is_integer(column.type)
        if real and not column.null_count:
            array = column.to_numpy(zero_copy_only=False)
            return arrays.rounded(array, self.format_, f"'{clipped(name)}' of {self._shown}", first)
        return np.array(
            [
                ranges.fitting(self._value(field, name, first + place), self.format_)
                for place, field in enumerate(column.to_pylist())
            ]
        )

    def _value(self, field: Any, name: str, place: int) -> Fraction:
        place_ = f"index {place} of '{clipped(name)}' of {self._shown}"
        if field is None or isinstance(field, bool):
            raise PointsError(f"{place_}: {str(field).lower()} is not a number")
        try:
            return ranges.constant(field) if isinstance(field, str) else ranges.number(field)
        except PointsError as error:
            raise PointsError(f"{place_}: {error}") from None

    @property
    def _shown(self) -> str:
        return text_files.shown(self.path)

    @cached_property
    def _file(self) -> Any:
        module = _parquet()
        with self._readable():
            return module.ParquetFile(self.path)

    @contextlib.contextmanager
    def _readable(self) -> Iterator[None]:
        """What the library raises becomes a PointsError."""
        broken = importlib.import_module("pyarrow").ArrowException
        try:
            yield
        except OSError as error:
            if error.strerror:
                raise PointsError(text_files.unreadable(self._shown, error)) from None
            raise PointsError(f"{self._shown} is a damaged Parquet file") from None
        except broken:
            raise PointsError(f"{self._shown} is no Parquet file") from None


def _parquet() -> ModuleType:
    try:
        return importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise RequestError("reading Parquet needs pyarrow; pip install 'tapecli[arrow]'") from None


def names(path: str) -> tuple[str, ...]:
    """The names of the columns of a file.

    Raises:
        PointsError: it cannot be read.
        RequestError: pyarrow is missing.
    """
    return Parquet((), path, FORMATS["float64"]).there
