"""Derivatives of trees by the chain rule."""

from __future__ import annotations

import functools
from fractions import Fraction

import pytest
from tests.oracle import CASES

from tapecli.engines.certified import Certified, NoDerivative
from tapecli.engines.certified.reference import Reference
from tapecli.expressions.chain_rule import KINKS, NoRule, differentiated, differentiated_strictly
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTIONS, ROWS, Constant
from tapecli.expressions.tree import Call, Node, steps, variables
from tapecli.floats import FORMATS

CLOSE = Fraction(1, 10**15)
"""Both values are certified to more digits than float64 has."""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("x", "1"),
        ("3", "0"),
        ("a + x", "1"),
        ("2*x", "2"),
        ("x/2.5", "1/2.5"),
        ("x^3", "3*x**2"),
        ("x^2.5", "2.5*x**1.5"),
        ("x^-1", "-x**-2"),
        ("x^(1/2)", "x**-(1/2)/2"),
        ("sin(x)", "cos(x)"),
        ("sin(2*x)", "cos(2*x)*2"),
        ("log(x^2)", "2*x/x**2"),
        ("x*y", "y"),
        ("gamma(x)", "gamma(x)*digamma(x)"),
        ("lgamma(3*x)", "digamma(3*x)*3"),
    ],
)
def test_derivatives_are_lightly_shortened(typed: str, expected: str) -> None:
    (target,) = parse(typed)
    assert str(differentiated(target.tree, "x")) == expected


def test_an_earlier_target_is_differentiated_as_what_it_is() -> None:
    last = parse(["u = x^2", "y = log(u)"])[-1]
    assert str(differentiated(last.tree, "x")) == "2*x/u"


def test_the_gamma_function_has_derivatives_of_every_order() -> None:
    (target,) = parse("lgamma(x)")
    tree = target.tree
    for expected in ("digamma(x)", "polygamma(1, x)", "polygamma(2, x)"):
        tree = differentiated(tree, "x")
        assert str(tree) == expected


@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if not isinstance(row, Constant)]
)
def test_the_rule_of_each_row_is_its_derivative(name: str) -> None:
    """The series of the derivative's tree has the value that the derivative's series has."""
    for case in (case for case in CASES.values() if name in functions_of(case.expression)):
        (target,) = parse(case.expression)
        try:
            derivative = differentiated(target.tree, "x")
        except NoRule:
            continue
        if called(derivative) - ROWS.keys():  # what stands in derivatives alone has no series
            continue
        exact = Reference(target.tree, FORMATS["float64"], [("x",)], "x")
        ruled = Reference(derivative, FORMATS["float64"], [()], "x")
        for point in case.ordinary:
            (first,), (second,) = exact.at({"x": point}), ruled.at({"x": point})
            assert isinstance(first, Certified)
            assert isinstance(second, Certified)
            assert abs(first.value - second.value) <= CLOSE * abs(first.value)


@functools.cache
def functions_of(typed: str) -> set[str]:
    return called(parse(typed)[0].tree)


def called(tree: Node) -> set[str]:
    return {node.name for node in steps(tree) if isinstance(node, Call)}


def test_each_function_is_in_a_case() -> None:
    covered = set().union(*(functions_of(case.expression) for case in CASES.values()))
    assert covered >= set(FUNCTIONS)


def test_it_costs_no_more_than_a_walk() -> None:
    """Each part is differentiated once, however often it is used."""
    targets = parse(["u0 = x + 1", *(f"u{n} = u{n - 1}*u{n - 1}" for n in range(1, 40))])
    derivative = differentiated(targets[-1].tree, "x")
    assert len(steps(derivative)) < 300
    assert variables(derivative) == ("x",)


# --- derivatives inside of expressions --------------------------------------------------------

AWKWARD = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -1.5, 3.0)
"""Points at which functions have kinks, jumps and edges, or next to them."""

KINKED = (
    *("abs(sin(x))", "max(x, x^2)", "min(x, -x)", "log(abs(x))", "sqrt(x^2)", "hypot(x, x)"),
    *("x^1.5", "x^2.5", "sqrt(x)^3", "x^(1/3)", "(x - 1)^(3/2)", "x^x", "sqrt(x)/x", "x/x"),
    *("atan2(x, -1)", "atan2(0*x, x)", "0*log(x) + x", "x + sqrt(-1 - x^2)", "relu(x)^2"),
    *("acosh(x)^2", "asin(x)*sqrt(1 - x^2)", "sign(x^2 - 1)*(x - 1)", "x^0.3*x^0.7"),
)

NOT_FOUND = {"atan2(0*x, x)", "relu(x)^2", "trunc(x)", "fmod(x, 3)", "rgamma(x)", "beta(x, 1.5)",
             "sinc(x)", "sincpi(x)", "binomial(x, 1.5)", "pochhammer(x, 1.5)",
             "Si(x)", "Shi(x)", "spence(x)", "ellipk(x)", "ellipe(x)", "agm(x, 2)",
             "besselj(2.5, x)", "besseli(2.5, x)", "bessel_j0(x)", "bessel_j1(x)",
             "bessel_i0(x)", "bessel_i1(x)", "bessel_i1e(x)"}  # fmt: skip
"""Expressions whose derivatives exist at points where the strict rule gives none."""


def in_table(node: Node) -> bool:
    return all(step.name in ROWS for step in steps(node) if isinstance(step, Call))


@pytest.mark.parametrize("typed", [*(case.expression for case in CASES.values()), *KINKED])
@pytest.mark.parametrize("order", [1, 2])
def test_a_strict_derivative_has_a_value_only_where_the_derivative_exists(
    typed: str, order: int
) -> None:
    (target,) = parse(typed)
    by = ("x",) * order
    try:
        derivative = differentiated_strictly(target.tree, by)
    except NoRule:
        pytest.skip("its derivative is no expression")
    if not in_table(derivative):
        pytest.skip("it needs a function that is not in the table")
    exact = Reference(target.tree, FORMATS["float64"], [by], "x")
    ruled = Reference(derivative, FORMATS["float64"], [()], "x")
    case = CASES.get(typed.partition("(")[0])
    ordinary: tuple[float, ...] = case.ordinary if case else ()
    for point in (*AWKWARD, *ordinary):
        (first,), (second,) = (reference.at({"x": point}) for reference in (exact, ruled))
        if isinstance(first, NoDerivative) or isinstance(second, NoDerivative):
            assert isinstance(second, NoDerivative)
            assert isinstance(first, NoDerivative) or typed in NOT_FOUND
        else:
            assert abs(first.value - second.value) <= CLOSE * abs(first.value)


INFINITE = {"sqrt", "cbrt", "hypot", "asin", "acos", "acosh", "spence", "ellipe"}
"""Functions whose derivatives by their rules have no value where they are rough."""

RULED = {"pow", "where", "polygamma"}
"""Functions that the chain rule treats by themselves."""


@pytest.mark.parametrize("name", [name for name, row in FUNCTIONS.items() if row.rough])
def test_each_kink_is_known(name: str) -> None:
    """What is zero there is in a row of `KINKS`, or in those of its definition's functions."""
    is_defined = bool(FUNCTIONS[name].definition)
    assert is_defined or name in {*KINKS, *INFINITE, *RULED}
