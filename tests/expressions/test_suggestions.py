"""What is offered for a name that is not known."""

from __future__ import annotations

import random

import pytest

from tapecli.errors import ExpressionError
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTION_NAMES
from tapecli.expressions.suggestions import slips


def hint(typed: str) -> str:
    with pytest.raises(ExpressionError) as error:
        parse(typed)
    return error.value.hint


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sni(x)", "did you mean 'sin'?"),
        ("expp(x)", "did you mean 'exp' or 'exp2'?"),
        ("gama(x)", "did you mean 'gamma'?"),
        ("sqr(x)", "did you mean 'sqrt'?"),
        ("sigmod(x)", "did you mean 'sigmoid'?"),
        ("softplos(x)", "did you mean 'softplus'?"),
    ],
)
def test_a_slip_of_the_fingers_is_seen(typed: str, expected: str) -> None:
    assert hint(typed) == expected


@pytest.mark.parametrize("typed", ["sni(x, 2)", "gama()", "hypott(x)", "foo(x)", "zzz(x)"])
def test_a_function_of_another_number_of_arguments_is_not_offered(typed: str) -> None:
    assert "did you mean" not in hint(typed)


@pytest.mark.parametrize("typed", ["integrate(x, x)", "limit(x, 0)", "det(x)", "Re(x)", "eval(x)"])
def test_what_a_name_means_elsewhere_is_told(typed: str) -> None:
    assert "did you mean" not in hint(typed)
    assert hint(typed) != "see 'tapecli functions'"


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [("", "abc", 3), ("sin", "sin", 0), ("sni", "sin", 1), ("cos", "cosh", 1), ("tan", "atn", 1)],
)
def test_slips_are_counted(first: str, second: str, count: int) -> None:
    assert slips(first, second) == slips(second, first) == count


def test_slips_are_a_distance() -> None:
    names = random.Random(3).sample(sorted(FUNCTION_NAMES), 12)
    for a in names:
        for b in names:
            assert abs(len(a) - len(b)) <= slips(a, b) <= max(len(a), len(b))
            assert (slips(a, b) == 0) == (a == b)
