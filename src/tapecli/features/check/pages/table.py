"""The report for people: functions down, settings across, then every failure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from tapecli.features.check.model import Cell, Report, Setting
from tapecli.features.check.pages import words
from tapecli.formats import Screen
from tapecli.formats.console import PLAIN_WIDTH, drawn, natural_width


def render(report: Report, screen: Screen) -> Iterator[str]:
    """The table as lines of text, with styles if the screen has colours."""
    width = screen.width or PLAIN_WIDTH
    unbroken = _is_command if screen.width else lambda part: True
    yield from drawn(page(report, width), screen, width, unbroken)


def _is_command(part: RenderableType) -> bool:
    """Whether it is a line to be copied, which must not be broken."""
    return isinstance(part, Text) and part.plain.startswith("  ")


def page(report: Report, width: int) -> Iterator[RenderableType]:
    """The parts of the report from top to bottom."""
    versions = ", ".join(f"{name} {number}" for name, number in report.versions.items())
    yield Text(versions, style="dim")
    yield Text(f"level {report.level}, seed {report.seed}", style="dim")
    yield Text()
    for settings in _fitting(report, width):
        yield _table(report, settings)
        yield Text()
    for line in words.legend(report):
        yield Text(line, style="dim")
    yield Text()
    yield from _failures(report)
    for known in report.defects:
        if known.met or not known.there:
            style = "yellow" if known.there else "bold cyan"
            yield Text(f"known: {words.defect(known)}", style=style)
    if report.core:
        yield Text(words.core(report.core), style="dim" if report.core.ok else "bold red")
    yield Text(words.verdict(report), style="bold green" if report.ok else "bold red")


def _failures(report: Report) -> Iterator[Text]:
    for failure in report.unknown:
        yield Text(failure.described(), style="bold red")
        yield Text(f"  {failure.command}")
    if report.unknown:
        yield Text()


def _fitting(report: Report, width: int) -> list[list[Setting]]:
    """The settings in as few tables as fit the width, those of a dtype and device together."""
    groups = [
        list(group)
        for _, group in itertools.groupby(report.settings, lambda s: (s.device, s.dtype))
    ]
    tables = [groups[0]]
    for group in groups[1:]:
        together = [*tables[-1], *group]
        if natural_width(_table(report, together)) <= width:
            tables[-1] = together
        else:
            tables.append(group)
    return tables


def _table(report: Report, settings: Sequence[Setting]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column(Text(""), no_wrap=True)
    for setting, heading in zip(settings, _headings(report, settings), strict=True):
        least = max(cell_len(text) for text in [*_column(report, setting), setting.execution])
        table.add_column(Text(heading), justify="right", no_wrap=True, min_width=least)
    columns = [_column(report, setting) for setting in settings]
    for name, cells in zip(report.functions, zip(*columns, strict=True), strict=True):
        styles = (_style(report.cells.get((name, setting))) for setting in settings)
        table.add_row(Text(name), *(Text(c, style=s) for c, s in zip(cells, styles, strict=True)))
    return table


def _headings(report: Report, settings: Sequence[Setting]) -> Iterator[str]:
    """Dtype over execution, under the device if there are several; each where it is new."""
    several = len({setting.device for setting in report.settings}) > 1
    device = dtype = ""
    for setting in settings:
        new_device = setting.device != device
        new_dtype = new_device or setting.dtype != dtype
        device, dtype = setting.device, setting.dtype
        above = [device if new_device else ""] if several else []
        yield "\n".join([*above, dtype if new_dtype else "", setting.execution])


def _column(report: Report, setting: Setting) -> list[str]:
    """The cells of a setting, numbers below one another whatever marks they have."""
    cells = [words.cell(report.cells.get((name, setting))) for name in report.functions]
    width = max(len(marks) for _, marks in cells)
    return [number + marks.ljust(width) for number, marks in cells]


def _style(found: Cell | None) -> str:
    if found is None or not found.values:
        return "dim"
    if found.failed:
        return "bold red"
    return "yellow" if found.known else "green"
