"""High derivatives from truncated series: against closed forms written by hand, and certified."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.engines.taylor.forms import (
    FORMS,
    TERMS,
    falling,
    of_gamma,
    of_power,
    of_reciprocal,
    of_sin,
)
from tests.oracle import CASES, COMPOSITES, Case

from tapecli.engines.certified import NoDerivative
from tapecli.engines.certified.reference import Reference
from tapecli.engines.taylor import engine
from tapecli.evaluation.verdict import judge
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTIONS
from tapecli.expressions.tree import variables
from tapecli.floats import FORMATS
from tapecli.result import Status

FLOAT64 = FORMATS["float64"]

ULPS_AN_ORDER = 16 * 2.0**-53
"""Relative, for each order: a series has one rounding or a few for each of its coefficients."""

UNDEFINED = None


def run(
    typed: str, x: Sequence[float], order: int, dtype: str = "float64", scaled: bool = False
) -> NDArray[np.float64]:
    """The derivatives of the orders from 0 by x, of shape (orders, points)."""
    tree = parse(typed)[-1].tree
    wanted = [("x",) * k for k in range(order + 1)]
    found = engine.taylor_derivatives(
        [tree], {"x": np.array(x, float)}, wanted, FORMATS[dtype], scaled
    )
    return np.asarray(found[0], np.float64)


def derivatives(typed: str, x: float, order: int) -> list[float | None]:
    found = run(typed, [x], order)[:, 0].tolist()
    return [UNDEFINED if math.isnan(value) else value for value in found]


# --- closed forms -----------------------------------------------------------------------------


@pytest.mark.parametrize("typed", FORMS)
def test_high_derivatives_are_those_of_closed_forms(typed: str) -> None:
    form, x = FORMS[typed]
    orders = (5, 8, 13, 20, 31, 40)
    found = run(typed, [x], orders[-1])[:, 0]
    with mp.workdps(120):
        for n in orders:
            exact, after = form(n, mp.mpf(x)), form(n + 1, mp.mpf(x))
            scale = abs(exact) + max(abs(x), 1 / (n + 1)) * abs(after)
            scale = TERMS[typed](n, x) if typed in TERMS else scale
            assert abs(found[n] - exact) <= n * ULPS_AN_ORDER * scale, (n, found[n], exact)


def test_a_polynomial_of_legendre_is_a_derivative_of_high_order() -> None:
    """Rodrigues' formula: the n-th derivative of (x**2 - 1)**n is 2**n * n! times P(n)."""
    for n in (5, 9, 14):
        found = run(f"(x^2 - 1)^{n}", [0.3], n)[n, 0]
        exact = 2**n * mp.factorial(n) * mp.legendre(n, mp.mpf(0.3))
        assert found == pytest.approx(float(exact), rel=n * ULPS_AN_ORDER)


def test_the_derivatives_of_x_to_the_x_at_1() -> None:
    known = [1, 1, 2, 3, 8, 10, 54, -42, 944, -5112, 47160]  # OEIS A005727
    assert run("x^x", [1.0], 10)[:, 0] == pytest.approx(known, rel=2.0**-40)


# --- the certified reference ------------------------------------------------------------------


def verdicts(typed: str, x: Sequence[float], order: int, dtype: str = "float64") -> list[Status]:
    """The verdict on each derivative; off as well where there is a value but no derivative."""
    tree, format_ = parse(typed)[-1].tree, FORMATS[dtype]
    points = [format_.round(Fraction(point)) for point in x]
    points = [point for point in points if math.isfinite(point)]
    found = run(typed, points, order, dtype)
    reference = Reference(tree, format_, [("x",) * k for k in range(order + 1)], ("x",))
    statuses = []
    for point, column in zip(points, found.T.tolist(), strict=True):
        for n, (value, exact) in enumerate(zip(column, reference.at({"x": point}), strict=True)):
            if isinstance(exact, NoDerivative):
                statuses.append(Status.UNDEFINED if math.isnan(value) else Status.OFF)
            else:
                statuses.append(judge(value, exact, n, format_))
    return statuses


CANCELLING = {"pow"}
"""Functions of which some coefficients at orders up to 25 are far below what they are sums of."""


