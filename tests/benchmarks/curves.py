"""Costs by size, as curves: the exponent with which each of them grows, beside the expected one.

A cost is fixed + factor * size**exponent. What is fixed comes from a fit to all sizes, of least
relative squares. The exponent is the slope of what is left on logarithmic axes, over the last
decade of sizes: there a term that grows faster has come through, if there is one.
"""

from __future__ import annotations

import gc
import io
import itertools
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from tests.benchmarks.calls import FLOAT64, TYPED, by_x, trees
from tests.benchmarks.measure import CALLS, TRIAL, Curve, Figure, Section, Target, amount, spread

import tapecli
from tapecli.engines.certified.formula import formulas
from tapecli.engines.certified.reference import Reference, reference
from tapecli.engines.tapes import arrangements
from tapecli.engines.taylor import engine
from tapecli.expressions.derivative import hessian
from tapecli.expressions.expression import parse
from tapecli.floats import Array
from tapecli.formats import Screen, csv
from tapecli.formats import table as table_format
from tapecli.points.exact import MAX_COUNT
from tapecli.points.tables import Table
from tapecli.result import Result

ROUNDS = 2 if TRIAL else 3
LONGEST = 0.05 if TRIAL else 10.0
"""CPU seconds that a call may be expected to take, by the size before."""
QUICK = 0.02
"""CPU seconds below which a round takes the quickest of `CALLS` calls."""
SLOW = 0.1
"""CPU seconds from which on the first call counts as a round."""

TOO_MUCH = 0.3
"""How far above the expected exponent a measured one is marked."""

FUNCTIONS = ("sin", "cos", "tanh", "atan", "asinh", "log1p", "sqrt")
"""The functions of a long sum in turn."""

Work: TypeAlias = Callable[[], object]
Columns: TypeAlias = "dict[str, Array]"

Wrt: TypeAlias = "list[tuple[str, ...]]"


# --- what is called ---------------------------------------------------------------------------


def points(count: int, names: Sequence[str] = ("x",)) -> Columns:
    """So many points, others for each variable."""
    return {name: np.linspace(1.0, 2.0 + index / 200, count) for index, name in enumerate(names)}


def names(count: int) -> list[str]:
    """So many variables."""
    return [f"x{index}" for index in range(1, count + 1)]


def coupled(count: int) -> str:
    """A function of so many variables, each of which occurs in two terms of a sum."""
    return "+".join(f"sin(x{index})*x{index % count + 1}" for index in range(1, count + 1))


def slopes(count: int) -> Wrt:
    """The derivatives of the gradient by so many variables."""
    return [(name,) for name in names(count)]


def pairs(count: int) -> Wrt:
    """Those of the Hessian."""
    return [derivative.variables for derivative in hessian(names(count))]


def long_sum(operations: int) -> str:
    """An expression of so many operations, which is one more than a multiple of 3.

    Its numbers are below 100, beyond which formulas keep them as they are typed.
    """
    count = (operations + 2) // 3
    products = itertools.islice(itertools.product(range(1, 100), FUNCTIONS), count)
    terms = [f"{function}({factor}x)" for factor, function in products]
    return "+".join(f"({'+'.join(terms[start : start + 30])})" for start in range(0, count, 30))


def many_targets(count: int) -> list[str]:
    """So many functions of x."""
    return [f"sin({factor}x)*exp(-x^2)" for factor in range(1, count + 1)]


def by_tapes(
    texts: str | Sequence[str],
    wrt: Wrt,
    columns: Columns,
    method: str = "nested",
    execution: str = "eager",
) -> Work:
    """Tapes, without what comes before and after them."""
    targets = trees(*([texts] if isinstance(texts, str) else texts))
    return partial(arrangements.tape_derivatives, targets, columns, wrt, method, FLOAT64, execution)


def by_variables(count: int, wrt: Wrt, method: str = "nested") -> Work:
    """Tapes around a function of so many variables."""
    return by_tapes(coupled(count), wrt, points(5, names(count)), method)


def by_xla(text: str) -> Work:
    """The same compiled, for the first time: always at another number of points."""
    counts = itertools.count(5)
    return lambda: by_tapes(text, by_x(1), points(next(counts)), execution="xla")()


def by_taylor(text: str, order: int, count: int = 5) -> Work:
    """Taylor series up to an order."""
    return partial(engine.taylor_derivatives, trees(text), points(count), by_x(order), FLOAT64)


