"""The engine: a tree through Taylor arithmetic, at all points at once.

Everything is computed in float64, above `PLAIN_ORDER` in numbers of twice its precision, and
rounded once to the dtype that is wanted.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapecli.engines.certified.puiseux import Reach, reach
from tapecli.engines.taylor import PLAIN_ORDER
from tapecli.engines.taylor.doubled import Doubled
from tapecli.engines.taylor.numbers import Numbers
from tapecli.engines.taylor.rules import Series, Taylor
from tapecli.engines.taylor.sides import OneSided, agreed
from tapecli.expressions.functions import CONSTANTS, row, rule_of
from tapecli.expressions.tree import (
    Alias,
    Call,
    Named,
    Node,
    Number,
    Variable,
    meant,
    rational_in,
    steps,
)
from tapecli.floats import FloatFormat

Array: TypeAlias = NDArray[np.float64]
Columns: TypeAlias = Mapping[str, Array]
"""For each variable its value at each point."""

CHUNK = 2**16
"""Coefficients of a series at a time, of all points: they stay in the processor's cache."""

_COMFORTABLE = 2.0**-900
"""A highest coefficient below this may have lost digits to underflow on the way."""

_ATTEMPTS = 4
"""How often other steps are tried where coefficients do not fit a float."""

_FINER = 8
"""By how much finer roots of h irrational powers of it are looked at."""

_MOST_TERMS = 1500
"""Coefficients carried on one side; where it would take more, derivatives are not known."""

_LARGEST_STEP = 1000
"""The largest exponent of a step."""


