"""The plot as PNG."""

from __future__ import annotations

from tapecli.curves import Curves
from tapecli.render.plot.figure import drawn


def packed(curves: Curves) -> bytes:
    """The file's bytes, the same ones each time."""
    return drawn(curves, "png")
