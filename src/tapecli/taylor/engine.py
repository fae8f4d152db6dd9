"""The engine: a tree through Taylor arithmetic, at all points at once.

Everything is computed in float64 and rounded once to the dtype that is wanted.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapecli.floats import FloatFormat
from tapecli.functions import CONSTANTS, Rule, row
from tapecli.puiseux import Reach, reach
from tapecli.taylor.numbers import Numbers
from tapecli.taylor.rules import Series, Taylor
from tapecli.taylor.sides import OneSided, agreed
from tapecli.tree import Alias, Call, Named, Node, Number, Variable, meant, rational, steps

Array: TypeAlias = NDArray[np.float64]

CHUNK = 2**14
"""Points at a time: their coefficients stay in the processor's cache."""

_COMFORTABLE = 2.0**-900
"""A highest coefficient below this may have lost digits to underflow on the way."""


def run(
    targets: Sequence[Node],
    columns: Mapping[str, Array],
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
        for start in range(0, count, CHUNK):
            part = slice(start, start + CHUNK)
            here = {name: np.asarray(values[part]) for name, values in columns.items()}
            for place, target in enumerate(targets):
                found[place, :, part] = _derivatives(target, here, wanted, format_, scaled)
    return _rounded(found, format_)


def _rounded(values: Array, format_: FloatFormat) -> Array:
    """The nearest numbers of the dtype."""
    if format_.precision == 53:
        return values
    flat = [format_.round(Fraction(x)) if math.isfinite(x) else x for x in values.ravel().tolist()]
    return np.array(flat, np.float64).reshape(values.shape)


def _derivatives(
    target: Node,
    columns: Mapping[str, Array],
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
            table, exponents = _mixed(program, columns, orders), np.zeros(1, int)
        for place, each in zip(places, times, strict=True):
            powers = [each[name] for name in names]
            factor = 1 if scaled else math.prod(map(math.factorial, powers))
            found[place] = _times(table[tuple(powers)], factor, -exponents * sum(powers))
    return found


def _times(values: Array, factor: int, exponents: NDArray[np.int_]) -> Array:
    """The values times a factor and a power of two, none of which may fit a float itself."""
    bits = factor.bit_length()
    mantissas, own = np.frexp(values)
    whole: Array = np.ldexp(mantissas * (factor / (1 << bits)), own + exponents + bits)
    return whole


# --- one variable -----------------------------------------------------------------------------


def _along(
    program: _Program, columns: Mapping[str, Array], name: str, order: int
) -> tuple[Array, NDArray[np.int_]]:
    """The coefficients by one variable, of shape (order + 1, points), and their scale.

    Coefficient k is that of (h / 2**exponent)**k. The exponents are 0 but where coefficients of
    h**k would overflow or underflow: there the steps are of the size of the radius of
    convergence.
    """
    exponents = np.zeros(len(columns[name]), int)
    table, awkward = _series(program, columns, name, order, exponents)
    poor = _poor(table) & ~awkward
    if np.any(poor):
        part = {other: values[poor] for other, values in columns.items()}
        exponents[poor] = _radius(table[:, poor])
        table[:, poor] = _series(program, part, name, order, exponents[poor])[0]
    if order and np.any(awkward):
        part = {other: values[awkward] for other, values in columns.items()}
        table[:, awkward] = _from_both_sides(program, part, name, table[:, awkward])
    return table, exponents


def _series(
    program: _Program,
    columns: Mapping[str, Array],
    name: str,
    order: int,
    exponents: NDArray[np.int_],
) -> tuple[Array, NDArray[np.bool_]]:
    ring = Taylor(order + 1, Numbers())
    step = np.ldexp(1.0, exponents)
    places = {other: ring.number(values) for other, values in columns.items()}
    places[name] = [columns[name], step][: order + 1]
    series = program.run(ring, places)
    shape = columns[name].shape
    return _table(series, order + 1, shape), np.broadcast_to(ring.awkward, shape)


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


def _from_both_sides(
    program: _Program, columns: Mapping[str, Array], name: str, table: Array
) -> Array:
    """The coefficients at kinks and zeros of roots, from series on each side."""
    fold, terms = program.reach.fold, program.reach.terms(len(table))
    sides = []
    for sign in (1.0, -1.0):
        ring = OneSided(terms)
        zeros = [np.float64(0)] * (fold - 1)
        places = {n: ring.number(values) for n, values in columns.items()}
        places[name] = [columns[name], *zeros, np.float64(sign)][:terms]
        sides.append(_table(program.run(ring, places), terms, columns[name].shape))
    right, left = sides
    return np.stack(agreed(table[0], list(right), list(left), fold, len(table)))


# --- several variables ------------------------------------------------------------------------


def _mixed(program: _Program, columns: Mapping[str, Array], orders: Mapping[str, int]) -> Array:
    """The coefficients by several variables, of shape (order + 1 of each, points)."""
    rings: list[Any] = [Numbers()]
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
    _fill(table, program.run(ring, places), len(orders))
    return np.where(ring.awkward, np.nan, table)


def _fill(table: Array, series: Any, depth: int) -> None:
    """Write the coefficients of a series of series, the outermost by the last of the axes."""
    if depth == 0:
        table[...] = series
        return
    for k, coefficient in enumerate(series):
        _fill(table[(slice(None),) * (depth - 1) + (k,)], coefficient, depth - 1)


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
        return rational(node, lambda literal: meant(literal, self._format))

    def run(self, ring: Taylor, places: Mapping[str, Series]) -> Series:
        """The series of the tree, from those of its variables."""
        still = Taylor(1, Numbers())
        values: dict[Node, Series] = {}
        for node in self._nodes:
            arguments = [values[child] for child in node.children]
            if node.children and not any(map(ring.varies, arguments)):
                leaves = [[ring.leaf(argument)] for argument in arguments]
                values[node] = ring.number(self._value(still, node, leaves, places)[0])
            else:
                values[node] = self._value(ring, node, arguments, places)
        return values[self._tree]

    def _value(
        self, ring: Taylor, node: Node, arguments: list[Series], places: Mapping[str, Series]
    ) -> Series:
        if isinstance(node, Variable):
            return places[node.name]
        if isinstance(node, Number):
            return ring.number(float(meant(node, self._format)))
        if isinstance(node, Named):
            return ring.number(Fraction(CONSTANTS[node.name].digits))
        if isinstance(node, Alias):
            return arguments[0]
        assert isinstance(node, Call)
        if node.name == "pow":
            return ring.power(arguments[0], arguments[1], self._exponents[node])
        return _rule(ring, row(node.name).series)(*arguments)


def _rule(ring: Taylor, rule: Rule) -> Callable[..., Series]:
    """The rule of a row as a function of its arguments."""
    if isinstance(rule, str):
        method: Callable[..., Series] = getattr(ring, rule)
        return method
    return functools.partial(rule, ring)
