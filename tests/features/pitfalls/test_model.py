"""Lessons: what a program printed is read, and compared with what is expected of it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tapecli.features.pitfalls.model import (
    Expected,
    Lesson,
    Lessons,
    NotNear,
    Outcome,
    Pitfall,
)

ROW = Pitfall(
    "a-name",
    "a title",
    " both\n-mistake\n+mend\n\n",
    "Why. It is.",
    happens=Expected(prints=(None,)),
    mended=Expected(prints=(2,)),
)


def test_the_programs_are_the_two_sides_of_a_diff() -> None:
    assert ROW.mistake == "import tensorflow as tf\n\nboth\nmistake\n\n"
    assert ROW.mend == "import tensorflow as tf\n\nboth\nmend\n\n"
    assert (ROW.own_lines("-"), ROW.own_lines("+")) == ({3}, {3})


def test_a_program_that_imports_tensorflow_itself_is_whole() -> None:
    row = replace(ROW, programs=" import tensorflow as tf\n-mistake\n+mend\n")
    assert row.mistake == "import tensorflow as tf\nmistake\n"


@pytest.mark.parametrize(
    ("printed", "numbers"),
    [
        ("tf.Tensor([2. 4. 6.], shape=(3,), dtype=float32)", [2, 4, 6]),
        ("tf.Tensor(-1.5e-13, shape=(), dtype=float64)\nNone", [-1.5e-13, None]),
        ("[inf -inf nan .5 +3]", [math.inf, -math.inf, math.nan, 0.5, 3]),
        ("x2 float64 v1.2.3 EagerTensor None", [None]),
        ("held: True\nheld: False", [1, 0]),
        ("", []),
    ],
)
def test_the_numbers_of_what_was_printed(printed: str, numbers: list[float | None]) -> None:
    assert Outcome(printed).numbers == pytest.approx(numbers, nan_ok=True)


@pytest.mark.parametrize(
    ("expected", "outcome", "matches"),
    [
        (Expected(prints=(2, None)), Outcome("2 None"), True),
        (Expected(prints=(2, None)), Outcome("None 2"), False),
        (Expected(prints=(2, None)), Outcome("2 None 3"), False),
        (Expected(prints=(2,)), Outcome("2.00001"), True),
        (Expected(prints=(2,)), Outcome("2.001"), False),
        (Expected(prints=(2,), tolerance=1e-9), Outcome("2.00001"), False),
        (Expected(prints=(0,)), Outcome("1e-30"), False),
        (Expected(prints=(math.nan,)), Outcome("nan"), True),
        (Expected(prints=(math.nan,)), Outcome("0"), False),
        (Expected(prints=(0,)), Outcome("nan"), False),
        (Expected(prints=(math.inf,)), Outcome("inf"), True),
        (Expected(prints=(math.inf,)), Outcome("-inf"), False),
        (Expected(prints=(math.inf,)), Outcome("1e300"), False),
        (Expected(prints=("any", "equal")), Outcome("4 4"), True),
        (Expected(prints=("any", "equal")), Outcome("4 5"), False),
        (Expected(prints=("any", "less")), Outcome("4 3"), True),
        (Expected(prints=("any", "less")), Outcome("4 4"), False),
        (Expected(prints=("any", "greater")), Outcome("4 5"), True),
        (Expected(prints=("any", "greater")), Outcome("4 4"), False),
        (Expected(prints=("any", "twice")), Outcome("4 8"), True),
        (Expected(prints=("any", "twice")), Outcome("4 7"), False),
        (Expected(prints=("any", "equal")), Outcome("None 4"), False),
        (Expected(prints=("any",)), Outcome("None"), False),
        (Expected(prints=(NotNear(2),)), Outcome("2"), False),
        (Expected(prints=(NotNear(2),)), Outcome("0"), True),
        (Expected(prints=(NotNear(2),)), Outcome("None"), False),
        (Expected(raises="ValueError"), Outcome("", "ValueError", "any text"), True),
        (Expected(raises="ValueError"), Outcome("", "TypeError", "any text"), False),
        (Expected(raises="ValueError"), Outcome(""), False),
        (Expected(), Outcome("", "ValueError"), False),
        (Expected(warns=True), Outcome("", warnings=("any text",)), True),
        (Expected(warns=True), Outcome(""), False),
        (Expected(), Outcome("", warnings=("any text",)), False),
    ],
)
def test_what_is_expected(expected: Expected, outcome: Outcome, matches: bool) -> None:
    assert expected.matches(outcome) is matches


@pytest.mark.parametrize(
    ("mistake", "happens", "cured"),
    [("None", True, False), ("2", False, True), ("7", False, False)],
)
def test_a_mistake_happens_or_is_cured_or_has_become_another(
    mistake: str, happens: bool, cured: bool
) -> None:
    lesson = Lesson(ROW, Outcome(mistake), Outcome("2"))
    assert (lesson.happens, lesson.cured, lesson.mended) == (happens, cured, True)


def test_all_is_well_where_every_mend_mends() -> None:
    good, bad = (Lesson(ROW, Outcome("None"), Outcome(mend)) for mend in ("2", "3"))
    assert Lessons("2.21.0", (good, good)).ok
    assert not Lessons("2.21.0", (good, bad)).ok
