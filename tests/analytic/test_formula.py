"""Formulas: right (against the certified series), readable, and never slow to make."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
import sympy
from tests.oracle import CASES, COMPOSITES, Case

from tapecli.analytic.formula import cbrt, formulas, lgamma, symbolic
from tapecli.analytic.reference import Reference
from tapecli.expression import parse
from tapecli.floats import FORMATS
from tapecli.verdict import Certified

SECONDS = 5.0
"""Far more than a formula takes, far less than a hang."""


def orders(highest: int, lowest: int = 0) -> list[tuple[str, ...]]:
    """The derivatives by x of these orders."""
    return [("x",) * order for order in range(lowest, highest + 1)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("log(x^2)", ["2/x", "-2/x²", "4/x³"]),
        ("x^5", ["5·x⁴", "20·x³", "60·x²"]),
        ("sqrt(x)", ["1/(2·sqrt(x))", "-1/(4·x^(3/2))", "3/(8·x^(5/2))"]),
        ("|x|", ["sign(x)", "0", "0"]),
        ("cbrt(x)", ["1/(3·cbrt(x)²)", "-2/(9·cbrt(x)⁵)", "10/(27·cbrt(x)⁸)"]),
        ("lgamma(x)", ["digamma(x)", "polygamma(1, x)", "polygamma(2, x)"]),
        ("e^(2x)", ["2·exp(2·x)", "4·exp(2·x)", "8·exp(2·x)"]),
        ("max(x, 1)", ["step(x - 1)", "0", "0"]),
        ("tau*x", ["2·pi", "0", "0"]),
        ("x^x", None),
    ],
)
def test_formulas_read_as_a_person_would_write_them(typed: str, expected: list[str] | None) -> None:
    (expression,) = parse(typed)
    found = formulas(expression.tree, orders(3, 1))
    assert all(found)
    if expected is not None:
        assert found == expected


def plain(form: Any) -> Any:
    """The form in SymPy's own functions."""
    form = form.replace(cbrt, lambda u: sympy.sign(u) * sympy.Abs(u) ** sympy.Rational(1, 3))
    return form.replace(lgamma, lambda u: sympy.log(sympy.Abs(sympy.gamma(u))))


@pytest.mark.parametrize("case", [*CASES.values(), *COMPOSITES], ids=lambda case: case.expression)
def test_formula_and_series_agree(case: Case) -> None:
    (expression,) = parse(case.expression)
    reference = Reference(expression.tree, FORMATS["float64"], orders(3), "x")
    forms = symbolic(expression.tree, orders(3))
    for point in case.ordinary:
        for order, (form, exact) in enumerate(zip(forms, reference.at({"x": point}), strict=True)):
            assert isinstance(exact, Certified)
            x = sympy.Rational(*point.as_integer_ratio())
            at = plain(form).subs(sympy.Symbol("x", real=True), x)
            with mp.workdps(40):
                value = mp.mpf(str(at.evalf(40)))
                series = mp.mpf(exact.value.numerator) / exact.value.denominator
                assert abs(value - series) <= mp.mpf(10) ** -30 * (1 + abs(series)), (point, order)


@pytest.mark.parametrize(
    "typed",
    [
        "(x+1)^1000",
        "(x^2+1)^100*(x-1)^100",
        "sin(x)^60",
        "gamma(10^6)*x",
        "x^(10^6)",
        "x*10^300",
        "sin(sin(sin(sin(sin(x)))))",
        "+".join(f"x^{n}" for n in range(60)),
        "*".join(f"(x-{n})" for n in range(1, 40)),
        "tan(tan(tan(x)))/exp(sin(x)^2+cos(x)^4)",
    ],
)
def test_formulas_never_take_long(typed: str) -> None:
    (expression,) = parse(typed)
    start = time.monotonic()
    assert len(formulas(expression.tree, orders(4))) == 5
    assert time.monotonic() - start < SECONDS


def test_a_tree_that_is_too_large_has_no_formula() -> None:
    texts = ["u0 = x + 1"] + [f"u{n} = u{n - 1}*u{n - 1}" for n in range(1, 12)]
    last = parse(texts)[-1]
    assert formulas(last.tree, orders(2)) == [None] * 3


def test_impulses_at_kinks_are_left_out() -> None:
    (expression,) = parse("sign(x)*x^2")
    assert formulas(expression.tree, [("x",)]) == ["2·x·sign(x)"]


def test_decimals_are_exact_in_formulas() -> None:
    (expression,) = parse("0.25*x")
    (form,) = symbolic(expression.tree, [("x",)])
    assert Fraction(int(form.p), int(form.q)) == Fraction(1, 4)


def test_a_formula_is_divided_before_it_is_written() -> None:
    (expression,) = parse("x^3 + exp(2x)")
    found = formulas(expression.tree, orders(3, 1), [1, 2, 6])
    assert found == ["3·x² + 2·exp(2·x)", "3·x + 2·exp(2·x)", "4·exp(2·x)/3 + 1"]
