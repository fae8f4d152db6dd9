"""Numbers and points as a program writes them, so that TensorFlow gets exactly these numbers.

A few points are written out in full. Many points are a range of NumPy's, if one has each of them to
the last bit.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from tapecli.errors import PointsError, clipped
from tapecli.features.codegen.layout import Brackets, Page, listing
from tapecli.floats import FORMATS, FloatFormat
from tapecli.points.points import Points

MAX_INTEGER = 2**53
"""Up to here every integer is a float64."""

MAX_SHORT_LIST, MAX_LISTED = 8, 1_000
"""Points that are written out even where a range would do, and where none does."""

_DECIMALS = (10, 100, 1_000, 10_000)

_PI = {math.pi: "np.pi", 2 * math.pi: "2 * np.pi", math.pi / 2: "np.pi / 2"}

_Columns: TypeAlias = dict[str, tuple[Brackets | str, ...]]


def literal(value: float, format_: FloatFormat) -> str:
    """The shortest literal that becomes this number of the dtype, even if float32 comes between."""
    if math.isinf(value):
        return 'float("inf")' if value > 0 else '-float("inf")'
    short = between = format_.shortest(value)
    if format_.precision < FORMATS["float32"].precision:
        between = FORMATS["float32"].round(Fraction(short))
    exact = math.isfinite(between) and format_.round(Fraction(between)) == value
    return repr(short if exact else value).replace("e+", "e")


def whole(value: Fraction, format_: FloatFormat) -> bool:
    """Whether a number can be written as an integer: it is one, and the dtype has it."""
    is_integer = value.denominator == 1 and abs(value) <= MAX_INTEGER
    return is_integer and format_.round(value) == int(value)


def array(name: str, values: Sequence[float], format_: FloatFormat) -> Brackets | str:
    """The values of a variable as a list, or as the range of NumPy's that has each to the last bit.

    Raises:
        PointsError: there is no such range, and the values are too many to be written out.
    """
    if len(values) > MAX_SHORT_LIST:
        for text, numbers in _ranges(values):
            rounded = (format_.round(Fraction(number)) for number in numbers)
            if all(map(operator.eq, rounded, values)):
                return text
    return _listing(name, values, format_)


def _listing(name: str, values: Sequence[float], format_: FloatFormat) -> Brackets:
    if len(values) > MAX_LISTED:
        raise PointsError(
            f"{clipped(name)} has more than {MAX_LISTED:,} points, and no range of NumPy's has "
            "exactly these numbers, so that a program cannot have them; take fewer points, or ends "
            "that are whole numbers, such as 0..1@10000"
        )
    return listing([literal(value, format_) for value in values])


def _ranges(values: Sequence[float]) -> Iterator[tuple[str, Iterable[float]]]:
    """Calls of NumPy with the ends of these values, and the numbers that each call makes."""
    last_index = len(values) - 1
    first, last = values[0], values[-1]
    step = (last - first) / last_index
    if math.isfinite(step) and step:
        text = f"np.linspace({_end(first)}, {_end(last)}, {len(values)})"
        yield text, itertools.chain((i * step + first for i in range(last_index)), [last])
    for divisor in (*_DECIMALS, *(decimal * last_index for decimal in (1, *_DECIMALS))):
        start, stop = round(first * divisor), round(last * divisor)
        stride, rest = divmod(stop - start, last_index)
        if not stride or rest or max(abs(start), abs(stop)) >= MAX_INTEGER:
            continue
        common = 1 if divisor in _DECIMALS else math.gcd(start, stride, divisor)
        start, stop, stride, scale = (n // common for n in (start, stop, stride, divisor))
        by = f", {stride}" if stride != 1 else ""
        begins = f"{start}, " if start or by else ""
        end = stop + (1 if stride > 0 else -1)
        text = f"np.arange({begins}{end}{by}) / {scale}"
        yield text, ((start + i * stride) / scale for i in range(len(values)))


def _end(value: float) -> str:
    """An end of a range, as short as it gets."""
    if abs(value) in _PI:
        return f"-{_PI[abs(value)]}" if value < 0 else _PI[value]
    if value.is_integer() and abs(value) < 1e6:
        return str(int(value))
    return repr(value).replace("e+", "e")


def write_points(
    page: Page, points: Points, names: Mapping[str, str], format_: FloatFormat, single: bool
) -> None:
    """Write the statements that make a tensor of the values of each variable.

    A tensor is a number if there is a `single` point alone.

    Raises:
        PointsError: the points are too many to be written out.
    """
    if single:
        columns: _Columns = {n: (literal(x, format_),) for n, x in points.at(0).items()}
    else:
        columns = _columns(page, points, format_)
    for name, (values, *shape) in columns.items():
        page.add(Brackets(f"{names[name]} = tf.constant(", [values, f"tf.{format_.name}", *shape]))


def _columns(page: Page, points: Points, format_: FloatFormat) -> _Columns:
    """What `tf.constant` gets for each variable: its values, and the shape if it has one value.

    Several axes make a grid, the last one fastest; it is written as a statement of its own. Axes of
    several variables each make no grid of NumPy's: their points are written out.
    """
    axes = {name: axis for axis in points.axes for name in axis.values}
    long_axes = [axis for axis in points.axes if axis.count > 1]
    is_grid = not points.paired and len(long_axes) > 1
    if is_grid and any(len(axis.values) > 1 for axis in long_axes):
        rows = [points.at(index) for index in range(min(len(points), MAX_LISTED + 1))]
        return {n: (_listing(n, [row[n] for row in rows], format_),) for n in points.names}
    combined = [name for axis in long_axes for name in axis.values]
    if is_grid:
        arrays = [array(name, axes[name].numbers(name), format_) for name in combined]
        page.add(Brackets("grid = np.meshgrid(", [*arrays, 'indexing="ij"']))
    columns: _Columns = {}
    for name in points.names:
        values = axes[name].numbers(name)
        if len(values) == 1 < len(points):
            columns[name] = literal(values[0], format_), f"shape=[{len(points)}]"
        elif is_grid:
            columns[name] = (f"grid[{combined.index(name)}].ravel()",)
        else:
            columns[name] = (array(name, values, format_),)
    return columns
