"""The comparison for people: arrangements down, what they cost across, the answer at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from tapecli.features.compare.model import Comparison, Setting
from tapecli.features.compare.pages import words
from tapecli.formats import Screen
from tapecli.formats.console import PLAIN_WIDTH, drawn, is_text, natural_width

_GAP = 2
"""Columns of the screen between those of a table."""


def render(comparison: Comparison, screen: Screen) -> Iterator[str]:
    """The tables as lines of text, with styles if the screen has colours."""
    width = screen.width or PLAIN_WIDTH
    for part in page(comparison, width):
        wide = max(width, _least(part)) if isinstance(part, Table) else width  # no cell is cut
        yield from drawn([part], screen, wide, lambda part: is_text(part) and not screen.width)


def page(comparison: Comparison, width: int) -> Iterator[Text | Table]:
    """The parts from top to bottom."""
    yield Text(words.command(comparison), style="bold")
    yield Text(words.about(comparison), style="dim")
    yield Text()
    yield _work(comparison)
    yield Text()
    for points, settings in words.groups(comparison):
        yield _times(comparison, points, settings, width)
        yield Text()
    if comparison.listed:
        yield from _operations(comparison)
    for line in words.legend(comparison):
        yield Text(line, style="dim")
    yield Text()
    for line in words.findings(comparison):
        yield Text(line)
    yield Text()
    yield Text(words.answer(comparison), style="bold green")


def _work(comparison: Comparison) -> Table:
    rows = [
        [cost.name, words.tapes(cost.work), *words.work_cells(cost)] for cost in comparison.costs
    ]
    heads = ["forward", "back", "in all", "held", "after"]
    return _table(["", "recorded on the tapes"], heads, rows, broken=1)


def _times(comparison: Comparison, points: int, settings: Sequence[Setting], width: int) -> Table:
    """The times at so many points, with quartiles if that fits."""
    full = _times_with(comparison, points, settings, full=True)
    if natural_width(full) <= width:
        return full
    return _times_with(comparison, points, settings, full=False)


def _times_with(
    comparison: Comparison, points: int, settings: Sequence[Setting], full: bool
) -> Table:
    heads = [f"{setting.execution}  " for setting in settings]
    rows = [
        [cost.name, *(words.time_cell(comparison, cost, setting, full) for setting in settings)]
        for cost in comparison.costs
    ]
    return _table([words.counted(points, "point")], heads, rows)


def _operations(comparison: Comparison) -> Iterator[Text | Table]:
    for name, work in comparison.works().items():
        rows = list(map(list, words.operations(comparison, work)))
        yield from (_table([name, "operations"], [], rows, broken=1), Text())


def _table(
    left: Sequence[str], right: Sequence[str], rows: Sequence[Sequence[str]], broken: int = -1
) -> Table:
    """A table of these columns, of which one may be broken between words, and no other."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for number, heading in enumerate([*left, *right]):
        parts = [heading, *(row[number] for row in rows)]
        parts = [word for part in parts for word in part.split()] if number == broken else parts
        table.add_column(
            Text(heading),
            justify="left" if number < len(left) else "right",
            no_wrap=number != broken,
            min_width=max(map(cell_len, parts)),
        )
    for row in rows:
        table.add_row(*(Text(cell, style="green" if cell.endswith("*") else "") for cell in row))
    return table


def _least(table: Table) -> int:
    """How wide a table must be to lose nothing, its one column broken at every word."""
    return sum((column.min_width or 0) + _GAP for column in table.columns)
