"""The source of a program, with the colours of its syntax where there are some."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapecli.formats import Screen

if TYPE_CHECKING:
    from rich.text import Text


def render(text: str, screen: Screen) -> Iterator[str]:
    """The same as a format."""
    yield highlighted(text, screen)


def highlighted(text: str, screen: Screen) -> str:
    """Python's source as the screen shows it: the same text, in colours if it has them."""
    if not screen.color:
        return text
    from tapecli.formats.console import console

    shown = console(screen, max(max(map(len, text.splitlines()), default=1), screen.width or 0))
    colored = colors(text)
    colored.rstrip()
    with shown.capture() as capture:
        shown.print(colored, no_wrap=True, overflow="ignore", crop=False)
    return capture.get()


def colors(text: str) -> Text:
    """Python's source with the colours of its syntax, those of the terminal itself."""
    from rich.syntax import Syntax

    return Syntax("", "python", theme="ansi_dark", background_color="default").highlight(text)
