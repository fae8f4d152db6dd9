"""Tables for a Markdown page: one for each derivative, under its formula."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.formats import Screen, columns, words
from tapecli.formats.markdown_cells import table_row
from tapecli.result import Block, Result

LINE = 10_000
"""Characters of a formula's line: what shows Markdown breaks it as it likes."""


def render(result: Result, screen: Screen) -> Iterator[str]:
    """A heading and a table for each derivative, then the notes and the verdict."""
    for line in _lines(result):
        yield words.line(line, screen)


def _lines(result: Result) -> Iterator[str]:
    target = None
    for block in result.blocks:
        if block.target != target:
            target = block.target
            yield from (f"**`{block.target} = {block.expression}`** ({words.about(result)})", "")
        yield from (f"`{words.heading(block, LINE)}`", "")
        yield from _table(result, block)
        yield ""
        for _, note in words.notes(result, block):
            yield from (f"*{note}*", "")
    for hint in words.hints(result):
        yield from (f"*{hint}*", "")
    for _, claim, found in words.claims(result):
        yield from (f"claim `{claim}`: {found}", "")
    yield words.verdict(result)


def _table(result: Result, block: Block) -> Iterator[str]:
    text = result.format_.text
    names = [*result.variables, *words.columns(result)]
    yield table_row([*names, "status"])
    yield table_row([*["---:"] * len(names), "---"])
    for place, (point, value) in enumerate(
        zip(zip(*columns.point_texts(result), strict=True), block.values, strict=True)
    ):
        check = block.check(place)
        analytic = "" if check.analytic is None else text(check.analytic)
        ulps = "" if check.ulps is None else str(check.ulps)
        cells = [text(value), analytic, ulps] if result.computed else [analytic]
        yield table_row([*point, *cells, str(check.status)])