@pytest.mark.parametrize("name", [x for x in CASES if not FUNCTIONS[x].only_certified])
def test_every_function_is_certified(name: str) -> None:
    case = CASES[name]
    assert Status.OFF not in (found := verdicts(case.expression, case.ordinary, 25))
    assert Status.LOST not in found
    assert found.count(Status.ROUNDED) == 0 or name in CANCELLING
    edges = verdicts(case.expression, case.edges, 12)
    assert not {Status.OFF, Status.LOST} & set(edges)


@pytest.mark.parametrize("case", COMPOSITES, ids=lambda case: case.expression)
def test_composite_expressions_are_certified(case: Case) -> None:
    assert not {Status.OFF, Status.LOST} & set(verdicts(case.expression, case.ordinary, 25))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("name", [x for x in CASES if not FUNCTIONS[x].only_certified])
def test_every_function_is_certified_in_every_dtype(name: str, dtype: str) -> None:
    case = CASES[name]
    assert not {Status.OFF, Status.LOST} & set(verdicts(case.expression, case.ordinary, 5, dtype))


@pytest.mark.parametrize(
    ("typed", "order"),
    [("log(x)", 170), ("1/(1 + x^2)", 170), ("gamma(x)", 170), ("exp(sin(x))", 150), ("x^x", 150)],
)
def test_orders_at_which_factorials_leave_the_floats(typed: str, order: int) -> None:
    found = verdicts(typed, [0.7, 2.5], order)
    assert not {Status.OFF, Status.LOST} & set(found)


# --- awkward points ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "x", "expected"),
    [
        ("3", 1.0, [3, 0, 0, 0]),
        ("pi", 1.0, [math.pi, 0, 0]),
        ("0*x", 1.0, [0, 0, 0]),
        ("x - x", 1.0, [0, 0, 0]),
        ("x^0", 0.0, [1, 0, 0]),
        ("x^3", 0.0, [0, 0, 0, 6, 0, 0]),
        ("x^5", -2.0, [-32, 80, -160, 240, -240, 120, 0, 0]),
        ("sign(x^2 + 1)", 0.0, [1, 0, 0]),
        ("x^sqrt(4)", -2.0, [4, -4, 2, 0, 0]),
        ("x^x", -1.0, [-1]),
        ("max(x, x)", 2.0, [2, 1, 0]),
        ("x", 1.7e308, [1.7e308, 1, 0, 0]),
        ("log(x)", 1e300, [math.log(1e300), 1e-300, 0, 0]),
        ("atan(x)", 1e200, [math.pi / 2, 0, 0, 0]),
        ("cbrt(x)", 1e-300, [1e-100, 1e200 / 3]),
        ("tanh(x)", 1e300, [1, 0, 0, 0]),
        ("exp(-x^2)", 1e154, [0, 0, 0, 0]),
        ("exp(-1/x)", 1e-160, [0, 0, 0, 0]),
        ("gamma(x)", -1000.5, [0, 0, 0]),
        ("atan2(0, x)", 1e-200, [0, 0, 0, 0]),
        ("asinh(x)", 1e300, [math.asinh(1e300), 1e-300, 0, 0]),
    ],
)
def test_exact_values_at_the_edges_of_the_floats(
    typed: str, x: float, expected: list[float]
) -> None:
    assert derivatives(typed, x, len(expected) - 1) == pytest.approx(expected, rel=2.0**-48)


@pytest.mark.parametrize(
    ("typed", "x"),
    [
        ("1/x", 0.0),
        ("x^-3", 0.0),
        ("1/(1/x)", 0.0),
        ("atan(1/x)", 0.0),
        ("exp(-1/x^2)", 0.0),
        ("log(x)", 0.0),
        ("log(x)", -1.0),
        ("log1p(x)", -2.0),
        ("atanh(x)", 1.0),
        ("atanh(x)", 1.5),
        ("acosh(x)", 0.5),
        ("asin(x)", 1.5),
        ("sqrt(x)", -1.0),
        ("x^(1/3)", -8.0),
        ("gamma(x)", -2.0),
        ("lgamma(x)", 0.0),
        ("atan2(x, x)", 0.0),
        ("0*log(x)", -1.0),
        ("log(x)^0", -1.0),
        ("max(log(x), 2)", -1.0),
        ("sqrt(x) - sqrt(x) + x", -1.0),
        ("lgamma(acos(9)) + x", 1.0),
        ("log(-1)*x", 1.0),
    ],
)
def test_outside_of_the_domain_and_at_poles_nothing_is_finite(typed: str, x: float) -> None:
    assert derivatives(typed, x, 4) == [UNDEFINED] * 5


