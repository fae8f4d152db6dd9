"""The table for people: a block for each derivative, aligned on the decimal point.

Blocks stand side by side where the screen is wide enough, below one another where it is not,
and one value below another where it is narrower than a line of the table: nothing is ever cut.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tapecli.floats import FloatFormat
from tapecli.render import Screen, words
from tapecli.result import Block, Result, Row
from tapecli.verdict import Status

PLAIN_WIDTH = 80
"""The width that is aimed at where there is no terminal."""

_GAP = 4
_STYLES = {
    Status.OK: "green",
    Status.ROUNDED: "yellow",
    Status.OFF: "bold red",
    Status.UNDEFINED: "cyan",
    Status.LOST: "bold red",
}


def render(result: Result, screen: Screen) -> Iterator[str]:
    """The table as lines of text, with styles if the screen has colours."""
    text = _text(page(result, screen.width), screen)
    for line in text.splitlines():
        plain = line.rstrip()
        yield (plain if screen.unicode else words.ascii_only(plain)) + "\n"


def _text(page: Sequence[RenderableType], screen: Screen) -> str:
    console = Console(
        file=io.StringIO(),
        width=max([screen.width or PLAIN_WIDTH, *map(_width, page)]),
        height=25,
        force_terminal=screen.color,
        color_system="standard" if screen.color else None,
        no_color=not screen.color,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:
        for part in page:
            console.print(part, soft_wrap=isinstance(part, Text))
    return capture.get()


def page(result: Result, screen_width: int | None) -> list[RenderableType]:
    """The parts of the table from top to bottom, for a screen of this width."""
    width = screen_width or PLAIN_WIDTH
    parts: list[RenderableType] = []
    for _, of_target in itertools.groupby(result.blocks, key=lambda block: block.target):
        blocks = list(of_target)
        parts += [_title(result, blocks[0], width), Text()]
        parts += _arranged(result, blocks, width, screen_width is None)
    parts += [Text(hint, style="dim") for hint in words.hints(result)]
    failed = not result.ok
    style = "bold red" if failed else "bold green" if result.all_ok else "bold yellow"
    return [*parts, Text(words.verdict(result), style=style)]


def _title(result: Result, block: Block, width: int) -> Text:
    title = Text(f"{block.target} = {block.expression}", style="bold")
    about = words.about(result)
    space = min(width, PLAIN_WIDTH) - cell_len(title.plain) - len(about)
    return title + Text(" " * max(space, 3) + about, style="dim")


def _arranged(
    result: Result, blocks: Sequence[Block], width: int, endless: bool
) -> Iterator[RenderableType]:
    tables = _tables(result, blocks)
    widths = [_width(table) for table in tables]
    parts = [
        Group(_heading(block, max(width, 40)), table, *_notes(result, block))
        for block, table in zip(blocks, tables, strict=True)
    ]
    headings = [cell_len(words.heading(block, max(width, 40))) for block in blocks]
    together = sum(map(max, widths, headings)) + _GAP * (len(blocks) - 1)
    if max(widths) > width and not endless:
        yield from _narrow(result, blocks, width)
    elif len(blocks) > 1 and together <= width:
        grid = Table.grid(padding=(0, _GAP, 0, 0))
        grid.add_row(*parts)
        yield from (grid, Text())
    else:
        for part in parts:
            yield from (part, Text())


def _heading(block: Block, width: int) -> Text:
    return Text(words.heading(block, width), style="bold cyan")


def _notes(result: Result, block: Block) -> Iterator[Text]:
    for status, note in words.notes(result, block):
        yield Text(note, style=_STYLES[status])


def _tables(result: Result, blocks: Sequence[Block]) -> list[Table]:
    """The tables of the blocks, with columns as wide as they are in the widest."""
    rows = [row for block in blocks for row in block.rows]
    columns = list(zip(*_cells(result.format_, rows, result.all_ok), strict=True))
    tables, start = [], 0
    for block in blocks:
        table = _empty(block.wrt, columns, result.all_ok)
        for row, cells in zip(block.rows, _slice(columns, start, len(block.rows)), strict=True):
            status = _STYLES[row.status]
            styles = ("", "bold", "", "dim", status)
            table.add_row(*(Text(c, style=s) for c, s in zip(cells, styles, strict=False)))
        start += len(block.rows)
        tables.append(table)
    return tables


def _slice(columns: Sequence[Sequence[str]], start: int, count: int) -> Iterable[tuple[str, ...]]:
    return zip(*(column[start : start + count] for column in columns), strict=True)


def _empty(variable: str, columns: Sequence[Sequence[str]], all_ok: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    names = [variable, "tape", "analytic", "ulps", "status"][: 4 if all_ok else 5]
    for name, column in zip(names, columns, strict=True):
        right = name == "ulps"
        table.add_column(
            Text(name),
            justify="right" if right else "left",
            no_wrap=True,
            min_width=max(map(cell_len, column)),
        )
    return table


def _cells(format_: FloatFormat, rows: Sequence[Row], all_ok: bool) -> Iterator[tuple[str, ...]]:
    """The cells of every row, numbers aligned on their decimal points."""
    points = _aligned([format_.text(row.point) for row in rows])
    values = _aligned([format_.text(row.tape) for row in rows])
    exact = _aligned(["" if row.analytic is None else format_.text(row.analytic) for row in rows])
    for row, numbers in zip(rows, zip(points, values, exact, strict=True), strict=True):
        ulps = "" if row.ulps is None else _ulps(row.ulps)
        yield (*numbers, ulps) if all_ok else (*numbers, ulps, _status(row))


def _ulps(ulps: int) -> str:
    return f"{ulps:,}" if ulps < 10**6 else f"{ulps:.1e}".replace("e+0", "e").replace("e+", "e")


def _status(row: Row) -> str:
    return str(row.status) if row.digits is None else f"{row.status} ({row.digits})"


def _aligned(numbers: Sequence[str]) -> list[str]:
    """Numbers padded on the left so that their decimal points stand below one another."""
    before = [len(re.match(r"-?\d*", number)[0]) for number in numbers]  # type: ignore[index]
    margin = max(before)
    return [
        " " * (margin - b) + number if b else number.rjust(margin)
        for b, number in zip(before, numbers, strict=True)
    ]


def _width(part: RenderableType) -> int:
    """How wide a part must be to lose nothing."""
    if isinstance(part, Text):
        return 0  # wrapped by the terminal, not by us
    return Console(width=10_000, height=25, file=io.StringIO()).measure(part).maximum


def _narrow(result: Result, blocks: Sequence[Block], width: int) -> Iterator[RenderableType]:
    """One value below another, for screens narrower than a line of the table."""
    text = result.format_.text
    for block in blocks:
        yield _heading(block, max(width, 40))
        for row in block.rows:
            yield Text(f"{row.wrt} = {text(row.point)}")
            yield Text(f"  tape     {text(row.tape)}", style="bold")
            if row.analytic is not None:
                yield Text(f"  analytic {text(row.analytic)}")
            if row.ulps is not None:
                yield Text(f"  ulps     {_ulps(row.ulps)}", style="dim")
            if row.status is not Status.OK:
                yield Text(f"  {_status(row)}", style=_STYLES[row.status])
        yield from _notes(result, block)
        yield Text()
