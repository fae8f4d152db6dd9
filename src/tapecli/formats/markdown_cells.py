"""Rows of tables in Markdown, for whatever page has them."""

from __future__ import annotations

from collections.abc import Sequence

_MEANT = "\\`|*~<>_[]&"
"""Characters with a meaning of their own."""


def table_row(cells: Sequence[str]) -> str:
    """A row of a table, from its cells as Markdown."""
    return "| " + " | ".join(cells) + " |"


def escaped(text: str) -> str:
    """A text whose characters mean nothing but themselves."""
    for character in _MEANT:
        text = text.replace(character, f"\\{character}")
    return text


def code(text: str) -> str:
    """A cell of code."""
    return f"`{text}`".replace("|", "\\|")
