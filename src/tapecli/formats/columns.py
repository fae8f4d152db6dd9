"""The tidy columns that every machine format carries: one record a row of the result."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from tapecli.formats import Screen, numbers
from tapecli.result import SCHEMA, Block, Result

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Field: TypeAlias = str | int | float | None


def names(result: Result) -> list[str]:
    """The names of the columns; the points have one for each variable."""
    before = ["target", "expression", "wrt", "order"]
    return [*before, *result.variables, "tape", "analytic", "ulps", "status"]


def records(result: Result) -> Iterator[list[Field]]:
    """The fields of each row, numbers as numbers; None where there is none."""
    shortest = result.format_.shortest
    columns = [numbers.shortest(column, result.format_).tolist() for column in points(result)]
    at = list(zip(*columns, strict=True))
    for block in result.blocks:
        about: list[Field] = [block.target, block.expression, block.wrt, block.order]
        values = tape(block)
        found = [None] * len(at)
        if values is not None:
            found = numbers.shortest(values, result.format_).tolist()
        for place, (point, value) in enumerate(zip(at, found, strict=True)):
            check = block.check(place)
            exact = None if check.analytic is None else shortest(check.analytic)
            yield [*about, *point, value, exact, check.ulps, str(check.status)]


def texts(result: Result) -> list[tuple[str, ...]]:
    """The values of the variables at each point as text."""
    columns = [numbers.texts(column, result.format_) for column in points(result)]
    return list(zip(*columns, strict=True))


def points(result: Result) -> list[NDArray[np.float64]]:
    """The values of each variable at all points."""
    return [result.points.columns[name] for name in result.variables]


def tape(block: Block) -> NDArray[np.float64] | None:
    """What was computed at each point; None where only analytic values were asked for."""
    import numpy as np

    return None if block.tape is None else np.asarray(block.tape, np.float64)


def analytic(block: Block) -> NDArray[np.float64]:
    """The analytic value at each point; NaN where there is none."""
    import numpy as np

    found = np.full(len(block.points), math.nan)
    known = {place: c.analytic for place, c in block.checks.items() if c.analytic is not None}
    found[np.fromiter(known, np.int64, len(known))] = np.fromiter(
        known.values(), np.float64, len(known)
    )
    return found


def values(block: Block) -> NDArray[np.float64]:
    """The answer at each point: what was computed, or else the analytic value."""
    found = tape(block)
    return analytic(block) if found is None else found


def about(result: Result) -> dict[str, Any]:
    """What the request was, and how it was computed."""
    return {
        "schema": SCHEMA,
        "tensorflow": result.tensorflow,
        "dtype": result.dtype,
        "method": result.method,
        "reason": result.reason,
        "execution": result.execution,
        "device": result.device,
        "scaled": result.scaled,
        "tolerance": result.tolerance,
        "kind": result.kind,
    }


def document(fields: Mapping[str, Any], screen: Screen) -> Iterator[str]:
    """Strict JSON, indented; numbers that it has not must be null already."""
    yield json.dumps(fields, indent=2, allow_nan=False, ensure_ascii=not screen.unicode)
    yield "\n"


def strict(field: Field) -> Field:
    """The field as strict JSON has it: null for NaN and the infinities."""
    return None if isinstance(field, float) and not math.isfinite(field) else field
