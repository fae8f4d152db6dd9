"""The arrangements of tapes: what each computes, refuses, and really opens."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from tests.rows import applied, sloping_samples

from tapecli import defaults
from tapecli.engines.tapes import arrangements
from tapecli.errors import RequestError
from tapecli.evaluation.verdict import STABLE_ULPS
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTIONS, is_taped, limits, row
from tapecli.expressions.tree import Node, text, variables
from tapecli.floats import FORMATS

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
    found = arrangements.tape_derivatives(
        targets, {"x": np.array(points)}, orders(order), method, FORMATS[dtype]
    )
    return np.array(found)


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
    values, opened = counted(trees("x^2", "7"), 0, arrangements.FORWARD)
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
@pytest.mark.own_execution
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

    def target(name: str) -> arrangements.Target:
        def function(xs: arrangements.Sources) -> Any:
            seen.append(name)
            return xs["x"] * xs["x"]

        return function

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf, "GradientTape", Watched)
        xs = {"x": tf.constant([1.0])}
        arrangements.nested_targets(tf, [target("y1"), target("y2")], xs, xs)
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
    prepared = text(arrangements.tape_tree(tree, FLOAT64))
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
    return np.array(arrangements.tape_derivatives(targets, PLACES, wanted, method, FLOAT64))


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


# --- executions, devices and dtypes -----------------------------------------------------------

AS_EAGER = 2 * STABLE_ULPS
"""Ulps for each order that an execution may be from eager: each of the two may be off by what
the verdict allows, for compilers arrange sums and products in another sequence.
"""

OWN = [name for name, row in FUNCTIONS.items() if row.tape]
"""Functions that are no definitions for tapes; definitions have the operations of others."""

HIGHEST = 2
"""The order up to which each function is differentiated in each way of running."""


def lacking(name: str, dtype: str, execution: str) -> int | None:
    """From which order on TensorFlow cannot differentiate a function by its row, or None."""
    said = [one for one in limits(name) if one.dtype == dtype and execution in one.executions]
    return min((one.order for one in said if not one.where and one.order <= HIGHEST), default=None)


def letters(name: str) -> str:
    """The variables of a function: two if TensorFlow has it by two arguments."""
    return "xy" if isinstance(row(name).tape, str) else "x"


def alike(names: Iterable[str]) -> list[tuple[str, ...]]:
    """These functions in groups of those with the same sample."""
    groups: dict[Any, list[str]] = {}
    for name in names:
        groups.setdefault(tuple(sloping_samples(name).values()), []).append(name)
    return [tuple(group) for group in groups.values()]


@functools.cache
def of_rows(names: tuple[str, ...], order: int, dtype: str, execution: str) -> Any:
    """The derivatives of rows with the same sample, up to an order, the mixed one as well."""
    samples = map(float, sloping_samples(names[0]).values())
    columns = {name: np.array([x, x + 0.25]) for name, x in zip("xy", samples, strict=False)}
    targets = [applied(name, letters(name)) for name in names]
    wanted = orders(order) + [("x", "y")] * (order == 2 and "y" in variables(*targets))
    columns = {name: columns[name] for name in variables(*targets)}
    return arrangements.tape_derivatives(
        targets, columns, wanted, "nested", FORMATS[dtype], execution
    )


@pytest.mark.slow
@pytest.mark.parametrize("execution", ["graph", "xla"])
@pytest.mark.parametrize("dtype", FORMATS)
def test_each_execution_gives_what_eager_does(dtype: str, execution: str) -> None:
    """Whole groups of functions are one graph: that is quicker."""
    complete = [
        name
        for name in OWN
        if lacking(name, dtype, execution) is None and lacking(name, dtype, "eager") is None
    ]
    for names in alike(complete):
        found, eager = (of_rows(names, HIGHEST, dtype, each) for each in (execution, "eager"))
        for name, ours, theirs in zip(names, found, eager, strict=True):
            assert np.isfinite(theirs).all(), name
            pairs = zip(np.ravel(ours).tolist(), np.ravel(theirs).tolist(), strict=True)
            assert all(FORMATS[dtype].steps(a, b) <= AS_EAGER * HIGHEST for a, b in pairs), name


@pytest.mark.slow
@pytest.mark.parametrize("execution", ["graph", "xla"])
@pytest.mark.parametrize("dtype", FORMATS)
def test_what_is_lacking_is_said(dtype: str, execution: str) -> None:
    for name in OWN:
        order = lacking(name, dtype, execution)
        if order is not None:
            what = f"differentiate '{name}' {order} times" if order else f"compute '{name}'"
            where = f"{dtype} by {execution}"
            with pytest.raises(
                RequestError, match=f"^TensorFlow cannot {what}( in {where})?; try "
            ):
                of_rows((name,), HIGHEST, dtype, execution)


@pytest.mark.parametrize("name", [*filter(is_taped, FUNCTIONS)])
@pytest.mark.parametrize("dtype", FORMATS)
def test_eager_does_every_row_but_those_whose_kernels_are_missing(dtype: str, name: str) -> None:
    order = lacking(name, dtype, "eager")
    if order is None:
        assert np.isfinite(of_rows((name,), HIGHEST, dtype, "eager")).all()
        return
    what = f"differentiate '{name}' {order} times" if order else f"compute '{name}'"
    with pytest.raises(RequestError, match=f"^TensorFlow cannot {what}( in {dtype})?; try "):
        of_rows((name,), HIGHEST, dtype, "eager")
    if order > 1:
        assert np.isfinite(of_rows((name,), order - 1, dtype, "eager")).all()


@pytest.mark.parametrize("execution", defaults.EXECUTIONS)
@pytest.mark.parametrize("method", arrangements.ARRANGEMENTS)
def test_every_arrangement_can_be_run_in_every_way(method: str, execution: str) -> None:
    typed = WORKED if arrangements.ARRANGEMENTS[method].many_targets else WORKED[:1]
    values = arrangements.tape_derivatives(
        trees(*typed), {"x": np.array(POINTS)}, orders(1), method, FLOAT64, execution
    )
    expected = np.array([[[2, 4, 6]], [[2, 1, 2 / 3]]])[: len(typed)]
    np.testing.assert_allclose(values, expected, rtol=1e-15)


@pytest.mark.parametrize("execution", defaults.EXECUTIONS)
def test_a_hessian_by_batch_in_every_way(execution: str) -> None:
    pairs = list(itertools.product("xy", repeat=2))
    values = arrangements.tape_derivatives(
        trees("x^2*y^3"), PLACES, pairs, "batch", FLOAT64, execution
    )
    x, y = PLACES["x"], PLACES["y"]
    mixed = 6 * x * y**2
    np.testing.assert_allclose(values, [[2 * y**3, mixed, mixed, 6 * x**2 * y]], rtol=1e-14)


@pytest.mark.parametrize("execution", ["graph", "xla"])
def test_what_does_not_depend_on_x_is_zero_in_every_way(execution: str) -> None:
    values = arrangements.tape_derivatives(
        trees("7", "x"), {"x": np.array(POINTS)}, orders(2), "nested", FLOAT64, execution
    )
    np.testing.assert_array_equal(values, [[[0] * 3] * 2, [[1] * 3, [0] * 3]])


@pytest.mark.parametrize("execution", ["graph", "xla"])
def test_order_0_in_every_way(execution: str) -> None:
    values = arrangements.tape_derivatives(
        trees("x^2"), {"x": np.array(POINTS)}, [()], arrangements.FORWARD, FLOAT64, execution
    )
    np.testing.assert_array_equal(values, [[[1, 4, 9]]])


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_numbers_that_are_not_finite_are_compiled_as_they_are(dtype: str) -> None:
    """They are computed in pairs, and none may change the other one of its pair."""
    format_, x = FORMATS[dtype], np.array([0.0, -0.0, 1.0, math.inf, -math.inf, math.nan])
    targets = trees("1/x", "x", "3", "sqrt(x)", "-x")  # an odd number, and one without points
    eager, compiled = (
        np.array(
            arrangements.tape_derivatives(targets, {"x": x}, orders(0), "forward", format_, how)
        )
        for how in ("eager", "xla")
    )
    assert np.array_equal(compiled, eager, equal_nan=True)
    numbers = ~np.isnan(eager)
    assert np.array_equal(np.signbit(compiled[numbers]), np.signbit(eager[numbers]))


@pytest.mark.parametrize("execution", defaults.EXECUTIONS)
def test_a_mistake_of_ours_is_not_called_a_lack_of_tensorflow(
    monkeypatch: pytest.MonkeyPatch, execution: str
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(arrangements, "functions_of", broken)
    with pytest.raises(ZeroDivisionError):
        arrangements.tape_derivatives(
            trees("x"), {"x": np.array(POINTS)}, orders(1), "single", FLOAT64, execution
        )


@pytest.mark.parametrize("dtype", FORMATS)
def test_a_missing_kernel_says_what_may_be_tried_instead(dtype: str) -> None:
    """Taylor series can do what TensorFlow cannot, so long as nothing asks for TensorFlow."""
    name = ("lgamma",)
    eager, xla = (lacking(*name, dtype, each) for each in ("eager", "xla"))
    if eager is None or xla is None:
        assert np.isfinite(of_rows(name, 2, dtype, "eager")).all()
        return
    with pytest.raises(RequestError, match=r"try another '--dtype', or '--method taylor'$"):
        of_rows(name, max(eager, 1), dtype, "eager")
    with pytest.raises(RequestError, match=r"try another '--execution' or '--dtype'$"):
        of_rows(name, xla, dtype, "xla")


@pytest.mark.parametrize(
    "name", ["cpu", "CPU", "cpu:0", "Cpu:0", "/cpu:0", "/device:CPU:0", "device:cpu:0", None]
)
def test_a_device_is_named_as_tensorflow_or_a_person_would(name: str | None) -> None:
    xs = {"x": np.array(POINTS)}
    values = arrangements.tape_derivatives(
        trees("x^2"), xs, orders(1), "single", FLOAT64, device=name
    )
    np.testing.assert_array_equal(values, [[[2, 4, 6]]])


@pytest.mark.parametrize("name", ["tpu", "gpu:99", "cpu:7", "cpu:one", "", " ", "x" * 500, "\x1b["])
def test_a_device_that_is_not_there_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(RequestError, match=r"there is no device '.*' here; there (is|are) .*cpu:0"):
        arrangements.tape_derivatives(
            trees("x"), {"x": np.array(POINTS)}, orders(1), "single", FLOAT64, device=name
        )


def test_it_runs_on_the_device_that_was_asked_for() -> None:
    import tensorflow as tf

    seen: list[str] = []
    device = tf.device

    def recording(name: str) -> Any:
        seen.append(name)
        return device(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf, "device", recording)
        xs = {"x": np.array(POINTS)}
        arrangements.tape_derivatives(trees("x"), xs, orders(1), "single", FLOAT64, "graph", "cpu")
    assert seen == ["/device:CPU:0"]


@pytest.mark.parametrize(
    ("method", "order"), [("parallel", 1), ("nested", 1), ("persistent", 1), ("nested", 2)]
)
def test_what_was_recorded_is_let_go_of_at_once(method: str, order: int) -> None:
    """Nothing refers to itself, which only the collector of garbage would find."""
    import gc

    import tensorflow as tf

    kind = type(tf.constant(0.0))
    xs = {"x": np.array(POINTS)}

    def held() -> int:
        return sum(isinstance(one, kind) for one in gc.get_objects())

    arrangements.tape_derivatives(
        trees("u = x^2", "y = log(u)"), xs, orders(order), method, FLOAT64
    )
    gc.collect()
    gc.disable()
    try:
        before = held()
        for _ in range(5):
            arrangements.tape_derivatives(
                trees("u = x^2", "y = log(u)"), xs, orders(order), method, FLOAT64
            )
        assert held() == before
    finally:
        gc.enable()
