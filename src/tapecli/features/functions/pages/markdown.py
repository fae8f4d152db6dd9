"""The listing as a Markdown page: a table, or a section for each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli.expressions.functions import Listing, Row
from tapecli.features.functions.pages import words
from tapecli.formats import Screen
from tapecli.formats.markdown import escaped, table_row


def render(listing: Listing, screen: Screen) -> Iterator[str]:
    """The page, line by line."""
    rows, detailed = words.shown(listing, screen)
    yield from (line + "\n" for line in (_details(rows) if detailed else _table(rows)))


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield table_row([name.capitalize() for name in words.NAMES])
    yield table_row(["---"] * len(words.NAMES))
    for row in rows:
        name, meaning, _, domain, _ = words.cells(row)
        slopes = list(words.derivatives(row).values())
        also = map(_code, words.aliases(row))
        code = [_code(name), escaped(meaning), ", ".join(map(_code, slopes))]
        yield table_row([*code, escaped(domain), ", ".join(also)])
    yield ""
    yield from (f"- {escaped(line)}" for line in words.footer(rows))


def _details(rows: Sequence[Row]) -> Iterator[str]:
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from (f"**{_code(words.signature(row))}** {escaped(row.meaning)}", "")
        name = ""
        for own, said in words.detail(row):
            name = own or name
            code = name.startswith(("derivative", "example"))
            yield f"- {escaped(name)}: {_code(said) if code else escaped(said)}"


def _code(text: str) -> str:
    return f"`{text}`"
