"""The certified reference at the points where derivatives are awkward."""

from __future__ import annotations

import math
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest

import tapecli
from tapecli.analytic.reference import Reference, constant_value
from tapecli.expression import parse
from tapecli.floats import FORMATS
from tapecli.verdict import Certified, NoDerivative, Status, judge

FLOAT64 = FORMATS["float64"]

UNDEFINED = None


def derivatives(typed: str, point: float, order: int = 3) -> list[float | None]:
    (expression,) = parse(typed)
    found = Reference(expression.tree, FLOAT64, order).at(point)
    return [None if isinstance(at, NoDerivative) else FLOAT64.round(at.value) for at in found]


def reason(typed: str, point: float, order: int = 1) -> str:
    (expression,) = parse(typed)
    found = Reference(expression.tree, FLOAT64, order).at(point)[order]
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
        ("x^3", 0.0, [0, 0, 0, 6]),
        ("sin(x)^2 + cos(x)^2", 1.0, [1, 0, 0, 0]),
        ("abs(0*x)", 1.0, [0, 0, 0, 0]),
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
        ("sign(x)", 0.0, "a jump"),
        ("cbrt(x)", 0.0, "an infinite slope"),
        ("sqrt(x)", 0.0, "the edge of the domain of sqrt"),
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
    (expression,) = parse("0.1*x")
    for name, format_ in FORMATS.items():
        found = Reference(expression.tree, format_, 1).at(1.0)[1]
        assert isinstance(found, Certified), name
        assert found.value == Fraction(format_.round(Fraction(1, 10)))


def test_what_underflows_in_the_tapes_is_no_wrong_rule() -> None:
    result = tapecli.diff("atan2(3, x^6)", x=100.0, order=2, dtype="float32", formulas=False)
    assert Status.OFF not in result.counts


def test_a_ratio_is_exact() -> None:
    (expression,) = parse("x/3")
    found = Reference(expression.tree, FLOAT64, 1).at(1.0)[1]
    assert isinstance(found, Certified)
    assert abs(found.value - Fraction(1, 3)) <= found.radius


@pytest.mark.parametrize("typed", ["log(x^2)", "tan(x)", "exp(-x^2)", "gamma(x)", "x^x"])
def test_the_enclosure_is_far_narrower_than_an_ulp(typed: str) -> None:
    (expression,) = parse(typed)
    for order, found in enumerate(Reference(expression.tree, FLOAT64, 8).at(0.7)):
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


def test_what_is_not_known_to_be_zero_is_not_taken_for_it() -> None:
    assert "singular" in reason("abs(sin(exp(exp(x))))", 9.0)


def test_a_power_of_a_high_order_is_still_a_power() -> None:
    assert derivatives("(x^34)^(1/17)", 0.0, 10) == [0, 0, 2, *[0] * 8]


def test_a_decimal_exponent_means_the_float_of_the_dtype() -> None:
    (expression,) = parse("x^2.001")
    found = Reference(expression.tree, FORMATS["bfloat16"], 1).at(-3.0)[1]
    assert isinstance(found, Certified)
    assert found.value == -6


def test_a_planted_error_at_a_kink_is_seen() -> None:
    (expression,) = parse("abs(x - 1)^3")
    found = Reference(expression.tree, FLOAT64, 1).at(1.0)[1]
    assert isinstance(found, Certified)
    assert judge(5.0, found, 1, Fraction(1), FLOAT64) is Status.OFF


def test_threads_do_not_disturb_one_another() -> None:
    (expression,) = parse("abs(x - 1) + cosh(x)")
    points = [0.25 + n / 16 for n in range(40)]

    def values(order: int) -> list[list[Certified | NoDerivative]]:
        reference = Reference(expression.tree, FLOAT64, order)
        return [reference.at(point) for point in points]

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
