"""What a comparison says of itself: sums, what is quicker than what, and by how much."""

from __future__ import annotations

from tapecli.features.compare.model import (
    Aim,
    Cost,
    CostComparison,
    CountedPass,
    CountedTape,
    Scenario,
    Time,
    Work,
)

HERE = Scenario("eager", 1)


def time(median: float, spread: float) -> Time:
    low, high = median - spread, median + spread
    return Time(median, low, high, low - spread, high + spread, 9)


def compared(**times: Time) -> CostComparison:
    costs = tuple(Cost(name, None, None, {HERE: one}) for name, one in times.items())
    settings = (HERE, Scenario("xla", 7))
    return CostComparison(("y",), {"x": 1}, ("x", "x,x"), "float64", settings, costs, {}, 0.0)


def test_operations_are_added_up() -> None:
    tapes = (
        CountedTape("outer", (Aim("y"),), ("Mul", "Log"), ()),
        CountedTape("inner", (Aim("u"),), ("Mul",), ()),
    )
    back = (
        CountedPass("inner", Aim("u"), ("Mul", "AddN")),
        CountedPass("outer", Aim("y"), ("While",)),
    )
    one = Work(tapes, ("Mul", "Log"), back)
    assert (one.recorded, len(one.forward), len(one.kinds_backward), one.run, len(one.calls)) == (
        3,
        2,
        3,
        5,
        1,
    )


def test_times_are_apart_where_their_quartiles_do_not_overlap() -> None:
    assert time(1, 0.1).differs(time(2, 0.5))
    assert time(2, 0.5).differs(time(1, 0.1))
    assert not time(1, 0.5).differs(time(2, 0.5))
    assert not time(1, 0.1).differs(time(1, 0.2))


def test_what_is_slower_by_noise_is_among_the_quickest() -> None:
    found = compared(single=time(1.1, 0.1), persistent=time(1, 0.1), batch=time(9, 0.1))
    assert found.quickest(HERE) == ["single", "persistent"]
    assert found.quickest(Scenario("xla", 7)) == []


def test_a_comparison_knows_its_order_and_its_points() -> None:
    found = compared(single=time(1, 0.1))
    assert (found.order, found.points) == (2, 7)
    assert found.cost("single") is found.costs[0]
    assert found.cost("nested") is None
    assert found.works() == {}
