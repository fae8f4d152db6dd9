"""A trace as a part of a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli.features.trace.model import Pass, Step, Trace
from tapecli.features.trace.pages import words
from tapecli.formats import Screen
from tapecli.formats import words as shared
from tapecli.formats.markdown import code, table_row


def render(trace: Trace, screen: Screen) -> Iterator[str]:
    """A heading, and a table for the way there and for each way back."""
    for line in _lines(trace):
        yield shared.line(line, screen)


def _lines(trace: Trace) -> Iterator[str]:
    yield from (f"**`{words.heading(trace)}`** {words.about(trace)}", "")
    yield from _section(trace, "")
    for number, one in enumerate(trace.passes):
        yield from (f"{words.came(trace, one)}", "", *_adjoints(trace, one), "")
        yield from (f"**`{line}`**\n" for line in words.results(trace, one))
        if all(later.tape != one.tape for later in trace.passes[number + 1 :]):
            yield from _section(trace, one.tape)
    yield from (f"*{line}*\n" for line in words.wasted(trace))
    yield words.verdict(trace)


def _section(trace: Trace, way_back: str) -> Iterator[str]:
    section = words.section(trace, way_back)
    if section.steps:
        yield from (section.heading, "", *_steps(trace, section.steps), "")


def _steps(trace: Trace, steps: Sequence[Step]) -> Iterator[str]:
    text = trace.format_.text
    yield table_row(["step", "operation", "recorded by", "value", "local derivative", "value"])
    yield table_row(["---", "---", "---", "---:", "---", "---:"])
    for step in steps:
        about = [code(f"{step.name} = {step.formula}"), step.kind, words.recorders(step)]
        about.append(text(step.value))
        slopes = [
            [code(words.slope(step, one)), words.slope_value(trace, one)] for one in step.slopes
        ] or [["", ""]]
        for cells in slopes:
            yield table_row([*about, *cells])
            about = [""] * len(about)


def _adjoints(trace: Trace, one: Pass) -> Iterator[str]:
    yield table_row(["adjoint", "value", "came from"])
    yield table_row(["---", "---:", "---"])
    for found in one.adjoints:
        came = " + ".join(words.term(one, found, part) for part in found.terms)
        cell = code(came) if came else ""
        yield table_row([code(words.adjoint(one, found.of)), trace.format_.text(found.value), cell])
