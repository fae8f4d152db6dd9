"""A trace as a part of a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.features.trace.model import Trace
from tapecli.features.trace.pages import words
from tapecli.formats import Screen
from tapecli.formats import words as shared
from tapecli.formats.markdown import code, table_row


def render(trace: Trace, screen: Screen) -> Iterator[str]:
    """A heading, and a table for the forward pass and for each backward pass."""
    for line in _lines(trace):
        yield shared.line(line, screen)


def _lines(trace: Trace) -> Iterator[str]:
    yield from (f"**`{words.heading(trace)}`** {words.setting(trace)}", "")
    for section in words.sections(trace):
        yield from (section.heading, "")
        yield from _adjoints(section) if section.is_backward else _steps(section)
        yield ""
        yield from (f"**`{line}`**\n" for line in section.results)
    yield from (f"*{line}*\n" for line in words.wasted(trace))
    yield words.verdict(trace)


def _steps(section: words.Section) -> Iterator[str]:
    yield table_row(["step", "operation", "recorded by", "value", "local derivative", "value"])
    yield table_row(["---", "---", "---", "---:", "---", "---:"])
    for row in section.rows:
        cells = [code(row.name), row.kind, row.recorders, row.value]
        for formula, number in row.details or [("", "")]:
            yield table_row([*cells, _code(formula), number])
            cells = [""] * len(cells)


def _adjoints(section: words.Section) -> Iterator[str]:
    yield table_row(["adjoint", "value", "came from"])
    yield table_row(["---", "---:", "---"])
    for row in section.rows:
        terms = " ".join(term for term, _ in row.details)
        yield table_row([code(row.name), row.value, _code(terms)])


def _code(text: str) -> str:
    """A cell of code, or an empty cell."""
    return code(text) if text else ""
