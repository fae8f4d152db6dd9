"""What is run at which level: cases by methods, orders, dtypes, executions and devices."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tapecli.check.cases import CASES, COMPOSITE, SEVERAL, Case
from tapecli.floats import FORMATS
from tapecli.methods import TAYLOR
from tapecli.report import Setting

MOST_ORDERS = {"float16": 3}
"""Orders beyond which a dtype overflows between ordinary values and ordinary derivatives."""

_EVERY = tuple(FORMATS)
_WIDE = ("float64", "float32")
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
            Part(CASES, ("nested",), 2, _EVERY, ("xla",)),
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


@dataclass(frozen=True)
class Trial:
    """One call of the engine: a case, and how it is computed."""

    case: Case
    method: str
    order: int
    setting: Setting


def trials(
    level: Level,
    devices: Sequence[str],
    functions: Collection[str] = (),
    dtypes: Collection[str] = (),
    executions: Collection[str] = (),
) -> Iterator[Trial]:
    """All that a level runs, or the part of it that is about these functions and settings."""
    for part in level.parts:
        cases = [case for case in part.cases if not functions or case.group in functions]
        for device in devices:
            for dtype in part.dtypes:
                for execution in part.executions:
                    if (dtypes and dtype not in dtypes) or (
                        executions and execution not in executions
                    ):
                        continue
                    order = min(part.order, MOST_ORDERS.get(dtype, part.order))
                    for method in part.methods:
                        how = TAYLOR if method == TAYLOR else execution
                        setting = Setting(dtype, how, device)
                        for case in cases:
                            yield Trial(case, method, order, setting)
