"""A trace as a part of a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.features.trace.model import Trace
from tapecli.features.trace.pages import words
from tapecli.formats.markdown import code, table


def lines(trace: Trace) -> Iterator[str]:
    """A heading, and a table for the forward pass and for each backward pass."""
    yield from (f"**`{words.heading(trace)}`** {words.setting(trace)}", "")
    for section in words.sections(trace):
        yield from (section.heading, "")
        yield from _adjoints(section) if section.is_backward else _steps(section)
        yield ""
        yield from (f"**`{line}`**\n" for line in section.results)
    yield from (f"*{line}*\n" for line in words.wasted(trace))
    yield words.verdict(trace)


def _steps(section: words.Section) -> Iterator[str]:
    headings = ["step", "operation", "recorded by", "value", "local derivative", "value"]
    rows = []
    for row in section.rows:
        cells = [code(row.name), row.kind, row.recorders, row.value]
        for formula, number in row.details or [("", "")]:
            rows.append([*cells, code(formula), number])
            cells = [""] * len(cells)
    return table(headings, rows, numeric=(3, 5))


def _adjoints(section: words.Section) -> Iterator[str]:
    rows = [
        (code(row.name), row.value, code(" ".join(term for term, _ in row.details)))
        for row in section.rows
    ]
    return table(["adjoint", "value", "came from"], rows, numeric=(1,))