def test_awkward_points_among_many_others_do_not_disturb_them() -> None:
    x = np.linspace(-1, 1, 4001)
    x[[7, 1000, 3999]] = [math.nan, 5e-324, 1e300]
    typed = "sqrt(x^4) + abs(x)*x + log(x + 2)"
    found = run(typed, x.tolist(), 4)
    for place in (0, 8, 1999, 2000, 2001, 4000):
        alone = run(typed, [float(x[place])], 4)[:, 0]
        assert np.array_equal(found[:, place], alone, equal_nan=True), place
    assert np.all(np.isnan(found[:, 7]))
    assert np.isnan(found[2:, 2000]).all()
    assert np.isfinite(np.delete(found, [7, 1000, 2000, 3999], axis=1)).all()


def test_more_points_than_are_taken_at_a_time() -> None:
    x = np.linspace(0.5, 2.0, engine.CHUNK + 3)
    found = run("1/x", x.tolist(), 3)
    assert np.allclose(found[3], -6 / x**4, rtol=3 * ULPS_AN_ORDER, atol=0)


def test_no_points_and_no_derivatives() -> None:
    tree = parse("sin(x)")[0].tree
    assert engine.taylor_derivatives([tree], {"x": np.array([])}, [(), ("x",)], FLOAT64).shape == (
        1,
        2,
        0,
    )
    assert engine.taylor_derivatives([], {"x": np.array([1.0])}, [()], FLOAT64).shape == (0, 1, 1)


# --- scaled, dtypes, several variables --------------------------------------------------------


def test_scaled_values_are_taylor_coefficients() -> None:
    order = 300
    found = run("1/(2 - x)", [1.0, 1.5], order, scaled=True)
    assert found[:, 0].tolist() == [1.0] * (order + 1)
    assert found[:, 1] == pytest.approx(2.0 ** np.arange(1, order + 2), rel=0)


def test_scaled_values_of_mixed_derivatives_are_divided_by_each_factorial() -> None:
    tree = parse("x^3*y^2")[0].tree
    at = {"x": np.array([1.0]), "y": np.array([1.0])}
    wanted = [("x", "x", "y"), ("y", "x", "x", "y", "x")]
    assert engine.taylor_derivatives([tree], at, wanted, FLOAT64)[0, :, 0].tolist() == [12, 12]
    assert engine.taylor_derivatives([tree], at, wanted, FLOAT64, True)[0, :, 0].tolist() == [6, 1]


@pytest.mark.parametrize("dtype", FORMATS)
def test_values_are_rounded_once_to_the_dtype(dtype: str) -> None:
    format_ = FORMATS[dtype]
    x = [format_.round(Fraction(n, 7)) for n in range(1, 60)]
    found = run("1/x", x, 8, dtype)
    exact = run("1/x", x, 8)
    nearest = [[format_.round(Fraction(a)) for a in row] for row in exact.tolist()]
    assert found.tolist() == nearest


def test_a_decimal_means_the_number_of_the_dtype() -> None:
    assert run("0.1*x", [1.0], 1, "bfloat16")[1, 0] == 0.10009765625


PLANES = {
    "exp(x*y)": lambda i, j, x, y: (
        mp.exp(x * y)
        * mp.fsum(
            mp.binomial(i, k) * falling(j, k) * y ** (i - k) * x ** (j - k)
            for k in range(min(i, j) + 1)
        )
    ),
    "sin(x + 2y)": lambda i, j, x, y: mp.mpf(2) ** j * of_sin(i + j, x + 2 * y),
    "1/(x - y)": lambda i, j, x, y: (-1) ** j * of_reciprocal(i + j, x - y),
    "log(x*y)": lambda i, j, x, y: mp.mpf(0),
    "x^4*exp(y)": lambda i, j, x, y: of_power(4)(i, x) * mp.exp(y),
    "x^y": lambda i, j, x, y: mp.diff(lambda e: falling(e, i) * x ** (e - i), y, j),
    "gamma(x + y)": lambda i, j, x, y: of_gamma(i + j, x + y),
    "lgamma(x - y)": lambda i, j, x, y: (-1) ** j * mp.polygamma(i + j - 1, x - y),
}


