"""Runs trees through Taylor arithmetic: every derivative at all points at once.

Everything is computed in float64, or above `FLOAT64_ORDER` in numbers of twice its precision, and
rounded once to the dtype.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapecli.engines.certified.series_tree import Reach, SeriesTree
from tapecli.engines.taylor import FLOAT64_ORDER
from tapecli.engines.taylor.doubled import Doubled
from tapecli.engines.taylor.numbers import Numbers
from tapecli.engines.taylor.rules import Series, Taylor
from tapecli.engines.taylor.sides import OneSided, agreed
from tapecli.expressions.tree import Call, Node, Variable, is_condition
from tapecli.floats import FloatFormat

Array: TypeAlias = NDArray[np.float64]
Columns: TypeAlias = Mapping[str, Array]
"""For each variable its value at each point."""

CHUNK = 2**16
"""How many coefficients are computed at once, so that they stay in the processor's cache."""

_COMFORTABLE = 2.0**-900
"""A highest coefficient below this may have lost digits because intermediate results underflow."""

_ATTEMPTS = 4
"""How many other steps are tried where coefficients do not fit a float."""

_REFINEMENT = 8
"""How much finer the fold is that is tried for irrational powers of h."""

_MOST_TERMS = 1500
"""Coefficients of a one-sided series; where it would take more, derivatives are unknown."""

_LARGEST_STEP = 1000
"""The largest exponent of a step."""