def certified(text: str, wrt: Wrt) -> Work:
    """Certified values at a single point."""
    (tree,) = trees(text)
    variables = sorted({name for by in wrt for name in by})
    point = {name: float(xs[0]) for name, xs in points(2, variables).items()}
    return lambda: Reference(tree, FLOAT64, wrt, tuple(variables)).at(point)


def together(text: str, wrt: Wrt, count: int) -> Work:
    """Certified values at many points."""
    (tree,) = trees(text)
    variables = sorted({name for by in wrt for name in by})
    columns = points(count, variables)
    return lambda: Reference(tree, FLOAT64, wrt, tuple(variables)).regular(columns)


def with_formulas(texts: Sequence[str], order: int) -> Work:
    """Formulas as they are shown, in as much time as they want."""
    from sympy.core.cache import clear_cache

    def work() -> object:
        clear_cache()
        return formulas(trees(*texts), by_x(order), [1] * order, math.inf)

    return work


def whole_call(call: Callable[..., Result], *arguments: object, **keywords: object) -> Work:
    """A whole call without formulas, of which nothing is certified yet."""

    def work() -> object:
        reference.cache_clear()
        return call(*arguments, formulas=False, max_seconds=1e6, **keywords)

    return work


def in_chunks(count: int) -> Iterator[Result]:
    """The results of a long run that verifies nothing."""
    x = f"1..3@{count}" if count > 1 else 2
    return tapecli.parts(TYPED, x=x, order=2, verify="none", execution="xla")


def computing(count: int) -> Work:
    """A long run whose results nobody writes."""
    return lambda: sum(1 for _ in in_chunks(count))


def writing_csv(count: int) -> Work:
    """A long run, and its lines of CSV."""

    def work() -> object:
        results = in_chunks(count)
        pieces = (csv.body(part, block, Screen()) for part in results for block in part.blocks)
        return sum(map(len, itertools.chain.from_iterable(pieces)))

    return work


def reading_csv(count: int) -> Work:
    """The points of a table in CSV."""
    data = "\n".join(["x,y", *(f"{x!r},1" for x in points(count)["x"].tolist())]).encode()

    def work() -> object:
        stream = io.TextIOWrapper(io.BytesIO(data), "utf-8")
        return [len(block["x"]) for block in Table("-", stream).blocks(("x",), FLOAT64, MAX_COUNT)]

    return work


def drawing(count: int) -> Work:
    """The table of a result that is there already."""
    result = tapecli.diff(many_targets(count), x=[1, 2, 3], order=2, formulas=False)
    return lambda: list(table_format.render(result, Screen()))


