"""The listing for people: a line for each row, folded where the screen is narrow; or details."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from tapecli.expressions.functions import Listing, Row
from tapecli.features.functions.pages import words
from tapecli.formats import Screen

Line: TypeAlias = Sequence[tuple[str, str]]
"""Parts of a line, each with its style."""

_GAP = 2
_STYLES = ("bold cyan", "", "bold", "dim", "cyan")
_LABEL = 18
"""Columns of a detail's name."""


def render(listing: Listing, screen: Screen) -> Iterator[str]:
    """The listing as lines of text, with styles if the screen has colours."""
    rows, detailed = words.shown(listing, screen)
    lines = _details(rows) if detailed else _table(rows, screen)
    shown = _styled() if screen.color else _plain
    for line in lines:
        yield shown(line).rstrip() + "\n"


def _plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def _styled() -> Callable[[Line], str]:
    """Lines with colours; rich is loaded for these alone."""
    from rich.text import Text

    from tapecli.formats.console import PLAIN_WIDTH, console

    shown = console(Screen(color=True), PLAIN_WIDTH)

    def styled(line: Line) -> str:
        with shown.capture() as capture:
            shown.print(Text.assemble(*line), soft_wrap=True)
        return capture.get()

    return styled


# --- the table --------------------------------------------------------------------------------


def _table(rows: Sequence[Row], screen: Screen) -> Iterator[Line]:
    """In full where there is room, or no end; else folded; else one thing below another."""
    full = [words.NAMES, *map(words.cells, rows)]
    folded = [[["FUNCTION"], ["MEANING"], ["DERIVATIVE"]], *map(_folded, rows)]
    if screen.width is None or sum(_widths(full)) + _GAP * 4 <= screen.width:
        yield from _lines(full)
    elif sum(_wide(folded)) + _GAP * 2 <= screen.width:
        yield from _stacked(folded)
    else:
        for row in rows:
            yield [(words.signature(row), _STYLES[0])]
            for cell, style in zip(words.cells(row)[1:], _STYLES[1:], strict=True):
                if cell and cell != words.EVERYWHERE:
                    yield [(f"  {cell}", style)]
    if screen.width is not None:
        yield []
        yield from ([(line, "dim")] for line in words.footer(rows))


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*lines, strict=True)]


def _lines(lines: Sequence[Sequence[str]]) -> Iterator[Line]:
    widths = _widths(lines)
    for number, cells in enumerate(lines):
        styles = _STYLES if number else ["bold"] * len(cells)
        yield _line(cells, widths, styles)


def _line(cells: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> Line:
    padded = (cell.ljust(width + _GAP) for cell, width in zip(cells, widths, strict=True))
    return list(zip(padded, styles, strict=True))


def _folded(row: Row) -> list[list[str]]:
    """Three cells of some lines: domain and other names below the meaning."""
    also = f"also {', '.join(words.aliases(row))}" if words.aliases(row) else ""
    below = "; ".join(filter(None, [words.domain(row), also]))
    found = words.derivatives(row)
    slopes = [f"by {name}: {slope}" if len(found) > 1 else slope for name, slope in found.items()]
    return [[words.signature(row)], [row.meaning, *([below] if below else [])], slopes]


def _wide(rows: Sequence[Sequence[Sequence[str]]]) -> list[int]:
    return [max(len(part) for cell in column for part in cell)
            for column in zip(*rows, strict=True)]  # fmt: skip


def _stacked(rows: Sequence[Sequence[Sequence[str]]]) -> Iterator[Line]:
    widths = _wide(rows)
    for number, row in enumerate(rows):
        for place in range(max(map(len, row))):
            cells = [cell[place] if place < len(cell) else "" for cell in row]
            meaning = "dim" if place else ""
            styles = (_STYLES[0], meaning, _STYLES[2]) if number else ("bold",) * 3
            yield _line(cells, widths, styles)


# --- in detail --------------------------------------------------------------------------------


def _details(rows: Sequence[Row]) -> Iterator[Line]:
    for number, row in enumerate(rows):
        if number:
            yield []
        yield [(words.signature(row), _STYLES[0]), (f"  {row.meaning}", "")]
        yield []
        for name, said in words.detail(row):
            style = "bold" if name.startswith(("derivative", "example")) else ""
            yield [(f"  {name:<{_LABEL}}", "dim"), (said, style)]
