"""Which arrangements are compared, the one that is no method of diff, and operations counted."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tapecli.engines.tapes.arrangements import ARRANGEMENTS, Variables
from tapecli.evaluation.question import PointsInput, Question
from tapecli.expressions.expression import parse
from tapecli.features.compare.contenders import (
    SEPARATE,
    Contender,
    contenders,
    count_operations,
    separate,
)
from tapecli.features.compare.model import Aim, Work
from tapecli.floats import FORMATS

FLOAT64 = FORMATS["float64"]


@pytest.mark.parametrize(
    ("targets", "order", "names"),
    [
        (1, 1, ["single", "persistent", "batch"]),
        (2, 1, ["separate", "parallel", "nested", "persistent", "batch"]),
        (1, 2, ["nested", "batch"]),
        (2, 2, ["separate", "nested", "batch"]),
        (1, 3, ["nested"]),
        (3, 5, ["separate", "nested"]),
    ],
)
def test_those_that_can_do_it_are_compared(targets: int, order: int, names: list[str]) -> None:
    assert [one.name for one in contenders(targets, order)] == names


@pytest.mark.parametrize("order", [1, 2, 3])
def test_separate_tapes_find_the_same(order: int) -> None:
    trees = [one.tree for one in parse(["u = sin(x)", "y = u*exp(x)"])]
    wanted: list[Variables] = [("x",) * k for k in range(1, order + 1)]
    xs = {"x": tf.constant([0.5, 2.0], "float64")}
    found = []
    for one in (Contender(SEPARATE, separate, False), Contender("", ARRANGEMENTS["nested"].run)):
        tensors = one.run(tf, one.functions(tf, trees, FLOAT64), xs, wanted)
        found.append(np.array([[y.numpy() for y in tensors[sequence]] for sequence in wanted]))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)


@pytest.mark.parametrize("sharing", [True, False])
def test_functions_share_what_they_compute_or_do_not(sharing: bool) -> None:
    (tree,) = (one.tree for one in parse(["u = sin(x)"]))
    xs = {"x": tf.constant([0.5], "float64")}
    functions = Contender("", separate, sharing).functions(tf, [tree, tree], FLOAT64)
    first, second = (function(xs) for function in functions)
    assert (first is second) == sharing


# --- operations that are counted, beside a count by hand --------------------------------------

WORKED = ("u = x^2", "y = log(u)")
BACK_FROM_U = ["Mul", "Mul", "AddN"]  # x*1 + x*1
BACK_FROM_Y = ["Reciprocal", "Mul", *BACK_FROM_U]  # 1/u times 1, then as from u


def counted(*expressions: str, method: str, order: int = 1, at: tuple[str, ...] = ("x",)) -> Work:
    (one,) = (one for one in contenders(len(expressions), order) if one.name == method)
    source = PointsInput(dict.fromkeys(at, "2"))
    question = Question.parse("diff", expressions, source, wrt=at[0], order=order)
    return count_operations(question, one)


@pytest.mark.parametrize(
    ("method", "forward", "tapes", "wasted"),
    [
        ("separate", ["Mul", "Mul", "Log"], {"tape1": 1, "tape2": 2}, {}),
        ("parallel", ["Mul", "Log"], {"tape1": 2, "tape2": 2}, {"tape1": ("Log",)}),
        ("nested", ["Mul", "Log"], {"outer": 2, "inner": 1}, {}),
        ("persistent", ["Mul", "Log"], {"tape": 2}, {}),
    ],
)
def test_the_worked_example_in_each_arrangement(
    method: str, forward: list[str], tapes: dict[str, int], wasted: dict[str, tuple[str, ...]]
) -> None:
    one = counted(*WORKED, method=method)
    assert sorted(one.forward) == sorted(forward)
    assert {tape.name: len(tape.recorded) for tape in one.tapes} == tapes
    assert {tape.name: tape.wasted for tape in one.tapes if tape.wasted} == wasted
    assert [way.aim for way in one.backward] == [Aim("u"), Aim("y")]
    assert [sorted(way.operations) for way in one.backward] == [sorted(BACK_FROM_U),
                                                            sorted(BACK_FROM_Y)]  # fmt: skip
    assert one.run == len(forward) + 8
    assert one.calls == []


def test_each_tape_is_asked_for_what_it_is_around() -> None:
    asked = {tape.name: tape.asked for tape in counted(*WORKED, method="nested").tapes}
    assert asked == {"outer": (Aim("y"),), "inner": (Aim("u"),)}
    (tape,) = counted(*WORKED, method="persistent").tapes
    assert tape.asked == (Aim("u"), Aim("y"))
    (tape,) = counted(*WORKED, method="batch").tapes
    assert tape.asked == (Aim("u, y"),)


def test_batch_tapes_run_more() -> None:
    assert counted(*WORKED, method="batch").run > counted(*WORKED, method="parallel").run


@pytest.mark.parametrize(("method", "operations"), [("nested", 17), ("batch", None)])
def test_the_second_order_asks_for_the_first_derivative(
    method: str, operations: int | None
) -> None:
    one = counted("log(x^2)", method=method, order=2)
    outer, inner = one.tapes
    assert (inner.name, inner.asked) == ("inner", (Aim("y"),))
    assert (outer.name, outer.asked) == ("outer", (Aim("y", ("x",)),))
    assert "Log" in outer.wasted
    # log(x*x); 1/u*(x + x); the second product's rule on each of these
    assert operations in (None, one.run)


def test_separate_tapes_of_higher_orders_are_numbered() -> None:
    one = counted(*WORKED, method="separate", order=2)
    assert [tape.name for tape in one.tapes] == ["outer1", "inner1", "outer2", "inner2"]
    assert [way.tape for way in one.backward] == ["inner1", "outer1", "inner2", "outer2"]
    assert one.run > counted(*WORKED, method="nested", order=2).run


def test_one_source_that_is_all_variables_is_named_so() -> None:
    one = counted("x*y", method="batch", order=2, at=("x", "y"))
    outer, _ = one.tapes
    assert outer.asked == (Aim("y1", ("(x,y)",)),) or outer.asked[0].sequence == ("(x,y)",)
