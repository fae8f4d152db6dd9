"""Taylor models at many numbers, beside the same numbers certified one by one, and mpmath."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from tests import oracle
from tests.rows import ELEMENTARY

from tapecli.engines.certified import NoDerivative
from tapecli.engines.certified.reference import Reference
from tapecli.engines.certified.taylor_model import Modelled, TaylorModels
from tapecli.expressions.expression import parse
from tapecli.expressions.tree import Node
from tapecli.floats import FORMATS

NARROWER = [name for name in FORMATS if name != "float64"]
EXPRESSIONS = {name: oracle.CASES[name].expression for name in ELEMENTARY}
QUICK = ("sqrt", "exp", "log1p", "tan", "asin", "tanh", "sigmoid", "erf", "pow")


def tree(expression: str) -> Node:
    (target,) = parse(expression, {"x"})
    return target.tree


def modelled(expression: str, dtype: str, start: int, stop: int, order: int = 2) -> Modelled:
    models = TaylorModels(tree(expression), FORMATS[dtype], "x", order)
    return models.certify(FORMATS[dtype].numbers(start, stop))


def compare(expression: str, dtype: str, start: int, stop: int, step: int) -> int:
    """Compare the numbers at every `step`th position with `Reference`; how many are certain."""
    format_, found = FORMATS[dtype], modelled(expression, dtype, start, stop)
    reference = Reference(tree(expression), format_, [("x",), ("x", "x")], ("x",))
    certain = 0
    for index in range(0, stop - start, step):
        x = format_.numbers(start + index, start + index + 1).item()
        for row, exact in enumerate(reference.at({"x": x})):
            if isinstance(exact, NoDerivative):
                assert not found.is_certain[row, index] or found.is_undefined[index], x
                continue
            assert not found.is_undefined[index], x
            if found.is_certain[row, index]:
                certain += 1
                assert found.analytic[row, index] == format_.round(exact.value), x
                if abs(exact.value) < Fraction(10) ** 290:
                    distance = abs(Fraction(found.value[row, index]) - exact.value)
                    assert distance <= Fraction(found.error[row, index]) + exact.radius, x
                    bound = Fraction(found.sensitivity[row, index])
                    negligible = (abs(exact.value) + format_.smallest) / 2**40
                    assert bound <= exact.sensitivity * (1 + Fraction(1, 2**20)) + negligible, x
    return certain


@pytest.mark.parametrize("name", QUICK)
def test_some_numbers_are_as_reference_has_them(name: str) -> None:
    count = FORMATS["bfloat16"].count
    assert compare(EXPRESSIONS[name], "bfloat16", 0, count, 409) > 50


@pytest.mark.slow
@pytest.mark.parametrize("dtype", NARROWER)
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_numbers_of_every_size_are_as_reference_has_them(name: str, dtype: str) -> None:
    count, middle = FORMATS[dtype].count, FORMATS[dtype].count // 2
    if dtype != "float32":
        assert compare(EXPRESSIONS[name], dtype, 0, count, 111) > 200
        return
    certain = 0
    for exponent in range(1, 255, 23):
        for start in (middle + (exponent << 23), middle - (exponent << 23) - 5_000):
            certain += compare(EXPRESSIONS[name], dtype, start, start + 5_000, 1_003)
    assert certain > 50


CLOSED: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tanh(x)": (lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.tanh(x) * mp.sech(x) ** 2),
    "log(x)": (lambda x: 1 / x, lambda x: -1 / x**2),
    "sin(x)": (mp.cos, lambda x: -mp.sin(x)),
    "x^3": (lambda x: 3 * x**2, lambda x: 6 * x),
}


@pytest.mark.parametrize("expression", CLOSED)
@pytest.mark.parametrize("dtype", NARROWER)
def test_derivatives_are_rounded_as_those_of_mpmath(expression: str, dtype: str) -> None:
    format_ = FORMATS[dtype]
    start = format_.count // 2 + ((format_.max_exponent - 2) << format_.precision - 1)  # about 1/4
    size = min(5_000, 5 << format_.precision - 1)
    found = modelled(expression, dtype, start, start + size)
    assert found.is_certain.all()
    assert not found.is_undefined.any()
    with mp.workdps(40):
        for index in range(0, size, 53):
            x = mp.mpf(format_.numbers(start + index, start + index + 1).item())
            for row, derivative in enumerate(CLOSED[expression]):
                right = format_.round(Fraction(int(mp.floor(derivative(x) * 2**200)), 2**200))
                assert found.analytic[row, index] == right


def test_where_there_is_no_derivative() -> None:
    format_ = FORMATS["bfloat16"]
    found = modelled("log(x)", "bfloat16", 0, format_.count)
    is_positive = format_.numbers(0, format_.count) > 0
    assert np.array_equal(found.is_undefined, ~is_positive)
    assert found.is_certain[:, is_positive].all()


def test_a_kink_is_left_to_others_and_its_neighbours_are_not() -> None:
    middle = FORMATS["float16"].count // 2
    found = modelled("abs(x)", "float16", middle - 100, middle + 100)
    assert np.flatnonzero(~found.is_certain.all(0)).tolist() == [99, 100]  # -0 and 0
    assert not found.is_undefined.any()
    assert found.analytic[0, :99].tolist() == [-1.0] * 99
    assert found.analytic[0, 101:].tolist() == [1.0] * 99


@pytest.mark.parametrize("order", [1, 3, 4])
def test_other_orders(order: int) -> None:
    start = FORMATS["float32"].count // 2 + (127 << 23)  # from 1 on
    found = modelled("exp(x)", "float32", start, start + 1_000, order)
    assert found.analytic.shape == (order, 1_000)
    assert found.is_certain.all()
    assert (found.analytic == found.analytic[0]).all()


def test_a_single_number() -> None:
    start = FORMATS["float32"].count // 2 + (127 << 23)
    found = modelled("x^2", "float32", start, start + 1)
    assert found.analytic.tolist() == [[2.0], [2.0]]
    assert found.is_certain.all()
