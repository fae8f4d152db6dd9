"""Where the targets are differentiated: a number for each variable, at each point.

A point in several variables comes from several axes: each has the values of one variable, or
those of several that belong together, which are the rows of a table. The points are the product
of the axes, the last one fastest, or their pairs. Values are rounded once, into the dtype. There
may be any number of them: ranges and arrays on disk are made into numbers as they are taken, and
files of more than `exact.MAX_POINTS` points are read in blocks.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, Protocol, TextIO, TypeAlias

from tapecli.defaults import SHORT
from tapecli.errors import PointsError, RequestError, TooManyPointsError, together
from tapecli.expressions.tree import natural
from tapecli.floats import Array, FloatFormat
from tapecli.points import exact, notations, tables, text_files
from tapecli.points.exact import PointsLike, Range, too_many
from tapecli.points.parquet import Parquet
from tapecli.points.tables import Columns, Table

MAX_PRODUCT = 10_000_000
"""Points in several variables that are held in memory."""

FEW = 50
"""Points up to which each is taken by itself, which takes less time than to load NumPy."""

MAX_LISTED = 25
"""Variables with a list of values each, which are the axes of an array: NumPy 1 has 32."""

TOGETHER = "point"
"""The name of an axis of arrays along which several variables change."""


class Values(Protocol):
    """Numbers of a dtype by index: a tuple, an array, or a range that makes them when asked."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: Any, /) -> Any: ...


@dataclass(frozen=True)
class Axis:
    """Values of one variable, or as many of several that belong together.

    One number alone is no list, and makes no axis of an array.
    """

    values: Mapping[str, Values]
    is_list: bool = True

    @property
    def count(self) -> int:
        """How many values each variable has."""
        return len(next(iter(self.values.values())))

    @property
    def names(self) -> tuple[str, ...]:
        """The variables."""
        return tuple(self.values)

    def columns(self, size: int, skip: int) -> Iterator[Columns]:
        """The values after the first `skip` in arrays of this size, the last maybe shorter."""
        for start in range(skip, self.count, size):
            yield {name: values[start : start + size] for name, values in self.values.items()}

    def numbers(self, name: str) -> list[float]:
        """The values of a variable as plain numbers."""
        return list(map(float, self.values[name][:]))


