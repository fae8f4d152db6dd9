"""The plot as PNG."""

from __future__ import annotations

from tapecli.features.plot.model import Curves
from tapecli.features.plot.pages.figure import drawn


def encode(curves: Curves) -> bytes:
    """The file's bytes, the same ones each time."""
    return drawn(curves, "png")
