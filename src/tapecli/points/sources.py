"""Points of any number, in arrays: as `points` has them, but never all of them at once.

Every point is rounded once into the dtype, and is the same number that `points` makes of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TextIO

import numpy as np
from numpy.typing import NDArray

from tapecli.errors import PointsError, RequestError, together
from tapecli.expressions.tree import natural
from tapecli.floats import FloatFormat
from tapecli.points import arrays, bulk_ranges, points, ranges, tables
from tapecli.points.axes import Axis, Columns, Joined, Known, Repeated
from tapecli.points.bulk_tables import Rows
from tapecli.points.parquet import Parquet
from tapecli.points.points import TOGETHER
from tapecli.points.ranges import PointsLike
from tapecli.points.text_lines import Lines

Part = Axis | Lines | Rows | Parquet
"""What has the values of some variables: by their places, or one after the other."""


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some of the points, one after the other: the `Points` of a result.

    Attributes:
        columns: the values of each variable.
        dimension: the name of the only axis: a variable's, or `points.TOGETHER`.
    """

    columns: dict[str, NDArray[np.float64]]
    dimension: str

    @property
    def names(self) -> tuple[str, ...]:
        """The variables."""
        return tuple(self.columns)

    @property
    def dimensions(self) -> dict[str, int]:
        """The only axis, with its length."""
        return {self.dimension: len(self)}

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def at(self, place: int) -> dict[str, float]:
        """The point at this place."""
        return {name: float(values[place]) for name, values in self.columns.items()}

    def along(self, name: str) -> NDArray[np.float64]:
        """The values of one variable."""
        return self.columns[name]


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """Chunks one after the other, as one."""
    first = chunks[0]
    return Chunk(_joined([chunk.columns for chunk in chunks], first.names), first.dimension)


class Source(Protocol):
    """Points in parts.

    Attributes:
        names: the variables, x2 before x10.
        count: how many points there are, if that is known before they are read.
        dimensions: the axes of an array of all points by name, with their lengths; None for one
            that is not known.
    """

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def count(self) -> int | None: ...

    @property
    def dimensions(self) -> Mapping[str, int | None]: ...

    def chunks(self, size: int, skip: int = 0) -> Iterator[Chunk]:
        """The points in arrays of this size, of which the last may be shorter.

        Files are read anew by each call; standard input is read once.

        Args:
            size: how many points an array has.
            skip: how many points to leave out first.

        Raises:
            PointsError: values cannot be read, do not fit the dtype, or are not as many.
        """
        ...


def open_source(
    given: Mapping[str, PointsLike],
    rows: str | None,
    names: Sequence[str],
    format_: FloatFormat,
    paired: bool = False,
    stdin: TextIO | None = None,
) -> Source:
    """The points of a request, of which there may be any number.

    A file, or standard input, is read in parts if no other variable has several values or if
    values go side by side. It is read whole otherwise, up to `grid.MAX_POINTS`.

    Args:
        given: the values of variables by name, in the language of `grid`, or "@" and the name of
            a file of NumPy's (.npy) or a Parquet file.
        rows: where a table with the values of the other variables is: "-" or "@file", which may
            be a Parquet file; or None.
        names: the variables that need a value.
        format_: the dtype.
        paired: whether the values go side by side.
        stdin: what "-" reads.

    Raises:
        PointsError: values cannot be read, do not fit the dtype, or are not as many.
        RequestError: a variable has no value or two, or pyarrow is missing.
    """
    needed = tuple(name for name in names if name not in given)
    parts: list[Part] = []
    if rows is not None:
        if not needed:
            raise RequestError("every variable has a value beside those of the table")
        parts.append(_of_rows(rows, needed, format_, stdin))
    elif needed:
        points.read({}, None, needed, format_)  # says which are missing
    parts += [_of_values(name, given[name], format_, stdin) for name in sorted(given, key=natural)]
    parts.sort(key=lambda part: natural(part.names[0]))
    several = [part.listed if paired else part.count != 1 for part in parts]
    if sum(several) == 1 or (paired and any(several)):
        beside = [part for part, listed in zip(parts, several, strict=True) if listed]
        alone = [part for part, listed in zip(parts, several, strict=True) if not listed]
        return Beside(beside, alone)
    return Product(tuple(map(_whole, parts)))


def _of_rows(rows: str, names: tuple[str, ...], format_: FloatFormat, stdin: TextIO | None) -> Part:
    kind = rows.lower()
    if kind.endswith(ranges.NPY):
        raise RequestError(
            f"an array has no names for its columns: give {names[0]} and its like one each"
        )
    if kind.endswith(ranges.PARQUET):
        return _checked(Parquet(names, rows[1:], format_))
    return Rows(names, rows, stdin, format_)


def _of_values(name: str, values: PointsLike, format_: FloatFormat, stdin: TextIO | None) -> Part:
    if not isinstance(values, str):
        known = arrays.of_numbers(values, format_)
        if not known.count:
            raise PointsError("there are no points")
        return Axis({name: known}, known.count > 1 or not ranges.is_single(values))
    if values.startswith("@") and values.lower().endswith(ranges.NPY):
        return Axis({name: arrays.opened(values[1:], format_)})
    if values.startswith("@") and values.lower().endswith(ranges.PARQUET):
        return _checked(Parquet((name,), values[1:], format_, alone=True))
    if values == "-" or values.startswith("@"):
        return Lines(name, values, stdin, format_)
    parts = [bulk_ranges.values_of(range_, format_) for range_ in ranges.ranges(values)]
    return Axis({name: Joined(parts)}, not ranges.is_single(values))


