"""Formulas: right (against the certified series), readable, and never slow to make."""

from __future__ import annotations

import re
import time
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
import sympy
from tests.oracle import CASES, COMPOSITES, Case

from tapecli.analytic.formula import (
    MAX_MADE,
    _searchable,
    cbrt,
    formulas,
    is_endless,
    latex,
    lgamma,
    symbolic,
    typed,
)
from tapecli.analytic.reference import Reference
from tapecli.expression import parse
from tapecli.floats import FORMATS
from tapecli.result import Formula
from tapecli.verdict import Certified

SECONDS = 5.0
"""Far more than a formula takes, far less than a hang."""


def orders(highest: int, lowest: int = 0) -> list[tuple[str, ...]]:
    """The derivatives by x of these orders."""
    return [("x",) * order for order in range(lowest, highest + 1)]


def texts(found: list[Formula | None]) -> list[str]:
    """The formulas on one line."""
    return [one.text for one in found if one is not None]


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_formulas_read_as_a_person_would_write_them(text: str, expected: list[str] | None) -> None:
    (expression,) = parse(text)
    found = texts(formulas(expression.tree, orders(3, 1)))
    assert len(found) == 3
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
    "text",
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
def test_formulas_never_take_long(text: str) -> None:
    (expression,) = parse(text)
    start = time.monotonic()
    assert len(formulas(expression.tree, orders(4))) == 5
    assert time.monotonic() - start < SECONDS


def test_a_tree_that_is_too_large_has_no_formula() -> None:
    targets = ["u0 = x + 1"] + [f"u{n} = u{n - 1}*u{n - 1}" for n in range(1, 12)]
    last = parse(targets)[-1]
    assert formulas(last.tree, orders(2)) == [None] * 3


def test_impulses_at_kinks_are_left_out() -> None:
    (expression,) = parse("sign(x)*x^2")
    assert texts(formulas(expression.tree, [("x",)])) == ["2·x·sign(x)"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("x*sign(log(x))", ["sign(log(x))", "0"]),
        ("abs(log(x))", ["sign(log(x))/x", "-sign(log(x))/x²"]),
        ("abs(x^pi)", ["pi·x^pi·sign(x^pi)/x", "pi·x^pi·(-1 + pi)·sign(x^pi)/x²"]),
        ("sign(asin(x))", ["0", "0"]),
    ],
)
def test_what_may_be_complex_to_sympy_is_real_here(typed: str, expected: list[str]) -> None:
    (expression,) = parse(typed)
    assert texts(formulas(expression.tree, orders(2)[1:])) == expected


def test_decimals_are_exact_in_formulas() -> None:
    (expression,) = parse("0.25*x")
    (form,) = symbolic(expression.tree, [("x",)])
    assert Fraction(int(form.p), int(form.q)) == Fraction(1, 4)


def test_a_formula_is_divided_before_it_is_written() -> None:
    (expression,) = parse("x^3 + exp(2x)")
    found = formulas(expression.tree, orders(3, 1), [1, 2, 6])
    assert texts(found) == ["3·x² + 2·exp(2·x)", "3·x + 2·exp(2·x)", "4·exp(2·x)/3 + 1"]


# --- LaTeX ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log(x^2)", r"\log{\left(x^{2} \right)}"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a/(b/c)", r"\frac{a}{\frac{b}{c}}"),
        ("(-x)^2 - x^2", r"\left(-x\right)^{2} - x^{2}"),
        ("2^x^2*(x^2)^3", r"2^{x^{2}} \left(x^{2}\right)^{3}"),
        ("x*-2", r"x \left(-2\right)"),
        ("-(-x)", r"-\left(-x\right)"),
        ("x*x", r"x \cdot x"),
        ("2*3x", r"2 \cdot 3 x"),
        ("2*(x/3)", r"2 \cdot \frac{x}{3}"),
        ("1.5e-300x + 0.1^2", r"1.5 \times 10^{-300} x + 0.1^{2}"),
        ("sin(x)^2*sin(x)^-1", r"\sin^{2}{\left(x \right)} "
         r"\left(\sin{\left(x \right)}\right)^{-1}"),
        ("|x|^3", r"\left|{x}\right|^{3}"),
        ("cbrt(x)^2", r"\left(\sqrt[3]{x}\right)^{2}"),
        ("lgamma(x)", r"\log{\left(\left|{\Gamma\left(x\right)}\right| \right)}"),
        ("max(b, a)", r"\max\left(b, a\right)"),
        ("expm1(x)*y", r"\left(e^{x} - 1\right) y"),
        ("hypot(x + 1, -y)", r"\sqrt{\left(x + 1\right)^{2} + \left(-y\right)^{2}}"),
        ("sigmoid(-x)", r"\frac{1}{1 + e^{- \left(-x\right)}}"),
        ("log1p(-x)", r"\log{\left(1 + \left(-x\right) \right)}"),
        ("log2(x + 1)", r"\frac{\log{\left(x + 1 \right)}}{\log{\left(2 \right)}}"),
        ("pi*x_1 + τ*θ2 + e", r"\pi x_{1} + \tau \theta_{2} + e"),
    ],
)  # fmt: skip
def test_an_expression_in_latex_is_as_it_was_typed(text: str, expected: str) -> None:
    (expression,) = parse(text)
    assert typed(expression.tree) == expected


