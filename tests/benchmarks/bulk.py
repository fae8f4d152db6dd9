"""Many points: whole processes and computing alone, beside JAX and other libraries."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tests.benchmarks.commands import HERE, TAPECLI, Failed, Process
from tests.benchmarks.environment import FOLDER, ask, ask_own, python
from tests.benchmarks.measure import (
    ROUNDS,
    Section,
    Target,
    figure,
    many,
)

import tapecli

TYPED = "sin(x)*exp(-x^2)"
POINTS = many(10_000_000)
FEW = 10_000
"""Points for numdifftools, which evaluates the function dozens of times at each."""

AGAIN = 3
"""Further calls in a process, of which the median counts."""
ROWS = 9
"""Rows of which the values are looked at."""

WHOLE = Target(most=1.3)
ALONE = Target(most=1.0)
"""For a further call, in which nothing is compiled any more."""

Found = dict[str, Any]


# --- whole processes --------------------------------------------------------------------------


def of_processes() -> Section:
    """From the start of a process to the file that it leaves."""
    ours, theirs = FOLDER / "tapecli.npy", FOLDER / "jax.npy"
    asked = ("diff", TYPED, "--order", "2", "--x", f"1..3@{POINTS}", "--output", str(ours))
    sides = {
        ours: Process([*TAPECLI, *asked]),
        theirs: Process([str(python()), "-I", str(HERE / "save.py"), str(POINTS), str(theirs)]),
    }
    costs: dict[Path, list[tuple[float, float]]] = {file: [] for file in sides}
    try:
        for _ in range(ROUNDS):
            for file, process in sides.items():
                file.unlink(missing_ok=True)
                costs[file].append(process.run())
        apart = _apart(ours, theirs)
    finally:
        for file in sides:
            file.unlink(missing_ok=True)
    (seconds, memory), (jax_seconds, jax_memory) = (
        zip(*costs[file], strict=True) for file in (ours, theirs)
    )
    what, beside = "tapecli diff, the whole process", "JAX, the whole process"
    figures = [
        figure(what, beside, "s", seconds, jax_seconds, WHOLE),
        figure(what, beside, "MiB", memory, jax_memory),
    ]
    note = (
        f"`tapecli {shlex.join(asked)}`, beside a script for JAX that makes the points by "
        "`linspace`, compiles `vmap(grad)` and `vmap(grad(grad))` in float64, and saves the same "
        f"array by `save`. {apart}"
    )
    return Section([note], figures)


def _apart(ours: Path, theirs: Path) -> str:
    """How far the two files are apart, at the rows that are looked at."""
    one, other = (np.load(file, mmap_mode="r") for file in (ours, theirs))
    if one.shape != other.shape:
        raise Failed(f"the arrays have the shapes {one.shape} and {other.shape}")
    places = np.linspace(0, len(one) - 1, ROWS).astype(int)
    apart = np.max(np.abs(one[places] / other[places] - 1))
    return f"At {ROWS} rows the values of the two are apart by at most {apart:.1e} of their size."


# --- computing alone --------------------------------------------------------------------------

PEERS: Mapping[str, Callable[[], Found]] = {
    "JAX": lambda: ask("derivatives.py", "jax", POINTS, AGAIN, ROWS),
    "NumPy, formulas by hand": lambda: ask("derivatives.py", "numpy", POINTS, AGAIN, ROWS),
    "SymPy, lambdify, the second alone": lambda: ask(
        "derivatives.py", "sympy", POINTS, AGAIN, ROWS
    ),
}
"""What computes the same at the same points."""

COARSE: Mapping[str, Callable[[], Found]] = {
    "numdifftools, the second alone": lambda: ask(
        "derivatives.py", "numdifftools", FEW, AGAIN, ROWS
    )
}
"""What does so at fewer points."""


def of_computing() -> Section:
    """Derivatives from points in memory, in processes that have imported what they need."""
    found: dict[str, list[Found]] = {}
    left_out: dict[str, str] = {}
    sides = {
        "tapecli": lambda: ask_own("compiled", POINTS, AGAIN, ROWS),
        **PEERS,
        "tapecli, fewer": lambda: ask_own("compiled", FEW, AGAIN, ROWS),
        **COARSE,
    }
    for _ in range(ROUNDS):
        for name, side in sides.items():
            if name not in left_out:
                try:
                    found.setdefault(name, []).append(side())
                except Failed as error:
                    left_out[name] = str(error)
    return _computed(
        {name: rounds for name, rounds in found.items() if name not in left_out}, left_out
    )


def _computed(found: Mapping[str, Sequence[Found]], left_out: Mapping[str, str]) -> Section:
    """What was found, as figures; and how accurate it is."""
    pairs = [
        ("JAX", "tapecli", POINTS, "first", None),
        ("JAX", "tapecli", POINTS, "again", ALONE),
        *((peer, "tapecli", POINTS, "again", None) for peer in PEERS if peer != "JAX"),
        *((peer, "tapecli, fewer", FEW, "again", None) for peer in COARSE),
    ]
    words = {"first": "first call", "again": "a further call"}
    figures = [
        figure(
            f"tapecli, XLA, {words[part]}, {count:,} points",
            f"{peer}, {words[part]}",
            "s",
            [round_[part] for round_ in found[own]],
            [round_[part] for round_ in found[peer]],
            target,
        )
        for peer, own, count, part, target in pairs
        if peer in found and own in found
    ]
    notes = [
        f"First and second derivative of {TYPED} in float64 at {POINTS:,} points that are in "
        "memory. A first call has tracing and compilation, and no imports; of further calls in "
        f"the same process the median of {AGAIN} counts. Each side has a new process in each "
        "round. tapecli takes an array of NumPy's and returns one, copies included; JAX's points "
        f"and derivatives stay where they are. numdifftools has {FEW:,} points, and so has "
        "tapecli beside it.",
        *_errors(found),
        *(f"Left out: {name}: {why}" for name, why in left_out.items()),
    ]
    return Section(notes, figures)


def _errors(found: Mapping[str, Sequence[Found]]) -> list[str]:
    """A sentence about the errors of all, beside certified values."""
    exact: dict[str, np.ndarray[Any, Any]] = {}
    for own in ("tapecli", "tapecli, fewer"):
        if own in found:
            points = found[own][0]["points"]
            certified = tapecli.diff(TYPED, x=points, order=2, method="none", formulas=False)
            exact[own] = np.asarray(certified.analytic[0])
    told = []
    for name, rounds in found.items():
        beside = exact.get("tapecli, fewer" if name in COARSE else name, exact.get("tapecli"))
        if beside is not None and name != "tapecli, fewer":
            values = rounds[0]["values"]
            told.append(f"{name} {_ulps(values, beside[-len(values) :])}")
    if not told:
        return []
    return [
        f"Largest error at {ROWS} points, in ulps of the certified first and second derivative: "
        f"{'; '.join(told)}."
    ]


def _ulps(values: Sequence[Sequence[float]], exact: np.ndarray[Any, Any]) -> str:
    """The largest error of each derivative."""
    errors = (
        max(
            abs(value - right) / math.ulp(right)
            for value, right in zip(row, rights.tolist(), strict=True)
        )
        for row, rights in zip(values, exact, strict=True)
    )
    return " and ".join(f"{error:,.0f}" for error in errors)
