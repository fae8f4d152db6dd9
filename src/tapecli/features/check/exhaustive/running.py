"""The work as parts that any process can do, and what becomes of their results."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tapecli.errors import RequestError
from tapecli.expressions.functions import is_taped, row
from tapecli.features.check import running
from tapecli.features.check.cases import CASES, COMPOSITE, Case
from tapecli.features.check.defects import DEFECTS, MISSING, Defect
from tapecli.features.check.exhaustive.model import Derivative, Survey, Tally, total
from tapecli.features.check.exhaustive.walking import Part
from tapecli.features.check.model import Setting
from tapecli.features.check.plan import Trial
from tapecli.floats import FORMATS

NARROW = ("bfloat16", "float16")
"""The dtypes with so few numbers that every function can be walked in some minutes."""

MAX_ORDER = 4
"""Above it TensorFlow takes minutes for a part, and Taylor models have few terms left."""

PART_SIZE = 262_144
"""Numbers of a part: more than the narrow dtypes have, and as many as a chunk of a long run."""


@dataclass(frozen=True)
class Walk:
    """An expression at every number of a dtype."""

    case: Case
    setting: Setting
    parts: tuple[Part, ...]


def planned(
    functions: Collection[str] = (),
    dtypes: Collection[str] = (),
    executions: Collection[str] = (),
    devices: Collection[str] = (),
    order: int = 2,
) -> list[Walk]:
    """What is walked: the expressions of these functions, or of all that TensorFlow has an
    operation for, in these dtypes.

    Without dtypes it is the narrow ones, and without executions or devices TensorFlow's own choice.

    Raises:
        RequestError: a dtype has too many numbers for this, the order is too high, or TensorFlow
            cannot compute a function.
    """
    if order > MAX_ORDER:
        raise RequestError(f"order {order:,}: '--exhaustive' goes to order {MAX_ORDER}")
    for name in dtypes:
        count = FORMATS[name].count
        if name == "float64":
            raise RequestError(f"'--exhaustive' cannot walk float64: it has {count:,} numbers")
        if name not in NARROW and not functions:
            raise RequestError(
                f"{name} has {count:,} numbers; say of which function with '--function'"
            )
    for name in functions:
        if name != COMPOSITE and not is_taped(name):
            raise RequestError(f"TensorFlow cannot compute '{name}', so there is nothing to check")
    cases = [case for case in CASES if (case.group in functions if functions else _is_walked(case))]
    return [
        _walk(case, dtype, execution, device, order)
        for dtype, execution, device, case in itertools.product(
            dtypes or NARROW, executions or (None,), devices or (None,), cases
        )
    ]


def _is_walked(case: Case) -> bool:
    """Whether TensorFlow has an operation for it, or tapes need another rule than a definition."""
    if case.group == COMPOSITE:
        return False
    function = row(case.group)
    return isinstance(function.tape, str) or not (function.definition or function.tape is None)


def _walk(case: Case, dtype: str, execution: str | None, device: str | None, order: int) -> Walk:
    (expression,), count = case.targets, FORMATS[dtype].count
    parts = tuple(
        Part(expression, dtype, order, start, min(start + PART_SIZE, count), execution, device)
        for start in range(0, count, PART_SIZE)
    )
    choice = parts[0].question().choose(min(PART_SIZE, count))
    return Walk(case, Setting(dtype, choice.execution, device or ""), parts)


def description(walks: Sequence[Walk], tf: Any) -> dict[str, Any]:
    """What walks are, for JSON: others cannot go on with their results."""
    firsts = [asdict(walk.parts[0]) for walk in walks]
    return {"walks": firsts, "size": PART_SIZE, "versions": running.versions(tf)}


def survey(walks: Sequence[Walk], tallies: Iterable[Sequence[Tally]], tf: Any) -> Survey:
    """The answer, from what `walk` returned for every part of the walks, in their order."""
    start, remaining = time.perf_counter(), iter(tallies)
    totals = [
        total(column)
        for walk in walks
        for column in zip(*itertools.islice(remaining, len(walk.parts)), strict=True)
    ]
    present = [defect for defect in DEFECTS if defect.is_present(tf)]
    orders = [(walk, order) for walk in walks for order in range(1, walk.parts[0].order + 1)]
    derivatives = [
        _derivative(walk, order, tally, present)
        for (walk, order), tally in zip(orders, totals, strict=True)
    ]
    explained: Counter[str] = Counter()
    for derivative in derivatives:
        explained[derivative.known] += 1
        for interval in derivative.tally.intervals:
            explained[interval.known] += interval.count
    defects = [
        defect.reported(defect in present, explained[defect.name])
        for defect in DEFECTS
        if explained[defect.name] or defect not in present
    ]
    seconds = time.perf_counter() - start
    return Survey(running.versions(tf), tuple(derivatives), tuple(defects), seconds)


def _derivative(walk: Walk, order: int, tally: Tally, present: Sequence[Defect]) -> Derivative:
    """A derivative with the known defects that explain what is wrong with it."""
    trial = Trial(walk.case, "nested", order, walk.setting)
    known = ""
    if tally.missing:
        known = _first(d for d in present if d.explains(trial, order, MISSING, None))
    (expression,) = walk.case.targets
    intervals = [
        replace(i, known=_first(d for d in present if d.loses(trial, i.status, i.low, i.high)))
        for i in tally.intervals
    ]
    tally = replace(tally, intervals=tuple(intervals))
    return Derivative(walk.case.group, expression, order, walk.setting, tally, known)


def _first(defects: Iterable[Defect]) -> str:
    return next((defect.name for defect in defects), "")