def test_an_earlier_target_is_its_name_in_latex() -> None:
    last = parse(["u_1 = x^2", "y = log(u_1)"])[-1]
    assert typed(last.tree) == r"\log{\left(u_{1} \right)}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log(x^2)", r"\frac{2}{x}"),
        ("cbrt(x)", r"\frac{1}{3 \left(\sqrt[3]{x}\right)^{2}}"),
        ("lgamma(x)", r"\psi\left(x\right)"),
        ("lgamma(x)^2/2", r"\log{\left(\left|{\Gamma\left(x\right)}\right| \right)} "
         r"\psi\left(x\right)"),
        ("max(x, 1)", r"\operatorname{step}{\left(x - 1 \right)}"),
        ("tau*x", r"2 \pi"),
        ("|x|", r"\operatorname{sign}{\left(x \right)}"),
    ],
)  # fmt: skip
def test_a_formula_in_latex(text: str, expected: str) -> None:
    (expression,) = parse(text)
    (form,) = symbolic(expression.tree, [("x",)])
    assert latex(form) == expected


def test_the_second_derivative_of_lgamma_in_latex() -> None:
    (expression,) = parse("lgamma(x)")
    (form,) = symbolic(expression.tree, [("x", "x")])
    assert latex(form) == r"\psi^{\left(1\right)}\left(x\right)"


def balanced(written: str) -> bool:
    """Whether braces, and \\left and \\right, are closed in the sequence in which they open."""
    opened = []
    for sign in re.findall(r"\\left|\\right|(?<!\\)[{}]", written):
        if sign in ("{", r"\left"):
            opened.append(sign)
        elif not opened or (opened.pop() == "{") != (sign == "}"):
            return False
    return not opened


@pytest.mark.parametrize("case", [*CASES.values(), *COMPOSITES], ids=lambda case: case.expression)
def test_latex_is_balanced_and_has_no_name_of_ours(case: Case) -> None:
    (expression,) = parse(case.expression)
    found = formulas(expression.tree, orders(3))
    for written in (typed(expression.tree), *(one.latex for one in found if one)):
        assert balanced(written)
        words = re.findall(r"(?<![\\A-Za-z{])[A-Za-z]{2,}", written)
        assert not words, written


def test_whether_latex_is_balanced_is_seen() -> None:
    assert balanced(r"\frac{1}{\left(x\right)}")
    assert not balanced(r"\frac{\left(x}\right)")
    assert not balanced(r"\frac{1}{x")
    assert not balanced(r"x}")


@pytest.mark.parametrize(
    ("typed", "formula"),
    [
        ("1/(1 + exp(-1e5x))", "100000·exp(-100000·x)/(1 + exp(-100000·x))²"),
        ("1/(1 + 2^(1e9x))", "-1000000000·2^(1000000000·x)·log(2)/(2^(1000000000·x) + 1)²"),
        ("exp(x/1001) + exp(x/997)", "exp(x/1001)/1001 + exp(x/997)/997"),
    ],
)
def test_exponentials_that_are_high_powers_of_one_another_are_not_multiplied_out(
    typed: str, formula: str
) -> None:
    """SymPy's factor takes them for powers of exp(x), and does not end."""
    (target,) = parse(typed)
    (found,) = formulas(target.tree, [("x",)])
    assert found is not None
    assert found.text == formula


def test_powers_inside_powers_are_not_multiplied_out() -> None:
    """The eighth of these has terms of 256 degrees, which took seconds."""
    last = parse(["a0 = x", *(f"a{i + 1} = a{i}^2 + 1" for i in range(8))])[-1]
    (form,) = symbolic(last.tree, [()])
    assert not _searchable(form)
    assert _searchable(symbolic(parse("(x^2 + 1)^2 + 1")[0].tree, [()])[0])


def test_many_formulas_are_made_as_long_as_they_take_no_more_than_a_moment() -> None:
    names = [f"a{i}" for i in range(30)]
    (product,) = parse("*".join(names))
    pairs = [(first, second) for first in names for second in names]
    found = symbolic(product.tree, pairs)
    assert found[1] == sympy.prod(sympy.Symbol(name, real=True) for name in names[2:])
    made = {id(form): form.count_ops() for form in found if form is not None}
    assert found[-1] is None
    assert sum(made.values()) <= MAX_MADE


@pytest.mark.parametrize(
    ("typed", "endless"),
    [
        ("x + exp(exp(exp(exp(5))))", True),
        ("sin(exp(exp(exp(3))))*x", True),
        ("gamma(10^9)*x", True),
        ("x*2^exp(exp(exp(9)))", True),
        ("exp(10^300)*x", True),
        ("x*exp(-10^100)", True),
        ("x^exp(exp(9))", True),
        ("x*exp(-1000)", False),
        ("x + sin(pi)", False),
        ("x*log(-1)", True),
        ("asinh(x) + atan2(lgamma(3), atanh(e))", True),
        ("exp(exp(exp(exp(x))))", False),
        ("9^399*x", False),
    ],
)
def test_constants_without_end_are_seen_before_their_digits_are_looked_for(
    typed: str, endless: bool
) -> None:
    tree = parse(typed)[0].tree
    assert is_endless(tree) is endless
    (found,) = formulas(tree, [["x"]])
    assert (found is None) is endless
