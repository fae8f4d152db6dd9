"""The plot as text: dots of Braille, of which a character has eight, on axes with ticks.

Each curve has a symbol that stands on it here and there, so that curves can be told apart without
colours. Where there is ASCII alone, a curve is made of its symbol.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from plotille import Canvas
from rich.cells import cell_len
from rich.text import Text

from tapecli.features.plot.model import Curve, Curves, Mark
from tapecli.features.plot.pages import ticks
from tapecli.features.plot.pages.legend import SIGNS, labels, notes, title
from tapecli.formats import Screen
from tapecli.formats.console import PLAIN_WIDTH, drawn
from tapecli.result import Status

ACROSS, UP = 2, 4
"""Dots of a character."""

LEAST = (16, 4)
"""Characters that the inside of the axes has at least, across and up."""

_EMPTY = "\u2800"
_ZERO = {True: ("┈", "┊"), False: (".", ":")}
_SYMBOLS = {True: "●▲■◆○△□◇", False: "*+ox#@%&"}
_COLORS = ("cyan", "yellow", "magenta", "green", "blue", "bright_cyan", "bright_yellow", "white")
_STYLES = {
    Status.OFF: "bold red",
    Status.LOST: "bold red",
    Status.ROUNDED: "bold yellow",
    Status.UNDEFINED: "bold bright_black",
}
_APART = 14
"""Columns between two symbols of a curve."""


@dataclass
class _Grid:
    """Characters with styles, row by row from the top."""

    width: int
    height: int
    characters: list[list[str]] = field(init=False)
    styles: list[list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.characters = [[" "] * self.width for _ in range(self.height)]
        self.styles = [[""] * self.width for _ in range(self.height)]

    def put(self, row: int, column: int, character: str, style: str) -> None:
        """Set a character; dots go beside those that are there, which keep their style."""
        before = self.characters[row][column]
        if _is_dots(before) and _is_dots(character):
            character = chr(ord(before) | ord(character))
            style = self.styles[row][column]
        self.characters[row][column] = character
        self.styles[row][column] = style

    def line(self, row: int) -> Text:
        """A row as text with styles."""
        found = Text()
        cells = zip(self.styles[row], self.characters[row], strict=True)
        for style, run in itertools.groupby(cells, key=lambda cell: cell[0]):
            found.append("".join(character for _, character in run), style or None)
        return found


def _is_dots(character: str) -> bool:
    return _EMPTY <= character <= "\u28ff"


def render(curves: Curves, screen: Screen) -> Iterator[str]:
    """The plot as lines of text, with styles if the screen has colours."""
    width = screen.width or PLAIN_WIDTH
    yield from drawn(_page(curves, width, screen.unicode), screen, max(width, 10_000))


def _page(curves: Curves, width: int, unicode: bool) -> Iterator[Text]:
    head = [Text(title(curves), style="bold"), *_legend(curves, width, unicode)]
    foot = [Text(line, style=style) for line, style in notes(curves)]
    taken = sum(max(1, math.ceil(cell_len(line.plain) / width)) for line in [*head, *foot])
    height = max(LEAST[1], curves.paper.lines - taken - 2)
    yield from head
    yield from _drawn(curves, width, height, unicode)
    yield from foot


def _legend(curves: Curves, width: int, unicode: bool) -> list[Text]:
    """Each curve's symbol and name, as many on a line as fit."""
    lines = [Text()]
    for number, label in enumerate(labels(curves)):
        line = "⠤" if unicode else _symbol(number, unicode)
        drawn = line * 2 + _symbol(number, unicode) + line * 2
        entry = Text.assemble((drawn, _color(number)), f" {label}")
        if lines[-1].plain and cell_len(lines[-1].plain) + 3 + cell_len(entry.plain) > width:
            lines.append(Text())
        lines[-1] = Text("   ").join([lines[-1], entry]) if lines[-1].plain else entry
    return lines


def _symbol(number: int, unicode: bool) -> str:
    symbols = _SYMBOLS[unicode]
    return symbols[number % len(symbols)]


def _color(number: int) -> str:
    return _COLORS[number % len(_COLORS)]


# --- axes -------------------------------------------------------------------------------------


