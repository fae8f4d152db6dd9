"""The listing as a Markdown page: a table, or a section for each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli.expressions.functions import Listing
from tapecli.features.functions.pages import words
from tapecli.formats import Screen
from tapecli.formats.markdown import code, escaped, table


def render(listing: Listing, screen: Screen) -> Iterator[str]:
    """The page, line by line."""
    entries = words.entries(listing.rows, screen.unicode)
    lines = _details(entries) if listing.layout == "details" else _table(entries)
    yield from (f"{line}\n" for line in lines)


def _table(entries: Sequence[words.Entry]) -> Iterator[str]:
    rows = []
    for entry in entries:
        slopes, aliases = (", ".join(map(code, x)) for x in (entry.slopes.values(), entry.aliases))
        name, meaning, domain = code(entry.signature), escaped(entry.meaning), entry.cells[3]
        rows.append([name, meaning, slopes, escaped(domain), aliases])
    yield from (*table([heading.capitalize() for heading in words.HEADINGS], rows), "")
    yield from (f"- {escaped(line)}" for line in words.footer(entries))


def _details(entries: Sequence[words.Entry]) -> Iterator[str]:
    for number, entry in enumerate(entries):
        if number:
            yield ""
        yield from (f"**{code(entry.signature)}** {escaped(entry.meaning)}", "")
        heading = ""
        for name, text in entry.details():
            heading = name or heading
            is_code = heading.startswith(("derivative", "definition", "example"))
            yield f"- {escaped(heading)}: {code(text) if is_code else escaped(text)}"
