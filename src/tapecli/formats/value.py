"""Bare numbers: what was computed, or else the analytic values, one a line.

Of each derivative it is the highest order.
"""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.formats import Screen, bulk_lines, columns, numbers
from tapecli.result import Block, Result


def render(result: Result, screen: Screen) -> Iterator[str]:
    """A number a line, by target, derivative and point."""
    for block in blocks(result):
        yield from body(result, block, screen)


def blocks(result: Result) -> list[Block]:
    """The blocks that are shown: those of the highest order by each target and variables."""
    highest: dict[tuple[str, str], int] = {}
    for block in result.blocks:
        key = block.target, block.wrt
        highest[key] = max(block.order, highest.get(key, 0))
    return [each for each in result.blocks if each.order == highest[each.target, each.wrt]]


def head(result: Result, screen: Screen) -> str:
    """Nothing: there is no header."""
    return ""


def body(result: Result, block: Block, screen: Screen) -> Iterator[str]:
    """A number for each row of a block, in large pieces."""
    if block.tape is None:  # analytic values alone need no arrays
        yield from (f"{result.format_.text(value)}\n" for value in block.analytic)
        return
    line = bulk_lines.Line(("",), lambda check, analytic: "\n", numbers.texts, ",")
    yield from bulk_lines.written(line, [columns.values(block)], {}, result.format_)