@pytest.mark.parametrize("typed", PLANES)
def test_mixed_derivatives_are_those_of_closed_forms(typed: str) -> None:
    tree, x, y = parse(typed)[0].tree, 2.75, 0.5
    wanted = [("x",) * i + ("y",) * j for i in range(1, 7) for j in range(1, 7)]
    at = {"x": np.array([x]), "y": np.array([y])}
    found = engine.taylor_derivatives([tree], at, wanted, FLOAT64)[0, :, 0]
    with mp.workdps(60):
        for index, value in zip(wanted, found.tolist(), strict=True):
            i, j = index.count("x"), index.count("y")
            exact = PLANES[typed](i, j, mp.mpf(x), mp.mpf(y))
            near = abs(PLANES[typed](i + 1, j, mp.mpf(x), mp.mpf(y))) * x
            allowed = (i + j) * ULPS_AN_ORDER * (abs(exact) + near)
            assert abs(value - exact) <= allowed + 1e-25, (index, value, exact)


def test_variables_may_be_in_any_sequence() -> None:
    tree = parse("sin(x*y)*z^2")[0].tree
    at = {name: np.array([value]) for name, value in (("x", 0.3), ("y", 1.2), ("z", 0.7))}
    indices = list(itertools.permutations(("x", "y", "y", "z")))
    found = engine.taylor_derivatives([tree], at, indices, FLOAT64)[0, :, 0]
    assert len(set(found.tolist())) == 1


def test_a_partial_derivative_by_one_of_several_variables() -> None:
    tree = parse("abs(y)*x^3/z")[0].tree
    at = {"x": np.array([2.0, 2.0]), "y": np.array([0.0, -3.0]), "z": np.array([1.0, 2.0])}
    found = engine.taylor_derivatives(
        [tree], at, [("x",), ("x", "x"), ("y",), ("w",)][:3], FLOAT64
    )[0]
    assert found[:2].tolist() == [[0, 18], [0, 18]]
    assert np.isnan(found[2, 0])
    assert found[2, 1] == -4


def test_exponents_may_differ_from_point_to_point() -> None:
    tree = parse("x^y")[0].tree
    at = {"x": np.array([0.0, 0.0, 0.0, 4.0]), "y": np.array([2.0, 1.5, -1.0, 0.5])}
    found = engine.taylor_derivatives([tree], at, [(), ("x",), ("x", "x")], FLOAT64)[0]
    assert found[0, [0, 1, 3]].tolist() == [0, 0, 2]
    assert found[1:, 3].tolist() == [0.25, -0.03125]
    assert np.isnan(found[1:, :3]).all()


def test_a_mixed_derivative_at_a_kink_is_not_known() -> None:
    tree = parse("max(x, 0)*y")[0].tree
    at = {"x": np.array([0.0, 1.0, -1.0]), "y": np.array([2.0, 2.0, 2.0])}
    found = engine.taylor_derivatives([tree], at, [("x", "y")], FLOAT64)[0, 0]
    assert np.isnan(found[0])
    assert found[1:].tolist() == [1, 0]


@pytest.mark.parametrize("typed", ["sin(x*y)/z", "x^y*z", "hypot(x, y)^z", "exp(x/y)*log(z)"])
def test_mixed_derivatives_are_certified(typed: str) -> None:
    tree = parse(typed)[0].tree
    names = variables(tree)
    wanted = [
        index for n in range(5) for index in itertools.combinations_with_replacement(names, n)
    ]
    at = dict(zip(names, (1.3, 0.6, 2.25), strict=True))
    found = engine.taylor_derivatives(
        [tree], {n: np.array([v]) for n, v in at.items()}, wanted, FLOAT64
    )[0, :, 0]
    exact = Reference(tree, FLOAT64, wanted, names).at(at)
    for index, value, one in zip(wanted, found.tolist(), exact, strict=True):
        assert not isinstance(one, NoDerivative)
        assert judge(value, one, len(index), FLOAT64) in (Status.OK, Status.ROUNDED), index
