"""The verb: expressions, points and an order in, a Result out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TextIO

from tapecli import grid, tapes, tensorflow_
from tapecli.errors import RequestError
from tapecli.expression import Expression, parse
from tapecli.floats import FORMATS, FloatFormat
from tapecli.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.grid import PointsLike
from tapecli.result import COLUMNS, Block, Result, Row
from tapecli.tree import VARIABLE, variables
from tapecli.verdict import Certified, NoDerivative, Status, judge, right_digits

DEFAULT_EXPRESSION = "log(x^2)"
"""The target of the worked example, for whoever gives none."""


@dataclass(frozen=True)
class Request:
    """What is asked, checked as far as it can be without TensorFlow.

    Attributes:
        expressions: the targets, in at most one variable.
        variable: that variable.
        points: where they are differentiated: numbers of the dtype.
        order: the highest order.
        method: the arrangement of tapes that will be used.
        format_: the dtype.
        tolerance: what the verdict is scaled by.
    """

    expressions: tuple[Expression, ...]
    variable: str
    points: tuple[float, ...]
    order: int
    method: str
    format_: FloatFormat
    tolerance: float

    @property
    def orders(self) -> range:
        """The orders that are shown."""
        return range(1, self.order + 1) if self.order else range(1)

    def run(self, formulas: bool = True) -> Result:
        """Differentiate.

        Args:
            formulas: whether to make formulas, which takes SymPy.

        Raises:
            RequestError: TensorFlow lacks a gradient or kernel that this needs.
            TensorFlowError: TensorFlow is missing or does not start.
        """
        trees = [expression.tree for expression in self.expressions]
        values = tapes.run(trees, self.points, self.order, self.method, self.format_)
        blocks: list[Block] = []
        for expression, of_target in zip(self.expressions, values.tolist(), strict=True):
            blocks += self._blocks(expression, of_target, formulas)
        return Result(
            tuple(blocks),
            self.variable,
            self.format_,
            self.method,
            tensorflow_.load().__version__,
            self.tolerance,
        )

    def _blocks(
        self, expression: Expression, values: list[list[float]], formulas: bool
    ) -> Iterable[Block]:
        from tapecli.analytic.reference import Reference

        reference = Reference(expression.tree, self.format_, self.order)
        exact = [reference.at(point) for point in self.points]
        written = self._formulas(expression) if formulas else [None] * (self.order + 1)
        for order, of_order in zip(self.orders, values, strict=True):
            rows = tuple(
                self._row(expression, order, point, tape, at[order])
                for point, tape, at in zip(self.points, of_order, exact, strict=True)
            )
            yield Block(
                expression.name, expression.text, self.variable, order, written[order], rows
            )

    def _formulas(self, expression: Expression) -> list[str | None]:
        from tapecli.analytic.formula import formulas

        return formulas(expression.tree, self.variable, self.order)

    def _row(
        self,
        expression: Expression,
        order: int,
        point: float,
        tape: float,
        exact: Certified | NoDerivative,
    ) -> Row:
        """The tape's value beside the exact one, and the verdict."""
        analytic = ulps = digits = None
        if isinstance(exact, NoDerivative):
            status, note = Status.UNDEFINED, exact.reason
        else:
            status = judge(tape, exact, order, Fraction(point), self.format_, self.tolerance)
            analytic = self.format_.round(exact.value)
            ulps = _ulps(tape, analytic, self.format_)
            if status is Status.ROUNDED and math.isfinite(analytic):
                digits = right_digits(tape, exact)
            note = _note(tape, exact, status, self.format_)
        return Row(
            expression.name,
            expression.text,
            self.variable,
            order,
            point,
            tape,
            analytic,
            ulps,
            status,
            note,
            digits,
        )


def _ulps(tape: float, analytic: float, format_: FloatFormat) -> int | None:
    if math.isfinite(tape) and math.isfinite(analytic):
        return format_.steps(tape, analytic)
    return 0 if tape == analytic else None


