"""Which pitfalls a value has met, by its verdict, its reason and what the tape returned."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import tapecli
from tapecli.formats import pitfall_hints, words
from tapecli.result import Status

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Samples

OUTSIDE = "outside the domain of {}, which is x > 0"


@pytest.mark.parametrize(
    ("tape", "status", "note", "names"),
    [
        (2.0, Status.OK, "", []),
        (0.0, Status.UNDEFINED, "a kink", ["kink"]),
        (math.nan, Status.UNDEFINED, "a kink", ["singular-point"]),
        (math.inf, Status.UNDEFINED, "a pole: division by zero", ["singular-point"]),
        (math.inf, Status.UNDEFINED, "the edge of the domain of sqrt", ["singular-point"]),
        (-0.5, Status.UNDEFINED, OUTSIDE.format("log"), ["nan-value"]),
        (math.nan, Status.UNDEFINED, OUTSIDE.format("log"), ["singular-point"]),
        (math.nan, Status.UNDEFINED, OUTSIDE.format("sqrt"), []),
        (-1.0, Status.UNDEFINED, "a negative number to a power that is not whole", ["nan-value"]),
        (0.0, Status.UNDEFINED, "a jump", []),
        (2.5, Status.ROUNDED, "3 digits", ["cancellation"]),
        (2.5, Status.ROUNDED, "too large for float32", []),
        (2.5, Status.OFF, "only 3 digits right", []),
        (math.inf, Status.LOST, "the tape returned inf", ["underflow-inside"]),
        (math.nan, Status.LOST, "the tape returned nan", ["underflow-inside", "singular-point"]),
    ],
)
def test_what_a_value_has_met(
    make: Make, tape: float, status: Status, note: str, names: list[str]
) -> None:
    result = make([(1, 2, 2), (0, tape, None, None, status, note)])
    assert pitfall_hints.pitfalls(result) == names
    hints = [f"read: tapecli pitfalls {' '.join(names)}"] if names else []
    assert [hint for hint in words.hints(result) if hint.startswith("read: ")] == hints
    assert pitfall_hints.pitfalls(replace(result, method="taylor")) == []


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("tanh(x)", ["tanh-tails", "cancellation"]),
        ("2*tanh(x**2)", ["tanh-tails", "cancellation"]),
        ("atanh(x)", ["cancellation"]),
    ],
)
def test_a_pitfall_may_be_of_one_function(make: Make, expression: str, names: list[str]) -> None:
    result = make([(0, 2.5, 2.0, 9, Status.ROUNDED, "3 digits")], expression=expression)
    assert pitfall_hints.pitfalls(result) == names


def test_each_is_named_once_and_in_one_order(make: Make) -> None:
    rows = [
        (0, 2.5, 2.0, 9, Status.ROUNDED, "3 digits"),
        (1, 0.0, None, None, Status.UNDEFINED, "a kink"),
        (2, 2.5, 2.0, 9, Status.ROUNDED, "2 digits"),
    ]
    assert pitfall_hints.pitfalls(make(rows)) == ["kink", "cancellation"]


def test_analytic_values_alone_meet_none(samples: Samples) -> None:
    assert pitfall_hints.pitfalls(samples.uncertain) == []


def test_nan_of_the_branch_not_taken_is_explained() -> None:
    result = tapecli.diff("where(x == 0, 1, sin(x)/x)", x=[0, 1], formulas=False)
    assert pitfall_hints.pitfalls(result) == ["where-nan"]
    assert any("'--stable' guards both" in hint for hint in words.hints(result))
    mended = tapecli.diff("where(x == 0, 1, sin(x)/x)", x=[0, 1], formulas=False, stable=True)
    assert mended.ok


def test_a_branch_of_a_single_point_is_off_and_explained() -> None:
    result = tapecli.diff("where(x == 2, 4, x^2)", x=[2, 3], formulas=False)
    assert [row.status for row in result.rows] == [Status.OFF, Status.OK]
    assert any("at x == c tapes differentiate the branch" in hint for hint in words.hints(result))
