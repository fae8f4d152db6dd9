"""Formulas: right (against the certified series), readable, and never slow to make."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import mpmath as mp
import pytest
import sympy
from tests.engines.certified.forms import formulas_of, orders, symbolic
from tests.oracle import CASES, COMPOSITES, Case

from tapecli.engines.certified import Certified
from tapecli.engines.certified.formula import MAX_IN_ALL, formulas
from tapecli.engines.certified.reference import Reference
from tapecli.engines.certified.shortening import _searchable
from tapecli.engines.certified.symbols import cbrt, expression, lgamma
from tapecli.expressions.chain_rule import differentiated
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTIONS
from tapecli.expressions.tree import Node
from tapecli.floats import FORMATS
from tapecli.result import Formula

SECONDS = 5.0
"""Far more than a formula takes, far less than a hang."""


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
    found = texts(formulas_of(expression.tree, orders(3, 1)))
    assert len(found) == 3
    if expected is not None:
        assert found == expected


FORMULAS = [
    case for name, case in CASES.items() if name != "zeta" and "." not in FUNCTIONS[name].definition
] + [*COMPOSITES]
"""Cases whose derivatives have exact formulas: zeta has none, and a decimal is rounded."""

DEFINED = [case for name, case in CASES.items() if not FUNCTIONS[name].symbol]
"""Functions whose formulas are those of their definitions: two of three are for the slow tests."""

by_case = pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case.expression,
            marks=pytest.mark.slow if case in DEFINED and DEFINED.index(case) % 3 else (),
        )
        for case in FORMULAS
    ],
)


def plain(form: Any) -> Any:
    """The form in SymPy's own functions."""
    form = form.replace(cbrt, lambda u: sympy.sign(u) * sympy.Abs(u) ** sympy.Rational(1, 3))
    return form.replace(lgamma, lambda u: sympy.log(sympy.Abs(sympy.gamma(u))))


def ruled(tree: Node, highest: int) -> Iterator[Any]:
    """The derivatives by x from order 0 on, by the chain rule, in SymPy."""
    for _ in range(highest + 1):
        yield expression(tree)
        tree = differentiated(tree, "x")


@by_case
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
    start = time.process_time()
    assert len(formulas_of(expression.tree, orders(4))) == 5
    assert time.process_time() - start < SECONDS


def test_a_tree_that_is_too_large_has_no_formula() -> None:
    targets = ["u0 = x + 1"] + [f"u{n} = u{n - 1}*u{n - 1}" for n in range(1, 12)]
    last = parse(targets)[-1]
    assert formulas_of(last.tree, orders(2)) == [None] * 3


def test_impulses_at_kinks_are_left_out() -> None:
    (expression,) = parse("sign(x)*x^2")
    assert texts(formulas_of(expression.tree, [("x",)])) == ["2·x·sign(x)"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("x*sign(log(x))", ["sign(log(x))", "0"]),
        ("abs(log(x))", ["sign(log(x))/x", "-sign(log(x))/x²"]),
        ("abs(x^pi)", ["pi·x^pi·sign(x^pi)/x", "pi·x^pi·(pi - 1)·sign(x^pi)/x²"]),
        ("sign(asin(x))", ["0", "0"]),
    ],
)
def test_what_may_be_complex_to_sympy_is_real_here(typed: str, expected: list[str]) -> None:
    (expression,) = parse(typed)
    assert texts(formulas_of(expression.tree, orders(2)[1:])) == expected


@pytest.mark.parametrize(
    ("typed", "expected", "value"),
    [
        ("x*sign(x^2*(x - 150))", "sign(x - 150)", -1),
        ("x*sign(x^2)", "1", 1),
        ("x^2*sign(max(x, 0)^2*x)", "2·x·sign(x·max(0, x)²)", 0),
        ("sign(x^2*(x - 150))", "0", None),
    ],
)
def test_a_formula_is_right_at_double_zeros_in_signs(
    typed: str, expected: str, value: int | None
) -> None:
    (expression,) = parse(typed)
    assert texts(formulas_of(expression.tree, [("x",)])) == [expected]
    (exact,) = Reference(expression.tree, FORMATS["float64"], [("x",)]).at({"x": 0.0})
    assert getattr(exact, "value", None) == value


def test_a_formula_is_divided_before_it_is_written() -> None:
    (expression,) = parse("x^3 + exp(2x)")
    found = formulas_of(expression.tree, orders(3, 1), [1, 2, 6])
    assert texts(found) == ["3·x² + 2·exp(2·x)", "3·x + 2·exp(2·x)", "4·exp(2·x)/3 + 1"]


@pytest.mark.parametrize(
    ("typed", "formula"),
    [
        ("1/(1 + exp(-1e5x))", "100000·exp(100000·x)/(exp(100000·x) + 1)²"),
        ("1/(1 + 2^(1e9x))", "-1e9·2^(1e9·x)·log(2)/(2^(1e9·x) + 1)²"),
        ("exp(x/1001) + exp(x/997)", "exp(x/1001)/1001 + exp(x/997)/997"),
    ],
)
def test_exponentials_that_are_high_powers_of_one_another_are_not_multiplied_out(
    typed: str, formula: str
) -> None:
    """SymPy's factor takes them for powers of exp(x), and does not end."""
    (target,) = parse(typed)
    (found,) = formulas_of(target.tree, [("x",)])
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
    assert sum(made.values()) <= MAX_IN_ALL


# --- time ---------------------------------------------------------------------------------------


def test_where_the_time_is_over_the_chain_rule_has_the_formula() -> None:
    targets = parse(["x^2*exp(-(x - 451.5)^2/4.0888^2)", "log(x^2)"])
    made = formulas([one.tree for one in targets], [("x",), ("x", "x")], [1, 1], seconds=0.0)
    assert made.unshortened == 4
    first, second = (texts(of_target) for of_target in made.by_target)
    assert first[0] == (
        "x²·(903 - 2·x)·exp(-(x - 451.5)²/4.0888²)/4.0888² + 2·x·exp(-(x - 451.5)²/4.0888²)"
    )
    assert second == ["2/x", "-2/x²"]


def test_one_function_that_takes_all_of_its_time_leaves_the_others_theirs() -> None:
    """Four peaks are looked at for factors longer than this; the others are not touched by it."""
    peaks = "+".join(f"{n}.5*exp(-((x - {n}.25)/{n}.125)^2)*sin({n}.5*x)" for n in range(1, 5))
    targets = parse([peaks, "log(x^2)", "x^3"])
    made = formulas([one.tree for one in targets], orders(2, 1), [1, 1], seconds=0.3)
    assert all(len(texts(of_target)) == 2 for of_target in made.by_target)
    assert texts(made.by_target[1]) == ["2/x", "-2/x²"]


@by_case
def test_formulas_by_the_chain_rule_agree_with_the_shorter_ones(case: Case) -> None:
    """SymPy differentiates one of them itself, and only reads the other."""
    (target,) = parse(case.expression)
    short = symbolic(target.tree, orders(2))
    for order, form in enumerate(ruled(target.tree, 2)):
        for point in case.ordinary[:2]:
            x = sympy.Rational(*point.as_integer_ratio())
            values = [
                plain(one).subs(sympy.Symbol("x", real=True), x).evalf(30)
                for one in (form, short[order])
            ]
            assert abs(values[0] - values[1]) <= 1e-25 * (1 + abs(values[1])), (point, order)
