"""Certified values beside the bare ball arithmetic that they need, point for point."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from flint import arb, arb_series
from tests.benchmarks.calls import FLOAT64, trees
from tests.benchmarks.measure import Section, Target, compare, many, seconds

from tapecli.engines.certified.interpreter import working
from tapecli.engines.certified.reference import Reference

POINTS = many(20_000)

MOST = Target(most=3)
"""What certifying may cost beside the arithmetic alone."""

Expression = Callable[..., Any]

ONE: tuple[str, Expression] = ("sin(x)*exp(-x^2)", lambda x: x.sin() * (-(x**2)).exp())
CASES: list[tuple[str, Expression, str, int, int]] = [
    *((*ONE, "x", order, 1) for order in (1, 2, 5, 10)),
    ("x*y^2", lambda x, y: x * y**2, "xy", 1, 3),
    ("sin(x*y)*exp(z)", lambda x, y, z: (x * y).sin() * z.exp(), "xyz", 1, 6),
]
"""The expression, the same by hand, the variables, the order, and the lines of the sharp series."""


def bare(hand: Expression, columns: list[list[float]], order: int, lines: int) -> None:
    """The series at both precisions along as many lines, and nothing else."""
    one = arb(1)
    for precision, terms, count in ((128, order + 2, lines), (53, order + 1, len(columns))):
        with working(precision, terms):
            for point in zip(*columns, strict=True):
                for _ in range(count):
                    hand(*[arb_series([arb(x), one], terms) for x in point])


def section() -> Section:
    """Certified values, their slopes and their spreads, at many points."""
    figures = []
    for text, hand, names, order, lines in CASES:
        (tree,) = trees(text)
        shares = np.linspace(0, 1, POINTS)
        columns = {name: 1 + 2 * shares**place for place, name in enumerate(names, 1)}
        derivatives = [tuple(name * k) for name in names for k in range(1, order + 1)]
        reference = Reference(tree, FLOAT64, derivatives, tuple(names))
        points = [column.tolist() for column in columns.values()]
        what = f"{text}, order {order}, certified"
        together = seconds(partial(reference.regular, columns))
        alone = seconds(partial(bare, hand, points, order, lines))
        figures.append(compare(what, "ball arithmetic alone", together, alone, MOST))
    note = (
        f"{POINTS:,} points, all certified together in this process, beside a loop over the same "
        "points with the same series at the same two precisions."
    )
    return Section([note], figures)
