"""The words of a plot: its title, the names of its curves, and the notes below it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tapecli.features.plot.model import SIGNS, Curve, Curves
from tapecli.formats import words


def title(curves: Curves) -> str:
    """The targets as they were understood, and the values of the other variables."""
    targets = {curve.target.name: curve.target.text for curve in curves.curves}
    title = ", ".join(f"{name} = {text}" for name, text in targets.items())
    values = [f"{name} = {repr(y).removesuffix('.0')}" for name, y in curves.at.items()]
    return f"{title}   at {', '.join(values)}" if values else title


def label(curves: Curves, curve: Curve) -> str:
    """The name of a curve in Leibniz's notation: y, dy/dx, d²y/dx²."""
    return words.leibniz(curve.target.name, curve.derivative.variables, bool(curves.at))


def notes(curves: Curves, signs: bool = True) -> Iterator[tuple[str, str]]:
    """Lines below the plot, with their styles: what is missing, and what is not right.

    With `signs`, they explain the signs of the marks.
    """
    for curve in curves.curves:
        if all(map(math.isnan, curve.y.tolist())):
            problem = "could not be certified in time" if curve.uncertified else "has no value"
            yield f"{label(curves, curve)} {problem} at any of the {len(curve.x):,} samples", ""
    if curves.time_limit is not None:
        effect = "drawn in wider steps" if curves.coarser else "left open in places"
        limit = f"{curves.time_limit:g} seconds"
        yield f"{effect}, to end within {limit}; --max-seconds allows more", ""
    counts = {
        status: f"{curves.counts[status]:,} {status}" for status in SIGNS if curves.counts[status]
    }
    style = "dim" if curves.ok else "bold red"
    if curves.marked:
        texts = [f"{count} {SIGNS[status]}" if signs else count for status, count in counts.items()]
        total = sum(curves.counts.values())
        yield f"{curves.method}; {total:,} values: {', '.join(texts) or 'all ok'}", style
    elif not curves.ok:
        failures = ", ".join(count for status, count in counts.items() if status.failed)
        yield f"{failures}: the curve is wrong there; --points marks where", style
