"""The plot as text: Braille characters of 2 by 4 dots, on axes with ticks.

Each curve has a symbol that stands on it here and there, so that curves can be told apart without
colours. Where there is only ASCII, a curve is drawn with its symbol.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from statistics import fmean
from typing import TypeAlias

from rich.cells import cell_len
from rich.text import Text

from tapecli.features.plot.model import SIGNS, Curve, Curves
from tapecli.features.plot.pages import ticks
from tapecli.features.plot.pages.legend import label, notes, title
from tapecli.formats import Screen
from tapecli.formats.table import PLAIN_WIDTH, drawn
from tapecli.result import Status

ACROSS, UP = 2, 4
"""Dots of a character."""

LEAST = (16, 4)
"""The least number of characters inside the axes, across and up."""

SYMBOL_DISTANCE = 14
"""Columns between two symbols of a curve."""

_EMPTY, _FULL = "\u2800", "\u28ff"
"""The first and the last of Unicode's Braille characters."""

_BITS = ((0x40, 0x80), (0x04, 0x20), (0x02, 0x10), (0x01, 0x08))
"""What the dots of a character add to `_EMPTY`: rows from the lowest up, from left to right."""

_SYMBOLS = "●▲■◆○△□◇"
_COLORS = ("cyan", "yellow", "magenta", "green", "blue", "bright_cyan", "bright_yellow", "white")
_STYLES = {
    Status.OFF: "bold red",
    Status.LOST: "bold red",
    Status.ROUNDED: "bold yellow",
    Status.UNDEFINED: "bold bright_black",
}

Cell: TypeAlias = tuple[int, int]
"""The row of a character, from the top, and its column."""


class _Grid:
    """The characters inside the axes, with styles, in rows from the top."""

    def __init__(self, curves: Curves, width: int, height: int) -> None:
        self.curves, self.width, self.height = curves, width, height
        self._cells: dict[Cell, tuple[str, str]] = {}

    def row(self, value: float) -> int:
        share = (value - self.curves.low) / (self.curves.high - self.curves.low)
        return self.height - 1 - _dot(share, self.height * UP) // UP

    def column(self, value: float) -> int:
        return _dot(self.curves.axis.position(value), self.width * ACROSS) // ACROSS

    def write(self, cell: Cell, character: str, style: str) -> None:
        """Write a character; dots are added to dots that are there, which keep their style."""
        before, before_style = self._cells.get(cell, (" ", ""))
        if all(_EMPTY <= dots <= _FULL for dots in (before, character)):
            character, style = chr(ord(before) | ord(character)), before_style
        self._cells[cell] = character, style

    def line(self, row: int) -> Text:
        """A row as text with styles."""
        cells = [self._cells.get((row, column), (" ", "")) for column in range(self.width)]
        text = Text()
        for style, run in itertools.groupby(cells, key=lambda cell: cell[1]):
            text.append("".join(character for character, _ in run), style or None)
        return text


