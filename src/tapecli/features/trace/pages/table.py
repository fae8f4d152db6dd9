"""A trace for people: what is recorded, and how each tape goes back, in the sequence of events."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tapecli.features.trace.model import Pass, Trace
from tapecli.features.trace.pages import words
from tapecli.formats import Screen
from tapecli.formats.console import PLAIN_WIDTH, drawn, is_text, natural_width

NARROWEST = 40
"""Columns below which no page is made narrower."""


class _Layout(Enum):
    """How steps and adjoints are set: with all that there is, with less, or below one another."""

    FULL = 1
    PLAIN = 2
    STACKED = 3


def render(trace: Trace, screen: Screen) -> Iterator[str]:
    """The page, line by line, with styles if the screen has colours."""
    width = max(screen.width or PLAIN_WIDTH, NARROWEST)
    parts = list(_page(trace, width))
    widest = max(map(natural_width, parts)) if screen.width is None else width
    unbroken = (lambda part: False) if screen.width else is_text
    yield from drawn(parts, screen, max(width, widest), unbroken)


def _page(trace: Trace, width: int) -> Iterator[RenderableType]:
    yield _title(trace, width)
    yield Text()
    yield from _section(trace, "", width)
    for one in trace.passes:
        yield Text(words.came(trace, one), style="bold cyan")
        yield _fitting(width, *(_adjoints(trace, one, layout) for layout in _Layout))
        yield from (Text(f"  {line}", style="bold") for line in words.results(trace, one))
        yield Text()
        if one is _last(trace, one.tape):
            yield from _section(trace, one.tape, width)
    yield from (Text(line, style="dim") for line in words.wasted(trace))
    style = "bold green" if trace.all_ok else "bold yellow"
    yield Text(words.verdict(trace), style=style if trace.ok else "bold red")


def _title(trace: Trace, width: int) -> Text:
    title = Text(words.heading(trace), style="bold")
    about = words.about(trace)
    space = min(width, PLAIN_WIDTH) - cell_len(title.plain) - cell_len(about)
    return title + Text((" " * space if space > 2 else "\n") + about, style="dim")


def _last(trace: Trace, tape: str) -> Pass:
    return [one for one in trace.passes if one.tape == tape][-1]


def _section(trace: Trace, way_back: str, width: int) -> Iterator[RenderableType]:
    section = words.section(trace, way_back)
    if section.steps:
        yield Text(section.heading, style="bold cyan")
        yield _fitting(width, *(_steps(trace, section, layout) for layout in _Layout))
        yield Text()


def _fitting(width: int, *tables: Table) -> Padding:
    """The first of some tables that fits the width, or the last."""
    indented = [Padding(table, (0, 0, 0, 2), expand=False) for table in tables]
    fitting = (one for one in indented if natural_width(one) <= width)
    return next(fitting, indented[-1])


def _steps(trace: Trace, section: words.Section, layout: _Layout) -> Table:
    """A row for each operation, and one more for each further local derivative."""
    if layout is _Layout.STACKED:
        return _stacked_steps(trace, section)
    text = trace.format_.text
    kinds = layout is _Layout.FULL
    table = _grid(4 + kinds + section.mixed)
    for step in section.steps:
        about = [step.kind] * kinds + [words.recorders(step)] * section.mixed
        dim = [Text(cell, style="dim") for cell in about]
        slopes = [(words.slope(step, one), words.slope_value(trace, one)) for one in step.slopes]
        first, *others = slopes or [("", "")]
        table.add_row(f"{step.name} = {step.formula}", *dim, text(step.value), *first)
        for other in others:
            table.add_row("", *[""] * len(about), "", *other)
    return table


def _stacked_steps(trace: Trace, section: words.Section) -> Table:
    """The same below one another."""
    table = _grid(1)
    for step in section.steps:
        table.add_row(f"{step.name} = {step.formula} = {trace.format_.text(step.value)}")
        below = [f"recorded by {words.recorders(step)}"] * section.mixed
        for one in step.slopes:
            name, value = words.slope(step, one), words.slope_value(trace, one)
            below.append(name if one.formula == value else f"{name} = {value}")
        for line in below:
            table.add_row(_below(line))
    return table


def _below(line: str) -> Padding:
    return Padding(Text(line, style="dim"), (0, 0, 0, 2))


def _adjoints(trace: Trace, one: Pass, layout: _Layout) -> Table:
    """A row for each adjoint, and one more for each further step that it came from.

    In full, what a step passes on is there as numbers as well, which stand elsewhere all the same.
    """
    table = _grid(1 if layout is _Layout.STACKED else 3)
    for found in one.adjoints:
        name, value = words.adjoint(one, found.of), trace.format_.text(found.value)
        came = [words.term(one, found, part) for part in found.terms]
        if layout is _Layout.FULL:
            numbers = (words.numbers(trace, part) for part in found.terms)
            came = [f"{term} = {number}" for term, number in zip(came, numbers, strict=True)]
        came = came or (["where it starts"] if found.of == one.step else [])
        came[1:] = [f"+ {other}" for other in came[1:]]
        if layout is _Layout.STACKED:
            table.add_row(f"{name} = {value}")
            for line in came:
                table.add_row(_below(line))
            continue
        first, *others = came or [""]
        table.add_row(name, value, first)
        for other in others:
            table.add_row("", "", other)
    return table


def _grid(columns: int) -> Table:
    """A table without lines."""
    table = Table.grid(padding=(0, 3, 0, 0))
    for _ in range(columns):
        table.add_column(overflow="fold")
    return table
