"""Certified values of derivatives, their formulas, and the judgement of claims about them.

A reader should open the modules in this order:

1. `Certified` and `NoDerivative`, below, are what is certified.
2. `balls` has the rules of the function table on power series with error bounds, from python-flint.
   `series_tree` applies the rules of any engine to a tree, and says how many terms that takes on
   one side of a kink or root; `interpreter` does it with balls, along a line through a point.
   `budget` says what it costs.
3. `lines` combines the series along several lines into derivatives at one precision, and
   `reference` raises the precision until they are known far below one ulp. `regular` does the same
   for many points together, where nothing special happens at them, and `columns` is how a tree is
   evaluated at many points. `taylor_model`
   certifies all numbers of an interval together, for dtypes narrower than float64.
4. `enclosure` bounds derivatives over whole intervals, for plots; `elementary` evaluates functions
   at twice the precision of float64, for the Taylor engine.
5. `symbols` turns a tree into SymPy's expression, in which `literals` keeps numbers as they were
   typed. `formula` differentiates it, `shortening` looks for a shorter form, and `printing` writes
   it as text and LaTeX; `deadline` ends whatever takes SymPy too long. `formula_cache` gives the
   formulas that need no SymPy: those of `monomials`, and those of earlier calls.
6. `judge` compares a claimed derivative with the certified one at many points, and `proof` tries to
   show with SymPy that the two are equal everywhere.

This is the only package that knows python-flint and SymPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from tapecli.floats import Array
from tapecli.result import Formula


@dataclass(frozen=True)
class Certified:
    """An enclosure of the exact derivative, with what the verdict needs besides.

    Attributes:
        value: the midpoint of a ball that contains the exact derivative.
        radius: the radius of the ball.
        sensitivity: the sum over all variables v of |v| times the size of the derivative's own
            derivative by v, where that exists: the change for a relative change of the point.
        spread: the radius of the same derivative when it is computed at the precision of the
            dtype; None if it has no bound there.
    """

    value: Fraction
    radius: Fraction
    sensitivity: Fraction
    spread: Fraction | None

    def divided(self, divisor: int) -> Certified:
        if divisor == 1:
            return self
        spread = None if self.spread is None else self.spread / divisor
        bounds = (self.value / divisor, self.radius / divisor, self.sensitivity / divisor)
        return Certified(*bounds, spread)


@dataclass(frozen=True)
class NoDerivative:
    """There is no derivative, or no value, for this reason."""

    reason: str


class Regular(NamedTuple):
    """What is certified at regular points; each array of floats has a row a derivative.

    Attributes:
        indices: which of the points are regular, an array.
        undefined, reasons: at which others no derivative exists, and texts that say why.
        analytic: the exact derivatives, rounded to the dtype.
        high, low: numbers whose sum is the exact derivative up to 2**-12 ulps of the dtype.
        sensitivity: as in `Certified`, up to a relative error of 2**-20 of its sum with the size of
            the derivative; NaN where it is not known so well.
    """

    indices: Any
    undefined: Any
    reasons: Any
    analytic: Array
    high: Array
    low: Array
    sensitivity: Array


class DerivedFormulas(NamedTuple):
    """The formulas of a request.

    Attributes:
        by_target: for each target the formula of each derivative; None for one that is too long
            to be of use, or that is not real.
        unshortened: how many are not as short as they could be, because the time was over.
        left_out: how many are missing for the same reason.
        reproducible: whether they are the same on a machine of any speed.
    """

    by_target: list[list[Formula | None]]
    unshortened: int = 0
    left_out: int = 0
    reproducible: bool = True