def render(curves: Curves, screen: Screen) -> Iterator[str]:
    """The plot as lines of text, with styles if the screen has colours."""
    width = screen.width or PLAIN_WIDTH
    head = [Text(title(curves), style="bold"), *_legend(curves, width, screen.unicode)]
    foot = [Text(line, style=style) for line, style in notes(curves)]
    lines = sum(max(1, math.ceil(cell_len(line.plain) / width)) for line in [*head, *foot])
    height = max(LEAST[1], curves.dots[1] // UP - lines - 2)
    page = [*head, *_plot(curves, width, height, screen.unicode), *foot]
    yield from drawn(page, screen, max(width, 10_000))


def _legend(curves: Curves, width: int, unicode: bool) -> list[Text]:
    """The symbol and the name of each curve, as many on a line as fit."""
    lines = [Text()]
    for number, curve in enumerate(curves.curves):
        symbol, color = _pen(number)
        line = "⠤⠤" if unicode else symbol * 2
        entry = Text.assemble((line + symbol + line, color), f" {label(curves, curve)}")
        if lines[-1].plain and cell_len(lines[-1].plain) + 3 + cell_len(entry.plain) > width:
            lines.append(Text())
        lines[-1] = Text("   ").join([lines[-1], entry]) if lines[-1].plain else entry
    return lines


def _pen(number: int) -> tuple[str, str]:
    """The symbol and the colour of a curve."""
    return _SYMBOLS[number % len(_SYMBOLS)], _COLORS[number % len(_COLORS)]


# --- axes -------------------------------------------------------------------------------------


def _plot(curves: Curves, width: int, height: int, unicode: bool) -> Iterator[Text]:
    """The curves, with an axis at the left and one below."""
    values = ticks.ticks(curves.low, curves.high, max(2, height // 3))
    texts = ticks.texts(values)
    margin = max(map(cell_len, texts), default=0)
    grid = _Grid(curves, max(LEAST[0], width - margin - 2), height)
    _draw_zeros(grid)
    _draw_curves(grid, unicode)
    labels = {grid.row(value): text for value, text in zip(values, texts, strict=True)}
    for row in range(height):
        side = f"{labels[row]:>{margin}} ┤" if row in labels else " " * margin + " │"
        yield Text.assemble((side, "dim"), grid.line(row))
    for line in _base(grid, margin + 2):
        yield Text(line, style="dim")


def _dot(share: float, dots: int) -> int:
    return min(max(round(share * (dots - 1)), 0), dots - 1)


def _draw_zeros(grid: _Grid) -> None:
    if grid.curves.axis.start < 0 < grid.curves.axis.stop:
        for row in range(grid.height):
            grid.write((row, grid.column(0.0)), "┊", "dim")
    if grid.curves.low < 0 < grid.curves.high:
        for column in range(grid.width):
            grid.write((grid.row(0.0), column), "┈", "dim")


def _base(grid: _Grid, margin: int) -> Iterator[str]:
    """The axis of the variable, and its numbers below it."""
    axis, width = grid.curves.axis, grid.width
    most = max(2, width // 10)
    if axis.log:
        values = ticks.powers(axis.start, axis.stop, most)
        texts = [ticks.alone(value) for value in values]
    else:
        values = ticks.ticks(axis.start, axis.stop, most)
        texts = ticks.texts(values)
    line = ["─"] * width
    numbers = [" "] * (margin + width)
    free = 0
    for value, text in zip(values, texts, strict=True):
        column = grid.column(value)
        line[column] = "┬"
        start = min(max(margin + column - len(text) // 2, 0), margin + width - len(text))
        if start >= free:
            numbers[start : start + len(text)] = text
            free = start + len(text) + 1
    name = axis.name
    if free <= margin + width - cell_len(name):
        numbers[margin + width - cell_len(name) :] = name
    else:
        line[width - cell_len(name) :] = name
    yield " " * (margin - 1) + "└" + "".join(line)
    yield "".join(numbers)


# --- curves -----------------------------------------------------------------------------------


def _draw_curves(grid: _Grid, unicode: bool) -> None:
    curves = grid.curves
    drawings = [_cells(curve, grid) for curve in curves.curves]
    occupied: set[Cell] = set()
    for number, cells in enumerate(drawings):
        symbol, color = _pen(number)
        hidden = occupied >= cells.keys()
        for cell, dots in cells.items():
            if unicode:
                grid.write(cell, dots, color)
            elif cell not in occupied or (hidden and cell[1] % (number + 1) == number):
                grid.write(cell, symbol, color)
        occupied |= cells.keys()
    if unicode and len(drawings) > 1:
        _write_symbols(drawings, grid)
    for mark in (mark for curve in curves.curves for mark in curve.marks if curves.marked):
        cell = grid.row(curves.height(mark)), grid.column(mark.x)
        grid.write(cell, SIGNS[mark.status], _STYLES[mark.status])


def _cells(curve: Curve, grid: _Grid) -> dict[Cell, str]:
    """The Braille characters of a curve, row by row."""
    curves = grid.curves
    across, up = grid.width * ACROSS - 1, grid.height * UP - 1
    cells: dict[Cell, int] = {}
    for x, y in curve.within(curves.low, curves.high):
        shares = (y - curves.low) / (curves.high - curves.low)
        columns = [round(position * across) for position in curves.axis.positions(x.tolist())]
        dots = list(zip(columns, [round(share * up) for share in shares.tolist()], strict=True))
        for first, last in zip(dots, dots[1:] or dots, strict=False):
            for column, height in _line(first, last):
                cell = grid.height - 1 - height // UP, column // ACROSS
                cells[cell] = cells.get(cell, 0) | _BITS[height % UP][column % ACROSS]
    return {cell: chr(ord(_EMPTY) + bits) for cell, bits in sorted(cells.items())}


def _line(first: Cell, last: Cell) -> Iterator[Cell]:
    """The dots of a straight line between two dots."""
    width, height = last[0] - first[0], last[1] - first[1]
    steps = max(abs(width), abs(height), 1)
    for step in range(steps + 1):
        yield first[0] + round(width / steps * step), first[1] + round(height / steps * step)


def _write_symbols(drawings: list[dict[Cell, str]], grid: _Grid) -> None:
    """Write the symbol of each curve on it here and there, if there is room beside other curves.

    The symbols of curves that lie on one another everywhere take turns.
    """
    for number, cells in enumerate(drawings):
        others = set().union(*(drawings[:number] + drawings[number + 1 :]))
        if others >= cells.keys():
            others = set()
        rows: dict[int, list[int]] = {}
        for row, column in cells:
            rows.setdefault(column, []).append(row)
        middles = {column: fmean(own_rows) for column, own_rows in rows.items()}
        first = SYMBOL_DISTANCE * (number + 1) // (len(drawings) + 1)
        for center in range(first, grid.width, SYMBOL_DISTANCE):
            ranks = [
                (abs(column - center), column, abs(row - middles[column]), row)
                for row, column in cells.keys() - others
                if abs(column - center) <= SYMBOL_DISTANCE // 3
            ]
            if ranks:
                _, column, _, row = min(ranks)
                grid.write((row, column), *_pen(number))
