"""Where the targets are differentiated: a number for each variable, at each point.

A point in several variables comes from several axes: each has the values of one variable, or
those of several that belong together, which are the rows of a table. The points are the product
of the axes, the last one fastest, or their pairs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from tapecli.defaults import SHORT
from tapecli.errors import PointsError, RequestError, together
from tapecli.expressions.tree import natural
from tapecli.floats import FloatFormat
from tapecli.points import ranges
from tapecli.points.ranges import PointsLike
from tapecli.points.tables import Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PRODUCT = 10_000_000
"""Points in several variables in one request."""

MAX_LISTED = 25
"""Variables with a list of values each, which are the axes of an array: NumPy 1 has 32."""

TOGETHER = "point"
"""The name of an axis of arrays along which several variables change."""


@dataclass(frozen=True)
class Axis:
    """Values of one variable, or of several that belong together.

    Attributes:
        values: the numbers of each variable, as many for each.
        listed: whether they were given as several; one number alone makes no axis of an array.
    """

    values: Mapping[str, tuple[float, ...]]
    listed: bool = True

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))


@dataclass(frozen=True, eq=False)
class Points:
    """The points.

    Attributes:
        axes: what they are made of.
        paired: whether axes of several values go side by side, and are not multiplied.
    """

    axes: tuple[Axis, ...]
    paired: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The variables, x2 before x10."""
        return tuple(sorted((name for axis in self.axes for name in axis.values), key=natural))

    def __len__(self) -> int:
        lengths = [len(axis) for axis in self.axes]
        return max(lengths, default=1) if self.paired else math.prod(lengths)

    def at(self, place: int) -> dict[str, float]:
        """The point at this place."""
        found: dict[str, float] = {}
        for axis in reversed(self.axes):
            if self.paired:
                here = place if len(axis) > 1 else 0
            else:
                place, here = divmod(place, len(axis))
            found |= {name: values[here] for name, values in axis.values.items()}
        return {name: found[name] for name in self.names}

    @cached_property
    def columns(self) -> dict[str, NDArray[np.float64]]:
        """The values of each variable at all points, as arrays of one dimension."""
        import numpy as np

        found = {}
        several = [axis for axis in self.axes if len(axis) > 1]  # NumPy has few dimensions
        shape = [len(axis) for axis in several]
        for axis in self.axes:
            for name, values in axis.values.items():
                along = np.asarray(values, np.float64)
                if self.paired:
                    found[name] = np.broadcast_to(along, (len(self),))
                else:
                    wide = along.reshape([-1 if other is axis else 1 for other in several])
                    found[name] = np.broadcast_to(wide, shape).reshape(-1)
        return {name: found[name] for name in self.names}

    def along(self, name: str) -> NDArray[np.float64]:
        """The values of one variable along its own axis; one number alone has no dimension."""
        import numpy as np

        if self.paired and self.dimensions:
            return self.columns[name]
        axis = next(axis for axis in self.axes if name in axis.values)
        return np.array(axis.values[name] if axis.listed else axis.values[name][0])

    @property
    def dimensions(self) -> dict[str, int]:
        """The axes of an array of the points by name, with their lengths."""
        listed = [axis for axis in self.axes if axis.listed]
        if self.paired:
            return {_name(self.axes): len(self)} if listed else {}
        return {_name([axis]): len(axis) for axis in listed}


def _name(axes: Sequence[Axis]) -> str:
    names = [name for axis in axes if axis.listed for name in axis.values]
    return names[0] if len(names) == 1 else TOGETHER


def read(
    given: Mapping[str, PointsLike],
    rows: Table | None,
    names: Sequence[str],
    format_: FloatFormat,
    paired: bool = False,
    stdin: TextIO | None = None,
) -> Points:
    """Read the values of every variable, and round them once to the dtype.

    Args:
        given: the values of variables by name, in the language of `grid`.
        rows: a table that has the values of the other variables, or None.
        names: the variables that need a value.
        format_: the dtype.
        paired: whether the values go side by side.
        stdin: what "-" reads.

    Raises:
        PointsError: values cannot be read, do not fit the dtype, are too many, or not as many.
        RequestError: a variable has no value or two.
    """
    axes: list[Axis] = []
    needed = [name for name in names if name not in given]
    if rows is not None:
        if not needed:
            raise RequestError("every variable has a value beside those of the table")
        columns = rows.columns(needed)
        axes.append(Axis({name: ranges.rounded(columns[name], format_) for name in needed}))
    elif needed:
        raise RequestError(_missing(needed))
    for name in sorted(given, key=natural):
        values = ranges.rounded(ranges.read(given[name], stdin), format_)
        axes.append(Axis({name: values}, len(values) > 1 or not ranges.is_single(given[name])))
    axes.sort(key=lambda axis: natural(next(iter(axis.values))))
    points = Points(tuple(axes), paired)
    if paired:
        _as_many(axes)
    elif (listed := sum(axis.listed for axis in axes)) > MAX_LISTED:
        raise PointsError(f"{listed} lists of values: no more than {MAX_LISTED}; --zip pairs them")
    if len(points) > MAX_PRODUCT:
        sizes = " x ".join(f"{len(axis):,}" for axis in axes if len(axis) > 1)
        raise PointsError(f"{sizes} are more than {MAX_PRODUCT:,} points; --zip pairs values")
    return points


def _missing(names: Sequence[str]) -> str:
    options = [f"--{name} 2" if name in SHORT else f"--at {name}=2" for name in names]
    if len(names) == 1:
        return f"the variable '{names[0]}' has no value; give it one, such as {options[0]}"
    return (
        f"the variables {together(names)} have no values; give them some, such as "
        f"{' '.join(options[:4])}"
    )


def _as_many(axes: Sequence[Axis]) -> None:
    several = [axis for axis in axes if axis.listed]
    if len({len(axis) for axis in several}) > 1:
        raise unpaired([f"{together(list(axis.values))} {len(axis)}" for axis in several])


def unpaired(counts: Sequence[str]) -> PointsError:
    """What is wrong with values that cannot be paired, from their names and how many they are."""
    return PointsError(f"--zip pairs values, but there are not as many of each: {together(counts)}")
