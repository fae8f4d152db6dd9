"""The table for people: a block for each derivative, aligned on the decimal point.

Blocks stand side by side where the screen is wide enough, below one another where it is not,
and one value below another where it is narrower than a line of the table: nothing is ever cut.
"""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tapecli.formats import Screen, columns, words
from tapecli.formats.console import PLAIN_WIDTH, console, natural_width
from tapecli.result import Block, Check, Result, Status

LONG = 2_000
"""Rows beyond which the table is written line by line, which is much quicker."""

_GAP = 4
_STYLES = {
    Status.OK: "green",
    Status.ROUNDED: "yellow",
    Status.OFF: "bold red",
    Status.UNDEFINED: "cyan",
    Status.LOST: "bold red",
    Status.UNVERIFIED: "dim",
    Status.CERTIFIED: "green",
}


def render(result: Result, screen: Screen) -> Iterator[str]:
    """The table as lines of text, with styles if the screen has colours."""
    long = len(result.points) > LONG
    lines = (
        _plain(result)
        if long
        else _text(page(result, screen.width, screen.unicode), screen).splitlines()
    )
    for line in lines:
        yield words.line(line.rstrip(), screen)


def _plain(result: Result) -> Iterator[str]:
    """The same page line by line and without styles, for more rows than anyone looks at."""
    names, count = _names(result), len(result.points)
    for _, of_target in itertools.groupby(result.blocks, key=lambda block: block.target):
        blocks = list(of_target)
        yield from (_title(result, blocks[0], PLAIN_WIDTH).plain, "")
        rows = _cells(result, blocks)
        lines = _rows(names, list(zip(*rows, strict=True)))
        above = list(itertools.islice(lines, 2))
        for block in blocks:
            yield words.heading(block, PLAIN_WIDTH)
            yield from above
            yield from itertools.islice(lines, count)
            yield from (note for _, note in words.notes(result, block))
            yield ""
    yield from words.hints(result)
    yield from (f"claim {claim}: {found}" for _, claim, found in words.claims(result))
    yield words.verdict(result)


