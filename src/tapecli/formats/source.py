"""The source of a program, coloured by its syntax if the screen has colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapecli.formats import Screen

if TYPE_CHECKING:
    from rich.text import Text


def render(text: str, screen: Screen) -> Iterator[str]:
    """Python's source, in colours if the screen has them."""
    if not screen.color:
        yield text
        return
    from tapecli.formats.table import PLAIN_WIDTH, drawn

    colored = colors(text)
    colored.rstrip()
    yield from drawn([colored], Screen(color=True), PLAIN_WIDTH)


def colors(text: str) -> Text:
    """Python's source in colours of the terminal that follow its syntax."""
    from rich.syntax import Syntax

    return Syntax("", "python", theme="ansi_dark", background_color="default").highlight(text)
