"""Bare numbers: what was computed, or else the analytic values, one a line.

Of each derivative it is the highest order.
"""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.render import Screen
from tapecli.result import Result


def render(result: Result, screen: Screen) -> Iterator[str]:
    """A number a line, by target, derivative and point."""
    highest: dict[tuple[str, str], int] = {}
    for block in result.blocks:
        key = block.target, block.wrt
        highest[key] = max(block.order, highest.get(key, 0))
    for block in result.blocks:
        if block.order == highest[block.target, block.wrt]:
            for value in block.values:
                yield result.format_.text(value) + "\n"
