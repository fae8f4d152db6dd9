"""A trace for people: what is recorded, and each backward pass, in the order in which it ran."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tapecli.features.trace.model import Trace
from tapecli.features.trace.pages import words
from tapecli.formats import Screen
from tapecli.formats.table import PLAIN_WIDTH, drawn, natural_width
from tapecli.result import all_ok

NARROWEST = 40
"""The page is made for at least so many columns."""


class _Layout(Enum):
    """How steps and adjoints are laid out, from the widest layout to the narrowest."""

    FULL = "everything"
    SHORT = "without operations and without the numbers of terms"
    STACKED = "local derivatives and terms below their step or adjoint"


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
    for section in words.sections(trace):
        yield Text(section.heading, style="bold cyan")
        yield _fitting(section, width)
        yield from (Text(f"  {line}", style="bold") for line in section.results)
        yield Text()
    yield from (Text(line, style="dim") for line in words.wasted(trace))
    style = "bold green" if all_ok(answer.status for answer in trace.answers) else "bold yellow"
    yield Text(words.verdict(trace), style=style if trace.ok else "bold red")


def _title(trace: Trace, width: int) -> Text:
    """The expressions, with the setting at the right edge, or below if there is no room."""
    title = Text(words.heading(trace), style="bold")
    setting = words.setting(trace)
    gap = min(width, PLAIN_WIDTH) - cell_len(title.plain) - cell_len(setting)
    return title + Text((" " * gap if gap > 2 else "\n") + setting, style="dim")


def _fitting(section: words.Section, width: int) -> Padding:
    """A table in the first layout that fits the width, or else in the last one."""
    for layout in _Layout:
        table = Padding(_table(section, layout), (0, 0, 0, 2), expand=False)
        if natural_width(table) <= width:
            break
    return table


def _table(section: words.Section, layout: _Layout) -> Table:
    """A table without lines, with the details beside the other cells or below them."""
    table = Table.grid(padding=(0, 3, 0, 0))
    for row in section.rows:
        recorders = [row.recorders] * section.mixed
        if layout is _Layout.STACKED:
            table.add_row(f"{row.name} = {row.value}")
            for line in [*(f"recorded by {names}" for names in recorders), *row.lines]:
                table.add_row(Padding(Text(line, style="dim"), (0, 0, 0, 2)))
            continue
        details = _terms(row, layout) if section.is_backward else row.details
        kind = [row.kind] * (layout is _Layout.FULL and not section.is_backward)
        middle = [Text(cell, style="dim") for cell in kind + recorders]
        cells: list[str | Text] = [row.name, *middle, row.value]
        for detail in details or [()]:
            table.add_row(*cells, *detail)
            cells = [""] * len(cells)
    for column in table.columns:
        column.overflow = "fold"  # no digit is cut off
    return table


def _terms(row: words.PageRow, layout: _Layout) -> list[tuple[str]]:
    """The terms of an adjoint, in the full layout with their numbers."""
    if layout is _Layout.FULL and row.details:
        return [(f"{term} = {numbers}",) for term, numbers in row.details]
    return [(line,) for line in row.lines]
