"""What is run at which level: cases by methods, orders, dtypes, executions and devices."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tapecli.defaults import TAYLOR
from tapecli.errors import RequestError
from tapecli.expressions.functions import FUNCTIONS, is_taped, row
from tapecli.features.check.cases import CASES, COMPOSITE, SEVERAL_TARGETS, Case
from tapecli.features.check.model import Setting
from tapecli.floats import FORMATS

MAX_ORDERS = {"float32": 20, "bfloat16": 20, "float16": 3}
"""The highest orders at which ordinary points have derivatives that do not overflow a dtype."""

_ALL_DTYPES = tuple(FORMATS)
_WIDE_DTYPES = ("float64", "float32")
_NARROW_DTYPES = ("bfloat16", "float16")
_SOME_CASES = tuple(case for case in CASES if case.group == COMPOSITE)[:4]


def is_own(case: Case) -> bool:
    """Whether TensorFlow computes its function by a rule of the row, not by the definition."""
    return case.group == COMPOSITE or bool(row(case.group).tape)


OWN_CASES = tuple(case for case in CASES if is_own(case))
"""What shows each operation of TensorFlow's; definitions are made of the same operations."""

_DEFINED_CASES = tuple(case for case in CASES if not is_own(case))


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
        Sweep(OWN_CASES, ("nested",), 2),
        Sweep(SEVERAL_TARGETS, _TAPES, 1, ("float64",)),
        Sweep(_SOME_CASES, ("nested",), 2, _WIDE_DTYPES, ("graph", "xla")),
    ),
    "default": (
        Sweep(OWN_CASES, ("single",), 1, _WIDE_DTYPES),
        Sweep(OWN_CASES, ("nested",), 4),
        Sweep(_DEFINED_CASES, ("nested",), 2, ("float64",)),
        Sweep(OWN_CASES, (TAYLOR,), 10, _WIDE_DTYPES),
        Sweep(_DEFINED_CASES, (TAYLOR,), 5, ("float64",)),
        Sweep(SEVERAL_TARGETS, (*_TAPES, "batch"), 1, _WIDE_DTYPES),
        Sweep(SEVERAL_TARGETS, ("nested", "batch"), 2, _WIDE_DTYPES),
        Sweep(OWN_CASES, ("nested",), 3, _ALL_DTYPES, ("graph",)),
        Sweep(OWN_CASES, ("nested",), 2, _WIDE_DTYPES, ("xla",)),
        Sweep(OWN_CASES, ("nested",), 1, _NARROW_DTYPES, ("xla",)),
    ),
    "full": (
        Sweep(OWN_CASES, ("single", "persistent"), 1),
        Sweep(OWN_CASES, ("nested",), 6),
        Sweep(_DEFINED_CASES, ("nested",), 4),
        Sweep(CASES, (TAYLOR,), 40),
        Sweep(OWN_CASES, ("batch",), 2, _WIDE_DTYPES),
        Sweep(SEVERAL_TARGETS, (*_TAPES, "batch"), 1, _ALL_DTYPES, ("eager", "graph")),
        Sweep(SEVERAL_TARGETS, ("nested",), 4, _ALL_DTYPES, ("eager", "graph", "xla")),
        Sweep(SEVERAL_TARGETS, ("batch",), 2, _WIDE_DTYPES),
        Sweep(OWN_CASES, ("nested",), 4, _ALL_DTYPES, ("graph", "xla")),
        Sweep(_DEFINED_CASES, ("nested",), 2, _ALL_DTYPES, ("graph", "xla")),
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

    Of functions that are named it runs as much as of those that TensorFlow has an operation for.

    Raises:
        RequestError: there is no such level, or it runs nothing of this kind.
    """
    if level not in LEVELS:
        raise RequestError(f"unknown level '{level}'; there are {', '.join(LEVELS)}")
    sweeps = tuple(
        Sweep(
            _named(sweep.cases, functions),
            tuple(name for name in sweep.methods if name != TAYLOR or not executions),
            sweep.order,
            tuple(name for name in sweep.dtypes if not dtypes or name in dtypes),
            tuple(name for name in sweep.executions if not executions or name in executions),
        )
        for sweep in LEVELS[level]
    )
    if not any(trials(sweeps, [PROCESSOR])):
        hint = "; leave out '--quick'" if level == "quick" else ""
        if functions and not any(_is_taped(name) for name in functions):
            hint = ": TensorFlow has no such operation; 'tapecli diff' has certified values"
        raise RequestError(f"the level '{level}' has nothing of this kind to check{hint}")
    return sweeps


def _named(cases: tuple[Case, ...], functions: Collection[str]) -> tuple[Case, ...]:
    """The cases of these functions, instead of all cases of a sweep."""
    if not functions:
        return cases
    if cases is _DEFINED_CASES:
        return ()
    cases = CASES if cases is OWN_CASES else cases
    return tuple(case for case in cases if case.group in functions)


def _is_taped(group: str) -> bool:
    return group == COMPOSITE or is_taped(group)


def _can_do(method: str, case: Case) -> bool:
    """Whether tapes, or Taylor arithmetic, can compute the function of a case."""
    if method != TAYLOR:
        return _is_taped(case.group)
    return case.group not in FUNCTIONS or not FUNCTIONS[case.group].only_certified


def trials(level: Level, devices: Sequence[str]) -> Iterator[Trial]:
    """All that a level runs on these devices."""
    for sweep in level:
        for device, dtype, execution, method in itertools.product(
            devices, sweep.dtypes, sweep.executions, sweep.methods
        ):
            order = min(sweep.order, MAX_ORDERS.get(dtype, sweep.order))
            setting = Setting(dtype, TAYLOR if method == TAYLOR else execution, device)
            if method != TAYLOR or device == PROCESSOR:
                cases = (case for case in sweep.cases if _can_do(method, case))
                yield from (Trial(case, method, order, setting) for case in cases)
