"""The certified reference at the points where derivatives are awkward."""

from __future__ import annotations

import itertools
import math
import re
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

import mpmath as mp
import pytest

import tapecli
from tapecli.engines.certified import Certified, NoDerivative
from tapecli.engines.certified.budget import Budget
from tapecli.engines.certified.reference import Reference, constant_value
from tapecli.evaluation.verdict import judge
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS
from tapecli.result import OUT_OF_TIME, Status

FLOAT64 = FORMATS["float64"]

UNDEFINED = None


def reference(typed: str, order: int, dtype: str = "float64") -> Reference:
    """The derivatives by x of the orders from 0."""
    (expression,) = parse(typed)
    return Reference(expression.tree, FORMATS[dtype], [("x",) * k for k in range(order + 1)], "x")


def derivatives(typed: str, point: float, order: int = 3) -> list[float | None]:
    found = reference(typed, order).at({"x": point})
    return [None if isinstance(at, NoDerivative) else FLOAT64.round(at.value) for at in found]


def reason(typed: str, point: float, order: int = 1) -> str:
    found = reference(typed, order).at({"x": point})[order]
    assert isinstance(found, NoDerivative)
    return found.reason


@pytest.mark.parametrize(
    ("typed", "point", "expected"),
    [
        ("|x|^3", 0.0, [0, 0, 0, None]),
        ("x*|x|", 0.0, [0, 0, None, None]),
        ("|x|^1.5", 0.0, [0, 0, None, None]),
        ("sqrt(x^4)", 0.0, [0, 0, 2, 0]),
        ("sqrt(x^2)", 0.0, [0, None, None, None]),
        ("cbrt(x)", 0.0, [0, None, None, None]),
        ("cbrt(x^3)", 0.0, [0, 1, 0, 0]),
        ("sqrt(x)", 0.0, [0, None, None, None]),
        ("asin(x)", 1.0, [math.pi / 2, None, None, None]),
        ("acos(cos(x))", 0.0, [0, None, None, None]),
        ("acosh(x)", 1.0, [0, None, None, None]),
        ("abs(sin(pi*x))", 1.0, [0, None, None, None]),
        ("abs(sin(pi*x)^3)", 1.0, [0, 0, 0, None]),
        ("sign(x)", 0.0, [0, None, None, None]),
        ("sign(x^2)", 0.0, [0, None, None, None]),
        ("sign(x^2 + 1)", 0.0, [1, 0, 0, 0]),
        ("max(x, x)", 2.0, [2, 1, 0, 0]),
        ("max(x, 1)", 1.0, [1, None, None, None]),
        ("min(x^2, x^4)", 0.0, [0, 0, 0, 0]),
        ("min(|x|, x^2)", 0.0, [0, 0, 2, 0]),
        ("x*cbrt(x)", 0.0, [0, 0, None, None]),
        ("x^2*sqrt(|x|)", 0.0, [0, 0, 0, None]),
        ("|x|^pi", 0.0, [0, 0, 0, 0]),
        ("|x|^sqrt(4)", 0.0, [0, 0, 2, 0]),
        ("cbrt(cbrt(cbrt(x^27)))", 0.0, [0, 1, 0, 0]),
        ("(x^30)^(1/30)", 0.0, [0, None, None, None]),
        ("sign(x^27)", 0.0, [0, None, None, None]),
        ("sqrt(x^31)", 0.0, [0, None, None, None]),
        ("cbrt(x)^3", 0.0, [0, 1, 0, 0]),
        ("cbrt(x)^4", 0.0, [0, 0, None, None]),
        ("cbrt(x)^6", 0.0, [0, 0, 2, 0]),
        ("sqrt(|x|)^4", 0.0, [0, 0, 2, 0]),
        ("abs(|x|^1.5)", 0.0, [0, 0, None, None]),
        ("(|x|^1.5)^40", 0.0, [0, 0, 0, 0]),
        ("sqrt(x) - sqrt(x) + x", 0.0, [0, None, None, None]),
        ("abs(x - 1)^3", 1.0, [0, 0, 0, None]),
        ("atan2(x, -1)", 0.0, [math.pi, None, None, None]),
        ("atan2(0, -1)*x", 0.0, [0, math.pi, 0, 0]),
        ("hypot(x, 0)", 0.0, [0, None, None, None]),
        ("x^0", 0.0, [1, 0, 0, 0]),
        ("x^sqrt(4)", -2.0, [4, -4, 2, 0]),
        ("x^sqrt(4)", 0.0, [0, 0, 2, 0]),
        ("x^-sqrt(4)", -2.0, [0.25, 0.25, 0.375, 0.75]),
        ("x^3", 0.0, [0, 0, 0, 6]),
        ("sin(x)^2 + cos(x)^2", 1.0, [1, 0, 0, 0]),
        ("abs(0*x)", 1.0, [0, 0, 0, 0]),
        ("x*sign((1 - cos(x))^28)", 0.0, [0, 1, 0, 0]),
        ("sin(x)*sign((x - sin(x))^14)", 0.0, [0, 1, 0, -1]),
        ("((1 - cos(x))^66)^(1/66)", 0.0, [0, 0, 1, 0]),
        ("max(x*sign((1 - cos(x))^28), x^3)", 0.0, [0, None, None, None]),
        ("abs(x^90)", 0.0, [0, 0, 0, 0]),
        ("max(x, x + abs(sin(x)^2 + cos(x)^2 - 1))", 0.5, [0.5, 1, 0, 0]),
        ("sign(max(x, 0))", -1e-8, [0, 0, 0, 0]),
        ("3", 1.0, [3, 0, 0, 0]),
    ],
)
def test_derivatives_at_kinks_edges_and_zeros(
    typed: str, point: float, expected: list[float | None]
) -> None:
    assert derivatives(typed, point) == expected


