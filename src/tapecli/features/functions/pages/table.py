"""The listing for people: by families, a line for each row, or details."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import TypeAlias

from tapecli.expressions.functions import Listing
from tapecli.features.functions.pages import words
from tapecli.formats import Screen

Line: TypeAlias = Sequence[tuple[str, str]]
"""The texts of a line, each with its style."""

Row: TypeAlias = Sequence[Sequence[str]]
"""Cells, each of some lines."""

_GAP = 2
_STYLES = ("bold cyan", "", "bold", "dim", "cyan")
_NAME_WIDTH = 18
"""Columns of the name of a detail."""

_PIPE_WIDTH = 80
"""Columns of the families where the screen has no end."""


def render(listing: Listing, screen: Screen) -> Iterator[str]:
    """The listing as lines of text, with styles if the screen has colours."""
    entries = words.entries(listing.rows, screen.unicode)
    lines = _LAYOUTS[listing.layout](entries, screen)
    if not screen.color:  # without rich, which takes longer to load than all else
        yield from ("".join(text for text, _ in line).rstrip() + "\n" for line in lines)
        return
    from rich.text import Text

    from tapecli.formats.table import PLAIN_WIDTH, drawn

    yield from drawn((Text.assemble(*line) for line in lines), screen, PLAIN_WIDTH)


# --- by families ------------------------------------------------------------------------------


def _families(entries: Sequence[words.Entry], screen: Screen) -> Iterator[Line]:
    """Each family with how its functions are written, in columns; a small one in a line."""
    width = screen.width or _PIPE_WIDTH
    for family, members in groupby(entries, key=lambda entry: entry.family):
        lines = [*_columns([entry.signature for entry in members], width)]
        if len(lines) == 1 and len(family) + sum(len(text) for text, _ in lines[0]) <= width:
            yield [(family, "bold"), *lines[0]]
        else:
            yield [(family, "bold")]
            yield from lines
    yield []
    yield [(words.HINT, "dim")]


def _columns(texts: Sequence[str], width: int) -> Iterator[Line]:
    """Texts in as few lines as columns allow, from left to right."""
    for count in range(len(texts), 0, -1):
        widths = [max(map(len, texts[column::count])) + _GAP for column in range(count)]
        if sum(widths) <= width or count == 1:
            break
    for start in range(0, len(texts), count):
        line = zip(texts[start : start + count], widths, strict=False)
        yield [(" " * _GAP, ""), *((text.ljust(columns), _STYLES[0]) for text, columns in line)]


# --- the table --------------------------------------------------------------------------------


def _table(entries: Sequence[words.Entry], screen: Screen) -> Iterator[Line]:
    """In full where there is room, or no end; else folded; else one thing below another."""
    full = [[[cell] for cell in row] for row in (words.HEADINGS, *(e.cells for e in entries))]
    heading = [[heading] for heading in words.HEADINGS[:3]]
    names = max(len(entry.signature) for entry in entries)
    width = (screen.width or _PIPE_WIDTH) - names - 2 * _GAP
    slopes = " ".join(slope for entry in entries for slope in entry.slopes.values())
    longest_word = max(map(len, slopes.split()), default=1)
    right = max(min(max(longest_word, width // 2), width * 2 // 3), 1)
    folded = [heading, *(_folded(entry, max(width - right, 1), right) for entry in entries)]
    if screen.width is None or _width(full) <= screen.width:
        yield from _aligned(full)
    elif _width(folded) <= screen.width:
        yield from _aligned(folded)
    else:
        for entry in entries:
            yield [(entry.signature, _STYLES[0])]
            for cell, style in zip(entry.cells[1:], _STYLES[1:], strict=True):
                if cell and cell != words.EVERYWHERE:
                    yield [(f"  {cell}", style)]
    if screen.width is not None:
        yield []
        yield from ([(line, "dim")] for line in words.footer(entries))


def _folded(entry: words.Entry, left: int, right: int) -> Row:
    """Three cells of some lines: domain and other names below the meaning."""
    aliases = f"also {', '.join(entry.aliases)}" if entry.aliases else ""
    below = "; ".join(filter(None, [entry.domain, aliases]))
    is_partial = len(entry.slopes) > 1
    slopes = [f"by {x}: {slope}" if is_partial else slope for x, slope in entry.slopes.items()]
    return [[entry.signature], _wrapped([entry.meaning, below], left), _wrapped(slopes, right)]


def _wrapped(texts: Sequence[str], width: int) -> list[str]:
    return [line for text in texts for line in textwrap.wrap(text, width)]


def _widths(rows: Sequence[Row]) -> list[int]:
    return [max(len(line) for cell in cells for line in cell) for cells in zip(*rows, strict=True)]


def _width(rows: Sequence[Row]) -> int:
    widths = _widths(rows)
    return sum(widths) + _GAP * (len(widths) - 1)


def _aligned(rows: Sequence[Row]) -> Iterator[Line]:
    """The rows in columns; the first row are the headings."""
    widths = _widths(rows)
    for row_number, row in enumerate(rows):
        for line_number, cells in enumerate(zip_longest(*row, fillvalue="")):
            styles = list(_STYLES) if row_number else ["bold"] * len(widths)
            if line_number:
                styles[1] = "dim"
            padded = (c.ljust(width + _GAP) for c, width in zip(cells, widths, strict=True))
            yield list(zip(padded, styles, strict=False))


# --- in detail --------------------------------------------------------------------------------


def _details(entries: Sequence[words.Entry], screen: Screen) -> Iterator[Line]:
    width = (screen.width or _PIPE_WIDTH) - _NAME_WIDTH - _GAP
    for number, entry in enumerate(entries):
        if number:
            yield []
        yield [(entry.signature, _STYLES[0]), (f"  {entry.meaning}", "")]
        yield []
        for name, text in entry.details():
            style = "bold" if name.startswith(("derivative", "example")) else ""
            lines = [text] if name == "example" else _wrapped([text], width)
            for line_number, line in enumerate(lines):
                yield [(f"  {'' if line_number else name:<{_NAME_WIDTH}}", "dim"), (line, style)]


_LAYOUTS = {"families": _families, "table": _table, "details": _details}