def taylor_derivatives(
    targets: Sequence[Node],
    columns: Columns,
    derivatives: Sequence[tuple[str, ...]],
    format_: FloatFormat,
    scaled: bool = False,
) -> Array:
    """Differentiate the targets at all points.

    Args:
        targets: trees.
        columns: for each of their variables its value at each point, numbers of the format.
        derivatives: for each derivative its variables, in any order; () is the value.
        format_: the dtype.
        scaled: whether to return Taylor coefficients: each derivative divided by the factorials
            of its orders.

    Returns:
        Numbers of the dtype, of shape (targets, derivatives, points). NaN where a derivative
        does not exist.
    """
    count = next(len(values) for values in columns.values())
    results = np.empty((len(targets), len(derivatives), count))
    with np.errstate(all="ignore"):
        size = max(1, CHUNK // (1 + max(map(len, derivatives))))
        for start in range(0, count, size):
            chunk = slice(start, start + size)
            points = {name: np.asarray(values[chunk]) for name, values in columns.items()}
            for index, target in enumerate(targets):
                results[index, :, chunk] = _target_derivatives(
                    target, points, derivatives, format_, scaled
                )
        return format_.all_rounded(results)


def _target_derivatives(
    target: Node,
    columns: Columns,
    derivatives: Sequence[tuple[str, ...]],
    format_: FloatFormat,
    scaled: bool,
) -> Array:
    """The derivatives of one target; derivatives by the same variables share their series."""
    tree = SeriesTree(target, format_)
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, variables in enumerate(derivatives):
        groups.setdefault(tuple(sorted(set(variables))), []).append(index)
    results = np.empty((len(derivatives), len(next(iter(columns.values())))))
    for names, indices in groups.items():
        names = names or tuple(columns)[:1]  # the value alone is in a series by any variable
        orders = [tuple(map(derivatives[index].count, names)) for index in indices]
        highest = dict(zip(names, map(max, zip(*orders, strict=True)), strict=True))
        if len(names) == 1:
            table, exponents = _by_one_variable(tree, columns, *highest.popitem())
        else:
            table, irregular, _ = _two_sided(tree, columns, highest)
            table, exponents = np.where(irregular, np.nan, table), np.zeros(table.shape, int)
        for index, powers in zip(indices, orders, strict=True):
            factor = 1 if scaled else math.prod(map(math.factorial, powers))
            bits = factor.bit_length()  # a factor or a power of two alone may not fit a float
            mantissas, shifts = np.frexp(table[powers])
            shifts = shifts + exponents[powers] + bits
            results[index] = np.ldexp(mantissas * (factor / (1 << bits)), shifts)
    return results


# --- one variable -----------------------------------------------------------------------------


def _by_one_variable(
    tree: SeriesTree, columns: Columns, name: str, order: int
) -> tuple[Array, NDArray[np.int_]]:
    """The coefficients by one variable, and the exponents of two that they are multiplied by.

    Both are of shape (order + 1, points); the coefficient of h**k is the number in the table
    times 2**exponent. The exponents are 0 except where coefficients of h**k overflow or underflow.
    There the numbers are the coefficients of (h / 2**e)**k, with a step 2**e of about the size of
    the radius of convergence, as far as it can be estimated, or of the point, or of its root.
    """
    table, irregular, terms = _two_sided(tree, columns, {name: order})
    exponents = np.zeros(table.shape, int)
    step, latest = np.zeros(len(columns[name]), int), table
    for attempt in range(_ATTEMPTS):
        highest = np.max(np.abs(table[:terms][-2:]), axis=0)
        fits = np.isfinite(highest) & (highest > _COMFORTABLE)
        poor = np.isfinite(table[0]) & ~fits & ~irregular
        if not np.any(poor):
            break
        if attempt < 2:
            step = step + _radius_exponents(latest)
        else:
            step = np.frexp(columns[name])[1] // (attempt - 1)
        step = np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        latest = np.full(table.shape, np.nan)
        latest[:, poor] = _two_sided(tree, _at(columns, poor), {name: order}, step[poor])[0]
        better = np.isfinite(latest) & ~(np.isfinite(table) & (np.abs(table) >= np.abs(latest)))
        table = np.where(better, latest, table)
        exponents = np.where(better, -step * np.arange(order + 1)[:, None], exponents)
    if order and np.any(irregular):
        points = _at(columns, irregular)
        table[:, irregular] = _from_both_sides(tree, points, name, table[:, irregular])
    return table, exponents


def _at(columns: Columns, chosen_points: NDArray[np.bool_]) -> Columns:
    """The columns at some of the points."""
    return {name: values[chosen_points] for name, values in columns.items()}


def _two_sided(
    tree: SeriesTree,
    columns: Columns,
    orders: Mapping[str, int],
    exponents: NDArray[np.int_] | int = 0,
) -> tuple[Array, NDArray[np.bool_], int]:
    """The coefficients of (h / 2**exponent)**k in an ordinary series by each variable.

    Returns:
        The coefficients of shape (order + 1 of each variable, points), NaN where some part of the
        expression has no value; at which points they are irregular; and after how many terms by
        the last variable all are zero.
    """
    sums_cancel = sum(orders.values()) > FLOAT64_ORDER
    rings: list[Any] = [Doubled() if sums_cancel else Numbers()]
    for order in orders.values():
        rings.append(Taylor(order + 1, rings[-1]))
    ring = rings[-1]
    variables = {name: ring.number(values) for name, values in columns.items()}
    step = np.ldexp(1.0, exponents)
    for level, (name, order) in enumerate(orders.items()):
        series: Any = [rings[level].number(columns[name]), rings[level].number(step)][: order + 1]
        for _ in rings[level + 2 :]:
            series = [series]
        variables[name] = series
    shape = next(iter(columns.values())).shape
    all_terms = [order + 1 for order in orders.values()]
    table, undefined, terms = _coefficients(tree, ring, variables, (*all_terms, *shape))
    return table, np.broadcast_to(ring.numbers.irregular & ~undefined, shape), terms


def _fill(table: Array, series: Any, depth: int, numbers: Numbers) -> None:
    """Write the coefficients of a series of series, the outermost by the last of the axes."""
    if depth == 0:
        table[...] = numbers.leaf(series)
        return
    for k, coefficient in enumerate(series):
        _fill(table[(slice(None),) * (depth - 1) + (k,)], coefficient, depth - 1, numbers)


def _radius_exponents(table: Array) -> NDArray[np.int_]:
    """The exponents of steps with which coefficients keep their size, from those in the table."""
    size = np.abs(table)
    usable = np.isfinite(size) & (size >= np.finfo(np.float64).tiny)
    orders = np.arange(len(table))[:, None]
    last = np.max(np.where(usable, orders, 0), axis=0)
    first = np.min(np.where(usable & (orders > 0), orders, len(table)), axis=0)
    first = np.where(first < last, first, 0)
    first_size, last_size = (np.take_along_axis(size, k[None], 0)[0] for k in (first, last))
    valid = (last > first) & (first_size > 0)
    growth = np.log2(np.where(valid, last_size, 1.0)) - np.log2(np.where(valid, first_size, 1.0))
    exponents: NDArray[np.int_] = np.round(-growth / np.maximum(last - first, 1)).astype(int)
    return exponents


def _from_both_sides(tree: SeriesTree, columns: Columns, name: str, table: Array) -> Array:
    """The coefficients at kinks and zeros of roots, from one-sided series.

    Most of these are series in h, whatever roots are in them. Where a power of h is not whole,
    series in roots of h are tried; for an irrational power, in a root that comes near it.
    """
    reach, result, left = tree.reach, table.copy(), np.full(table.shape[1], True)
    for fold in (1, reach.fold, reach.fold * _REFINEMENT):
        terms = Reach(fold, reach.degree).terms(len(table))
        if terms > _MOST_TERMS:
            result[1:, left] = np.nan
        elif np.any(left):
            points, values = _at(columns, left), table[:, left]
            result[:, left], left[left] = _agreed(tree, points, name, values, fold, terms)
    return result


def _agreed(
    tree: SeriesTree, columns: Columns, name: str, table: Array, fold: int, terms: int
) -> tuple[Array, NDArray[np.bool_]]:
    """The coefficients on which the series in t of both sides agree, with h = t**fold.

    The second array says at which points a series had to end at a power that is not whole.
    """
    shape = columns[name].shape
    incomplete, unknown, sides = np.full(shape, False), np.full(shape, False), []
    for sign in (1.0, -1.0):
        ring = OneSided(terms)
        zeros = [np.float64(0)] * (fold - 1)
        variables = {other: ring.number(values) for other, values in columns.items()}
        variables[name] = [columns[name], *zeros, np.float64(sign)][:terms]
        side, undefined, _ = _coefficients(tree, ring, variables, (terms, *shape))
        sides.append(list(side))
        incomplete, unknown = incomplete | ring.incomplete, unknown | undefined
    right, left = sides
    return np.stack(agreed(table[0], right, left, fold, len(table))), incomplete & ~unknown


def _coefficients(
    tree: SeriesTree, ring: Taylor, variables: Mapping[str, Series], shape: tuple[int, ...]
) -> tuple[Array, Any, int]:
    """The coefficients of a tree's series in a ring, in an array whose last axis is the points.

    Returned as well are where they are NaN, because some part of the tree has no value, and after
    how many terms by the last variable all are zero.
    """
    constants = Taylor(1, ring.numbers)
    values: dict[Node, Series] = {}
    undefined: Any = np.False_
    flags = _Flags(ring) if tree.optional else None
    for node in tree.nodes:
        arguments = [values[child] for child in node.children]
        if isinstance(node, Variable):
            values[node] = variables[node.name]
        elif node.children and not any(map(ring.varies, arguments)):
            leaves = [[ring.bottom(argument)] for argument in arguments]
            values[node] = ring.number(tree.series(constants, node, leaves)[0])
        else:
            values[node] = tree.series(ring, node, arguments)
        if flags:
            flags.note(node, values)
        else:
            undefined = undefined | np.isnan(ring.leaf(values[node]))
    root = tree.nodes[-1]
    if flags:
        undefined = flags.undefined(root)
    series, table = values[root], np.zeros(shape)
    _fill(table, series, len(shape) - 1, ring.numbers)
    return np.where(undefined, np.nan, table), undefined, len(series)


class _Flags:
    """At which points each node of a tree is special, if that depends on branches of `where`.

    What is special in a branch matters only at the points at which it is chosen.
    """

    def __init__(self, ring: Taylor) -> None:
        self._ring = ring
        self._flags: dict[Node, list[Any]] = {}

    def undefined(self, node: Node) -> Any:
        """Where a node has no value; what else is special in it is left in the ring."""
        undefined, self._ring.numbers.irregular, incomplete = self._flags[node]
        if isinstance(self._ring, OneSided):
            self._ring.incomplete = incomplete
        return undefined

    def note(self, node: Node, values: Mapping[Node, Series]) -> None:
        """Take over what the ring has marked while it computed a node, and clear it there."""
        ring, value = self._ring, self._ring.leaf(values[node])
        own = [np.isnan(value), ring.numbers.irregular, np.False_]
        ring.numbers.irregular = np.False_
        if isinstance(ring, OneSided):
            own[2], ring.incomplete = ring.incomplete, np.False_
        children = [self._flags[child] for child in node.children]
        if isinstance(node, Call) and node.name == "where":
            is_first = ring.leaf(values[node.arguments[0]]) == 1
            condition, first, second = children
            chosen = [np.where(is_first, *pair) for pair in zip(first, second, strict=True)]
            children = [condition, chosen]
        elif is_condition(node) and len(children) == 2:
            children = [[np.False_, *flags[1:]] for flags in children]  # NaN says what is undefined
        self._flags[node] = [
            functools.reduce(np.logical_or, each) for each in zip(own, *children, strict=True)
        ]
