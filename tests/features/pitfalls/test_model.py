"""Lessons: what a program printed is read, and compared with what is expected of it."""

from __future__ import annotations

import math

import pytest

from tapecli.features.pitfalls.model import Expected, Lesson, Lessons, Mark, Other, Outcome, Pitfall

ROW = Pitfall(
    "a-name",
    "a title",
    "mistake",
    "Why. It is.",
    "mend",
    happens=Expected(shows=(None,)),
    mended=Expected(shows=(2,)),
)


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
    ("expected", "outcome", "met"),
    [
        (Expected(shows=(2, None)), Outcome("2 None"), True),
        (Expected(shows=(2, None)), Outcome("None 2"), False),
        (Expected(shows=(2, None)), Outcome("2 None 3"), False),
        (Expected(shows=(2,)), Outcome("2.00001"), True),
        (Expected(shows=(2,)), Outcome("2.001"), False),
        (Expected(shows=(2,), within=1e-9), Outcome("2.00001"), False),
        (Expected(shows=(0,)), Outcome("1e-30"), False),
        (Expected(shows=(math.nan,)), Outcome("nan"), True),
        (Expected(shows=(math.nan,)), Outcome("0"), False),
        (Expected(shows=(0,)), Outcome("nan"), False),
        (Expected(shows=(math.inf,)), Outcome("inf"), True),
        (Expected(shows=(math.inf,)), Outcome("-inf"), False),
        (Expected(shows=(math.inf,)), Outcome("1e300"), False),
        (Expected(shows=(Mark.ANY, Mark.SAME)), Outcome("4 4"), True),
        (Expected(shows=(Mark.ANY, Mark.SAME)), Outcome("4 5"), False),
        (Expected(shows=(Mark.ANY, Mark.LESS)), Outcome("4 3"), True),
        (Expected(shows=(Mark.ANY, Mark.LESS)), Outcome("4 4"), False),
        (Expected(shows=(Mark.ANY, Mark.MORE)), Outcome("4 5"), True),
        (Expected(shows=(Mark.ANY, Mark.MORE)), Outcome("4 4"), False),
        (Expected(shows=(Mark.ANY, Mark.TWICE)), Outcome("4 8"), True),
        (Expected(shows=(Mark.ANY, Mark.TWICE)), Outcome("4 7"), False),
        (Expected(shows=(Mark.ANY, Mark.SAME)), Outcome("None 4"), False),
        (Expected(shows=(Mark.ANY,)), Outcome("None"), False),
        (Expected(shows=(Other(2),)), Outcome("2"), False),
        (Expected(shows=(Other(2),)), Outcome("0"), True),
        (Expected(shows=(Other(2),)), Outcome("None"), False),
        (Expected(raises="ValueError"), Outcome("", "ValueError", "any text"), True),
        (Expected(raises="ValueError"), Outcome("", "TypeError", "any text"), False),
        (Expected(raises="ValueError"), Outcome(""), False),
        (Expected(), Outcome("", "ValueError"), False),
        (Expected(warns=True), Outcome("", warnings=("any text",)), True),
        (Expected(warns=True), Outcome(""), False),
        (Expected(), Outcome("", warnings=("any text",)), False),
    ],
)
def test_what_is_expected(expected: Expected, outcome: Outcome, met: bool) -> None:
    assert expected.met_by(outcome) is met


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
