"""A trace as a part of a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli.render import Screen
from tapecli.render import words as shared
from tapecli.render.trace import words
from tapecli.wengert import Pass, Step, Trace


def render(trace: Trace, screen: Screen) -> Iterator[str]:
    """A heading, and a table for the way there and for each way back."""
    for line in _lines(trace):
        yield (line if screen.unicode else shared.ascii_only(line)) + "\n"


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
    yield from _line("step", "operation", "recorded by", "value", "local derivative", "value")
    yield from _line("---", "---", "---", "---:", "---", "---:")
    for step in steps:
        about = [f"`{step.name} = {step.formula}`", step.kind, words.recorders(step)]
        about.append(text(step.value))
        slopes = [
            [f"`{words.slope(step, one)}`", words.slope_value(trace, one)] for one in step.slopes
        ] or [["", ""]]
        for row in slopes:
            yield from _line(*about, *row)
            about = [""] * len(about)


def _adjoints(trace: Trace, one: Pass) -> Iterator[str]:
    yield from _line("adjoint", "value", "came from")
    yield from _line("---", "---:", "---")
    for found in one.adjoints:
        came = " + ".join(words.term(one, found, part) for part in found.terms)
        cell = f"`{came}`" if came else ""
        yield from _line(f"`{words.adjoint(one, found.of)}`", trace.format_.text(found.value), cell)


def _line(*cells: str) -> Iterator[str]:
    yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