def _note(tape: float, exact: Certified, status: Status, format_: FloatFormat) -> str:
    """Why a value is not ok, or is infinite."""
    if math.isinf(format_.round(exact.value)):
        return f"too large for {format_.name}"
    if status is Status.OK:
        return ""
    if status is Status.LOST:
        return f"the tape returned {tape}, and the derivative exists"
    digits = right_digits(tape, exact)
    right = f"{digits} digit{'s' * (digits != 1)}"
    return f"only {right} right" if status is Status.OFF else right


def diff(
    expressions: str | Iterable[str] = DEFAULT_EXPRESSION,
    *,
    x: PointsLike | None = None,
    at: Mapping[str, PointsLike] | None = None,
    order: int = 1,
    method: str = "auto",
    dtype: str = "float64",
    tolerance: float = 1.0,
    formulas: bool = True,
) -> Result:
    """Differentiate expressions with gradient tapes, beside the certified derivatives.

    >>> tapecli.diff("log(x^2)", x=[1, 2, 3], order=2).tape
    array([[[ 2.        ,  1.        ,  0.66666667],
            [-2.        , -0.5       , -0.22222222]]])

    Args:
        expressions: one, or several targets, each `expression` or `name = expression`.
        x: the points, as text ("1..3", "0..2pi@9"), numbers or an array; 1, 2, 3 if left out.
        at: the same for a variable of any name: {"t": [1, 2]}.
        order: the highest order; every order from 1 is computed. 0 is the value alone.
        method: auto, single, parallel, nested or persistent.
        dtype: float64, float32, bfloat16 or float16.
        tolerance: scales the bounds of the verdict.
        formulas: whether to make formulas, which takes SymPy.

    Raises:
        UsageError: something in the request cannot be done; nothing was computed.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    given = dict(at or {})
    if x is not None:
        given["x"] = x
    request = prepare(expressions, given, order, method, dtype, tolerance)
    return request.run(formulas)


def prepare(
    expressions: str | Iterable[str],
    points: Mapping[str, PointsLike],
    order: int = 1,
    method: str = "auto",
    dtype: str = "float64",
    tolerance: float = 1.0,
    stdin: TextIO | None = None,
) -> Request:
    """Check a request, without any of the libraries that compute it.

    The points of each variable that has them are in `points`; `stdin` is what the points "-" are
    read from. The other arguments, and what is raised, are those of `diff`.
    """
    if dtype not in FORMATS:
        raise RequestError(f"unknown dtype '{dtype}'; there are {', '.join(FORMATS)}")
    if isinstance(order, bool) or not isinstance(order, int) or order < 0:
        raise RequestError(f"the order must be a whole number from 0, not {order}")
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise RequestError(f"the tolerance must be a number from 0, not {tolerance}")
    _usable(points.keys())
    targets = parse(expressions, known=points.keys())
    variable = _variable(targets, points)
    exact = grid.read(points.get(variable, grid.DEFAULT_POINTS), stdin)
    trees = [target.tree for target in targets]
    chosen = tapes.choose(method, trees, order, len(exact))
    rounded = grid.rounded(exact, FORMATS[dtype])
    return Request(targets, variable, rounded, order, chosen, FORMATS[dtype], tolerance)


def _usable(names: Iterable[str]) -> None:
    """Refuse to give points to what is no variable, or would hide a column of the output."""
    kinds = {"a function": FUNCTION_NAMES, "a constant": CONSTANT_NAMES, "a column": COLUMNS}
    for name in names:
        for kind, taken in kinds.items():
            if name in taken:
                raise RequestError(f"'{name}' is {kind}; choose another name for the variable")


def _variable(targets: tuple[Expression, ...], points: Mapping[str, PointsLike]) -> str:
    """The one variable of all targets; the points must be of that one."""
    names = variables(*(target.tree for target in targets))
    if len(names) > 1:
        raise RequestError(
            f"one variable at a time: the expressions have {', '.join(names[:-1])} and {names[-1]}"
        )
    variable = names[0] if names else next(iter(points), VARIABLE)
    for other in points:
        if other != variable:
            option = "--x" if other == "x" else f"--at {other}"
            mend = "'--x'" if variable == "x" else f"'--at {variable}=...'"
            raise RequestError(
                f"'{option}' gives points of '{other}', but the variable is '{variable}'; "
                f"give its points with {mend}"
            )
    return variable
