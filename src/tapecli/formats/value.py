"""Bare numbers: what was computed, or else the analytic values, one a line.

Of each derivative only the highest order is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.formats import Screen, bulk_lines
from tapecli.result import Block, Result


def blocks(result: Result) -> list[Block]:
    """The blocks of the highest order for each target and its variables."""
    by_order = sorted(result.blocks, key=lambda block: block.order)
    highest = {(block.target, block.wrt): block.order for block in by_order}
    return [block for block in result.blocks if block.order == highest[block.target, block.wrt]]


def body(result: Result, block: Block, screen: Screen) -> Iterator[str]:
    """A number for each row of a block, in large pieces."""
    if block.tape is None:  # analytic values alone need no arrays
        yield from (f"{result.format_.text(value)}\n" for value in block.analytic)
        return
    yield from bulk_lines.lines([""], [block.tape], "\n", None, result.format_)
