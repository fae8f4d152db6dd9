"""One strict JSON document: the request as it was understood, the rows, and a summary."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from tapecli.floats import FloatFormat
from tapecli.formats import Screen, columns
from tapecli.result import SCHEMA, Claim, Result


def indented(fields: Mapping[str, Any], screen: Screen) -> Iterator[str]:
    """Strict JSON; numbers that JSON does not have must be null already."""
    document = {"schema": SCHEMA, **fields}
    yield json.dumps(document, indent=2, allow_nan=False, ensure_ascii=not screen.unicode)
    yield "\n"


def strict(value: Any, format_: FloatFormat) -> Any:
    """The value as strict JSON has it, with the shortest decimals; null for NaN and infinities."""
    if isinstance(value, Mapping):
        return {name: strict(field, format_) for name, field in value.items()}
    if isinstance(value, list | tuple):
        return [strict(element, format_) for element in value]
    return _finite(format_.shortest(value)) if isinstance(value, float) else value


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def document(result: Result) -> dict[str, Any]:
    """The fields of the document."""
    matrix: dict[str, Any] = {}
    if result.kind != "diff":
        values = result.arranged(result.values).tolist()
        matrix = {"axes": list(result.axes), "matrix": strict(values, result.format_)}
    return {
        **columns.metadata(result),
        "variable": result.variables[0] if len(result.variables) == 1 else None,
        "variables": result.variables,
        "derivatives": [
            {**columns.derivative(block), "formula": block.formula} for block in result.blocks
        ],
        "claims": [_claim(claim, result.format_) for claim in result.claims],
        **matrix,
        "rows": list(_rows(result)),
        "counts": {str(status): count for status, count in result.counts.items()},
        "ok": result.ok,
    }


def _rows(result: Result) -> Iterator[dict[str, Any]]:
    """The fields of each row; None where there is no value."""
    points, format_ = _points(result), result.format_
    for block in result.blocks:
        tape = block.tape
        computed = [None] * len(points) if tape is None else format_.all_shortest(tape).tolist()
        for index, (point, value) in enumerate(zip(points, computed, strict=True)):
            check = block.check(index)
            yield {
                **columns.derivative(block),
                **point,
                "tape": _finite(value),
                "analytic": strict(check.analytic, format_),
                "ulps": check.ulps,
                "status": check.status,
                "note": check.note,
            }


def _points(result: Result) -> list[dict[str, float]]:
    """Each point, with the shortest decimals."""
    points, format_ = result.points, result.format_
    columns = [
        list(map(format_.shortest, values))
        if isinstance(values, list)
        else format_.all_shortest(values).tolist()
        for values in points.numbers.values()
    ]
    return [dict(zip(points.names, row, strict=True)) for row in zip(*columns, strict=True)]


def _claim(claim: Claim, format_: FloatFormat) -> Any:
    fields = vars(claim).items()
    return strict({"claim" if name == "text" else name: field for name, field in fields}, format_)
