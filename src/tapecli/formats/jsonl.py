"""JSON lines: one strict JSON object a row, with the dtype and the version of the schema."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from tapecli.floats import Array, FloatFormat
from tapecli.formats import Screen, bulk_lines, columns
from tapecli.result import SCHEMA, Block, Result


def body(result: Result, block: Block, screen: Screen) -> Iterator[str]:
    """An object for each row of a block, in large pieces."""
    blank = ', "tape": null' if block.tape is None else ""
    dtype = json.dumps(result.dtype)

    verdict = '"analytic": {}, "ulps": {}, "status": "{}"'
    ending = f'{blank}, {verdict}, "dtype": {dtype}}}}}\n'
    fields = {"schema": SCHEMA, **columns.derivative(block)}
    start = json.dumps(fields, ensure_ascii=not screen.unicode).removesuffix("}")
    values = {**result.points.numbers, **({} if block.tape is None else {"tape": block.tape})}
    keys = [f", {json.dumps(name, ensure_ascii=not screen.unicode)}: " for name in values]
    before, numbers = (start + keys[0], *keys[1:]), list(values.values())
    return bulk_lines.lines(before, numbers, ending, block, result.format_, texts, "null")


def texts(format_: FloatFormat, values: Array | list[float]) -> list[str]:
    """The shortest decimals as strict JSON has them: 2.0 and -0.0, null for NaN and infinities."""
    if isinstance(values, list):
        return [repr(format_.shortest(float(x))) if math.isfinite(x) else "null" for x in values]
    import numpy as np

    numbers = list(map(repr, format_.all_shortest(values).tolist()))
    for index in np.flatnonzero(~np.isfinite(values)).tolist():
        numbers[index] = "null"
    return numbers
