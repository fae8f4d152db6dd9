"""The table for people: a block for each derivative, aligned on the decimal point.

Blocks stand side by side where the screen is wide enough, below one another where it is not,
and one value below another where it is narrower than a line of the table: nothing is ever cut.
"""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from textwrap import TextWrapper

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from tapecli.formats import Screen, words
from tapecli.result import Block, Result, Status, any_failed

PLAIN_WIDTH = 80
"""The width that is aimed at where there is no terminal."""

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
_COLUMN_STYLES = {"": "cyan", "tape": "bold", "taylor": "bold", "ulps": "dim"}


def render(result: Result, screen: Screen) -> Iterator[str]:
    """The table as lines of text, with styles if the screen has colours and there are few rows."""
    if len(result.points) > LONG:
        screen = Screen(unicode=screen.unicode)
    page = list(_page(result, screen))
    tables = (natural_width(content) for content in page if not is_text(content))
    yield from drawn(page, screen, max([screen.width or PLAIN_WIDTH, *tables]))


def _page(result: Result, screen: Screen) -> Iterator[RenderableType]:
    """What is on the page, from top to bottom."""
    if result.kind != "diff" and len(result.points) == 1:
        yield from _matrices(result, screen)
    else:
        for blocks in words.by_target(result):
            yield from (_title(result, blocks[0], screen.width or PLAIN_WIDTH), Text())
            yield from _tables(result, blocks, screen)
    for hint in words.hints(result):
        yield Text(hint, style="dim")
    wrapper = TextWrapper(subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    for claim, text, judgement in words.claims(result):
        sentence = f"claim {text}: {judgement}"
        wrapper.width = screen.width or len(sentence)
        for line in wrapper.wrap(sentence):
            yield Text(line, style="bold red" if claim.failed else "bold green")
    style = "bold green" if result.all_ok else "bold yellow"
    yield Text(words.verdict(result), style="bold red" if any_failed(result.counts) else style)


def _title(result: Result, block: Block, width: int) -> Text:
    """A target, and how it was computed: at the end of the line, or below if there is no room."""
    title = Text(words.definition(block), style="bold")
    method = words.method(result)
    space = max(min(width, PLAIN_WIDTH) - cell_len(title.plain) - len(method), 3)
    fits = cell_len(title.plain) + space + len(method) <= max(width, PLAIN_WIDTH)
    return title + Text((" " * space if fits else "\n") + method, style="dim")


# --- tables -----------------------------------------------------------------------------------


def _tables(result: Result, blocks: Sequence[Block], screen: Screen) -> Iterator[RenderableType]:
    """The tables of one target: side by side, below one another, or one value below another."""
    width, count = screen.width or PLAIN_WIDTH, len(result.points)
    points = words.points(result).items()
    cells = {name: _aligned(column * len(blocks)) for name, column in points}
    cells |= words.columns(result, blocks, _ulps, _aligned)
    widths = _widths(cells)
    groups = []
    for number, block in enumerate(blocks):
        statuses = [block.check(index).status for index in range(count)]
        rows = slice(number * count, (number + 1) * count)
        cells_of_block = {name: column[rows] for name, column in cells.items()}
        table = _table(result, cells_of_block, widths, statuses)
        groups.append([_heading(block, max(width, 40)), table, *_notes(result, block)])
    across = _across(widths)
    side_by_side = sum(max(across, natural_width(heading)) + _GAP for heading, *_ in groups) - _GAP
    if count <= LONG and across > (screen.width or math.inf):
        yield from _one_below_another(result, blocks, width)
    elif count <= LONG and len(blocks) > 1 and side_by_side <= width:
        grid = Table.grid(padding=(0, _GAP, 0, 0))
        grid.add_row(*(Group(*group) for group in groups))
        yield from (grid, Text())
    else:
        for group in groups:
            yield from (*group, Text())


def _heading(block: Block, width: int) -> Text:
    return Text(words.heading(block, width), style="bold cyan")


def _notes(result: Result, block: Block) -> Iterator[Text]:
    for status, note in words.notes(result, block):
        yield Text(note, style=_STYLES[status])


def _ulps(ulps: int) -> str:
    return f"{ulps:,}" if ulps < 10**6 else f"{ulps:.1e}".replace("e+0", "e").replace("e+", "e")


def _aligned(numbers: Sequence[str]) -> list[str]:
    """Numbers with their decimal points below one another."""
    before = [len(re.match(r"-?\d*", number)[0]) for number in numbers]  # type: ignore[index]
    margin = max(before)
    return [
        " " * (margin - b) + number if b else number.rjust(margin)
        for b, number in zip(before, numbers, strict=True)
    ]


def _table(
    result: Result,
    cells: Mapping[str, Sequence[str]],
    widths: Sequence[int],
    statuses: Sequence[Status],
) -> Table | Segments:
    """Columns by their names as a table; each row has a status."""
    if len(statuses) > LONG:
        return Segments(_lines(cells, widths), new_lines=True)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name, width in zip(cells, widths, strict=True):
        table.add_column(Text(name), no_wrap=True, min_width=width)
        table.columns[-1].justify = "right" if name == "ulps" else "left"
    styles = _COLUMN_STYLES | ({} if result.computed else {"analytic": "bold"})
    for status, row in zip(statuses, zip(*cells.values(), strict=True), strict=True):
        styles["status"] = _STYLES[status]
        texts = zip(cells, row, strict=True)
        table.add_row(*(Text(cell, styles.get(name, "")) for name, cell in texts))
    return table


def _lines(cells: Mapping[str, Sequence[str]], widths: Sequence[int]) -> Iterator[Segment]:
    """The lines of a table as rich draws it, but without styles: quick for very many rows."""
    rows = zip(*cells.values(), strict=True)
    for number, row in enumerate(itertools.chain([cells], rows)):
        padded = []
        for name, cell, width in zip(cells, row, widths, strict=True):
            space = " " * (width - cell_len(cell))
            padded.append(space + cell if name == "ulps" else cell + space)
        yield Segment("  ".join(padded))
        if number == 0:
            yield Segment("─" * _across(widths))


def _widths(cells: Mapping[str, Sequence[str]]) -> list[int]:
    return [max(map(cell_len, [name, *column])) for name, column in cells.items()]


def _across(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _one_below_another(
    result: Result, blocks: Sequence[Block], width: int, notes: bool = True
) -> Iterator[RenderableType]:
    """Values for screens that are narrower than a line of the table."""
    for block in blocks:
        yield _heading(block, max(width, 40))
        cells = words.columns(result, [block], _ulps)
        cells.pop("status", None)
        for index, row in enumerate(zip(*cells.values(), strict=True)):
            yield Text(words.point(result, index))
            for name, cell in zip(cells, row, strict=True):
                if cell:
                    yield Text(f"  {name:<8} {cell}", style=_COLUMN_STYLES.get(name, ""))
            check = block.check(index)
            if check.status is not Status.OK:
                yield Text(f"  {words.status(check)}", style=_STYLES[check.status])
        if notes:
            yield from _notes(result, block)
        yield Text()


# --- vectors and matrices at one point --------------------------------------------------------


def _matrices(result: Result, screen: Screen) -> Iterator[RenderableType]:
    """Each vector or matrix as a person would write it, and below it its entries one by one."""
    targets = words.by_target(result)
    for group in [targets] if result.kind == "jacobian" else [[blocks] for blocks in targets]:
        for target in group[:-1]:
            yield Text(words.definition(target[0]), style="bold")
        yield _title(result, group[-1][0], screen.width or PLAIN_WIDTH)
        yield Text(f"at {words.point(result, 0)}", style="dim")
        yield Text()
        blocks = list(itertools.chain.from_iterable(group))
        lines = list(_matrix(result, blocks))
        if max(cell_len(line.plain) for line in lines) <= (screen.width or math.inf):
            yield from (*lines, Text())
        yield from _entries(result, blocks, screen)
        yield Text()


def _matrix(result: Result, blocks: Sequence[Block]) -> Iterator[Text]:
    """The values in brackets, with the names of rows and columns."""
    text = result.format_.text
    values = [text(block.values[0]) for block in blocks]
    names = list(dict.fromkeys(block.derivative.variables[0] for block in blocks))
    targets = list(dict.fromkeys(block.target for block in blocks))
    title, rows, heads = {
        "grad": ("gradient", names, [""]),
        "hessian": ("Hessian", names, names),
        "jacobian": ("Jacobian", targets, names),
    }[result.kind]
    entries = [values[i : i + len(heads)] for i in range(0, len(values), len(heads))]
    aligned = [_aligned(column) for column in zip(*entries, strict=True)]
    widths = [max(map(cell_len, [h, *c])) for h, c in zip(heads, aligned, strict=True)]
    margin = max(map(cell_len, [title, *rows]))
    head = "  ".join(map(str.center, heads, widths)).rstrip()
    yield Text(title.ljust(margin), style="bold cyan") + Text(f"   {head}", style="cyan")
    brackets = ["⎡⎤", *["⎢⎥"] * (len(rows) - 2), "⎣⎦"] if len(rows) > 1 else ["[]"]
    for name, cells, bracket in zip(rows, zip(*aligned, strict=True), brackets, strict=True):
        inside = "  ".join(map(str.ljust, cells, widths))
        yield (
            Text(f"{name.rjust(margin)} {bracket[0]} ", style="cyan")
            + Text(inside, style="bold")
            + Text(f" {bracket[1]}", style="cyan")
        )


def _entries(result: Result, blocks: Sequence[Block], screen: Screen) -> Iterator[RenderableType]:
    """A row for each entry: what it is, its values and their distance, and its formula."""
    width = screen.width or PLAIN_WIDTH
    derivatives = [words.derivative(block) for block in blocks]
    if not screen.unicode:  # before they are aligned, for it makes them longer
        derivatives = [words.ascii_only(derivative) for derivative in derivatives]
    cells = {"": derivatives, **words.columns(result, blocks, _ulps, _aligned)}
    formulas = [block.formula or "(too long to work out)" for block in blocks]
    with_formulas = {**cells, "formula": formulas}
    statuses = [block.check(0).status for block in blocks]
    widths, wide = _widths(cells), _widths(with_formulas)
    if _across(wide) <= (screen.width or 2 * PLAIN_WIDTH):
        yield _table(result, with_formulas, wide, statuses)
    elif _across(widths) <= (screen.width or math.inf):
        yield _table(result, cells, widths, statuses)
        yield Text()
        yield from (_heading(block, 10 * width) for block in blocks)
    else:
        yield from _one_below_another(result, blocks, width, notes=False)
    notes = {note.plain: note for block in blocks for note in _notes(result, block)}
    yield from notes.values()


# --- what the tables of all commands share: rich's console, which prints nothing ----------------


def natural_width(renderable: RenderableType) -> int:
    """How wide something must be to lose nothing."""
    return console(Screen(), 10_000).measure(renderable).maximum


def console(screen: Screen, width: int) -> Console:
    """A console of this width, with styles if the screen has colours; to be captured."""
    return Console(
        file=io.StringIO(),
        width=width,
        height=25,
        force_terminal=screen.color,
        color_system="standard" if screen.color else None,
        no_color=not screen.color,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def is_text(renderable: RenderableType) -> bool:
    """Whether this is text, which a terminal may wrap: in lines, or ready-made in segments."""
    return isinstance(renderable, Text | Segments)


def drawn(
    page: Iterable[RenderableType],
    screen: Screen,
    width: int,
    unbroken: Callable[[RenderableType], bool] = is_text,
) -> Iterator[str]:
    """The lines of a page, as the screen shows them; of that width, unless they are `unbroken`.

    What is unbroken is left to the terminal to wrap.
    """
    wide = console(screen, width)
    with wide.capture() as capture:
        for renderable in page:
            wide.print(renderable, soft_wrap=unbroken(renderable))
    for line in capture.get().splitlines():
        yield words.line(line.rstrip(), screen)
