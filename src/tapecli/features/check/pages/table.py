"""The report for people: a row for each function, a column for each setting, then each failure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from tapecli.features.check.model import Report, Setting
from tapecli.features.check.pages import words
from tapecli.formats import Screen
from tapecli.formats.table import PLAIN_WIDTH, drawn, natural_width


def render(report: Report, screen: Screen) -> Iterator[str]:
    """The table as lines of text, with styles if the screen has colours."""
    width = screen.width or PLAIN_WIDTH
    unbroken = is_command if screen.width else lambda block: True
    yield from drawn(page(report, width), screen, width, unbroken)


def is_command(block: RenderableType) -> bool:
    """Whether it is a line to be copied, which must not be broken."""
    return isinstance(block, Text) and block.plain.startswith("  ")


def page(report: Report, width: int) -> Iterator[RenderableType]:
    """The blocks of the report from top to bottom; commands are indented."""
    for line in words.heading(report):
        yield Text(line, style="dim")
    yield Text()
    for settings in _fitting(report, width):
        yield _table(report, settings)
        yield Text()
    for line in words.legend(report):
        yield Text(line, style="dim")
    yield Text()
    for failure in report.unknown:
        yield Text(failure.described(), style="bold red")
        yield Text(f"  {failure.command}")
    if report.unknown:
        yield Text()
    for defect in report.defects:
        if defect.met or not defect.there:
            style = "yellow" if defect.there else "bold cyan"
            yield Text(f"known: {words.defect(defect)}", style=style)
    if report.core:
        yield Text(words.core(report.core), style="dim" if report.core.ok else "bold red")
    yield Text(words.verdict(report), style="bold green" if report.ok else "bold red")


def _fitting(report: Report, width: int) -> list[list[Setting]]:
    """The settings in as few tables as fit the width; those of a dtype and device stay together."""
    tables: list[list[Setting]] = []
    for _, group in itertools.groupby(report.settings, lambda s: (s.device, s.dtype)):
        settings = list(group)
        if tables and natural_width(_table(report, [*tables[-1], *settings])) <= width:
            tables[-1] += settings
        else:
            tables.append(settings)
    return tables


def _table(report: Report, settings: Sequence[Setting]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column(Text(""), no_wrap=True)
    columns = [_column(report, setting) for setting in settings]
    headings = _headings(report, settings)
    for setting, heading, cells in zip(settings, headings, columns, strict=True):
        least = max(cell_len(text) for text in [*map(str, cells), setting.execution])
        table.add_column(Text(heading), justify="right", no_wrap=True, min_width=least)
    for row in zip(map(Text, report.functions), *columns, strict=True):
        table.add_row(*row)
    return table


def _headings(report: Report, settings: Sequence[Setting]) -> Iterator[str]:
    """Dtype over execution, under the device if there are several; each where it is new."""
    device = dtype = ""
    for setting in settings:
        new_device = setting.device != device
        new_dtype = new_device or setting.dtype != dtype
        device, dtype = setting.device, setting.dtype
        above = [device if new_device else ""] if report.has_several_devices else []
        yield "\n".join([*above, dtype if new_dtype else "", setting.execution])


def _column(report: Report, setting: Setting) -> list[Text]:
    """The cells of a setting, their numbers aligned whatever marks are behind them."""
    cells = report.column(setting)
    texts = [words.cell(cell) for cell in cells]
    width = max(len(marks) for _, marks in texts)
    return [
        Text(number + marks.ljust(width), style=words.style(cell))
        for cell, (number, marks) in zip(cells, texts, strict=True)
    ]
