"""Operations that are counted, beside a count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tapecli.evaluation.question import PointsInput, Question
from tapecli.features.compare.contenders import contenders
from tapecli.features.compare.model import Aim, Work
from tapecli.features.compare.work import count_operations

WORKED = ("u = x^2", "y = log(u)")
BACK_FROM_U = ["Mul", "Mul", "AddN"]  # x*1 + x*1
BACK_FROM_Y = ["Reciprocal", "Mul", *BACK_FROM_U]  # 1/u times 1, then as from u


def counted(*expressions: str, method: str, order: int = 1, at: tuple[str, ...] = ("x",)) -> Work:
    (one,) = (one for one in contenders(len(expressions), order) if one.name == method)
    columns = {name: np.array([2.0]) for name in at}
    source = PointsInput(dict.fromkeys(at, "2"))
    question = Question.parse("diff", expressions, source, wrt=at[0], order=order)
    return count_operations(one, question, columns)


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
