"""What tapes record, beside graphs that were counted by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tapecli.engines.tapes import arrangements, recording
from tapecli.engines.tapes.arrangements import Variables
from tapecli.engines.tapes.recording import RecordedTape, Recording, record, tape_names
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS

FLOAT64 = FORMATS["float64"]
WORKED = ("u = x^2", "y = log(u)")


def recorded(
    *expressions: str, method: str = "nested", order: int = 1, steps: bool = False
) -> Recording:
    trees = [expression.tree for expression in parse(expressions)]
    wanted: list[Variables] = [("x",) * k for k in range(1, order + 1)]
    columns: dict[str, Any] = {"x": np.float64(2)} if steps else {"x": np.array([1.0, 2.0, 3.0])}
    return record(trees, columns, wanted, method, FLOAT64, steps)


def kinds(one: Recording, tape: RecordedTape) -> list[str]:
    return [operation.kind for operation in one.recorded(tape)]


def test_a_single_tape_records_the_way_there() -> None:
    one = recorded("log(x^2)", method="single")
    (tape,) = one.tapes
    assert kinds(one, tape) == ["Mul", "Log"]
    assert [len(backward.sources) for backward in tape.backward_passes] == [1]
    assert one.wasted(tape) == []


@pytest.mark.parametrize(
    ("method", "records", "wasted"),
    [
        ("parallel", [["Mul", "Log"], ["Mul", "Log"]], [["Log"], []]),
        ("nested", [["Mul", "Log"], ["Mul"]], [[], []]),
        ("persistent", [["Mul", "Log"]], [[]]),
    ],
)
def test_the_worked_example_in_each_arrangement(
    method: str, records: list[list[str]], wasted: list[list[str]]
) -> None:
    """Side by side, the first tape records log(u) for nothing; the same work is run in all."""
    one = recorded(*WORKED, method=method)
    assert [kinds(one, tape) for tape in one.tapes] == records
    assert [[each.kind for each in one.wasted(tape)] for tape in one.tapes] == wasted
    run = [operation.kind for operation in one.operations if not operation.idle]
    # there: u, y; back from u: two products and their sum; back from y: 1/u, times, and as from u
    assert sorted(run) == sorted(
        ["Mul", "Log", "Mul", "Mul", "AddN", "Reciprocal", "Mul", "Mul", "Mul", "AddN"]
    )


def test_the_outer_tape_records_the_inner_ones_way_back() -> None:
    one = recorded("log(x^2)", order=2)
    outer, inner = one.tapes
    assert (outer.depth, inner.depth) == (0, 1)
    assert kinds(one, inner) == ["Mul", "Log"]
    assert kinds(one, outer) == ["Mul", "Log", "Reciprocal", "Mul", "Mul", "Mul", "AddN"]
    assert [each.kind for each in one.wasted(outer)] == ["Log"]  # 2/x needs no logarithm


def test_steps_have_their_numbers_slopes_and_adjoints() -> None:
    one = recorded("log(x^2)", order=2, steps=True)
    outer, inner = one.tapes
    square, log = one.recorded(inner)
    assert one.values[square.outputs[0]] == 4
    assert one.values[log.outputs[0]] == np.log(4.0)
    assert one.slopes[square.outputs[0], one.sources["x"]] == 4  # both factors are x
    assert one.slopes[log.outputs[0], square.outputs[0]] == 0.25
    (back,) = inner.backward_passes
    adjoints = [one.values[back.adjoints[name]] for name in (*log.outputs, *square.outputs)]
    assert adjoints == [1, 0.25]
    assert [one.values[name] for name in back.gradients] == [1]
    assert [one.values[name] for name in outer.backward_passes[0].gradients] == [-0.5]
    assert [one.values[name] for (name,) in one.results.values()] == [np.log(4.0), 1, -0.5]


def test_what_is_asked_for_adds_nothing_to_the_graph() -> None:
    plain, steps = recorded("sin(x)*x", order=2), recorded("sin(x)*x", order=2, steps=True)
    run = [[one.kind for one in each.operations if not one.idle] for each in (plain, steps)]
    assert run[0] == run[1]


def test_a_derivative_that_is_nothing_wastes_everything() -> None:
    one = recorded("sign(x)", order=2)
    outer, _ = one.tapes
    assert "Sign" in [each.kind for each in one.wasted(outer)]


@pytest.mark.parametrize("method", [name for name in arrangements.ARRANGEMENTS if name != "single"])
def test_every_arrangement_can_be_recorded(method: str) -> None:
    one = recorded(*WORKED, method=method)
    assert one.tapes
    assert all(tape.backward_passes for tape in one.tapes)
    assert set(one.results) >= {("x",)}


def test_made_from_and_dependent_are_each_others_mirror() -> None:
    one = recorded("log(x^2)", method="single")
    (x,) = one.sources.values()
    reached = {name for each in recording.dependent(one.operations, [x]) for name in each.outputs}
    needed = recording.made_from(one.operations, [one.results["x",][0]])
    assert one.results["x",][0] in reached
    assert x in needed


def test_tapes_are_named_as_people_do() -> None:
    beside = [RecordedTape(0, 0, False, 0, 2), RecordedTape(1, 1, False, 0, 2)]
    inside = [RecordedTape(0, 0, False, 0, 3), RecordedTape(1, 1, False, 0, 2)]
    apart = [RecordedTape(0, 0, False, 0, 2), RecordedTape(1, 0, False, 4, 6)]
    assert tape_names(beside) == ["tape1", "tape2"]
    assert tape_names(inside) == ["outer", "inner"]
    assert tape_names(apart) == ["tape1", "tape2"]
    assert tape_names(beside[:1]) == ["tape"]
