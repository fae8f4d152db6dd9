"""Tables for a Markdown page: one for each derivative, under its formula."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from tapecli.formats import words
from tapecli.result import Block, Result

LINE = 10_000
"""Characters in a line of a formula, which is broken where the page is shown."""


def table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], numeric: Container[int] = ()
) -> Iterator[str]:
    """The lines of a table from its cells as Markdown; `numeric` are the columns of numbers."""
    rule = ["---:" if column in numeric else "---" for column in range(len(headings))]
    for cells in (headings, rule, *rows):
        yield f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """A text whose characters mean nothing but themselves."""
    return re.sub(r"[\\`|*~<>_\[\]&]", r"\\\g<0>", text)


def code(text: str) -> str:
    """A cell of code, or an empty cell."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def lines(result: Result) -> Iterator[str]:
    """A heading and a table for each derivative, then the notes and the verdict."""
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
    columns = words.points(result) | words.columns(result, [block]) | {"status": statuses}
    rows = zip(*columns.values(), strict=True)
    return table(list(columns), rows, numeric=range(len(columns) - 1))
