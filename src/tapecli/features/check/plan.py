"""What is run at which level: cases by methods, orders, dtypes, executions and devices."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tapecli.defaults import TAYLOR
from tapecli.errors import RequestError
from tapecli.features.check.cases import CASES, COMPOSITE, SEVERAL_TARGETS, Case
from tapecli.features.check.model import Setting
from tapecli.floats import FORMATS

MAX_ORDERS = {"float32": 20, "bfloat16": 20, "float16": 3}
"""The highest orders at which ordinary points have derivatives that do not overflow a dtype."""

_ALL_DTYPES = tuple(FORMATS)
_WIDE_DTYPES = ("float64", "float32")
_NARROW_DTYPES = ("bfloat16", "float16")
_SOME_CASES = tuple(case for case in CASES if case.group == COMPOSITE)[:4]


@dataclass(frozen=True)
class Sweep:
    """Cases that are run with each combination of methods, dtypes and executions.

    The methods are arrangements of tapes, or taylor, and `order` is the highest order.
    """

    cases: tuple[Case, ...]
    methods: tuple[str, ...]
    order: int
    dtypes: tuple[str, ...] = _ALL_DTYPES
    executions: tuple[str, ...] = ("eager",)


Level: TypeAlias = tuple[Sweep, ...]
"""How thoroughly TensorFlow is checked: all that is run."""

_TAPES = ("parallel", "persistent", "nested")

LEVELS: dict[str, Level] = {
    "quick": (
        Sweep(CASES, ("nested",), 2),
        Sweep(SEVERAL_TARGETS, _TAPES, 1, ("float64",)),
        Sweep(_SOME_CASES, ("nested",), 2, _WIDE_DTYPES, ("graph", "xla")),
    ),
    "default": (
        Sweep(CASES, ("single",), 1, _WIDE_DTYPES),
        Sweep(CASES, ("nested",), 4),
        Sweep(CASES, (TAYLOR,), 10, _WIDE_DTYPES),
        Sweep(SEVERAL_TARGETS, (*_TAPES, "batch"), 1, _WIDE_DTYPES),
        Sweep(SEVERAL_TARGETS, ("nested", "batch"), 2, _WIDE_DTYPES),
        Sweep(CASES, ("nested",), 3, _ALL_DTYPES, ("graph",)),
        Sweep(CASES, ("nested",), 2, _WIDE_DTYPES, ("xla",)),
        Sweep(CASES, ("nested",), 1, _NARROW_DTYPES, ("xla",)),
    ),
    "full": (
        Sweep(CASES, ("single", "persistent"), 1),
        Sweep(CASES, ("nested",), 6),
        Sweep(CASES, (TAYLOR,), 40),
        Sweep(CASES, ("batch",), 2, _WIDE_DTYPES),
        Sweep(SEVERAL_TARGETS, (*_TAPES, "batch"), 1, _ALL_DTYPES, ("eager", "graph")),
        Sweep(SEVERAL_TARGETS, ("nested",), 4, _ALL_DTYPES, ("eager", "graph", "xla")),
        Sweep(SEVERAL_TARGETS, ("batch",), 2, _WIDE_DTYPES),
        Sweep(CASES, ("nested",), 4, _ALL_DTYPES, ("graph", "xla")),
    ),
}
"""The levels by name."""

RANDOM_POINTS = {"quick": 2, "default": 5, "full": 12}
"""How many random points each case has at each level."""

PROCESSOR = "cpu:0"
"""Where Taylor series are computed, which use no TensorFlow."""


@dataclass(frozen=True)
class Trial:
    """One call of the engine: a case, and how it is computed."""

    case: Case
    method: str
    order: int
    setting: Setting


def selected(
    level: str,
    functions: Collection[str] = (),
    dtypes: Collection[str] = (),
    executions: Collection[str] = (),
) -> Level:
    """What a level runs of these functions, dtypes and executions; of all, where none are named.

    Raises:
        RequestError: there is no such level, or it runs nothing of this kind.
    """
    if level not in LEVELS:
        raise RequestError(f"unknown level '{level}'; there are {', '.join(LEVELS)}")
    sweeps = tuple(
        Sweep(
            tuple(case for case in sweep.cases if not functions or case.group in functions),
            tuple(name for name in sweep.methods if name != TAYLOR or not executions),
            sweep.order,
            tuple(name for name in sweep.dtypes if not dtypes or name in dtypes),
            tuple(name for name in sweep.executions if not executions or name in executions),
        )
        for sweep in LEVELS[level]
    )
    if not any(trials(sweeps, [PROCESSOR])):
        hint = "; leave out '--quick'" if level == "quick" else ""
        raise RequestError(f"the level '{level}' has nothing of this kind to check{hint}")
    return sweeps


def trials(level: Level, devices: Sequence[str]) -> Iterator[Trial]:
    """All that a level runs on these devices."""
    for sweep in level:
        for device, dtype, execution, method in itertools.product(
            devices, sweep.dtypes, sweep.executions, sweep.methods
        ):
            order = min(sweep.order, MAX_ORDERS.get(dtype, sweep.order))
            setting = Setting(dtype, TAYLOR if method == TAYLOR else execution, device)
            if method != TAYLOR or device == PROCESSOR:
                yield from (Trial(case, method, order, setting) for case in sweep.cases)
