"""The plot as PNG."""

from __future__ import annotations

from tapecli.features.plot.model import Curves
from tapecli.features.plot.pages.figure import draw


def encode(curves: Curves) -> bytes:
    """The bytes of the file, the same each time."""
    return draw(curves, "png")
