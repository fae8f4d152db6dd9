"""The comparison for people: a row for each arrangement, and the answer at the end."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from tapecli.features.compare.model import CostComparison
from tapecli.features.compare.pages import words
from tapecli.formats import Screen
from tapecli.formats.table import PLAIN_WIDTH, drawn, is_text, natural_width

_GAP = 2
"""Columns of the screen between those of a table."""


def render(comparison: CostComparison, screen: Screen) -> Iterator[str]:
    """The tables as lines of text, with styles if the screen has colours."""
    width = screen.width or PLAIN_WIDTH
    for block in page(comparison, width):
        columns = block.columns if isinstance(block, Table) else []
        least = sum((column.min_width or 0) + _GAP for column in columns)  # no cell is cut
        wide = max(width, least)
        yield from drawn([block], screen, wide, lambda block: is_text(block) and not screen.width)


def page(comparison: CostComparison, width: int) -> Iterator[Text | Table]:
    """The blocks from top to bottom."""
    yield Text("  ".join(map(shlex.quote, comparison.expressions)), style="bold")
    yield Text(words.conditions(comparison), style="dim")
    yield Text()
    full, short = words.grids(comparison, full=True), words.grids(comparison, full=False)
    for full_grid, short_grid in zip(full, short, strict=True):
        table = _table(full_grid)
        fits = natural_width(table) <= width
        yield table if fits or full_grid == short_grid else _table(short_grid)
        yield Text()
    yield from (Text(line, style="dim") for line in words.legend(comparison))
    yield Text()
    yield from map(Text, words.findings(comparison))
    yield Text()
    yield Text(words.answer(comparison), style="bold green")


def _table(grid: words.Grid) -> Table:
    """A table of which one column may be broken between words, and no other."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for number, cells in enumerate(zip(grid.headings, *grid.rows, strict=True)):
        is_broken = grid.left == 2 and number == 1
        texts = [word for cell in cells for word in cell.split()] if is_broken else cells
        table.add_column(
            Text(grid.headings[number]),
            justify="left" if number < grid.left else "right",
            no_wrap=not is_broken,
            min_width=max(map(cell_len, texts)),
        )
    for row in grid.rows:
        table.add_row(*(Text(cell, style="green" if cell.endswith("*") else "") for cell in row))
    return table
