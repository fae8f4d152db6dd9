"""A tree as a straight line of operations on columns of series, which hold one for each point.

A rule of the function table is mapped over whole columns. So the tree is interpreted once for many
points, and what is left for each point is its ball arithmetic.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

from flint import arb, arb_series

from tapecli.engines.certified.balls import Balls, Series, Side, exact_arb
from tapecli.engines.certified.interpreter import Interpreter, working
from tapecli.engines.certified.singular import Kink, Undecided, Undefined
from tapecli.expressions.tree import Node, Variable

Column: TypeAlias = list[Series]

MOST_COEFFICIENTS = 2**17
"""How many coefficients of series are held at once, of some 100 bytes each."""

MOST_SLOTS = 100_000
"""Operations beyond which a program would take too much memory."""

MOST_POINTS = 64
"""Points of a column; more of them would be no quicker."""


class Irregular(Exception):
    """The point must be looked at on its steps."""


IRREGULAR = (Irregular, Kink, Undefined, Undecided, OverflowError)


class RegularBalls(Balls):
    """The rules at regular points, where no series ends early and no quotient underflows."""

    mul = staticmethod(operator.mul)  # type: ignore[assignment]

    def vanishes(self, ball: arb) -> bool:
        return not (ball > 0 or ball < 0) and super().vanishes(ball)

    def power(self, u: Series, v: Series, exponent: Fraction | None = None) -> Series:
        if exponent is not None and exponent.denominator == 1 and u.length() > 1:
            if exponent.numerator > 0:
                return u**exponent.numerator
        return super().power(u, v, exponent)

    def _check_positive(self, number: arb, function: str) -> None:
        if not number > 0:
            super()._check_positive(number, function)

    def _underflowing(self, u: Series, v: Series) -> Series:
        if self.tiny is not None and super()._underflowing(u, v) is not u:
            raise Irregular
        return u


class Step(NamedTuple):
    """How a variable changes along a path: by factor * h**power.

    Attributes:
        number: that of the variable.
        factor, power: a number, and the power of h.
        is_scaled: whether the factor is multiplied by the power of two near the variable's size.
    """

    number: int
    factor: int | Fraction
    power: int = 1
    is_scaled: bool = False


Path: TypeAlias = tuple[Step, ...]
"""A line or a curve through each point; variables that are left out do not change."""


class Program:
    """A tree as a straight line of operations on series that hold on both sides of a point.

    What several paths have in common is computed once.

    Args:
        interpreter: the tree.
        names: the variables.
        balls: the rules.
        precision: the working precision in bits.
        paths: along which the tree is evaluated.
        limits: the least and the largest number of a regular point, which are looked at if the
            tapes must be enclosed as well.
        is_strict: whether a smaller number is not regular, and not only less certain.

    Attributes:
        size: how many points a column should have.

    Raises:
        Irregular, Undefined, Undecided: a constant in the tree is not regular, or there are too
            many operations.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        names: Sequence[str],
        balls: Balls,
        precision: int,
        paths: Sequence[Path],
        limits: tuple[float, float] = (0.0, 0.0),
        is_strict: bool = False,
    ) -> None:
        self.balls, self.precision = balls, precision
        self._interpreter, self._is_strict = interpreter, is_strict
        self._least, self._largest = map(arb, limits)
        self._nothing = arb_series([arb.nan()] * balls.terms, balls.terms)
        self._constants: dict[int, Series] = {}
        self._variables: list[tuple[int, int, Step | None]] = []
        self._steps: list[tuple[int, Node, Callable[..., Series], list[int]]] = []
        nodes = interpreter.nodes
        positions = {node: position for position, node in enumerate(nodes)}
        self._nodes = [
            (
                node,
                {
                    number
                    for number, name in enumerate(names)
                    if name in interpreter.variables[node]
                },
                [positions[child] for child in node.children],
            )
            for node in nodes
        ]
        self._slots: dict[tuple[int, Path], int] = {}
        self._results = [self._result(path, names) for path in paths]
        self.size = max(min(MOST_COEFFICIENTS // (len(self._slots) * balls.terms), MOST_POINTS), 1)

    def _result(self, path: Path, names: Sequence[str]) -> int:
        """The slot of the tree along a path."""
        slots: list[int] = []
        for position, (node, numbers, children) in enumerate(self._nodes):
            steps = tuple(step for step in path if step.number in numbers)
            is_new = (position, steps) not in self._slots
            slot = self._slots.setdefault((position, steps), len(self._slots))
            if is_new:
                if slot > MOST_SLOTS:
                    raise Irregular
                arguments = [slots[child] for child in children]
                if isinstance(node, Variable):
                    step = steps[0] if steps else None
                    self._variables.append((slot, names.index(node.name), step))
                elif numbers:
                    rule = self._interpreter.operation(self.balls, node)
                    if node in self._interpreter.optional:
                        rule = functools.partial(self._caught, node, rule)
                    self._steps.append((slot, node, rule, arguments))
                else:
                    self._constants[slot] = self._constant(node, arguments)
            slots.append(slot)
        return slots[-1]

    def _constant(self, node: Node, arguments: Sequence[int]) -> Any:
        at_point = replace(self.balls, side=Side.POINT)
        with working(self.precision, self.balls.terms):
            values = [self._constants[slot] for slot in arguments]
            try:
                value = self._interpreter.series(at_point, node, values)
                return self._interpreter.enclosing_tapes(node, value, at_point)
            except IRREGULAR as error:
                if node not in self._interpreter.optional:
                    raise
                return error.with_traceback(None)

    def _caught(self, node: Node, rule: Callable[..., Series], *arguments: Series) -> Any:
        """The series of a node that is not needed at every point, or why it has none."""
        try:
            value = rule(*arguments)
            return value if self.balls.tiny is None else self._widened(node, value)
        except IRREGULAR as error:
            return error.with_traceback(None)

    def run(
        self, starts: Sequence[Sequence[arb]], exponents: Sequence[Sequence[int]]
    ) -> tuple[list[Column], dict[int, str]]:
        """The series of the tree along each path; within `working`.

        Args:
            starts: for each variable its value at each point.
            exponents: their binary exponents.

        Returns:
            The columns, and the indices of points that are not regular, whose series mean nothing,
            each with the reason why the first operation that failed is undefined, or else "".
        """
        columns: dict[int, Column] = {
            slot: [value] * len(starts[0]) for slot, value in self._constants.items()
        }
        for slot, number, step in self._variables:
            columns[slot] = self._moving(starts[number], exponents[number], step)
        irregular: dict[int, str] = {}
        for slot, node, rule, arguments in self._steps:
            column = self._mapped(rule, [columns[slot] for slot in arguments], irregular)
            is_needed = node not in self._interpreter.optional
            if self.balls.tiny is not None and is_needed and not self._is_inside(column):
                column = self._mapped(functools.partial(self._widened, node), [column], irregular)
            columns[slot] = column
        return [columns[slot] for slot in self._results], irregular

    def _moving(self, starts: Sequence[arb], exponents: Sequence[int], step: Step | None) -> Column:
        """The series of a variable."""
        terms = self.balls.terms
        if step is None or step.power >= terms:
            return [arb_series([start], terms) for start in starts]
        factor, zeros = exact_arb(step.factor), [arb(0)] * (step.power - 1)
        if not step.is_scaled:
            return [arb_series([start, *zeros, factor], terms) for start in starts]
        scaled = [factor * power_of_two(exponent) for exponent in exponents]
        pairs = zip(starts, scaled, strict=True)
        return [arb_series([start, *zeros, slope], terms) for start, slope in pairs]

    def _mapped(
        self, rule: Callable[..., Series], arguments: Sequence[Column], irregular: dict[int, str]
    ) -> Column:
        try:
            return list(map(rule, *arguments))
        except IRREGULAR:
            column = []
            for index, values in enumerate(zip(*arguments, strict=True)):
                try:
                    column.append(self._nothing if index in irregular else rule(*values))
                except IRREGULAR as error:
                    irregular[index] = str(error) if isinstance(error, Undefined) else ""
                    column.append(self._nothing)
            return column

    def _is_inside(self, column: Column) -> bool:
        """Whether it is quickly seen that no tape widens any of the series."""
        least, lowest = self._least, -self._least
        values = map(abs, map(operator.itemgetter(0), column))
        if not all(map(operator.lt, values, repeat(self._largest))):
            return False
        for k in range(max(map(Series.length, column))):
            coefficients = list(map(operator.itemgetter(k), column))
            if not (
                all(map(operator.gt, coefficients, repeat(least)))
                or all(map(operator.lt, coefficients, repeat(lowest)))
                or all(c > least or c < lowest or c == 0 for c in coefficients)
            ):
                return False
        return True

    def _widened(self, node: Node, value: Series) -> Series:
        """As `Interpreter.enclosing_tapes`, at a regular point."""
        if self._is_inside([value]):
            return value
        if self._is_strict or not abs(value[0]) < self._largest:
            raise Irregular
        return self._interpreter.enclosing_tapes(node, value, self.balls)


@functools.lru_cache(4096)
def power_of_two(exponent: int) -> arb:
    """2**exponent, exactly."""
    return arb(2) ** exponent
