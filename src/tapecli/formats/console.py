"""Rich's console as the tables use it: nothing is printed, and nothing typed is markup."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType

from tapecli.formats import Screen

PLAIN_WIDTH = 80
"""The width that is aimed at where there is no terminal."""


def natural_width(part: RenderableType) -> int:
    """How wide a part must be to lose nothing."""
    return Console(width=10_000, height=25, file=io.StringIO()).measure(part).maximum


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
