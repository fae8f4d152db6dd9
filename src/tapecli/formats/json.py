"""One strict JSON document: the request as it was understood, the rows, and a summary."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from tapecli.floats import FloatFormat
from tapecli.formats import Screen, columns
from tapecli.result import SCHEMA, Claim, Result

Field: TypeAlias = str | int | float | None


def indented(fields: Mapping[str, Any], screen: Screen) -> Iterator[str]:
    """Strict JSON; numbers that JSON does not have must be null already."""
    document = {"schema": SCHEMA, **fields}
    yield json.dumps(document, indent=2, allow_nan=False, ensure_ascii=not screen.unicode)
    yield "\n"


def strict(field: Field) -> Field:
    """The field as strict JSON has it: null for NaN and the infinities."""
    return None if isinstance(field, float) and not math.isfinite(field) else field


def document(result: Result) -> dict[str, Any]:
    """The fields of the document."""
    matrix = {} if result.kind == "diff" else _matrix(result)
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


def _rows(result: Result) -> Iterator[dict[str, Field]]:
    """The fields of each row; None where there is no value."""
    shortest, all_shortest = result.format_.shortest, result.format_.all_shortest
    columns_of_points = [all_shortest(x).tolist() for x in result.points.columns.values()]
    points = [
        dict(zip(result.variables, at, strict=True)) for at in zip(*columns_of_points, strict=True)
    ]
    for block in result.blocks:
        tape = block.tape
        computed = [None] * len(points) if tape is None else all_shortest(tape).tolist()
        for index, (point, value) in enumerate(zip(points, computed, strict=True)):
            check = block.check(index)
            fields = {
                **columns.derivative(block),
                **point,
                "tape": value,
                "analytic": None if check.analytic is None else shortest(check.analytic),
                "ulps": check.ulps,
                "status": str(check.status),
                "note": check.note,
            }
            yield {name: strict(field) for name, field in fields.items()}


def _claim(claim: Claim, format_: FloatFormat) -> dict[str, Any]:
    def number(value: float | None) -> Field:
        return None if value is None else strict(format_.shortest(value))

    at = claim.at and {name: number(value) for name, value in claim.at.items()}
    numbers = {"at": at, "claimed": number(claim.claimed), "analytic": number(claim.analytic)}
    names = {"text": "claim"}
    return {names.get(name, name): value for name, value in (vars(claim) | numbers).items()}


def _matrix(result: Result) -> dict[str, Any]:
    """The values as nested lists, and the names of their axes."""
    shortest = result.format_.shortest

    def nested(values: Any) -> Any:
        if isinstance(values, list):
            return [nested(value) for value in values]
        return strict(shortest(values))

    return {"axes": list(result.axes), "matrix": nested(result.arranged(result.values).tolist())}
