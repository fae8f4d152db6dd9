"""What is run at which level: cases by methods, orders, dtypes, executions and devices."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from tapecli.defaults import TAYLOR
from tapecli.errors import RequestError
from tapecli.features.check.cases import CASES, COMPOSITE, SEVERAL, Case
from tapecli.features.check.model import Setting
from tapecli.floats import FORMATS

MOST_ORDERS = {"float32": 20, "bfloat16": 20, "float16": 3}
"""Orders beyond which a dtype overflows on the way from ordinary values to ordinary derivatives."""

_EVERY = tuple(FORMATS)
_WIDE = ("float64", "float32")
_NARROW = ("bfloat16", "float16")
_FEW = tuple(case for case in CASES if case.group == COMPOSITE)[:4]


@dataclass(frozen=True)
class Part:
    """Some cases, computed in some ways.

    Attributes:
        cases: the cases.
        methods: the arrangements of tapes, or taylor.
        order: the highest order.
        dtypes, executions: in which, each with each.
    """

    cases: tuple[Case, ...]
    methods: tuple[str, ...]
    order: int
    dtypes: tuple[str, ...] = _EVERY
    executions: tuple[str, ...] = ("eager",)


@dataclass(frozen=True)
class Level:
    """How thoroughly.

    Attributes:
        points: random points for each case.
        parts: what is run.
    """

    points: int
    parts: tuple[Part, ...]


_TAPES = ("parallel", "persistent", "nested")

LEVELS = {
    "quick": Level(
        2,
        (
            Part(CASES, ("nested",), 2),
            Part(SEVERAL, _TAPES, 1, ("float64",)),
            Part(_FEW, ("nested",), 2, _WIDE, ("graph", "xla")),
        ),
    ),
    "default": Level(
        5,
        (
            Part(CASES, ("single",), 1, _WIDE),
            Part(CASES, ("nested",), 4),
            Part(CASES, (TAYLOR,), 10, _WIDE),
            Part(SEVERAL, (*_TAPES, "batch"), 1, _WIDE),
            Part(SEVERAL, ("nested", "batch"), 2, _WIDE),
            Part(CASES, ("nested",), 3, _EVERY, ("graph",)),
            Part(CASES, ("nested",), 2, _WIDE, ("xla",)),
            Part(CASES, ("nested",), 1, _NARROW, ("xla",)),
        ),
    ),
    "full": Level(
        12,
        (
            Part(CASES, ("single", "persistent"), 1),
            Part(CASES, ("nested",), 6),
            Part(CASES, (TAYLOR,), 40),
            Part(CASES, ("batch",), 2, _WIDE),
            Part(SEVERAL, (*_TAPES, "batch"), 1, _EVERY, ("eager", "graph")),
            Part(SEVERAL, ("nested",), 4, _EVERY, ("eager", "graph", "xla")),
            Part(SEVERAL, ("batch",), 2, _WIDE),
            Part(CASES, ("nested",), 4, _EVERY, ("graph", "xla")),
        ),
    ),
}
"""The levels by name."""


PROCESSOR = "cpu:0"
"""Where Taylor series are computed, which use no TensorFlow."""


@dataclass(frozen=True)
class Trial:
    """One call of the engine: a case, and how it is computed."""

    case: Case
    method: str
    order: int
    setting: Setting


def chosen(
    level: str,
    functions: Collection[str] = (),
    dtypes: Collection[str] = (),
    executions: Collection[str] = (),
) -> Level:
    """A level, or the part of it that is about these functions and settings.

    Raises:
        RequestError: there is no such level, or nothing of this kind in it.
    """
    if level not in LEVELS:
        raise RequestError(f"unknown level '{level}'; there are {', '.join(LEVELS)}")
    parts = [
        replace(
            part,
            cases=tuple(case for case in part.cases if not functions or case.group in functions),
            dtypes=tuple(dtype for dtype in part.dtypes if not dtypes or dtype in dtypes),
            executions=tuple(how for how in part.executions if not executions or how in executions),
            methods=tuple(how for how in part.methods if how != TAYLOR or not executions),
        )
        for part in LEVELS[level].parts
    ]
    parts = [part for part in parts if part.cases and part.dtypes and part.executions]
    if not any(part.methods for part in parts):
        hint = "; leave out '--quick'" if level == "quick" else ""
        raise RequestError(f"the level '{level}' has nothing of this kind to check{hint}")
    return replace(LEVELS[level], parts=tuple(parts))


def trials(level: Level, devices: Sequence[str]) -> Iterator[Trial]:
    """All that a level runs on these devices."""
    for part in level.parts:
        for device, dtype, execution, method in itertools.product(
            devices, part.dtypes, part.executions, part.methods
        ):
            if method == TAYLOR and device != PROCESSOR:
                continue
            order = min(part.order, MOST_ORDERS.get(dtype, part.order))
            setting = Setting(dtype, TAYLOR if method == TAYLOR else execution, device)
            for case in part.cases:
                yield Trial(case, method, order, setting)
