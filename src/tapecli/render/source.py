"""The source of a program, with the colours of its syntax where there are some."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.render import Screen


def render(text: str, screen: Screen) -> Iterator[str]:
    """The same as a format."""
    yield highlighted(text, screen)


def highlighted(text: str, screen: Screen) -> str:
    """Python's source as the screen shows it: the same text, in colours if it has them."""
    if not screen.color:
        return text
    from rich.syntax import Syntax
    from rich.text import Text

    from tapecli.render.console import console

    colored: Text = Syntax("", "python", theme="ansi_dark", background_color="default").highlight(
        text
    )
    colored.rstrip()
    widest = max(map(len, text.splitlines()), default=1)
    shown = console(screen, max(widest, screen.width or 0))
    with shown.capture() as capture:
        shown.print(colored, no_wrap=True, overflow="ignore", crop=False)
    return capture.get()
