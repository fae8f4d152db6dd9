"""A trace for people: what is recorded, and each backward pass, in the order in which it ran."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import TypeAlias

from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tapecli.features.trace.model import Trace, TracedPass
from tapecli.features.trace.pages import words
from tapecli.formats import Screen
from tapecli.formats.table import PLAIN_WIDTH, drawn, natural_width

NARROWEST = 40
"""The page is made for at least so many columns."""


class _Layout(Enum):
    """How steps and adjoints are laid out, from the widest layout to the narrowest."""

    FULL = "everything"
    SHORT = "without operations and without the numbers of terms"
    STACKED = "local derivatives and terms below their step or adjoint"


_Row: TypeAlias = tuple[list[str], Sequence[Sequence[str]]]
"""The cells of a step or adjoint, its name first and its value last; and those of each detail."""


def render(trace: Trace, screen: Screen) -> Iterator[str]:
    """The page, line by line, with styles if the screen has colours."""
    width = max(screen.width or PLAIN_WIDTH, NARROWEST)
    blocks = list(_blocks(trace, width))
    if screen.width:
        yield from drawn(blocks, screen, width, unbroken=lambda block: False)
    else:
        yield from drawn(blocks, screen, max(width, *map(natural_width, blocks)))


def _blocks(trace: Trace, width: int) -> Iterator[RenderableType]:
    yield _title(trace, width)
    yield Text()
    yield from _section(trace, "", width)
    for backward in trace.passes:
        yield Text(words.pass_heading(trace, backward), style="bold cyan")
        yield _fitting(width, [_adjoints(trace, backward, layout) for layout in _Layout])
        yield from (Text(f"  {line}", style="bold") for line in words.results(trace, backward))
        yield Text()
        if words.is_last(trace, backward):
            yield from _section(trace, backward.tape, width)
    yield from (Text(line, style="dim") for line in words.wasted(trace))
    style = "bold green" if trace.all_ok else "bold yellow"
    yield Text(words.verdict(trace), style=style if trace.ok else "bold red")


def _title(trace: Trace, width: int) -> Text:
    """The expressions, with the setting at the right edge, or below if there is no room."""
    title = Text(words.heading(trace), style="bold")
    setting = words.setting(trace)
    gap = min(width, PLAIN_WIDTH) - cell_len(title.plain) - cell_len(setting)
    return title + Text((" " * gap if gap > 2 else "\n") + setting, style="dim")


def _section(trace: Trace, backward_of: str, width: int) -> Iterator[RenderableType]:
    section = words.section(trace, backward_of)
    if section.steps:
        yield Text(section.heading, style="bold cyan")
        yield _fitting(width, [_steps(trace, section, layout) for layout in _Layout])
        yield Text()


def _fitting(width: int, tables: list[Table]) -> Padding:
    """The first table that fits the width, or the last one."""
    indented = [Padding(table, (0, 0, 0, 2), expand=False) for table in tables]
    fitting = (table for table in indented if natural_width(table) <= width)
    return next(fitting, indented[-1])


def _steps(trace: Trace, section: words.Section, layout: _Layout) -> Table:
    """The steps with their local derivatives."""
    rows: list[_Row] = []
    for step in section.steps:
        name, value, derivatives = words.step_row(trace, step)
        recorders = [words.recorders(step)] * section.mixed
        if layout is _Layout.STACKED:
            middle = [f"recorded by {names}" for names in recorders]
            details = [
                (formula,) if formula.endswith(f" = {number}") else (formula, number)
                for formula, number in derivatives
            ]
            rows.append(([name, *middle, value], details))
        else:
            middle = [step.kind] * (layout is _Layout.FULL) + recorders
            rows.append(([name, *middle, value], derivatives))
    return _table(rows, layout)


def _adjoints(trace: Trace, backward: TracedPass, layout: _Layout) -> Table:
    """The adjoints with their terms, which the full layout has as numbers as well."""
    rows: list[_Row] = []
    for adjoint in backward.adjoints:
        name, value, terms = words.adjoint_row(trace, backward, adjoint)
        lines = [" = ".join(term if layout is _Layout.FULL else term[:1]) for term in terms]
        lines[1:] = [f"+ {line}" for line in lines[1:]]
        if adjoint.of == backward.step and not lines:
            lines = ["where it starts"]
        rows.append(([name, value], [(line,) for line in lines]))
    return _table(rows, layout)


def _table(rows: Iterable[_Row], layout: _Layout) -> Table:
    """A table without lines, with the details beside the other cells or below them."""
    table = Table.grid(padding=(0, 3, 0, 0))
    for (name, *middle, value), details in rows:
        if layout is _Layout.STACKED:
            table.add_row(f"{name} = {value}")
            for line in [*middle, *map(" = ".join, details)]:
                table.add_row(Padding(Text(line, style="dim"), (0, 0, 0, 2)))
            continue
        cells: list[str | Text] = [name, *(Text(cell, style="dim") for cell in middle), value]
        for detail in details or [()]:
            table.add_row(*cells, *detail)
            cells = [""] * len(cells)
    for column in table.columns:
        column.overflow = "fold"  # no digit is cut off
    return table