# --- the curves -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A cost that grows with a size.

    Attributes:
        by: what grows.
        name: what costs.
        sizes: how it grows.
        work: what is called for a size.
        expected: the exponent; the factor from one size to the next, if it `is_factor`.
        reason: why.
    """

    by: str
    name: str
    sizes: Sequence[int]
    work: Callable[[int], Work]
    expected: float
    reason: str
    is_factor: bool = False

    @property
    def exponent(self) -> float:
        """The expected exponent, on the axis."""
        return math.log(self.expected) if self.is_factor else self.expected

    def on_axis(self, size: int) -> float:
        """The size, or what a cost is a power of that grows by a factor each time."""
        return math.exp(size) if self.is_factor else size


DECADES = (1, 10, 100, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
ORDERS = (1, 2, 3, 5, 8, 13, 20, 30, 40, 60, 80, 100)
VARIABLES = (1, 2, 3, 5, 10, 20, 30, 50, 100)
LENGTHS = (1, 10, 31, 100, 199, 301, 601, 1_000, 1_999)
TARGETS = (1, 2, 3, 5, 10, 20, 30, 50)

POINTWISE = "Each point takes the same."
SQUARE = "A product of two series takes the square of their length."
RECORDED = "Each tape records the backward pass inside it, which takes a few times as long."
REVERSE = "A backward pass takes a constant times the value, however many variables there are."
ENTRIES = "Each entry of the gradient takes a backward pass."
AXES = "Each variable takes a series of the whole expression."
PAIRS = "Each pair of variables in one term takes a series of the whole expression."
OPERATIONS = "Each operation takes the same."
TARGETWISE = "Each target takes the same."


def rows(
    by: str,
    sizes: Sequence[int],
    expected: float,
    reason: str,
    works: Mapping[str, Callable[[int], Work]],
) -> list[Row]:
    """Rows that have everything in common but their names and works."""
    return [Row(by, name, sizes, work, expected, reason) for name, work in works.items()]


ROWS: list[Row] = [
    *rows(
        "points", (*DECADES, 10**7, 3 * 10**7, 10**8), 1, POINTWISE, {
            "tapes compiled in chunks": computing,
        },
    ),
    *rows(
        "points", DECADES, 1, POINTWISE, {
            "tapes run eagerly": lambda n: by_tapes(TYPED, by_x(2), points(n)),
            "reading CSV": reading_csv,
            "computing and writing CSV": writing_csv,
        },
    ),
    *rows(
        "points", DECADES[:-3], 1, POINTWISE, {
            "Taylor series of order 10": lambda n: by_taylor(TYPED, 10, n),
            "certified values": lambda n: together(TYPED, by_x(2), n),
        },
    ),
    *rows(
        "order", ORDERS, 2, SQUARE, {
            "Taylor series": lambda n: by_taylor(TYPED, n),
            "certified values at one point": lambda n: certified(TYPED, by_x(n)),
            "certified values at 300 points": lambda n: together(TYPED, by_x(n), 300),
        },
    ),
    Row(
        "order", "nested tapes", range(1, 8), lambda n: by_tapes(TYPED, by_x(n), points(5)),
        3, RECORDED, is_factor=True,
    ),
    *rows(
        "variables", VARIABLES, 1, REVERSE, {
            "value by TensorFlow": lambda n: by_variables(n, [()], "forward"),
            "gradient by a tape": lambda n: by_variables(n, slopes(n)),
        },
    ),
    *rows(
        "variables", VARIABLES, 2, ENTRIES, {
            "Hessian by nested tapes": lambda n: by_variables(n, pairs(n)),
        },
    ),
    *rows(
        "variables", VARIABLES[:-3], 2, ENTRIES, {
            "Hessian by batch_jacobian": lambda n: by_variables(n, pairs(n), "batch"),
        },
    ),
    *rows(
        "variables", VARIABLES, 2, AXES, {
            "certified gradient at one point": lambda n: certified(coupled(n), slopes(n)),
            "certified gradient at 30 points": lambda n: together(coupled(n), slopes(n), 30),
        },
    ),
    *rows(
        "variables", VARIABLES[:-1], 2, PAIRS, {
            "certified Hessian at one point": lambda n: certified(coupled(n), pairs(n)),
            "whole call of hessian": lambda n: whole_call(
                tapecli.hessian, coupled(n), at=dict.fromkeys(names(n), 1.5)
            ),
        },
    ),
    *rows(
        "operations", LENGTHS, 1, OPERATIONS, {
            "parsing": lambda n: partial(parse, long_sum(n)),
            "gradient by a tape": lambda n: by_tapes(long_sum(n), by_x(1), points(5)),
                        "Taylor series of order 5": lambda n: by_taylor(long_sum(n), 5),
            "certified values at one point": lambda n: certified(long_sum(n), by_x(2)),
            "certified values at 100 points": lambda n: together(long_sum(n), by_x(2), 100),
            "whole call of diff": lambda n: whole_call(tapecli.diff, long_sum(n), order=2),
        },
    ),
    *rows(
        "operations", LENGTHS[:-3], 1, OPERATIONS, {
            "compiling the tape": lambda n: by_xla(long_sum(n)),
        },
    ),
    *rows(
        "operations", (1, 4, 7, 10, 16, 22, 31, 49, 70), 1, OPERATIONS, {
            "formulas by SymPy": lambda n: with_formulas([long_sum(n)], 1),
        },
    ),
    *rows(
        "operations", (73, 100, 130, 160, 199, 250, 301, 349), 1, OPERATIONS, {
            "formulas by the chain rule": lambda n: with_formulas([long_sum(n)], 1),
        },
    ),
    *rows(
        "targets", TARGETS, 1, TARGETWISE, {
            "nested tapes of order 2": lambda n: by_tapes(many_targets(n), by_x(2), points(5)),
            "whole call of diff": lambda n: whole_call(tapecli.diff, many_targets(n), order=2),
            "formulas": lambda n: with_formulas(many_targets(n), 1),
            "drawing the table": drawing,
        },
    ),
]  # fmt: skip


# --- measuring --------------------------------------------------------------------------------


def cpu_seconds(work: Work, calls: int = 1) -> float:
    """The CPU seconds of a call in this process, of all its threads; the quickest of several."""
    times = [time.process_time()]
    for _ in range(calls):
        work()
        times.append(time.process_time())
    return min(after - before for before, after in itertools.pairwise(times))


def measured(row: Row) -> dict[int, list[float]]:
    """The CPU seconds of each size, in each round; the first call counts if it is slow."""
    gc.collect()
    works: dict[int, tuple[Work, int]] = {}
    costs: dict[int, list[float]] = {}
    taken = last = 0.0
    for size in row.sizes:
        here = row.on_axis(size)
        if last and taken * (here / last) ** row.exponent > LONGEST:
            break
        work, last = row.work(size), here
        taken = cpu_seconds(work)
        works[size] = work, CALLS if taken < QUICK else 1
        costs[size] = [taken] if taken > SLOW else []
    for _ in range(ROUNDS):
        for size, (work, calls) in works.items():
            if len(costs[size]) < ROUNDS:
                costs[size].append(cpu_seconds(work, calls))
    return costs


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The exponent of costs that are fixed + factor * size**exponent, with other terms besides.

    It is that of the last decade of sizes; NaN if less than two of them cost more than half as
    much again as what is fixed.
    """
    fixed = fixed_cost(sizes, costs)
    upper = [
        (math.log(size), math.log(cost - fixed))
        for size, cost in zip(sizes, costs, strict=True)
        if size >= 0.099 * sizes[-1] and cost > 1.5 * fixed
    ]
    return statistics.linear_regression(*zip(*upper, strict=True)).slope if upper[1:] else math.nan


