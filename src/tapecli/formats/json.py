"""One strict JSON document: the request as it was understood, the rows, and a summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapecli.floats import FloatFormat
from tapecli.formats import Screen, columns
from tapecli.result import Claim, Result


def render(result: Result, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    yield from columns.document(document(result), screen)


def document(result: Result) -> dict[str, Any]:
    """What the document has, as plain values."""
    names = columns.names(result)
    places = range(len(result.points))
    notes = (block.check(place).note for block in result.blocks for place in places)
    rows = [
        {**dict(zip(names, map(columns.strict, record), strict=True)), "note": note}
        for record, note in zip(columns.records(result), notes, strict=True)
    ]
    matrix = {} if result.kind == "diff" else _matrix(result)
    return {
        **columns.about(result),
        "variable": result.variables[0] if len(result.variables) == 1 else None,
        "variables": result.variables,
        "derivatives": [
            {
                "target": block.target,
                "expression": block.expression,
                "wrt": block.wrt,
                "order": block.order,
                "formula": block.formula,
            }
            for block in result.blocks
        ],
        "claims": [_claim(claim, result.format_) for claim in result.claims],
        **matrix,
        "rows": rows,
        "counts": {str(status): count for status, count in result.counts.items()},
        "ok": result.ok,
    }


def _claim(claim: Claim, format_: FloatFormat) -> dict[str, Any]:
    """A claim and what became of it; the numbers are null where there are none."""

    def number(value: float | None) -> columns.Field:
        return None if value is None else columns.strict(format_.shortest(value))

    at = None if claim.at is None else {name: number(value) for name, value in claim.at.items()}
    return {
        "target": claim.target,
        "wrt": claim.wrt,
        "order": claim.order,
        "claim": claim.text,
        "finding": str(claim.finding),
        "tested": claim.tested,
        "at": at,
        "claimed": number(claim.claimed),
        "analytic": number(claim.analytic),
        "reason": claim.reason,
    }


def _matrix(result: Result) -> dict[str, Any]:
    """The values as nested lists, and the names of their axes."""
    shortest = result.format_.shortest

    def nested(values: Any) -> Any:
        if isinstance(values, list):
            return [nested(value) for value in values]
        return columns.strict(shortest(values))

    return {"axes": list(result.axes), "matrix": nested(result.arranged(result.values).tolist())}
