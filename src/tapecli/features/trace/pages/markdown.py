"""A trace as a part of a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.features.trace.model import Trace, TracedPass
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
    yield from _section(trace, "")
    for backward in trace.passes:
        yield from (words.pass_heading(trace, backward), "", *_adjoints(trace, backward), "")
        yield from (f"**`{line}`**\n" for line in words.results(trace, backward))
        if words.is_last(trace, backward):
            yield from _section(trace, backward.tape)
    yield from (f"*{line}*\n" for line in words.wasted(trace))
    yield words.verdict(trace)


def _section(trace: Trace, backward_of: str) -> Iterator[str]:
    section = words.section(trace, backward_of)
    if not section.steps:
        return
    yield from (section.heading, "")
    yield table_row(["step", "operation", "recorded by", "value", "local derivative", "value"])
    yield table_row(["---", "---", "---", "---:", "---", "---:"])
    for step in section.steps:
        name, value, derivatives = words.step_row(trace, step)
        cells = [code(name), step.kind, words.recorders(step), value]
        for formula, number in derivatives or [("", "")]:
            yield table_row([*cells, _code(formula), number])
            cells = [""] * len(cells)
    yield ""


def _adjoints(trace: Trace, backward: TracedPass) -> Iterator[str]:
    yield table_row(["adjoint", "value", "came from"])
    yield table_row(["---", "---:", "---"])
    for adjoint in backward.adjoints:
        name, value, terms = words.adjoint_row(trace, backward, adjoint)
        yield table_row([code(name), value, _code(" + ".join(term for term, _ in terms))])


def _code(text: str) -> str:
    """A cell of code, or an empty cell."""
    return code(text) if text else ""
