"""The verdict at each of its borders, which values are verified, and what their verdicts say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tapecli.engines.certified import Certified, NoDerivative
from tapecli.engines.certified.budget import Budget
from tapecli.engines.certified.reference import Reference
from tapecli.engines.certified.taylor_model import TaylorModels
from tapecli.evaluation.planner import Choice
from tapecli.evaluation.question import Options, Question
from tapecli.evaluation.verdict import (
    ALL_SERIES,
    EASY_ORDER,
    LEAST_SAMPLE,
    ROUNDING_FACTOR,
    SAMPLE_SERIES,
    STABLE_ULPS,
    VERDICTS,
    Certificates,
    Verification,
    judge,
    judge_modelled,
    right_digits,
)
from tapecli.expressions import derivative
from tapecli.expressions.expression import Expression, parse
from tapecli.expressions.tree import Node
from tapecli.floats import FORMATS
from tapecli.points.points import Axis, Points
from tapecli.result import OUT_OF_TIME, Checks, Status

FLOAT64 = FORMATS["float64"]
U = FLOAT64.unit_roundoff
ONE = Certified(Fraction(1), Fraction(0), Fraction(0), Fraction(0))

MANY = ALL_SERIES + 1
"""Points of which a sample is verified."""


# --- one value, judged: pure arithmetic ---------------------------------------------------------


def verdict(tape: float, exact: Certified = ONE, **more: float) -> Status:
    return judge(tape, exact, int(more.pop("order", 1)), FLOAT64, **more)


@pytest.mark.parametrize(
    ("tape", "status"),
    [
        (1.0, Status.OK),
        (1.0 + STABLE_ULPS * float(U), Status.OK),
        (1.0 + (STABLE_ULPS + 2) * float(U), Status.OFF),
        (1.0 - (STABLE_ULPS + 1) * float(U), Status.OFF),
        (1.0 + 1e-6, Status.OFF),
        (-1.0, Status.OFF),
        (0.0, Status.OFF),
        (math.nan, Status.LOST),
        (math.inf, Status.LOST),
    ],
)
def test_a_well_conditioned_derivative(tape: float, status: Status) -> None:
    assert verdict(tape) is status


def test_the_sensitivity_of_the_derivative_widens_what_is_ok() -> None:
    steep = Certified(Fraction(0), Fraction(0), Fraction(1), Fraction(0))
    assert verdict(float(STABLE_ULPS * U), steep) is Status.OK
    assert verdict(float((STABLE_ULPS + 1) * U), steep) is Status.OFF
    half_as_steep = replace(steep, sensitivity=Fraction(1, 2))
    assert verdict(float(STABLE_ULPS * U), half_as_steep) is Status.OFF


def test_each_order_may_stray_as_far_again() -> None:
    strayed = 1.0 + 2 * STABLE_ULPS * float(U)
    assert verdict(strayed, order=1) is Status.OFF
    assert verdict(strayed, order=2) is Status.OK


def test_what_rounding_explains_is_rounded() -> None:
    spread = Certified(Fraction(1), Fraction(0), Fraction(0), Fraction(1, 10**6))
    assert verdict(1.0 + 0.9 * ROUNDING_FACTOR / 10**6, spread) is Status.ROUNDED
    assert verdict(1.0 + 1.1 * ROUNDING_FACTOR / 10**6, spread) is Status.OFF


def test_what_has_no_bound_is_rounded_but_not_lost() -> None:
    boundless = Certified(Fraction(1), Fraction(0), Fraction(0), None)
    assert verdict(2.0, boundless) is Status.ROUNDED
    assert verdict(math.nan, boundless) is Status.LOST


def test_inside_the_ball_is_ok() -> None:
    around_zero = Certified(Fraction(0), Fraction(1, 2**10), Fraction(0), Fraction(0))
    assert verdict(2**-10, around_zero) is Status.OK


def test_a_derivative_too_large_for_the_dtype() -> None:
    huge = Certified(Fraction(10) ** 400, Fraction(0), Fraction(0), Fraction(0))
    assert verdict(math.inf, huge) is Status.OK
    assert verdict(-math.inf, huge) is Status.ROUNDED
    assert verdict(math.nan, huge) is Status.ROUNDED


def test_underflow_to_zero_is_ok() -> None:
    tiny = Certified(Fraction(1, 10**400), Fraction(0), Fraction(0), Fraction(0))
    assert verdict(0.0, tiny) is Status.OK


@pytest.mark.parametrize(("tolerance", "status"), [(1.0, Status.OFF), (10.0, Status.OK)])
def test_the_tolerance_scales(tolerance: float, status: Status) -> None:
    assert verdict(1.0 + 100 * float(U), tolerance=tolerance) is status


def test_a_tolerance_of_0_asks_for_the_nearest_number() -> None:
    assert verdict(1.0, tolerance=0.0) is Status.OK
    assert verdict(math.nextafter(1.0, 2.0), tolerance=0.0) is Status.OFF


@pytest.mark.parametrize(
    ("tape", "digits"), [(1.0009, 3), (0.99999991, 7), (2.0, 0), (-1.0, 0), (1.0, 0)]
)
def test_right_digits(tape: float, digits: int) -> None:
    assert right_digits(tape, ONE) == digits


def test_only_off_and_lost_fail() -> None:
    assert [status for status in Status if status.failed] == [Status.OFF, Status.LOST]


def test_a_derivative_over_a_number_is_judged_as_it_was() -> None:
    exact = Certified(Fraction(6), Fraction(1, 2**60), Fraction(3), Fraction(1, 2**50))
    sixth = exact.divided(6)
    assert sixth == Certified(
        Fraction(1), Fraction(1, 6 * 2**60), Fraction(1, 2), Fraction(1, 6 * 2**50)
    )
    assert exact.divided(1) is exact
    assert replace(exact, spread=None).divided(6).spread is None
    for factor in (1.0, 1 + 1e-15, 1 + 1e-13, 1 + 1e-6, math.nan, -1.0):
        assert verdict(6 * factor, exact) is verdict(factor, sixth)


# --- the verification of a question --------------------------------------------------------------


def tree_of(text: str = "x^2") -> Node:
    (target,) = parse([text], {"x"})
    return target.tree


def verification(
    xs: Sequence[float], order: int = 1, targets: int = 1, computer: str = "the tape", **more: Any
) -> Verification:
    """The verification of derivatives by x at these points."""
    points = Points((Axis({"x": tuple(map(float, xs))}),))
    share, budget = more.pop("share", None), more.pop("budget", Budget())
    method = {"": "none", "the tape": "single"}.get(computer, "taylor")
    question = Question(
        "diff",
        (Expression("y", tree_of()),) * targets,
        tuple(derivative.by_orders("x", order)),
        ("x",),
        points,
        Options(**more),
        settled=Choice(method),
        share=share,
    )
    return Verification(question, budget)


def places(one: Verification, text: str = "x") -> list[int]:
    """PointsInput there are certificates."""
    return one.certificates(tree_of(text)).indices


# --- which points -----------------------------------------------------------------------------


def test_all_of_few_points_are_verified() -> None:
    assert places(verification(range(1, 8))) == list(range(7))


def test_all_points_are_verified_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tapecli.evaluation.verdict.ALL_SERIES", 1000)
    assert places(verification(range(1000), verify="auto")) == list(range(1000))
    monkeypatch.setattr("tapecli.evaluation.verdict.SAMPLE_SERIES", 500)
    assert len(places(verification(range(1001)))) == 500


def test_of_many_points_it_is_a_sample_with_the_first_and_the_last() -> None:
    chosen = places(verification(range(1, MANY + 1)))
    assert len(chosen) == SAMPLE_SERIES
    assert chosen == sorted(set(chosen))
    assert (chosen[0], chosen[-1]) == (0, MANY - 1)
    assert max(np.diff(chosen)) < 30 * MANY / SAMPLE_SERIES


def test_a_sample_is_the_same_in_each_call() -> None:
    one, two = (places(verification(range(1, 501), 1, 1000, verify="sample")) for _ in range(2))
    assert one == two
    assert len(one) == LEAST_SAMPLE


@pytest.mark.parametrize(
    ("order", "targets", "size"),
    [
        (1, 1, SAMPLE_SERIES),
        (1, 4, SAMPLE_SERIES // 4),
        (4 * EASY_ORDER, 1, SAMPLE_SERIES // 4),
        (1, 1000, LEAST_SAMPLE),
    ],
)
def test_a_sample_is_worth_so_many_series(order: int, targets: int, size: int) -> None:
    assert len(places(verification(range(1, 2101), order, targets, verify="sample"))) == size


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({"verify": "all"}, 2101),
        ({"verify": "none"}, 0),
        ({"computer": ""}, 2101),
        ({"verify": "sample", "targets": 1000}, LEAST_SAMPLE),
        ({"verify": "auto", "targets": 1}, 2101),
        ({"verify": "auto", "share": 0.25}, 2101),
        ({"verify": "auto", "share": 2101 / ALL_SERIES}, 2101),
        ({"verify": "auto", "share": 2100 / ALL_SERIES}, 5),
        ({"verify": "sample", "share": 0.25}, SAMPLE_SERIES // 4),
        ({"verify": "auto", "share": 1e-9}, 2),
        ({"verify": "all", "share": 0.25}, 2101),
        ({"verify": "none", "share": 0.25}, 0),
        ({"computer": "", "share": 0.25}, 2101),
    ],
    ids=str,
)
def test_who_asks_for_it_has_all_or_none_or_a_share(more: dict[str, Any], count: int) -> None:
    assert len(places(verification(range(1, 2102), **more))) == count


def test_nothing_is_certified_that_is_not_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Reference, "at", refuse)
    one = verification([1, 2], verify="none")
    nothing = one.certificates(tree_of())
    assert nothing.indices == []
    assert one.checks(tree_of(), [np.array([2.0, math.nan])], nothing) == [{}]


# --- the verdicts -----------------------------------------------------------------------------


def checked(one: Verification, text: str, *columns: Sequence[float] | None) -> list[Any]:
    tree = tree_of(text)
    arrays = [None if column is None else np.array(column, float) for column in columns]
    return one.checks(tree, arrays, one.certificates(tree))


def test_each_value_has_a_verdict_of_its_own() -> None:
    one = verification([0, 1, 2, 3], order=2)
    first, second = checked(one, "x^3", [0, 3, 12.000001, math.nan], [0, 6, math.inf, 18])
    assert [first[place].status for place in range(4)] == ["ok", "ok", "off", "lost"]
    assert [second[place].status for place in range(4)] == ["ok", "ok", "lost", "ok"]
    assert first[2].note == "only 7 digits right"
    assert first[3].note == "the tape returned nan, and the derivative exists"
    assert [first[place].ulps for place in (0, 1, 3)] == [0, 0, None]
    assert first[2].ulps == FORMATS["float64"].steps(12.000001, 12.0)
    assert [first[place].analytic for place in range(4)] == [0, 3, 12, 27]


def test_where_nothing_was_computed_it_is_certified_alone() -> None:
    one = verification([1, 2], computer="")
    (found,) = checked(one, "x^2", None)
    assert [check.status for check in found.values()] == [Status.CERTIFIED] * 2
    assert [check.analytic for check in found.values()] == [2, 4]


def test_where_there_is_no_derivative_it_says_why() -> None:
    (found,) = checked(verification([-1, 0, 1]), "log(x)", [-1, math.inf, 1])
    assert [check.status for check in found.values()] == ["undefined", "undefined", "ok"]
    assert found[0].note
    assert found[0].analytic is None


def test_a_rounded_value_has_the_number_of_its_right_digits() -> None:
    (verdicts,) = checked(verification([0.01]), "sin(x)/x", [-0.0033333000001])
    assert (verdicts[0].status, verdicts[0].note) == (Status.ROUNDED, "11 digits")
    assert verdicts[0].digits == 11


def test_a_value_beyond_the_dtype_is_told() -> None:
    (found,) = checked(verification([1000]), "exp(x)", [math.inf])
    assert (found[0].status, found[0].note) == (Status.OK, "too large for float64")
    assert found[0].ulps == 0


def test_a_tolerance_scales_the_verdict() -> None:
    wrong = [2 * (1 + 2.0**-40)]
    statuses = [
        checked(verification([1], tolerance=tolerance), "x^2", wrong)[0][0].status
        for tolerance in (1.0, 1e6)
    ]
    assert statuses[0] == "off"
    assert statuses[1] != "off"


# --- strange values beside the sample ---------------------------------------------------------


def strange(count: int, which: Sequence[int], **more: Any) -> Checks:
    """The checks of x**2 where these of many values are not finite."""
    one = verification(range(1, count + 1), verify="sample", targets=1000, **more)
    values = 2 * np.arange(1.0, count + 1)
    values[list(which)] = [(math.nan, math.inf, -math.inf)[k % 3] for k in range(len(which))]
    tree = tree_of("x^2")
    (found,) = one.checks(tree, [values], one.certificates(tree))
    return found


def test_what_is_not_finite_is_verified_beside_the_sample() -> None:
    sample = set(strange(1000, []))
    assert len(sample) == LEAST_SAMPLE
    outside = [place for place in range(1000) if place not in sample][:7]
    found = strange(1000, outside)
    assert list(found) == sorted(sample | set(outside))
    assert [found[place].status for place in outside] == [Status.LOST] * 7


def test_no_more_of_them_than_half_the_sample() -> None:
    found = strange(1000, range(1000))
    assert len(found) == LEAST_SAMPLE + LEAST_SAMPLE // 2
    assert {check.status for check in found.values()} == {Status.LOST}


def test_a_share_of_a_sample_has_as_many_strange_points_as_the_least() -> None:
    found = strange(1000, range(1000), share=0.01)
    assert len(found) == 2 + LEAST_SAMPLE // 2


def test_where_all_is_verified_no_place_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("tapecli.evaluation.verdict._not_finite", refuse)
    (found,) = checked(verification([1, 2]), "x^2", [math.nan, math.nan])
    assert len(found) == 2


def test_strange_values_of_any_derivative_count_for_all() -> None:
    one = verification(range(1, 301), order=2, verify="sample", targets=1000)
    tree = tree_of("x^2")
    known = one.certificates(tree)
    outside = next(place for place in range(300) if place not in known.indices)
    first, second = 2 * np.arange(1.0, 301), np.full(300, 2.0)
    second[outside] = math.nan
    checks = one.checks(tree, [first, second], known)
    assert [found[outside].status for found in checks] == [Status.OK, Status.LOST]
    assert len(known.indices) == LEAST_SAMPLE


def test_references_are_kept_and_stay_right() -> None:
    one, other = verification([1, 2]), verification([5, 1])
    tree = tree_of("x^2")
    assert one._reference(tree) is other._reference(tree)
    for each, analytic in ((one, [2, 4]), (other, [10, 2]), (one, [2, 4])):
        (found,) = each.checks(tree, [None], each.certificates(tree))
        assert [check.analytic for check in found.values()] == analytic


# --- what it may cost -------------------------------------------------------------------------

ZERO = "abs(gamma(x+1)-x*gamma(x))"


def test_what_is_given_up_is_undefined_and_says_why() -> None:
    one = verification([1.25, 1.5], computer="", budget=Budget(0.0, 0.0))
    tree = tree_of(ZERO)
    (checks,) = one.checks(tree, [None], one.certificates(tree))
    assert {(check.status, check.note) for check in checks.values()} == {
        (Status.UNDEFINED, OUT_OF_TIME)
    }


def test_targets_share_a_budget() -> None:
    budget = Budget(0.5, 1.0)
    one = verification([1.25, 1.375, 1.5, 1.75], targets=2, budget=budget)
    counts = []
    for text in (ZERO, ZERO + "+x"):
        certified = one.certificates(tree_of(text)).exacts.values()
        counts.append(sum(isinstance(exacts[0], Certified) for exacts in certified))
    assert 0 < counts[0] < 4
    assert counts[1] == 0
    assert budget.seconds >= 0


def test_strange_values_have_what_is_left_of_it() -> None:
    tree = tree_of(ZERO)
    column = np.full(MANY, 0.0)
    column[1] = np.nan
    for seconds, reason in ((0.0, OUT_OF_TIME), (math.inf, "")):
        one = verification(range(1, MANY + 1), verify="sample", budget=Budget(seconds, seconds))
        (checks,) = one.checks(tree, [column], Certificates({0: [NoDerivative("")]}))
        assert (checks[1].status is Status.UNDEFINED, checks[1].note == OUT_OF_TIME) == (
            (reason == OUT_OF_TIME,) * 2
        )


def test_the_same_twice_is_the_same() -> None:
    tree = tree_of(ZERO)
    found = [
        verification([1 + k / 16 for k in range(16)], budget=Budget(0.9, 0.5)).certificates(tree)
        for _ in range(2)
    ]
    assert found[0].indices == found[1].indices == list(range(16))
    assert found[0].exacts == found[1].exacts


# --- many numbers, judged by Taylor models ------------------------------------------------------


@pytest.mark.parametrize("text", ["tanh(x)", "log(x)", "exp(x)"])
@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_what_models_decide_is_as_each_value_is_judged(text: str, dtype: str) -> None:
    format_, (target,) = FORMATS[dtype], parse([text], {"x"})
    start = format_.count // 2 + (format_.max_exponent << format_.precision - 1)  # from 1 on
    xs = format_.numbers(start, start + 300)
    modelled = TaylorModels(target.tree, format_, "x", 2).certify(xs)
    reference = Reference(target.tree, format_, [("x",), ("x", "x")], ("x",))
    exacts = [reference.at({"x": x}) for x in xs.tolist()]
    ulps = np.array([0, 1, -3, 15, 17, -31, 40, 100, 3000, 0])
    decided = 0
    for row in range(2):
        quanta = np.ldexp(1.0, format_.quantum_exponents(modelled.analytic[row]))
        tapes = format_.all_rounded(modelled.analytic[row] + np.resize(ulps, 300) * quanta)
        tapes[::10] = np.resize([math.nan, math.inf, -math.inf], 30)
        verdicts = judge_modelled(tapes, modelled, row, format_)
        for exact, tape, number in zip(exacts, tapes.tolist(), verdicts.tolist(), strict=True):
            certified = exact[row]
            assert isinstance(certified, Certified)
            if number < len(VERDICTS):
                decided += 1
                assert judge(tape, certified, row + 1, format_) is VERDICTS[number]
            else:
                assert judge(tape, certified, row + 1, format_) is not Status.LOST
    assert decided > 300
