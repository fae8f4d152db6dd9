"""The rule of each row: on any argument, over any ring, at a cost that grows as a square."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from tests.oracle import CASES, derivatives

from tapecli.engines.taylor import engine
from tapecli.engines.taylor.numbers import Number, Numbers
from tapecli.engines.taylor.rules import Series, Taylor
from tapecli.engines.taylor.special import COMPOSED
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTIONS, OPERATORS, Function
from tapecli.floats import FORMATS

ROWS: dict[str, Function] = {
    name: row
    for name, row in {**FUNCTIONS, **OPERATORS}.items()
    if row.series and not row.only_certified
}
"""The rows with a rule of their own."""


RIGHT = 2.0**-40
"""Relative to a coefficient and its neighbours: wrong rules are off by whole parts of them."""

TERMS = 10


def rule(row: Function, ring: Taylor) -> Callable[..., Series]:
    assert row.series is not None
    if isinstance(row.series, str):
        method: Callable[..., Series] = getattr(ring, row.series)
        return method
    return functools.partial(row.series, ring)


@pytest.mark.parametrize("name", ROWS)
def test_every_row_has_a_rule(name: str) -> None:
    ring = Taylor(4, Numbers())
    row = ROWS[name]
    arguments = [
        [np.float64(1.5 + i), *([] if parameter in row.fixed else [np.float64(1)])]
        for i, parameter in enumerate(row.parameters)
    ]
    with np.errstate(all="ignore"):
        y = rule(ROWS[name], ring)(*arguments)
    assert 1 <= len(y) <= 4


def test_a_row_without_a_rule_would_fail() -> None:
    row = Function("f", "no rule", "f", "f", "no_such_rule")
    with pytest.raises(AttributeError):
        rule(row, Taylor(4, Numbers()))


# --- against mpmath ---------------------------------------------------------------------------


def inner(x: Any) -> Any:
    """An argument of which no coefficient is zero."""
    return x / (1 - x / 8)


def coefficients(function: Callable[[Any], Any], x: float) -> list[Any]:
    return [
        mp.mpf(value.numerator) / value.denominator / mp.factorial(k)
        for k, value in enumerate(derivatives(function, x, TERMS))
    ]


def composed(name: str) -> tuple[str, Callable[[Any], Any], float]:
    """The case of a row with another function inside, in mpmath as well, and a point."""
    case = CASES[name]
    typed = re.sub(r"\bx\b", "(x/(1 - x/8))", case.expression)
    at = case.ordinary[1]
    return typed, lambda x: case.function(inner(x)), at / (1 + at / 8)


def off(typed: str, function: Callable[[Any], Any], x: float) -> bool:
    """Whether any coefficient is wrong."""
    wanted = [("x",) * k for k in range(TERMS)]
    tree = parse(typed)[0].tree
    found = engine.taylor_derivatives(
        [tree], {"x": np.array([x])}, wanted, FORMATS["float64"], True
    )[0, :, 0]
    exact = coefficients(function, x)
    sizes = [abs(exact[k]) + (k + 1) * abs(x * exact[k + 1]) for k in range(TERMS)]
    return any(
        not abs(a - b) <= RIGHT * size + mp.mpf(10) ** -20
        for a, b, size in zip(found, exact, sizes, strict=False)
    )


@pytest.mark.parametrize("name", sorted(ROWS.keys() & CASES.keys()))
def test_rules_agree_with_mpmath_on_any_argument(name: str) -> None:
    assert not off(*composed(name))


WRONG = 1 + 1e-6
"""A planted error."""


@pytest.mark.parametrize(
    ("recurrence", "names"),
    [
        ("_integral", ["softplus", "erf", "erfc", "lgamma"]),
        ("_divided_integral", ["log", "log1p", "asin", "acos", "atan", "asinh", "acosh", "atanh"]),
        ("_exponential", ["exp", "expm1", "gamma"]),
        ("_feedback", ["tan", "cot", "tanh", "sigmoid"]),
        ("_power_from", ["sqrt", "cbrt", "pow", "hypot"]),
        ("div", ["sec", "csc"]),
        ("mul", ["min"]),
    ],
)
def test_a_planted_wrong_recurrence_is_caught(
    recurrence: str, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = getattr(Taylor, recurrence)

    def wrong(self: Taylor, *arguments: Any) -> Series:
        y: Series = right(self, *arguments)
        return [*y[:2], *self.times(y[2:3], WRONG), *y[3:]]

    monkeypatch.setattr(Taylor, recurrence, wrong)
    for name in names:
        assert off(*composed(name)), name


def test_a_planted_wrong_rotation_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Taylor._rotating

    def wrong(self: Taylor, sine: str, cosine: str, sign: float, u: Series) -> Any:
        return right(self, sine, cosine, sign * WRONG, u)

    monkeypatch.setattr(Taylor, "_rotating", wrong)
    for name in ("sin", "cos", "sinh", "cosh"):
        assert off(*composed(name)), name


# --- over a ring of series --------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ROWS.keys() & CASES.keys()))
def test_series_of_series_give_mixed_derivatives(name: str) -> None:
    """A function of x + y has the same derivatives by either, however mixed."""
    case, format_ = CASES[name], FORMATS["float64"]
    if name in ("min", "max"):
        case = CASES["pow"]
    typed = re.sub(r"\bx\b", "(x + y)", case.expression)
    at = case.ordinary[1]
    wanted = [("x",) * i + ("y",) * j for i in range(1, 5) for j in range(1, 5)]
    columns = {"x": np.array([at - 0.25]), "y": np.array([0.25])}
    mixed = engine.taylor_derivatives([parse(typed)[0].tree], columns, wanted, format_)[0, :, 0]
    pure = [("x",) * k for k in range(10)]
    alone = {"x": columns["x"] + columns["y"]}
    exact = engine.taylor_derivatives([parse(case.expression)[0].tree], alone, pure, format_)[
        0, :, 0
    ]
    for index, value in zip(wanted, mixed.tolist(), strict=True):
        order = len(index)
        near = abs(exact[order]) + abs(at * exact[order + 1])
        assert abs(value - exact[order]) <= RIGHT * near, index


# --- cost -------------------------------------------------------------------------------------


class Counting(Numbers):
    """Numbers that count their products."""

    def __init__(self) -> None:
        super().__init__()
        self.products = 0

    def mul(self, u: Number, v: Number) -> Number:
        self.products += 1
        return super().mul(u, v)

    def dot(self, us: Sequence[Number], vs: Sequence[Number]) -> Number:
        self.products += len(us)
        return super().dot(us, vs)


def products(row: Function, terms: int) -> int:
    """How many products the rule of a row takes, of arguments without zero coefficients."""
    numbers = Counting()
    ring = Taylor(terms, numbers)
    arguments = [[np.float64(2.0**-k) for k in range(terms)] for _ in range(row.arity)]
    arguments[0][0] = np.float64(1.5 if row.name == "acosh" else 0.75)
    arguments = [
        u[:1] if p in row.fixed else u for u, p in zip(arguments, row.parameters, strict=True)
    ]
    with np.errstate(all="ignore"):
        rule(row, ring)(*arguments)
    return numbers.products


STEPS = {
    "bessel_i0e",
    "bessel_i1e",
    "sinc",
    "gamma",
    "lgamma",
    "digamma",
    "rgamma",
    "beta",
    "binomial",
    "pochhammer",
    "hurwitz_zeta",
    *(name for name, row in ROWS.items() if row.series in COMPOSED),
}
"""What takes more divisions or powers at higher orders."""


@pytest.mark.parametrize("name", sorted({*ROWS} - STEPS))
def test_the_cost_grows_as_the_square_of_the_order(name: str) -> None:
    few, many = products(ROWS[name], 20), products(ROWS[name], 40)
    assert many <= 5 * few
    assert many <= 8 * 40**2


@pytest.mark.parametrize("name", sorted(STEPS))
def test_the_cost_grows_at_most_as_the_cube_of_the_order(name: str) -> None:
    assert products(ROWS[name], 40) <= 9 * products(ROWS[name], 20)


def test_a_polynomial_costs_no_more_than_it_has_coefficients() -> None:
    numbers = Counting()
    ring = Taylor(200, numbers)
    x = [np.float64(0.5), np.float64(1)]
    ring.sqrt(ring.add(ring.mul(x, x), ring.number(1)))
    assert numbers.products < 200 * 6


# --- details ----------------------------------------------------------------------------------


def test_irregular_points_are_remembered_where_something_changes() -> None:
    at = np.array([0.0, 1.0, -1.0])
    ring = Taylor(3, Numbers())
    with np.errstate(all="ignore"):
        ring.abs([at, np.float64(1)])
        assert ring.numbers.irregular.tolist() == [True, False, False]
        ring.asin([at, np.float64(1)])
        assert ring.numbers.irregular.tolist() == [True, True, True]
        still = Taylor(3, Numbers())
        still.abs([at])
    assert not np.any(still.numbers.irregular)


def test_a_series_that_is_subtracted_from_itself_is_zero() -> None:
    ring = Taylor(3, Numbers())
    u = ring.exp([np.float64(0.3), np.float64(1)])
    assert ring.sub(u, u) == [0]


@pytest.mark.parametrize("x", [1e-300, 1e-160, 1e160, 1e300])
def test_powers_neither_overflow_nor_underflow_on_the_way(x: float) -> None:
    ring = Taylor(3, Numbers())
    step = math.ldexp(1.0, math.frexp(x)[1])
    u = [np.float64(x), np.float64(step)]
    ratio = step / x
    for y, first in (
        (ring.log(u), ratio),
        (ring.div(ring.number(1), u), -ratio / x),
        (ring.sqrt(u), ratio * math.sqrt(x) / 2),
        (ring.cbrt(u), ratio * np.cbrt(x) / 3),
        (ring.hypot(u, ring.number(0)), step),
        (ring.atan(u), step / (1 + x * x) if x < 1 else ratio / x),
    ):
        assert y[1] == pytest.approx(first, rel=2.0**-50)
