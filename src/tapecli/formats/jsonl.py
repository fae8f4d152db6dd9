"""JSON lines: one strict JSON object a row, with the dtype and the version of the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tapecli.formats import Screen, bulk_lines, columns
from tapecli.result import SCHEMA, Block, Check, Result


def head(result: Result, screen: Screen) -> str:
    """The empty text, for there is no header."""
    return ""


def body(result: Result, block: Block, screen: Screen) -> Iterator[str]:
    """An object for each row of a block, in large pieces."""
    blank = ', "tape": null' if block.tape is None else ""
    dtype = json.dumps(result.dtype)

    def after(check: Check, analytic: str) -> str:
        ulps = "null" if check.ulps is None else str(check.ulps)
        verdict = f'"analytic": {analytic or "null"}, "ulps": {ulps}, "status": "{check.status}"'
        return f'{blank}, {verdict}, "dtype": {dtype}}}\n'

    fields = {"schema": SCHEMA, **columns.derivative(block)}
    start = json.dumps(fields, ensure_ascii=not screen.unicode).removesuffix("}")
    arrays = dict(zip(result.variables, columns.points(result), strict=True))
    arrays |= {} if block.tape is None else {"tape": block.tape}
    keys = [f", {json.dumps(name, ensure_ascii=not screen.unicode)}: " for name in arrays]
    layout = bulk_lines.LineLayout((start + keys[0], *keys[1:]), after, columns.json_texts)
    return bulk_lines.lines(layout, list(arrays.values()), block.checks, result.format_)