def _drawn(curves: Curves, width: int, height: int, unicode: bool) -> Iterator[Text]:
    """The inside, with its axes at the left and below."""
    side = ticks.ticks(curves.low, curves.high, max(2, height // 3))
    texts = dict(zip(side, ticks.texts(side), strict=True))
    margin = max(map(cell_len, texts.values()), default=0)
    inside = max(LEAST[0], width - margin - 2)
    grid = _Grid(inside, height)
    _zeros(curves, grid, unicode)
    _draw(curves, grid, unicode)
    rows = {_row(curves, value, height): text for value, text in texts.items()}
    for row in range(height):
        label = rows.get(row, "")
        edge = ("┤" if label else "│") if unicode else ("+" if label else "|")
        yield Text.assemble((f"{label:>{margin}} {edge}", "dim"), grid.line(row))
    for line in _below(curves, margin + 2, inside, unicode):
        yield Text(line, style="dim")


def _row(curves: Curves, value: float, height: int) -> int:
    share = (value - curves.low) / (curves.high - curves.low)
    return height - 1 - _dot(share, height * UP) // UP


def _dot(share: float, dots: int) -> int:
    """The dot at a share of an axis."""
    return min(max(round(share * (dots - 1)), 0), dots - 1)


def _zeros(curves: Curves, grid: _Grid, unicode: bool) -> None:
    """The lines at 0."""
    level, upright = _ZERO[unicode]
    axis = curves.axis
    if axis.start < 0 < axis.stop:
        column = _dot(axis.place(0), grid.width * ACROSS) // ACROSS
        for row in range(grid.height):
            grid.put(row, column, upright, "dim")
    if curves.low < 0 < curves.high:
        row = _row(curves, 0.0, grid.height)
        for column in range(grid.width):
            grid.put(row, column, level, "dim")


def _below(curves: Curves, margin: int, inside: int, unicode: bool) -> Iterator[str]:
    """The axis of the variable, and its numbers."""
    axis = curves.axis
    most = max(2, inside // 10)
    if axis.log:
        found = ticks.powers(axis.start, axis.stop, most)
        texts = [ticks.alone(value) for value in found]
    else:
        found = ticks.ticks(axis.start, axis.stop, most)
        texts = ticks.texts(found)
    places = axis.places(found)
    corner, flat, tick = "└─┬" if unicode else "+-+"
    line = [flat] * inside
    numbers = [" "] * (margin + inside)
    free = 0
    for place, text in zip(places, texts, strict=True):
        column = _dot(place, inside * ACROSS) // ACROSS
        line[column] = tick
        start = min(max(margin + column - len(text) // 2, 0), margin + inside - len(text))
        if start >= free:
            numbers[start : start + len(text)] = text
            free = start + len(text) + 1
    name = axis.name
    end = margin + inside - cell_len(name)
    if free <= end:
        numbers[end : margin + inside] = name
    else:
        line[inside - cell_len(name) :] = name
    yield " " * (margin - 1) + corner + "".join(line)
    yield "".join(numbers)


# --- curves -----------------------------------------------------------------------------------


def _draw(curves: Curves, grid: _Grid, unicode: bool) -> None:
    taken: set[tuple[int, int]] = set()
    cells = [_cells(curves, curve, grid) for curve in curves.curves]
    for number, found in enumerate(cells):
        hidden = taken >= found.keys()
        for (row, column), dots in found.items():
            character = dots if unicode else _symbol(number, unicode)
            in_turn = hidden and column % (number + 1) == number
            if unicode or in_turn or (row, column) not in taken:
                grid.put(row, column, character, _color(number))
                taken.add((row, column))
    if unicode and len(cells) > 1:
        _put_symbols(cells, grid)
    if curves.marked:
        for curve in curves.curves:
            for mark in curve.marks:
                row, column = _at(curves, mark, grid)
                grid.put(row, column, SIGNS[mark.status], _STYLES[mark.status])


def _cells(curves: Curves, curve: Curve, grid: _Grid) -> dict[tuple[int, int], str]:
    """The characters that a curve has dots in."""
    size = grid.width * ACROSS, grid.height * UP
    canvas = Canvas(grid.width, grid.height, 0, 0, *size)
    for x, y in curve.within(curves.low, curves.high):
        across = [place * (size[0] - 1) for place in curves.axis.places(x.tolist())]
        up = ((y - curves.low) / (curves.high - curves.low) * (size[1] - 1)).tolist()
        dots = list(zip(across, up, strict=True))
        for first, last in zip(dots, dots[1:] or dots, strict=False):
            canvas.line(*first, *last)
    found = {}
    for row, line in enumerate(canvas.plot("\n").split("\n")):
        for column, character in enumerate(line):
            if character != _EMPTY:
                found[row, column] = character
    return found


def _put_symbols(cells: Sequence[dict[tuple[int, int], str]], grid: _Grid) -> None:
    """Put each curve's symbol on it here and there, where no other curve is, if there is room.

    Curves that lie on one another everywhere have their symbols in turn.
    """
    for number, own in enumerate(cells):
        others = set().union(*(found for place, found in enumerate(cells) if place != number))
        if others >= own.keys():
            others = set()
        rows: dict[int, list[int]] = {}
        for row, column in own:
            rows.setdefault(column, []).append(row)
        first = _APART * (number + 1) // (len(cells) + 1)
        for start in range(first, grid.width, _APART):
            near = sorted(range(start - _APART // 3, start + _APART // 3 + 1),
                          key=functools.partial(_distance, start))  # fmt: skip
            free = [
                (row, column)
                for column in near
                for row in _middle_first(rows.get(column, []))
                if (row, column) not in others
            ]
            if free:
                grid.put(*free[0], _symbol(number, True), _color(number))


def _distance(one: int, other: int) -> int:
    return abs(one - other)


def _middle_first(rows: Sequence[int]) -> list[int]:
    middle = sum(rows) / max(len(rows), 1)
    return sorted(rows, key=lambda row: abs(row - middle))


def _at(curves: Curves, mark: Mark, grid: _Grid) -> tuple[int, int]:
    """The row and the column of a mark."""
    column = _dot(curves.axis.place(mark.x), grid.width * ACROSS) // ACROSS
    return _row(curves, curves.height(mark), grid.height), column
