"""Beside other software: high orders from JAX's jet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.benchmarks.commands import TAPECLI, Process
from tests.benchmarks.environment import ask, ask_own
from tests.benchmarks.measure import Figure, Section, Target, figure, verdict
from tests.benchmarks.orders import POINTS
from tests.benchmarks.processes import HIGH

import tapecli

ORDER = 40
FASTER = Target(least=100)
"""For jet's first call beside that of Taylor arithmetic."""

ROUNDS = 2
"""Jet takes half a minute in each."""


def section() -> Section:
    """Jet and Taylor arithmetic in turn."""
    arguments = (ORDER, ",".join(map(str, POINTS)))
    rounds = [(ask("jet.py", *arguments), ask_own("taylor", *arguments)) for _ in range(ROUNDS)]
    figures = [*_figures(rounds), _whole(rounds)]
    notes = [
        f"sin(x)*exp(-x^2) at {len(POINTS)} points in float64, all orders up to {ORDER}, JAX "
        f"{rounds[0][0]['version']}. A first call has all that happens once for an expression and "
        "an order, tracing and compilation, and no imports; a further call has the same shapes. "
        "Each round has new processes.",
        f"Jet's first call should take {FASTER} times as long as that of Taylor arithmetic, which "
        f"it {'does' if figures[0].met else 'does not'}: {verdict(figures[0].met)}.",
        _values(*rounds[0]),
    ]
    return Section(notes, figures)


def _figures(rounds: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> list[Figure]:
    """The first call, and a further one."""
    return [
        figure(
            f"jet, {words}",
            f"Taylor arithmetic, {words}",
            "s",
            [jet[part] for jet, _ in rounds],
            [own[part] for _, own in rounds],
            target,
        )
        for part, words, target in (
            ("first", "first call", FASTER),
            ("again", "a further call", None),
        )
    ]


def _whole(rounds: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> Figure:
    """Jet with its imports, beside the whole command."""
    command = Process([*TAPECLI, *HIGH, "--order", str(ORDER)])
    return figure(
        "jet, imports and first call",
        f"tapecli diff --order {ORDER}, the whole process with certified values and formulas",
        "s",
        [jet["imports"] + jet["first"] for jet, _ in rounds],
        [command.run()[0] for _ in rounds],
    )


def _values(jet: dict[str, Any], own: dict[str, Any]) -> str:
    """How far apart the two are, and from the certified values."""
    wanted = ",".join("x" * ORDER)
    certified = tapecli.diff(
        "sin(x)*exp(-x^2)", x=list(POINTS), wrt=wanted, method="none", formulas=False
    )
    exact = certified.analytic[0, 0].tolist()
    apart = _furthest(own["values"], jet["values"])
    ours, theirs = (_furthest(side["values"], exact) for side in (own, jet))
    return (
        f"The derivatives of order {ORDER} of the two are apart by at most {apart:.1e} of their "
        f"size; from the certified values Taylor arithmetic by {ours:.1e} and jet by {theirs:.1e}."
    )


def _furthest(values: Sequence[float], exact: Sequence[float]) -> float:
    """The largest relative difference."""
    return max(abs(one / other - 1) for one, other in zip(values, exact, strict=True))
