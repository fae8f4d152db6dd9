"""One strict JSON document: the request as it was understood, the rows, and a summary."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tapecli.render import Screen, columns
from tapecli.result import SCHEMA, Result


def render(result: Result, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    yield json.dumps(_document(result), indent=2, allow_nan=False, ensure_ascii=not screen.unicode)
    yield "\n"


def _document(result: Result) -> dict[str, Any]:
    names = columns.names(result)
    rows = [
        {**dict(zip(names, map(columns.strict, record), strict=True)), "note": row.note}
        for record, row in zip(columns.records(result), result.rows, strict=True)
    ]
    return {
        "schema": SCHEMA,
        "tensorflow": result.tensorflow,
        "dtype": result.dtype,
        "method": result.method,
        "tolerance": result.tolerance,
        "variable": result.variable,
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
        "rows": rows,
        "counts": {str(status): count for status, count in result.counts.items()},
        "ok": result.ok,
    }
