"""Decimals in formulas: as they were typed, and put together where that is shorter."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as some
from tests.engines.certified.forms import formulas_of, symbolic

from tapecli.engines.certified.literals import Literal, number, tidied
from tapecli.expressions.expression import parse

x, y = sympy.Symbol("x", real=True), sympy.Symbol("y", real=True)


@pytest.mark.parametrize(
    ("typed", "first", "second"),
    [
        (
            "exp(-((x-451.5)/4.0888)**2)",
            "-2·(x - 451.5)·exp(-(x - 451.5)²/4.0888²)/4.0888²",
            "2·(2·(x - 451.5)²/4.0888² - 1)·exp(-(x - 451.5)²/4.0888²)/4.0888²",
        ),
        ("0.25*x", "0.25", "0"),
        ("2.0*x^2.0", "4·x", "4"),
        ("x^0.5", "0.5/x^0.5", "-0.25/x^1.5"),
        ("x^-1.5", "-1.5/x^2.5", "3.75/x^3.5"),
        ("0.1*x + 0.2*x", "0.3", "0"),
        ("x*log(0.3 - 0.1 - 0.2 + x)", "log(x) + 1", "1/x"),
        ("2.5*x^3", "7.5·x²", "15·x"),
        ("x^2/1.5", "2·x/1.5", "2/1.5"),
        ("6.02e23*x^2", "1.204e24·x", "1.204e24"),
        ("exp(-x/2.5)", "-exp(-x/2.5)/2.5", "exp(-x/2.5)/2.5²"),
        ("max(0.5, 0.7)*x", "0.7", "0"),
        ("2.5*10^-3*x^2", "0.005·x", "0.005"),
        ("6.626*10^-34*x", "6.626e-34", "0"),
        ("6.02*10^23*x^2/2", "6.02e23·x", "6.02e23"),
        ("-2.998e8*1.05e-34/x^2", "6.2958e-26/x³", "-1.88874e-25/x⁴"),
        ("100*(1 + 3.9083e-3*x - 5.775e-7*x^2)", "0.39083 - 0.0001155·x", "-0.0001155"),
        ("(1.5x + 0.5)/(2.5x - 1.5)", "-3.5/(2.5·x - 1.5)²", "17.5/(2.5·x - 1.5)³"),
        ("exp(-x^2/0.5)", "-4·x·exp(-x²/0.5)", "4·(4·x² - 1)·exp(-x²/0.5)"),
        ("x - 0.25*x^3", "1 - 0.75·x²", "-1.5·x"),
        ("1/(0.5 - x)", "1/(0.5 - x)²", "2/(0.5 - x)³"),
        ("0.231^2*12.5*x", "12.5·0.231²", "0"),
        ("1e300*x^2*1e300", "2·1e300²·x", "2·1e300²"),
        ("10^(8.07 - 1730.63/(x + 233.426))",
         "1730.63·10^(8.07 - 1730.63/(x + 233.426))·log(10)/(x + 233.426)²", None),
        ("611.2*exp(17.62*x/(243.12 + x))",
         "17.62·243.12·611.2·exp(17.62·x/(x + 243.12))/(x + 243.12)²", None),
    ],
)  # fmt: skip
def test_formulas_have_the_decimals_that_were_typed(
    typed: str, first: str, second: str | None
) -> None:
    found = formulas_of(typed, [("x",), ("x", "x")])
    assert [one and one.text for one in found][: 1 + (second is not None)] == [
        text for text in (first, second) if text is not None
    ]


def test_a_decimal_has_its_exact_value() -> None:
    (expression,) = parse("0.1*x")
    (form,) = symbolic(expression.tree, [("x",)])
    assert form.evalf(60) == sympy.Rational(1, 10).evalf(60)
    assert form.value == Fraction(1, 10)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Fraction(3), sympy.Integer),
        (Fraction(1, 3), sympy.Rational),
        (Fraction(1, 8), Literal),
        (Fraction(10**30), Literal),
        (Fraction(0), sympy.Integer),
    ],
)
def test_a_number_is_whole_or_a_decimal_or_a_fraction(value: Fraction, kind: type) -> None:
    assert isinstance(number(value), kind)


decimals = some.sampled_from([number(Fraction(text)) for text in ("0.5", "2.5", "4.0888", "1e-3")])
leaves = some.one_of(decimals, some.sampled_from([x, y, *map(sympy.Integer, (-2, -1, 2, 3))]))
forms = some.recursive(
    leaves,
    lambda inner: some.one_of(
        some.builds(sympy.Add, inner, inner),
        some.builds(sympy.Mul, inner, inner),
        some.builds(lambda base: (base**2 + 1) ** number(Fraction("1.5")), inner),
        some.builds(lambda base: 1 / (base**2 + number(Fraction("0.25"))), inner),
        some.builds(sympy.exp, inner),
    ),
    max_leaves=6,
)


@given(forms)
def test_what_is_put_together_has_the_same_value(form: sympy.Expr) -> None:
    at = {x: sympy.Rational(3, 7), y: sympy.Rational(-5, 11)}
    value, expected = (one.subs(at).evalf(40, maxn=400) for one in (tidied(form), form))
    assert abs(value - expected) <= abs(expected) * sympy.Float("1e-30") + sympy.Float("1e-30")
