"""Tab-separated values: the columns of CSV; no field has a tab in it."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.formats import Screen, csv
from tapecli.result import Block, Result


def render(result: Result, screen: Screen) -> Iterator[str]:
    """A header and a line a row."""
    yield head(result, screen)
    for block in result.blocks:
        yield from body(result, block, screen)


def head(result: Result, screen: Screen) -> str:
    """The names of the columns."""
    return csv.head(result, screen, "\t")


def body(result: Result, block: Block, screen: Screen) -> Iterator[str]:
    """A line for each row of a block, in large pieces."""
    return csv.body(result, block, screen, "\t")
