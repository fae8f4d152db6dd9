"""The arrangements of tapes: what each computes, refuses, and really opens."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tapecli import tapes
from tapecli.errors import RequestError
from tapecli.expression import parse
from tapecli.floats import FORMATS
from tapecli.tree import Node, call, text

FLOAT64 = FORMATS["float64"]
POINTS = (1.0, 2.0, 3.0)


def trees(*typed: str) -> list[Node]:
    return [expression.tree for expression in parse(typed)]


WORKED = ("u = x^2", "y = log(u)")


@pytest.mark.parametrize("method", ["parallel", "nested", "persistent"])
def test_two_targets_of_the_worked_example(method: str) -> None:
    values = tapes.run(trees(*WORKED), POINTS, 1, method, FLOAT64)
    assert values == pytest.approx(np.array([[[2, 4, 6]], [[2, 1, 2 / 3]]]), rel=1e-15)


def test_two_orders_of_the_worked_example() -> None:
    values = tapes.run(trees("log(x^2)"), POINTS, 2, "nested", FLOAT64)
    np.testing.assert_allclose(values, [[[2, 1, 2 / 3], [-2, -1 / 2, -2 / 9]]], rtol=1e-15)


def test_nested_orders_of_several_targets() -> None:
    values = tapes.run(trees("x^3", "exp(x)", "5"), POINTS, 3, "nested", FLOAT64)
    expected: Any = [
        [[3, 12, 27], [6, 12, 18], [6, 6, 6]],
        [[math.exp(x) for x in POINTS]] * 3,
        [[0, 0, 0]] * 3,
    ]
    assert values == pytest.approx(np.array(expected), rel=1e-15)


def test_order_0_is_the_value_and_opens_no_tape() -> None:
    values, opened = counted(trees("x^2", "7"), 0, tapes.FORWARD)
    np.testing.assert_array_equal(values, [[[1, 4, 9]], [[7, 7, 7]]])
    assert opened == []


def counted(targets: list[Node], order: int, method: str) -> tuple[Any, list[bool]]:
    """The values, and for each tape that was opened whether it was persistent."""
    import tensorflow as tf

    opened: list[bool] = []

    class Counted(tf.GradientTape):  # type: ignore[misc]
        def __init__(self, persistent: bool = False) -> None:
            super().__init__(persistent=persistent)
            opened.append(persistent)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf, "GradientTape", Counted)
        return tapes.run(targets, POINTS, order, method, FLOAT64), opened


@pytest.mark.parametrize(
    ("typed", "order", "method", "opened"),
    [
        (("log(x^2)",), 1, "single", [False]),
        (WORKED, 1, "parallel", [False, False]),
        (WORKED, 1, "nested", [False, False]),
        (WORKED, 1, "persistent", [True]),
        (("log(x^2)",), 4, "nested", [False] * 4),
        (WORKED, 3, "nested", [True] * 3),
    ],
)
def test_each_method_opens_its_tapes(
    typed: tuple[str, ...], order: int, method: str, opened: list[bool]
) -> None:
    assert counted(trees(*typed), order, method)[1] == opened


def test_the_inner_tape_of_two_targets_does_not_see_the_second() -> None:
    """The worked example's second form: the first target's tape is closed before the second."""
    import tensorflow as tf

    seen: list[str] = []

    class Watched(tf.GradientTape):  # type: ignore[misc]
        def __exit__(self, *arguments: Any) -> None:
            seen.append("closed")
            super().__exit__(*arguments)

    def target(name: str) -> tapes.Target:
        def function(x: Any) -> Any:
            seen.append(name)
            return x * x

        return function

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf, "GradientTape", Watched)
        tapes.nested_targets(tf, [target("y1"), target("y2")], tf.constant([1.0]))
    assert seen == ["y1", "closed", "y2", "closed"]


def test_shared_parts_are_computed_once() -> None:
    import tensorflow as tf

    calls = 0
    log = tf.math.log

    def counting(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return log(x)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf.math, "log", counting)
        tapes.run(trees("u = log(x)", "u^2", "sin(log(x))"), POINTS, 1, "parallel", FLOAT64)
    assert calls == 1


@pytest.mark.parametrize(
    ("typed", "order", "chosen"),
    [
        (("x",), 0, "forward"),
        (("x",), 1, "single"),
        (WORKED, 1, "parallel"),
        (("x",), 2, "nested"),
        (WORKED, 2, "nested"),
    ],
)
def test_auto_chooses(typed: tuple[str, ...], order: int, chosen: str) -> None:
    assert tapes.choose("auto", trees(*typed), order, 3) == chosen


@pytest.mark.parametrize(
    ("method", "typed", "order", "names"),
    [
        ("single", WORKED, 1, "parallel"),
        ("single", ("x",), 2, "nested"),
        ("parallel", WORKED, 2, "nested"),
        ("persistent", ("x",), 2, "nested"),
        ("twisted", ("x",), 1, "nested"),
    ],
)
def test_a_method_that_cannot_names_one_that_can(
    method: str, typed: tuple[str, ...], order: int, names: str
) -> None:
    with pytest.raises(RequestError, match=names):
        tapes.choose(method, trees(*typed), order, 3)


def test_an_order_out_of_reach_names_the_one_within_it() -> None:
    highest = tapes.highest_order(trees("log(x^2)"), 3)
    assert tapes.choose("auto", trees("log(x^2)"), highest, 3) == "nested"
    with pytest.raises(RequestError, match=f"they can do order {highest}"):
        tapes.choose("auto", trees("log(x^2)"), highest + 1, 3)


def test_many_points_lower_the_order_that_is_within_reach() -> None:
    many, few = (tapes.highest_order(trees("log(x^2)"), points) for points in (10**5, 3))
    assert tapes.SURE_ORDER <= many < few


@pytest.mark.parametrize(
    ("typed", "computed"),
    [
        ("x^5", "x*(x*x*(x*x))"),
        ("x^0", "1"),
        ("x^-1", "1/x"),
        ("x^2.0", "x*x"),
        ("x^0.5", "x**0.5"),
        ("e^(2x)", "exp(2*x)"),
        ("2^x", "2**x"),
    ],
)
def test_whole_powers_are_products(typed: str, computed: str) -> None:
    (tree,) = trees(typed)
    prepared = text(tapes._prepared(tree, FLOAT64))
    assert eval_equal(prepared, computed)


def eval_equal(one: str, other: str) -> bool:
    """Whether two texts are the same products, in whatever sequence."""
    return sorted(one.replace("(", "").replace(")", "")) == sorted(
        other.replace("(", "").replace(")", "")
    )


@pytest.mark.parametrize("order", range(5))
@pytest.mark.parametrize("exponent", range(5))
def test_powers_at_0_are_right_above_the_exponent(exponent: int, order: int) -> None:
    values = tapes.run(trees(f"x^{exponent}"), (0.0,), max(order, 1), "nested", FLOAT64)
    if order:
        expected = float(np.prod(range(1, exponent + 1))) if order == exponent else 0.0
        assert values[0, -1, 0] == expected


def test_a_missing_kernel_is_named() -> None:
    with pytest.raises(RequestError, match="'lgamma' 2 times in float16"):
        tapes.run(trees("x + lgamma(x)"), (0.5,), 2, "nested", FORMATS["float16"])


@pytest.mark.parametrize("dtype", FORMATS)
def test_values_are_numbers_of_the_dtype(dtype: str) -> None:
    format_ = FORMATS[dtype]
    point = format_.round(Fraction(1, 3))
    values = tapes.run(trees("sin(x)"), (point,), 1, "single", format_)
    (value,) = values.ravel()
    assert format_.round(Fraction(float(value))) == value


def test_too_many_points_for_a_large_expression_are_refused() -> None:
    (tree,) = trees("+".join(f"sin({n}*x)" for n in range(1, 60)))
    with pytest.raises(RequestError, match="10,000,000 points"):
        tapes.choose("auto", [call("mul", tree, call("exp", tree))] * 40, 1, 10**7)
    assert tapes.choose("auto", [tree], 1, 10**5) == "single"