def run(
    targets: Sequence[Node],
    columns: Columns,
    wanted: Sequence[tuple[str, ...]],
    format_: FloatFormat,
    scaled: bool = False,
) -> Array:
    """Differentiate the targets at all points.

    Args:
        targets: trees.
        columns: for each of their variables its value at each point, numbers of the format.
        wanted: for each derivative its variables, in any sequence; () is the value.
        format_: the dtype.
        scaled: give Taylor coefficients: each derivative over the factorials of its orders.

    Returns:
        Numbers of the dtype, of shape (targets, derivatives, points). NaN where a derivative
        does not exist.
    """
    count = next(len(values) for values in columns.values())
    found = np.empty((len(targets), len(wanted), count))
    with np.errstate(all="ignore"):
        at_once = max(1, CHUNK // (1 + max(map(len, wanted))))
        for start in range(0, count, at_once):
            part = slice(start, start + at_once)
            here = {name: np.asarray(values[part]) for name, values in columns.items()}
            for place, target in enumerate(targets):
                found[place, :, part] = _derivatives(target, here, wanted, format_, scaled)
        return _rounded(found, format_)


def _rounded(values: Array, format_: FloatFormat) -> Array:
    """The nearest numbers of the dtype."""
    if format_.precision == 53:
        return values
    exponents = np.maximum(np.frexp(values)[1] - 1, format_.min_exponent) - format_.precision + 1
    nearest = np.ldexp(np.rint(np.ldexp(values, -exponents)), exponents)
    nearest[np.abs(nearest) > float(format_.largest)] *= np.inf
    return np.asarray(nearest, np.float64)


def _derivatives(
    target: Node,
    columns: Columns,
    wanted: Sequence[tuple[str, ...]],
    format_: FloatFormat,
    scaled: bool,
) -> Array:
    """The derivatives of one target, those by the same variables from the same series."""
    program = _Program(target, format_)
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, sequence in enumerate(wanted):
        groups.setdefault(tuple(sorted(set(sequence))), []).append(place)
    found = np.empty((len(wanted), len(next(iter(columns.values())))))
    for names, places in groups.items():
        names = names or tuple(columns)[:1]  # the value alone is a series by any variable
        times = [Counter(wanted[place]) for place in places]
        orders = {name: max(each[name] for each in times) for name in names}
        if len(names) == 1:
            table, exponents = _along(program, columns, names[0], orders[names[0]])
        else:
            table = _mixed(program, columns, orders)
            exponents = np.zeros(table.shape, int)
        for place, each in zip(places, times, strict=True):
            powers = [each[name] for name in names]
            factor = 1 if scaled else math.prod(map(math.factorial, powers))
            found[place] = _times(table[tuple(powers)], factor, exponents[tuple(powers)])
    return found


def _times(values: Array, factor: int, exponents: NDArray[np.int_]) -> Array:
    """The values times a factor and a power of two, none of which may fit a float itself."""
    bits = factor.bit_length()
    mantissas, own = np.frexp(values)
    whole: Array = np.ldexp(mantissas * (factor / (1 << bits)), own + exponents + bits)
    return whole


# --- one variable -----------------------------------------------------------------------------


def _along(
    program: _Program, columns: Columns, name: str, order: int
) -> tuple[Array, NDArray[np.int_]]:
    """The coefficients by one variable, and the powers of two that they are multiples of.

    Both are of shape (order + 1, points): a coefficient is that of h**k times 2**exponent. The
    exponents are 0 but where coefficients of h**k itself overflow or underflow: there they are
    those of (h / 2**e)**k. Such steps are of the size of the radius of convergence, as far as
    that can be told, of the point, or of its root.
    """
    table, awkward, terms = _series(program, columns, name, order, 0)
    exponents = np.zeros(table.shape, int)
    step, latest = np.zeros(len(columns[name]), int), table
    for attempt in range(_ATTEMPTS):
        poor = _poor(table[:terms]) & ~awkward
        if not np.any(poor):
            break
        step = (
            step + _radius(latest) if attempt < 2 else np.frexp(columns[name])[1] // (attempt - 1)
        )
        step = np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        latest = np.full(table.shape, np.nan)
        latest[:, poor] = _series(program, _at(columns, poor), name, order, step[poor])[0]
        better = np.isfinite(latest) & ~(np.isfinite(table) & (np.abs(table) >= np.abs(latest)))
        table = np.where(better, latest, table)
        exponents = np.where(better, -step * np.arange(order + 1)[:, None], exponents)
    if order and np.any(awkward):
        table[:, awkward] = _from_both_sides(
            program, _at(columns, awkward), name, table[:, awkward]
        )
    return table, exponents


def _at(columns: Columns, places: NDArray[np.bool_]) -> Columns:
    """The columns at some of the points."""
    return {name: values[places] for name, values in columns.items()}


def _series(
    program: _Program, columns: Columns, name: str, order: int, exponents: NDArray[np.int_] | int
) -> tuple[Array, NDArray[np.bool_], int]:
    """The coefficients of (h / 2**exponent)**k, where they are awkward, and how many may not be 0.

    They are NaN where any part of the expression has no value.
    """
    inner = _numbers(order)
    ring = Taylor(order + 1, inner)
    places = {other: ring.number(values) for other, values in columns.items()}
    step = np.ldexp(1.0, exponents)
    places[name] = [inner.number(columns[name]), inner.number(step)][: order + 1]
    shape = columns[name].shape
    series, undefined = program.run(ring, places)
    table = _table([inner.leaf(coefficient) for coefficient in series], order + 1, shape)
    table = np.where(undefined, np.nan, table)
    return table, np.broadcast_to(ring.awkward & ~undefined, shape), len(series)


def _numbers(order: int) -> Numbers:
    """What coefficients are: numbers of twice the precision at orders at which sums cancel."""
    return Doubled() if order > PLAIN_ORDER else Numbers()


def _table(series: Series, terms: int, shape: tuple[int, ...]) -> Array:
    """The coefficients as an array; those that are left out are zero."""
    table = np.zeros((terms, *shape))
    for k, coefficient in enumerate(series):
        table[k] = coefficient
    return table


def _poor(table: Array) -> NDArray[np.bool_]:
    """At which points coefficients are, or may be, beyond what a float can hold."""
    highest = np.max(np.abs(table[-2:]), axis=0)
    finite = np.isfinite(table[0])
    poor: NDArray[np.bool_] = finite & ~(np.isfinite(highest) & (highest > _COMFORTABLE))
    return poor


def _radius(table: Array) -> NDArray[np.int_]:
    """The exponent of a step with which coefficients keep their size, from those that are there."""
    size = np.abs(table)
    usable = np.isfinite(size) & (size >= np.finfo(np.float64).tiny)
    orders = np.arange(len(table))[:, None]
    last = np.max(np.where(usable, orders, 0), axis=0)
    after_value = np.where(usable & (orders > 0), orders, len(table))
    first = np.min(after_value, axis=0)
    first = np.where(first < last, first, 0)
    from_, to = (np.take_along_axis(size, index[None], 0)[0] for index in (first, last))
    known = (last > first) & (from_ > 0)
    growth = np.log2(np.where(known, to, 1.0)) - np.log2(np.where(known, from_, 1.0))
    exponents: NDArray[np.int_] = np.round(-growth / np.maximum(last - first, 1)).astype(int)
    return exponents


def _from_both_sides(program: _Program, columns: Columns, name: str, table: Array) -> Array:
    """The coefficients at kinks and zeros of roots, from series on each side.

    Most are series in h, whatever roots are in them. Where a power of h is not whole, they are
    looked at as series in roots of h; of an irrational power, in one that comes near it.
    """
    own, found, left = program.reach, table.copy(), np.full(table.shape[1], True)
    for fold in (1, own.fold, own.fold * _FINER):
        terms = Reach(fold, own.degree).terms(len(table))
        if terms > _MOST_TERMS:
            found[1:, left] = np.nan
        elif np.any(left):
            part, at = _at(columns, left), table[:, left]
            found[:, left], left[left] = _agreed(program, part, name, at, fold, terms)
    return found


def _agreed(
    program: _Program, columns: Columns, name: str, table: Array, fold: int, terms: int
) -> tuple[Array, NDArray[np.bool_]]:
    """The coefficients that series in t with h = t**fold have alike on each side.

    And at which points they had to end at a power that is not whole.
    """
    shape = columns[name].shape
    ended, unknown, sides = np.full(shape, False), np.full(shape, False), []
    for sign in (1.0, -1.0):
        ring = OneSided(terms)
        zeros = [np.float64(0)] * (fold - 1)
        places = {n: ring.number(values) for n, values in columns.items()}
        places[name] = [columns[name], *zeros, np.float64(sign)][:terms]
        series, undefined = program.run(ring, places)
        sides.append(list(np.where(undefined, np.nan, _table(series, terms, shape))))
        ended, unknown = ended | ring.ended, unknown | undefined
    right, left = sides
    return np.stack(agreed(table[0], right, left, fold, len(table))), ended & ~unknown


# --- several variables ------------------------------------------------------------------------


def _mixed(program: _Program, columns: Columns, orders: Mapping[str, int]) -> Array:
    """The coefficients by several variables, of shape (order + 1 of each, points)."""
    numbers = _numbers(sum(orders.values()))
    rings: list[Any] = [numbers]
    for order in orders.values():
        rings.append(Taylor(order + 1, rings[-1]))
    ring = rings[-1]
    places = {name: ring.number(values) for name, values in columns.items()}
    for level, name in enumerate(orders, 1):
        inner = rings[level - 1]
        series: Any = [inner.number(columns[name]), inner.number(1.0)]
        for _ in rings[level + 1 :]:
            series = [series]
        places[name] = series
    shape = next(iter(columns.values())).shape
    table = np.zeros((*(order + 1 for order in orders.values()), *shape))
    series, undefined = program.run(ring, places)
    _fill(table, series, len(orders), numbers)
    return np.where(ring.awkward | undefined, np.nan, table)


def _fill(table: Array, series: Any, depth: int, numbers: Numbers) -> None:
    """Write the coefficients of a series of series, the outermost by the last of the axes."""
    if depth == 0:
        table[...] = numbers.leaf(series)
        return
    for k, coefficient in enumerate(series):
        _fill(table[(slice(None),) * (depth - 1) + (k,)], coefficient, depth - 1, numbers)


# --- the tree ---------------------------------------------------------------------------------


class _Program:
    """A tree that is computed in a ring of series."""

    def __init__(self, tree: Node, format_: FloatFormat) -> None:
        self._tree = tree
        self._format = format_
        self._nodes = steps(tree)
        self._exponents = {
            node: self._exact(node.arguments[1])
            for node in self._nodes
            if isinstance(node, Call) and node.name == "pow"
        }

    @functools.cached_property
    def reach(self) -> Reach:
        """What its series on one side take."""
        return reach(self._tree, self._exact)

    def _exact(self, node: Node) -> Fraction | None:
        return rational_in(node, self._format)

    def run(self, ring: Taylor, places: Mapping[str, Series]) -> tuple[Series, Any]:
        """The series of the tree from those of its variables, and where it has none.

        That is at the points at which any part of it has no value.
        """
        still = Taylor(1, ring.numbers)
        values: dict[Node, Series] = {}
        undefined: Any = np.False_
        for node in self._nodes:
            arguments = [values[child] for child in node.children]
            if node.children and not any(map(ring.varies, arguments)):
                leaves = [[ring.bottom(argument)] for argument in arguments]
                values[node] = ring.number(self._value(still, node, leaves, places)[0])
            else:
                values[node] = self._value(ring, node, arguments, places)
            undefined = undefined | np.isnan(ring.leaf(values[node]))
        return values[self._tree], undefined

    def _value(
        self, ring: Taylor, node: Node, arguments: list[Series], places: Mapping[str, Series]
    ) -> Series:
        if isinstance(node, Variable):
            return places[node.name]
        if isinstance(node, Number):
            return ring.number(meant(node, self._format))
        if isinstance(node, Named):
            return ring.number(Fraction(CONSTANTS[node.name].digits))
        if isinstance(node, Alias):
            return arguments[0]
        assert isinstance(node, Call)
        if node.name == "pow":
            return ring.power(arguments[0], arguments[1], self._exponents[node])
        series: Series = rule_of(row(node.name).series, ring)(*arguments)
        return series