@pytest.mark.parametrize(
    ("typed", "point", "words"),
    [
        ("1/x", 0.0, "a pole"),
        ("x^-2", 0.0, "a pole"),
        ("sin(x)/x", 0.0, "a pole"),
        ("tan(pi*x/2)", 1.0, "a pole"),
        ("gamma(x)", -2.0, "a pole of gamma"),
        ("lgamma(x)", 0.0, "a pole of lgamma"),
        ("log(x)", 0.0, "outside the domain of log"),
        ("log(x)", -1.0, "outside the domain of log, which is x > 0"),
        ("log1p(x)", -1.0, "outside the domain of log1p"),
        ("asin(x)", 1.5, "outside the domain of asin"),
        ("acosh(x)", 0.5, "outside the domain of acosh"),
        ("atanh(x)", 1.0, "outside the domain of atanh"),
        ("x^(1/3)", -8.0, "a negative number"),
        ("x^x", -1.0, "a negative number"),
        ("atan2(x, x)", 0.0, "(0, 0)"),
        ("0*log(x)", -1.0, "outside the domain of log"),
        ("abs(x)", 0.0, "a kink"),
        ("sign(x)", 0.0, "the value jumps from -1 to 1 at x = 0"),
        ("cbrt(x)", 0.0, "an infinite slope"),
        ("sqrt(x)", 0.0, "the edge of the domain of sqrt"),
        ("x*sign(x^3000)", 0.0, "too flat"),
        ("x*sign(x^64) + (1 + x)^(1/32)", 0.0, "too flat"),
        ("(x^46)^(1/46)", 0.0, "too flat"),
    ],
)
def test_undefined_says_why(typed: str, point: float, words: str) -> None:
    assert words in reason(typed, point)


@pytest.mark.parametrize(
    ("typed", "point", "expected"),
    [("exp(x)", 1e5, math.inf), ("exp(x)", 1e300, math.inf), ("-exp(exp(x))", 9.0, -math.inf)],
)
def test_what_overflows_is_infinite(typed: str, point: float, expected: float) -> None:
    assert derivatives(typed, point, 1)[1] == expected