def fixed_cost(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """What is fixed in costs that are fixed + factor * size**exponent, but for relative errors."""
    shares, seconds = np.asarray(sizes) / sizes[-1], np.asarray(costs)

    def fit(power: float) -> tuple[float, float]:
        """The sum of the squares of the relative errors, and what is fixed."""
        one, grown = 1 / seconds, shares**power / seconds
        solution = np.linalg.lstsq(np.stack([one, grown], 1), np.ones_like(one), rcond=None)[0]
        fixed, factor = solution
        if fixed < 0:
            fixed, factor = 0.0, grown.sum() / (grown @ grown)
        return float(((fixed * one + factor * grown - 1) ** 2).sum()), float(fixed)

    low, high = 0.05, 5.0
    while high - low > 1e-9:
        third = (high - low) / 3
        if fit(low + third) < fit(high - third):
            high -= third
        else:
            low += third
    return fit(low)[1]


# --- the section ------------------------------------------------------------------------------


def section() -> Section:
    """All curves."""
    figures, curves, table = [], [], []
    for row in ROWS:
        costs = measured(row)
        figure = growth(row, costs)
        figures += [] if math.isnan(figure.ratio) else [figure]
        spreads = {n: (statistics.median(t), min(t), max(t)) for n, t in costs.items()}
        curves.append(Curve(row.by, row.name, spreads))
        table.append(cells(row, figure, max(costs)))
    note = (
        "CPU seconds of the work alone, in this process, which has loaded TensorFlow, as "
        "fixed + factor · size^exponent. What is fixed is fitted to all sizes; the exponent is the "
        f"slope over the last decade of sizes, of the medians of {ROUNDS} rounds and, in brackets, "
        f"of single rounds. More than {TOO_MUCH} above the expected exponent is too much."
    )
    head = ("by", "cost of", "up to", "CPU time there", "exponent", "expected", "", "because")
    return Section([note], figures, head, table, curves)


def growth(row: Row, costs: Mapping[int, Sequence[float]]) -> Figure:
    """The exponent of a row's costs, or the factor; `cost` is that of the largest size."""
    axis = list(map(row.on_axis, costs))
    medians = [statistics.median(taken) for taken in costs.values()]
    of_rounds = [exponent(axis, taken) for taken in zip(*costs.values(), strict=True)]
    numbers = [exponent(axis, medians), min(of_rounds), max(of_rounds), row.exponent + TOO_MUCH]
    ratio, low, high, most = map(math.exp, numbers) if row.is_factor else numbers
    what, beside = f"growth of {row.name} by {row.by}", f"the expected {row.expected:g}"
    ends = medians[-1], medians[0]
    return Figure(what, beside, "s", ratio, low, high, *ends, ROUNDS, Target(most=most))


def cells(row: Row, figure: Figure, largest: int) -> list[str]:
    """A row of the table."""
    sign = "×" if row.is_factor else ""
    hidden = math.isnan(figure.ratio)
    return [
        row.by,
        row.name,
        f"{largest:,}",
        amount(figure.cost, "s"),
        "hidden by what is fixed" if hidden else sign + spread(figure),
        f"{sign}{row.expected:g}",
        "" if hidden or figure.met else "too much",
        row.reason,
    ]
