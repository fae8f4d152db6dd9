"""Bare numbers: what the tapes returned for the highest order, one a line."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.render import Screen
from tapecli.result import Result


def render(result: Result, screen: Screen) -> Iterator[str]:
    """A number a line, by target and point."""
    highest = max(block.order for block in result.blocks)
    for row in result.rows:
        if row.order == highest:
            yield result.format_.text(row.tape) + "\n"