@pytest.mark.parametrize(
    ("typed", "point", "expected"),
    [
        ("1 + x + x^9", 2.0**-53, 1.0000000000000002),
        ("atan2(x, 2)", 1e-310, 4.9999999999997e-311),
        ("tanh(x)", 1e300, 1.0),
        ("sigmoid(exp(x))", 50.0, 1.0),
    ],
)
def test_values_near_ties_and_far_out(typed: str, point: float, expected: float) -> None:
    assert derivatives(typed, point, 0)[0] == expected


def test_a_decimal_means_the_float_of_the_dtype() -> None:
    for name, format_ in FORMATS.items():
        found = reference("0.1*x", 1, name).at({"x": 1.0})[1]
        assert isinstance(found, Certified), name
        assert found.value == Fraction(format_.round(Fraction(1, 10)))


def test_what_underflows_in_the_tapes_is_no_wrong_rule() -> None:
    result = tapecli.diff("atan2(3, x^6)", x=100.0, order=2, dtype="float32", formulas=False)
    assert Status.OFF not in result.counts


def test_a_ratio_is_exact() -> None:
    found = reference("x/3", 1).at({"x": 1.0})[1]
    assert isinstance(found, Certified)
    assert abs(found.value - Fraction(1, 3)) <= found.radius


@pytest.mark.parametrize("typed", ["log(x^2)", "tan(x)", "exp(-x^2)", "gamma(x)", "x^x"])
def test_the_enclosure_is_far_narrower_than_an_ulp(typed: str) -> None:
    for order, found in enumerate(reference(typed, 8).at({"x": 0.7})):
        assert isinstance(found, Certified)
        assert found.radius <= abs(found.value) / 2**64, order


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("log2(8)", 3.0),
        ("sqrt(0.09)", 0.3),
        ("sin(pi)", 0.0),
        ("sqrt(2)", math.sqrt(2)),
        ("log(2)", math.log(2)),
        ("sin(pi/6)", 0.5),
        ("gamma(5)", 24.0),
    ],
)
def test_constants_have_a_value(typed: str, value: float) -> None:
    (expression,) = parse(typed)
    found = constant_value(expression.tree)
    assert found is not None
    assert FLOAT64.round(found) == value


@pytest.mark.parametrize("typed", ["log(-1)", "1/0", "asin(2)", "exp(exp(exp(99)))"])
def test_constants_without_a_value_have_none(typed: str) -> None:
    (expression,) = parse(typed)
    assert constant_value(expression.tree) is None


@pytest.mark.parametrize(("t", "expected"), [(2.0, -4.0), (3.0, 12.0), (-1.0, -0.25), (2.5, None)])
def test_a_variable_that_is_a_whole_power_is_one(t: float, expected: float | None) -> None:
    (one,) = parse("x^t")
    by_x, by_t = Reference(one.tree, FLOAT64, [("x",), ("t",)], "tx").at({"t": t, "x": -2.0})
    assert isinstance(by_t, NoDerivative)
    if expected is None:
        assert isinstance(by_x, NoDerivative)
    else:
        assert isinstance(by_x, Certified)
        assert FLOAT64.round(by_x.value) == expected


def test_what_is_not_known_to_be_zero_is_not_taken_for_it() -> None:
    assert "singular" in reason("abs(sin(exp(exp(x))))", 12.0)


def test_a_power_of_a_high_order_is_still_a_power() -> None:
    assert derivatives("(x^34)^(1/17)", 0.0, 10) == [0, 0, 2, *[0] * 8]


def test_a_decimal_exponent_means_the_float_of_the_dtype() -> None:
    found = reference("x^2.001", 1, "bfloat16").at({"x": -3.0})[1]
    assert isinstance(found, Certified)
    assert found.value == -6


def test_a_planted_error_at_a_kink_is_seen() -> None:
    found = reference("abs(x - 1)^3", 1).at({"x": 1.0})[1]
    assert isinstance(found, Certified)
    assert judge(5.0, found, 1, FLOAT64) is Status.OFF


