"""Points from the columns of a Parquet file, by pyarrow."""

from __future__ import annotations

import bisect
import contextlib
import importlib
import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from tapecli.errors import PointsError, RequestError, clipped
from tapecli.floats import FloatFormat
from tapecli.points import exact, tables, text_files
from tapecli.points.tables import Columns

_BATCH = 1 << 17
"""Rows that are read at once."""


class Parquet:
    """A table in a Parquet file, which messages call by `name`."""

    def __init__(self, path: str) -> None:
        self._path, self.name = path, text_files.quoted(path)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns; reading them may raise a PointsError or RequestError."""
        return tuple(self._file.schema_arrow.names)

    @property
    def count(self) -> int:
        """How many rows it has."""
        return int(self._file.metadata.num_rows)

    def blocks(
        self, columns: Mapping[str, str], format_: FloatFormat, skip: int = 0
    ) -> Iterator[Columns]:
        """The numbers of columns, by the names of variables, after the first `skip` rows.

        No rows, and what is no number or does not fit, are a PointsError.
        """
        if not self.count:
            raise PointsError(f"there are no rows in {self.name}")
        metadata = self._file.metadata
        rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        ends = list(itertools.accumulate(rows))
        group = bisect.bisect_right(ends, skip)
        if group == len(ends):  # pyarrow 18 takes no groups for a mistake
            return
        groups, names = list(range(group, len(ends))), list(dict.fromkeys(columns.values()))
        first = ends[group] - rows[group]
        with self._readable():
            for batch in self._file.iter_batches(_BATCH, row_groups=groups, columns=names):
                start = max(0, min(skip - first, len(batch)))
                first += start
                rest = batch.slice(start)
                if len(rest):
                    yield {
                        variable: self._rounded(rest.column(column), column, format_, first)
                        for variable, column in columns.items()
                    }
                first += len(rest)

    def _rounded(self, column: Any, name: str, format_: FloatFormat, first: int) -> Any:
        types = importlib.import_module("pyarrow.types")
        name = f"'{clipped(name)}' of {self.name}"
        real = types.is_floating(column.type) or types.is_integer(column.type)
        if real and not column.null_count:
            from tapecli.points import rounding

            return rounding.of_array(column.to_numpy(zero_copy_only=False), format_, name, first)
        fields = column.to_pylist()

        def exact_at(index: int) -> Fraction:
            try:
                return tables.of_field(fields[index])
            except PointsError as error:
                raise PointsError(f"index {first + index} of {name}: {error}") from None

        return exact.rounded_fields(fields, exact_at, format_)

    @cached_property
    def _file(self) -> Any:
        try:
            module = importlib.import_module("pyarrow.parquet")
        except ImportError:
            raise RequestError(
                "reading Parquet needs pyarrow; pip install 'tapecli[arrow]'"
            ) from None
        with self._readable():
            return module.ParquetFile(self._path)

    @contextlib.contextmanager
    def _readable(self) -> Iterator[None]:
        """What the library raises becomes a PointsError."""
        broken = importlib.import_module("pyarrow").ArrowException
        try:
            yield
        except OSError as error:
            if error.strerror:
                raise PointsError(text_files.unreadable(self.name, error)) from None
            raise PointsError(f"{self.name} is a damaged Parquet file") from None
        except broken:
            raise PointsError(f"{self.name} is no Parquet file") from None
