"""What is differentiated by, from what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tapecli.errors import RequestError
from tapecli.expressions.derivative import (
    MAX_ENTRIES,
    Derivative,
    gradient,
    hessian,
    leibniz,
    refuse_too_many,
    requested,
    requested_variables,
)

XYZ = ["x", "y", "z"]


@pytest.mark.parametrize(
    ("wrt", "order", "names", "found"),
    [
        ([], None, ["t"], [("t", "t")]),
        ([], 3, ["t"], [("t", "t"), ("t", "tt"), ("t", "ttt")]),
        (["x"], None, XYZ, [("x", "x")]),
        (["x"], 2, XYZ, [("x", "x"), ("x", "xx")]),
        (["x,y"], None, XYZ, [("x,y", "xy")]),
        ([" y , x "], None, XYZ, [("y,x", "yx")]),
        (["x,x,y"], 1, XYZ, [("x,x,y", "xxy")]),
        (["x", "y"], None, XYZ, [("x", "x"), ("y", "y")]),
        (["z", "x,y"], 2, XYZ, [("z", "z"), ("z", "zz"), ("x,y", "xy")]),
        ([], 0, XYZ, [("x,y,z", "")]),
        (["x"], 0, XYZ, [("x,y,z", "")]),
    ],
)
def test_wrt_and_order_say_which_derivatives(
    wrt: list[str], order: int | None, names: list[str], found: list[tuple[str, str]]
) -> None:
    derivatives = requested(wrt, order, names)
    assert [(one.wrt, "".join(one.variables)) for one in derivatives] == found
    assert [one.order for one in derivatives] == [len(sequence) for _, sequence in found]


@pytest.mark.parametrize(
    ("wrt", "order", "words"),
    [
        ([], None, "say by which to differentiate, with --wrt x, --wrt y, --wrt z"),
        (["w"], None, "no variable 'w' to differentiate by; it has x, y and z"),
        (["x,w"], None, "no variable 'w'"),
        (["x,"], None, "lacks a variable"),
        ([""], None, "lacks a variable"),
        (["x", "x"], None, "'x' is named twice"),
        (["x,y", "x,y"], None, "'x,y' is named twice"),
        (["x,y"], 2, "--wrt x,x,y"),
    ],
)
def test_what_cannot_be_meant_is_refused(wrt: list[str], order: int | None, words: str) -> None:
    with pytest.raises(RequestError) as refused:
        requested(wrt, order, XYZ)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("wrt", "names"), [([], XYZ), (["z,x"], ["z", "x"]), (["z", "x"], ["z", "x"])]
)
def test_a_vector_has_all_variables_or_those_that_are_listed(
    wrt: list[str], names: list[str]
) -> None:
    assert requested_variables(wrt, XYZ) == names


@pytest.mark.parametrize("wrt", [["x,x"], ["x", "x"], ["w"], ["x,,y"]])
def test_a_vector_names_each_variable_once(wrt: list[str]) -> None:
    with pytest.raises(RequestError):
        requested_variables(wrt, XYZ)


def test_a_gradient_and_a_hessian_go_row_by_row() -> None:
    assert [one.wrt for one in gradient(["x", "y"])] == ["x", "y"]
    assert [one.wrt for one in hessian(["x", "y"])] == ["x,x", "x,y", "y,x", "y,y"]


def test_more_entries_than_can_be_shown_are_refused() -> None:
    refuse_too_many(MAX_ENTRIES)
    with pytest.raises(RequestError, match="no more than"):
        refuse_too_many(MAX_ENTRIES + 1)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: requested(["x"] * 100_000, 1_000, XYZ),
        lambda: requested([f"a{i}" for i in range(2_000)], 1_000, [f"a{i}" for i in range(2_000)]),
        lambda: hessian([f"a{i}" for i in range(20_000)]),
    ],
)
def test_what_is_beyond_the_bound_is_refused_before_it_is_made(
    ask: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*parts: object) -> None:
        raise AssertionError

    monkeypatch.setattr("tapecli.expressions.derivative.Derivative", made)
    with pytest.raises(RequestError):
        ask()


@pytest.mark.parametrize(
    ("sequence", "divisor"),
    [("", 1), ("x", 1), ("xx", 2), ("xxx", 6), ("xy", 1), ("xxy", 2), ("xyxyx", 12)],
)
def test_a_coefficient_is_divided_by_the_factorials_of_its_orders(
    sequence: str, divisor: int
) -> None:
    plain = Derivative(",".join(sequence), tuple(sequence))
    assert (plain.divisor, replace(plain, scaled=True).divisor) == (1, divisor)


def test_leibniz_writes_a_sign_and_each_variable_with_its_exponent() -> None:
    assert leibniz("xxx", partial=False) == ("d", [("x", 3)])
    assert leibniz("xxy", partial=True) == ("∂", [("x", 2), ("y", 1)])
    assert leibniz("xyx", partial=True) == ("∂", [("x", 1), ("y", 1), ("x", 1)])