def test_threads_do_not_disturb_one_another() -> None:
    points = [0.25 + n / 16 for n in range(40)]

    def values(order: int) -> list[list[Certified | NoDerivative]]:
        shared = reference("abs(x - 1) + cosh(x)", order)
        return [shared.at({"x": point}) for point in points]

    orders = (1, 4, 8)
    alone = [values(order) for order in orders]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(values, orders)) == alone
    finally:
        sys.setswitchinterval(interval)


def test_the_global_precision_is_left_as_it_was() -> None:
    from flint import ctx

    before = ctx.prec, ctx.cap
    derivatives("abs(sin(pi*x))", 1.0)
    reason("log(x)", -1.0)
    assert (ctx.prec, ctx.cap) == before


# --- several variables ------------------------------------------------------------------------


@dataclass(frozen=True)
class Landscape:
    """A test function of optimisation: how it is typed, the same in mpmath, and points."""

    typed: str
    function: Callable[..., Any]
    points: tuple[tuple[float, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables: x, y, or x1 to xn where there are more."""
        return tuple(sorted(set(re.findall(r"\b[xy]\d?\b", self.typed))))


def goldstein_price(x: Any, y: Any) -> Any:
    one = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    other = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return one * (30 + (2 * x - 3 * y) ** 2 * other)


def ackley(x: Any, y: Any) -> Any:
    far = -20 * mp.exp(-mp.sqrt((x**2 + y**2) / 2) / 5)
    return far - mp.exp((mp.cos(2 * mp.pi * x) + mp.cos(2 * mp.pi * y)) / 2) + mp.e + 20


def wood(a: Any, b: Any, c: Any, d: Any) -> Any:
    one = 100 * (b - a**2) ** 2 + (1 - a) ** 2 + 90 * (d - c**2) ** 2 + (1 - c) ** 2
    return one + ((b - 1) ** 2 + (d - 1) ** 2) * mp.mpf(10.1) + (b - 1) * (d - 1) * mp.mpf(19.8)


LANDSCAPES = {
    "Beale": Landscape(
        "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2",
        lambda x, y: sum((c - x + x * y**n) ** 2 for n, c in ((1, 1.5), (2, 2.25), (3, 2.625))),
        ((3.0, 0.5), (1.0, 1.0), (-0.7, 2.3)),
    ),
    "Himmelblau": Landscape(
        "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
        lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
        ((3.0, 2.0), (-0.27, -0.92), (0.1, 4.0)),
    ),
    "Goldstein-Price": Landscape(
        "(1 + (x + y + 1)^2*(19 - 14x + 3x^2 - 14y + 6x*y + 3y^2))"
        "*(30 + (2x - 3y)^2*(18 - 32x + 12x^2 + 48y - 36x*y + 27y^2))",
        goldstein_price,
        ((0.0, -1.0), (0.5, 0.25), (-1.3, 1.7)),
    ),
    "McCormick": Landscape(
        "sin(x + y) + (x - y)^2 - 1.5x + 2.5y + 1",
        lambda x, y: mp.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
        ((-0.54719, -1.54719), (1.0, 2.0)),
    ),
    "Booth": Landscape(
        "(x + 2y - 7)^2 + (2x + y - 5)^2",
        lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
        ((1.0, 3.0), (0.1, -0.3)),
    ),
    "six-hump camel": Landscape(
        "(4 - 2.1x^2 + x^4/3)*x^2 + x*y + (-4 + 4y^2)*y^2",
        lambda x, y: (4 - x**2 * mp.mpf(2.1) + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2,
        ((0.0898, -0.7126), (1.5, 0.5)),
    ),
    "Easom": Landscape(
        "-cos(x)*cos(y)*exp(-((x - pi)^2 + (y - pi)^2))",
        lambda x, y: -mp.cos(x) * mp.cos(y) * mp.exp(-((x - mp.pi) ** 2) - (y - mp.pi) ** 2),
        ((3.141592653589793, 3.141592653589793), (2.0, 4.0), (0.0, 0.0)),
    ),
    "Levi 13": Landscape(
        "sin(3pi*x)^2 + (x - 1)^2*(1 + sin(3pi*y)^2) + (y - 1)^2*(1 + sin(2pi*y)^2)",
        lambda x, y: (
            mp.sin(3 * mp.pi * x) ** 2
            + (x - 1) ** 2 * (1 + mp.sin(3 * mp.pi * y) ** 2)
            + (y - 1) ** 2 * (1 + mp.sin(2 * mp.pi * y) ** 2)
        ),
        ((0.3, 0.7), (1.0, 1.0), (-2.2, 1.4)),
    ),
    "Ackley": Landscape(
        "-20exp(-sqrt((x^2 + y^2)/2)/5) - exp((cos(2pi*x) + cos(2pi*y))/2) + e + 20",
        ackley,
        ((0.3, -0.4), (1.5, 2.25), (1e-3, 0.0)),
    ),
    "Griewank": Landscape(
        "1 + (x^2 + y^2)/4000 - cos(x)*cos(y/sqrt(2))",
        lambda x, y: 1 + (x**2 + y**2) / 4000 - mp.cos(x) * mp.cos(y / mp.sqrt(2)),
        ((0.0, 0.0), (3.0, -4.5), (100.0, 0.1)),
    ),
    "Styblinski-Tang": Landscape(
        "(x^4 - 16x^2 + 5x + y^4 - 16y^2 + 5y)/2",
        lambda x, y: sum(v**4 - 16 * v**2 + 5 * v for v in (x, y)) / 2,
        ((-2.903534, -2.903534), (0.25, 4.0)),
    ),
    "Rosenbrock": Landscape(
        "100(x2 - x1^2)^2 + (1 - x1)^2 + 100(x3 - x2^2)^2 + (1 - x2)^2",
        lambda a, b, c: 100 * (b - a**2) ** 2 + (1 - a) ** 2 + 100 * (c - b**2) ** 2 + (1 - b) ** 2,
        ((1.0, 1.0, 1.0), (-1.2, 1.0, 0.3)),
    ),
    "Wood": Landscape(
        "100(x2 - x1^2)^2 + (1 - x1)^2 + 90(x4 - x3^2)^2 + (1 - x3)^2"
        " + 10.1((x2 - 1)^2 + (x4 - 1)^2) + 19.8(x2 - 1)*(x4 - 1)",
        wood,
        ((-3.0, -1.0, -3.0, -1.0), (0.3, 0.7, 1.1, -0.2)),
    ),
}


NOISE = Fraction(1, 10**40)
"""What finite differences leave of a derivative that is zero."""


def partial(landscape: Landscape, point: tuple[float, ...], index: tuple[str, ...]) -> Fraction:
    """The partial derivative at this very point from mpmath's finite differences."""
    with mp.workdps(120):
        at = tuple(map(mp.mpf, point))
        orders = tuple(index.count(name) for name in landscape.names)
        sign, mantissa, exponent, _ = mp.diff(landscape.function, at, orders)._mpf_
    size: Fraction = int(mantissa) * Fraction(2) ** int(exponent)
    return -size if sign else size


@pytest.mark.parametrize("order", range(5))
@pytest.mark.parametrize("name", LANDSCAPES)
def test_partials_of_test_functions_are_right_to_the_last_bit(name: str, order: int) -> None:
    landscape = LANDSCAPES[name]
    (expression,) = parse(landscape.typed)
    wanted = list(combinations_with_replacement(landscape.names, order))
    reference = Reference(expression.tree, FLOAT64, wanted)
    for point in landscape.points:
        found = reference.at(dict(zip(landscape.names, point, strict=True)))
        for index, one in zip(wanted, found, strict=True):
            exact = partial(landscape, point, index)
            assert isinstance(one, Certified), (point, index)
            assert abs(one.value - exact) <= abs(exact) / 2**60 + NOISE, (point, index)
            if abs(exact) > NOISE:
                assert FLOAT64.round(one.value) == FLOAT64.round(exact), (point, index)


@pytest.mark.parametrize(
    ("name", "dtype", "error"),
    [
        *itertools.product(["Beale", "Goldstein-Price", "Easom", "Wood"], ["float64"], [1e-6]),
        *itertools.product(["Beale", "Goldstein-Price", "Easom", "Wood"], ["float32"], [1e-3]),
        ("Levi 13", "float64", 1e-6),
        ("Levi 13", "float32", 1e-3),
        ("Ackley", "float64", 1e-6),
        ("Ackley", "float32", 1e-3),
    ],
)
def test_a_planted_error_in_a_partial_is_seen(name: str, dtype: str, error: float) -> None:
    landscape, format_ = LANDSCAPES[name], FORMATS[dtype]
    (expression,) = parse(landscape.typed)
    wanted = list(combinations_with_replacement(landscape.names, 2))
    point = tuple(format_.round(Fraction(value)) for value in landscape.points[1])
    found = Reference(expression.tree, format_, wanted).at(
        dict(zip(landscape.names, point, strict=True))
    )
    for index, one in zip(wanted, found, strict=True):
        assert isinstance(one, Certified)
        right = format_.round(one.value)
        assert judge(right, one, 2, format_) is Status.OK
        if right:
            wrong = format_.round(one.value * (1 + Fraction(error)))
            assert judge(wrong, one, 2, format_) is Status.OFF, index


def test_derivatives_come_in_the_sequence_they_were_asked_for() -> None:
    (expression,) = parse("x^2*y^3")
    wanted: list[tuple[str, ...]] = [("y", "x", "y"), (), ("x",), ("y", "x"), ("x", "y"), ("y",)]
    found = Reference(expression.tree, FLOAT64, wanted).at({"x": 3.0, "y": 2.0})
    values = [FLOAT64.round(one.value) for one in found if isinstance(one, Certified)]
    assert values == [72, 72, 48, 72, 72, 108]


@pytest.mark.parametrize(
    ("typed", "point", "sensitivity"),
    [("x^2*y", {"x": 3, "y": 5}, 60), ("x*y", {"x": 3, "y": 0}, 0), ("x + y", {"x": 1, "y": 1}, 0)],
)
def test_the_sensitivity_is_that_to_all_variables(
    typed: str, point: dict[str, float], sensitivity: int
) -> None:
    (expression,) = parse(typed)
    (found,) = Reference(expression.tree, FLOAT64, [("x",)]).at(point)
    assert isinstance(found, Certified)
    assert found.sensitivity == sensitivity


def test_the_precision_grows_where_the_lines_cancel() -> None:
    (expression,) = parse("x*y + 1e300*x + y^9")
    (found,) = Reference(expression.tree, FLOAT64, [("x", "y")]).at({"x": 2.0, "y": 1e30})
    assert isinstance(found, Certified)
    assert FLOAT64.round(found.value) == 1


# --- derivatives that will be divided ---------------------------------------------------------


@pytest.mark.parametrize("order", [5, 170, 171, 200, 600])
def test_what_is_too_large_until_it_is_divided_is_known(order: int) -> None:
    """The derivatives of 1/(1-x) at 0 are factorials: from 171 on they are beyond a float64."""
    (expression,) = parse("1/(1-x)")
    wanted, factorial = [("x",) * order], math.factorial(order)
    (found,) = Reference(expression.tree, FLOAT64, wanted, "x", [factorial]).at({"x": 0.0})
    assert isinstance(found, Certified)
    assert abs(found.value - 1) <= found.radius <= FLOAT64.unit_roundoff / 2**10
    (plain,) = Reference(expression.tree, FLOAT64, wanted, "x").at({"x": 0.0})
    assert isinstance(plain, Certified)
    assert math.isinf(FLOAT64.round(plain.value)) == (order > 170)


@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_too_large_for_all_its_divisor_is_infinite(sign: int) -> None:
    (expression,) = parse("1/(1-x)" if sign == 1 else "1/(x-1)")
    wanted, factorial = [("x",) * 200], math.factorial(200)
    point = {"x": 1 - 2.0**-10}
    (found,) = Reference(expression.tree, FLOAT64, wanted, "x", [factorial]).at(point)
    assert isinstance(found, Certified)
    assert FLOAT64.round(found.value) == sign * math.inf


@pytest.mark.parametrize("index", ["x" * 17 + "y", "x" * 9 + "y" * 9, "x" * 12 + "y" * 13])
def test_mixed_derivatives_of_high_order(index: str) -> None:
    """Beyond order 17 the factorials are rounded themselves, which once ended in a traceback."""
    (expression,) = parse("sin(x + y)")
    (exact,) = Reference(expression.tree, FORMATS["float64"], [tuple(index)]).at({"x": 1, "y": 2})
    assert isinstance(exact, Certified)
    with mp.workdps(40):
        assert FORMATS["float64"].round(exact.value) == float(mp.sin(3 + len(index) * mp.pi / 2))


@pytest.mark.parametrize("typed", ["lgamma(exp(-x))", "gamma(exp(-x))", "lgamma(x*exp(-x))"])
def test_gamma_beside_zero_beyond_every_dtype_ends(typed: str) -> None:
    """The library once took all memory, or ended the process."""
    (target,) = parse(typed)
    (found,) = Reference(target.tree, FORMATS["float64"], [("x",)]).at({"x": 1e300})
    assert isinstance(found, NoDerivative)


# --- nearly zero, and not --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "x", "expected"),
    [
        ("sign(1 - tanh(x))", 1_000.0, 1.0),
        ("sign(tanh(x) - 1)", 300.0, -1.0),
        ("sign(1 - erf(x))", 50.0, 1.0),
        ("sign(1 - sigmoid(x))", 5_000.0, 1.0),
        ("sign((1 + exp(-x)) - 1)", 9_000.0, 1.0),
        ("sign((1 + x^5) - 1)", 1e-300, 1.0),
        ("max(sign(1 - erf(x)), 0.5)", 50.0, 1.0),
        ("atan2(1 - (1 + exp(-x)), -1)", 3_000.0, -3.141592653589793),
        ("abs(tanh(x) - 1)/(1 - tanh(x))", 1_000.0, 1.0),
        ("sign(exp(x) - (120+x*(60+x*(12+x)))/(120-x*(60-x*(12-x))))", 1e-141, -1.0),
        ("sign(sin(x)^2 + cos(x)^2 - 1)", 0.5, 0.0),
        ("sign(exp(log(x)) - x)", 1e300, 0.0),
    ],
)
def test_what_is_nearly_zero_is_not_taken_for_it(typed: str, x: float, expected: float) -> None:
    assert derivatives(typed, x, order=0) == [expected]


@pytest.mark.parametrize("index", ["y", "xy", "xxxxy"])
def test_a_zero_is_known_by_its_size_and_needs_no_more_precision(
    monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    monkeypatch.setattr("tapecli.engines.certified.reference.HIGHER_PRECISIONS", (None,))
    (one,) = parse("y*(gamma(x + 1) - x*gamma(x))")
    (found,) = Reference(one.tree, FLOAT64, [tuple(index)]).at({"x": 1.5, "y": 1.0})
    assert isinstance(found, Certified)
    assert FLOAT64.round(found.value) == 0


@pytest.mark.parametrize(
    ("typed", "x"),
    [
        ("sign(1 - tanh(x))", 1e20),
        ("sqrt(tanh(x) - 1)", 1_000.0),
        ("sqrt(tanh(x) - 1)", 1e10),
        ("acos(1/tanh(x))", 1_000.0),
        ("asin(1 + exp(-x))", 1e5),
        ("gamma(x/1e20)*sign(1 - tanh(x))", 1e20),
        ("sign(1 + x^x^x^1e5 - x^x^x^1e5)", 1.3),
    ],
)
def test_where_it_cannot_be_told_nothing_is_certified(typed: str, x: float) -> None:
    assert derivatives(typed, x, order=0) == [UNDEFINED]


# --- what it may cost ---------------------------------------------------------------------------

DEAR = "abs(gamma(x+1)-x*gamma(x))"
"""Zero everywhere, which takes thousands of bits of a slow function to be taken for zero."""

ZEROS = [
    DEAR,
    "sqrt(sin(x)^2+cos(x)^2-1)",
    "abs(sin(2x)-2*sin(x)*cos(x))",
    "abs(x-1.25)",
    "max((x-1.25)^3,x-x)",
    "tan(tan(tan(tan(x))))",
    "log(x)",
]


def given_up(found: Sequence[Certified | NoDerivative]) -> bool:
    return found == [NoDerivative(OUT_OF_TIME)] * len(found)


def test_what_the_budget_does_not_suffice_for_says_so() -> None:
    one = reference(DEAR, 1)
    assert given_up(one.at({"x": 1.25}, Budget(0.01, 1.0)))  # in all
    assert given_up(one.at({"x": 1.25}, Budget(1.0, 0.01)))  # at this point
    assert [found.value for found in one.at({"x": 1.25}) if isinstance(found, Certified)] == [0, 0]


def test_what_was_given_up_is_not_kept_as_the_truth() -> None:
    one = reference(DEAR, 1)
    assert given_up(one.at({"x": 1.25}, Budget(0.0, 0.0)))
    assert not given_up(one.at({"x": 1.25}, Budget()))
    assert given_up(one.at({"x": 1.25}, Budget(0.0, 0.0)))  # though it is known by now


def test_what_is_kept_costs_as_much_as_it_did() -> None:
    one, points = reference(DEAR, 1), [{"x": 1 + k / 8} for k in range(8)]
    runs = []
    for _ in range(2):
        budget = Budget(0.9, 1.0)
        runs.append(([one.at(point, budget) for point in points], budget.seconds))
    assert runs[0] == runs[1]
    assert 0 < sum(map(given_up, runs[0][0])) < len(points)


def test_more_seconds_certify_more() -> None:
    one = reference(DEAR, 1)  # what it caches costs as much as it did

    def certified(seconds: float) -> int:
        budget = Budget(seconds, 1.0)
        return sum(not given_up(one.at({"x": 1 + k / 8}, budget)) for k in range(8))

    counts = [certified(seconds) for seconds in (0.0, 0.5, 1.0, 10.0)]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 8)
    assert counts[0] < counts[1] < counts[2] < counts[3]


@pytest.mark.parametrize("text", ZEROS)
def test_a_budget_that_suffices_changes_nothing(text: str) -> None:
    points = [{"x": x} for x in (0.5, 1.25, 2.0, 3.0)]
    budget = Budget(60.0, 10.0)
    assert [reference(text, 1).at(point, budget) for point in points] == [
        reference(text, 1).at(point) for point in points
    ]


def test_a_first_look_is_free() -> None:
    budget = Budget(0.0, 0.0)
    assert reference("sin(x)*exp(-x^2)", 2).at({"x": 0.5}, budget) == reference(
        "sin(x)*exp(-x^2)", 2
    ).at({"x": 0.5})
    assert budget.seconds == 0


def test_mixed_derivatives_have_a_budget_as_well() -> None:
    (one,) = parse(["abs(gamma(x*y+1)-x*y*gamma(x*y))"], {"x", "y"})
    both = Reference(one.tree, FLOAT64, [("x", "y")])
    assert given_up(both.at({"x": 1.5, "y": 0.75}, Budget(0.0, 0.0)))


def test_many_points_of_what_is_dear_end_soon() -> None:
    one, budget = reference(DEAR, 1), Budget.of_request(5)
    start = time.process_time()
    found = [one.at({"x": 0.5 + k / 400}, budget) for k in range(1000)]
    assert time.process_time() - start < 20  # 2.5 on an idle machine; it was 160
    assert 5 < sum(not given_up(each) for each in found) < 100


@pytest.mark.parametrize("exponent", [3e7, 3e38])
def test_zero_to_a_huge_power_takes_no_memory(exponent: float) -> None:
    """Only as many coefficients are carried as are asked for."""
    (target,) = parse(["y^x"])
    reference = Reference(target.tree, FORMATS["float64"], [("y",)], ("x", "y"))
    (derivative,) = reference.at({"x": exponent, "y": 0.0})
    assert isinstance(derivative, NoDerivative)
