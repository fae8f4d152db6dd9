"""Rich's console as the tables use it: nothing is printed, and nothing typed is markup."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console, RenderableType
from rich.segment import Segments
from rich.text import Text

from tapecli.formats import Screen, words

PLAIN_WIDTH = 80
"""The width that is aimed at where there is no terminal."""


def natural_width(renderable: RenderableType) -> int:
    """How wide something must be to lose nothing."""
    return Console(width=10_000, height=25, file=io.StringIO()).measure(renderable).maximum


def console(screen: Screen, width: int) -> Console:
    """A console of this width, with styles if the screen has colours; to be captured."""
    return Console(
        file=io.StringIO(),
        width=width,
        height=25,
        force_terminal=screen.color,
        color_system="standard" if screen.color else None,
        no_color=not screen.color,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def is_text(renderable: RenderableType) -> bool:
    """Whether this is text, which a terminal may wrap: in lines, or ready-made in segments."""
    return isinstance(renderable, Text | Segments)


def drawn(
    page: Iterable[RenderableType],
    screen: Screen,
    width: int,
    unbroken: Callable[[RenderableType], bool] = is_text,
) -> Iterator[str]:
    """The lines of a page, as the screen shows them.

    Args:
        page: what is on the page, from top to bottom.
        screen: what it is shown on.
        width: the columns that a line may have.
        unbroken: whether something is left to the terminal to wrap.
    """
    wide = console(screen, width)
    with wide.capture() as capture:
        for renderable in page:
            wide.print(renderable, soft_wrap=unbroken(renderable))
    for line in capture.get().splitlines():
        yield words.line(line.rstrip(), screen)