def _checked(part: Parquet) -> Parquet:
    """The same, if its columns are there."""
    assert part.columns
    return part


def _whole(part: Part) -> Axis:
    """A file as an axis of a product: all of its values."""
    if isinstance(part, Axis):
        return part
    if isinstance(part, Rows):
        read = tables.read(part.source, part.stdin).columns(part.names)
        rounded = {name: ranges.rounded(read[name], part.format_) for name in part.names}
        return Axis({name: Known(np.array(values)) for name, values in rounded.items()})
    blocks, seen = [], 0
    for block in part.blocks():
        blocks.append(block)
        seen += len(block[part.names[0]])
        if seen > ranges.MAX_POINTS:
            raise PointsError(f"more than {ranges.MAX_POINTS:,} points")
    columns = {name: np.concatenate([block[name] for block in blocks]) for name in part.names}
    return Axis({name: Known(values) for name, values in columns.items()})


# --- how values go together -------------------------------------------------------------------


class Beside:
    """Values side by side, with constants."""

    def __init__(self, parts: Sequence[Part], constants: Sequence[Part]) -> None:
        self._parts = parts
        self._constants = [_whole(part) for part in constants]
        everything = [name for part in (*parts, *self._constants) for name in part.names]
        self.names = tuple(sorted(everything, key=natural))
        listed = [name for part in parts for name in part.names]
        self._dimension = listed[0] if len(listed) == 1 else TOGETHER
        if sum(getattr(part, "source", "") == "-" for part in parts) > 1:
            raise PointsError(f"standard input cannot be read for {together(listed)} at once")
        counts = [part.count for part in parts if part.count is not None]
        if len(set(counts)) > 1:
            self._refuse(counts if len(counts) == len(parts) else [])
        self.count = counts[0] if counts else None
        self.dimensions = {self._dimension: self.count}

    def chunks(self, size: int, skip: int = 0) -> Iterator[Chunk]:
        alone = {name: float(axis.values[name].take(0, 1)[0])
                 for axis in self._constants for name in axis.names}  # fmt: skip
        streams = [_chunks(part, size, skip) for part in self._parts]
        while any(found := [next(stream, None) for stream in streams]):
            columns: Columns = {}
            for part in found:
                columns |= part or {}
            lengths = set(map(len, columns.values()))
            if len(lengths) > 1 or None in found:
                self._refuse([])
            (length,) = lengths
            columns |= {name: np.full(length, value) for name, value in alone.items()}
            yield Chunk({name: columns[name] for name in self.names}, self._dimension)

    def _refuse(self, counts: Sequence[int]) -> None:
        names = [together(list(part.names)) for part in self._parts]
        if counts:
            names = [f"{name} {count}" for name, count in zip(names, counts, strict=True)]
        raise points.unpaired(names)


class Product:
    """Every value of an axis with every value of the others, the last one fastest."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.names = tuple(sorted((name for axis in axes for name in axis.names), key=natural))
        self.count = math.prod(axis.count for axis in axes)
        if self.count > ranges.MAX_COUNT:
            raise PointsError(f"more than {ranges.MAX_COUNT:,} points")
        self.dimensions = {
            axis.names[0] if len(axis.names) == 1 else TOGETHER: axis.count
            for axis in axes
            if axis.listed
        }
        self._axes = axes
        self._columns, times = {}, self.count
        for axis in axes:
            times //= axis.count
            for name, values in axis.values.items():
                self._columns[name] = Repeated(values, times)

    def points(self) -> points.Points:
        """All of them, which must be few, with an axis for each of theirs."""
        axes = []
        for axis in self._axes:
            taken = {name: values.take(0, values.count) for name, values in axis.values.items()}
            columns = {name: tuple(values.tolist()) for name, values in taken.items()}
            axes.append(points.Axis(columns, axis.listed))
        return points.Points(tuple(axes))

    def chunks(self, size: int, skip: int = 0) -> Iterator[Chunk]:
        for start in range(skip, self.count, size):
            stop = min(start + size, self.count)
            yield Chunk(
                {name: self._columns[name].take(start, stop) for name in self.names},
                self.names[0] if len(self.names) == 1 else TOGETHER,
            )


def _chunks(part: Part, size: int, skip: int) -> Iterator[Columns]:
    """The values of a part in arrays of this size."""
    if isinstance(part, Axis):
        yield from part.chunks(size, skip)
        return
    waiting: list[Columns] = []
    have = 0
    for block in part.blocks(skip):
        waiting.append(block)
        have += len(block[part.names[0]])
        if have >= size:
            joined = _joined(waiting, part.names)
            whole = have - have % size
            for start in range(0, whole, size):
                yield {name: values[start : start + size] for name, values in joined.items()}
            waiting = [{name: values[whole:] for name, values in joined.items()}]
            have -= whole
    if have:
        yield _joined(waiting, part.names)


def _joined(blocks: Sequence[Columns], names: Sequence[str]) -> Columns:
    if len(blocks) == 1:
        return blocks[0]
    return {name: np.concatenate([block[name] for block in blocks]) for name in names}
