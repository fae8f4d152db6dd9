"""Formulas of monomials and their logarithms: what SymPy writes, to the letter."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.certified.forms import formulas_of

from tapecli.engines.certified import monomials
from tapecli.expressions import tree
from tapecli.expressions.expression import parse
from tapecli.expressions.tree import Node
from tapecli.result import Formula

ORDERS = 4
DIVISOR = 6
"""What the highest derivative is divided by."""


def agrees(node: Node, name: str = "x") -> bool:
    """Whether a tree has formulas without SymPy; those that it has are SymPy's."""
    indices = [(name,) * order for order in range(1, ORDERS + 1)]
    divisors = [1] * (ORDERS - 1) + [DIVISOR]
    direct = [monomials.formula(node, *pair) for pair in zip(indices, divisors, strict=True)]
    if None not in direct:
        assert direct == formulas_of(node, indices, divisors)
    return None not in direct


COEFFICIENTS = ("", "2*", "7/3*", "-", "-1/2*", "-99*", "1/98*")
POWERS = ("x", "x^2", "x^3", "x^12", "x^99", "1/x", "x^-2", "1/x^7", "x/x", "x^0")
FORMS = ("{}", "log({})", "({})^2", "({})/(3x)", "({})*x*5", "(-({}))^-1", "log(({})^3)")


def texts() -> Iterator[str]:
    for form, coefficient, power in itertools.product(FORMS, COEFFICIENTS, POWERS):
        yield form.format(coefficient + power)


@pytest.mark.parametrize("text", list(texts())[::7])
def test_formulas_are_those_of_sympy(text: str) -> None:
    agrees(parse(text)[0].tree)


@pytest.mark.slow
def test_all_formulas_are_those_of_sympy() -> None:
    assert sum(agrees(parse(text)[0].tree) for text in texts()) > 400


def trees() -> st.SearchStrategy[Node]:
    """Trees of one variable whose operators may make a monomial, zeros and all."""
    leaves = st.one_of(st.just(parse("x")[0].tree), st.integers(0, 12).map(tree.number))

    def larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        names = st.sampled_from(["mul", "div", "mul", "div", "pow"])
        pairs = st.tuples(names, inner, inner)
        powers = st.tuples(inner, st.integers(-4, 4).map(lambda n: parse(str(n))[0].tree))
        return st.one_of(
            pairs.map(lambda parts: tree.call(*parts)),
            powers.map(lambda parts: tree.call("pow", *parts)),
            inner.map(lambda node: tree.call("neg", node)),
        )

    return st.recursive(leaves, larger, max_leaves=6)


@given(trees(), st.booleans())
def test_formulas_of_any_tree_are_those_of_sympy(node: Node, log: bool) -> None:
    agrees(tree.call("log", node) if log else node)


@pytest.mark.slow
@settings(max_examples=3_000)
@given(trees(), st.booleans())
def test_formulas_of_thousands_of_trees_are_those_of_sympy(node: Node, log: bool) -> None:
    agrees(tree.call("log", node) if log else node)


@pytest.mark.parametrize("name", ["t", "x_1", "x10", "α", "Α", "rate", "alpha", "x_max", "_a", "ε"])
def test_variables_are_named_as_sympy_names_them(name: str) -> None:
    for text in (f"log({name}^2)", f"{name}^3/7", f"5/{name}^2"):
        assert agrees(parse(text, [name])[0].tree, name)


@pytest.mark.parametrize("text", ["log(x^7)", "x^99", "2/(3x^98)"])
def test_the_highest_order_is_written_as_sympy_writes_it(text: str) -> None:
    node, index = parse(text)[0].tree, ("x",) * monomials.MAX_ORDER
    assert [monomials.formula(node, index, 1)] == formulas_of(node, [index])


def test_the_worked_example() -> None:
    targets = parse(["u = x^2", "y = log(u)"])
    written = [
        [monomials.formula(target.tree, ("x",) * order, 1) for order in (1, 2)]
        for target in targets
    ]
    assert written == [
        [Formula("2·x", "2 x"), Formula("2", "2")],
        [Formula("2/x", r"\frac{2}{x}"), Formula("-2/x²", r"- \frac{2}{x^{2}}")],
    ]


OTHERS = (
    *("3", "x + 1", "2.0*x", "100*x", "x^100", "(x^50)^2", "x^0.5", "x^y", "x*y", "2*log(x)"),
    *("log(x)^2", "log(0*x)", "log(x/x)", "0^0*x", "x/0", "sqrt(x)", "|x|", "pi*x", "(99x)^5"),
    "*".join(["x"] * 60),
)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_left_to_sympy(text: str) -> None:
    assert monomials.formula(parse(text)[0].tree, ("x",), 1) is None


@pytest.mark.parametrize("index", [(), ("y",), ("x", "y")])
def test_values_and_derivatives_by_other_variables_are_left_to_sympy(
    index: tuple[str, ...],
) -> None:
    assert monomials.formula(parse("x^2")[0].tree, index, 1) is None
