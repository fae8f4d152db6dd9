"""How the cost grows with the order: of Taylor arithmetic, and of nested tapes beside the model."""

from __future__ import annotations

import numpy as np
from tests.benchmarks.calls import FLOAT64, by_x, nested, trees
from tests.benchmarks.measure import (
    CALLS,
    ROUNDS,
    Cost,
    Figure,
    Section,
    Target,
    amount,
    figure,
    in_turn,
    number,
    seconds,
    spread,
    verdict,
)

from tapecli import methods
from tapecli.taylor import engine

POINTS = (1.0, 1.5, 2.0, 2.5, 3.0)

BASE = 10
ORDERS = (10, 20, 40, 80)
SQUARE = Target(most=16)
"""For order 40 beside order 10: the square of 4, as long as a product of series is a loop."""

EXPRESSIONS = ("sin(x)*exp(-x^2)", "1/(1+x^2)", "tan(x)", "log(x^2)")

MODELLED = (
    "log(x^2)",
    "sin(x)*exp(-x^2)",
    "1/(1+x^2)",
    "tan(x)",
    "exp(sin x)/(2 + cos x)",
    "lgamma(x)*sqrt(x)",
)
FACTOR = 5.0
"""What the model claims of itself in tapecli.methods."""

LONGEST = 0.3
"""Seconds by the model beyond which an order is not measured."""

QUICK = 0.005
"""Seconds below which a call is looked at more often, and which nobody waits for."""

HIGHEST = 8


def taylor(typed: str, order: int) -> Cost:
    """The seconds of Taylor arithmetic, all orders up to this."""
    targets, columns = trees(typed), {"x": np.array(POINTS)}
    return seconds(lambda: engine.run(targets, columns, by_x(order), FLOAT64), CALLS)


def of_taylor() -> Section:
    """Taylor arithmetic at high orders."""
    figures, rows = [], []
    for typed in EXPRESSIONS:
        sides = {f"order {order}": taylor(typed, order) for order in ORDERS}
        costs = in_turn(sides)
        base = costs[f"order {BASE}"]
        own = [
            figure(
                f"order {order} of {typed}",
                f"order {BASE}",
                "s",
                costs[f"order {order}"],
                base,
                SQUARE if order == 40 else None,
            )
            for order in ORDERS[1:]
        ]
        met = next(one.met for one in own if one.target)
        cells = [amount(own[0].other, "s"), *map(spread, own), verdict(met)]
        rows.append([typed, *cells])
        figures += own
    note = (
        f"All orders up to the one that is named, at {len(POINTS)} points; medians of {ROUNDS} "
        f"rounds of the quickest of {CALLS} calls, beside order {BASE} in the same round. Order 40 "
        f"should cost {SQUARE} times as much as order 10, the square of the orders' ratio."
    )
    others = (f"{order} : {BASE}" for order in ORDERS[1:])
    head = ("expression", f"order {BASE}", *others, "target")
    return Section([note], figures, head, rows)


def of_the_model() -> Section:
    """Nested tapes, beside what the model says that they take."""
    figures, rows = [], []
    for typed in MODELLED:
        own = _modelled(typed)
        measured = [one.other for one in own]
        slope = (measured[-1] / measured[0]) ** (1 / (len(own) - 1))
        cells = [f"{amount(one.other, 's')}, {number(one.ratio)}" for one in own]
        cells += [""] * (HIGHEST - len(own))
        rows.append([typed, *cells, number(slope), number(methods.growth(*trees(typed)))])
        figures += own
    notes = [
        f"All orders up to the one that is named, at {len(POINTS)} points: the seconds that nested "
        f"tapes took, median of {ROUNDS} rounds, and what tapecli.methods.tape_seconds says over "
        f"that. Where the model expects less than {amount(QUICK, 's')} it is the quickest of "
        f"{CALLS} calls in each round; above {amount(LONGEST, 's')} nothing is measured. The last "
        "columns are the growth from each order to the next, from order 1 to the last.",
        f"The model claims to be within a factor of {FACTOR:g}. Of all, {_furthest(figures)} "
        f"Of those that took {amount(QUICK, 's')} or more, "
        f"{_furthest([one for one in figures if one.other >= QUICK])}",
    ]
    head = ("expression", *(f"order {n}" for n in range(1, HIGHEST + 1)), "growth", "model")
    return Section(notes, figures, head, rows)


def _modelled(typed: str) -> list[Figure]:
    """The model's seconds over those that were measured, order by order."""
    targets = trees(typed)
    expected = {
        order: methods.tape_seconds(targets, by_x(order), len(POINTS))
        for order in range(1, HIGHEST + 1)
    }
    orders = [order for order, cost in expected.items() if cost <= LONGEST]
    costs = in_turn(
        {
            order: nested(typed, POINTS, order, calls=CALLS if expected[order] < QUICK else 1)
            for order in orders
        }
    )
    return [
        figure(
            f"the model of order {order} of {typed}",
            "measured",
            "s",
            [expected[order]] * len(costs[order]),
            costs[order],
            Target(1 / FACTOR, FACTOR),
        )
        for order in orders
    ]


def _furthest(figures: list[Figure]) -> str:
    """The figure that is furthest from 1, in a sentence."""
    worst = max(figures, key=lambda one: max(one.ratio, 1 / one.ratio))
    return (
        f"the furthest from what was measured is {worst.what}, at {number(worst.ratio)} times "
        f"the {amount(worst.other, 's')} that it took: {verdict(worst.met)}."
    )