@dataclass(frozen=True, eq=False)
class Points:
    """The points of axes, of which those of several values are multiplied unless `paired`."""

    axes: tuple[Axis, ...]
    paired: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The variables, x2 before x10."""
        return _names(self.axes)

    def __len__(self) -> int:
        return self.count

    @cached_property
    def count(self) -> int:
        """How many points there are."""
        lengths = [axis.count for axis in self.axes]
        return max(lengths, default=1) if self.paired else math.prod(lengths)

    def at(self, index: int) -> dict[str, float]:
        """The point at an index."""
        point: dict[str, float] = {}
        for axis in reversed(self.axes):
            if self.paired:
                row = index if axis.count > 1 else 0
            else:
                index, row = divmod(index, axis.count)
            point |= {name: float(values[row]) for name, values in axis.values.items()}
        return {name: point[name] for name in self.names}

    @cached_property
    def columns(self) -> dict[str, Array]:
        """The values of each variable at all points, as arrays of one dimension."""
        return self._columns(0, self.count)

    @property
    def numbers(self) -> Mapping[str, Array | list[float]]:
        """`columns`, but lists where there are few points, for NumPy takes longer to load."""
        if self.count > FEW:
            return self.columns
        points = [self.at(index) for index in range(self.count)]
        return {name: [point[name] for point in points] for name in self.names}

    def _columns(self, start: int, stop: int) -> dict[str, Array]:
        columns, times = {}, self.count
        for axis in self.axes:
            times = 1 if self.paired else times // axis.count
            for name, values in axis.values.items():
                columns[name] = _repeated(values, times, start, stop)
        return {name: columns[name] for name in self.names}

    def along(self, name: str) -> Array:
        """The values of one variable along its own axis; one number alone has no dimension."""
        import numpy as np

        if self.paired and self.dimensions:
            return self.columns[name]
        axis = next(axis for axis in self.axes if name in axis.values)
        values = np.asarray(axis.values[name][:], np.float64)
        return values if axis.is_list else values[0]

    @property
    def dimensions(self) -> dict[str, int]:
        """The axes of an array of the points by name, with their lengths."""
        lists = [axis for axis in self.axes if axis.is_list]
        if self.paired:
            return {_dimension(lists): self.count} if lists else {}
        return {_dimension([axis]): axis.count for axis in lists}

    def chunks(self, size: int, skip: int = 0) -> Iterator[Points]:
        """The points after the first `skip`, in chunks with one axis, the last maybe shorter."""
        constants = [axis for axis in self.axes if axis.count == 1 < self.count]
        fixed = _names(constants)
        for start in range(skip, self.count, size):
            columns = self._columns(start, min(start + size, self.count)).items()
            yield _chunk({name: x for name, x in columns if name not in fixed}, constants)


def _chunk(columns: Columns, constants: Sequence[Axis]) -> Points:
    """Points with a single axis, and the constants beside it."""
    return Points((Axis(columns), *(Axis(axis.values, is_list=False) for axis in constants)))


def _repeated(values: Values, times: int, start: int, stop: int) -> Array:
    """A slice of values of which each is there several times, and all of them over and over."""
    import numpy as np

    if len(values) == 1:
        return np.full(stop - start, float(values[0]))
    first, last = start // times, (stop - 1) // times + 1
    low = first % len(values)
    high = low + last - first
    if high <= len(values):
        array = np.ascontiguousarray(values[low:high], np.float64)
    elif last - first < len(values):
        array = np.concatenate([values[low:], values[: high - len(values)]])
    else:
        array = np.tile(np.asarray(values[:], np.float64), -(-high // len(values)))[low:high]
    if times == 1:
        return array
    counts = np.full(last - first, times)
    counts[-1] -= last * times - stop
    counts[0] -= start - first * times
    return np.repeat(array, counts)


# --- files of many points ---------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    """Values of variables in a file that are too many to be held, and their count if it is known.

    `blocks` reads the values after so many of the first, in blocks of any length.
    """

    names: tuple[str, ...]
    blocks: Callable[[int], Iterator[Columns]]
    count: int | None = None
    is_list = True

    def columns(self, size: int, skip: int) -> Iterator[Columns]:
        """The values after the first `skip` in arrays of this size, the last maybe shorter."""
        waiting: list[Columns] = []
        count = 0
        for block in self.blocks(skip):
            waiting.append(block)
            count += tables.length(block)
            while count >= size:
                columns = _concatenated(waiting)
                yield _sliced(columns, 0, size)
                waiting = [_sliced(columns, size)]
                count -= size
        if count:
            yield _concatenated(waiting)


def _sliced(columns: Columns, start: int, stop: int | None = None) -> Columns:
    return {name: values[start:stop] for name, values in columns.items()}


def _concatenated(blocks: Sequence[Columns]) -> Columns:
    if len(blocks) == 1:
        return blocks[0]
    import numpy as np

    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _after(blocks: Iterator[Columns], skip: int) -> Iterator[Columns]:
    """Blocks without so many of the first values."""
    for block in blocks:
        if tables.length(block) > skip:
            yield _sliced(block, skip)
        skip = max(0, skip - tables.length(block))


class FilePoints:
    """Points of which some values are in files that are read in blocks: values side by side.

    `names`, `count` and `dimensions` are those of `Points`, but a count that is not known before
    the files are read is None. `varying` are the files, and other values that change from point to
    point, which raise a PointsError if there are not as many of each.
    """

    def __init__(self, varying: Sequence[Axis | File], constants: Sequence[Axis]) -> None:
        self._varying, self._constants = varying, constants
        counts = {values.count for values in varying} - {None}
        if len(counts) > 1:
            raise _unpaired(varying)
        self.names = _names([*varying, *constants])
        self.count = counts.pop() if counts else None
        self.dimensions = {_dimension(varying): self.count}

    def chunks(self, size: int, skip: int = 0) -> Iterator[Points]:
        """The points after the first `skip`, in chunks, the last maybe shorter.

        Text is read once; other files are read anew by each call. Values that cannot be read, do
        not fit the dtype, or are not as many, are a PointsError.
        """
        streams = [values.columns(size, skip) for values in self._varying]
        for blocks in itertools.zip_longest(*streams):
            if None in blocks or len(set(map(tables.length, blocks))) > 1:
                raise _unpaired(self._varying)
            columns = {name: values for block in blocks for name, values in block.items()}
            yield _chunk(columns, self._constants)


def _names(axes: Sequence[Axis | File]) -> tuple[str, ...]:
    """The variables of axes, x2 before x10."""
    return tuple(sorted((name for axis in axes for name in axis.names), key=natural))


def _dimension(axes: Sequence[Axis | File]) -> str:
    """The name of an axis of arrays along which the values of these change."""
    names = [name for axis in axes for name in axis.names]
    return names[0] if len(names) == 1 else TOGETHER


def _unpaired(axes: Sequence[Axis | File]) -> PointsError:
    """The error of values that cannot be paired, with how many they are if that is known."""
    counts = [axis.count for axis in axes]
    names = [together(axis.names) for axis in axes]
    if None not in counts:
        names = [f"{name} {count}" for name, count in zip(names, counts, strict=True)]
    return PointsError(f"--zip pairs values, but there are not as many of each: {together(names)}")


# --- reading ----------------------------------------------------------------------------------

Rows: TypeAlias = "Table | Parquet"


def table(source: str, stdin: TextIO | None) -> Rows:
    """A table of points of any number, text or Parquet, or an error if it cannot be read as one."""
    if source.lower().endswith(text_files.NPY):
        raise RequestError(
            "an array has no names for its columns: give each variable an array of its own"
        )
    is_parquet = source.lower().endswith(text_files.PARQUET)
    return Parquet(source[1:]) if is_parquet else Table(source, stdin)


@dataclass(frozen=True)
class Reader:
    """Reads values, rounded into a format; "-" reads `stdin`.

    Attributes:
        most: how many points a variable may have: `exact.MAX_POINTS`, which are held in memory,
            or `exact.MAX_COUNT`.
        arrays: whether a file may also be an array of NumPy's (.npy) or a Parquet file.
    """

    format_: FloatFormat
    most: int = exact.MAX_COUNT
    stdin: TextIO | None = None
    arrays: bool = True

    def read(
        self,
        inputs: Mapping[str, PointsLike],
        rows: Rows | None,
        names: Sequence[str],
        paired: bool = False,
    ) -> Points | FilePoints:
        """Read the values of the variables `names`, which go side by side if they are `paired`.

        They come from `inputs` by name, in the language of `exact`; those of the others, if there
        are any, from a table. If a file has more points than are held in memory, the answer is
        `FilePoints`: no other variable has several values then, or values go side by side.

        Raises:
            PointsError: values cannot be read, do not fit the dtype, are too many, or not as many.
            RequestError: a variable has no value or two.
        """
        missing = [name for name in names if name not in inputs]
        axes: list[Axis | File] = []
        if rows is not None:
            if not missing:
                raise RequestError("every variable has a value beside those of the table")
            axes.append(self._of_rows(rows, {name: name for name in missing}))
        elif missing:
            raise RequestError(_missing(missing))
        from_stdin = [
            name for name, values in inputs.items() if isinstance(values, str) and values == "-"
        ]
        if len(from_stdin) > 1:
            raise PointsError(f"standard input cannot be read for {together(from_stdin)} at once")
        axes += [self._of_variable(name, inputs[name]) for name in sorted(inputs, key=natural)]
        axes.sort(key=lambda axis: natural(axis.names[0]))
        return _combined(axes, paired, self.most)

    def _of_rows(self, rows: Rows, columns: Mapping[str, str]) -> Axis | File:
        """The values of variables from the columns of a table."""
        tables.check_columns(rows.names, list(columns.values()), rows.name)
        names = tuple(columns)
        if isinstance(rows, Table):
            return _of_blocks(names, rows.blocks(names, self.format_, self.most))
        self._limit(rows.count)
        blocks = partial(rows.blocks, columns, self.format_)
        if rows.count > exact.MAX_POINTS:
            return File(names, blocks, rows.count)
        return _of_blocks(names, blocks())

    def _of_variable(self, name: str, values: PointsLike) -> Axis | File:
        if isinstance(values, str):
            if values == "-" or values.startswith("@"):
                return self._of_file(name, values)
            values = notations.explicit(values)
            ranges = exact.ranges(values, self.most)
            pieces: list[Values] = [exact.rounded_range(range_, self.format_) for range_ in ranges]
        else:
            pieces = self._of_numbers(values)
        numbers = self._joined(pieces)
        return Axis({name: numbers}, len(numbers) > 1 or not exact.is_single(values))

    def _of_file(self, name: str, source: str) -> Axis | File:
        if not self.arrays:
            text_files.refuse_arrays(source)
        if source.lower().endswith(text_files.NPY):
            from tapecli.points import lazy

            return Axis({name: self._joined([lazy.Stored(source[1:], self.format_)])})
        if source.lower().endswith(text_files.PARQUET):
            rows = Parquet(source[1:])
            column = rows.names[0] if len(rows.names) == 1 else name
            return self._of_rows(rows, {name: column})
        lines = tables.lines(name, source, self.stdin, self.format_, self.most)
        return _of_blocks((name,), lines)

    def _of_numbers(self, numbers: Any) -> list[Values]:
        """The values of numbers of any kind: one, a list of them, or an array."""
        if isinstance(numbers, range) and numbers:
            start, stop, step = map(Fraction, (numbers[0], numbers[-1], numbers.step))
            count = int((stop - start) / step) + 1  # there may be too many for `len`
            self._limit(count)
            return [exact.rounded_range(Range(start, stop, step, count), self.format_)]
        flat = numbers.ravel() if hasattr(numbers, "ravel") else numbers
        if not hasattr(flat, "__iter__") or isinstance(flat, bytes | Mapping):
            flat = [flat]
        if not hasattr(flat, "__len__"):
            flat = list(itertools.islice(flat, exact.MAX_POINTS + 1))
            if len(flat) > exact.MAX_POINTS:
                raise too_many(exact.MAX_POINTS)
        self._limit(len(flat))
        if hasattr(flat, "dtype"):
            from tapecli.points import rounding

            if rounding.is_real(flat):
                if len(flat) > exact.MAX_EXACT:
                    return [rounding.of_array(flat, self.format_)]
                flat = flat.tolist()
        flat = list(flat)
        if any(isinstance(number, str) for number in flat):
            pieces = []
            for item in flat:
                axis = self._of_variable("", item)
                if isinstance(axis, File):
                    raise too_many(exact.MAX_POINTS)
                pieces.append(axis.values[""])
            return pieces
        return [exact.rounded_fields(flat, lambda index: exact.number(flat[index]), self.format_)]

    def _joined(self, pieces: Sequence[Values]) -> Values:
        """Values one after the other, which are made at once if they are few."""
        count = sum(map(len, pieces))
        self._limit(count)
        if not count:
            raise PointsError("there are no points")
        if all(isinstance(values, tuple) for values in pieces):
            return tuple(itertools.chain.from_iterable(values[:] for values in pieces))
        from tapecli.points import lazy

        joined: Values = pieces[0] if len(pieces) == 1 else lazy.Joined(pieces)
        return joined if count > exact.MAX_POINTS else joined[:]

    def _limit(self, count: int) -> None:
        if count > self.most:
            raise too_many(self.most)


def _of_blocks(names: tuple[str, ...], blocks: Iterator[Columns]) -> Axis | File:
    """The values of a file: held if they are few."""
    start: list[Columns] = []
    count = 0
    while count <= exact.MAX_POINTS:
        if not (block := next(blocks, None)):
            return Axis(_concatenated(start))
        start.append(block)
        count += tables.length(block)
    return File(names, partial(_after, itertools.chain(start, blocks)))


def _missing(names: Sequence[str]) -> str:
    options = [f"--{name} 2" if name in SHORT else f"--at {name}=2" for name in names]
    if len(names) == 1:
        return f"the variable '{names[0]}' has no value; give it one, such as {options[0]}"
    return (
        f"the variables {together(names)} have no values; give them some, such as "
        f"{' '.join(options[:MAX_LISTED])}"
    )


def _combined(axes: Sequence[Axis | File], paired: bool, most: int) -> Points | FilePoints:
    lists = [axis for axis in axes if axis.is_list]
    if not paired and len(lists) > MAX_LISTED:
        raise PointsError(
            f"{len(lists)} lists of values: no more than {MAX_LISTED}; --zip pairs them"
        )
    in_memory = [axis for axis in axes if isinstance(axis, Axis)]
    if len(in_memory) < len(axes):
        varying = lists if paired else [axis for axis in axes if axis.count != 1]
        if not paired and len(varying) > 1:
            raise too_many(exact.MAX_POINTS)
        names = _names(varying)
        return FilePoints(varying, [axis for axis in in_memory if axis.names[0] not in names])
    points = Points(tuple(in_memory), paired)
    if paired and len({axis.count for axis in lists}) > 1:
        raise _unpaired(lists)
    if most < exact.MAX_COUNT and len(points) > MAX_PRODUCT:
        sizes = " x ".join(f"{axis.count:,}" for axis in in_memory if axis.count > 1)
        raise TooManyPointsError(
            f"{sizes} are more than {MAX_PRODUCT:,} points; --zip pairs values"
        )
    if len(points) > exact.MAX_COUNT:
        raise too_many(exact.MAX_COUNT)
    return points
