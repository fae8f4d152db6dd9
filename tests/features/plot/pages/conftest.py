"""Curves made by hand: no expression is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from tapecli.expressions.derivative import Derivative
from tapecli.expressions.expression import parse
from tapecli.features.plot.model import Curve, Curves, Floats, Mark, PlotAxis
from tapecli.result import Status

AXIS = PlotAxis("x", -2, 2)
Make = Callable[..., Curves]


@pytest.fixture(scope="session")
def make() -> Make:
    """Make a plot: `make("x^2", lambda x: x**2, lambda x: 2 * x, low=-2, high=4)`."""

    def call(
        text: str,
        *functions: Callable[[Floats], Floats],
        axis: PlotAxis = AXIS,
        low: float = -1,
        high: float = 4,
        open_at: Sequence[float] = (),
        marks: Sequence[Mark] = (),
        at: Mapping[str, float] | None = None,
        lines: int = 12,
        samples: int = 201,
    ) -> Curves:
        (target,) = parse(text)
        x = np.linspace(axis.start, axis.stop, samples)
        if axis.log:
            x = np.geomspace(axis.start, axis.stop, samples)
        joined = np.ones(len(x) - 1, bool)
        for gap in open_at:
            joined[np.searchsorted(x, gap) - 1] = False
        counts = {Status.OK: samples - len(marks)}
        for mark in marks:
            counts[mark.status] = counts.get(mark.status, 0) + 1
        curves = []
        for order, function in enumerate(functions):
            derivative = Derivative("x", ("x",) * order)
            curve = Curve(target, derivative, x, function(x), joined, (), counts)
            curves.append(curve if order else replace(curve, marks=tuple(marks)))
        dots = 160, 4 * lines
        return Curves(axis, at or {}, tuple(curves), low, high, dots, "float64, nested tapes")

    return call
