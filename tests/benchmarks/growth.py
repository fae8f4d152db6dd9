"""How the time grows with the order, as curves: Taylor arithmetic and nested tapes."""

from __future__ import annotations

import statistics

from tests.benchmarks.calls import nested
from tests.benchmarks.measure import (
    ROUNDS,
    Cost,
    Costs,
    Curve,
    Section,
    amount,
    figure,
    in_turn,
    number,
)
from tests.benchmarks.orders import POINTS, taylor

EXPRESSIONS = ("log(x^2)", "sin(x)*exp(-x^2)", "1/(1+x^2)")
ORDERS = (*range(1, 11), 13, 16, 20, 25, 32, 40, 50, 64, 80, 100)
SHOWN = (1, 2, 4, 6, 8, 10, 20, 40, 100)
"""Orders that the table has; the picture has all."""

LONGEST = 2.0
"""Seconds above which a call of nested tapes is not waited for."""

TAYLOR, NESTED = "Taylor series", "nested tapes"


def section() -> Section:
    """All orders of an expression in turn."""
    figures, curves, rows = [], [], []
    for typed in EXPRESSIONS:
        sides = {(TAYLOR, order): taylor(typed, order) for order in ORDERS}
        sides |= {(NESTED, order): cost for order, cost in _affordable(typed).items()}
        costs = in_turn(sides)
        for method in (TAYLOR, NESTED):
            curve = _curve(typed, method, costs)
            curves.append(curve)
            rows.append([f"{typed}, {method}", *(_cell(curve, order) for order in SHOWN)])
        last = max(order for method, order in costs if method == NESTED)
        figures.append(
            figure(
                f"order {last} of {typed}, {NESTED}",
                TAYLOR,
                "s",
                costs[NESTED, last],
                costs[TAYLOR, last],
            )
        )
    note = (
        f"All orders up to the one that is named, at {len(POINTS)} points, in this process: the "
        f"median of {ROUNDS} rounds and its spread. Nested tapes run eagerly, as far as a call "
        f"takes less than {LONGEST:g} s."
    )
    compared = "; ".join(
        f"{one.what} take {amount(one.cost, 's')}, {one.beside} {amount(one.other, 's')}"
        for one in figures
    )
    head = ("expression", *(f"order {order}" for order in SHOWN))
    return Section(
        [note, f"At the highest order of both: {compared}."], figures, head, rows, curves
    )


def _affordable(typed: str) -> dict[int, Cost]:
    """Nested tapes, order by order, up to the last that is expected to be quick enough."""
    found: dict[int, Cost] = {}
    before = taken = 0.0
    for order in ORDERS:
        if before and taken * max(taken / before, 1) > LONGEST:
            break
        found[order] = nested(typed, POINTS, order)
        before, taken = taken, found[order]()
    return found


def _curve(typed: str, method: str, costs: dict[tuple[str, int], Costs]) -> Curve:
    points = {
        order: (statistics.median(taken), min(taken), max(taken))
        for (name, order), taken in costs.items()
        if name == method
    }
    return Curve(typed, method, points)


def _cell(curve: Curve, order: int) -> str:
    """The seconds at an order, with their spread; empty where none were measured."""
    if order not in curve.points:
        return ""
    median, *ends = curve.points[order]
    unit, factor = ("s", 1) if median >= 1 else ("ms", 1000)
    least, most = (number(end * factor) for end in ends)
    return f"{number(median * factor)} {unit} ({least} to {most})"
