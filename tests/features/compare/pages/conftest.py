"""Small comparisons made by hand: what arrangements cost is planted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tapecli import formats
from tapecli.features.compare.model import (
    Aim,
    Cost,
    CostComparison,
    CountedPass,
    CountedTape,
    Scenario,
    TapeMemory,
    Time,
    Work,
)
from tapecli.formats import PAGES, Screen

EAGER, XLA = Scenario("eager", 1), Scenario("xla", 1_000)

PLAIN = Screen()


def timed(median: float) -> Time:
    """A time with a spread of a tenth."""
    return Time(median, 0.9 * median, 1.1 * median, 0.5 * median, 2 * median, 20)


def cost(
    name: str, tapes: Mapping[str, tuple[str, ...]], forward: int = 2, back: int = 8,
    median: float = 650e-6, held: int = 8_000, after: int = 0, wasted: Mapping[str, str] = {},
) -> Cost:  # fmt: skip
    """A cost of an arrangement: the kinds that each tape records, and numbers of operations."""
    taped = tuple(
        CountedTape(tape, (Aim("u"),), kinds, (wasted[tape],) if tape in wasted else ())
        for tape, kinds in tapes.items()
    )
    ways = (CountedPass(next(iter(tapes)), Aim("u"), ("Mul",) * back),)
    work = Work(taped, ("Log",) * forward, ways)
    times = {EAGER: timed(median), XLA: timed(median / 1000)}
    return Cost(name, work, TapeMemory(held, after), times)


COSTS = {
    each.name: each
    for each in (
        cost("separate", {"tape1": ("Mul",), "tape2": ("Mul", "Log")}, forward=3),
        cost("parallel", {"tape1": ("Mul", "Log"), "tape2": ("Mul", "Log")},
             wasted={"tape1": "Log"}),
        cost("nested", {"outer": ("Mul", "Log"), "inner": ("Mul",)}),
        cost("persistent", {"tape": ("Mul", "Log")}, after=8_000),
        Cost("batch", None, None, {}, "no [red] gradient"),
    )
}  # fmt: skip

Compared = Callable[..., CostComparison]
Write = Callable[..., str]


@pytest.fixture
def compared() -> Compared:
    """A comparison of the worked example, some of it put differently."""

    def make(*changed: Cost, order: int = 1, with_operations: bool = False) -> CostComparison:
        costs = COSTS | {each.name: each for each in changed}
        wrt = tuple(",".join(["x"] * k) for k in range(1, order + 1))
        return CostComparison(
            ("u = x**2", "y = log(u)"), {"x": 2.0}, wrt, "float64", (EAGER, XLA),
            tuple(costs.values()), {"tapecli": "0.1.0", "tensorflow": "2.21.0"}, 1.23456,
            with_operations,
        )  # fmt: skip

    return make


@pytest.fixture
def write() -> Write:
    """A comparison in a format, as text."""

    def call(comparison: CostComparison, name: str = "table", screen: Screen = PLAIN) -> str:
        return "".join(formats.render(comparison, PAGES["compare"][name], screen))

    return call
