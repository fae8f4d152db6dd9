"""Certified values beside the bare ball arithmetic that they need, point for point."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from flint import arb, arb_series
from tests.benchmarks.calls import FLOAT64, trees
from tests.benchmarks.measure import Section, Target, compare, many, seconds

from tapecli.engines.certified.interpreter import working
from tapecli.engines.certified.reference import Reference

POINTS = many(2_000)

MOST = Target(most=3)
"""What certifying may cost beside the arithmetic alone."""

Expression = Callable[..., Any]


def tanh(x: arb_series) -> arb_series:
    """The hyperbolic tangent, which python-flint has for numbers only."""
    up, down = x.exp(), (-x).exp()
    return (up - down) / (up + down)


ONE: tuple[str, Expression] = ("sin(x)*exp(-x^2)", lambda x: x.sin() * (-(x**2)).exp())
THREE: tuple[str, Expression] = ("sin(x*y)*exp(z)", lambda x, y, z: (x * y).sin() * z.exp())
CASES: list[tuple[str, Expression, str, int]] = [
    *((*ONE, "x", order) for order in (1, 2, 5, 10)),
    ("log(x^2)", lambda x: (x**2).log(), "x", 2),
    ("sqrt(x)/(1+x)", lambda x: x.sqrt() / (1 + x), "x", 2),
    ("x^7", lambda x: x**7, "x", 2),
    ("erf(x)*gamma(x)", lambda x: x.erf() * x.gamma(), "x", 2),
    ("tanh(x)+atan(x)*log(1+x^2)", lambda x: tanh(x) + x.atan() * (1 + x**2).log(), "x", 2),
    ("log(x)*y", lambda x, y: x.log() * y, "xy", 5),
    ("x/(1+y^2)", lambda x, y: x / (1 + y**2), "xy", 10),
    *((*THREE, "xyz", order) for order in (1, 2, 5, 10)),
]
"""The expression, the same by hand, the variables, and the order by each of them."""


def bare(hand: Expression, columns: list[list[float]], order: int, lines: int) -> None:
    """The series at both precisions along as many lines, and nothing else."""
    one = arb(1)
    for precision, terms, count in ((128, order + 2, lines), (53, order + 1, len(columns))):
        with working(precision, terms):
            for point in zip(*columns, strict=True):
                for _ in range(count):
                    hand(*[arb_series([arb(x), one], terms) for x in point])


def certify(reference: Reference, columns: Mapping[str, Any]) -> None:
    """The derivatives, their slopes and their spreads."""
    reference.regular(columns)
    reference.spreads(columns)


def section() -> Section:
    """Certified values at many points, with all that a verdict may need."""
    figures = []
    cost = partial(seconds, clock=time.process_time)
    for text, hand, names, order in CASES:
        (tree,) = trees(text)
        shares = np.linspace(0, 1, POINTS)
        columns = {name: 1 + 2 * shares**place for place, name in enumerate(names, 1)}
        derivatives = [tuple(name * k) for name in names for k in range(1, order + 1)]
        reference = Reference(tree, FLOAT64, derivatives, tuple(names))
        points = [column.tolist() for column in columns.values()]
        what = f"{text}, order {order}, certified"
        beside = "ball arithmetic alone"
        alone = cost(partial(bare, hand, points, order, reference.lines))
        both = cost(partial(certify, reference, columns))
        figures.append(compare(what, beside, both, alone, MOST))
        if hand is ONE[1]:
            values = cost(partial(reference.regular, columns))
            figures.append(compare(f"{what}, values that are stable", beside, values, alone))
    note = (
        f"Processor time; {POINTS:,} points, all certified together in one process, beside a loop "
        "over the same points with the same series at the same two precisions. Verdicts on stable "
        "values take only the series at the higher precision."
    )
    return Section([note], figures)
