"""JSON lines: one strict JSON object a row."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tapecli.render import Screen, columns
from tapecli.result import SCHEMA, Result


def render(result: Result, screen: Screen) -> Iterator[str]:
    """An object a line: the tidy columns, the dtype and the version of the schema."""
    names = columns.names(result)
    for record in columns.records(result):
        fields = dict(zip(names, map(columns.strict, record), strict=True))
        whole = {"schema": SCHEMA, **fields, "dtype": result.dtype}
        yield json.dumps(whole, allow_nan=False, ensure_ascii=not screen.unicode) + "\n"
