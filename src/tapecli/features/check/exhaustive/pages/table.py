"""The survey for people: a row for each derivative, and what is wrong below."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from tapecli.features.check.exhaustive.model import Derivative, Survey
from tapecli.features.check.exhaustive.pages import words
from tapecli.features.check.model import Setting
from tapecli.features.check.pages import words as check_words
from tapecli.features.check.pages.table import is_command
from tapecli.formats import Screen
from tapecli.formats.table import PLAIN_WIDTH, drawn, is_text, natural_width


def render(survey: Survey, screen: Screen) -> Iterator[str]:
    """The page as lines of text, with styles if the screen has colours."""
    tables = [_table(survey, setting) for setting in survey.settings]
    width = max([screen.width or PLAIN_WIDTH, *map(natural_width, tables)])
    unbroken = is_command if screen.width else is_text
    yield from drawn(_page(survey, tables), screen, width, unbroken)


def _page(survey: Survey, tables: list[Table]) -> Iterator[RenderableType]:
    """The blocks from top to bottom; commands are indented."""
    yield Text(words.heading(survey), style="dim")
    for setting, table in zip(survey.settings, tables, strict=True):
        yield from (Text(), Text(words.setting(survey, setting), style="bold"), table)
    yield Text()
    yield from (Text(line, style="dim") for line in words.legend(survey))
    yield Text()
    wrong = list(_wrong(survey))
    yield from (*wrong, *[Text()] * bool(wrong))
    for defect in survey.defects:
        style = "yellow" if defect.there else "bold cyan"
        yield Text(f"known: {check_words.defect(defect)}", style=style)
    yield Text(words.verdict(survey), style="bold green" if survey.ok else "bold red")


def _wrong(survey: Survey) -> Iterator[Text]:
    """What is wrong, and the calls that show it, which are indented; what is not known first."""
    for row in survey.failed:
        yield from (Text(line, style="bold red") for line in words.failure(survey, row))
        yield Text(f"  {words.command(row)}")
    for row in survey.derivatives:
        known = [interval for interval in row.tally.intervals if interval.known]
        yield from (Text(line, style="yellow") for line in words.listed(survey, row, known))


def _table(survey: Survey, setting: Setting) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for number, heading in enumerate(words.COLUMNS):
        table.add_column(Text(heading), justify="right" if number else "left", no_wrap=True)
    for row in survey.of_setting(setting):
        table.add_row(*(Text(cell, style=_style(row)) for cell in words.cells(row)))
    return table


def _style(row: Derivative) -> str:
    if row.failed:
        return "bold red"
    return "yellow" if row.tally.intervals else "dim" if row.tally.missing else "green"