def _rows(names: Sequence[str], columns: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table as rich draws it, without styles: its names, a rule, and a line for each row."""
    widths = _widths(names, columns)
    for number, row in enumerate(itertools.chain([names], zip(*columns, strict=True))):
        spaces = (" " * (w - cell_len(cell)) for cell, w in zip(row, widths, strict=True))
        cells = (
            space + cell if name == "ulps" else cell + space
            for name, cell, space in zip(names, row, spaces, strict=True)
        )
        yield "  ".join(cells)
        if number == 0:
            yield "─" * _across(widths)


def _widths(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(cell_len, [n, *column])) for n, column in zip(names, columns, strict=True)]


def _across(widths: Sequence[int]) -> int:
    """How wide a table with columns of these widths is."""
    return sum(widths) + 2 * (len(widths) - 1)


def _text(page: Sequence[RenderableType], screen: Screen) -> str:
    wide = console(screen, max([screen.width or PLAIN_WIDTH, *map(_width, page)]))
    with wide.capture() as capture:
        for part in page:
            wide.print(part, soft_wrap=isinstance(part, Text))
    return capture.get()


def page(result: Result, screen_width: int | None, unicode: bool = True) -> list[RenderableType]:
    """The parts of the table from top to bottom, for a screen of this width."""
    width = screen_width or PLAIN_WIDTH
    parts: list[RenderableType] = []
    if result.kind != "diff" and len(result.points) == 1:
        parts += _matrices(result, width, screen_width is None, unicode)
    else:
        for _, of_target in itertools.groupby(result.blocks, key=lambda block: block.target):
            blocks = list(of_target)
            parts += [_title(result, blocks[0], width), Text()]
            parts += _arranged(result, blocks, width, screen_width is None)
    parts += [Text(hint, style="dim") for hint in words.hints(result)]
    parts += [
        Text(line, style="bold red" if claim.failed else "bold green")
        for claim, text, found in words.claims(result)
        for line in _lines(f"claim {text}: {found}", screen_width)
    ]
    failed = any(status.failed for status in result.counts)
    style = "bold red" if failed else "bold green" if result.all_ok else "bold yellow"
    return [*parts, Text(words.verdict(result), style=style)]


def _lines(text: str, screen_width: int | None) -> list[str]:
    """A sentence in lines that fit the screen, if there is one; no word is broken."""
    if screen_width is None:
        return [text]
    return textwrap.wrap(
        text, screen_width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def _title(result: Result, block: Block, width: int) -> Text:
    title = Text(f"{block.target} = {block.expression}", style="bold")
    about = words.about(result)
    space = max(min(width, PLAIN_WIDTH) - cell_len(title.plain) - len(about), 3)
    fits = cell_len(title.plain) + space + len(about) <= max(width, PLAIN_WIDTH)
    return title + Text((" " * space if fits else "\n") + about, style="dim")


def _arranged(
    result: Result, blocks: Sequence[Block], width: int, endless: bool
) -> Iterator[RenderableType]:
    tables = _tables(result, blocks)
    widths = [_width(table) for table in tables]
    parts = [
        Group(_heading(block, max(width, 40)), table, *_notes(result, block))
        for block, table in zip(blocks, tables, strict=True)
    ]
    headings = [
        max(map(cell_len, words.heading(block, max(width, 40)).splitlines())) for block in blocks
    ]
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
    cells = _cells(result, blocks)
    wide = list(zip(*cells, strict=True))
    count = len(result.points)
    tables = []
    for number, block in enumerate(blocks):
        table = _empty(_names(result), wide)
        for place, row in enumerate(cells[number * count : (number + 1) * count]):
            own = ["bold", "", "dim"] if result.computed else ["bold"]
            styles = [*[""] * len(result.variables), *own, _STYLES[block.check(place).status]]
            table.add_row(*(Text(c, style=s) for c, s in zip(row, styles, strict=False)))
        tables.append(table)
    return tables


def _names(result: Result) -> list[str]:
    names = [*result.variables, *words.columns(result), "status"]
    return names[:-1] if result.all_ok else names


def _empty(names: Sequence[str], cells: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name, column in zip(names, cells, strict=True):
        right = name == "ulps"
        table.add_column(
            Text(name),
            justify="right" if right else "left",
            no_wrap=True,
            min_width=max(map(cell_len, column)),
        )
    return table


def _cells(result: Result, blocks: Sequence[Block]) -> list[tuple[str, ...]]:
    """The cells of every row of the blocks, numbers aligned on their decimal points."""
    aligned = [_aligned(column * len(blocks)) for column in columns.point_texts(result)]
    return list(zip(*aligned, *_verdicts(result, blocks), strict=True))


def _verdicts(result: Result, blocks: Sequence[Block]) -> list[list[str]]:
    """The columns of `words.columns` and, if any is not ok, status."""
    text = result.format_.text
    checks = [block.check(place) for block in blocks for place in range(len(block.points))]
    found = [_aligned(["" if c.analytic is None else text(c.analytic) for c in checks])]
    if result.computed:
        values = _aligned([text(value) for block in blocks for value in block.values])
        found = [values, *found, ["" if c.ulps is None else _ulps(c.ulps) for c in checks]]
    return found if result.all_ok else [*found, [_status(check) for check in checks]]


def _ulps(ulps: int) -> str:
    return f"{ulps:,}" if ulps < 10**6 else f"{ulps:.1e}".replace("e+0", "e").replace("e+", "e")


def _status(check: Check) -> str:
    return str(check.status) if check.digits is None else f"{check.status} ({check.digits})"


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
    return natural_width(part)


def _narrow(
    result: Result, blocks: Sequence[Block], width: int, notes: bool = True
) -> Iterator[RenderableType]:
    """One value below another, for screens narrower than a line of the table."""
    text = result.format_.text
    for block in blocks:
        yield _heading(block, max(width, 40))
        for place, value in enumerate(block.values):
            check = block.check(place)
            yield Text(words.place(result, place))
            if result.computed:
                name = words.columns(result)[0]
                yield Text(f"  {name:<8} {text(value)}", style="bold")
            if check.analytic is not None:
                yield Text(f"  analytic {text(check.analytic)}")
            if check.ulps is not None:
                yield Text(f"  ulps     {_ulps(check.ulps)}", style="dim")
            if check.status is not Status.OK:
                yield Text(f"  {_status(check)}", style=_STYLES[check.status])
        if notes:
            yield from _notes(result, block)
        yield Text()


# --- vectors and matrices at one point --------------------------------------------------------


def _matrices(result: Result, width: int, endless: bool, unicode: bool) -> Iterator[RenderableType]:
    """Each vector or matrix as a person would write it, and below it its entries one by one."""
    by_target = itertools.groupby(result.blocks, key=lambda block: block.target)
    targets = [list(blocks) for _, blocks in by_target]
    parts = [[b for blocks in targets for b in blocks]] if result.kind == "jacobian" else targets
    for blocks in parts:
        titles = targets if result.kind == "jacobian" else [blocks]
        for of_target in titles[:-1]:
            yield Text(f"{of_target[0].target} = {of_target[0].expression}", style="bold")
        yield _title(result, titles[-1][0], width)
        yield Text(f"at {words.place(result, 0)}", style="dim")
        yield Text()
        lines = list(_matrix(result, blocks))
        if endless or max(cell_len(line.plain) for line in lines) <= width:
            yield from (*lines, Text())
        yield from _entries(result, blocks, width, endless, unicode)
        yield Text()


def _matrix(result: Result, blocks: Sequence[Block]) -> Iterator[Text]:
    """The values in brackets, with the names of rows and columns."""
    text = result.format_.text
    values = [text(block.values[0]) for block in blocks]
    first = [block.derivative.variables[0] for block in blocks]
    names = list(dict.fromkeys(first))
    if result.kind == "grad":
        title, rows, heads = "gradient", names, [""]
    elif result.kind == "hessian":
        title, rows, heads = "Hessian", names, names
    else:
        title, heads = "Jacobian", names
        rows = list(dict.fromkeys(block.target for block in blocks))
    table = [values[i : i + len(heads)] for i in range(0, len(values), len(heads))]
    aligned = [_aligned(column) for column in zip(*table, strict=True)]
    widths = [max(map(cell_len, [h, *c])) for h, c in zip(heads, aligned, strict=True)]
    margin = max(map(cell_len, [title, *rows]))
    above = "  ".join(map(str.center, heads, widths)).rstrip()
    yield Text(title.ljust(margin), style="bold cyan") + Text(f"   {above}", style="cyan")
    lines = list(zip(*aligned, strict=True))
    for number, (name, cells) in enumerate(zip(rows, lines, strict=True)):
        left, right = _brackets(number, len(lines))
        inside = "  ".join(map(str.ljust, cells, widths))
        yield (
            Text(f"{name.rjust(margin)} {left} ", style="cyan")
            + Text(inside, style="bold")
            + Text(f" {right}", style="cyan")
        )


def _brackets(row: int, rows: int) -> tuple[str, str]:
    if rows == 1:
        return "[", "]"
    return ("⎡", "⎤") if row == 0 else ("⎣", "⎦") if row == rows - 1 else ("⎢", "⎥")


def _entries(
    result: Result, blocks: Sequence[Block], width: int, endless: bool, unicode: bool
) -> Iterator[RenderableType]:
    """A row for each entry: what it is, its values and their distance, and its formula."""
    names = ["", *words.columns(result), *([] if result.all_ok else ["status"])]
    entries = [words.derivative(block) for block in blocks]
    if not unicode:  # before they are aligned, for it makes them longer
        entries = [words.ascii_only(entry) for entry in entries]
    cells = [entries, *_verdicts(result, blocks)]
    formulas = [block.formula or "(too long to work out)" for block in blocks]
    across = _across(_widths([*names, "formula"], [*cells, formulas]))
    if across <= (2 * PLAIN_WIDTH if endless else width):
        yield from _entry_table(blocks, [*names, "formula"], [*cells, formulas])
    elif _across(_widths(names, cells)) > width and not endless:
        yield from _narrow(result, blocks, width, notes=False)
    else:
        yield from _entry_table(blocks, names, cells)
        yield Text()
        yield from (_heading(block, 10 * width) for block in blocks)
    notes = {note.plain: note for block in blocks for note in _notes(result, block)}
    yield from notes.values()


def _entry_table(
    blocks: Sequence[Block], names: Sequence[str], cells: Sequence[Sequence[str]]
) -> Iterator[RenderableType]:
    if len(blocks) > LONG:
        yield from map(Text, _rows(names, cells))
        return
    table = _empty(names, cells)
    for block, row in zip(blocks, zip(*cells, strict=True), strict=True):
        status = _STYLES[block.check(0).status]
        styles = {"": "cyan", names[1]: "bold", "ulps": "dim", "status": status}
        table.add_row(*(Text(c, style=styles.get(n, "")) for n, c in zip(names, row, strict=True)))
    yield table
