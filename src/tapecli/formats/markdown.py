"""Tables for a Markdown page: one for each derivative, under its formula."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from tapecli.formats import Screen, columns, words
from tapecli.result import Block, Result

LINE = 10_000
"""Characters in a line of a formula, which is broken where the page is shown."""


def table_row(cells: Sequence[str]) -> str:
    """A row of a table, from its cells as Markdown."""
    return "| " + " | ".join(cells) + " |"


def escaped(text: str) -> str:
    """A text whose characters mean nothing but themselves."""
    return re.sub(r"[\\`|*~<>_\[\]&]", r"\\\g<0>", text)


def code(text: str) -> str:
    """A cell of code."""
    return f"`{text}`".replace("|", "\\|")


def render(result: Result, screen: Screen) -> Iterator[str]:
    """A heading and a table for each derivative, then the notes and the verdict."""
    for line in _lines(result):
        yield words.line(line, screen)


def _lines(result: Result) -> Iterator[str]:
    for blocks in words.by_target(result):
        yield from (f"**`{words.definition(blocks[0])}`** ({words.method(result)})", "")
        for block in blocks:
            yield from (f"`{words.heading(block, LINE)}`", "", *_table(result, block), "")
            for _, note in words.notes(result, block):
                yield from (f"*{note}*", "")
    for hint in words.hints(result):
        yield from (f"*{hint}*", "")
    for _, claim, judgement in words.claims(result):
        yield from (f"claim `{claim}`: {judgement}", "")
    yield words.verdict(result)


def _table(result: Result, block: Block) -> Iterator[str]:
    statuses = [str(block.check(index).status) for index in range(len(block.points))]
    numbers = words.columns(result, [block])
    numbers.pop("status", None)
    names = [*result.variables, *numbers]
    yield table_row([*names, "status"])
    yield table_row([*["---:"] * len(names), "---"])
    texts = columns.point_texts(result), numbers.values(), [statuses]
    yield from map(table_row, zip(*itertools.chain(*texts), strict=True))
