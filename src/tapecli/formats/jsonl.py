"""JSON lines: one strict JSON object a row."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tapecli.formats import Screen, bulk_lines, columns, numbers
from tapecli.result import SCHEMA, Block, Check, Result


def render(result: Result, screen: Screen) -> Iterator[str]:
    """An object a line: the tidy columns, the dtype and the version of the schema."""
    for block in result.blocks:
        yield from body(result, block, screen)


def head(result: Result, screen: Screen) -> str:
    """Nothing: there is no header."""
    return ""


def body(result: Result, block: Block, screen: Screen) -> Iterator[str]:
    """An object for each row of a block, in large pieces."""
    tape = columns.tape(block)
    blank = ', "tape": null' if tape is None else ""
    dtype = json.dumps(result.dtype)

    def after(check: Check, analytic: str) -> str:
        ulps = "null" if check.ulps is None else str(check.ulps)
        verdict = f'"analytic": {analytic or "null"}, "ulps": {ulps}, "status": "{check.status}"'
        return f'{blank}, {verdict}, "dtype": {dtype}}}\n'

    about = {
        "schema": SCHEMA,
        "target": block.target,
        "expression": block.expression,
        "wrt": block.wrt,
        "order": block.order,
    }
    start = json.dumps(about, ensure_ascii=not screen.unicode).removesuffix("}")
    shown = dict(zip(result.variables, columns.points(result), strict=True))
    shown |= {} if tape is None else {"tape": tape}
    keys = [f", {json.dumps(name, ensure_ascii=not screen.unicode)}: " for name in shown]
    line = bulk_lines.Line((start + keys[0], *keys[1:]), after, numbers.json_texts)
    return bulk_lines.written(line, list(shown.values()), block.checks, result.format_)
