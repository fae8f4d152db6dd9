"""The listing as a Markdown page: a table, or a section for each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli.functions import Listing, Row
from tapecli.render import Screen
from tapecli.render.functions import words


def render(listing: Listing, screen: Screen) -> Iterator[str]:
    """The page, line by line."""
    rows, detailed = words.shown(listing, screen)
    yield from (line + "\n" for line in (_details(rows) if detailed else _table(rows)))


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield _line([name.capitalize() for name in words.NAMES])
    yield _line(["---"] * len(words.NAMES))
    for row in rows:
        name, meaning, _, domain, _ = words.cells(row)
        slopes = list(words.derivatives(row).values())
        also = map(_code, words.aliases(row))
        code = [_code(name), _escaped(meaning), ", ".join(map(_code, slopes))]
        yield _line([*code, _escaped(domain), ", ".join(also)])
    yield ""
    yield from (f"- {_escaped(line)}" for line in words.footer(rows))


def _details(rows: Sequence[Row]) -> Iterator[str]:
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from (f"**{_code(words.signature(row))}** {_escaped(row.meaning)}", "")
        name = ""
        for own, said in words.detail(row):
            name = own or name
            code = name.startswith(("derivative", "example"))
            yield f"- {_escaped(name)}: {_code(said) if code else _escaped(said)}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _code(text: str) -> str:
    return f"`{text}`"


def _escaped(text: str) -> str:
    for character in "\\`|*~<>_[]&":
        text = text.replace(character, f"\\{character}")
    return text
