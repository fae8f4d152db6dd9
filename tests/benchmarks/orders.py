"""What the model of costs says that nested tapes take, beside what they do take, by order."""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from tests.benchmarks.calls import FLOAT64, trees
from tests.benchmarks.measure import (
    TRIAL,
    Figure,
    Section,
    Target,
    amount,
    figure,
    number,
    verdict,
)

from tapecli.defaults import EXECUTIONS
from tapecli.engines.tapes import arrangements
from tapecli.evaluation import planner
from tapecli.expressions.tree import Node, variables

POINTS = (1.0, 1.5, 2.0, 2.5, 3.0)

MODELLED = (
    *("x^5", "x^20", "(x^2-1)^10", "((x^2-1)^2-1)^2", "(x^2+1)^3*(x-2)^4", "3x^3-2x+1"),
    *("x*sin(x)", "sin(x)*cos(x)", "sin(x)*exp(-x^2)", "exp(x)*cos(x)*x^2", "x*log(x)"),
    *("1/x", "1/(1+x^2)", "x/(1+x^2)", "sin(x)/x", "(x^2-1)/(x^2+1)", "exp(sin x)/(2 + cos x)"),
    *("exp(sin(x)*cos(x))/(1+x^2)", "atan(x)/x", "sinh(x)/cosh(2x)", "lgamma(x)*sqrt(x)"),
    *("log(x^2)", "exp(sin(x))", "sin(sin(sin(x)))", "sqrt(1+x^2)", "log(1+exp(x))", "exp(-x^2)"),
    *("tan(x^2)", "x^x", "x^2.5", "2^x", "abs(x)*max(x,2)", f"{'sin(' * 30}x{')' * 30}"),
    *("+".join(f"sin({n}x)" for n in range(1, count)) for count in (11, 61)),
    *("sin(x)*exp(y)", "exp(x*y)", "x*y/(x+y)", "exp(x*y)/(1+x^2+y^2)", "x*y*z*t"),
    *(f"{name}(x/9)" for name in ("sqrt", "log", "tan", "cot", "sec", "asin", "atan", "tanh")),
    *(f"{name}(x/9)" for name in ("asinh", "atanh", "sigmoid", "softplus", "erf", "gamma")),
    *("atan2(x, y)", "hypot(x, y)", "(1-x)^2 + 100(y-x^2)^2", "y = sin(x); z = y^2; log(z)*y"),
)
"""Polynomials, products, quotients and nested functions, of one and several variables; a semicolon
is between targets."""

FACTOR = 3.0
"""What the model claims of itself in the planner, wherever a call takes `QUICK` or longer."""

QUICK = 0.1
"""CPU seconds below which nobody waits."""

LONGEST = 0.5 if TRIAL else 5.0
"""CPU seconds that an order may take by those of the two below it, to be measured."""

HIGHEST = 8


def of_the_model() -> Section:
    """Nested tapes, beside what the model says that they take: each call for the first time."""
    figures, rows = [], []
    for typed in MODELLED:
        for execution in EXECUTIONS:
            own = _modelled(typed, execution)
            cells = [f"{amount(one.other, 's')}, {number(one.ratio)}" for one in own]
            rows.append([f"{typed}, {execution}", *cells, *[""] * (HIGHEST - len(cells))])
            figures += own
    long = [one for one in figures if one.other >= QUICK]
    notes = [
        f"All orders up to the one that is named, at {len(POINTS)} points: the CPU seconds that "
        "the first call of nested tapes took in this process, traced and compiled where that is "
        "done, and what the planner says over that. What would take more than "
        f"{LONGEST:g} s is not measured.",
        f"The model claims to be within a factor of {FACTOR:g} of what takes {QUICK:g} s or more. "
        f"Of {len(long)} such calls, {_furthest(long)}",
    ]
    head = ("expression", *(f"order {order}" for order in range(1, HIGHEST + 1)))
    return Section(notes, figures, head, rows)


def _modelled(typed: str, execution: str) -> list[Figure]:
    """The model's seconds over those that were measured, order by order."""
    targets = trees(*typed.split(";"))
    names = sorted({name for target in targets for name in variables(target)}) or ["x"]
    columns = {name: np.array(POINTS) + place for place, name in enumerate(names)}
    figures: list[Figure] = []
    before, taken = 0.0, 0.0
    for order in range(1, HIGHEST + 1):
        if before and taken * max(taken / before, 1) > LONGEST:
            break
        wanted = [tuple(itertools.islice(itertools.cycle(names), order))]
        work = planner.Workload(tuple(targets), tuple(wanted), len(POINTS))
        expected = work.tape_seconds(execution)
        before, taken = taken, _first_call(targets, columns, wanted, execution)
        target = Target(1 / FACTOR, FACTOR) if taken >= QUICK else None
        what = f"the model of order {order} of {typed}, {execution}"
        figures.append(figure(what, "measured", "s", [expected], [taken], target))
    return figures


def _first_call(
    targets: Sequence[Node],
    columns: Mapping[str, NDArray[np.float64]],
    wanted: Sequence[tuple[str, ...]],
    execution: str,
) -> float:
    """The CPU seconds of a call that was not made before."""
    gc.collect()
    start = time.process_time()
    arrangements.tape_derivatives(targets, columns, wanted, "nested", FLOAT64, execution)
    return time.process_time() - start


def _furthest(figures: list[Figure]) -> str:
    """The figure that is furthest from 1, in a sentence."""
    worst = max(figures, key=lambda one: max(one.ratio, 1 / one.ratio))
    return (
        f"the furthest from what was measured is {worst.what}, at {number(worst.ratio)} times "
        f"the {amount(worst.other, 's')} that it took: {verdict(worst.met)}."
    )
