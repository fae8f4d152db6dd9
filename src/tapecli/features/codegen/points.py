"""The points as a program writes them: short lists in full, and what NumPy makes to the bit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from tapecli.errors import PointsError, clipped
from tapecli.features.codegen.layout import Brackets, Page, listing
from tapecli.features.codegen.literals import literal
from tapecli.floats import FloatFormat
from tapecli.points.points import Axis, Points

FEW = 8
"""Points that are written out even where a range would do."""

MAX_LISTED = 1_000
"""Points that are written out where no range does."""

_DECIMALS = (10, 100, 1_000, 10_000)


def write(
    page: Page, points: Points, names: Mapping[str, str], format_: FloatFormat, single: bool
) -> None:
    """The statements that make a tensor of the values of each variable: a number if `single`.

    Raises:
        PointsError: they are too many to be written out.
    """
    dtype = f"tf.{format_.name}"
    if single:
        for name, value in points.at(0).items():
            page.add(f"{names[name]} = tf.constant({literal(value, format_)}, {dtype})")
        return
    for variable, values in _values(page, points, format_).items():
        page.add(Brackets(f"{names[variable]} = tf.constant(", [*values[:1], dtype, *values[1:]]))


def is_single(points: Points) -> bool:
    """Whether there is but one point, so that each variable can be a number."""
    return not any(axis.listed for axis in points.axes)


def _values(
    page: Page, points: Points, format_: FloatFormat
) -> dict[str, tuple[Brackets | str, ...]]:
    """What `tf.constant` is given for each variable: its values, and for one value the shape."""
    along = {name: axis for axis in points.axes for name in axis.values}
    long = [axis for axis in points.axes if len(axis) > 1]
    if points.paired or len(long) <= 1:
        return _side_by_side(points, along, format_)
    if all(len(axis.values) == 1 for axis in long):
        return _product(page, points, along, long, format_)
    columns = [points.at(place) for place in range(min(len(points), MAX_LISTED + 1))]
    return {name: (_listed(name, [at[name] for at in columns], format_),) for name in points.names}


def _side_by_side(
    points: Points, along: Mapping[str, Axis], format_: FloatFormat
) -> dict[str, tuple[Brackets | str, ...]]:
    """The values of each axis; a single one as often as there are points."""
    count = len(points)
    whole = {name: axis.values[name] for name, axis in along.items() if len(axis) == count}
    found: dict[str, tuple[Brackets | str, ...]] = {
        name: (sequence(name, values, format_),) for name, values in whole.items()
    }
    for name in points.names:
        if name not in found:
            shape = f"shape=[{count}]"
            found[name] = literal(along[name].values[name][0], format_), shape
    return {name: found[name] for name in points.names}


def _product(
    page: Page,
    points: Points,
    along: Mapping[str, Axis],
    long: Sequence[Axis],
    format_: FloatFormat,
) -> dict[str, tuple[Brackets | str, ...]]:
    """A grid of the axes, the last one fastest, flattened."""
    combined = [name for axis in long for name in axis.values]
    sequences = [sequence(name, along[name].values[name], format_) for name in combined]
    page.add(Brackets("grid = np.meshgrid(", [*sequences, 'indexing="ij"']))
    places = {name: place for place, name in enumerate(combined)}
    return {
        name: (f"grid[{places[name]}].ravel()",)
        if name in places
        else (literal(along[name].values[name][0], format_), f"shape=[{len(points)}]")
        for name in points.names
    }


def sequence(name: str, values: Sequence[float], format_: FloatFormat) -> Brackets | str:
    """Values as a list, or as the range of NumPy's that has each of them to the bit.

    Raises:
        PointsError: they are no such range, and too many to be written out.
    """
    if len(values) > FEW:
        for text, made in _ranges(values):
            numbers = map(made, range(len(values)))
            if all(
                format_.round(Fraction(number)) == value
                for number, value in zip(numbers, values, strict=True)
            ):
                return text
    return _listed(name, values, format_)


def _listed(name: str, values: Sequence[float], format_: FloatFormat) -> Brackets:
    if len(values) > MAX_LISTED:
        raise PointsError(
            f"the points of {clipped(name)} are more than {MAX_LISTED:,}, and no range of NumPy's "
            "has them to the bit, so that a program cannot have them; take fewer, or ends that "
            "are whole numbers, such as 0..1@10000"
        )
    return listing([literal(value, format_) for value in values])


Made = Callable[[int], float]


def _ranges(values: Sequence[float]) -> Iterator[tuple[str, Made]]:
    """Calls of NumPy that may make these values, and the number at each place of what they make.

    The ends decide; whether the others are right is for the caller to see.
    """
    count = len(values)
    first, last = values[0], values[-1]
    step = (last - first) / (count - 1)
    if math.isfinite(step) and step:
        text = f"np.linspace({_end(first)}, {_end(last)}, {count})"
        yield text, lambda place: last if place == count - 1 else place * step + first
    for parts in (*_DECIMALS, *(decimal * (count - 1) for decimal in (1, *_DECIMALS))):
        start, stop = round(first * parts), round(last * parts)
        stride, rest = divmod(stop - start, count - 1)
        if stride and not rest and max(abs(start), abs(stop)) < 2**53:
            common = 1 if parts in _DECIMALS else math.gcd(start, stride, parts)
            start, stop, stride, parts = (one // common for one in (start, stop, stride, parts))
            by = f", {stride}" if stride != 1 else ""
            begin = f"{start}, " if start or by else ""
            beyond = stop + (1 if stride > 0 else -1)
            yield (
                f"np.arange({begin}{beyond}{by}) / {parts}",
                lambda place, start=start, stride=stride, parts=parts: (  # type: ignore[misc]
                    (start + place * stride) / parts
                ),
            )


_PI = {math.pi: "np.pi", 2 * math.pi: "2 * np.pi", math.pi / 2: "np.pi / 2"}


def _end(value: float) -> str:
    """An end of a range, as short as it gets."""
    if abs(value) in _PI:
        return f"-{_PI[abs(value)]}" if value < 0 else _PI[value]
    return (
        str(int(value))
        if value.is_integer() and abs(value) < 1e6
        else repr(value).replace("e+", "e")
    )
