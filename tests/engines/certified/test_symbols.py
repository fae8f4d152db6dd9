"""Trees as SymPy expressions."""

from __future__ import annotations

import pytest
from tests.engines.certified.forms import formulas_of

from tapecli.engines.certified.symbols import is_endless
from tapecli.expressions.expression import parse


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
    (found,) = formulas_of(tree, [["x"]])
    assert (found is None) is endless
