"""The arrangements of tapes: what each computes, refuses, and really opens."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tapecli import tapes
from tapecli.errors import RequestError
from tapecli.expression import parse
from tapecli.floats import FORMATS
from tapecli.tree import Node, call, text, variable

FLOAT64 = FORMATS["float64"]
POINTS = (1.0, 2.0, 3.0)


def orders(highest: int) -> list[tuple[str, ...]]:
    """The derivatives by x of the orders from 1; the value for order 0."""
    return [("x",) * order for order in range(1, highest + 1)] or [()]


def run(
    targets: list[Node],
    order: int,
    method: str,
    points: tuple[float, ...] = POINTS,
    dtype: str = "float64",
) -> Any:
    """The derivatives by x at these points."""
    return tapes.run(targets, {"x": np.array(points)}, orders(order), method, FORMATS[dtype])


def trees(*typed: str) -> list[Node]:
    return [expression.tree for expression in parse(typed)]


WORKED = ("u = x^2", "y = log(u)")


@pytest.mark.parametrize("method", ["parallel", "nested", "persistent", "batch"])
def test_two_targets_of_the_worked_example(method: str) -> None:
    values = run(trees(*WORKED), 1, method)
    assert values == pytest.approx(np.array([[[2, 4, 6]], [[2, 1, 2 / 3]]]), rel=1e-15)


def test_two_orders_of_the_worked_example() -> None:
    values = run(trees("log(x^2)"), 2, "nested")
    np.testing.assert_allclose(values, [[[2, 1, 2 / 3], [-2, -1 / 2, -2 / 9]]], rtol=1e-15)


def test_nested_orders_of_several_targets() -> None:
    values = run(trees("x^3", "exp(x)", "5"), 3, "nested")
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
        return run(targets, order, method), opened


@pytest.mark.parametrize(
    ("typed", "order", "method", "opened"),
    [
        (("log(x^2)",), 1, "single", [False]),
        (WORKED, 1, "parallel", [False, False]),
        (WORKED, 1, "nested", [False, False]),
        (WORKED, 1, "persistent", [True]),
        (WORKED, 1, "batch", [False]),
        (("log(x^2)",), 2, "batch", [True, True]),
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
        def function(xs: tapes.Sources) -> Any:
            seen.append(name)
            return xs["x"] * xs["x"]

        return function

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf, "GradientTape", Watched)
        xs = {"x": tf.constant([1.0])}
        tapes.nested_targets(tf, [target("y1"), target("y2")], xs, ["x"])
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
        run(trees("u = log(x)", "u^2", "sin(log(x))"), 1, "parallel")
    assert calls == 1


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
    prepared = text(tapes.prepared(tree, FLOAT64))
    assert eval_equal(prepared, computed)


def eval_equal(one: str, other: str) -> bool:
    """Whether two texts are the same products, in whatever sequence."""
    return sorted(one.replace("(", "").replace(")", "")) == sorted(
        other.replace("(", "").replace(")", "")
    )


@pytest.mark.parametrize("order", range(5))
@pytest.mark.parametrize("exponent", range(5))
def test_powers_at_0_are_right_above_the_exponent(exponent: int, order: int) -> None:
    values = run(trees(f"x^{exponent}"), max(order, 1), "nested", (0.0,))
    if order:
        expected = float(np.prod(range(1, exponent + 1))) if order == exponent else 0.0
        assert values[0, -1, 0] == expected


def test_a_missing_kernel_is_named() -> None:
    with pytest.raises(RequestError, match="'lgamma' 2 times in float16"):
        run(trees("x + lgamma(x)"), 2, "nested", (0.5,), "float16")


@pytest.mark.parametrize("dtype", FORMATS)
def test_values_are_numbers_of_the_dtype(dtype: str) -> None:
    format_ = FORMATS[dtype]
    point = format_.round(Fraction(1, 3))
    values = run(trees("sin(x)"), 1, "single", (point,), dtype)
    (value,) = values.ravel()
    assert format_.round(Fraction(float(value))) == value


# --- several variables ------------------------------------------------------------------------

PLACES = {"x": np.array([0.5, 1.25, 2.0]), "y": np.array([1.5, 0.75, -1.0])}

SMOOTH = (
    "sin(x*y)",
    "exp(x)*cos(y)",
    "x^2*y^3",
    "1/(1 + x^2 + y^2)",
    "sqrt(1 + x^2*y^2)",
    "log(x^2 + y^2)",
    "atan2(y, x)",
    "hypot(x, y)",
    "tanh(x - y)/(2 + x)",
    "x^(y + 2)",
)


def several(targets: list[Node], wanted: list[tuple[str, ...]], method: str) -> Any:
    return tapes.run(targets, PLACES, wanted, method, FLOAT64)


@pytest.mark.parametrize("typed", SMOOTH)
def test_both_ways_to_a_hessian_agree(typed: str) -> None:
    pairs = list(itertools.product("xy", repeat=2))
    nested, batch = (several(trees(typed), pairs, method) for method in ("nested", "batch"))
    np.testing.assert_allclose(nested, batch, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("method", ["parallel", "nested", "persistent", "batch"])
def test_every_way_to_a_jacobian_agrees(method: str) -> None:
    values = several(trees("x^2*y", "x*y^2", "5"), [("x",), ("y",)], method)
    x, y = PLACES["x"], PLACES["y"]
    expected = [[2 * x * y, x * x], [y * y, 2 * x * y], [0 * x, 0 * x]]
    np.testing.assert_allclose(values, expected, rtol=1e-15)


@pytest.mark.parametrize("index", ["xxy", "xyy", "xxxy", "xxyy", "xyyy"])
@pytest.mark.parametrize("typed", SMOOTH)
def test_the_sequence_of_differentiation_does_not_matter(typed: str, index: str) -> None:
    sequences = sorted(set(itertools.permutations(index)))
    (values,) = several(trees(typed), sequences, "nested")
    np.testing.assert_allclose(values, values[:1].repeat(len(values), 0), rtol=1e-12, atol=1e-12)


def test_mixed_partials_of_a_product_of_powers() -> None:
    x, y = PLACES["x"], PLACES["y"]
    wanted = [("x", "y"), ("y", "x", "x"), ("y", "y", "x", "x"), ("y", "x", "y", "y")]
    expected = [[6 * x * y**2, 6 * y**2, 12 * y, 12 * x]]
    values = several(trees("x^2*y^3"), wanted, "nested")
    np.testing.assert_allclose(values, expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("typed", "wanted", "method", "asked"),
    [
        (("x^2*y",), "x y", "single", [(False, 1)]),
        (("x*y", "x + y", "y"), "x y", "persistent", [(True, 3)]),
        (("x*y", "x + y", "y"), "x y", "parallel", [(False, 1)] * 3),
        (("x^2*y",), "xx xy yx yy", "nested", [(True, 2), (False, 1)]),
        (("x^2*y",), "xy", "nested", [(False, 1), (False, 1)]),
        (("x^2*y", "x*y"), "xx xy yx yy", "nested", [(True, 4), (True, 2)]),
    ],
)
def test_tapes_are_asked_no_more_often_than_they_must_be(
    typed: tuple[str, ...], wanted: str, method: str, asked: list[tuple[bool, int]]
) -> None:
    import tensorflow as tf

    opened: list[Any] = []

    class Asked(tf.GradientTape):  # type: ignore[misc]
        def __init__(self, persistent: bool = False) -> None:
            super().__init__(persistent=persistent)
            self.persistent, self.times = persistent, 0
            opened.append(self)

        def gradient(self, *arguments: Any, **options: Any) -> Any:
            self.times += 1
            return super().gradient(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf, "GradientTape", Asked)
        several(trees(*typed), [tuple(sequence) for sequence in wanted.split()], method)
    assert [(tape.persistent, tape.times) for tape in opened] == asked


@pytest.mark.parametrize("method", ["single", "parallel", "nested", "persistent", "batch"])
@pytest.mark.parametrize("typed", ["x^2", "7", "pi*x"])
def test_what_a_target_does_not_depend_on_gives_zero(typed: str, method: str) -> None:
    np.testing.assert_array_equal(several(trees(typed), [("y",)], method), np.zeros((1, 1, 3)))


@pytest.mark.parametrize("method", ["nested", "batch"])
@pytest.mark.parametrize("typed", ["x^2 + y^3", "x", "7", "3x - 2y", "x^3"])
def test_variables_that_do_not_meet_have_no_mixed_derivative(typed: str, method: str) -> None:
    values = several(trees(typed), [("x", "y"), ("y", "x")], method)
    np.testing.assert_array_equal(values, np.zeros((1, 2, 3)))
